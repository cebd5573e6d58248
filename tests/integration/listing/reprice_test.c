/* Prices of live products: by the rules, by a person, through every fault. */
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

/* product.reprice is asked for, with more arguments as JSON ("" = none). */
static int ask(const char *more)
{
    char args[80];

    rig_sql("update product set next_job = 'product.reprice', next_run_at = now()");
    (void)snprintf(args, sizeof args, "[%lld, \"now\"%s]", (long long)id, more);
    return rig_run(product_reprice, args);
}

static int64_t price(int variant)
{
    return fake_sole()->variants[variant].price;
}

static void dearer(const char *vid, int cents)
{
    char sql[120];

    (void)snprintf(sql, sizeof sql, "update variant set cost_minor = %d where vid = '%s'", cents,
                   vid);
    rig_sql(sql);
}

static void what_is_right_stays(void **state)
{
    (void)state;
    id = stage_live();
    assert_int_equal(ask(""), 0);
    assert_int_equal(fake->prices, 0);
    assert_string_equal(stage_of(id, "next_job"), "");
    assert_string_equal(stage_of(id, "repriced_at"), "");
}

static void each_variant_is_priced_by_its_own_cost(void **state)
{
    (void)state;
    id = stage_live();
    dearer("V1", 950);
    dearer("V2", 1000);
    assert_int_equal(ask(""), 0);
    assert_int_equal(price(0), 2399);
    assert_int_equal(price(1), 2399);
    assert_int_equal(fake_sole()->variants[1].cost, 1000);
    assert_string_equal(stage_of(id, "price_minor"), "2399");
    assert_string_equal(stage_of(id, "landed_minor"), "1420");
    assert_int_equal(fake->prices, 1);
}

static void a_rule_that_misses_the_floor_lowers_no_price(void **state)
{
    (void)state;
    id = stage_live();
    rig_sql("insert into pricing_rule (name, kind, spec, active, created_by) values "
            "('thin', 'multiplier', '{\"factor_e3\": 1600}', true, 'test')");
    dearer("V1", 800); /* cheaper: 1.6 x 1220 is 1952, a tenth below, with a margin under 30 % */
    assert_int_equal(ask(""), 0);
    rig_sql("delete from pricing_rule");
    assert_int_equal(price(0), 2199);
    assert_int_equal(fake->prices, 0);
    assert_string_equal(stage_of(id, "state"), "listed");
}

/* A change of price with call number `at` failing so. */
static bool reprice_with(enum fault fault, int at)
{
    assert_int_equal(stage_clear(NULL), 0);
    id = stage_live();
    dearer("V1", 950);
    rig_sql("update product set next_job = 'product.reprice', next_run_at = now()");
    fake->point.calls = 0;
    fake->point.fault = fault;
    fake->point.at = at;
    stage_drive(id, NULL);
    return fake->point.fired;
}

static void a_price_is_set_once_and_whole_whatever_happens(void **state)
{
    (void)state;
    for (enum fault fault = FAULT_REFUSED_LATER; fault < FAULTS; fault++) {
        int at = 1;
        bool fired = true;
        while (fired) {
            fired = reprice_with(fault, at++);
            assert_int_equal(price(0), 2399);
            assert_int_equal(price(1), 2299);
            assert_int_equal(rig_int("select price_minor from variant where vid = 'V1'"), 2399);
            assert_string_equal(stage_of(id, "state"), "listed");
            assert_int_equal(rig_int("select count(*) from product_event where step = 'repriced'"),
                             1);
        }
        assert_true(at > 3);
    }
}

/* ---- a person ---- */

static void a_persons_price_leads_and_the_others_follow_their_cost(void **state)
{
    (void)state;
    id = stage_live();
    assert_int_equal(ask(", 3000"), 0);
    assert_int_equal(price(1), 3000); /* the product's leading variant, exactly */
    assert_int_equal(price(0), 2899); /* 3000 x 1270 / 1320 = 2886, with the ending */
    assert_string_equal(stage_of(id, "price_minor"), "3000");
}

static void a_price_that_loses_money_is_refused_with_a_sentence(void **state)
{
    (void)state;
    id = stage_live();
    assert_int_equal(ask(", 1400"), 0);
    assert_int_equal(price(1), 2299);
    assert_int_equal(fake->prices, 0);
    assert_int_equal(rig_int("select count(*) from product_event where code = 'REFUSED'"), 1);
    assert_string_equal(stage_of(id, "state"), "listed");
}

static void an_accepted_price_brings_a_held_product_back(void **state)
{
    (void)state;
    id = stage_live();
    dearer("V2", 1800);
    assert_int_equal(ask(""), 0);
    assert_string_equal(stage_of(id, "hold_code"), "UNPROFITABLE");
    int64_t wanted = rig_int("select (detail ->> 'price_minor')::int from proposal");
    rig_sql("update proposal set state = 'accepted', decided_at = now(), decided_by = 'ann'");
    /* The job's own arguments may be lost: the proposal says it. */
    assert_int_equal(ask(""), 0);
    assert_string_equal(stage_of(id, "state"), "listed");
    assert_int_equal(price(1), wanted);
    assert_int_equal(fake_sole()->variants[0].quantity, 195);
    assert_int_equal(fake_sole()->variants[1].quantity, 195);
    assert_int_equal(rig_int("select count(*) from proposal where state = 'open'"), 0);
    /* It is done once: asked again, the rules speak. */
    assert_int_equal(ask(""), 0);
    assert_int_equal(price(1), wanted);
    assert_int_equal(fake->prices, 1);
}

static void under_stop_no_price_changes(void **state)
{
    (void)state;
    id = stage_live();
    rig_set("stop", "1");
    dearer("V1", 950);
    assert_int_equal(ask(""), 0);
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    assert_int_equal(fake->prices, 0);
    rig_set("stop", "0");
    stage_drive(id, NULL);
    assert_int_equal(price(0), 2399);
}

static void without_terms_nothing_is_changed_and_it_says_why(void **state)
{
    (void)state;
    id = stage_live();
    rig_sql("delete from duty_rule where dest = 'US'");
    dearer("V1", 1800);
    assert_int_equal(ask(""), 0);
    assert_int_equal(fake->prices, 0);
    assert_string_equal(stage_of(id, "state"), "listed");
    assert_non_null(strstr(rig_text("select text from product_event order by id desc limit 1"),
                           "cannot be computed"));
}

static void a_product_that_is_not_live_is_left_alone(void **state)
{
    (void)state;
    id = stage_product("needs_review", "product.reprice");
    assert_int_equal(ask(", 3000"), 0);
    assert_string_equal(stage_of(id, "next_job"), "");
    assert_string_equal(stage_of(id, "state"), "needs_review");
}

int main(void)
{
#define with_stage(name) cmocka_unit_test_setup(name, stage_clear)
    const struct CMUnitTest tests[] = {
        with_stage(what_is_right_stays),
        with_stage(each_variant_is_priced_by_its_own_cost),
        with_stage(a_rule_that_misses_the_floor_lowers_no_price),
        with_stage(a_price_is_set_once_and_whole_whatever_happens),
        with_stage(a_persons_price_leads_and_the_others_follow_their_cost),
        with_stage(a_price_that_loses_money_is_refused_with_a_sentence),
        with_stage(an_accepted_price_brings_a_held_product_back),
        with_stage(under_stop_no_price_changes),
        with_stage(without_terms_nothing_is_changed_and_it_says_why),
        with_stage(a_product_that_is_not_live_is_left_alone),
    };

    return cmocka_run_group_tests(tests, stage_setup, rig_close);
}
