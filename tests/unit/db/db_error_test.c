#include "tests/unit/base/check.h"

#include <string.h>

#include "common/db/db_priv.h"
#include "tests/unit/base/faults.h"

static void a_state_tells_the_caller_what_to_do(void **state)
{
    static const struct {
        const char *sqlstate;
        enum fail_kind kind;
    } rows[] = {
        { "08006", FAIL_LATER },    { "57P01", FAIL_LATER },    { "57P03", FAIL_LATER },
        { "57014", FAIL_LATER },    { "53300", FAIL_LATER },    { "53100", FAIL_LATER },
        { "40001", FAIL_LATER },    { "40P01", FAIL_LATER },    { "55P03", FAIL_LATER },
        { "25006", FAIL_LATER },    { "58030", FAIL_LATER },    { "23505", FAIL_CONFLICT },
        { "23503", FAIL_CONFLICT }, { "23514", FAIL_CONFLICT }, { "22001", FAIL_INPUT },
        { "22P02", FAIL_INPUT },    { "28P01", FAIL_DENIED },   { "42501", FAIL_DENIED },
        { "42703", FAIL_BUG },      { "42P01", FAIL_BUG },      { "25P02", FAIL_BUG },
        { "XX000", FAIL_BUG },      { "55000", FAIL_BUG },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (db_kind(rows[i].sqlstate) != rows[i].kind) {
            fail_msg("%s became %s", rows[i].sqlstate, fail_rule(db_kind(rows[i].sqlstate))->name);
        }
    }
    assert_int_equal(db_kind(NULL), FAIL_LATER);
}

static void a_wrong_url_is_refused_without_showing_it(void **state)
{
    static const char *const wrong[] = { "postgresql://u:hunter2@h/db?sslmod=x",
                                         "postgresql://u:hunter2@[::1/db", "u:hunter2@host",
                                         "postgresql://h/db?hunter2=1" };
    struct db *db = NULL;
    struct fail f;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        check_fails(db_open(wrong[i], "test", &db, &f), &f, FAIL_INPUT);
        assert_null(strstr(f.text, "hunter2"));
        assert_null(db);
    }
}

static void the_urls_own_options_come_last(void **state)
{
    scoped(db_close_p) struct db *db = NULL;
    struct fail f;

    (void)state;
    check_ok(db_open("postgresql:///x?options=-c%20statement_timeout%3D7", "test", &db, &f), &f);
    assert_non_null(strstr(db->options, "statement_timeout=30000"));
    assert_true(strstr(db->options, "statement_timeout=7") >
                strstr(db->options, "statement_timeout=30000"));
}

static void a_server_that_is_not_there_is_asked_ever_more_seldom(void **state)
{
    scoped(db_close_p) struct db *db = NULL;
    struct fail f;

    (void)state;
    check_ok(db_open("postgresql://u@127.0.0.1:1/x", "test", &db, &f), &f);
    check_fails(db_ready(db, &f), &f, FAIL_LATER);
    assert_true(f.retry_after_ms > 0);
    check_fails(db_ready(db, &f), &f, FAIL_LATER);
    assert_non_null(strstr(f.text, "waiting"));
    assert_in_range(f.retry_after_ms, 1, DB_BACKOFF_LEAST_MS);
    assert_int_equal(db->failures, 1);
    for (int i = 0; i < 20; i++) {
        db->next_try_ms = 0; /* as if the time had passed */
        check_fails(db_ready(db, &f), &f, FAIL_LATER);
    }
    assert_in_range(f.retry_after_ms, DB_BACKOFF_MOST_MS * 3 / 4, DB_BACKOFF_MOST_MS);
}

static void open_once(void)
{
    scoped(db_close_p) struct db *db = NULL;
    struct fail f;

    if (db_open("postgresql://u@127.0.0.1:1/x", "test", &db, &f) < 0) {
        assert_int_equal(f.kind, FAIL_LATER);
        assert_null(db);
    }
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    torture(open_once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_tells_the_caller_what_to_do),
        cmocka_unit_test(a_wrong_url_is_refused_without_showing_it),
        cmocka_unit_test(the_urls_own_options_come_last),
        cmocka_unit_test(a_server_that_is_not_there_is_asked_ever_more_seldom),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
