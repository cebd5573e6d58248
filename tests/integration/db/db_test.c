#include "tests/unit/base/check.h"

#include <string.h>
#include <sys/socket.h>

#include "common/base/clock.h"
#include "common/db/db_priv.h"
#include "tests/integration/db/database.h"

#define query(symbol, sql)                                                                         \
    static const struct embedded symbol = { #symbol, (sql), sizeof(sql) - 1, NULL }

query(make, "create table thing (id bigint primary key, name varchar(5) not null, n bigint, "
            "ok boolean, later bigint, unique (later) deferrable initially deferred)");
query(empty, "delete from thing");
query(add, "-- $9 is not a parameter\ninsert into thing (id, name, n, ok) values ($1, $2, $3, $4)");
query(add_later, "insert into thing (id, name, later) values ($1, 'x', $2)");
query(count_all, "select count(*) as count from thing");
query(read_one, "select id, name, n, ok from thing where id = $1");
query(pid, "select pg_backend_pid() as pid");
query(kill, "select pg_terminate_backend($1, 5000) as killed");
query(notify, "select pg_notify($1, 'x')");
query(sleep_long, "select pg_sleep(60)");
query(misspelt, "select nmae from thing");
query(broken_number, "select $1::bigint as n");
query(session,
      "select current_setting('timezone') as zone, current_setting('statement_timeout') as "
      "statement, current_setting('application_name') as name, current_setting('jit') as jit");
/* What was asked for: a Unix socket shows 0 as what is in force. */
query(watch,
      "select reset_val::bigint as idle_s from pg_settings where name = 'tcp_keepalives_idle'");

static struct db *db;
static struct db *other;

static int start(void **state)
{
    struct fail f;

    (void)state;
    if (db_open(database_url(), "victim", &db, &f) < 0 ||
        db_open(database_url(), "other", &other, &f) < 0) {
        return -1;
    }
    return db_exec(db, &empty, NULL, &f) < 0 ? -1 : 0;
}

static int stop(void **state)
{
    (void)state;
    db_close(db);
    db_close(other);
    db = NULL;
    other = NULL;
    return 0;
}

static int setup(void **state)
{
    scoped(db_close_p) struct db *first = NULL;
    struct fail f;

    if (database_setup(state) < 0 || db_open(database_url(), "setup", &first, &f) < 0) {
        return -1;
    }
    return db_exec(first, &make, NULL, &f) < 0 ? -1 : 0;
}

static int64_t number(struct db *from, const struct embedded *sql, const char *column)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    struct fail f;

    check_ok(db_query(from, sql, NULL, &res, &f), &f);
    return db_int(res, 0, column, -1);
}

static int add_thing(struct db *to, const char *id, struct fail *f)
{
    return (int)db_exec(to, &add, (const char *[]){ id, "name", NULL, "t" }, f);
}

/* The server ends the connection of `db`; it is gone when this returns. */
static void kill_backend(void)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    char text[24];
    struct fail f;

    (void)snprintf(text, sizeof text, "%lld", (long long)number(db, &pid, "pid"));
    check_ok(db_query(other, &kill, (const char *[]){ text }, &res, &f), &f);
    assert_true(db_bool(res, 0, "killed"));
}

static void rows_come_back_as_they_went_in(void **state)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    struct fail f;

    (void)state;
    assert_int_equal(
        db_exec(db, &add, (const char *[]){ "9223372036854775807", "caf\xc3\xa9", NULL, "f" }, &f),
        1);
    check_ok(db_query(db, &read_one, (const char *[]){ "9223372036854775807" }, &res, &f), &f);
    assert_int_equal(PQntuples(res), 1);
    assert_true(db_int(res, 0, "id", 0) == INT64_MAX);
    assert_string_equal(db_text(res, 0, "name"), "caf\xc3\xa9");
    assert_null(db_text(res, 0, "n"));
    assert_int_equal(db_int(res, 0, "n", 77), 77);
    assert_false(db_bool(res, 0, "ok"));
}

static void a_session_speaks_utc_and_has_a_limit_for_statements(void **state)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    struct fail f;

    (void)state;
    check_ok(db_query(db, &session, NULL, &res, &f), &f);
    assert_string_equal(db_text(res, 0, "zone"), "UTC");
    assert_string_equal(db_text(res, 0, "statement"), "30s");
    assert_string_equal(db_text(res, 0, "jit"), "off");
    assert_string_equal(db_text(res, 0, "name"), "victim");
}

static void the_server_watches_whether_we_are_still_there(void **state)
{
    int64_t idle_s = number(db, &watch, "idle_s");

    (void)state;
    assert_in_range(idle_s, 1, 60); /* 0: the system's two hours, in which our locks would stay */
}

static void errors_have_the_kind_of_their_state(void **state)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    struct fail f;

    (void)state;
    assert_int_equal(add_thing(db, "1", &f), 1);
    check_fails(add_thing(db, "1", &f), &f, FAIL_CONFLICT);
    assert_string_equal(f.code, "23505");
    assert_non_null(strstr(f.text, "thing_pkey"));
    check_fails((int)db_exec(db, &add, (const char *[]){ "2", NULL, NULL, NULL }, &f), &f,
                FAIL_CONFLICT);
    check_fails((int)db_exec(db, &add, (const char *[]){ "2", "too long", NULL, NULL }, &f), &f,
                FAIL_INPUT);
    check_fails(db_query(db, &broken_number, (const char *[]){ "12x" }, &res, &f), &f, FAIL_INPUT);
    check_fails(db_query(db, &misspelt, NULL, &res, &f), &f, FAIL_BUG);
    assert_string_equal(f.code, "42703");
    assert_int_equal(number(db, &count_all, "count"), 1);
}

static void a_statement_that_takes_too_long_is_ended(void **state)
{
    scoped(db_close_p) struct db *hasty = NULL;
    scoped(pg_clear_p) PGresult *res = NULL;
    char url[1200];
    struct fail f;

    (void)state;
    (void)snprintf(url, sizeof url, "%s%coptions=-c%%20statement_timeout%%3D100", database_url(),
                   strchr(database_url(), '?') != NULL ? '&' : '?');
    check_ok(db_open(url, "hasty", &hasty, &f), &f);
    check_fails(db_query(hasty, &sleep_long, NULL, &res, &f), &f, FAIL_LATER);
    assert_string_equal(f.code, "57014");
    assert_int_equal(number(hasty, &count_all, "count"), 0); /* and the connection lives on */
}

static void a_server_that_falls_silent_is_given_up(void **state)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    struct fail f;

    (void)state;
    check_ok(db_ready(db, &f), &f);
    check_fails(db_await(db, PQsendQuery(db->conn, "select pg_sleep(20)"), "nap", 100, &res, &f),
                &f, FAIL_LATER);
    assert_null(db->conn);
    assert_int_equal(number(db, &count_all, "count"), 0);
}

static int add_and_fail(struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(db, &tx, f));
    TRY(add_thing(db, "1", f));
    return fail_set(f, FAIL_INPUT, "something else went wrong");
}

static void leaving_the_scope_rolls_back(void **state)
{
    struct fail f;

    (void)state;
    check_fails(add_and_fail(&f), &f, FAIL_INPUT);
    assert_int_equal(number(db, &count_all, "count"), 0);
    assert_int_equal(PQtransactionStatus(db->conn), PQTRANS_IDLE);
}

static void a_commit_is_seen_by_others(void **state)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct fail f;

    (void)state;
    check_ok(db_begin(db, &tx, &f), &f);
    check_ok(add_thing(db, "1", &f), &f);
    assert_int_equal(number(other, &count_all, "count"), 0);
    check_ok(db_commit(&tx, &f), &f);
    assert_null(tx);
    assert_int_equal(number(other, &count_all, "count"), 1);
}

static void a_commit_after_a_failed_statement_is_a_bug_and_keeps_nothing(void **state)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct fail f;

    (void)state;
    check_ok(db_begin(db, &tx, &f), &f);
    check_ok(add_thing(db, "1", &f), &f);
    check_fails(add_thing(db, "1", &f), &f, FAIL_CONFLICT);
    check_fails(db_commit(&tx, &f), &f, FAIL_BUG);
    assert_int_equal(number(db, &count_all, "count"), 0);
}

static void a_constraint_checked_at_commit_fails_the_commit(void **state)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct fail f;

    (void)state;
    check_ok(db_begin(db, &tx, &f), &f);
    check_ok((int)db_exec(db, &add_later, (const char *[]){ "1", "5" }, &f), &f);
    check_ok((int)db_exec(db, &add_later, (const char *[]){ "2", "5" }, &f), &f);
    check_fails(db_commit(&tx, &f), &f, FAIL_CONFLICT);
    assert_int_equal(number(db, &count_all, "count"), 0);
}

static void a_commit_whose_connection_breaks_is_unknown(void **state)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct fail f;

    (void)state;
    check_ok(db_begin(db, &tx, &f), &f);
    check_ok(add_thing(db, "1", &f), &f);
    assert_int_equal(shutdown(PQsocket(db->conn), SHUT_RDWR), 0);
    check_fails(db_commit(&tx, &f), &f, FAIL_UNKNOWN);
    check_ok(db_ready(db, &f), &f);
}

static void a_killed_backend_fails_one_call_and_ready_heals(void **state)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    struct fail f;

    (void)state;
    kill_backend();
    check_fails(db_query(db, &count_all, NULL, &res, &f), &f, FAIL_LATER);
    check_ok(db_ready(db, &f), &f);
    assert_int_equal(number(db, &count_all, "count"), 0); /* prepared again */
}

static void ready_notices_a_lost_connection_by_itself(void **state)
{
    struct fail f;

    (void)state;
    kill_backend();
    check_ok(db_ready(db, &f), &f);
    assert_int_equal(number(db, &count_all, "count"), 0);
}

static void a_lost_transaction_fails_every_call_until_its_end(void **state)
{
    struct fail f;

    (void)state;
    {
        scoped(db_rollback_p) struct db *tx = NULL;

        check_ok(db_begin(db, &tx, &f), &f);
        check_ok(add_thing(db, "1", &f), &f);
        kill_backend();
        check_fails(add_thing(db, "2", &f), &f, FAIL_LATER);
        /* not on a new connection, outside the transaction: */
        check_fails(add_thing(db, "3", &f), &f, FAIL_LATER);
        check_fails(db_commit(&tx, &f), &f, FAIL_LATER);
    }
    assert_int_equal(number(db, &count_all, "count"), 0);
}

static void ready_ends_what_was_left_open(void **state)
{
    struct db *forgotten = NULL;
    struct fail f;

    (void)state;
    check_ok(db_begin(db, &forgotten, &f), &f);
    check_ok(add_thing(db, "1", &f), &f);
    assert_int_equal(db_try_lock(db, "left", &f), 0);
    check_ok(db_ready(db, &f), &f);
    assert_int_equal(number(db, &count_all, "count"), 0);
    assert_int_equal(db_try_lock(other, "left", &f), 0);
}

static void a_lock_has_one_holder(void **state)
{
    struct fail f;

    (void)state;
    assert_int_equal(db_try_lock(db, "scheduler", &f), 0);
    assert_int_equal(db_try_lock(other, "scheduler", &f), 1);
    assert_int_equal(db_try_lock(other, "something else", &f), 0);
    db_unlock(db, "scheduler");
    assert_int_equal(db_try_lock(other, "scheduler", &f), 0);
}

static void a_lock_ends_with_its_connection_and_work_under_it_stops(void **state)
{
    struct fail f;

    (void)state;
    assert_int_equal(db_try_lock(db, "scheduler", &f), 0);
    kill_backend();
    check_fails(add_thing(db, "1", &f), &f, FAIL_LATER);
    check_fails(add_thing(db, "1", &f), &f, FAIL_LATER); /* would be without the lock */
    assert_int_equal(db_try_lock(other, "scheduler", &f), 0);
    check_ok(db_ready(db, &f), &f);
    assert_int_equal(add_thing(db, "1", &f), 1);
}

static void send_notification(void)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    struct fail f;

    check_ok(db_query(other, &notify, (const char *[]){ "Wake \"up\"" }, &res, &f), &f);
}

static void a_notification_ends_the_wait(void **state)
{
    int64_t before = clock_mono_ms();
    struct fail f;

    (void)state;
    check_ok(db_listen(db, "Wake \"up\"", &f), &f);
    check_ok(db_listen(db, "Wake \"up\"", &f), &f);
    assert_int_equal(db->channel_count, 1);
    assert_int_equal(db_wait_notify(db, 0, &f), 1);
    send_notification();
    send_notification();
    assert_int_equal(db_wait_notify(db, 10000, &f), 0);
    assert_true(clock_mono_ms() - before < 5000);
}

static void a_notification_during_a_query_is_not_lost(void **state)
{
    struct fail f;

    (void)state;
    check_ok(db_listen(db, "Wake \"up\"", &f), &f);
    send_notification();
    assert_int_equal(number(db, &count_all, "count"), 0);
    assert_int_equal(db_wait_notify(db, 10000, &f), 0);
    assert_int_equal(db_wait_notify(db, 30, &f), 1);
}

static void after_a_reconnect_the_wait_ends_once_and_listening_goes_on(void **state)
{
    struct fail f;

    (void)state;
    check_ok(db_listen(db, "Wake \"up\"", &f), &f);
    kill_backend();
    check_fails(db_wait_notify(db, 10000, &f), &f, FAIL_LATER);
    assert_int_equal(db_wait_notify(db, 10000, &f), 0); /* something may have been missed */
    assert_int_equal(db_wait_notify(db, 30, &f), 1);
    send_notification();
    assert_int_equal(db_wait_notify(db, 10000, &f), 0);
}

static void a_database_that_does_not_exist_is_denied(void **state)
{
    scoped(db_close_p) struct db *none = NULL;
    char url[1200];
    char *slash = NULL;
    struct fail f;

    (void)state;
    (void)snprintf(url, sizeof url, "%s", database_url());
    slash = strstr(url, "/dropship_test_");
    assert_non_null(slash);
    memcpy(slash + 1, "nowhere", 7);
    check_ok(db_open(url, "test", &none, &f), &f);
    check_fails(db_ready(none, &f), &f, FAIL_DENIED);
}

int main(void)
{
#define with_two(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        with_two(rows_come_back_as_they_went_in),
        with_two(a_session_speaks_utc_and_has_a_limit_for_statements),
        with_two(the_server_watches_whether_we_are_still_there),
        with_two(errors_have_the_kind_of_their_state),
        with_two(a_statement_that_takes_too_long_is_ended),
        with_two(a_server_that_falls_silent_is_given_up),
        with_two(leaving_the_scope_rolls_back),
        with_two(a_commit_is_seen_by_others),
        with_two(a_commit_after_a_failed_statement_is_a_bug_and_keeps_nothing),
        with_two(a_constraint_checked_at_commit_fails_the_commit),
        with_two(a_commit_whose_connection_breaks_is_unknown),
        with_two(a_killed_backend_fails_one_call_and_ready_heals),
        with_two(ready_notices_a_lost_connection_by_itself),
        with_two(a_lost_transaction_fails_every_call_until_its_end),
        with_two(ready_ends_what_was_left_open),
        with_two(a_lock_has_one_holder),
        with_two(a_lock_ends_with_its_connection_and_work_under_it_stops),
        with_two(a_notification_ends_the_wait),
        with_two(a_notification_during_a_query_is_not_lost),
        with_two(after_a_reconnect_the_wait_ends_once_and_listening_goes_on),
        with_two(a_database_that_does_not_exist_is_denied),
    };

    return cmocka_run_group_tests(tests, setup, database_teardown);
}
