#include "tests/unit/base/check.h"

#include <pthread.h>
#include <string.h>

#include "common/db/migrate.h"
#include "tests/integration/db/database.h"

#define text(symbol, sql)                                                                          \
    static const struct embedded symbol = { #symbol, (sql), sizeof(sql) - 1, NULL }

text(first, "create table one (id int);\ninsert into one values (1);");
text(first_changed, "create table one (id bigint);\ninsert into one values (1);");
text(second,
     "select pg_sleep(0.2); alter table one add column second int; create table two (id int)");
text(broken, "create table three (id int); create table nonsense (id no_such_type)");
text(count_one, "select count(*) as count from one");
text(find_three, "select to_regclass('three') is not null as found");

static const struct migration both[] = { { 1, &first }, { 2, &second }, { 0, NULL } };
static const struct migration only_first[] = { { 1, &first }, { 0, NULL } };
static const struct migration changed[] = { { 1, &first_changed }, { 2, &second }, { 0, NULL } };
static const struct migration other_order[] = { { 1, &first }, { 3, &second }, { 0, NULL } };
static const struct migration with_broken[] = {
    { 1, &first }, { 2, &second }, { 3, &broken }, { 0, NULL }
};

static struct db *db;

static int start(void **state)
{
    struct fail f;

    if (database_setup(state) < 0) {
        return -1;
    }
    return db_open(database_url(), "migrate-test", &db, &f);
}

static int stop(void **state)
{
    db_close(db);
    db = NULL;
    return database_teardown(state);
}

static int applied_of(const struct migration *list)
{
    int applied = -1;
    struct fail f;

    check_ok(migrate_apply(db, list, &applied, &f), &f);
    return applied;
}

static void migrating_twice_applies_once(void **state)
{
    struct fail f;

    (void)state;
    assert_int_equal(migrate_check(db, both, &f), 1);
    assert_int_equal(applied_of(both), 2);
    assert_int_equal(migrate_check(db, both, &f), 0);
    assert_int_equal(applied_of(both), 0);
}

static void later_migrations_are_added(void **state)
{
    struct fail f;

    (void)state;
    assert_int_equal(applied_of(only_first), 1);
    assert_int_equal(migrate_check(db, both, &f), 1);
    assert_int_equal(applied_of(both), 1);
}

static void a_changed_migration_is_refused(void **state)
{
    int applied = -1;
    struct fail f;

    (void)state;
    assert_int_equal(applied_of(only_first), 1);
    check_fails(migrate_apply(db, changed, &applied, &f), &f, FAIL_CONFLICT);
    assert_string_equal(f.code, "CHANGED");
    assert_non_null(strstr(f.text, "first_changed"));
    check_fails(migrate_check(db, changed, &f), &f, FAIL_CONFLICT);
    assert_int_equal(migrate_check(db, only_first, &f), 0); /* nothing was done */
}

static void a_database_newer_than_the_program_is_refused(void **state)
{
    int applied = -1;
    struct fail f;

    (void)state;
    assert_int_equal(applied_of(both), 2);
    check_fails(migrate_apply(db, only_first, &applied, &f), &f, FAIL_CONFLICT);
    assert_string_equal(f.code, "NEWER");
    check_fails(migrate_check(db, only_first, &f), &f, FAIL_CONFLICT);
}

static void another_number_in_a_place_is_refused(void **state)
{
    int applied = -1;
    struct fail f;

    (void)state;
    assert_int_equal(applied_of(both), 2);
    check_fails(migrate_apply(db, other_order, &applied, &f), &f, FAIL_CONFLICT);
    assert_string_equal(f.code, "ORDER");
}

static void a_broken_migration_leaves_nothing_of_itself(void **state)
{
    scoped(pg_clear_p) PGresult *res = NULL;
    int applied = -1;
    struct fail f;

    (void)state;
    check_fails(migrate_apply(db, with_broken, &applied, &f), &f, FAIL_BUG);
    assert_non_null(strstr(f.text, "migration broken"));
    check_ok(db_query(db, &find_three, NULL, &res, &f), &f);
    assert_false(db_bool(res, 0, "found"));
    assert_int_equal(migrate_check(db, both, &f), 0); /* those before it stay */
}

struct racer {
    pthread_t thread;
    int rc;
    int applied;
    struct fail f;
};

static void *race(void *racer)
{
    struct racer *r = racer;
    struct db *own = NULL;

    r->rc = db_open(database_url(), "racer", &own, &r->f);
    if (r->rc == 0) {
        r->rc = migrate_apply(own, both, &r->applied, &r->f);
        db_close(own);
    }
    return NULL;
}

static void two_programs_may_migrate_at_once(void **state)
{
    struct racer racers[2] = { { .rc = -1 }, { .rc = -1 } };
    scoped(pg_clear_p) PGresult *res = NULL;
    struct fail f;

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
        check_ok(racers[i].rc, &racers[i].f);
    }
    assert_int_equal(racers[0].applied + racers[1].applied, 2);
    check_ok(db_query(db, &count_one, NULL, &res, &f), &f);
    assert_int_equal(db_int(res, 0, "count", 0), 1);
}

static void our_own_migrations_apply(void **state)
{
    struct fail f;
    int count = 0;

    (void)state;
    while (migrations[count].text != NULL) {
        count++;
    }
    assert_true(count > 0);
    assert_int_equal(applied_of(migrations), count);
    assert_int_equal(migrate_check(db, migrations, &f), 0);
}

int main(void)
{
#define fresh(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        fresh(migrating_twice_applies_once),
        fresh(later_migrations_are_added),
        fresh(a_changed_migration_is_refused),
        fresh(a_database_newer_than_the_program_is_refused),
        fresh(another_number_in_a_place_is_refused),
        fresh(a_broken_migration_leaves_nothing_of_itself),
        fresh(two_programs_may_migrate_at_once),
        fresh(our_own_migrations_apply),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
