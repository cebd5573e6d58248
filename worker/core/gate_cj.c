#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/http/http.h"
#include "sql/worker.h"
#include "worker/core/gates.h"
#include "worker/core/tokens.h"
#include "worker/providers/cj/cj.h"

/* One key per account; one account per installation. */
static const char *const account = "cj";

enum {
    CJ_RENEW_BEFORE_MS = 24 * 3600 * 1000,
    CJ_LOGIN_GAP_MS = 300 * 1000,
    QPS_LOOK_MS = 60000,
    QPS_ASK_MS = 600000
};

struct cj_gate {
    struct provider_gate gate;
    const struct conf *conf;
    struct limits *limits;
    struct db *db;
    int64_t qps_limit;     /* 0 = unknown */
    int64_t qps_looked_ms; /* monotonic; 0 = never */
    int64_t qps_asked_ms;  /* the provider, without an answer; monotonic, 0 = never */

    /* For logins: a client of its own, so that renewing in the middle of a call does not disturb
     * that call. */
    struct http *http;
    struct cj *cj;
    struct provider_gate login_gate;
    bool reserve_open; /* the calls are for orders */
    bool renewed;      /* this gate has renewed the token and not yet asked for the rate */
    char login_token
        [CJ_TOKEN_BYTES]; /* what the login client sends when it asks for the account's rate */
};

int64_t cj_spacing_ms(int64_t qps_limit)
{
    int64_t n = qps_limit < 1 ? 1 : qps_limit;
    int64_t apart = (1000 + n - 1) / n;

    return (apart * 11 + 9) / 10;
}

/* The rate that the last login found, looked up now and then; without it one call per second,
 * which every account may do. */
static void look_up_rate(struct cj_gate *g)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct fail ignored = { 0 };
    int64_t now_ms = clock_mono_ms();

    if (g->qps_looked_ms != 0 && now_ms - g->qps_looked_ms < QPS_LOOK_MS) {
        return;
    }
    g->qps_looked_ms = now_ms;
    if (db_query(g->db, &sql_worker_token_get, (const char *[]){ account }, &rows, &ignored) == 0 &&
        PQntuples(rows) > 0) {
        g->qps_limit = db_int(rows, 0, "qps_limit", 0);
    }
}

static int enter(void *ctx, const char *operation, double cost, struct fail *f)
{
    struct cj_gate *g = ctx;
    int64_t allowance = conf_int(g->conf, CONF_CJ_POINTS_PER_DAY);
    const struct day_points day = { .allowance = allowance,
                                    .reserve = allowance / CJ_POINTS_RESERVE_PART,
                                    .use_reserve = g->reserve_open };

    (void)operation;
    look_up_rate(g);
    TRY(limits_breaker_enter(g->limits, account, f));
    if (limits_space(g->limits, account, cj_spacing_ms(g->qps_limit), f) < 0 ||
        limits_points(g->limits, account, (int64_t)cost, &day, f) < 0) {
        limits_breaker_leave(g->limits, account);
        return -1;
    }
    return 0;
}

static void leave(void *ctx, bool healthy, int64_t throttled_ms)
{
    struct cj_gate *g = ctx;
    struct fail f = { 0 };

    limits_breaker_report(g->limits, account, healthy);
    if (throttled_ms > 0 && limits_pause(g->limits, account, throttled_ms, &f) < 0) {
        log_warn("limits.not_told", kv_str("provider", account), kv_fail(&f));
    }
}

static void reserve(void *ctx, bool open)
{
    struct cj_gate *g = ctx;

    g->reserve_open = open;
}

static void points_gone(void *ctx, int64_t retry_ms)
{
    struct cj_gate *g = ctx;
    struct fail f = { 0 };

    if (limits_points_gone(g->limits, account, retry_ms, &f) < 0) {
        log_warn("limits.not_told", kv_str("provider", account), kv_fail(&f));
    }
}

static int login_token(void *ctx, const char *stale, char *ret, size_t ret_bytes, struct fail *f)
{
    const struct cj_gate *g = ctx;

    if (stale != NULL || g->login_token[0] == '\0' || !str_fit(ret, ret_bytes, g->login_token)) {
        return fail_set(f, FAIL_DENIED, "no token while logging in");
    }
    return 0;
}

static int open_login_client(struct cj_gate *g, struct fail *f)
{
    if (g->http == NULL) {
        TRY(http_open(&g->http, f));
    }
    return g->cj != NULL
               ? 0
               : cj_open(conf_text(g->conf, CONF_CJ_BASE_URL), g->http, &g->login_gate, &g->cj, f);
}

/* The account's rate by the provider's word, with a token that is stored already: asked after each renewal, and again now and
 * then while it is unknown, so that one bad moment does not slow the account for weeks. */
static void ask_rate(struct cj_gate *g, const char *access)
{
    char text[24];
    struct fail f = { 0 };
    int64_t qps = 0;
    int asked = 0;

    if ((g->qps_asked_ms != 0 && clock_mono_ms() - g->qps_asked_ms < QPS_ASK_MS) ||
        open_login_client(g, &f) < 0) {
        return;
    }
    g->qps_asked_ms = clock_mono_ms();
    (void)str_fit(g->login_token, sizeof g->login_token, access);
    asked = cj_qps_limit(g->cj, &qps, &f);
    g->login_token[0] = '\0';
    if (asked < 0) {
        log_warn("cj.rate_unknown", kv_fail(&f));
        return;
    }
    g->qps_limit = qps;
    (void)snprintf(text, sizeof text, "%" PRId64, qps);
    if (db_exec(g->db, &sql_worker_token_rate, (const char *[]){ account, text }, &f) < 0) {
        log_warn("cj.rate_not_noted", kv_fail(&f));
    }
}

/* Nothing is asked between the provider's answer and the token's storing: a token lost there locks the account for 300 s. */
static void take_tokens(struct cj_gate *g, const struct cj_tokens *from, struct token *ret)
{
    int64_t now_us = clock_now_us();

    (void)str_fit(ret->access, sizeof ret->access, from->access);
    (void)str_fit(ret->refresh, sizeof ret->refresh, from->refresh);
    (void)str_fit(ret->account_id, sizeof ret->account_id, from->open_id);
    ret->lives_ms = (from->access_until_us - now_us) / 1000;
    ret->refresh_lives_ms = (from->refresh_until_us - now_us) / 1000;
    log_redact(from->access);
    g->renewed = true;
    g->qps_asked_ms = 0;
}

static int log_in(void *ctx, struct token *ret, struct fail *f)
{
    struct cj_gate *g = ctx;
    struct cj_tokens tokens = { 0 };

    TRY(open_login_client(g, f));
    TRY(cj_login(g->cj, conf_text(g->conf, CONF_CJ_API_KEY), &tokens, f));
    take_tokens(g, &tokens, ret);
    return 0;
}

static int refresh(void *ctx, const char *refresh_token, struct token *ret, struct fail *f)
{
    struct cj_gate *g = ctx;
    struct cj_tokens tokens = { 0 };

    TRY(open_login_client(g, f));
    TRY(cj_refresh(g->cj, refresh_token, &tokens, f));
    take_tokens(g, &tokens, ret);
    return 0;
}

static int token(void *ctx, const char *stale, char *ret, size_t ret_bytes, struct fail *f)
{
    struct cj_gate *g = ctx;
    const struct token_source source = { .provider = account,
                                         .renew_before_ms = CJ_RENEW_BEFORE_MS,
                                         .login_gap_ms = CJ_LOGIN_GAP_MS,
                                         .ctx = g,
                                         .login = log_in,
                                         .refresh = refresh };

    struct token_use use;

    TRY(token_get(g->db, &source, stale, &use, f));
    g->qps_limit = use.qps_limit;
    if (use.qps_limit == 0 || g->renewed) {
        g->renewed = false;
        ask_rate(g, use.access);
    }
    return str_fit(ret, ret_bytes, use.access)
               ? 0
               : fail_set(f, FAIL_BUG, "the token of CJ is too long");
}

int cj_gate_open(const struct conf *conf, struct limits *limits, struct db *db,
                 struct cj_gate **ret, struct fail *f)
{
    struct cj_gate *g = calloc(1, sizeof *g);

    if (g == NULL) {
        return fail_memory(f);
    }
    g->conf = conf;
    g->limits = limits;
    g->db = db;
    g->gate = (struct provider_gate){ .ctx = g,
                                      .enter = enter,
                                      .leave = leave,
                                      .reserve = reserve,
                                      .points_gone = points_gone,
                                      .token = token };
    g->login_gate = g->gate;
    g->login_gate.token = login_token;
    *ret = g;
    return 0;
}

void cj_gate_close(struct cj_gate *g)
{
    if (g != NULL) {
        cj_close(g->cj);
        http_close(g->http);
        free(g);
    }
}

const struct provider_gate *cj_gate_get(struct cj_gate *g)
{
    return &g->gate;
}
