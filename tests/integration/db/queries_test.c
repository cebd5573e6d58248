#include "tests/unit/base/check.h"

#include <stdio.h>

#include "common/db/db.h"
#include "queries_list.h" /* generated from all CMakeLists.txt below sql/queries */
#include "tests/integration/db/database.h"

/* A misspelt table, column or function, or a type that does not fit, in any query of any program. */
static void every_query_can_be_prepared_on_the_real_schema(void **state)
{
    scoped(db_close_p) struct db *db = NULL;
    struct fail f;
    int broken = 0;

    (void)state;
    check_ok(db_open(database_url(), "queries-test", &db, &f), &f);
    for (size_t i = 0; i < COUNT_OF(all_queries); i++) {
        if (db_prepare(db, all_queries[i], &f) < 0) {
            (void)fprintf(stderr, "%s (%s)\n", f.text, f.code);
            broken++;
        }
    }
    assert_int_equal(broken, 0);
    assert_true(COUNT_OF(all_queries) >= 7); /* those of the base alone */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_query_can_be_prepared_on_the_real_schema),
    };

    return cmocka_run_group_tests(tests, database_setup_migrated, database_teardown);
}
