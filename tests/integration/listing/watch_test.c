/* The watch: stock with hysteresis, doubt about empty answers, goods that are gone, prices that change. */
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

static void stock_at_the_shop_follows_the_supplier(void **state)
{
    (void)state;
    id = stage_live();
    fake->goods[0].stock = 100;
    stage_look();
    assert_int_equal(stage_offered(0), 95);
    assert_int_equal(stage_offered(1), 115);
    assert_int_equal(rig_int("select stock from supplier_snapshot"), 220);
    assert_int_equal(fake->quantities, 2); /* the listing's, and one call for both */
    stage_look();
    assert_int_equal(fake->quantities, 2); /* nothing changed, nothing sent */
    fake->goods[0].stock = 1000000;
    stage_look();
    assert_int_equal(stage_offered(0), 9999);
}

static void a_product_is_looked_at_only_when_it_is_due(void **state)
{
    (void)state;
    id = stage_live();
    assert_int_equal(rig_run(stock_watch, "[]"), 0);
    assert_int_equal(fake->supplier_calls, 0);
    stage_look();
    assert_int_equal(fake->supplier_calls, 1); /* stock alone: its prices are of today */
    assert_string_equal(stage_of(id, "tier"), "WARM");
    assert_int_equal(rig_int("select extract(epoch from check_due_at - checked_at)::int from "
                             "product"),
                     21600);
}

static void below_the_safety_stock_nothing_is_offered_until_it_is_plenty_twice(void **state)
{
    static const struct {
        int64_t stock, offered;
    } steps[] = {
        { 200, 195 }, { 5, 0 },  { 30, 25 }, { 4, 0 }, { 8, 0 },  { 10, 0 },  { 50, 0 },
        { 9, 0 },     { 11, 0 }, { 11, 6 },  { 3, 0 }, { 40, 0 }, { 40, 35 }, { 41, 36 },
    };
    (void)state;
    id = stage_live();
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        fake->goods[0].stock = steps[i].stock;
        stage_look();
        if (stage_offered(0) != steps[i].offered) {
            fail_msg("step %zu: stock %d offers %d instead of %d", i, (int)steps[i].stock,
                     (int)stage_offered(0), (int)steps[i].offered);
        }
        assert_int_equal(stage_offered(1), 115);
    }
}

static void an_empty_answer_counts_when_it_is_said_twice(void **state)
{
    (void)state;
    id = stage_live();
    stage_look();
    fake->goods[0].stock = 0;
    stage_look();
    assert_int_equal(stage_offered(0), 195);
    fake->goods[0].stock = 200;
    stage_look();
    fake->goods[0].stock = 0;
    stage_look();
    assert_int_equal(stage_offered(0), 195); /* twice, but not in a row */
    stage_look();
    assert_int_equal(stage_offered(0), 0);
    assert_int_equal(rig_int("select count(*) from product_event where code = 'OUT_OF_STOCK'"), 1);
    fake->silent = true; /* says nothing about any variant */
    stage_look();
    assert_int_equal(stage_offered(1), 115);
    stage_look();
    assert_int_equal(stage_offered(1), 0);
}

static void a_failed_look_changes_nothing_and_comes_again(void **state)
{
    (void)state;
    id = stage_live();
    fake->point.fault = FAULT_REFUSED_LATER;
    fake->point.at = 1;
    stage_look();
    assert_int_equal(stage_offered(0), 195);
    assert_int_equal(rig_int("select count(*) from supplier_snapshot"), 0);
    assert_int_equal(rig_int("select count(*) from product where check_due_at between now() + "
                             "interval '25 minutes' and now() + interval '31 minutes'"),
                     1);
    stage_look();
    assert_int_equal(rig_int("select count(*) from supplier_snapshot"), 1);
}

static void a_product_that_is_gone_is_held(void **state)
{
    (void)state;
    id = stage_live();
    fake->off_shelf = true;
    stage_look();
    assert_string_equal(stage_of(id, "state"), "on_hold");
    assert_string_equal(stage_of(id, "hold_code"), "GONE");
    assert_int_equal(stage_offered(0), 0);
    assert_int_equal(stage_offered(1), 0);
    assert_int_equal(rig_int("select count(*) from product_event where code = 'ads.pause_wanted'"),
                     1);
    stage_look();
    assert_int_equal(rig_int("select count(*) from product_event where step = 'held'"), 1);
    fake->off_shelf = false;
    stage_look_at_prices();
    assert_string_equal(stage_of(id, "state"), "on_hold");
    assert_string_equal(rig_text("select kind from proposal where state = 'open'"),
                        "product.restore");
    rig_sql("update proposal set state = 'accepted', decided_at = now(), decided_by = 'ann'");
    rig_sql("update product set next_job = 'product.reprice', next_run_at = now()");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "listed");
    assert_int_equal(stage_offered(0), 195);
}

static void a_variant_that_is_gone_is_offered_no_more(void **state)
{
    (void)state;
    id = stage_live();
    fake->goods[1].gone = true;
    stage_look_at_prices();
    assert_int_equal(stage_offered(0), 195);
    assert_int_equal(stage_offered(1), 0);
    assert_string_equal(stage_of(id, "state"), "listed");
    assert_int_equal(rig_int("select count(*) from variant where gone_at is not null"), 1);
}

static void a_detail_without_variants_is_not_believed(void **state)
{
    (void)state;
    id = stage_live();
    fake->nameless = true;
    stage_look_at_prices();
    stage_look_at_prices();
    assert_string_equal(stage_of(id, "state"), "listed");
    assert_int_equal(stage_offered(0), 195);
}

/* ---- what a person wants done ---- */

static void stop_lets_stock_fall_to_nothing_but_not_come_back(void **state)
{
    (void)state;
    id = stage_live();
    rig_set("stop", "1");
    fake->goods[0].stock = 2;
    fake->goods[1].stock = 60;
    stage_look();
    assert_int_equal(stage_offered(0), 0);
    assert_int_equal(stage_offered(1), 195); /* as it was listed: less, but not nothing */
    fake->goods[0].stock = 80;
    stage_look();
    stage_look();
    stage_look();
    assert_int_equal(stage_offered(0), 0);
    rig_set("stop", "0");
    stage_look();
    assert_int_equal(stage_offered(0), 75);
    assert_int_equal(stage_offered(1), 55);
}

static void dry_from_now_on(const char *call)
{
    if (strcmp(call, "stock") == 0) {
        rig_set("flow.discovery", "dry_run");
    }
}

static void a_mode_that_is_switched_holds_for_the_rest_of_the_round(void **state)
{
    (void)state;
    id = stage_live();
    rig_sql("insert into product (pid, name, state, listed_at, check_due_at) values ('P-first', "
            "'another', 'listed', now(), now() - interval '1 hour')");
    fake->goods[0].stock = 2;
    fake->point.before = dry_from_now_on;
    rig_sql("update product set check_due_at = now() - interval '1 second' where pid <> "
            "'P-first'");
    assert_int_equal(rig_run(stock_watch, "[]"), 0);
    assert_int_equal(stage_offered(0), 195);
}

static void told_only_nothing_is_done(void **state)
{
    (void)state;
    id = stage_live();
    rig_set("stock.on_out_of_stock", "notify");
    rig_set("stock.on_price_change", "notify");
    fake->goods[0].stock = 2;
    fake->goods[1].cents = 1000;
    stage_look_at_prices();
    stage_look_at_prices();
    assert_int_equal(stage_offered(0), 195);
    assert_int_equal(fake->prices, 0);
    assert_int_equal(rig_int("select count(*) from proposal"), 0);
    assert_true(rig_int("select count(*) from product_event where code = 'OUT_OF_STOCK'") >= 1);
    assert_true(rig_int("select count(*) from product_event where code = 'PRICE'") >= 1);
}

/* ---- prices ---- */

static void a_dearer_supplier_raises_the_price_within_the_step(void **state)
{
    (void)state;
    id = stage_live();
    fake->goods[0].cents = 950;
    stage_look_at_prices();
    assert_int_equal(fake_sole()->variants[0].price, 2399);
    assert_int_equal(fake_sole()->variants[1].price, 2299);
    assert_int_equal(rig_int("select price_minor from variant where vid = 'V1'"), 2399);
    assert_int_equal(rig_int("select landed_minor from variant where vid = 'V1'"), 1370);
    assert_int_equal(rig_int("select count(*) from product_event where step = 'repriced'"), 1);
    /* Once in 24 h. */
    fake->goods[1].cents = 1000;
    stage_look_at_prices();
    assert_int_equal(fake_sole()->variants[1].price, 2299);
    rig_sql("update product set repriced_at = now() - interval '25 hours'");
    stage_look_at_prices();
    assert_int_equal(fake_sole()->variants[1].price, 2399);
}

static void beyond_the_step_it_is_held_and_proposed(void **state)
{
    (void)state;
    id = stage_live();
    fake->goods[0].cents = 1300;
    stage_look_at_prices();
    assert_string_equal(stage_of(id, "state"), "on_hold");
    assert_string_equal(stage_of(id, "hold_code"), "PRICE_STEP");
    assert_int_equal(stage_offered(0), 0);
    assert_int_equal(stage_offered(1), 0);
    assert_int_equal(fake_sole()->variants[0].price, 2199);
    assert_string_equal(rig_text("select kind from proposal where state = 'open'"),
                        "product.price");
    assert_int_equal(rig_int("select count(*) from product_event where code = "
                             "'ads.pause_wanted'"),
                     0);
    /* The supplier comes to its senses: for sale again. */
    fake->goods[0].cents = 850;
    stage_look_at_prices();
    assert_string_equal(stage_of(id, "state"), "listed");
    assert_int_equal(stage_offered(0), 195);
    assert_int_equal(rig_int("select count(*) from proposal where state = 'withdrawn'"), 1);
}

static void what_would_lose_money_is_stopped_with_its_ads(void **state)
{
    (void)state;
    id = stage_live();
    fake->goods[1].cents = 1800;
    stage_look_at_prices();
    assert_string_equal(stage_of(id, "state"), "on_hold");
    assert_string_equal(stage_of(id, "hold_code"), "UNPROFITABLE");
    assert_int_equal(stage_offered(0), 0);
    /* State, proposal and the ads' event were one transaction. */
    assert_int_equal(rig_int("select count(distinct at) from product_event where step in ('held', "
                             "'ads')"),
                     1);
    assert_true(rig_int("select (detail ->> 'price_minor')::int from proposal where state = "
                        "'open'") > 2299);
}

static void make_quote_old(void)
{
    rig_sql("update product set decision = jsonb_set(decision, '{markets,0,quote,quoted_at}', "
            "'\"2026-01-01T00:00:00Z\"')");
}

static void freight_is_asked_for_anew_after_a_week(void **state)
{
    (void)state;
    id = stage_live();
    fake->freight_cents = 620;
    stage_look_at_prices();
    assert_int_equal(fake->quotes, 0);
    make_quote_old();
    stage_look_at_prices();
    assert_int_equal(fake->quotes, 1);
    assert_int_equal(fake_sole()->variants[0].price, 2499); /* 8.50 + 6.20 to be earned back */
    stage_look_at_prices();
    assert_int_equal(fake->quotes, 1);
}

static void where_nothing_is_shipped_any_more_it_says_so(void **state)
{
    (void)state;
    id = stage_live();
    make_quote_old();
    fake->freight_cents = 0;
    stage_look_at_prices();
    assert_int_equal(fake->prices, 0);
    assert_non_null(strstr(rig_text("select text from product_event order by id desc limit 1"),
                           "by no method"));
}

/* ---- killed on the way ---- */

static void a_hold_that_was_cut_short_is_ended_by_its_job(void **state)
{
    (void)state;
    for (int at = 1;; at++) {
        assert_int_equal(stage_clear(NULL), 0);
        id = stage_live();
        fake->goods[0].cents = 1700;
        fake->point.fault = FAULT_KILLED_BEFORE;
        fake->point.at = at;
        rig_sql("update product set check_due_at = now() - interval '1 second'");
        rig_sql("update variant set checked_at = now() - interval '1 day'");
        (void)rig_run_killable(stock_watch, "[]");
        bool fired = fake->point.fired;
        fake->point.fault = FAULT_NONE;
        stage_drive(id, NULL); /* what the row asks for */
        if (strcmp(stage_of(id, "state"), "listed") == 0) {
            stage_look_at_prices();
        }
        assert_string_equal(stage_of(id, "state"), "on_hold");
        assert_int_equal(stage_offered(0), 0);
        assert_int_equal(stage_offered(1), 0);
        assert_string_equal(stage_of(id, "next_job"), "");
        if (!fired) {
            return;
        }
    }
}

static void quantities_arrive_whatever_happens_to_a_look(void **state)
{
    (void)state;
    for (enum fault fault = FAULT_REFUSED_LATER; fault < FAULTS; fault++) {
        bool fired = true;
        for (int at = 1; fired; at++) {
            assert_int_equal(stage_clear(NULL), 0);
            id = stage_live();
            fake->goods[0].stock = 100;
            fake->goods[1].stock = 2;
            fake->point.fault = fault;
            fake->point.at = at;
            rig_sql("update product set check_due_at = now() - interval '1 second'");
            (void)rig_run_killable(stock_watch, "[]");
            fired = fake->point.fired;
            fake->point.fault = FAULT_NONE;
            rig_sql("update effect set created_at = created_at - interval '5 minutes'");
            stage_look();
            stage_look();
            assert_int_equal(stage_offered(0), 95);
            assert_int_equal(stage_offered(1), 0);
            assert_int_equal(rig_int("select count(*) from effect where state <> 'done'"), 0);
            assert_int_equal(rig_int("select shop_quantity from variant where vid = 'V1'"), 95);
        }
    }
}

static void die_before_quantities(const char *call)
{
    if (strcmp(call, "quantities") == 0 && !fake->point.fired) {
        fake->point.fault = FAULT_KILLED_BEFORE;
        fake->point.at = fake->point.calls;
    }
}

static void a_look_that_was_cut_short_is_due_still(void **state)
{
    (void)state;
    id = stage_live();
    fake->goods[0].stock = 2;
    fake->point.before = die_before_quantities;
    rig_sql("update product set check_due_at = now() - interval '1 second'");
    assert_int_equal(rig_run_killable(stock_watch, "[]"), -2);
    fake->point.before = NULL;
    assert_int_equal(stage_offered(0), 195);
    rig_sql("update effect set created_at = created_at - interval '5 minutes'");
    assert_int_equal(rig_run(stock_watch, "[]"), 0); /* the next round, as the rows stand */
    assert_int_equal(stage_offered(0), 0);
    assert_int_equal(rig_int("select count(*) from supplier_snapshot"), 1);
}

static const char *last_call;

/* The worker dies when this very call is done. */
static void die_after(const char *call)
{
    if (strcmp(call, last_call) == 0 && !fake->point.fired) {
        fake->point.fault = FAULT_KILLED_AFTER;
        fake->point.at = fake->point.calls;
    }
}

static void look_and_die_after(const char *call)
{
    last_call = call;
    fake->point.before = die_after;
    rig_sql("update variant set checked_at = now() - interval '1 day'");
    rig_sql("update product set check_due_at = now() - interval '1 second'");
    assert_int_equal(rig_run_killable(stock_watch, "[]"), -2);
    fake->point.before = NULL;
    rig_sql("update effect set created_at = created_at - interval '5 minutes'");
}

static void what_was_sent_in_vain_is_taken_back_when_nobody_wants_it(void **state)
{
    (void)state;
    id = stage_live();
    fake->goods[0].stock = 100;
    look_and_die_after("quantities");
    assert_int_equal(stage_offered(0), 95);
    fake->goods[0].stock = 200;
    stage_look_at_prices();
    assert_int_equal(stage_offered(0), 195);
    assert_int_equal(rig_int("select count(*) from effect where state <> 'done'"), 0);
    fake->point.fired = false;
    fake->goods[0].cents = 950;
    look_and_die_after("prices");
    assert_int_equal(fake_sole()->variants[0].price, 2399);
    fake->goods[0].cents = 850;
    stage_look_at_prices();
    assert_int_equal(fake_sole()->variants[0].price, 2199);
    assert_int_equal(rig_int("select price_minor from variant where vid = 'V1'"), 2199);
    assert_int_equal(rig_int("select count(*) from effect where state <> 'done'"), 0);
}

/* ---- tiers ---- */

static void what_sells_or_runs_short_is_looked_at_hourly(void **state)
{
    (void)state;
    id = stage_live();
    fake->goods[0].stock = 19;
    stage_look();
    stage_look();
    assert_string_equal(stage_of(id, "tier"), "HOT");
    assert_int_equal(rig_int("select extract(epoch from check_due_at - checked_at)::int from "
                             "product"),
                     3600);
    fake->goods[0].stock = 500;
    rig_sql("update product set listed_at = now() - interval '40 days'");
    stage_look();
    stage_look();
    assert_string_equal(stage_of(id, "tier"), "COLD");
}

static void a_product_another_job_works_on_is_left_for_the_next_round(void **state)
{
    (void)state;
    id = stage_live();
    rig_sql("update product set next_job = 'product.reprice', next_run_at = now()");
    stage_look();
    assert_int_equal(fake->supplier_calls, 0);
}

int main(void)
{
#define with_stage(name) cmocka_unit_test_setup(name, stage_clear)
    const struct CMUnitTest tests[] = {
        with_stage(stock_at_the_shop_follows_the_supplier),
        with_stage(a_product_is_looked_at_only_when_it_is_due),
        with_stage(below_the_safety_stock_nothing_is_offered_until_it_is_plenty_twice),
        with_stage(an_empty_answer_counts_when_it_is_said_twice),
        with_stage(a_failed_look_changes_nothing_and_comes_again),
        with_stage(a_product_that_is_gone_is_held),
        with_stage(a_variant_that_is_gone_is_offered_no_more),
        with_stage(a_detail_without_variants_is_not_believed),
        with_stage(stop_lets_stock_fall_to_nothing_but_not_come_back),
        with_stage(a_mode_that_is_switched_holds_for_the_rest_of_the_round),
        with_stage(told_only_nothing_is_done),
        with_stage(a_dearer_supplier_raises_the_price_within_the_step),
        with_stage(beyond_the_step_it_is_held_and_proposed),
        with_stage(what_would_lose_money_is_stopped_with_its_ads),
        with_stage(freight_is_asked_for_anew_after_a_week),
        with_stage(where_nothing_is_shipped_any_more_it_says_so),
        with_stage(a_hold_that_was_cut_short_is_ended_by_its_job),
        with_stage(quantities_arrive_whatever_happens_to_a_look),
        with_stage(a_look_that_was_cut_short_is_due_still),
        with_stage(what_was_sent_in_vain_is_taken_back_when_nobody_wants_it),
        with_stage(what_sells_or_runs_short_is_looked_at_hourly),
        with_stage(a_product_another_job_works_on_is_left_for_the_next_round),
    };

    return cmocka_run_group_tests(tests, stage_setup, rig_close);
}
