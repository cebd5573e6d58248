/* The checks of `dropship doctor`, by group. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/cli/doctor.h"
#include "api/cli/show.h"
#include "common/base/json.h"
#include "common/db/migrate.h"
#include "common/model/overview.h"

enum { OVERDUE_LIMIT_MS = 10000, OUTBOX_LIMIT = 1000 };

void doctor_config(struct cli *c, json_t *findings)
{
    bool shop =
        conf_is_set(c->conf, CONF_SHOPIFY_SHOP) || conf_is_set(c->conf, CONF_SHOPIFY_BASE_URL);
    bool token = conf_is_set(c->conf, CONF_SHOPIFY_ACCESS_TOKEN) ||
                 (conf_is_set(c->conf, CONF_SHOPIFY_CLIENT_ID) &&
                  conf_is_set(c->conf, CONF_SHOPIFY_CLIENT_SECRET));
    bool cj = conf_is_set(c->conf, CONF_CJ_API_KEY);
    const char *sandbox = conf_text(c->conf, CONF_SANDBOX_NOTICE);

    finding_add(findings, shop ? FINDING_OK : FINDING_BAD, "shopify",
                shop ? NULL : "set SHOPIFY_SHOP to the NAME of NAME.myshopify.com",
                "the shop's name is %s", shop ? "set" : "missing");
    finding_add(findings, token ? FINDING_OK : FINDING_BAD, "shopify",
                token ? NULL
                      : "set SHOPIFY_ACCESS_TOKEN, or SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET",
                "credentials are %s", token ? "set" : "missing");
    if (!conf_is_set(c->conf, CONF_SHOPIFY_CLIENT_SECRET)) {
        finding_add(findings, FINDING_WARN, "shopify",
                    "set SHOPIFY_CLIENT_SECRET to accept webhooks; polling works without",
                    "webhook signatures cannot be checked");
    }
    finding_add(findings, cj ? FINDING_OK : FINDING_BAD, "cj",
                cj ? NULL : "set CJ_API_KEY (CJ: Apps, API, Generate)", "the API key is %s",
                cj ? "set" : "missing");
    if (sandbox != NULL && sandbox[0] != '\0') {
        finding_add(findings, FINDING_WARN, "sandbox",
                    "put real keys into deploy/dropship.env and run deploy/up", "simulated: %s",
                    sandbox);
    }
}

/* Value of one line of INFO, "" when absent. */
static void info_line(const char *info, const char *name, char value[static 64])
{
    const char *at = strstr(info, name);
    value[0] = '\0';
    if (at != NULL && at[strlen(name)] == ':') {
        at += strlen(name) + 1;
        snprintf(value, 64, "%.*s", (int)strcspn(at, "\r\n"), at);
    }
}

static void check_info(struct redis *r, json_t *findings)
{
    scoped(redis_reply_clear_p) redisReply *info = NULL;
    struct fail f;
    char version[64], aof[64];

    if (redis_do(r, &info, &f, "INFO", NULL) < 0 || info->type != REDIS_REPLY_STRING) {
        finding_add(findings, FINDING_WARN, "redis", "allow the command INFO for this user",
                    "INFO is not answered");
        return;
    }
    info_line(info->str, "redis_version", version);
    bool new_enough = version[0] >= '7' || (version[0] != '\0' && version[1] != '.');
    finding_add(findings, new_enough ? FINDING_OK : FINDING_BAD, "redis",
                new_enough ? NULL : "use Redis 7.0 or newer", "version %s", version);
    info_line(info->str, "aof_enabled", aof);
    finding_add(findings, strcmp(aof, "1") == 0 ? FINDING_OK : FINDING_WARN, "redis",
                strcmp(aof, "1") == 0 ? NULL : "appendonly yes, appendfsync everysec (or always)",
                strcmp(aof, "1") == 0 ? "the append-only file is on"
                                      : "no append-only file: a restart forgets waiting jobs");
}

void doctor_redis(struct cli *c, json_t *findings)
{
    struct redis *r;
    struct fail f;

    if (cli_redis(c, &r, &f) < 0) {
        finding_add(findings, FINDING_BAD, "redis",
                    "start Redis (deploy/up: its own), or mend DROPSHIP_REDIS_URL", "%s", f.text);
        return;
    }
    finding_add(findings, FINDING_OK, "redis", NULL, "answers");
    check_info(r, findings);
    if (redis_check_policy(r, &f) < 0) {
        finding_add(findings, FINDING_BAD, "redis",
                    "CONFIG SET maxmemory-policy noeviction, also in redis.conf", "%s", f.text);
    } else {
        finding_add(findings, FINDING_OK, "redis", NULL, "never evicts keys");
    }
}

void doctor_postgres(struct cli *c, json_t *findings)
{
    struct settings now;
    struct fail f;
    struct db *db;

    if (cli_db(c, &db, &f) < 0) {
        finding_add(findings, FINDING_BAD, "postgres",
                    "start Postgres (deploy/up: its own), or mend DROPSHIP_DATABASE_URL", "%s",
                    f.text);
        return;
    }
    int schema = migrate_check(db, migrations, &f);
    if (schema != 0) {
        finding_add(findings, FINDING_BAD, "postgres",
                    schema > 0 ? "dropship migrate" : "run the programs of the database's version",
                    "%s", schema > 0 ? "migrations are missing" : f.text);
        return;
    }
    finding_add(findings, FINDING_OK, "postgres", NULL,
                "answers and has the schema of this program");
    if (settings_read(db, &now, &f) < 0) {
        finding_add(findings, FINDING_BAD, "settings", "dropship settings NAME VALUE", "%s",
                    f.text);
        return;
    }
    finding_add(findings, now.num[SETTING_STOP] ? FINDING_WARN : FINDING_OK, "settings",
                now.num[SETTING_STOP] ? "dropship resume-all" : NULL,
                "STOP is %s, fulfillment is %s", now.num[SETTING_STOP] ? "on" : "off",
                setting_text(&now, SETTING_FLOW_FULFILLMENT));
}

static void check_process(const struct process_info *p, int *ret_alive, json_t *findings)
{
    if (!p->ours) {
        finding_add(
            findings, FINDING_BAD, "workers",
            "stop that Sidekiq process, or give it another Redis database",
            "%s is a foreign Sidekiq process: it takes our jobs and loses those it dies with",
            p->identity);
    } else if (!p->alive) {
        finding_add(findings, FINDING_WARN, "workers",
                    "nothing to do while a scheduler runs; its jobs are given back in seconds",
                    "%s has lost its lease: it died or is cut off", p->identity);
    } else {
        (*ret_alive)++;
    }
}

static void check_queues(struct redis *r, json_t *findings)
{
    scoped(free_p) struct queue_info *queues = NULL;
    size_t count = 0;
    struct queue_stats stats;
    struct fail f;

    if (queue_list(r, &queues, &count, &f) < 0 || queue_stats(r, &stats, &f) < 0) {
        finding_add(findings, FINDING_BAD, "queues", "see the check of Redis", "%s", f.text);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (queues[i].paused) {
            finding_add(findings, FINDING_WARN, "queues", "dropship resume QUEUE", "%s is paused",
                        queues[i].name);
        }
    }
    if (stats.overdue_ms > OVERDUE_LIMIT_MS) {
        finding_add(findings, FINDING_BAD, "scheduler",
                    "start dropship-scheduler (or run deploy/up), and read its log",
                    "a due job has been waiting for %" PRId64 " s: no scheduler promotes",
                    stats.overdue_ms / 1000);
    }
    if (stats.dead > 0) {
        finding_add(findings, FINDING_WARN, "queues",
                    "dropship jobs --state dead, then retry or delete", "%" PRId64 " dead jobs",
                    stats.dead);
    }
}

void doctor_workers(struct cli *c, json_t *findings)
{
    struct process_info *processes = NULL;
    size_t count = 0;
    int alive = 0;
    struct redis *r;
    struct fail f;

    if (cli_redis(c, &r, &f) < 0) {
        return; /* said already */
    }
    if (queue_processes(r, &processes, &count, &f) < 0) {
        finding_add(findings, FINDING_BAD, "workers", "see the check of Redis", "%s", f.text);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        check_process(&processes[i], &alive, findings);
    }
    queue_processes_free(processes, count);
    finding_add(findings, alive > 0 ? FINDING_OK : FINDING_BAD, "workers",
                alive > 0 ? NULL : "start dropship-worker (or run deploy/up), and read its log",
                "%d with a living lease", alive);
    check_queues(r, findings);
}

static void check_overview(const json_t *business, json_t *findings)
{
    int64_t unknown = json_int(business, "effects.unknown", 0),
            unsent = json_int(business, "outbox_unsent", 0);
    int64_t wrong =
        json_int(business, "reconcile.missing", 0) + json_int(business, "reconcile.doubled", 0);

    if (unknown > 0) {
        finding_add(findings, FINDING_WARN, "effects",
                    "they are read back by themselves; those that stay are for a person: dropship "
                    "order NAME",
                    "%" PRId64 " outside acts whose outcome is not known yet", unknown);
    }
    if (unsent > OUTBOX_LIMIT) {
        finding_add(findings, FINDING_BAD, "scheduler",
                    "start dropship-scheduler (or run deploy/up), and read its log",
                    "%" PRId64 " events are not relayed", unsent);
    }
    finding_add(findings, wrong > 0 ? FINDING_BAD : FINDING_OK, "reconcile",
                wrong > 0 ? "look at the newest row of reconcile_run: it names the orders" : NULL,
                "%s",
                json_at(business, "reconcile") == NULL ? "not run yet"
                : wrong > 0                            ? "orders are missing or double"
                                                       : "0 missing, 0 double");
}

void doctor_business(struct cli *c, json_t *findings)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *business = NULL;
    struct db *db;
    struct fail f;

    if (cli_db(c, &db, &f) < 0 || migrate_check(db, migrations, &f) != 0) {
        return; /* said already */
    }
    if (overview_read(db, &text, &f) < 0 || show_parsed(text, &business, &f) < 0) {
        finding_add(findings, FINDING_BAD, "business", "see the check of Postgres", "%s", f.text);
        return;
    }
    check_overview(business, findings);
}
