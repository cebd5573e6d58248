#include "tests/integration/db/database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/id.h"
#include "common/base/str.h"
#include "common/db/migrate.h"

static char name[40];
static char url[1024];

/* `server` with its path replaced by /name; query parameters stay. */
static void make_url(const char *server)
{
    const char *start = strstr(server, "://");
    size_t head = 0;
    const char *query = NULL;

    start = start != NULL ? start + 3 : server;
    head = (size_t)(start - server) + strcspn(start, "/?");
    query = strchr(start, '?');
    (void)snprintf(url, sizeof url, "%.*s/%s%s", (int)head, server, name,
                   query != NULL ? query : "");
}

static int run(const char *at, const char *verb, const char *rest)
{
    scoped(db_close_p) struct db *db = NULL;
    char text[120];
    struct fail f;

    (void)snprintf(text, sizeof text, "%s database %s %s", verb, name, rest);
    if (db_open(at, "test-database", &db, &f) < 0 || db_script(db, text, &f) < 0) {
        (void)fprintf(stderr, "%s: %s\n", text, f.text);
        return -1;
    }
    return 0;
}

int database_setup(void **state)
{
    const char *server = getenv("DROPSHIP_TEST_DATABASE_URL");
    char random[13];

    (void)state;
    if (server == NULL) {
        (void)fprintf(stderr, "DROPSHIP_TEST_DATABASE_URL is not set\n");
        return -1;
    }
    id_random_hex(random, 6);
    (void)snprintf(name, sizeof name, "dropship_test_%s", random);
    make_url(server);
    return run(server, "create", "template template0");
}

int database_setup_migrated(void **state)
{
    scoped(db_close_p) struct db *db = NULL;
    struct fail f;
    int applied = 0;

    if (database_setup(state) < 0) {
        return -1;
    }
    if (db_open(url, "test-database", &db, &f) < 0 ||
        migrate_apply(db, migrations, &applied, &f) < 0) {
        (void)fprintf(stderr, "migrations: %s\n", f.text);
        return -1;
    }
    return 0;
}

int database_teardown(void **state)
{
    (void)state;
    /* cmocka comes here after a failed set-up, too. */
    return name[0] != '\0' ? run(getenv("DROPSHIP_TEST_DATABASE_URL"), "drop", "with (force)") : -1;
}

const char *database_url(void)
{
    return url;
}
