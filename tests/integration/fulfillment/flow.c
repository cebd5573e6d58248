/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "tests/integration/fulfillment/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "tests/integration/db/database.h"

struct fail flow_fail;
enum job_outcome flow_outcome;
int64_t flow_snooze_s;

static struct db *db, *other;
static PGconn *look;
static struct redis *redis;

static const struct {
    const char *type;
    job_run_fn *run;
} jobs[] = {
    { "order.release", order_release },
    { "order.track", order_track },
    { "order.fulfill", order_fulfill },
};

static struct db *open_db(void)
{
    struct db *made = NULL;
    struct fail f;

    if (db_open(database_url(), "fulfillment-test", &made, &f) < 0 || db_ready(made, &f) < 0) {
        fail_msg("database: %s", f.text);
    }
    return made;
}

static struct redis *open_redis(void)
{
    const char *url = getenv("DROPSHIP_TEST_REDIS_URL");
    struct redis *made = NULL;
    struct fail f;

    if (url == NULL) {
        fail_msg("%s", "DROPSHIP_TEST_REDIS_URL is not set; tests/run sets it");
    } else if (redis_open(url, &made, &f) < 0) {
        fail_msg("Redis: %s", f.text);
    }
    return made;
}

int flow_setup(void **state)
{
    log_start("fulfillment-test", LOG_ERROR);
    if (database_setup_migrated(state) != 0) {
        return -1;
    }
    db = open_db();
    other = open_db();
    look = PQconnectdb(database_url());
    redis = open_redis();
    return PQstatus(look) == CONNECTION_OK ? 0 : -1;
}

int flow_teardown(void **state)
{
    db_close(db);
    db_close(other);
    PQfinish(look);
    redis_close(redis);
    return database_teardown(state);
}

struct redis *flow_redis(void)
{
    return redis;
}

struct db *flow_other_db(void)
{
    return other;
}

void flow_sql(const char *sql)
{
    PGresult *res = PQexec(look, sql);

    if (PQresultStatus(res) != PGRES_COMMAND_OK && PQresultStatus(res) != PGRES_TUPLES_OK) {
        fail_msg("%s: %s", sql, PQerrorMessage(look));
    }
    PQclear(res);
}

const char *flow_text(const char *sql)
{
    static char value[8192];
    PGresult *res = PQexec(look, sql);

    if (PQresultStatus(res) != PGRES_TUPLES_OK) {
        fail_msg("%s: %s", sql, PQerrorMessage(look));
    }
    (void)str_fit(value, sizeof value, PQntuples(res) > 0 ? PQgetvalue(res, 0, 0) : "");
    PQclear(res);
    return value;
}

int64_t flow_int(const char *sql)
{
    int64_t value = 0;
    struct fail f;

    if (str_to_int(flow_text(sql), INT64_MIN, INT64_MAX, sql, &value, &f) < 0) {
        fail_msg("%s", f.text);
    }
    return value;
}

const char *flow_of(int64_t id, const char *column)
{
    char sql[160];

    (void)snprintf(sql, sizeof sql, "select %s from shop_order where id = %lld", column,
                   (long long)id);
    return flow_text(sql);
}

void flow_set(const char *setting, const char *value)
{
    char sql[300];

    (void)snprintf(sql, sizeof sql,
                   "insert into setting (name, value, updated_by) values ('%s', '%s', 'test') on "
                   "conflict (name) do update set value = excluded.value",
                   setting, value);
    flow_sql(sql);
    flow_sql("delete from outbox where event = 'flow.resumed'");
}

int flow_clear(void **state)
{
    (void)state;
    fake_reset();
    flow_sql("truncate setting, audit, poll_cursor, variant_mapping, shop_order, order_line, "
             "supplier_order, parcel, order_event,"
             " effect, outbox, reconcile_run, provider_token restart identity cascade");
    flow_set("flow.fulfillment", "auto");
    flow_set("orders.grace_s", "0");
    flow_sql("insert into variant_mapping (shop_sku, vid, supplier_sku, snapshot_minor, "
             "confirmed_at, confirmed_by)"
             " values ('SKU-1', '2509180000000000777', 'SKU-1', 850, now(), 'test')");
    return 0;
}

static int run_with(struct db *use, job_run_fn *run, const char *args)
{
    static char shop_stand_in, supplier_stand_in;
    scoped(json_clear_p) json_t *parsed = json_loads(args, 0, NULL);
    struct job_context c = { .db = use,
                             .redis = redis,
                             .shopify = (struct shopify *)(void *)&shop_stand_in,
                             .cj = (struct cj *)(void *)&supplier_stand_in,
                             .args = parsed,
                             .now_us = clock_now_us(),
                             .deadline_ms = clock_mono_ms() + 300000,
                             .outcome = JOB_DONE };

    flow_fail = (struct fail){ 0 };
    if (db_ready(use, &flow_fail) < 0) {
        return -1;
    }
    int done = run(&c, &flow_fail);
    flow_outcome = c.outcome;
    flow_snooze_s = c.snooze_s;
    return done;
}

int flow_run(job_run_fn *run, const char *args)
{
    return run_with(db, run, args);
}

int flow_run_killable(job_run_fn *run, const char *args)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        struct db *own = open_db();
        int done = run_with(own, run, args);
        _exit(done < 0 ? 1 : 0);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status) == FAKE_KILLED_STATUS ? -2 : WEXITSTATUS(status) == 0 ? 0 : -1;
}

int64_t flow_check(int order)
{
    char gid[SHOPIFY_GID_BYTES], sql[200];

    if (flow_run(orders_check, "[]") < 0) {
        fail_msg("orders.check: %s", flow_fail.text);
    }
    fake_gid(order, gid);
    (void)snprintf(sql, sizeof sql, "select id from shop_order where gid = '%s'", gid);
    return flow_int(sql);
}

static job_run_fn *handler(const char *type)
{
    for (size_t i = 0; i < COUNT_OF(jobs); i++) {
        if (strcmp(jobs[i].type, type) == 0) {
            return jobs[i].run;
        }
    }
    fail_msg("no job type %s", type);
    return NULL;
}

int flow_job(const char *type, int64_t id)
{
    char args[64];

    (void)snprintf(args, sizeof args, "[%lld, \"now\"]", (long long)id);
    bool kills = fake->fault == FAULT_KILLED_BEFORE || fake->fault == FAULT_KILLED_AFTER;
    /* Time passes between two runs: what was sent then has arrived or is lost. */
    flow_sql("update effect set created_at = created_at - interval '5 minutes'");
    flow_sql("update supplier_order set pay_tried_at = pay_tried_at - interval '5 minutes'");
    return kills && !fake->fired ? flow_run_killable(handler(type), args)
                                 : flow_run(handler(type), args);
}

void flow_drive(int64_t id, const char *state)
{
    for (int i = 0; i < 40; i++) {
        char next[64];
        (void)str_fit(next, sizeof next, flow_of(id, "next_job"));
        if (next[0] == '\0' || (state != NULL && strcmp(flow_of(id, "state"), state) == 0)) {
            return;
        }
        (void)flow_job(next, id);
    }
    fail_msg("order %lld does not come to rest: %s, %s", (long long)id, flow_of(id, "state"),
             flow_fail.text);
}
