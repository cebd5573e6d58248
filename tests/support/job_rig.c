/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "tests/support/job_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/conf.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/db.h"
#include "common/http/http.h"
#include "common/redis/redis.h"
#include "tests/integration/db/database.h"

enum { LOCKS_MS = 20000 };

struct fail rig_fail;
enum job_outcome rig_outcome;
int64_t rig_snooze_s;
struct job_context rig_base;

static const char *program;
static struct db *db, *other;
static PGconn *look;
static struct conf *conf;
static struct redis *redis;

static struct db *open_db(void)
{
    struct db *made = NULL;
    struct fail f;

    if (db_open(database_url(), program, &made, &f) < 0 || db_ready(made, &f) < 0) {
        fail_msg("database: %s", f.text);
    }
    return made;
}

static void open_redis(void)
{
    const char *url = getenv("DROPSHIP_TEST_REDIS_URL");
    struct fail f;

    if (url == NULL) {
        fail_msg("%s", "DROPSHIP_TEST_REDIS_URL is not set; tests/run sets it");
    } else if (redis_open(url, &redis, &f) < 0) {
        fail_msg("Redis: %s", f.text);
    }
    rig_base.redis = redis;
}

void rig_configure(void)
{
    scoped(str_done) struct str mistakes;
    struct fail f;

    str_init(&mistakes, 10000);
    conf_free(conf);
    conf = NULL;
    if (conf_load(&conf, &mistakes, &f) < 0) {
        fail_msg("configuration: %s %s", f.text, mistakes.data);
    }
    rig_base.conf = conf;
}

int rig_open(const char *name, void **state)
{
    program = name;
    log_start(name, LOG_ERROR);
    if (database_setup_migrated(state) != 0) {
        return -1;
    }
    rig_configure();
    open_redis();
    db = open_db();
    other = open_db();
    look = PQconnectdb(database_url());
    if (PQstatus(look) != CONNECTION_OK) {
        return -1;
    }
    rig_sql("set client_min_messages = warning");
    return 0;
}

int rig_close(void **state)
{
    db_close(db);
    db_close(other);
    PQfinish(look);
    redis_close(redis);
    conf_free(conf);
    return database_teardown(state);
}

struct db *rig_other_db(void)
{
    return other;
}

/* ---- SQL ---- */

void rig_sql(const char *sql)
{
    PGresult *res = PQexec(look, sql);

    if (PQresultStatus(res) != PGRES_COMMAND_OK && PQresultStatus(res) != PGRES_TUPLES_OK) {
        fail_msg("%s: %s", sql, PQerrorMessage(look));
    }
    PQclear(res);
}

const char *rig_text(const char *sql)
{
    static char value[32768];
    PGresult *res = PQexec(look, sql);

    if (PQresultStatus(res) != PGRES_TUPLES_OK) {
        fail_msg("%s: %s", sql, PQerrorMessage(look));
    }
    (void)str_fit(value, sizeof value, PQntuples(res) > 0 ? PQgetvalue(res, 0, 0) : "");
    PQclear(res);
    return value;
}

int64_t rig_int(const char *sql)
{
    int64_t value = 0;
    struct fail f;

    if (str_to_int(rig_text(sql), INT64_MIN, INT64_MAX, sql, &value, &f) < 0) {
        fail_msg("%s", f.text);
    }
    return value;
}

const char *rig_column(const char *table, int64_t id, const char *column)
{
    char sql[200];

    (void)snprintf(sql, sizeof sql, "select %s from %s where id = %lld", column, table,
                   (long long)id);
    return rig_text(sql);
}

void rig_set(const char *setting, const char *value)
{
    char sql[300];

    (void)snprintf(sql, sizeof sql,
                   "insert into setting (name, value, updated_by) values ('%s', '%s', 'test') on "
                   "conflict (name) do update set value = excluded.value",
                   setting, value);
    rig_sql(sql);
    rig_sql("delete from outbox where event = 'flow.resumed'");
}

/* ---- running ---- */

static int run_with(struct db *use, job_run_fn *run, const char *args)
{
    static char shop_stand_in, supplier_stand_in;
    scoped(json_clear_p) json_t *parsed = json_loads(args, 0, NULL);
    scoped(http_close_p) struct http *http = NULL;
    struct job_context c = rig_base;

    rig_fail = (struct fail){ 0 };
    if (db_ready(use, &rig_fail) < 0 || http_open(&http, &rig_fail) < 0) {
        return -1;
    }
    c.db = use;
    c.http = http;
    c.shopify = (struct shopify *)(void *)&shop_stand_in;
    c.cj = (struct cj *)(void *)&supplier_stand_in;
    c.args = parsed;
    c.now_us = clock_now_us();
    c.deadline_ms = clock_mono_ms() + 300000;
    c.outcome = JOB_DONE;
    int done = run(&c, &rig_fail);
    rig_outcome = c.outcome;
    rig_snooze_s = c.snooze_s;
    return done;
}

int rig_run(job_run_fn *run, const char *args)
{
    return run_with(db, run, args);
}

/* Postgres gives a dead process's locks back when it sees that the connection is gone. */
static void wait_for_locks(void)
{
    int64_t until_ms = clock_mono_ms() + LOCKS_MS;

    while (rig_int("select count(*) from pg_locks where locktype = 'advisory'") > 0) {
        if (clock_mono_ms() > until_ms) {
            fail_msg("%s", "the killed process's lock is still held");
        }
        clock_sleep_ms(5);
    }
}

int rig_run_killable(job_run_fn *run, const char *args)
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
    wait_for_locks();
    return WEXITSTATUS(status) == FAULT_KILLED_STATUS ? -2 : WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* ---- rows with jobs ---- */

static job_run_fn *handler(const struct rig_rows *rows, const char *type)
{
    for (size_t i = 0; i < COUNT_OF(rows->jobs) && rows->jobs[i].type != NULL; i++) {
        if (strcmp(rows->jobs[i].type, type) == 0) {
            return rows->jobs[i].run;
        }
    }
    fail_msg("no job type %s", type);
    return NULL;
}

int rig_job(const struct rig_rows *rows, const struct fault_point *point, const char *type,
            int64_t id)
{
    job_run_fn *run = handler(rows, type);
    char args[64];

    (void)snprintf(args, sizeof args, "[%lld, \"now\"]", (long long)id);
    rig_sql(rows->time_passes);
    return fault_kills(point) ? rig_run_killable(run, args) : rig_run(run, args);
}

void rig_drive(const struct rig_rows *rows, const struct fault_point *point, int64_t id,
               const char *state)
{
    for (int i = 0; i < 40; i++) {
        char next[64];
        (void)str_fit(next, sizeof next, rig_column(rows->table, id, "next_job"));
        if (next[0] == '\0' ||
            (state != NULL && strcmp(rig_column(rows->table, id, "state"), state) == 0)) {
            return;
        }
        (void)rig_job(rows, point, next, id);
    }
    fail_msg("%s %lld does not come to rest: %s, %s", rows->table, (long long)id,
             rig_column(rows->table, id, "state"), rig_fail.text);
}
