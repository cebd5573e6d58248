/* Polling, sweeping, comparing, trimming. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "common/model/orders.h"
#include "tests/integration/fulfillment/flow.h"

#define PUT(field, text) ((void)str_fit((field), sizeof(field), (text)))

static int64_t received_events(void)
{
    return rig_int("select count(*) from outbox where event = 'order.received'");
}

static void run(job_run_fn *handler)
{
    if (rig_run(handler, "[]") != 0) {
        fail_msg("%s", rig_fail.text);
    }
}

/* ---- orders.check ---- */

static void all_pages_are_read_and_the_cursor_follows(void **state)
{
    (void)state;
    rig_set("orders.page", "2");
    for (int i = 0; i < 7; i++) {
        (void)fake_add_order();
    }
    run(orders_check);
    assert_int_equal(rig_int("select count(*) from shop_order"), 7);
    assert_int_equal(received_events(), 7);
    assert_int_equal(rig_int("select (updated_to = (select max(shop_updated_at) from "
                             "shop_order))::int from poll_cursor"),
                     1);
    run(orders_check);
    assert_int_equal(received_events(), 7);
    assert_int_equal(rig_int("select count(*) from order_event"), 7);
}

static void webhook_and_poll_make_one_event(void **state)
{
    char gid[SHOPIFY_GID_BYTES], args[SHOPIFY_GID_BYTES + 8];

    (void)state;
    fake_gid(fake_add_order(), gid);
    (void)snprintf(args, sizeof args, "[\"%s\"]", gid);
    assert_int_equal(rig_run(orders_check, args), 0);
    run(orders_check);
    assert_int_equal(rig_run(orders_check, args), 0);
    assert_int_equal(received_events(), 1);
    assert_int_equal(rig_int("select count(*) from outbox where run_at is null or run_at <= now()"),
                     1);
}

static void release_waits_for_the_grace_of_each_order(void **state)
{
    (void)state;
    rig_set("orders.grace_s", "7200");
    (void)fake_add_order();
    run(orders_check);
    assert_int_equal(rig_int("select extract(epoch from run_at - (select created_at from "
                             "shop_order))::bigint from outbox"),
                     7200);
    assert_int_equal(rig_int("select (o.run_at = s.next_run_at)::int from outbox o, shop_order s"),
                     1);
}

static void a_backlog_is_spread_at_the_suppliers_rate(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        (void)fake_add_order();
    }
    run(orders_check);
    int64_t span = rig_int(
        "select extract(epoch from max(next_run_at) - min(next_run_at))::bigint from shop_order");
    assert_in_range(span, 30, 34); /* 5 at once, then 8 s each: 8 calls at 1 per second */
    rig_sql("truncate shop_order, outbox, poll_cursor cascade");
    rig_sql("insert into provider_token (provider, access_token, expires_at, qps_limit) values "
            "('cj', 'x', now(), 4)");
    run(orders_check);
    span = rig_int(
        "select extract(epoch from max(next_run_at) - min(next_run_at))::bigint from shop_order");
    assert_in_range(span, 7, 9);
}

static void test_and_cancelled_orders_are_kept_with_a_reason(void **state)
{
    (void)state;
    fake->orders[fake_add_order()].test = true;
    fake->orders[fake_add_order()].cancelled = true;
    run(orders_check);
    assert_string_equal(
        rig_text("select string_agg(state || ' ' || code, ', ' order by o.id) from shop_order o"
                 " join order_event e on e.order_id = o.id"),
        "ignored TEST, cancelled SHOP_CANCELLED");
    assert_int_equal(received_events(), 0);
    assert_int_equal(rig_int("select count(*) from shop_order where next_job is not null"), 0);
}

static void change_before_hand_off_decides_again_and_our_own_does_not(void **state)
{
    (void)state;
    int order = fake_add_order();
    rig_set("orders.grace_s", "7200");
    int64_t id = flow_check(order);
    fake_touch(order);
    (void)flow_check(order);
    assert_int_equal(rig_int("select count(*) from outbox where event = 'order.changed' and "
                             "job_type = 'order.release'"),
                     1);
    assert_int_equal(flow_job("order.release", id), 0); /* reads this change */
    rig_sql("update shop_order set shop_updated_at = shop_updated_at - interval '1 hour'");
    (void)flow_check(order);
    assert_int_equal(rig_int("select count(*) from outbox where event = 'order.changed'"), 1);
}

static void the_cursor_never_passes_the_start_of_the_run(void **state)
{
    (void)state;
    int order = fake_add_order();
    fake->orders[order].updated_us += (int64_t)7200 * 1000000; /* the shop's clock is ahead */
    run(orders_check);
    assert_int_equal(rig_int("select (updated_to <= now())::int from poll_cursor"), 1);
}

static void a_seen_order_uses_up_no_id(void **state)
{
    (void)state;
    int first = fake_add_order();
    for (int i = 0; i < 5; i++) {
        fake_touch(first);
        run(orders_check);
        run(orders_check);
    }
    fake_touch(fake_add_order());
    run(orders_check);
    assert_int_equal(rig_int("select max(id) from shop_order"), 2);
}

static void an_early_end_is_gone_on_with_without_the_overlap(void **state)
{
    (void)state;
    rig_set("orders.page", "1");
    for (int i = 0; i < 3; i++) {
        (void)fake_add_order();
    }
    rig_sql("insert into poll_cursor (name, updated_to, behind) values ('shopify.orders',"
            " date_trunc('second', now()) - interval '59 minutes', true)");
    fake->orders[0].updated_us -= (int64_t)200 * 1000000; /* within the overlap, seen before */
    run(orders_check);
    assert_int_equal(rig_int("select count(*) from shop_order"), 2);
    assert_int_equal(rig_int("select behind::int from poll_cursor"), 0);
}

static void a_time_the_shop_does_not_tell_stops_no_page(void **state)
{
    (void)state;
    fake->orders[fake_add_order()].created_us = 0;
    (void)fake_add_order();
    run(orders_check);
    assert_int_equal(rig_int("select count(*) from shop_order"), 2);
}

static void failed_page_leaves_the_cursor_and_keeps_what_was_stored(void **state)
{
    (void)state;
    rig_set("orders.page", "2");
    for (int i = 0; i < 5; i++) {
        (void)fake_add_order();
    }
    fake->point.fault = FAULT_REFUSED_LATER;
    fake->point.at = 2;
    assert_int_equal(rig_run(orders_check, "[]"), -1);
    assert_int_equal(rig_fail.kind, FAIL_LATER);
    assert_int_equal(rig_int("select count(*) from shop_order"), 2);
    assert_int_equal(rig_int("select count(*) from poll_cursor"), 0);
    run(orders_check);
    assert_int_equal(rig_int("select count(*) from shop_order"), 5);
    assert_int_equal(received_events(), 5);
}

/* ---- orders.sweep ---- */

static void overdue_orders_get_their_job_again_but_not_at_every_sweep(void **state)
{
    (void)state;
    int64_t id = flow_check(fake_add_order());
    rig_sql("truncate outbox");
    run(orders_sweep);
    assert_int_equal(rig_int("select count(*) from outbox"), 0); /* due, but not overdue */
    rig_sql("update shop_order set next_run_at = now() - interval '10 minutes'");
    run(orders_sweep);
    run(orders_sweep);
    assert_int_equal(rig_int("select count(*) from outbox where event = 'order.swept' and "
                             "job_type = 'order.release'"),
                     1);
    rig_sql("update shop_order set swept_at = now() - interval '6 minutes'");
    run(orders_sweep);
    assert_int_equal(rig_int("select count(*) from outbox"), 2);
    assert_int_equal(flow_job("order.release", id), 0);
    assert_string_equal(flow_of(id, "swept_at"), "");
}

static void orders_at_rest_are_not_swept(void **state)
{
    (void)state;
    (void)flow_check(fake_add_order());
    rig_sql("truncate outbox");
    rig_sql("update shop_order set state = 'held', next_job = null, next_run_at = now() - "
            "interval '1 day'");
    run(orders_sweep);
    assert_int_equal(rig_int("select count(*) from outbox"), 0);
}

static void an_order_that_stays_overdue_is_swept_ever_more_rarely(void **state)
{
    (void)state;
    (void)flow_check(fake_add_order());
    rig_sql("truncate outbox");
    rig_sql("update shop_order set next_run_at = now() - interval '1 hour',"
            " swept_at = now() - interval '20 minutes'"); /* overdue for 40 minutes then */
    run(orders_sweep);
    assert_int_equal(rig_int("select count(*) from outbox"), 0);
    rig_sql("update shop_order set swept_at = now() - interval '31 minutes'");
    run(orders_sweep);
    assert_int_equal(rig_int("select count(*) from outbox"), 1);
    rig_sql("update shop_order set next_run_at = now() - interval '30 days',"
            " swept_at = now() - interval '61 minutes'");
    run(orders_sweep);
    assert_int_equal(rig_int("select count(*) from outbox"), 2);
}

static void an_order_on_its_way_without_a_job_gets_one(void **state)
{
    (void)state;
    int64_t id = flow_check(fake_add_order());
    rig_sql("truncate outbox");
    rig_sql("update shop_order set next_job = null, next_run_at = null");
    run(orders_sweep);
    assert_string_equal(flow_of(id, "next_job"), "order.release");
    rig_sql("update shop_order set state = 'shipped', next_job = null, next_run_at = null");
    run(orders_sweep);
    assert_string_equal(flow_of(id, "next_job"), "order.track");
    assert_int_equal(rig_int("select count(*) from outbox where event = 'order.adrift'"), 2);
}

static void letting_go_brings_a_sweep_and_stopping_brings_nothing(void **state)
{
    (void)state;
    rig_sql("insert into setting (name, value, updated_by) values ('stop', '1', 'test')");
    rig_sql("update setting set value = 'off' where name = 'flow.fulfillment'");
    assert_int_equal(rig_int("select count(*) from outbox"), 0);
    rig_sql("update setting set value = 'off' where name = 'flow.fulfillment'");
    rig_sql("insert into setting (name, value, updated_by) values ('orders.page', '9', 'test')");
    assert_int_equal(rig_int("select count(*) from outbox"), 0);
    rig_sql("delete from setting where name = 'stop'"); /* the default: off */
    assert_string_equal(
        rig_text("select string_agg(job_type || args, ' ' order by id) from outbox"),
        "orders.sweep[] products.sweep[]");
    rig_sql("update setting set value = 'auto' where name = 'flow.fulfillment'");
    assert_int_equal(rig_int("select count(*) from outbox where job_type = 'orders.sweep'"), 2);
}

static void orders_that_waited_for_stop_go_on_with_the_first_sweep_after_it(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        (void)fake_add_order();
    }
    run(orders_check);
    rig_set("stop", "1");
    for (int id = 1; id <= 10; id++) {
        assert_int_equal(flow_job("order.release", id), 0);
    }
    rig_sql("truncate outbox");
    run(orders_sweep);
    assert_int_equal(rig_int("select count(*) from outbox"), 0);
    rig_set("stop", "0");
    run(orders_sweep);
    assert_int_equal(rig_int("select count(*) from outbox where event = 'order.resumed'"), 10);
    assert_int_equal(rig_int("select count(*) from shop_order where next_run_at <= now()"), 6);
    assert_in_range(
        rig_int("select extract(epoch from max(next_run_at) - now())::bigint from shop_order"), 28,
        34); /* the others at the supplier's rate */
    run(orders_sweep);
    assert_int_equal(rig_int("select count(*) from outbox where event = 'order.resumed'"), 10);
}

static void approvals_go_on_by_themselves_in_mode_auto(void **state)
{
    (void)state;
    rig_set("flow.fulfillment", "approve");
    int64_t id = flow_check(fake_add_order());
    assert_int_equal(flow_job("order.release", id), 0);
    assert_string_equal(flow_of(id, "state"), "approval");
    run(orders_sweep);
    assert_string_equal(flow_of(id, "next_job"), "");
    rig_set("flow.fulfillment", "auto");
    run(orders_sweep);
    flow_drive(id, "placed");
    assert_string_equal(flow_of(id, "state"), "placed");
    assert_int_equal(fake->pays, 1);
}

static void a_dry_run_is_decided_again_as_soon_as_the_mode_lets_it(void **state)
{
    (void)state;
    rig_set("flow.fulfillment", "dry_run");
    int64_t id = flow_check(fake_add_order());
    assert_int_equal(flow_job("order.release", id), 0);
    run(orders_sweep);
    assert_int_equal(rig_int("select (next_run_at > now() + interval '10 minutes')::int from "
                             "shop_order"),
                     1);
    rig_set("flow.fulfillment", "approve");
    run(orders_sweep);
    assert_int_equal(rig_int("select (next_run_at <= now())::int from shop_order"), 1);
}

static void a_hold_of_a_person_is_not_let_go_by_a_setting(void **state)
{
    struct fail f;

    (void)state;
    rig_set("flow.fulfillment", "approve");
    int64_t id = flow_check(fake_add_order());
    assert_int_equal(flow_job("order.release", id), 0);
    assert_int_equal(order_hold_by(rig_other_db(), id, "not this one", "ann", &f), 0);
    rig_set("flow.fulfillment", "auto");
    run(orders_sweep);
    assert_string_equal(flow_of(id, "next_job"), "");
    assert_string_equal(flow_of(id, "state"), "held");
}

static void held_for(int64_t id, const char *ago)
{
    char sql[120];

    (void)snprintf(sql, sizeof sql,
                   "update shop_order set held_at = now() - interval '%s' where id = %lld", ago,
                   (long long)id);
    rig_sql(sql);
}

static int64_t alerts(void)
{
    return rig_int("select count(*) from order_event where step = 'attention'");
}

static void a_long_hold_is_brought_up_after_hours_and_after_days_once_each(void **state)
{
    (void)state;
    int order = fake_add_order();
    PUT(fake->orders[order].financial, "PENDING");
    int64_t id = flow_check(order);
    assert_int_equal(flow_job("order.release", id), 0);
    held_for(id, "3 hours 59 minutes");
    run(orders_sweep);
    assert_int_equal(alerts(), 0);
    held_for(id, "4 hours 1 minute");
    run(orders_sweep);
    run(orders_sweep);
    assert_int_equal(alerts(), 1);
    assert_string_equal(flow_of(id, "problem"), "In hold for more than 4 hours (NOT_PAID).");
    assert_int_equal(flow_job("order.release", id), 0); /* looked at again, still held */
    held_for(id, "49 hours");
    run(orders_sweep);
    run(orders_sweep);
    assert_int_equal(alerts(), 2);
    assert_string_equal(
        rig_text("select code from order_event where step = 'attention' order by id desc"),
        "SUGGEST_CANCEL");
    assert_string_equal(flow_of(id, "problem"), "In hold for more than 48 hours (NOT_PAID).");
    PUT(fake->orders[order].financial, "PAID");
    assert_int_equal(flow_job("order.release", id), 0);
    assert_string_equal(flow_of(id, "state"), "placed");
    assert_string_equal(flow_of(id, "problem"), "");
    assert_string_equal(flow_of(id, "attention"), "0");
}

/* ---- orders.reconcile ---- */

static void finish_order(int order)
{
    int64_t id = flow_check(order);
    flow_drive(id, "placed");
    fake_ship(fake_supply_last(), "YT1", -1);
    flow_drive(id, "fulfilled");
}

static void expect_counts(int64_t missing, int64_t doubled)
{
    run(orders_reconcile);
    if (rig_int("select missing from reconcile_run order by id desc limit 1") != missing ||
        rig_int("select doubled from reconcile_run order by id desc limit 1") != doubled) {
        fail_msg("found: %s", rig_text("select missing || ' ' || doubled || ' ' || detail from "
                                       "reconcile_run order by id desc limit 1"));
    }
}

static void a_clean_shop_has_nothing_missing_and_nothing_double(void **state)
{
    (void)state;
    finish_order(fake_add_order());
    expect_counts(0, 0);
    assert_int_equal(rig_int("select jsonb_array_length(detail -> 'findings') from reconcile_run"),
                     0);
}

static void order_that_is_due_and_lies_still_is_missing_and_woken(void **state)
{
    (void)state;
    (void)flow_check(fake_add_order());
    rig_sql("truncate outbox");
    rig_sql("update shop_order set next_run_at = now() - interval '20 minutes', next_job = "
            "'order.release', financial = 'PAID'");
    expect_counts(1, 0);
    assert_int_equal(rig_int("select count(*) from outbox where job_type = 'order.release'"), 1);
    rig_set("flow.fulfillment", "approve");
    expect_counts(0, 0); /* there a person decides about the time */
}

static void order_the_poll_never_saw_is_missing_and_fetched(void **state)
{
    (void)state;
    int order = fake_add_order();
    fake->orders[order].created_us -= (int64_t)7200 * 1000000;
    expect_counts(1, 0);
    assert_string_equal(rig_text("select job_type || args from outbox"),
                        "orders.check[\"gid://shopify/Order/500\"]");
}

static void order_paid_twice_at_the_supplier_is_double(void **state)
{
    (void)state;
    finish_order(fake_add_order());
    rig_sql("insert into supplier_order (order_id, parcel_group, our_number, state, lines) values "
            "(1, 2, 'DS-500-2', 'failed', '[]')");
    fake->supplies[5] = (struct fake_supply){
        .used = true, .paid = true, .number = "DS-500-2", .id = "9", .status = CJ_UNSHIPPED
    };
    expect_counts(0, 1);
    assert_non_null(strstr(flow_of(1, "problem"), "given up is paid"));
}

static void order_fulfilled_twice_with_one_number_is_double(void **state)
{
    (void)state;
    int order = fake_add_order();
    finish_order(order);
    fake->orders[order].done[1] = fake->orders[order].done[0];
    fake->orders[order].done_count = 2;
    expect_counts(0, 1);
}

static void open_effects_are_listed(void **state)
{
    (void)state;
    rig_sql("insert into effect (key, kind, subject, intent, state, created_at)"
            " values ('cj.pay:X', 'cj.pay', 'order:1', '{}', 'unknown', now() - interval '20 "
            "minutes')");
    expect_counts(0, 0);
    assert_string_equal(rig_text("select detail -> 'findings' -> 0 ->> 'kind' from reconcile_run"),
                        "open_effect");
}

/* ---- housekeeping ---- */

static void housekeeping_makes_days_ahead_and_drops_old_ones(void **state)
{
    (void)state;
    rig_sql("create table job_run_20200101 partition of job_run for values from ('2020-01-01Z') "
            "to ('2020-01-02Z')");
    rig_sql("insert into outbox (event, job_type, queue, args, sent_at) values ('x', 'noop', "
            "'default', '[]', now() - interval '9 days')");
    rig_sql(
        "insert into outbox (event, job_type, queue, args) values ('y', 'noop', 'default', '[]')");
    rig_sql("insert into webhook_delivery (source, delivery_id, topic, received_at) values "
            "('shopify', '1', 'x', now() - interval '9 days')");
    run(housekeeping);
    run(housekeeping);
    assert_string_equal(rig_text("select to_regclass('job_run_20200101')"), "");
    assert_int_equal(
        rig_int("select count(*) from pg_inherits where inhparent = 'job_run'::regclass"),
        5); /* 4 days, default */
    assert_string_equal(rig_text("select string_agg(event, ',') from outbox"), "y");
    assert_int_equal(rig_int("select count(*) from webhook_delivery"), 0);
}

static void housekeeping_forgets_old_spam_and_no_other_message(void **state)
{
    (void)state;
    rig_sql("insert into contact_message (email, text, state, changed_at) select state || "
            "'@example.com', age, state, now() - age::interval from unnest(array['spam', 'new', "
            "'closed']) with ordinality s (state, n), unnest(array['29 days', '31 days']) age "
            "order by n, age");
    run(housekeeping);
    assert_string_equal(
        rig_text("select string_agg(state || ' ' || text, ',' order by id) from contact_message"),
        "spam 29 days,new 29 days,new 31 days,closed 29 days,closed 31 days");
    rig_sql("delete from contact_message");
}

static void housekeeping_trims_what_scans_leave(void **state)
{
    (void)state;
    rig_sql("insert into product (pid, name, state) values ('P1', 'x', 'found'); insert into "
            "supplier_snapshot (product_id, day) select id, (now() at time zone 'UTC')::date - d "
            "from product, unnest(array[0, 400, 401]) d; insert into discovery_run (started_at) "
            "values (now()), (now() - interval '31 days'); insert into freight_quote (vid, "
            "quantity, origin, dest, methods, quoted_at) values ('a', 1, 'CN', 'US', '[]', now()), "
            "('b', 1, 'CN', 'US', '[]', now() - interval '31 days')");
    run(housekeeping);
    assert_int_equal(rig_int("select count(*) from supplier_snapshot"), 2);
    assert_int_equal(rig_int("select count(*) from discovery_run"), 1);
    assert_string_equal(rig_text("select string_agg(vid, ',') from freight_quote"), "a");
    rig_sql("delete from supplier_snapshot; delete from product; delete from discovery_run; delete "
            "from freight_quote");
}

static void housekeeping_archives_the_dead_beyond_their_limit(void **state)
{
    scoped(redis_reply_clear_p) redisReply *added = NULL;
    scoped(redis_reply_clear_p) redisReply *left = NULL;
    struct fail f;

    (void)state;
    rig_sql("truncate dead_job");
    rig_set("dead.keep", "1");
    if (redis_do(rig_base.redis, &added, &f, "EVAL",
                 "redis.call('DEL', 'dead') return redis.call('ZADD', 'dead', 1795000000, "
                 "'{\"jid\":\"old\"}', 4000000000, '{\"jid\":\"new\"}')",
                 "0", NULL) < 0) {
        fail_msg("%s", f.text);
    }
    run(housekeeping);
    assert_string_equal(rig_text("select string_agg(jid, ',') from dead_job"), "old");
    assert_int_equal(redis_do(rig_base.redis, &left, &f, "ZRANGE", "dead", "0", "-1", NULL), 0);
    assert_int_equal(left->elements, 1);
    assert_string_equal(left->element[0]->str, "{\"jid\":\"new\"}");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, flow_clear)
    const struct CMUnitTest tests[] = {
        T(all_pages_are_read_and_the_cursor_follows),
        T(webhook_and_poll_make_one_event),
        T(release_waits_for_the_grace_of_each_order),
        T(a_backlog_is_spread_at_the_suppliers_rate),
        T(test_and_cancelled_orders_are_kept_with_a_reason),
        T(change_before_hand_off_decides_again_and_our_own_does_not),
        T(the_cursor_never_passes_the_start_of_the_run),
        T(a_seen_order_uses_up_no_id),
        T(an_early_end_is_gone_on_with_without_the_overlap),
        T(a_time_the_shop_does_not_tell_stops_no_page),
        T(failed_page_leaves_the_cursor_and_keeps_what_was_stored),
        T(overdue_orders_get_their_job_again_but_not_at_every_sweep),
        T(orders_at_rest_are_not_swept),
        T(an_order_that_stays_overdue_is_swept_ever_more_rarely),
        T(an_order_on_its_way_without_a_job_gets_one),
        T(letting_go_brings_a_sweep_and_stopping_brings_nothing),
        T(orders_that_waited_for_stop_go_on_with_the_first_sweep_after_it),
        T(approvals_go_on_by_themselves_in_mode_auto),
        T(a_dry_run_is_decided_again_as_soon_as_the_mode_lets_it),
        T(a_hold_of_a_person_is_not_let_go_by_a_setting),
        T(a_long_hold_is_brought_up_after_hours_and_after_days_once_each),
        T(a_clean_shop_has_nothing_missing_and_nothing_double),
        T(order_that_is_due_and_lies_still_is_missing_and_woken),
        T(order_the_poll_never_saw_is_missing_and_fetched),
        T(order_paid_twice_at_the_supplier_is_double),
        T(order_fulfilled_twice_with_one_number_is_double),
        T(open_effects_are_listed),
        T(housekeeping_makes_days_ahead_and_drops_old_ones),
        T(housekeeping_trims_what_scans_leave),
        T(housekeeping_forgets_old_spam_and_no_other_message),
        T(housekeeping_archives_the_dead_beyond_their_limit),
    };
    return cmocka_run_group_tests(tests, flow_setup, rig_close);
}
