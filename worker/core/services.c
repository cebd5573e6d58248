#include "worker/core/services.h"

#include <assert.h>
#include <stdlib.h>

#include "sql/worker.h"
#include "worker/core/ai_desk.h"
#include "worker/core/gates.h"
#include "worker/core/job_types.h"
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
    struct ai_desk *ai_desk;
    bool has_providers;
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

int services_new(const struct conf *conf, struct services **ret, struct fail *f)
{
    struct services *s = calloc(1, sizeof *s);

    if (s == NULL) {
        return fail_memory(f);
    }
    s->conf = conf;
    *ret = s;
    return 0;
}

bool services_unwanted(unsigned without)
{
    const unsigned all =
        JOB_WITHOUT_POSTGRES | JOB_WITHOUT_REDIS | JOB_WITHOUT_HTTP | JOB_WITHOUT_PROVIDERS;

    return (without & all) == all;
}

static int open_providers(struct services *s, struct fail *f)
{
    TRY(limits_open(s->redis, MAX_SLEEP_MS, &s->limits, f));
    TRY(open_cj(s, f));
    TRY(open_shopify(s, f));
    TRY(ai_desk_open(&(struct ai_desk_with){ s->conf, s->db, s->redis, s->http, s->limits },
                     &s->ai_desk, f));
    s->has_providers = true;
    return 0;
}

static void close_providers(struct services *s)
{
    ai_desk_close(take_ptr(s->ai_desk));
    shopify_close(take_ptr(s->shopify));
    shopify_gate_close(take_ptr(s->shopify_gate));
    cj_close(take_ptr(s->cj));
    cj_gate_close(take_ptr(s->cj_gate));
    limits_close(take_ptr(s->limits));
}

/* Handles without a network connection. */
static int make(struct services *s, unsigned without, struct fail *f)
{
    if ((without & JOB_WITHOUT_POSTGRES) == 0 && s->db == NULL) {
        TRY(db_open(conf_text(s->conf, CONF_DATABASE_URL), "dropship-worker", &s->db, f));
    }
    if ((without & JOB_WITHOUT_REDIS) == 0 && s->redis == NULL) {
        TRY(redis_open(conf_text(s->conf, CONF_REDIS_URL), &s->redis, f));
    }
    if ((without & JOB_WITHOUT_HTTP) == 0 && s->http == NULL) {
        TRY(http_open(&s->http, f));
    }
    if ((without & JOB_WITHOUT_PROVIDERS) == 0 && !s->has_providers) {
        assert(s->db != NULL && s->redis != NULL && s->http != NULL);
        if (open_providers(s, f) < 0) {
            close_providers(s);
            return -1;
        }
    }
    return 0;
}

void services_close(struct services *s)
{
    if (s == NULL) {
        return;
    }
    close_providers(s);
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
    cj_for(s->cj, CJ_FOR_DISCOVERY); /* the job before may have worked for orders */
    c->ai_desk = s->ai_desk;
}

int services_ready(struct services *s, unsigned without, struct fail *f)
{
    TRY(make(s, without, f));
    if ((without & JOB_WITHOUT_POSTGRES) == 0) {
        TRY(db_ready(s->db, f));
    }
    return (without & JOB_WITHOUT_REDIS) == 0 ? redis_connect(s->redis, f) : 0;
}

bool services_reconnected(struct services *s, int64_t run_ms)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct fail ignored = { 0 };

    return db_query(s->db, &sql_worker_session_age, NULL, &rows, &ignored) < 0 ||
           PQntuples(rows) == 0 || db_int(rows, 0, "age_ms", 0) < run_ms;
}
