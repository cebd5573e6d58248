/* A fresh, empty database for one test program, made beside the one that DROPSHIP_TEST_DATABASE_URL names and dropped at the
 * end.  Link test_database.  Test programs only; one thread makes and drops. */
#pragma once

/* cmocka group set-up and tear-down.  Fails (does not skip) when the variable is not set or the server is away. */
int database_setup(void **state);
int database_teardown(void **state);
/* The same, and all migrations applied. */
int database_setup_migrated(void **state);
/* URL of the fresh database.  Borrowed, until tear-down. */
const char *database_url(void);
