#include "tests/integration/model/fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/db/migrate.h"

static const char *wanted(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL) {
        fprintf(stderr, "%s is not set; tests/run starts servers and sets it\n", name);
        abort();
    }
    return value;
}

const char *fixture_database_url(void)
{
    return wanted("DROPSHIP_TEST_DATABASE_URL");
}

const char *fixture_redis_url(void)
{
    return wanted("DROPSHIP_TEST_REDIS_URL");
}

static void must(int outcome, const struct fail *f)
{
    if (outcome < 0) {
        fprintf(stderr, "fixture: %s\n", f->text);
        abort();
    }
}

void fixture_open(struct fixture *x)
{
    struct fail f = { 0 };
    int applied = 0;

    *x = (struct fixture){ 0 };
    must(db_open(fixture_database_url(), "test", &x->db, &f), &f);
    must(db_open(fixture_database_url(), "test", &x->other, &f), &f);
    must(redis_open(fixture_redis_url(), &x->redis, &f), &f);
    x->look = PQconnectdb(fixture_database_url());
    must(db_ready(x->db, &f), &f);
    must(db_script(
             x->db,
             "set client_min_messages to warning; drop schema public cascade; create schema public",
             &f),
         &f);
    must(migrate_apply(x->db, migrations, &applied, &f), &f);
    must(db_ready(x->other, &f), &f);
    fixture_clear(x);
}

void fixture_close(struct fixture *x)
{
    PQfinish(x->look);
    db_close(x->db);
    db_close(x->other);
    redis_close(x->redis);
}

void fixture_clear(struct fixture *x)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };

    fixture_sql(x, "truncate setting, audit, api_key, variant_mapping, shop_order, order_line, "
                   "supplier_order, parcel, "
                   "order_event, effect, outbox, reconcile_run, job_run restart identity cascade");
    must(redis_do(x->redis, &reply, &f, "FLUSHDB", NULL), &f);
}

void fixture_sql(struct fixture *x, const char *sql)
{
    struct fail f = { 0 };
    must(db_script(x->db, sql, &f), &f);
}

int64_t fixture_number(struct fixture *x, const char *sql)
{
    char *text = NULL;

    if (asprintf(&text, "select (%s)::bigint", sql) < 0) {
        abort();
    }
    scoped(pg_clear_p) PGresult *rows = PQexec(x->look, text);
    if (PQresultStatus(rows) != PGRES_TUPLES_OK) {
        fprintf(stderr, "fixture: %s: %s\n", text, PQerrorMessage(x->look));
        abort();
    }
    free(text);
    return PQgetisnull(rows, 0, 0) ? -1 : strtoll(PQgetvalue(rows, 0, 0), NULL, 10);
}

int64_t fixture_order(struct fixture *x, const char *name, const char *state)
{
    char sql[600];
    snprintf(sql, sizeof sql,
             "insert into shop_order (gid, name, state, created_at, shop_updated_at, financial, "
             "total_minor, currency, email) "
             "values ('gid://shopify/Order/' || %" PRId64
             ", '%s', '%s', now() - interval '1 hour', now(), 'PAID', 1999, 'USD', "
             "'a@example.org')",
             fixture_number(x, "select count(*) + 1000 from shop_order"), name, state);
    fixture_sql(x, sql);
    return fixture_number(x, "select max(id) from shop_order");
}

json_t *fixture_list(struct fixture *x, const char *key)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { 0 };
    json_t *list = json_array();

    must(redis_do(x->redis, &reply, &f, "LRANGE", key, "0", "-1", NULL), &f);
    for (size_t i = 0; i < reply->elements; i++) {
        json_array_append_new(list, json_loads(reply->element[i]->str, 0, NULL));
    }
    return list;
}
