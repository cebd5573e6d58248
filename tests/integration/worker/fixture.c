#include "tests/integration/worker/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/db/migrate.h"

enum { QUERIES_MAX = 64 };

static char value[70000];

static const char *server(const char *name)
{
    const char *url = getenv(name);

    if (url == NULL) {
        fail_msg("%s is not set", name);
    }
    return url;
}

struct db *fixture_db(void)
{
    struct db *db = NULL;
    struct fail f = { 0 };

    if (db_open(server("DROPSHIP_TEST_DATABASE_URL"), "worker-test", &db, &f) < 0 ||
        db_ready(db, &f) < 0) {
        fail_msg("database: %s", f.text);
    }
    return db;
}

struct redis *fixture_redis(void)
{
    struct redis *redis = NULL;
    struct fail f = { 0 };

    if (redis_open(server("DROPSHIP_TEST_REDIS_URL"), &redis, &f) < 0) {
        fail_msg("redis: %s", f.text);
    }
    return redis;
}

static void load_conf(struct fixture *x)
{
    struct str mistakes;
    struct fail f = { 0 };

    setenv("DROPSHIP_REDIS_URL", server("DROPSHIP_TEST_REDIS_URL"), 1);
    setenv("DROPSHIP_DATABASE_URL", server("DROPSHIP_TEST_DATABASE_URL"), 1);
    unsetenv("CJ_API_KEY");
    unsetenv("SHOPIFY_SHOP");
    unsetenv("SHOPIFY_BASE_URL");
    unsetenv("DROPSHIP_ENV_FILE");
    str_init(&mistakes, 10000);
    if (conf_load(&x->conf, &mistakes, &f) < 0) {
        fail_msg("conf: %s", mistakes.data);
    }
    str_done(&mistakes);
}

void fixture_open(struct fixture *x)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };
    int applied = 0;

    load_conf(x);
    x->db = fixture_db();
    x->redis = fixture_redis();
    if (migrate_apply(x->db, migrations, &applied, &f) < 0 ||
        db_script(x->db, "truncate effect, job_run, provider_token", &f) < 0 ||
        redis_do(x->redis, &reply, &f, "FLUSHDB", NULL) < 0) {
        fail_msg("set-up: %s", f.text);
    }
}

void fixture_close(struct fixture *x)
{
    redis_close(x->redis);
    db_close(x->db);
    conf_free(x->conf);
}

/* Statements are prepared once per embedded text, which therefore has to stay. */
static const struct embedded *embed(const char *sql)
{
    static struct embedded texts[QUERIES_MAX];
    size_t i = 0;

    while (i < QUERIES_MAX && texts[i].text != NULL && strcmp(texts[i].text, sql) != 0) {
        i++;
    }
    assert_true(i < QUERIES_MAX);
    texts[i] = (struct embedded){ sql, sql, strlen(sql), NULL };
    return &texts[i];
}

const char *fixture_value(struct fixture *x, const char *sql)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct fail f = { 0 };

    if (db_query(x->db, embed(sql), NULL, &rows, &f) < 0) {
        fail_msg("%s: %s", sql, f.text);
    }
    (void)str_fit(value, sizeof value, PQntuples(rows) > 0 ? PQgetvalue(rows, 0, 0) : "");
    return value;
}

int64_t fixture_redis_int(struct fixture *x, const char *a, const char *b, const char *c)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    if (redis_do(x->redis, &reply, &f, a, b, c, NULL) < 0) {
        fail_msg("%s: %s", a, f.text);
    }
    assert_int_equal(reply->type, REDIS_REPLY_INTEGER);
    return reply->integer;
}

const char *fixture_first(struct fixture *x, const char *command, const char *key)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    if (redis_do(x->redis, &reply, &f, command, key, "0", "-1", NULL) < 0) {
        fail_msg("%s: %s", command, f.text);
    }
    (void)str_fit(value, sizeof value, reply->elements > 0 ? reply->element[0]->str : "");
    return value;
}

bool fixture_wait(bool (*until)(void *ctx), void *ctx, int64_t limit_ms)
{
    int64_t end_ms = clock_mono_ms() + limit_ms;

    while (!until(ctx)) {
        if (clock_mono_ms() > end_ms) {
            return false;
        }
        clock_sleep_ms(5);
    }
    return true;
}

void fixture_context(struct fixture *x, struct job_context *c)
{
    memset(c, 0, sizeof *c);
    c->conf = x->conf;
    c->db = x->db;
    c->redis = x->redis;
    c->now_us = clock_now_us();
    c->deadline_ms = clock_mono_ms() + 60000;
}
