#include "worker/core/startup.h"

#include <stdint.h>
#include <string.h>

#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/db.h"
#include "common/db/migrate.h"
#include "common/redis/redis.h"
#include "worker/core/gates.h"
#include "worker/core/signals.h"

enum { PAUSE_MIN_MS = 250, PAUSE_MAX_MS = 5000 };

static int check_redis(const struct conf *conf, struct fail *f)
{
    scoped(redis_close_p) struct redis *redis = NULL;

    TRY(redis_open(conf_text(conf, CONF_REDIS_URL), &redis, f));
    TRY(redis_connect(redis, f));
    return redis_check_policy(redis, f);
}

static int check_schema(const struct conf *conf, struct fail *f)
{
    scoped(db_close_p) struct db *db = NULL;

    TRY(db_open(conf_text(conf, CONF_DATABASE_URL), "dropship-worker", &db, f));
    TRY(db_ready(db, f));
    int state = migrate_check(db, migrations, f);
    if (state == 1) {
        return fail_code(f, FAIL_LATER, "MIGRATE",
                         "the database misses migrations: run dropship migrate");
    }
    return state;
}

static const struct check {
    const char *event;
    int (*run)(const struct conf *conf, struct fail *f);
} checks[] = {
    { "startup.redis", check_redis },
    { "startup.postgres", check_schema },
};

/* 0 = passed, 1 = a stop signal came, -1 = never. */
static int wait_for(const struct check *check, const struct conf *conf)
{
    int64_t pause_ms = PAUSE_MIN_MS;
    char said[sizeof((struct fail *)0)->text] = "";

    for (;;) {
        struct fail f = { 0 };
        if (check->run(conf, &f) == 0) {
            return 0;
        }
        if (f.kind != FAIL_LATER && f.kind != FAIL_UNKNOWN) {
            log_error(check->event, kv_fail(&f));
            return -1;
        }
        if (strcmp(said, f.text) != 0) {
            log_warn(check->event, kv_str("state", "waiting"), kv_fail(&f));
            (void)str_fit(said, sizeof said, f.text);
        }
        if (signals_wait(pause_ms) == SIGNAL_STOP) {
            return 1;
        }
        pause_ms = pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
    }
}

void startup_warn_missing(const struct conf *conf)
{
    if (!shopify_gate_configured(conf)) {
        log_warn("startup.shopify", kv_str("state", "missing"),
                 kv_str("text", "no Shopify credentials: jobs that need the shop wait; set "
                                "SHOPIFY_SHOP and SHOPIFY_ACCESS_TOKEN, or SHOPIFY_CLIENT_ID "
                                "and SHOPIFY_CLIENT_SECRET"));
    }
    if (!conf_is_set(conf, CONF_CJ_API_KEY)) {
        log_warn("startup.cj", kv_str("state", "missing"),
                 kv_str("text", "no CJ credentials: jobs that need the supplier wait; set "
                                "CJ_API_KEY"));
    }
}

int startup_wait(const struct conf *conf)
{
    startup_warn_missing(conf);
    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        int got = wait_for(&checks[i], conf);
        if (got != 0) {
            return got;
        }
    }
    return 0;
}
