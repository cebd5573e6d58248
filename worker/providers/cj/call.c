/* The one way out to CJ: gate -> HTTP -> judge, again while that is allowed. */
#include "worker/providers/cj/cj_priv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "worker/providers/wait.h"

enum {
    PASSING_TRIES = 3,       /* attempts of a read in passing trouble */
    THROTTLED_TRIES = 4,     /* attempts while throttled: pauses of 2, 4, 8 s */
    PASSING_MS = 1000,       /* doubled with each attempt */
    THROTTLED_MS = 2000,     /* doubled with each attempt */
    LONGEST_WAIT_MS = 15000, /* a longer wait is the caller's */
    READ_MS = 30000,
    WRITE_MS = 60000,
    URL_BYTES = 4096,
};

/* To add a call: an operation in the enumeration and a line here.  Points are those of CJ's
 * price list. */
static const struct cj_op_rule op_rules[CJ_OPS] = {
    [CJ_OP_LOGIN] = { "POST", "authentication/getAccessToken", CJ_SIGN_IN, 0, false, 300000 },
    [CJ_OP_REFRESH] = { "POST", "authentication/refreshAccessToken", CJ_SIGN_IN, 0, false, 60000 },
    [CJ_OP_SETTINGS] = { "GET", "setting/get", CJ_READ, 0, false, 0 },
    [CJ_OP_VARIANTS_BY_SKU] = { "GET", "product/variant/query", CJ_READ, 10, false, 0 },
    [CJ_OP_VARIANT_BY_VID] = { "GET", "product/variant/queryByVid", CJ_READ, 10, false, 0 },
    [CJ_OP_STOCK] = { "GET", "product/stock/queryByVid", CJ_READ, 10, false, 0 },
    [CJ_OP_SEARCH] = { "GET", "product/listV2", CJ_READ, 50, false, 0 },
    [CJ_OP_PRODUCT] = { "GET", "product/query", CJ_READ, 10, false, 0 },
    [CJ_OP_STOCK_BY_PID] = { "GET", "product/stock/getInventoryByPid", CJ_READ, 10, false, 0 },
    [CJ_OP_CATEGORIES] = { "GET", "product/getCategory", CJ_READ, 0, false, 0 },
    [CJ_OP_FREIGHT] = { "POST", "logistic/freightCalculate", CJ_READ, 10, false, 0 },
    [CJ_OP_ORDER_CREATE] = { "POST", "shopping/order/createOrderV2", CJ_WRITE, 0, false, 0 },
    [CJ_OP_ORDER_GET] = { "GET", "shopping/order/getOrderDetail", CJ_READ, 0, true, 0 },
    [CJ_OP_ORDER_CONFIRM] = { "PATCH", "shopping/order/confirmOrder", CJ_WRITE, 0, true, 0 },
    [CJ_OP_ORDER_DELETE] = { "DELETE", "shopping/order/deleteOrder", CJ_WRITE, 0, true, 0 },
    [CJ_OP_ORDER_PAY] = { "POST", "shopping/pay/payBalance", CJ_WRITE, 0, true, 0 },
    [CJ_OP_BALANCE] = { "GET", "shopping/pay/getBalance", CJ_READ, 0, false, 0 },
    [CJ_OP_ORDER_LIST] = { "GET", "shopping/order/list", CJ_READ, 0, false, 0 },
    [CJ_OP_WEBHOOK_SET] = { "POST", "webhook/set", CJ_READ, 0, false, 0 },
};

const struct cj_op_rule *cj_op_rule(enum cj_op op)
{
    return &op_rules[op];
}

int cj_open(const char *base_url, struct http *http, const struct provider_gate *gate,
            struct cj **ret, struct fail *f)
{
    size_t base_bytes = strlen(base_url);
    struct cj *cj = NULL;

    if (strncmp(base_url, "https://", 8) != 0 && strncmp(base_url, "http://", 7) != 0) {
        return fail_set(f, FAIL_INPUT, "CJ: '%s' is not an http(s) address", base_url);
    }
    cj = calloc(1, sizeof *cj);
    if (cj == NULL) {
        return fail_memory(f);
    }
    cj->http = http;
    cj->gate = gate;
    if (asprintf(&cj->base_url, "%s%s", base_url, base_url[base_bytes - 1] == '/' ? "" : "/") < 0) {
        free(cj);
        return fail_memory(f);
    }
    *ret = cj;
    return 0;
}

void cj_close(struct cj *cj)
{
    if (cj == NULL) {
        return;
    }
    free(cj->base_url);
    free(cj);
}

void cj_query_add(struct str *query, const char *name, const char *value)
{
    str_addf(query, "%s%s=", query->len > 0 ? "&" : "", name);
    str_add_url(query, value);
}

void cj_for(struct cj *cj, enum cj_purpose purpose)
{
    if (cj != NULL && cj->gate->reserve != NULL) {
        cj->gate->reserve(cj->gate->ctx, purpose == CJ_FOR_ORDERS);
    }
}

/* One call on its way through several attempts. */
struct cj_call {
    struct cj *cj;
    const struct cj_op_rule *rule;
    const char *url;
    const char *body; /* NULL = none */
    char token[CJ_TOKEN_BYTES];
    bool renewed;
    int passing, throttled;
    int64_t not_before_ms; /* monotonic */
};

static int64_t deadline(const struct cj_call *call)
{
    if (call->cj->deadline_ms > 0) {
        return call->cj->deadline_ms;
    }
    return call->rule->manner == CJ_WRITE ? WRITE_MS : READ_MS;
}

static void send_once(struct cj_call *call, struct cj_verdict *ret)
{
    scoped(http_response_done) struct http_response answer;
    struct fail why = { 0 };
    char token_line[CJ_TOKEN_BYTES + 32];
    const char *headers[4] = { "Accept: application/json" };
    size_t count = 1;
    struct http_request request = { .method = call->rule->method,
                                    .url = call->url,
                                    .headers = headers,
                                    .body = call->body,
                                    .body_bytes = call->body != NULL ? strlen(call->body) : 0,
                                    .timeout_ms = deadline(call) };

    if (call->body != NULL) {
        headers[count++] = "Content-Type: application/json";
    }
    if (call->rule->manner != CJ_SIGN_IN) {
        snprintf(token_line, sizeof token_line, "CJ-Access-Token: %s", call->token);
        headers[count++] = token_line;
    }
    http_response_init(&answer);
    if (http_call(call->cj->http, &request, &answer, &why) < 0) {
        cj_judge_silence(call->rule, &why, ret);
        return;
    }
    cj_judge(call->rule,
             &(struct cj_answer){ answer.status, answer.body.data, answer.body.len,
                                  answer.retry_after_ms },
             ret);
    log_debug("cj.call", kv_str("path", call->rule->path), kv_int("status", answer.status),
              kv_int("code", json_int(ret->root, "code", -1)),
              kv_str("request_id", json_text(ret->root, "requestId", "")),
              kv_int("spent_ms", answer.spent_ms));
}

/* Give the answer's news to the gate. */
static void report(struct cj_call *call, struct cj_verdict *v)
{
    const struct provider_gate *gate = call->cj->gate;

    if (v->step == CJ_WAIT) {
        v->wait_ms =
            wait_jitter(v->wait_ms > 0 ? v->wait_ms : (int64_t)THROTTLED_MS << call->throttled);
    }
    gate->leave(gate->ctx, v->healthy, v->step == CJ_WAIT ? v->wait_ms : 0);
    if (v->step == CJ_POINTS && gate->points_gone != NULL) {
        gate->points_gone(gate->ctx, v->wait_ms);
    }
}

static int attempt(struct cj_call *call, struct cj_verdict *ret, struct fail *f)
{
    const struct provider_gate *gate = call->cj->gate;

    /* First: a turn that was reserved before a pause would be used up in somebody else's. */
    wait_until(call->not_before_ms);
    TRY(gate->enter(gate->ctx, call->rule->path, call->rule->points, f));
    send_once(call, ret);
    report(call, ret);
    return 0;
}

static int renew(struct cj_call *call, struct fail *f)
{
    const struct provider_gate *gate = call->cj->gate;
    char stale[CJ_TOKEN_BYTES];

    if (call->renewed) {
        return -1;
    }
    call->renewed = true;
    memcpy(stale, call->token, sizeof stale);
    return gate->token(gate->ctx, stale, call->token, sizeof call->token, f);
}

/* 0 = once more, -1 = that was it. */
static int prepare_repeat(struct cj_call *call, const struct cj_verdict *v, struct fail *f)
{
    int64_t wait_ms = v->wait_ms;

    *f = v->fail;
    switch (v->step) {
    case CJ_WAIT:
        f->retry_after_ms = wait_ms;
        if (++call->throttled >= THROTTLED_TRIES || wait_ms > LONGEST_WAIT_MS) {
            return -1;
        }
        break;
    case CJ_AGAIN:
        wait_ms = wait_jitter((int64_t)PASSING_MS << call->passing);
        if (++call->passing >= PASSING_TRIES) {
            return -1;
        }
        break;
    case CJ_RENEW:
        return renew(call, f);
    case CJ_POINTS:
    case CJ_DONE:
    case CJ_FAILED:
        return -1;
    }
    if (wait_ms > http_left_ms(call->cj->http)) {
        return -1;
    }
    call->not_before_ms = clock_mono_ms() + wait_ms;
    return 0;
}

static int run(struct cj_call *call, json_t **ret_root, struct fail *f)
{
    for (;;) {
        scoped(cj_verdict_done) struct cj_verdict verdict = { 0 };

        TRY(attempt(call, &verdict, f));
        if (verdict.step == CJ_DONE) {
            *ret_root = take_ptr(verdict.root);
            return 0;
        }
        TRY(prepare_repeat(call, &verdict, f));
    }
}

static int write_body(const struct cj_op_rule *rule, const json_t *body, char **ret, struct fail *f)
{
    if (strcmp(rule->method, "GET") == 0 || strcmp(rule->method, "DELETE") == 0) {
        return 0;
    }
    if (body == NULL) {
        return fail_set(f, FAIL_INPUT, "CJ %s: a value is not UTF-8, or memory is short",
                        rule->path);
    }
    return json_write(body, ret, f);
}

int cj_run(struct cj *cj, enum cj_op op, const char *query, json_t *take_body, json_t **ret_root,
           struct fail *f)
{
    struct cj_call call = { .cj = cj, .rule = &op_rules[op] };
    scoped(json_clear_p) json_t *body_json = take_body;
    scoped(free_p) char *body = NULL;
    scoped(str_done) struct str url;

    str_init(&url, URL_BYTES);
    str_addf(&url, "%s%s%s%s", cj->base_url, call.rule->path, query != NULL ? "?" : "",
             query != NULL ? query : "");
    TRY(str_ok(&url, f));
    TRY(write_body(call.rule, body_json, &body, f));
    call.url = url.data;
    call.body = body;
    if (call.rule->manner != CJ_SIGN_IN) {
        TRY(cj->gate->token(cj->gate->ctx, NULL, call.token, sizeof call.token, f));
    }
    return run(&call, ret_root, f);
}
