/* discovery.scan: what is stored, what a call that fails leaves, who becomes a candidate. */
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

static int64_t candidates(void)
{
    return rig_int("select count(*) from product where state = 'candidate'");
}

static int64_t snapshots(void)
{
    return rig_int("select count(*) from supplier_snapshot");
}

/* ---- what is stored ---- */

static void a_scan_stores_products_and_one_snapshot_each_day(void **state)
{
    (void)state;
    rig_scan();
    assert_int_equal(rig_int("select count(*) from product"), 8);
    assert_int_equal(snapshots(), 8);
    assert_string_equal(
        rig_of("P003", "listed_num || ' ' || price_min_minor || ' ' || category_id"), "103 850 C2");
    cat->products[3].listed = 140;
    cat->products[3].stock = 77;
    rig_scan();
    assert_int_equal(snapshots(), 8);
    assert_int_equal(
        rig_int("select s.listed_num from supplier_snapshot s join product p on p.id = "
                "s.product_id where pid = 'P003'"),
        140);
    assert_string_equal(rig_of("P003", "listed_num || ' ' || stock"), "140 77");
    rig_days_pass(1);
    rig_scan();
    assert_int_equal(snapshots(), 16);
    assert_int_equal(rig_int("select max(id) from product"), 8); /* seen again uses up no id */
    assert_int_equal(rig_int("select count(*) from product_event where step = 'found'"), 8);
}

static void the_run_says_what_it_searched_saw_and_spent(void **state)
{
    (void)state;
    rig_scan();
    assert_string_equal(rig_text("select searches || ' ' || points || ' ' || seen || ' ' || added "
                                 "|| ' ' || candidates from discovery_run"),
                        "3 150 8 8 8");
    assert_string_equal(rig_text("select coalesce(problem, '-') from discovery_run"), "-");
    assert_int_equal(rig_int("select search_points from discovery_day"), 150);
    assert_int_equal(rig_int("select (finished_at is not null)::int from discovery_run"), 1);
    assert_int_equal(cat->searches, 3);
}

static void settings_say_what_is_searched(void **state)
{
    (void)state;
    rig_set("discovery.categories", "C1, C2");
    rig_set("discovery.keywords", "brush 1,brush 2");
    rig_scan();
    assert_int_equal(cat->searches, 4);
    assert_int_equal(cat->categories, 0);
    assert_string_equal(rig_text("select string_agg(pid, ' ' order by pid) from product"),
                        "P001 P002");
}

static void the_price_band_follows_from_the_shops(void **state)
{
    (void)state;
    rig_scan();
    assert_int_equal(cat->last_search_min, 90);   /* 9.00 at most 10 times the cost */
    assert_int_equal(cat->last_search_max, 8400); /* 120.00 less 30 % */
}

static void categories_take_turns_when_the_points_are_short(void **state)
{
    (void)state;
    /* One page is left of the day's points. */
    rig_sql(
        "insert into discovery_day values ((now() at time zone 'UTC')::date, 100000000 - 50, 0)");
    rig_set("discovery.pages", "1");
    for (int i = 1; i <= 3; i++) {
        rig_sql("update discovery_day set search_points = 0");
        rig_set("discovery.pages", "1");
        rig_scan();
    }
    assert_int_equal(rig_int("select count(*) from discovery_search where searched_at is not null"),
                     3);
    rig_sql(
        "update discovery_search set searched_at = now() - interval '1 hour' * (case category_id "
        "when 'C2' then 9 else 1 end)");
    rig_sql("update discovery_day set search_points = 1000000000");
    int before = cat->searches;
    rig_scan();
    assert_int_equal(cat->searches, before); /* nothing is left */
    assert_non_null(strstr(rig_text("select problem from discovery_run order by id desc limit 1"),
                           "points set free"));
}

static void the_longest_waiting_search_comes_first(void **state)
{
    (void)state;
    rig_scan();
    rig_sql(
        "update discovery_search set searched_at = now() - interval '1 hour' * (case category_id "
        "when 'C2' then 9 else 1 end)");
    cat_fail(2, FAIL_LATER, "", 0);
    rig_scan();
    assert_string_equal(rig_text("select detail -> 'searches' -> 0 ->> 'category_id' from "
                                 "discovery_run order by id desc limit 1"),
                        "C2");
}

/* ---- what a call that fails leaves ---- */

static void nothing_changes_when_the_first_call_fails(void **state)
{
    static const struct {
        enum fail_kind kind;
        const char *code;
    } cases[] = {
        { FAIL_LATER, "" },         { FAIL_LIMITED, "POINTS" }, { FAIL_LIMITED, "16900500" },
        { FAIL_DENIED, "1600001" }, { FAIL_UNKNOWN, "" },       { FAIL_BUG, "" },
    };

    (void)state;
    rig_scan();
    rig_assess_all();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rig_sql("update supplier_snapshot set at = '2026-01-01'; delete from outbox");
        char before[2000];
        (void)str_fit(before, sizeof before,
                      rig_text("select string_agg(pid || state || listed_num || "
                               "coalesce(score_e4, 0), ',' order by id) from product"));
        cat_fail(1, cases[i].kind, cases[i].code, 60000);
        assert_int_equal(rig_run(discovery_scan, "[]"), -1);
        assert_int_equal(rig_fail.kind, cases[i].kind);
        assert_int_equal(rig_fail.retry_after_ms, 60000);
        assert_string_equal(rig_text("select string_agg(pid || state || listed_num || "
                                     "coalesce(score_e4, 0), ',' order by id) from product"),
                            before);
        assert_int_equal(rig_int("select count(*) from supplier_snapshot where at > '2026-01-02'"),
                         0);
        assert_int_equal(rig_int("select count(*) from outbox"), 0);
        assert_non_null(
            strstr(rig_text("select problem from discovery_run order by id desc limit 1"),
                   "the supplier says no"));
    }
    assert_int_equal(rig_int("select count(*) from discovery_search where searched_at > now() - "
                             "interval '1 minute'"),
                     3); /* the turns of the first scan */
}

static void what_was_seen_before_a_failure_is_kept(void **state)
{
    (void)state;
    rig_scan();
    rig_sql(
        "truncate supplier_snapshot; update discovery_search set searched_at = now() - interval "
        "'1 hour'");
    cat_fail(2, FAIL_LATER, "", 0);
    rig_scan();
    assert_int_equal(snapshots(), 4);
    assert_string_equal(rig_text("select searches || ' ' || seen from discovery_run order by id "
                                 "desc limit 1"),
                        "1 4");
    assert_int_equal(rig_int("select count(*) from discovery_search where searched_at < now() - "
                             "interval '30 minutes'"),
                     2); /* they keep their turn */
}

static void without_points_no_candidate_is_picked(void **state)
{
    (void)state;
    cat_fail(3, FAIL_LIMITED, "16900500", 3600000); /* categories and one search went through */
    rig_scan();
    assert_int_equal(snapshots(), 4);
    assert_int_equal(candidates(), 0);
}

static void an_empty_answer_is_no_failure_and_removes_nothing(void **state)
{
    (void)state;
    rig_scan();
    cat->empty = true;
    rig_scan();
    assert_int_equal(rig_int("select count(*) from product"), 8);
    assert_int_equal(snapshots(), 8);
    assert_string_equal(rig_text("select coalesce(problem, '-') from discovery_run order by id "
                                 "desc limit 1"),
                        "-");
}

static void a_scan_that_is_killed_between_steps_comes_right(void **state)
{
    (void)state;
    for (int at = 1; at <= 4; at++) {
        for (int fault = CAT_KILLED_BEFORE; fault <= CAT_KILLED_AFTER; fault++) {
            (void)rig_clear(state);
            cat->fault = (enum cat_fault)fault;
            cat->fault_at = at;
            assert_int_equal(rig_run_killable(discovery_scan, "[]"), -2);
            cat->fault = CAT_NONE;
            rig_scan();
            assert_int_equal(rig_int("select count(*) from product"), 8);
            assert_int_equal(snapshots(), 8);
            assert_int_equal(candidates(), 8);
            assert_int_equal(rig_int("select count(*) from discovery_run where problem like "
                                     "'The run was lost%' and finished_at is not null"),
                             1);
            assert_int_equal(rig_int("select count(*) from outbox where job_type = "
                                     "'product.assess'"),
                             8);
        }
    }
}

static void nothing_is_scanned_while_the_flow_is_off(void **state)
{
    (void)state;
    rig_set("flow.discovery", "off");
    rig_scan();
    assert_int_equal(cat->calls, 0);
    assert_int_equal(rig_int("select count(*) from discovery_run"), 0);
}

static void the_watch_of_live_products_goes_first(void **state)
{
    (void)state;
    rig_sql("insert into product (pid, name, state, tier) select 'L' || i, 'live', 'listed', 'HOT' "
            "from generate_series(1, 200) i");
    rig_set("stock.hot_s", "10"); /* stretched to 3 h, which 200 products can be paid for */
    rig_scan();
    assert_int_equal(cat->searches, 3);
    rig_points("15000");
    rig_scan();
    assert_int_equal(cat->searches, 3);
    assert_non_null(strstr(rig_text("select problem from discovery_run order by id desc limit 1"),
                           "watch of live products"));
    rig_points("1000000000");
}

static void a_second_scan_at_once_does_nothing(void **state)
{
    (void)state;
    rig_lock("discovery:scan", true);
    rig_scan();
    assert_int_equal(cat->calls, 0);
    rig_lock("discovery:scan", false);
    rig_scan();
    assert_int_equal(cat->searches, 3);
}

/* ---- candidates ---- */

static void the_best_become_candidates_with_event_and_job(void **state)
{
    (void)state;
    rig_set("discovery.top", "3");
    rig_scan();
    assert_int_equal(candidates(), 3);
    assert_int_equal(rig_int("select count(*) from product where state = 'candidate' and score_e4 "
                             "< (select max(score_e4) from product where state = 'found')"),
                     0);
    assert_int_equal(rig_int("select count(*) from outbox o join product p on o.args = '[' || p.id "
                             "|| ']' where event = 'product.found' and job_type = 'product.assess' "
                             "and queue = 'discovery' and p.state = 'candidate' and "
                             "p.next_job = 'product.assess' and o.run_at is not distinct from "
                             "p.next_run_at"),
                     3);
    rig_scan();
    assert_int_equal(candidates(), 3); /* those that wait fill the places */
    assert_int_equal(rig_int("select count(*) from outbox"), 3);
}

static void cheap_facts_keep_products_from_being_judged(void **state)
{
    (void)state;
    cat->products[0].stock = 19;
    cat->products[1].stock = -1; /* not told */
    cat->products[2].min_cents = cat->products[2].max_cents = -1;
    cat->products[3].min_cents = cat->products[3].max_cents = 8401;
    cat->products[4].min_cents = cat->products[4].max_cents = 89;
    cat->products[5].listed = -1;
    rig_scan();
    assert_string_equal(rig_text("select string_agg(pid, ' ' order by pid) from product where "
                                 "state = 'candidate'"),
                        "P001 P006 P007");
}

static void a_name_that_is_blocked_costs_no_points(void **state)
{
    (void)state;
    (void)snprintf(cat->products[0].name, sizeof cat->products[0].name, "Nike brush for dogs");
    (void)snprintf(cat->products[1].name, sizeof cat->products[1].name, "Hello Kitty brush");
    rig_set("discovery.top", "6");
    rig_scan();
    assert_int_equal(candidates(), 6); /* others take their places */
    assert_string_equal(
        rig_text("select string_agg(pid || ' ' || decision_rule || ' ' || decided_by, "
                 "', ' order by pid) from product where state = 'rejected'"),
        "P000 BRAND rule:BRAND, P001 BRAND rule:BRAND");
    assert_int_equal(rig_int("select count(*) from product_event where step = 'rejected' and text "
                             "like '%Nike%' or text like '%nike%'"),
                     1);
    assert_int_equal(
        rig_int("select jsonb_array_length(decision -> 'gate') from product where pid = "
                "'P000'"),
        1);
    assert_int_equal(cat->details, 0);
}

static void the_velocity_filter_asks_for_new_listings(void **state)
{
    (void)state;
    rig_set("discovery.listings_per_day_min_e2", "100");
    rig_scan();
    rig_days_pass(1);
    cat->products[2].listed += 40;
    rig_scan();
    assert_int_equal(candidates(), 0); /* only whole days count */
    rig_days_pass(1);
    rig_scan();
    assert_string_equal(rig_text("select string_agg(pid, ' ') from product where state = "
                                 "'candidate'"),
                        "P002");
}

static void nobody_is_picked_while_a_duty_rule_is_missing(void **state)
{
    (void)state;
    rig_sql("truncate duty_rule");
    rig_scan();
    assert_int_equal(candidates(), 0);
    assert_non_null(strstr(rig_text("select problem from discovery_run"),
                           "No duty rule holds today for goods from CN sent to US"));
    rig_sql(
        "insert into duty_rule (dest, origin, valid_from, currency, source) values ('US', 'CN', "
        "'2025-01-01', 'USD', 'test')");
    rig_scan();
    assert_int_equal(candidates(), 8);
}

static void a_currency_without_a_rate_is_no_currency_at_par(void **state)
{
    (void)state;
    (void)str_fit(cat->shop_currency, sizeof cat->shop_currency, "EUR");
    rig_scan();
    assert_int_equal(candidates(), 0);
    assert_non_null(strstr(rig_text("select problem from discovery_run"), "money.usd_rate_e9"));
    rig_set("money.usd_rate_e9", "900000000");
    rig_scan();
    assert_int_equal(candidates(), 8);
    assert_int_equal(cat->shop_asks, 1); /* once a day */
}

static void a_rejection_by_a_rule_lapses_and_a_persons_does_not(void **state)
{
    (void)state;
    rig_scan();
    rig_sql("update product set state = 'rejected', next_job = null, decision_rule = 'MARGIN', "
            "decided_by = 'rule:MARGIN', decided_at = now()");
    rig_sql("update product set decision_rule = 'PERSON', decided_by = 'ann' where pid = 'P001'");
    rig_scan();
    assert_int_equal(candidates(), 0);
    rig_days_pass(8);
    for (int day = 0; day < 3; day++) {
        rig_scan();
    }
    assert_int_equal(candidates(), 7);
    assert_string_equal(rig_of("P001", "state"), "rejected");
    rig_days_pass(400);
    rig_scan();
    assert_string_equal(rig_of("P001", "state"), "rejected");
}

static void what_a_setting_mends_is_judged_again_when_one_was_changed(void **state)
{
    (void)state;
    rig_scan();
    rig_sql("update product set state = 'needs_data', next_job = null, decided_by = 'rule:X', "
            "decision_rule = case when pid = 'P000' then 'WEIGHT' else 'DUTY_RULE' end, "
            "decided_at = now() - interval '2 hours' where state = 'candidate'");
    rig_sql("insert into audit (at, who, action, subject) values (now() - interval '3 hours', "
            "'ann', 'duty.set', 'US'), (now(), 'ann', 'product.reject', 'product:1')");
    rig_scan();
    assert_int_equal(candidates(), 0); /* the next judgement would say the same */
    rig_sql("insert into audit (who, action, subject) values ('ann', 'duty.set', 'US')");
    rig_scan();
    assert_int_equal(candidates(), 7);
    assert_string_equal(rig_of("P000", "state"), "needs_data");
}

static void live_products_get_their_snapshot_and_stay_as_they_are(void **state)
{
    (void)state;
    rig_scan();
    rig_sql(
        "update product set state = 'listed', next_job = null where pid = 'P002'; update product "
        "set state = 'on_hold', next_job = null, hold_code = 'STOCK' where pid = 'P003'");
    rig_days_pass(1);
    rig_scan();
    assert_string_equal(rig_of("P002", "state"), "listed");
    assert_string_equal(rig_of("P003", "state || ' ' || hold_code"), "on_hold STOCK");
    assert_int_equal(snapshots(), 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_scan_stores_products_and_one_snapshot_each_day, rig_clear),
        cmocka_unit_test_setup(the_run_says_what_it_searched_saw_and_spent, rig_clear),
        cmocka_unit_test_setup(settings_say_what_is_searched, rig_clear),
        cmocka_unit_test_setup(the_price_band_follows_from_the_shops, rig_clear),
        cmocka_unit_test_setup(categories_take_turns_when_the_points_are_short, rig_clear),
        cmocka_unit_test_setup(the_longest_waiting_search_comes_first, rig_clear),
        cmocka_unit_test_setup(nothing_changes_when_the_first_call_fails, rig_clear),
        cmocka_unit_test_setup(what_was_seen_before_a_failure_is_kept, rig_clear),
        cmocka_unit_test_setup(without_points_no_candidate_is_picked, rig_clear),
        cmocka_unit_test_setup(an_empty_answer_is_no_failure_and_removes_nothing, rig_clear),
        cmocka_unit_test_setup(a_scan_that_is_killed_between_steps_comes_right, rig_clear),
        cmocka_unit_test_setup(nothing_is_scanned_while_the_flow_is_off, rig_clear),
        cmocka_unit_test_setup(the_watch_of_live_products_goes_first, rig_clear),
        cmocka_unit_test_setup(a_second_scan_at_once_does_nothing, rig_clear),
        cmocka_unit_test_setup(the_best_become_candidates_with_event_and_job, rig_clear),
        cmocka_unit_test_setup(cheap_facts_keep_products_from_being_judged, rig_clear),
        cmocka_unit_test_setup(a_name_that_is_blocked_costs_no_points, rig_clear),
        cmocka_unit_test_setup(the_velocity_filter_asks_for_new_listings, rig_clear),
        cmocka_unit_test_setup(nobody_is_picked_while_a_duty_rule_is_missing, rig_clear),
        cmocka_unit_test_setup(a_currency_without_a_rate_is_no_currency_at_par, rig_clear),
        cmocka_unit_test_setup(a_rejection_by_a_rule_lapses_and_a_persons_does_not, rig_clear),
        cmocka_unit_test_setup(what_a_setting_mends_is_judged_again_when_one_was_changed,
                               rig_clear),
        cmocka_unit_test_setup(live_products_get_their_snapshot_and_stay_as_they_are, rig_clear),
    };
    return cmocka_run_group_tests_name("discovery.scan", tests, rig_setup, rig_close);
}
