#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/http/http.h"
#include "worker/core/gates.h"
#include "worker/core/tokens.h"
#include "worker/providers/shopify/shopify.h"

static const char *const account = "shopify";

/* A grant lives 86399 s.  The gap keeps a shop that refuses every token from being asked for one
 * in a loop. */
enum {
    SHOPIFY_RENEW_BEFORE_MS = 3600 * 1000,
    SHOPIFY_LOGIN_GAP_MS = 30 * 1000,
    URL_MAX_BYTES = 600
};

struct shopify_gate {
    struct provider_gate gate;
    const struct conf *conf;
    struct limits *limits;
    struct db *db;

    struct http
        *http; /* for grants: a client of its own, as a grant happens in the middle of a call */
    struct shopify *shopify;
};

bool shopify_gate_configured(const struct conf *conf)
{
    bool place = conf_text(conf, CONF_SHOPIFY_SHOP) != NULL ||
                 conf_text(conf, CONF_SHOPIFY_BASE_URL) != NULL;
    bool grant = conf_text(conf, CONF_SHOPIFY_CLIENT_ID) != NULL &&
                 conf_text(conf, CONF_SHOPIFY_CLIENT_SECRET) != NULL;

    return place && (grant || conf_text(conf, CONF_SHOPIFY_ACCESS_TOKEN) != NULL);
}

int shopify_gate_base_url(const struct conf *conf, char **ret, struct fail *f)
{
    scoped(str_done) struct str url;

    str_init(&url, URL_MAX_BYTES);
    if (conf_text(conf, CONF_SHOPIFY_BASE_URL) != NULL) {
        str_add(&url, conf_text(conf, CONF_SHOPIFY_BASE_URL));
    } else {
        str_add(&url, "https://");
        str_add_url(&url, conf_text(conf, CONF_SHOPIFY_SHOP));
        str_add(&url, ".myshopify.com");
    }
    TRY(str_ok(&url, f));
    *ret = str_steal(&url);
    return 0;
}

static int enter(void *ctx, const char *operation, double cost, struct fail *f)
{
    struct shopify_gate *g = ctx;

    (void)operation;
    TRY(limits_breaker_enter(g->limits, account, f));
    if (limits_bucket_take(g->limits, account, cost, f) < 0) {
        limits_breaker_leave(g->limits, account);
        return -1;
    }
    return 0;
}

static void leave(void *ctx, bool healthy, int64_t throttled_ms)
{
    struct shopify_gate *g = ctx;
    struct fail f = { 0 };

    limits_breaker_report(g->limits, account, healthy);
    if (throttled_ms > 0 && limits_pause(g->limits, account, throttled_ms, &f) < 0) {
        log_warn("limits.not_told", kv_str("provider", account), kv_fail(&f));
    }
}

static void bucket(void *ctx, double available, double maximum, double restore_per_s)
{
    struct shopify_gate *g = ctx;
    struct fail f = { 0 };

    const struct cost_bucket said = { available, maximum, restore_per_s };
    if (limits_bucket_report(g->limits, account, &said, &f) < 0) {
        log_warn("limits.not_told", kv_str("provider", account), kv_fail(&f));
    }
}

static int open_grant_client(struct shopify_gate *g, struct fail *f)
{
    scoped(free_p) char *base_url = NULL;

    if (g->http == NULL) {
        TRY(http_open(&g->http, f));
    }
    if (g->shopify != NULL) {
        return 0;
    }
    TRY(shopify_gate_base_url(g->conf, &base_url, f));
    return shopify_open(base_url, g->http, &g->gate, &g->shopify, f);
}

static int grant(void *ctx, struct token *ret, struct fail *f)
{
    struct shopify_gate *g = ctx;
    const struct shopify_client client = { .id = conf_text(g->conf, CONF_SHOPIFY_CLIENT_ID),
                                           .secret =
                                               conf_text(g->conf, CONF_SHOPIFY_CLIENT_SECRET) };
    char text[SHOPIFY_TOKEN_BYTES];
    int64_t lives_s = 0;

    TRY(open_grant_client(g, f));
    TRY(shopify_grant(g->shopify, &client, text, &lives_s, f));
    (void)str_fit(ret->access, sizeof ret->access, text);
    ret->lives_ms = lives_s * 1000;
    return 0;
}

static int token(void *ctx, const char *stale, char *ret, size_t ret_bytes, struct fail *f)
{
    struct shopify_gate *g = ctx;
    const struct token_source source = { .provider = account,
                                         .renew_before_ms = SHOPIFY_RENEW_BEFORE_MS,
                                         .login_gap_ms = SHOPIFY_LOGIN_GAP_MS,
                                         .ctx = g,
                                         .login = grant };
    const char *fixed = conf_text(g->conf, CONF_SHOPIFY_ACCESS_TOKEN);

    struct token_use use;

    if (fixed == NULL) {
        TRY(token_get(g->db, &source, stale, &use, f));
        fixed = use.access;
    } else if (stale != NULL) {
        return fail_set(f, FAIL_DENIED,
                        "the shop refuses SHOPIFY_ACCESS_TOKEN; it must be replaced");
    }
    return str_fit(ret, ret_bytes, fixed)
               ? 0
               : fail_set(f, FAIL_INPUT, "the shop's access token is too long");
}

int shopify_gate_open(const struct conf *conf, struct limits *limits, struct db *db,
                      struct shopify_gate **ret, struct fail *f)
{
    struct shopify_gate *g = calloc(1, sizeof *g);

    if (g == NULL) {
        return fail_memory(f);
    }
    g->conf = conf;
    g->limits = limits;
    g->db = db;
    g->gate = (struct provider_gate){
        .ctx = g, .enter = enter, .leave = leave, .bucket = bucket, .token = token
    };
    *ret = g;
    return 0;
}

void shopify_gate_close(struct shopify_gate *g)
{
    if (g != NULL) {
        shopify_close(g->shopify);
        http_close(g->http);
        free(g);
    }
}

const struct provider_gate *shopify_gate_get(struct shopify_gate *g)
{
    return &g->gate;
}
