/* /healthz and /readyz: for machines; they say which part fails, not where it lives. */
#include "api/http/resources.h"

#include "api/http/reply.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/db/migrate.h"

int get_healthz(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s, s:I}", "status", "ok", "version", DROPSHIP_VERSION, "uptime_s",
                  (json_int_t)((clock_now_us() - rq->api->started_us) / 1000000));
    return reply_value(re, 200, body, f);
}

static const char *check_redis(struct request *rq, struct fail *f)
{
    if (redis_connect(rq->redis, f) < 0) {
        return f->kind == FAIL_DENIED ? "refuses our credentials" : "cannot be reached";
    }
    if (redis_check_policy(rq->redis, f) < 0) {
        return f->kind == FAIL_DENIED ? "may evict keys: maxmemory-policy must be noeviction"
                                      : "cannot be reached";
    }
    return NULL;
}

static const char *check_postgres(struct request *rq, struct fail *f)
{
    if (db_ready(rq->db, f) < 0) {
        return f->kind == FAIL_DENIED ? "refuses our credentials" : "cannot be reached";
    }
    switch (migrate_check(rq->db, migrations, f)) {
    case 0:
        return NULL;
    case 1:
        (void)fail_set(f, FAIL_CONFLICT, "migrations are missing");
        return "its schema is behind: run dropship migrate";
    default:
        return f->kind == FAIL_CONFLICT ? "its schema is not this program's" : "cannot be read";
    }
}

static const char *check_draining(struct request *rq, struct fail *f)
{
    (void)fail_set(f, FAIL_LATER, "ending");
    return atomic_load(&rq->api->draining) ? "the program is ending" : NULL;
}

/* To add a check: a function and a line. */
static const struct {
    const char *name;
    const char *(*check)(struct request *rq,
                         struct fail *f); /* NULL = well, else a reason for people */
} checks[] = { { "redis", check_redis },
               { "postgres", check_postgres },
               { "program", check_draining } };

int get_readyz(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(json_clear_p) json_t *list = json_array();
    bool ready = true;

    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        struct fail why = { 0 };
        const char *reason = checks[i].check(rq, &why);
        if (reason != NULL) {
            ready = false;
            log_warn("http.not_ready", kv_str("part", checks[i].name), kv_fail(&why));
        }
        json_array_append_new(list, json_pack("{s:s, s:b, s:s?}", "name", checks[i].name, "ok",
                                              reason == NULL, "reason", reason));
    }
    scoped(json_clear_p) json_t *body = json_pack("{s:b, s:O}", "ready", ready, "checks", list);
    return reply_value(re, ready ? 200 : 503, body, f);
}
