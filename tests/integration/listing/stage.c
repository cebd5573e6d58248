/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "tests/integration/listing/stage.h"

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
#include "tests/integration/listing/pictures.h"

struct fail stage_fail;
enum job_outcome stage_outcome;
int stage_retries = -1;

static struct db *db;
static struct redis *redis;
static PGconn *look;
static struct conf *conf;
static int pictures_port;

static const struct {
    const char *type;
    job_run_fn *run;
} jobs[] = {
    { "listing.write", listing_write },   { "listing.publish", listing_publish },
    { "listing.unlist", listing_unlist }, { "product.reprice", product_reprice },
    { "product.hold", product_hold },
};

static struct db *open_db(void)
{
    struct db *made = NULL;
    struct fail f;

    if (db_open(database_url(), "listing-test", &made, &f) < 0 || db_ready(made, &f) < 0) {
        fail_msg("database: %s", f.text);
    }
    return made;
}

int stage_setup(void **state)
{
    const char *url = getenv("DROPSHIP_TEST_REDIS_URL");
    struct fail f;

    log_start("listing-test", LOG_ERROR);
    pictures_port = pictures_start();
    if (pictures_port < 0 || url == NULL || database_setup_migrated(state) != 0) {
        return -1;
    }
    scoped(str_done) struct str mistakes;

    str_init(&mistakes, 4000);
    if (conf_load(&conf, &mistakes, &f) < 0 || redis_open(url, &redis, &f) < 0) {
        fail_msg("%s %s", f.text, mistakes.data);
    }
    db = open_db();
    look = PQconnectdb(database_url());
    return PQstatus(look) == CONNECTION_OK ? 0 : -1;
}

int stage_teardown(void **state)
{
    db_close(db);
    redis_close(redis);
    conf_free(conf);
    PQfinish(look);
    return database_teardown(state);
}

/* ---- SQL ---- */

void stage_sql(const char *sql)
{
    PGresult *res = PQexec(look, sql);

    if (PQresultStatus(res) != PGRES_COMMAND_OK && PQresultStatus(res) != PGRES_TUPLES_OK) {
        fail_msg("%s: %s", sql, PQerrorMessage(look));
    }
    PQclear(res);
}

const char *stage_text(const char *sql)
{
    static char value[16384];
    PGresult *res = PQexec(look, sql);

    if (PQresultStatus(res) != PGRES_TUPLES_OK) {
        fail_msg("%s: %s", sql, PQerrorMessage(look));
    }
    (void)str_fit(value, sizeof value, PQntuples(res) > 0 ? PQgetvalue(res, 0, 0) : "");
    PQclear(res);
    return value;
}

int64_t stage_int(const char *sql)
{
    int64_t value = 0;
    struct fail f;

    if (str_to_int(stage_text(sql), INT64_MIN, INT64_MAX, sql, &value, &f) < 0) {
        fail_msg("%s", f.text);
    }
    return value;
}

const char *stage_of(int64_t id, const char *column)
{
    char sql[160];

    (void)snprintf(sql, sizeof sql, "select %s from product where id = %lld", column,
                   (long long)id);
    return stage_text(sql);
}

void stage_set(const char *setting, const char *value)
{
    char sql[300];

    (void)snprintf(sql, sizeof sql,
                   "insert into setting (name, value, updated_by) values ('%s', '%s', 'test') on "
                   "conflict (name) do update set value = excluded.value",
                   setting, value);
    stage_sql(sql);
    stage_sql("delete from outbox where event = 'flow.resumed'");
}

int stage_clear(void **state)
{
    (void)state;
    fake_reset();
    stage_retries = -1;
    stage_sql("truncate setting, audit, variant_mapping, product, variant, supplier_snapshot, "
              "product_event, listing_text, freight_quote, proposal, setup_finding, shop_place, "
              "shop_info, effect, "
              "outbox restart identity cascade");
    stage_set("flow.discovery", "auto");
    stage_set("listing.image_hosts", "127.0.0.1");
    return 0;
}

/* ---- products ---- */

json_t *stage_detail(void)
{
    char picture[2][80];

    (void)snprintf(picture[0], sizeof picture[0], "http://127.0.0.1:%d/good-1.jpg", pictures_port);
    (void)snprintf(picture[1], sizeof picture[1], "http://127.0.0.1:%d/good-2.jpg", pictures_port);
    return json_pack("{s:s, s:s, s:s, s:i, s:{s:[s,s]}, s:s, s:s, s:[s,s]}", "name",
                     "Foldable Dog Bowl", "category", "Pets / Dogs / Bowls", "material", "Silicone",
                     "weight_g", 140, "options", "Color", "Black", "Blue", "description_html",
                     "<p>Foldable bowl made of silicone. Holds 350 ml of water.</p>", "hs_code",
                     "3924100000", "images", picture[0], picture[1]);
}

static const char decision[] =
    "{\"verdict\": \"pass\", \"rule\": \"PASSED\", \"return_ppm\": 60000, \"worst\": {\"vid\": "
    "\"V2\"},"
    " \"markets\": [{\"country\": \"US\", \"quote\": {\"method\": \"CJPacket\", \"days_min\": 7,"
    " \"days_max\": 12, \"usd_minor\": 420, \"vid\": \"V2\", \"quoted_at\": null}}]}";

static void add_variant(int64_t product, const char *vid, const char *colour, int cost, int price)
{
    char sql[700];

    (void)snprintf(
        sql, sizeof sql,
        "insert into variant (product_id, vid, sku, name, options, weight_g, cost_minor, stock, "
        "landed_minor, price_minor, shop_currency, offered) values (%lld, '%s', 'SKU-%s', "
        "'Foldable Dog Bowl %s', '{\"Color\": \"%s\"}', 140, %d, 200, %d, %d, 'USD', true)",
        (long long)product, vid, vid, colour, colour, cost, cost + 420, price);
    stage_sql(sql);
}

int64_t stage_product(const char *state, const char *next_job)
{
    scoped(json_clear_p) json_t *detail = stage_detail();
    scoped(free_p) char *text = json_dumps(detail, 0);
    char sql[3000];
    static int number;

    (void)snprintf(
        sql, sizeof sql,
        "insert into product (pid, name, category, state, detail, decision, shop_currency, "
        "price_minor, landed_minor, next_job, next_run_at) values ('P%d', 'Foldable Dog Bowl', "
        "'Pets / Dogs / Bowls', '%s', '%s', '%s', 'USD', 2299, 1320, %s%s%s, now()) returning id",
        ++number, state, text, decision, next_job != NULL ? "'" : "",
        next_job != NULL ? next_job : "null", next_job != NULL ? "'" : "");
    int64_t id = stage_int(sql);
    stage_sql("update product set decision = jsonb_set(decision, '{markets,0,quote,quoted_at}', "
              "to_jsonb(to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')))");
    add_variant(id, "V1", "Black", 850, 2199);
    add_variant(id, "V2", "Blue", 900, 2299);
    stage_sql(
        "insert into duty_rule (dest, origin, valid_from, currency, source) values ('US', 'CN', "
        "'2020-01-01', 'USD', 'test') on conflict do nothing");
    return id;
}

int64_t stage_live(void)
{
    int64_t id = stage_product("writing", "listing.write");

    stage_drive(id, NULL);
    if (strcmp(stage_of(id, "state"), "listed") != 0) {
        fail_msg("it is %s: %s (%s)", stage_of(id, "state"), stage_of(id, "problem"),
                 stage_fail.text);
    }
    fake->calls = 0;
    return id;
}

/* ---- running ---- */

static int run_with(struct db *use, job_run_fn *run, const char *args)
{
    static char shop_stand_in, supplier_stand_in;
    const struct job job = { .jid = "listing-test", .retry_count = stage_retries };
    scoped(json_clear_p) json_t *parsed = json_loads(args, 0, NULL);
    scoped(http_close_p) struct http *http = NULL;

    stage_fail = (struct fail){ 0 };
    if (db_ready(use, &stage_fail) < 0 || http_open(&http, &stage_fail) < 0) {
        return -1;
    }
    struct job_context c = { .conf = conf,
                             .db = use,
                             .redis = redis,
                             .http = http,
                             .shopify = (struct shopify *)(void *)&shop_stand_in,
                             .cj = (struct cj *)(void *)&supplier_stand_in,
                             .args = parsed,
                             .job = &job,
                             .now_us = clock_now_us(),
                             .deadline_ms = clock_mono_ms() + 300000,
                             .outcome = JOB_DONE };
    int done = run(&c, &stage_fail);
    stage_outcome = c.outcome;
    return done;
}

int stage_run(job_run_fn *run, const char *args)
{
    return run_with(db, run, args);
}

int stage_run_killable(job_run_fn *run, const char *args)
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

int stage_job(const char *type, int64_t id)
{
    char args[64];
    bool kills = fake->fault == FAULT_KILLED_BEFORE || fake->fault == FAULT_KILLED_AFTER;

    (void)snprintf(args, sizeof args, "[%lld, \"now\"]", (long long)id);
    /* Time passes between two runs: what was sent then has arrived or is lost. */
    stage_sql("update effect set created_at = created_at - interval '5 minutes'");
    return kills && !fake->fired ? stage_run_killable(handler(type), args)
                                 : stage_run(handler(type), args);
}

void stage_drive(int64_t id, const char *state)
{
    for (int i = 0; i < 40; i++) {
        char next[64];
        (void)str_fit(next, sizeof next, stage_of(id, "next_job"));
        if (next[0] == '\0' || (state != NULL && strcmp(stage_of(id, "state"), state) == 0)) {
            return;
        }
        (void)stage_job(next, id);
    }
    fail_msg("product %lld does not come to rest: %s, %s", (long long)id, stage_of(id, "state"),
             stage_fail.text);
}
