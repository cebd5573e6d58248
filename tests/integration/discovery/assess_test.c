/* product.assess: verdicts with their numbers, what is asked and what a call that fails leaves. */
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
#include "tests/integration/discovery/rig.h"

static struct cat_product *first(void)
{
    return &cat->products[0];
}

static void assess(const char *state, const char *rule)
{
    if (rig_assess("P000") != 0) {
        fail_msg("product.assess: %s", rig_fail.text);
    }
    assert_string_equal(rig_of("P000", "state"), state);
    assert_string_equal(rig_of("P000", "decision_rule"), rule);
}

static int scanned(void **state)
{
    if (rig_clear(state) != 0) {
        return -1;
    }
    cat_reset(1);
    rig_scan();
    return 0;
}

/* ---- verdicts ---- */

static void a_product_that_passes_keeps_the_whole_sum(void **state)
{
    (void)state;
    assess("writing", "PASSED");
    assert_string_equal(rig_of("P000", "landed_minor || ' ' || price_minor || ' ' || margin_minor "
                                       "|| ' ' || margin_ppm || ' ' || shop_currency"),
                        "1355 2299 718 312310 USD");
    assert_string_equal(rig_of("P000", "decided_by || ' ' || mode || ' ' || next_job"),
                        "rule:PASSED approve listing.write");
    assert_int_equal(
        rig_int("select (opportunity_e4 = round(score_e4 / 100.0 * 718 / 100 * 100))::int "
                "from product"),
        1);
    assert_string_equal(rig_of("P000", "decision -> 'variants' -> 0 -> 'markets' -> 0 ->> "
                                       "'landed_minor'"),
                        "1355");
    assert_string_equal(rig_text("select string_agg(sku || ' ' || offered || ' ' || price_minor || "
                                 "' ' || (options ->> 'Color'), ', ' order by id) from variant"),
                        "SKU-P000-0 true 2299 Black, SKU-P000-1 true 2299 Blue");
    assert_string_equal(rig_of("P000", "detail ->> 'material'"), "Plastic");
    assert_string_equal(rig_of("P000", "detail -> 'options' ->> 'Color'"), "[\"Black\", \"Blue\"]");
    assert_int_equal(rig_int("select count(*) from outbox where job_type = 'listing.write'"), 1);
    assert_int_equal(
        rig_int("select count(*) from product_event where step = 'assessed' and code = "
                "'PASSED' and detail ->> 'margin_minor' = '718'"),
        1);
    assert_int_equal(rig_int("select assess_points from discovery_day"), 30);
}

static void a_trial_run_judges_and_stops_there(void **state)
{
    (void)state;
    rig_set("flow.discovery", "dry_run");
    assess("assessed", "PASSED");
    assert_int_equal(rig_int("select count(*) from outbox where job_type = 'listing.write'"), 0);
    assert_string_equal(rig_of("P000", "coalesce(next_job, '-')"), "-");
    rig_scan();
    assert_string_equal(rig_of("P000", "state"), "assessed");
    rig_set("flow.discovery", "approve");
    rig_scan();
    assert_string_equal(rig_of("P000", "state"), "candidate"); /* judged anew, then listed */
}

static void off_the_shelf(void)
{
    first()->gone = true;
}
static void not_for_sale(void)
{
    first()->off_sale = true;
}
static void little_stock(void)
{
    first()->variants[0].stock = first()->variants[1].stock = 19;
}
static void no_way(void)
{
    first()->freight_cents = -1;
}
static void slow_way(void)
{
    first()->days = 16;
}
static void dear_freight(void)
{
    first()->freight_cents = 9000;
}
static void no_price(void)
{
    first()->variants[1].cost_cents = -1;
}
static void one_cent(void)
{
    first()->variants[1].cost_cents = 1;
}
static void no_weight(void)
{
    first()->variants[1].weight_g = -1;
}
static void no_code(void)
{
    first()->hs[0] = '\0';
}
static void ambiguous(void)
{
    first()->variants[1].ambiguous = true;
}
static void no_stock_told(void)
{
    first()->variants[0].stock = first()->variants[1].stock = -1;
}
static void branded(void)
{
    (void)snprintf(first()->name, sizeof first()->name, "Nike brush for dogs");
}

static void every_verdict_has_rule_numbers_sentence_and_event(void **state)
{
    static const struct {
        void (*break_it)(void);
        const char *to, *rule;
        int points;
    } cases[] = {
        { off_the_shelf, "rejected", "OFF_SALE", 10 },
        { not_for_sale, "rejected", "OFF_SALE", 10 },
        { branded, "rejected", "BRAND", 10 },
        { little_stock, "rejected", "STOCK", 20 },
        { no_way, "rejected", "NO_QUOTE", 30 },
        { slow_way, "rejected", "TRANSIT", 30 },
        { dear_freight, "rejected", "PRICE_HIGH", 30 },
        { no_price, "needs_data", "PRICE_UNREADABLE", 10 },
        { one_cent, "needs_data", "COST_MISREAD", 10 },
        { no_weight, "needs_data", "WEIGHT", 10 },
        { no_code, "needs_data", "HS_CODE", 10 },
        { ambiguous, "needs_data", "VARIANT_KEY", 10 },
        { no_stock_told, "needs_data", "STOCK_UNKNOWN", 20 },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        (void)scanned(state);
        cases[i].break_it();
        assess(cases[i].to, cases[i].rule);
        assert_int_equal(rig_int("select assess_points from discovery_day"), cases[i].points);
        assert_int_equal(
            rig_int("select count(*) from product where length(decision_text) > 20 and "
                    "decision ->> 'rule' = decision_rule and "
                    "jsonb_array_length(decision -> 'gate') > 0 and next_job is null "
                    "and margin_minor is null and opportunity_e4 is null"),
            1);
        assert_int_equal(rig_int("select count(*) from product_event e join product p on p.id = "
                                 "e.product_id where e.step = p.state and e.code = "
                                 "p.decision_rule and e.text = p.decision_text"),
                         1);
        assert_int_equal(rig_int("select count(*) from outbox where job_type = 'listing.write'"),
                         0);
    }
}

static void a_variant_without_stock_is_kept_and_not_offered(void **state)
{
    (void)state;
    first()->variants[1].stock = 3;
    assess("writing", "PASSED");
    assert_string_equal(
        rig_text("select string_agg(offered || ' ' || coalesce(left_out, '-'), ', ' "
                 "order by id) from variant"),
        "true -, false STOCK");
}

static void variants_the_supplier_drops_are_gone(void **state)
{
    (void)state;
    assess("writing", "PASSED");
    first()->variant_count = 1;
    rig_sql(
        "update product set state = 'candidate', next_job = 'product.assess', next_run_at = now()");
    assess("writing", "PASSED");
    assert_string_equal(rig_text("select string_agg(offered || ' ' || (gone_at is not null), ', ' "
                                 "order by id) from variant"),
                        "true false, false true");
}

static void a_price_it_once_had_at_the_shop_holds_no_more(void **state)
{
    (void)state;
    assess("writing", "PASSED");
    rig_sql("update variant set shop_gid = 'gid://shopify/ProductVariant/' || id, price_minor = 1");
    rig_sql("update product set state = 'candidate', next_job = 'product.assess', shop_gid = 'g', "
            "next_run_at = now() where pid = 'P000'");
    assert_int_equal(rig_assess("P000"), 0);
    assert_int_equal(rig_int("select count(*) from variant where price_minor = 1"), 0);
}

static void own_returns_raise_the_reserve(void **state)
{
    (void)state;
    assess("writing", "PASSED");
    rig_sql(
        "insert into shop_order (gid, name, state, created_at, shop_updated_at, financial) select "
        "'g' || i, '#' || i, 'delivered', now(), now(), case when i <= 5 then 'REFUNDED' else "
        "'PAID' end from generate_series(1, 10) i");
    rig_sql("insert into order_line (order_id, line_gid, title, sku, quantity, to_ship) select id, "
            "'l', 't', 'SKU-P000-0', 1, 0 from shop_order");
    rig_sql(
        "update product set state = 'candidate', next_job = 'product.assess', next_run_at = now()");
    assess("writing", "PASSED");
    /* (0.06 x 40 + 5) / (40 + 10) */
    assert_string_equal(rig_of("P000", "decision ->> 'return_ppm'"), "148000");
    assert_string_equal(rig_of("P000", "decision -> 'demand' ->> 'source'"), "own_orders");
    assert_true(rig_int("select price_minor from product") > 2299);
}

/* ---- what is asked ---- */

static void a_fresh_quote_is_not_asked_for_again(void **state)
{
    (void)state;
    assess("writing", "PASSED");
    assert_int_equal(cat->quotes, 1);
    rig_sql(
        "update product set state = 'candidate', next_job = 'product.assess', next_run_at = now()");
    assess("writing", "PASSED");
    assert_int_equal(cat->quotes, 1);
    rig_sql("update freight_quote set quoted_at = now() - interval '25 hours'; update product set "
            "state = 'candidate', next_job = 'product.assess', next_run_at = now()");
    assess("writing", "PASSED");
    assert_int_equal(cat->quotes, 2);
}

static void each_market_is_quoted_and_needs_its_duty(void **state)
{
    (void)state;
    rig_set("discovery.markets", "US,DE");
    rig_sql(
        "insert into duty_rule (dest, origin, valid_from, fixed_minor, currency, max_value_minor, "
        "source) values ('EU', 'CN', '2026-07-01', 300, 'EUR', 15000, 'test')");
    assess("needs_data", "RATE"); /* nobody has told what a euro is */
    rig_set("money.rates", "EUR:1100000000");
    rig_sql(
        "update product set state = 'candidate', next_job = 'product.assess', next_run_at = now()");
    assess("writing", "PASSED");
    assert_int_equal(cat->quotes, 2);
    assert_string_equal(rig_of("P000", "(decision -> 'variants' -> 0 -> 'markets' -> 1 ->> "
                                       "'duty_minor') || ' ' || (decision -> 'variants' -> 0 ->> "
                                       "'price_country')"),
                        "330 DE");
}

static void a_market_that_is_not_known_is_waited_for(void **state)
{
    (void)state;
    rig_set("discovery.markets", "US,XX");
    assert_int_equal(rig_assess("P000"), 0);
    assert_string_equal(rig_of("P000", "state"), "candidate");
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    assert_int_equal(cat->details, 0);
    assert_int_equal(rig_int("select count(*) from product_event where step = 'waiting' and text "
                             "like '%XX%'"),
                     1);
}

/* ---- what a call that fails leaves ---- */

static void a_call_that_fails_changes_nothing(void **state)
{
    for (int at = 1; at <= 3; at++) {
        (void)scanned(state);
        cat_fail(at, FAIL_LATER, "", 0);
        assert_int_equal(rig_assess("P000"), -1);
        assert_string_equal(rig_of("P000", "state"), "candidate");
        assert_string_equal(rig_of("P000", "coalesce(decision_rule, '-') || next_job"),
                            "-product.assess");
        assert_int_equal(rig_int("select count(*) from variant"), 0);
        assess("writing", "PASSED");
    }
}

static void without_points_the_product_waits_and_is_not_rejected(void **state)
{
    (void)state;
    cat_fail(2, FAIL_LIMITED, "16900500", 7200000);
    assert_int_equal(rig_assess("P000"), 0);
    assert_string_equal(rig_of("P000", "state"), "candidate");
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    assert_int_equal(rig_snooze_s, 7200);
    assert_int_equal(rig_int("select (next_run_at between now() + interval '7190 s' and now() + "
                             "interval '7200 s')::int from product"),
                     1);
    assess("writing", "PASSED");
}

static void a_repeat_changes_nothing(void **state)
{
    (void)state;
    assess("writing", "PASSED");
    int calls = cat->calls;
    rig_sql("delete from outbox");
    assert_int_equal(rig_assess("P000"), 0);
    assert_int_equal(cat->calls, calls);
    assert_int_equal(rig_int("select count(*) from product_event where step = 'assessed'"), 1);
    assert_int_equal(rig_int("select count(*) from outbox"), 0);
}

static void a_run_that_is_killed_between_steps_comes_right(void **state)
{
    for (int at = 1; at <= 3; at++) {
        for (int fault = CAT_KILLED_BEFORE; fault <= CAT_KILLED_AFTER; fault++) {
            (void)scanned(state);
            rig_sql("delete from outbox");
            cat->fault = (enum cat_fault)fault;
            cat->fault_at = cat->calls + at;
            assert_int_equal(rig_assess("P000"), -2);
            assert_string_equal(rig_of("P000", "state"), "candidate");
            assess("writing", "PASSED");
            assert_int_equal(rig_int("select count(*) from product_event where step = 'assessed'"),
                             1);
            assert_int_equal(rig_int("select count(*) from variant"), 2);
            assert_int_equal(rig_int("select count(*) from outbox"), 1);
        }
    }
}

static void what_a_person_said_meanwhile_stands(void **state)
{
    (void)state;
    char args[32];
    (void)snprintf(args, sizeof args, "[%s]", rig_of("P000", "id"));
    rig_sql("update product set state = 'rejected', next_job = null, decision_rule = 'PERSON', "
            "decided_by = 'ann'");
    assert_int_equal(rig_run(product_assess, args), 0);
    assert_string_equal(rig_of("P000", "state || decided_by"), "rejectedann");
    assert_int_equal(cat->details, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_product_that_passes_keeps_the_whole_sum, scanned),
        cmocka_unit_test_setup(a_trial_run_judges_and_stops_there, scanned),
        cmocka_unit_test_setup(every_verdict_has_rule_numbers_sentence_and_event, scanned),
        cmocka_unit_test_setup(a_variant_without_stock_is_kept_and_not_offered, scanned),
        cmocka_unit_test_setup(variants_the_supplier_drops_are_gone, scanned),
        cmocka_unit_test_setup(a_price_it_once_had_at_the_shop_holds_no_more, scanned),
        cmocka_unit_test_setup(own_returns_raise_the_reserve, scanned),
        cmocka_unit_test_setup(a_fresh_quote_is_not_asked_for_again, scanned),
        cmocka_unit_test_setup(each_market_is_quoted_and_needs_its_duty, scanned),
        cmocka_unit_test_setup(a_market_that_is_not_known_is_waited_for, scanned),
        cmocka_unit_test_setup(a_call_that_fails_changes_nothing, scanned),
        cmocka_unit_test_setup(without_points_the_product_waits_and_is_not_rejected, scanned),
        cmocka_unit_test_setup(a_repeat_changes_nothing, scanned),
        cmocka_unit_test_setup(a_run_that_is_killed_between_steps_comes_right, scanned),
        cmocka_unit_test_setup(what_a_person_said_meanwhile_stands, scanned),
    };
    return cmocka_run_group_tests_name("discovery.assess", tests, rig_setup, rig_close);
}
