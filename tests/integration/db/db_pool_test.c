/* Connections that threads share: lent in turn, given back clean. */
#include "tests/unit/base/check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/db/db_cursor.h"
#include "common/db/db_pool.h"
#include "common/db/db_priv.h"
#include "tests/integration/db/database.h"

#define query(symbol, sql)                                                                         \
    static const struct embedded symbol = { #symbol, (sql), sizeof(sql) - 1, NULL }

query(pool_pid,
      "select pg_backend_pid() as pid, pg_current_xact_id_if_assigned() is not null as tx");
query(pool_kill, "select pg_terminate_backend($1::integer) as told");
query(pool_note, "insert into pool_note default values");
query(pool_late, "insert into pool_late values (1)");
query(pool_notes, "select count(*) as n from pool_note");
query(pool_lock, "select pg_advisory_xact_lock(77), pg_current_xact_id()");
query(pool_locks, "select count(*) as n from pg_locks where locktype = 'advisory' and objid = 77");
query(
    pool_rows,
    "-- $1 how many\nselect i, repeat('x', 100) as text from generate_series(1, $1::integer) as i");

static struct db_pool *pool;

static int start(void **state)
{
    struct fail f;
    (void)state;
    return db_pool_open(database_url(), "pool", 2, &pool, &f);
}

static int stop(void **state)
{
    (void)state;
    db_pool_close(pool);
    return 0;
}

static void the_last_used_is_lent_first_and_none_twice(void **state)
{
    struct db_lent a = { 0 }, b = { 0 }, c = { 0 };
    struct fail f;

    (void)state;
    assert_int_equal(db_pool_take(pool, 0, &a, &f), 0);
    assert_int_equal(db_pool_take(pool, 0, &b, &f), 0);
    assert_ptr_not_equal(a.db, b.db);
    assert_int_equal(db_pool_lent(pool), 2);
    int64_t before_ms = clock_mono_ms();
    assert_int_equal(db_pool_take(pool, 50, &c, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_true(f.retry_after_ms > 0);
    assert_true(clock_mono_ms() - before_ms >= 50);
    size_t index = b.index;
    db_pool_give(pool, &b);
    assert_null(b.db);
    db_pool_give(pool, &b);
    assert_int_equal(db_pool_take(pool, 0, &c, &f), 0);
    assert_int_equal(c.index, index);
    db_pool_give(pool, &a);
    db_pool_give(pool, &c);
    assert_int_equal(db_pool_lent(pool), 0);
}

static void what_a_borrower_left_open_is_undone(void **state)
{
    struct db_lent lent = { 0 };
    struct db *tx = NULL;
    PGresult *rows = NULL;
    struct fail f;

    (void)state;
    assert_int_equal(db_pool_take(pool, 0, &lent, &f), 0);
    assert_int_equal(db_begin(lent.db, &tx, &f), 0);
    assert_int_equal(db_query(lent.db, &pool_lock, NULL, &rows, &f), 0);
    PQclear(rows);
    db_pool_give(pool, &lent);
    assert_int_equal(db_pool_take(pool, 0, &lent, &f), 0);
    assert_int_equal(db_query(lent.db, &pool_locks, NULL, &rows, &f), 0);
    assert_int_equal(db_int(rows, 0, "n", -1), 0);
    PQclear(rows);
    db_pool_give(pool, &lent);
}

static int64_t session_of(struct db *db)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct fail f;

    check_ok(db_query(db, &pool_pid, NULL, &rows, &f), &f);
    return db_int(rows, 0, "pid", 0);
}

enum { ENDED_SESSIONS = 60 };

/* Told, not waited for: whether the process has gone when the next one borrows is chance, so it is done many times. */
static void borrow_ended_sessions(int64_t silence_ms, void (*use)(struct db *db))
{
    struct db_lent victim = { 0 }, killer = { 0 };
    struct fail f;

    assert_int_equal(db_pool_take(pool, 0, &killer, &f), 0);
    for (int i = 0; i < ENDED_SESSIONS; i++) {
        scoped(pg_clear_p) PGresult *told = NULL;
        char pid[24];

        assert_int_equal(db_pool_take(pool, 0, &victim, &f), 0);
        use(victim.db); /* what it uses is prepared */
        int64_t before = session_of(victim.db);
        db_pool_give(pool, &victim);
        snprintf(pid, sizeof pid, "%lld", (long long)before);
        check_ok(db_query(killer.db, &pool_kill, (const char *[]){ pid }, &told, &f), &f);
        assert_true(db_bool(told, 0, "told"));
        clock_sleep_ms(silence_ms);
        assert_int_equal(db_pool_take(pool, 0, &victim, &f), 0);
        check_ok(db_ready(victim.db, &f), &f);
        use(victim.db);
        assert_true(session_of(victim.db) != before);
        db_pool_give(pool, &victim);
    }
    db_pool_give(pool, &killer);
}

static void use_a_known_statement(struct db *db)
{
    (void)session_of(db);
}

static void use_a_write(struct db *db)
{
    struct fail f;
    check_ok(db_exec(db, &pool_note, NULL, &f) < 0 ? -1 : 0, &f);
}

static void use_a_transaction(struct db *db)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct fail f;

    check_ok(db_begin(db, &tx, &f), &f);
    (void)session_of(tx);
    check_ok(db_commit(&tx, &f), &f);
}

static void use_a_lock(struct db *db)
{
    struct fail f;

    check_ok(db_try_lock(db, "pool", &f), &f);
    db_unlock(db, "pool");
}

static void a_session_told_to_end_costs_a_later_borrower_nothing(void **state)
{
    (void)state;
    borrow_ended_sessions(DB_FRESH_MS + 5, use_a_known_statement);
}

/* It is not asked then: it has just answered. */
static void nor_does_one_told_to_end_just_now(void **state)
{
    scoped(db_close_p) struct db *look = NULL;
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct fail f;

    (void)state;
    check_ok(db_open(database_url(), "pool", &look, &f), &f);
    check_ok(db_script(look, "create table pool_note (id serial)", &f), &f);
    borrow_ended_sessions(0, use_a_known_statement);
    borrow_ended_sessions(0, use_a_write);
    borrow_ended_sessions(0, use_a_transaction);
    borrow_ended_sessions(0, use_a_lock);
    check_ok(db_query(look, &pool_notes, NULL, &rows, &f), &f);
    assert_int_equal(db_int(rows, 0, "n", 0), 2 * ENDED_SESSIONS); /* each was written, once */
}

/* What a mark goes before answers as ever: rows, none, an error after which the session goes on. */
static void the_first_statement_of_a_borrower_is_like_any_other(void **state)
{
    static const char *const how_many[] = { "3", "0", "x", "2" };
    struct fail f;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(how_many); i++) {
        struct db_lent lent = { 0 };
        scoped(pg_clear_p) PGresult *rows = NULL;

        assert_int_equal(db_pool_take(pool, 0, &lent, &f), 0);
        int64_t before = session_of(lent.db);
        check_ok(db_prepare(lent.db, &pool_rows, &f), &f);
        db_pool_give(pool, &lent);
        assert_int_equal(db_pool_take(pool, 0, &lent, &f), 0);
        if (how_many[i][0] == 'x') {
            check_fails(db_query(lent.db, &pool_rows, &how_many[i], &rows, &f), &f, FAIL_INPUT);
        } else {
            check_ok(db_query(lent.db, &pool_rows, &how_many[i], &rows, &f), &f);
            assert_int_equal(PQntuples(rows), how_many[i][0] - '0');
        }
        assert_int_equal(session_of(lent.db), before);
        db_pool_give(pool, &lent);
    }
}

static void what_the_commit_refuses_is_told_to_the_first_statement_too(void **state)
{
    struct db_lent lent = { 0 };
    struct fail f;

    (void)state;
    assert_int_equal(db_pool_take(pool, 0, &lent, &f), 0);
    check_ok(db_script(lent.db,
                       "create table pool_late (id integer unique deferrable initially deferred); "
                       "insert into pool_late values (1)",
                       &f),
             &f);
    check_ok(db_prepare(lent.db, &pool_late, &f), &f);
    db_pool_give(pool, &lent);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(db_pool_take(pool, 0, &lent, &f), 0);
        check_fails(db_exec(lent.db, &pool_late, NULL, &f) < 0 ? -1 : 0, &f, FAIL_CONFLICT);
        assert_true(session_of(lent.db) > 0);
        db_pool_give(pool, &lent);
    }
}

enum { BORROWERS = 8, ROUNDS = 200 };
static atomic_int in_use, most, served[BORROWERS];

static void *borrow(void *who)
{
    struct fail f;
    for (int i = 0; i < ROUNDS; i++) {
        struct db_lent lent = { 0 };
        PGresult *rows = NULL;
        if (db_pool_take(pool, 10000, &lent, &f) < 0) {
            return NULL;
        }
        int now = atomic_fetch_add(&in_use, 1) + 1;
        if (now > atomic_load(&most)) {
            atomic_store(&most, now);
        }
        if (db_query(lent.db, &pool_pid, NULL, &rows, &f) == 0) {
            atomic_fetch_add((atomic_int *)who, 1);
        }
        PQclear(rows);
        atomic_fetch_sub(&in_use, 1);
        db_pool_give(pool, &lent);
    }
    return NULL;
}

static void many_threads_share_few_connections(void **state)
{
    pthread_t threads[BORROWERS];

    (void)state;
    for (int i = 0; i < BORROWERS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, borrow, &served[i]), 0);
    }
    for (int i = 0; i < BORROWERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(atomic_load(&served[i]), ROUNDS);
    }
    assert_int_equal(atomic_load(&most), 2);
}

static void a_cursor_gives_all_rows_in_batches(void **state)
{
    static const struct {
        const char *text;
        int number;
    } counts[] = { { "0", 0 }, { "1", 1 }, { "10", 10 }, { "23", 23 } };
    struct db_lent lent = { 0 };
    struct fail f;

    (void)state;
    assert_int_equal(db_pool_take(pool, 0, &lent, &f), 0);
    for (size_t c = 0; c < COUNT_OF(counts); c++) {
        int seen = 0, batch;
        assert_int_equal(db_cursor_open(lent.db, &pool_rows, &counts[c].text, 1, &f), 0);
        do {
            PGresult *rows = NULL;
            assert_int_equal(db_cursor_next(lent.db, 10, &rows, &f), 0);
            batch = PQntuples(rows);
            for (int row = 0; row < batch; row++) {
                assert_int_equal(db_int(rows, row, "i", 0), ++seen);
            }
            PQclear(rows);
        } while (batch > 0);
        assert_int_equal(seen, counts[c].number);
        assert_int_equal(db_cursor_close(lent.db, &f), 0);
    }
    const char *wrong = "x";
    assert_int_equal(db_cursor_open(lent.db, &pool_rows, &wrong, 1, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    db_pool_give(pool, &lent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_last_used_is_lent_first_and_none_twice, start, stop),
        cmocka_unit_test_setup_teardown(what_a_borrower_left_open_is_undone, start, stop),
        cmocka_unit_test_setup_teardown(a_session_told_to_end_costs_a_later_borrower_nothing, start,
                                        stop),
        cmocka_unit_test_setup_teardown(nor_does_one_told_to_end_just_now, start, stop),
        cmocka_unit_test_setup_teardown(the_first_statement_of_a_borrower_is_like_any_other, start,
                                        stop),
        cmocka_unit_test_setup_teardown(what_the_commit_refuses_is_told_to_the_first_statement_too,
                                        start, stop),
        cmocka_unit_test_setup_teardown(many_threads_share_few_connections, start, stop),
        cmocka_unit_test_setup_teardown(a_cursor_gives_all_rows_in_batches, start, stop),
    };
    return cmocka_run_group_tests(tests, database_setup, database_teardown);
}
