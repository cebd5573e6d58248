/* Connections that threads share: lent in turn, given back clean. */
#include "tests/unit/base/check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

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

/* Told, not waited for: whether the process has gone when the next one borrows is chance, so it is done many times.  The session
 * must have been silent for a while: one that has just answered is not asked. */
static void a_session_told_to_end_costs_a_later_borrower_nothing(void **state)
{
    struct db_lent victim = { 0 }, killer = { 0 };
    struct fail f;

    (void)state;
    assert_int_equal(db_pool_take(pool, 0, &killer, &f), 0);
    for (int i = 0; i < 20; i++) {
        static const struct timespec silence = { .tv_nsec = (DB_FRESH_MS + 5) * 1000000L };
        scoped(pg_clear_p) PGresult *told = NULL;
        char pid[24];

        assert_int_equal(db_pool_take(pool, 0, &victim, &f), 0);
        int64_t before = session_of(victim.db);
        db_pool_give(pool, &victim);
        snprintf(pid, sizeof pid, "%lld", (long long)before);
        check_ok(db_query(killer.db, &pool_kill, (const char *[]){ pid }, &told, &f), &f);
        assert_true(db_bool(told, 0, "told"));
        nanosleep(&silence, NULL);
        assert_int_equal(db_pool_take(pool, 0, &victim, &f), 0);
        check_ok(db_ready(victim.db, &f), &f);
        assert_true(session_of(victim.db) != before);
        db_pool_give(pool, &victim);
    }
    db_pool_give(pool, &killer);
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
        cmocka_unit_test_setup_teardown(many_threads_share_few_connections, start, stop),
        cmocka_unit_test_setup_teardown(a_cursor_gives_all_rows_in_batches, start, stop),
    };
    return cmocka_run_group_tests(tests, database_setup, database_teardown);
}
