/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "tests/integration/discovery/rig.h"

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

struct fail rig_fail;
enum job_outcome rig_outcome;
int64_t rig_snooze_s;

static struct db *db, *other;
static PGconn *look;
static struct conf *conf;

static struct db *open_db(void)
{
    struct db *made = NULL;
    struct fail f;

    if (db_open(database_url(), "discovery-test", &made, &f) < 0 || db_ready(made, &f) < 0) {
        fail_msg("database: %s", f.text);
    }
    return made;
}

void rig_points(const char *per_day)
{
    scoped(str_done) struct str mistakes;
    struct fail f;

    str_init(&mistakes, 10000);
    conf_free(conf);
    conf = NULL;
    if (setenv("CJ_POINTS_PER_DAY", per_day, 1) != 0 || conf_load(&conf, &mistakes, &f) < 0) {
        fail_msg("configuration: %s", mistakes.data);
    }
}

int rig_setup(void **state)
{
    log_start("discovery-test", LOG_ERROR);
    if (database_setup_migrated(state) != 0) {
        return -1;
    }
    rig_points("1000000000"); /* many, so that tests do not depend on the time of day */
    db = open_db();
    other = open_db();
    look = PQconnectdb(database_url());
    if (PQstatus(look) != CONNECTION_OK) {
        return -1;
    }
    rig_sql("set client_min_messages = warning");
    return 0;
}

int rig_teardown(void **state)
{
    db_close(db);
    db_close(other);
    PQfinish(look);
    conf_free(conf);
    return database_teardown(state);
}

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

const char *rig_of(const char *pid, const char *column)
{
    char sql[300];

    (void)snprintf(sql, sizeof sql, "select %s from product where pid = '%s'", column, pid);
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

int rig_clear(void **state)
{
    (void)state;
    cat_reset(8);
    /* Not truncate: with so few rows that takes longer. */
    rig_sql("delete from setting; delete from variant; delete from supplier_snapshot; delete from "
            "product_event; delete from product; delete from discovery_run; delete from "
            "discovery_search; delete from supplier_category; delete from discovery_day; delete "
            "from freight_quote; delete from shop_info; delete from duty_rule; delete from "
            "pricing_rule; delete from order_line; delete from shop_order; delete from "
            "provider_token; delete from audit; delete from outbox; alter table product alter id "
            "restart");
    rig_sql("insert into duty_rule (dest, origin, valid_from, currency, ad_valorem_ppm, source) "
            "values ('US', 'CN', '2025-08-29', 'USD', 100000, 'test')");
    rig_set("money.salvage_ppm", "300000");
    return 0;
}

static int run_with(struct db *use, job_run_fn *run, const char *args)
{
    static char shop_stand_in, supplier_stand_in;
    scoped(json_clear_p) json_t *parsed = json_loads(args, 0, NULL);
    struct job_context c = { .conf = conf,
                             .db = use,
                             .shopify = (struct shopify *)(void *)&shop_stand_in,
                             .cj = (struct cj *)(void *)&supplier_stand_in,
                             .args = parsed,
                             .now_us = clock_now_us(),
                             .deadline_ms = clock_mono_ms() + 300000,
                             .outcome = JOB_DONE };

    rig_fail = (struct fail){ 0 };
    if (db_ready(use, &rig_fail) < 0) {
        return -1;
    }
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
    int64_t until_ms = clock_mono_ms() + 20000;

    while (rig_int("select count(*) from pg_locks where locktype = 'advisory'") > 0) {
        if (clock_mono_ms() > until_ms) {
            fail_msg("the killed process's lock is still held");
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
    return WEXITSTATUS(status) == CAT_KILLED_STATUS ? -2 : WEXITSTATUS(status) == 0 ? 0 : -1;
}

void rig_scan(void)
{
    if (rig_run(discovery_scan, "[]") != 0) {
        fail_msg("discovery.scan: %s", rig_fail.text);
    }
}

static void args_of(const char *pid, char args[static 64])
{
    (void)snprintf(args, 64, "[%s, \"now\"]", rig_of(pid, "id"));
}

int rig_assess(const char *pid)
{
    char args[64];

    args_of(pid, args);
    bool kills = (cat->fault == CAT_KILLED_BEFORE || cat->fault == CAT_KILLED_AFTER) && !cat->fired;
    return kills ? rig_run_killable(product_assess, args) : rig_run(product_assess, args);
}

void rig_assess_all(void)
{
    char pid[48];

    for (int i = 0; i < CAT_PRODUCTS; i++) {
        (void)str_fit(pid, sizeof pid,
                      rig_text("select pid from product where state = 'candidate' order by id "
                               "limit 1"));
        if (pid[0] == '\0') {
            return;
        }
        if (rig_assess(pid) != 0) {
            fail_msg("product.assess: %s", rig_fail.text);
        }
    }
}

void rig_days_pass(int days)
{
    char sql[600];

    (void)snprintf(sql, sizeof sql,
                   "update supplier_snapshot set day = day - %d;"
                   "update product set decided_at = decided_at - interval '%d days', seen_at = "
                   "seen_at - interval '%d days';"
                   "update discovery_day set day = day - %d;"
                   "update discovery_search set searched_at = searched_at - interval '%d days';"
                   "update freight_quote set quoted_at = quoted_at - interval '%d days'",
                   days, days, days, days, days, days);
    rig_sql(sql);
}

void rig_lock(const char *name, bool taken)
{
    struct fail f;

    if (!taken) {
        db_unlock(other, name);
    } else {
        assert_int_equal(db_try_lock(other, name, &f), 0);
    }
}
