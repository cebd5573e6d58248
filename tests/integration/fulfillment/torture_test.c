/* Every call to shop or supplier is a fault point, in four ways; whatever happens, the order ends delivered with one supplier
 * order, one payment and one fulfillment, and the books agree with their facts. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#include "common/model/books_rebuild.h"
#include "tests/integration/fulfillment/flow.h"
#include "tests/unit/base/check.h"

static const char *const fault_names[FAULTS] = { "none", "refused later", "answer lost",
                                                 "killed before", "killed after" };

static void expect_count(int fault, int at, const char *what, int64_t value, int64_t wanted)
{
    if (value != wanted) {
        fail_msg("fault \"%s\" at call %d: %s is %lld, not %lld", fault_names[fault], at, what,
                 (long long)value, (long long)wanted);
    }
}

/* The sums were kept by the transactions that were cut: they are what the facts give, and the order is in them. */
static void check_books(int fault, int at)
{
    struct books_findings found;
    struct fail f = { 0 };

    check_ok(books_rebuild(rig_other_db(), false, &found, &f), &f);
    expect_count(fault, at, "orders in the books", found.orders, 1);
    expect_count(fault, at, "days in the books", found.days > 0, 1);
    expect_count(fault, at, "books that agree", books_agree(&found), 1);
}

static void check_results(int fault, int at, int64_t id)
{
    const struct fake_supply *s = fake_supply_last();

    if (strcmp(flow_of(id, "state"), "delivered") != 0) {
        fail_msg("fault \"%s\" at call %d: order is %s (%s): %s", fault_names[fault], at,
                 flow_of(id, "state"), rig_fail.text,
                 rig_text("select string_agg(step || ' ' || coalesce(code, '') || ' ' || text, "
                          "E'\\n' order by id) from order_event"));
    }
    expect_count(fault, at, "supplier orders", fake->creates, 1);
    expect_count(fault, at, "payments", fake->pays, 1);
    expect_count(fault, at, "fulfillments", fake->fulfills, 1);
    expect_count(fault, at, "tracking updates", fake->updates, 0);
    expect_count(fault, at, "money spent", 1000000 - fake->balance_minor, s->amount_minor);
    expect_count(fault, at, "rows of supplier orders",
                 rig_int("select count(*) from supplier_order"), 1);
    expect_count(fault, at, "parcels told",
                 rig_int("select count(*) from parcel where sent_number = 'YT1'"), 1);
    expect_count(fault, at, "effects done",
                 rig_int("select count(*) from effect where state = 'done'"), 3);
    expect_count(fault, at, "effects open",
                 rig_int("select count(*) from effect where state <> 'done'"), 0);
    expect_count(fault, at, "received notes",
                 rig_int("select count(*) from order_event where step = 'received'"), 1);
    expect_count(fault, at, "received events",
                 rig_int("select count(*) from outbox where event = 'order.received'"), 1);
    expect_count(fault, at, "placed notes",
                 rig_int("select count(*) from order_event where step = 'placed'"), 1);
    check_books(fault, at);
}

static int clear(void **state)
{
    int result = flow_clear(state);

    rig_sql(
        "truncate order_refund, daily_sales cascade; delete from shop_info; insert into shop_info "
        "(name, currency, timezone) values ('Shop', 'USD', 'UTC')");
    return result;
}

/* From the shop's list to the customer's door; one fault at call `at`.  False when there are not that many calls. */
static bool live_through(enum fault fault, int at)
{
    void *state = NULL;
    int64_t id;

    (void)clear(&state);
    (void)fake_add_order();
    fake->point.fault = fault;
    fake->point.at = at;
    for (int i = 0; i < 3 && rig_int("select count(*) from shop_order") == 0; i++) {
        bool kills = fault == FAULT_KILLED_BEFORE || fault == FAULT_KILLED_AFTER;
        (void)(kills && !fake->point.fired ? rig_run_killable(orders_check, "[]")
                                           : rig_run(orders_check, "[]"));
    }
    id = rig_int("select id from shop_order");
    flow_drive(id, "placed");
    fake_ship(fake_supply_last(), "YT1", -1);
    flow_drive(id, "fulfilled");
    fake_supply_last()->status = CJ_DELIVERED;
    fake_supply_last()->parcels[0].delivered = true;
    flow_drive(id, NULL);
    check_results((int)fault, at, id);
    return fake->point.fired;
}

static void every_fault_at_every_call_ends_in_one_order_one_payment_one_fulfillment(void **state)
{
    (void)state;
    for (int fault = FAULT_REFUSED_LATER; fault < FAULTS; fault++) {
        int at = 1;
        while (live_through((enum fault)fault, at)) {
            at++;
        }
        assert_true(at > 15); /* the flow really makes that many calls */
    }
}

static void every_job_twice_and_every_other_job_in_between_changes_nothing(void **state)
{
    static const char *const types[] = { "order.release", "order.track", "order.fulfill" };
    bool shipped = false, delivered = false;
    char before[64];

    (void)state;
    int64_t id = flow_check(fake_add_order());
    for (int i = 0; i < 30 && flow_of(id, "next_job")[0] != '\0'; i++) {
        (void)snprintf(before, sizeof before, "%s", flow_of(id, "next_job"));
        assert_int_equal(flow_job(before, id), 0);
        for (size_t k = 0; k < COUNT_OF(types); k++) {
            if (strcmp(flow_of(id, "next_job"), types[k]) != 0) {
                assert_int_equal(flow_job(types[k], id), 0);
            }
        }
        if (!shipped && strcmp(flow_of(id, "state"), "placed") == 0) {
            shipped = true;
            fake_ship(fake_supply_last(), "YT1", -1);
        }
        if (!delivered && strcmp(flow_of(id, "state"), "fulfilled") == 0) {
            delivered = true;
            fake_supply_last()->status = CJ_DELIVERED;
            fake_supply_last()->parcels[0].delivered = true;
        }
    }
    check_results(FAULT_NONE, 0, id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_job_twice_and_every_other_job_in_between_changes_nothing,
                               clear),
        cmocka_unit_test_setup(
            every_fault_at_every_call_ends_in_one_order_one_payment_one_fulfillment, clear),
    };
    return cmocka_run_group_tests(tests, flow_setup, rig_close);
}
