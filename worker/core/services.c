#include "worker/core/services.h"

#include <stdlib.h>

#include "sql/worker.h"
#include "worker/core/gates.h"
#include "worker/core/limits.h"
#include "worker/providers/cj/cj.h"
#include "worker/providers/shopify/shopify.h"

/* Longest wait for a provider's turn that is slept.  A job that is sent away in its middle
 * repeats its reads, which costs the very quota it waited for; so this covers the turn of some
 * fifteen threads at one call per second. */
enum { MAX_SLEEP_MS = 20000 };

struct services {
    const struct conf *conf;
    struct db *db;
    struct redis *redis;
    struct http *http;
    struct limits *limits;
    struct shopify_gate *shopify_gate;
    struct shopify *shopify;
    struct cj_gate *cj_gate;
    struct cj *cj;
};

static int open_cj(struct services *s, struct fail *f)
{
    if (conf_text(s->conf, CONF_CJ_API_KEY) == NULL) {
        return 0;
    }
    TRY(cj_gate_open(s->conf, s->limits, s->db, &s->cj_gate, f));
    return cj_open(conf_text(s->conf, CONF_CJ_BASE_URL), s->http, cj_gate_get(s->cj_gate), &s->cj,
                   f);
}

static int open_shopify(struct services *s, struct fail *f)
{
    scoped(free_p) char *base_url = NULL;

    if (!shopify_gate_configured(s->conf)) {
        return 0;
    }
    TRY(shopify_gate_base_url(s->conf, &base_url, f));
    TRY(shopify_gate_open(s->conf, s->limits, s->db, &s->shopify_gate, f));
    return shopify_open(base_url, s->http, shopify_gate_get(s->shopify_gate), &s->shopify, f);
}

int services_open(const struct conf *conf, struct services **ret, struct fail *f)
{
    scoped(services_close_p) struct services *s = calloc(1, sizeof *s);

    if (s == NULL) {
        return fail_memory(f);
    }
    s->conf = conf;
    TRY(db_open(conf_text(conf, CONF_DATABASE_URL), "dropship-worker", &s->db, f));
    TRY(redis_open(conf_text(conf, CONF_REDIS_URL), &s->redis, f));
    TRY(http_open(&s->http, f));
    TRY(limits_open(s->redis, MAX_SLEEP_MS, &s->limits, f));
    TRY(open_cj(s, f));
    TRY(open_shopify(s, f));
    *ret = take_ptr(s);
    return 0;
}

void services_close(struct services *s)
{
    if (s == NULL) {
        return;
    }
    shopify_close(s->shopify);
    shopify_gate_close(s->shopify_gate);
    cj_close(s->cj);
    cj_gate_close(s->cj_gate);
    limits_close(s->limits);
    http_close(s->http);
    redis_close(s->redis);
    db_close(s->db);
    free(s);
}

void services_lend(const struct services *s, struct job_context *c)
{
    c->conf = s->conf;
    c->db = s->db;
    c->redis = s->redis;
    c->http = s->http;
    c->limits = s->limits;
    c->shopify = s->shopify;
    c->cj = s->cj;
}

int services_ready(struct services *s, struct fail *f)
{
    TRY(db_ready(s->db, f));
    TRY(redis_connect(s->redis, f)); /* both texts name their server */
    return 0;
}

bool services_reconnected(struct services *s, int64_t run_ms)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct fail ignored = { 0 };

    return db_query(s->db, &sql_worker_session_age, NULL, &rows, &ignored) < 0 ||
           PQntuples(rows) == 0 || db_int(rows, 0, "age_ms", 0) < run_ms;
}
