/* Live products where a person decides: what is proposed, and what becomes of a word. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#include "tests/integration/listing/stage.h"

static int64_t id;

static void where_a_person_decides_the_shop_is_left_alone(void **state)
{
    (void)state;
    id = stage_live();
    rig_set("stock.on_out_of_stock", "propose");
    fake->goods[0].stock = 2;
    stage_look();
    stage_look();
    assert_int_equal(stage_offered(0), 195);
    assert_int_equal(rig_int("select count(*) from proposal where kind = 'product.hold' and state "
                             "= 'open'"),
                     1);
    rig_sql("update proposal set state = 'accepted', decided_at = now(), decided_by = 'ann'");
    rig_sql("update product set next_job = 'product.reprice', next_run_at = now()");
    stage_drive(id, NULL);
    assert_int_equal(stage_offered(0), 0);
    assert_string_equal(stage_of(id, "state"), "listed");
    assert_int_equal(rig_int("select count(*) from proposal where detail ? 'done_at'"), 1);
    fake->goods[0].stock = 80;
    stage_look();
    stage_look();
    assert_int_equal(stage_offered(0), 0);
    assert_string_equal(rig_text("select kind from proposal where state = 'open'"),
                        "product.restore");
    rig_sql("update proposal set state = 'accepted', decided_at = now(), decided_by = 'ann' where "
            "state = 'open'");
    rig_sql("update product set next_job = 'product.reprice', next_run_at = now()");
    stage_drive(id, NULL);
    assert_int_equal(stage_offered(0), 75);
}

static void what_is_plenty_again_is_proposed_no_more(void **state)
{
    (void)state;
    id = stage_live();
    rig_set("stock.on_out_of_stock", "propose");
    fake->goods[0].stock = 2;
    stage_look();
    assert_int_equal(rig_int("select count(*) from proposal where state = 'open'"), 1);
    fake->goods[0].stock = 90;
    stage_look();
    assert_int_equal(rig_int("select count(*) from proposal where state = 'open'"), 0);
}

static int64_t proposals_of(const char *vid)
{
    char sql[200];

    (void)snprintf(sql, sizeof sql,
                   "select count(*) from proposal where state = 'open' and kind = 'product.hold' "
                   "and detail -> 'vids' ? '%s'",
                   vid);
    return rig_int(sql);
}

static void what_is_gone_stays_proposed_until_a_person_has_said_it(void **state)
{
    (void)state;
    id = stage_live();
    rig_set("stock.on_out_of_stock", "propose");
    fake->goods[1].gone = true;
    stage_look_at_prices();
    assert_int_equal(proposals_of("V2"), 1);
    stage_look();
    assert_int_equal(proposals_of("V2"), 1);
    fake->goods[0].stock = 2;
    stage_look();
    assert_int_equal(proposals_of("V1"), 1);
    assert_int_equal(proposals_of("V2"), 1);
    rig_sql("update proposal set state = 'accepted', decided_at = now(), decided_by = 'ann'");
    rig_sql("update product set next_job = 'product.reprice', next_run_at = now()");
    stage_drive(id, NULL);
    assert_int_equal(stage_offered(1), 0);
    stage_look();
    assert_int_equal(proposals_of("V2"), 0);
}

static void an_answer_nobody_believes_takes_no_proposal_back(void **state)
{
    (void)state;
    id = stage_live();
    rig_set("stock.on_out_of_stock", "propose");
    fake->goods[0].stock = 2;
    stage_look();
    fake->goods[0].stock = 0;
    stage_look();
    assert_int_equal(proposals_of("V1"), 1);
}

/* A person accepts `kind` of a product in this state; call number `at` fails so. */
static bool accept_with(const char *kind, const char *held, enum fault fault, int at)
{
    char sql[300];

    assert_int_equal(stage_clear(NULL), 0);
    id = stage_live();
    rig_set("stock.on_out_of_stock", "propose"); /* no look brings right what the job left out */
    rig_sql(held);
    (void)snprintf(sql, sizeof sql,
                   "insert into proposal (kind, subject, text, state, decided_at, decided_by) "
                   "values ('%s', 'product:%lld', '?', 'accepted', now(), 'ann')",
                   kind, (long long)id);
    rig_sql(sql);
    rig_sql("update product set next_job = 'product.reprice', next_run_at = now()");
    fake->point.calls = 0;
    fake->point.fault = fault;
    fake->point.at = at;
    stage_drive(id, NULL);
    return fake->point.fired;
}

static void what_was_accepted_is_carried_out_whole_whatever_happens(void **state)
{
    (void)state;
    for (enum fault fault = FAULT_REFUSED_LATER; fault < FAULTS; fault++) {
        bool fired = true;
        for (int at = 1; fired; at++) {
            fired = accept_with("product.restore",
                                "update product set state = 'on_hold', hold_code = 'GONE'; "
                                "update variant set shop_quantity = 0",
                                fault, at);
            assert_string_equal(stage_of(id, "state"), "listed");
            assert_int_equal(rig_int("select sum(shop_quantity) from variant"), 390);
            assert_int_equal(rig_int("select count(*) from proposal where detail ? 'done_at'"), 1);
        }
        fired = true;
        for (int at = 1; fired; at++) {
            fired = accept_with("product.hold", "select 1", fault, at);
            assert_string_equal(stage_of(id, "hold_code"), "PERSON");
            assert_int_equal(fake_sole()->variants[0].quantity, 0);
            assert_int_equal(rig_int("select count(*) from proposal where detail ? 'done_at'"), 1);
        }
    }
}

/* Accepted one after the other, none carried out yet; the second of them was proposed first. */
static void say_both(const char *first, const char *second)
{
    char sql[500];

    (void)snprintf(sql, sizeof sql,
                   "insert into proposal (kind, subject, text, detail, state, decided_at, "
                   "decided_by) values %s, %s",
                   second, first);
    rig_sql(sql);
    rig_sql("update product set next_job = 'product.reprice', next_run_at = now()");
}
#define PRICE_SAID(minor, ago)                                                                     \
    "('product.price', 'product:1', '?', '{\"price_minor\": " minor "}', 'accepted', now() - "     \
    "interval '" ago " min', 'ann')"
#define HOLD_SAID(ago)                                                                             \
    "('product.hold', 'product:1', '?', '{}', 'accepted', now() - interval '" ago " min', 'bob')"

static void of_a_price_and_a_hold_said_at_once_neither_is_forgotten(void **state)
{
    (void)state;
    for (int hold_last = 0; hold_last < 2; hold_last++) {
        assert_int_equal(stage_clear(NULL), 0);
        id = stage_live();
        say_both(hold_last ? PRICE_SAID("2999", "2") : HOLD_SAID("2"),
                 hold_last ? HOLD_SAID("1") : PRICE_SAID("2999", "1"));
        stage_drive(id, NULL);
        assert_string_equal(stage_of(id, "hold_code"), "PERSON");
        assert_int_equal(stage_offered(0), 0);
        assert_int_equal(rig_int("select max(price_minor) from variant"), 2999);
        assert_int_equal(rig_int("select count(*) from proposal where detail ? 'done_at'"), 2);
    }
}

static void under_stop_a_hold_is_set_and_the_price_comes_afterwards(void **state)
{
    (void)state;
    id = stage_live();
    say_both(PRICE_SAID("2999", "2"), HOLD_SAID("1"));
    rig_set("stop", "1");
    assert_int_equal(stage_job("product.reprice", id), 0);
    assert_int_equal(stage_offered(0), 0);
    assert_string_equal(stage_of(id, "waits_for"), "stop");
    assert_string_equal(stage_of(id, "next_job"), "product.reprice");
    assert_int_equal(rig_int("select count(*) from variant where price_minor = 2999"), 0);
    rig_set("stop", "0");
    stage_drive(id, NULL);
    assert_int_equal(rig_int("select max(price_minor) from variant"), 2999);
    assert_string_equal(stage_of(id, "hold_code"), "PERSON");
}

static void of_two_prices_the_last_counts(void **state)
{
    (void)state;
    id = stage_live();
    say_both(PRICE_SAID("3999", "2"), PRICE_SAID("2999", "1"));
    stage_drive(id, NULL);
    assert_int_equal(rig_int("select max(price_minor) from variant"), 2999);
    assert_int_equal(rig_int("select count(*) from proposal where detail ? 'done_at'"), 2);
}

static void a_price_that_waits_keeps_nobody_from_looking_at_the_stock(void **state)
{
    (void)state;
    id = stage_live();
    rig_set("stop", "1");
    rig_sql("update product set next_job = 'product.reprice', next_run_at = now()");
    assert_int_equal(stage_job("product.reprice", id), 0);
    assert_string_equal(stage_of(id, "waits_for"), "stop");
    fake->goods[0].stock = 2;
    stage_look_at_prices();
    assert_int_equal(stage_offered(0), 0);
    assert_string_equal(stage_of(id, "next_job"), "product.reprice");
    rig_sql("update product set next_run_at = now()"); /* it is about to run */
    fake->goods[1].stock = 2;
    stage_look();
    assert_int_equal(stage_offered(1), 195);
}

static void texts_that_wait_keep_nobody_from_looking_at_the_stock(void **state)
{
    (void)state;
    id = stage_live();
    rig_set("stop", "1");
    rig_sql("update product set state = 'publishing', next_job = 'listing.publish', next_run_at "
            "= now()");
    assert_int_equal(stage_job("listing.publish", id), 0);
    fake->goods[0].stock = 2;
    stage_look();
    assert_int_equal(stage_offered(0), 0);
    assert_int_equal(stage_offered(1), 195); /* on sale still; under STOP nothing else is sent */
    assert_string_equal(stage_of(id, "state"), "publishing");
    rig_set("stop", "0");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "listed");
}

static void in_a_trial_run_nothing_is_put_right_at_the_shop(void **state)
{
    (void)state;
    id = stage_live();
    rig_sql("insert into effect (key, kind, subject, intent, state) select 'shop.prices:lost', "
            "'shop.prices', 'product:' || id, '{}', 'unknown' from product");
    rig_set("flow.discovery", "dry_run");
    fake_sole()->variants[0].price = 1;
    rig_sql("update variant set checked_at = now() - interval '1 day'");
    rig_sql("update product set check_due_at = now() - interval '1 second'");
    assert_int_equal(rig_run(stock_watch, "[]"), 0);
    assert_int_equal(fake->prices, 0);
}

int main(void)
{
#define with_stage(name) cmocka_unit_test_setup(name, stage_clear)
    const struct CMUnitTest tests[] = {
        with_stage(where_a_person_decides_the_shop_is_left_alone),
        with_stage(what_is_plenty_again_is_proposed_no_more),
        with_stage(what_is_gone_stays_proposed_until_a_person_has_said_it),
        with_stage(an_answer_nobody_believes_takes_no_proposal_back),
        with_stage(what_was_accepted_is_carried_out_whole_whatever_happens),
        with_stage(of_a_price_and_a_hold_said_at_once_neither_is_forgotten),
        with_stage(under_stop_a_hold_is_set_and_the_price_comes_afterwards),
        with_stage(of_two_prices_the_last_counts),
        with_stage(a_price_that_waits_keeps_nobody_from_looking_at_the_stock),
        with_stage(texts_that_wait_keep_nobody_from_looking_at_the_stock),
        with_stage(in_a_trial_run_nothing_is_put_right_at_the_shop),
    };

    return cmocka_run_group_tests(tests, stage_setup, rig_close);
}
