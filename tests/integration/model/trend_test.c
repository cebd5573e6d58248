/* Trends over stored snapshots: the vectors T-A..T-D, missing days, resets, and a category of 5,000 products. */
#include "tests/integration/model/fixture.h"
#include "tests/unit/base/check.h"
#include "tests/unit/base/faults.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/model/trend.h"

static struct fixture x;
static struct fail f;

static int clear_all(void **state)
{
    (void)state;
    fixture_sql(&x, "truncate product restart identity cascade");
    return 0;
}

/* A product whose listings `days` ago are given by an SQL expression over `ago`; category in SQL, 'c' or null. */
static void product(const char *pid, const char *category, int first_ago, int last_ago,
                    const char *level)
{
    char sql[900];

    (void)snprintf(
        sql, sizeof sql,
        "insert into product (pid, name, state, category_id) values ('%s', 'thing', 'found', %s); "
        "insert into supplier_snapshot (product_id, day, listed_num) "
        "select p.id, (now() at time zone 'utc')::date - ago, %s "
        "from product p, generate_series(%d, %d) as ago where p.pid = '%s'",
        pid, category, level, last_ago, first_ago, pid);
    fixture_sql(&x, sql);
}

/* The four vectors as one category; their baselines of 2, 1/7 and 5 a day have the median 2. */
static void four_vectors(void)
{
    product("T-A", "'c'", 29, 1,
            "case when ago >= 8 then 142 - (ago - 8) * 2 else 198 - (ago - 1) * 8 end");
    product("T-B", "'c'", 2, 1, "60 - ago * 20");
    product("T-C", "'c'", 29, 1, "case when ago = 29 then 497 else 500 end");
    product("T-D", "'c'", 29, 1, "900 - (ago - 1) * 5");
}

static int64_t scored(const char *category)
{
    int64_t count = -1;

    check_ok(trend_store_category(x.db, category, &count, &f), &f);
    return count;
}

static int64_t number(const char *pid, const char *what)
{
    char sql[300];

    (void)snprintf(sql, sizeof sql, "select %s from product where pid = '%s'", what, pid);
    return fixture_number(&x, sql);
}

struct wanted {
    const char *label;
    int64_t score_e4, n_r, t_r, n_b, t_b, x, v_b_e6, v_r_e6, a_e6;
};
static void check_stored(const char *pid, struct wanted wanted)
{
    char label[60];

    (void)snprintf(label, sizeof label, "(label is not distinct from '%s')::int", wanted.label);
    assert_int_equal(number(pid, label), 1);
    assert_int_equal(number(pid, "score_e4"), wanted.score_e4);
    assert_int_equal(number(pid, "score_parts->>'n_r'"), wanted.n_r);
    assert_int_equal(number(pid, "score_parts->>'t_r'"), wanted.t_r);
    assert_int_equal(number(pid, "score_parts->>'n_b'"), wanted.n_b);
    assert_int_equal(number(pid, "score_parts->>'t_b'"), wanted.t_b);
    assert_int_equal(number(pid, "score_parts->>'x'"), wanted.x);
    assert_int_equal(number(pid, "round((score_parts->>'mu')::numeric * 1000000)"), 2000000);
    assert_int_equal(number(pid, "round((score_parts->>'v_b')::numeric * 1000000)"), wanted.v_b_e6);
    assert_int_equal(number(pid, "round((score_parts->>'v_r')::numeric * 1000000)"), wanted.v_r_e6);
    assert_int_equal(number(pid, "round((score_parts->>'a')::numeric * 1000000)"), wanted.a_e6);
    assert_int_equal(number(pid, "(scored_at > now() - interval '1 minute')::int"), 1);
}

static const struct wanted t_a = { "RISING", 825000, 56, 7, 42, 21, 198, 2000000, 5000000, 916291 };

static void T_A_over_stored_snapshots_is_rising(void **state)
{
    (void)state;
    four_vectors();
    assert_int_equal(scored("c"), 4);
    check_stored("T-A", t_a);
}

static void T_B_over_stored_snapshots_is_new(void **state)
{
    (void)state;
    four_vectors();
    assert_int_equal(scored("c"), 4);
    check_stored("T-B",
                 (struct wanted){ "NEW", 562500, 20, 1, 0, 0, 40, 2000000, 4250000, 753772 });
}

static void T_C_over_stored_snapshots_is_falling(void **state)
{
    (void)state;
    four_vectors();
    assert_int_equal(scored("c"), 4);
    check_stored("T-C",
                 (struct wanted){ "FALLING", 175000, 0, 7, 3, 21, 500, 607143, 303571, -693147 });
}

static void T_D_over_stored_snapshots_is_stable(void **state)
{
    (void)state;
    four_vectors();
    assert_int_equal(scored("c"), 4);
    check_stored("T-D",
                 (struct wanted){ "STABLE", 437500, 35, 7, 105, 21, 900, 4250000, 4625000, 84557 });
}

static void days_missing_inside_a_window_change_nothing(void **state)
{
    (void)state;
    four_vectors();
    fixture_sql(&x, "delete from supplier_snapshot where product_id = 1 and "
                    "(now() at time zone 'utc')::date - day not in (29, 20, 8, 3, 1)");
    fixture_sql(&x, "update supplier_snapshot set listed_num = null where product_id = 1 and "
                    "(now() at time zone 'utc')::date - day in (20, 3)");
    assert_int_equal(scored("c"), 4);
    check_stored("T-A", t_a);
}

static void a_missing_edge_shortens_both_windows(void **state)
{
    (void)state;
    four_vectors();
    fixture_sql(&x, "delete from supplier_snapshot where product_id = 1 and "
                    "(now() at time zone 'utc')::date - day in (7, 8, 9)");
    assert_int_equal(scored("c"), 4);
    assert_int_equal(number("T-A", "score_parts->>'t_r'"), 5);
    assert_int_equal(number("T-A", "score_parts->>'n_r'"), 40);
    assert_int_equal(number("T-A", "score_parts->>'t_b'"), 19);
    assert_int_equal(number("T-A", "score_parts->>'n_b'"), 38);
}

static void today_is_not_over_but_its_level_is_known(void **state)
{
    (void)state;
    four_vectors();
    fixture_sql(&x, "insert into supplier_snapshot (product_id, day, listed_num) "
                    "values (1, (now() at time zone 'utc')::date, 5000)");
    assert_int_equal(scored("c"), 4);
    assert_int_equal(number("T-A", "score_parts->>'n_r'"), 56);
    assert_int_equal(number("T-A", "score_parts->>'x'"), 5000);
    assert_int_equal(number("T-A", "score_e4"), 725000); /* now the highest level of the four */
}

static void a_reset_in_the_series_adds_nothing_until_it_is_made_good(void **state)
{
    (void)state;
    product("R", "'c'", 29, 1,
            "case when ago > 6 then 1000 when ago = 6 then 10 when ago = 5 then 700 "
            "when ago = 4 then 1000 else 1000 + (4 - ago) * 5 end");
    assert_int_equal(scored("c"), 1);
    assert_int_equal(number("R", "(score_parts->>'reset')::boolean::int"), 1);
    assert_int_equal(number("R", "score_parts->>'n_r'"), 15);
    assert_int_equal(number("R", "score_parts->>'t_r'"), 7);
}

static void products_without_snapshots_lose_their_score(void **state)
{
    (void)state;
    four_vectors();
    product("none", "'c'", 0, 1, "1"); /* no day at all */
    product("old", "'c'", 40, 30, "ago");
    product("mute", "'c'", 29, 1, "null::bigint");
    fixture_sql(&x, "update product set label = 'RISING', score_e4 = 1, score_parts = '{}'");
    assert_int_equal(scored("c"), 4);
    check_stored("T-A", t_a);
    assert_int_equal(fixture_number(&x, "select count(*) from product where label is null and "
                                        "score_e4 is null and score_parts is null"),
                     3);
}

static void the_opportunity_follows_the_score(void **state)
{
    (void)state;
    four_vectors();
    product("none", "'c'", 0, 1, "1");
    fixture_sql(&x, "update product set opportunity_e4 = 1, margin_minor = "
                    "case pid when 'T-A' then 718 when 'T-C' then -167 when 'none' then 718 end");
    assert_int_equal(scored("c"), 4);
    assert_int_equal(number("T-A", "opportunity_e4"), 5923500); /* 82.50 / 100 x 718 */
    assert_int_equal(number("T-C", "opportunity_e4"), -292250);
    assert_int_equal(number("T-B", "(opportunity_e4 is null)::int"), 1);
    assert_int_equal(number("none", "(opportunity_e4 is null)::int"), 1);
}

static void a_category_is_scored_apart_from_others(void **state)
{
    (void)state;
    product("other", "'d'", 29, 1, "100000 - ago");
    product("nowhere", "null", 29, 1, "10");
    product("nowhere-2", "null", 29, 1, "20");
    four_vectors();
    assert_int_equal(scored("c"), 4);
    assert_int_equal(number("other", "score_e4"), -1);
    assert_int_equal(number("nowhere", "score_e4"), -1);
    assert_int_equal(scored(NULL), 2);
    assert_int_equal(number("nowhere", "score_e4"), 550000);
    assert_int_equal(number("nowhere-2", "score_e4"), 450000);
    assert_int_equal(number("nowhere", "score_parts->>'ratio'"), 1);
    assert_int_equal(number("other", "score_e4"), -1);
    assert_int_equal(scored("d"), 1);
    assert_int_equal(scored("nobody knows"), 0);
}

static void an_infinite_ratio_is_stored_as_unknown(void **state)
{
    (void)state;
    product("woken", "'c'", 29, 1, "case when ago > 1 then 10 else 15 end");
    assert_int_equal(scored("c"), 1);
    assert_int_equal(number("woken", "(score_parts->'ratio' = 'null')::int"), 1);
    assert_int_equal(number("woken", "(score_parts->'a' = 'null')::int"), 1);
    assert_int_equal(number("woken", "(label = 'RISING')::int"), 1);
}

static void what_is_refused_for_one_product_is_stored_for_none(void **state)
{
    int64_t count = 0;

    (void)state;
    four_vectors();
    fixture_sql(
        &x, "alter table product add constraint no_stable check (label is distinct from 'STABLE')");
    assert_int_equal(trend_store_category(x.db, "c", &count, &f), -1);
    fixture_sql(&x, "alter table product drop constraint no_stable");
    assert_int_equal(fixture_number(&x, "select count(*) from product where score_e4 is not null"),
                     0);
    assert_int_equal(scored("c"), 4); /* and the connection is fine */
}

static void without_memory_nothing_of_a_category_is_stored(void **state)
{
    long at = 0;
    bool fired = true;

    (void)state;
    four_vectors();
    for (; fired; at++) {
        int64_t count = -1;

        fault_arm(at);
        int outcome = trend_store_category(x.db, "c", &count, &f);
        fired = fault_fired();
        fault_arm(-1);
        if (fired) {
            assert_int_equal(outcome, -1);
            assert_int_equal(f.kind, FAIL_LATER);
            assert_int_equal(count, -1);
            assert_int_equal(
                fixture_number(&x, "select count(*) from product where score_e4 is not null"), 0);
            check_ok(db_ready(x.db, &f), &f);
        }
    }
    assert_true(at > 5);
    check_stored("T-A", t_a);
}

static void a_lost_session_is_told_and_the_next_one_goes_on(void **state)
{
    int64_t count = -1;

    (void)state;
    four_vectors();
    assert_int_equal(fixture_number(&x,
                                    "select count(pg_terminate_backend(pid)) from pg_stat_activity "
                                    "where application_name = 'test'"),
                     2);
    check_fails(trend_store_category(x.db, "c", &count, &f), &f, FAIL_LATER);
    assert_int_equal(count, -1);
    check_ok(db_ready(x.db, &f), &f);
    check_ok(db_ready(x.other, &f), &f);
    assert_int_equal(scored("c"), 4);
    check_stored("T-A", t_a);
}

static void five_thousand_products_of_28_days_are_one_read_and_one_update(void **state)
{
    int64_t began, spent;

    (void)state;
    fixture_sql(&x,
                "insert into product (pid, name, state, category_id) "
                "select 'p' || n, 'thing', 'found', 'big' from generate_series(1, 5000) n; "
                "insert into supplier_snapshot (product_id, day, listed_num) "
                "select p.id, (now() at time zone 'utc')::date - ago, "
                "       p.id % 977 + (29 - ago) * (p.id % 13) + case when ago < 7 then p.id % 11 "
                "else 0 end "
                "from product p, generate_series(1, 29) ago; analyze product, supplier_snapshot");
    began = clock_mono_ms();
    assert_int_equal(scored("big"), 5000);
    spent = clock_mono_ms() - began;
    print_message("5,000 products x 29 days scored in %" PRId64 " ms\n", spent);
    assert_int_equal(
        fixture_number(&x, "select count(*) from product where score_e4 between 0 and 1000000 and "
                           "label is not null"),
        5000);
    /* Mid-ranks of a whole category average to a half. */
    assert_int_equal(fixture_number(&x, "select round(avg(score_e4)) from product"), 500000);
    assert_true(spent < 30000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(T_A_over_stored_snapshots_is_rising, clear_all),
        cmocka_unit_test_setup(T_B_over_stored_snapshots_is_new, clear_all),
        cmocka_unit_test_setup(T_C_over_stored_snapshots_is_falling, clear_all),
        cmocka_unit_test_setup(T_D_over_stored_snapshots_is_stable, clear_all),
        cmocka_unit_test_setup(days_missing_inside_a_window_change_nothing, clear_all),
        cmocka_unit_test_setup(a_missing_edge_shortens_both_windows, clear_all),
        cmocka_unit_test_setup(today_is_not_over_but_its_level_is_known, clear_all),
        cmocka_unit_test_setup(a_reset_in_the_series_adds_nothing_until_it_is_made_good, clear_all),
        cmocka_unit_test_setup(products_without_snapshots_lose_their_score, clear_all),
        cmocka_unit_test_setup(the_opportunity_follows_the_score, clear_all),
        cmocka_unit_test_setup(a_category_is_scored_apart_from_others, clear_all),
        cmocka_unit_test_setup(an_infinite_ratio_is_stored_as_unknown, clear_all),
        cmocka_unit_test_setup(what_is_refused_for_one_product_is_stored_for_none, clear_all),
        cmocka_unit_test_setup(without_memory_nothing_of_a_category_is_stored, clear_all),
        cmocka_unit_test_setup(a_lost_session_is_told_and_the_next_one_goes_on, clear_all),
        cmocka_unit_test_setup(five_thousand_products_of_28_days_are_one_read_and_one_update,
                               clear_all),
    };

    fixture_open(&x);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_close(&x);
    return failed;
}
