/* The one way out to the shop: gate -> HTTP -> judge, again while that is allowed. */
#include "worker/providers/shopify/shopify_priv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "worker/providers/wait.h"

enum {
    PASSING_TRIES = 3,       /* attempts of a query in passing trouble */
    THROTTLED_TRIES = 5,     /* attempts while throttled */
    BACKOFF_MS = 1000,       /* doubled with each attempt */
    LONGEST_WAIT_MS = 15000, /* a longer wait is the caller's */
    QUERY_MS = 30000,
    MUTATION_MS = 60000,
};

static int join_url(const char *base_url, const char *path, char **ret, struct fail *f)
{
    scoped(str_done) struct str url;
    size_t base_bytes = strlen(base_url);

    while (base_bytes > 0 && base_url[base_bytes - 1] == '/') {
        base_bytes--;
    }
    str_init(&url, 1000);
    str_add_bytes(&url, base_url, base_bytes);
    str_add(&url, path);
    TRY(str_ok(&url, f));
    *ret = str_steal(&url);
    return 0;
}

int shopify_open(const char *base_url, struct http *http, const struct provider_gate *gate,
                 struct shopify **ret, struct fail *f)
{
    struct shopify *s = NULL;

    if (strncmp(base_url, "https://", 8) != 0 && strncmp(base_url, "http://", 7) != 0) {
        return fail_set(f, FAIL_INPUT, "Shopify: '%s' is not an http(s) address", base_url);
    }
    s = calloc(1, sizeof *s);
    if (s == NULL) {
        return fail_memory(f);
    }
    s->http = http;
    s->gate = gate;
    if (join_url(base_url, "/admin/api/" SHOPIFY_API_VERSION "/graphql.json", &s->endpoint, f) <
            0 ||
        join_url(base_url, "/admin/oauth/access_token", &s->grant_url, f) < 0) {
        shopify_close(s);
        return -1;
    }
    *ret = s;
    return 0;
}

void shopify_close(struct shopify *s)
{
    if (s == NULL) {
        return;
    }
    free(s->endpoint);
    free(s->grant_url);
    free(s);
}

const char *shopify_served_version(const struct shopify *s)
{
    return s->served_version;
}

/* One call on its way through several attempts. */
struct shopify_call {
    struct shopify *s;
    enum shopify_op op;
    const struct shopify_op_rule *rule;
    char *body;
    char token[SHOPIFY_TOKEN_BYTES];
    bool renewed;
    double cost; /* to ask the gate for */
    int passing, throttled;
    int64_t not_before_ms; /* monotonic */
};

static int write_body(const struct shopify_op_rule *rule, json_t *take_variables, char **ret,
                      struct fail *f)
{
    scoped(json_clear_p) json_t *body = NULL;

    if (take_variables == NULL) {
        return fail_set(f, FAIL_INPUT, "Shopify %s: a variable is not UTF-8, or memory is short",
                        rule->name);
    }
    body = json_pack("{s:s%, s:s, s:o}", "query", rule->document->text, rule->document->size_bytes,
                     "operationName", rule->name, "variables", take_variables);
    if (body == NULL) {
        return fail_memory(f);
    }
    return json_write(body, ret, f);
}

static void note_version(struct shopify *s, const struct shopify_call *call,
                         const struct http_response *answer)
{
    log_debug("shopify.call", kv_str("operation", call->rule->name),
              kv_int("status", answer->status), kv_str("request_id", answer->request_id),
              kv_int("spent_ms", answer->spent_ms));
    if (answer->served_version[0] == '\0') {
        return;
    }
    (void)str_fit(s->served_version, sizeof s->served_version, answer->served_version);
    if (strcmp(s->served_version, SHOPIFY_API_VERSION) != 0) {
        log_debug("shopify.version", kv_str("asked", SHOPIFY_API_VERSION),
                  kv_str("served", s->served_version));
    }
}

static int64_t deadline(const struct shopify_call *call)
{
    if (call->s->deadline_ms > 0) {
        return call->s->deadline_ms;
    }
    return call->rule->mutation ? MUTATION_MS : QUERY_MS;
}

static void send_once(struct shopify_call *call, struct shopify_verdict *ret)
{
    struct shopify *s = call->s;
    scoped(http_response_done) struct http_response answer;
    struct fail why = { 0 };
    char token_line[SHOPIFY_TOKEN_BYTES + 32];
    const char *headers[] = { "Content-Type: application/json", "Accept: application/json",
                              token_line, NULL };
    struct http_request request = { .method = "POST",
                                    .url = s->endpoint,
                                    .headers = headers,
                                    .body = call->body,
                                    .body_bytes = strlen(call->body),
                                    .timeout_ms = deadline(call) };

    snprintf(token_line, sizeof token_line, "X-Shopify-Access-Token: %s", call->token);
    http_response_init(&answer);
    if (http_call(s->http, &request, &answer, &why) < 0) {
        shopify_judge_silence(call->rule, &why, ret);
        return;
    }
    note_version(s, call, &answer);
    shopify_judge(call->rule,
                  &(struct shopify_answer){ answer.status, answer.body.data, answer.body.len,
                                            answer.retry_after_ms },
                  ret);
}

/* Give the answer's news to the gate and remember the cost. */
static void report(struct shopify_call *call, struct shopify_verdict *v)
{
    const struct provider_gate *gate = call->s->gate;

    if (v->step == SHOPIFY_WAIT) {
        if (v->window_us > clock_now_us()) {
            v->wait_ms = (v->window_us - clock_now_us()) / 1000 + 1;
        } else if (v->wait_ms == 0) {
            v->wait_ms = (int64_t)BACKOFF_MS << call->throttled;
        }
        v->wait_ms = wait_jitter(v->wait_ms);
    }
    if (v->cost_known) {
        call->s->cost[call->op] = v->requested;
        call->cost = v->requested;
    }
    /* A spent budget of one operation is no reason for the others to wait. */
    gate->leave(gate->ctx, v->healthy,
                v->step == SHOPIFY_WAIT && v->window_us == 0 ? v->wait_ms : 0);
    if (gate->bucket != NULL && v->bucket_known) {
        gate->bucket(gate->ctx, v->available, v->maximum, v->restore_per_s);
    }
}

static int attempt(struct shopify_call *call, struct shopify_verdict *ret, struct fail *f)
{
    const struct provider_gate *gate = call->s->gate;

    /* First: a turn that was reserved before a pause would be used up in somebody else's. */
    wait_until(call->not_before_ms);
    TRY(gate->enter(gate->ctx, call->rule->name, call->cost, f));
    send_once(call, ret);
    report(call, ret);
    return 0;
}

/* 0 = once more, -1 = that was it. */
static int prepare_repeat(struct shopify_call *call, const struct shopify_verdict *v,
                          struct fail *f)
{
    const struct provider_gate *gate = call->s->gate;
    char stale[SHOPIFY_TOKEN_BYTES];
    int64_t wait_ms = v->wait_ms;

    *f = v->fail;
    switch (v->step) {
    case SHOPIFY_WAIT:
        f->retry_after_ms = wait_ms;
        if (++call->throttled >= THROTTLED_TRIES || wait_ms > LONGEST_WAIT_MS) {
            return -1;
        }
        break;
    case SHOPIFY_AGAIN:
        wait_ms = wait_jitter((int64_t)BACKOFF_MS << call->passing);
        if (++call->passing >= PASSING_TRIES) {
            return -1;
        }
        break;
    case SHOPIFY_RENEW:
        if (call->renewed) {
            return -1;
        }
        call->renewed = true;
        memcpy(stale, call->token, sizeof stale);
        return gate->token(gate->ctx, stale, call->token, sizeof call->token, f);
    case SHOPIFY_DONE:
    case SHOPIFY_FAILED:
        return -1;
    }
    if (wait_ms > http_left_ms(call->s->http)) {
        return -1;
    }
    call->not_before_ms = clock_mono_ms() + wait_ms;
    return 0;
}

static int run(struct shopify_call *call, json_t **ret_root, struct fail *f)
{
    for (;;) {
        scoped(shopify_verdict_done) struct shopify_verdict verdict = { 0 };

        TRY(attempt(call, &verdict, f));
        if (verdict.step == SHOPIFY_DONE) {
            *ret_root = take_ptr(verdict.root);
            return 0;
        }
        TRY(prepare_repeat(call, &verdict, f));
    }
}

/* What the shop said last, unless the cost hangs on what is sent. */
static double guess_cost(const struct shopify *s, enum shopify_op op, const json_t *variables)
{
    const struct shopify_op_rule *rule = shopify_op_rule(op);

    if (rule->input_cost != NULL) {
        return rule->first_cost + rule->input_cost(variables);
    }
    return s->cost[op] > 0 ? s->cost[op] : rule->first_cost;
}

int shopify_run(struct shopify *s, enum shopify_op op, json_t *take_variables, json_t **ret_root,
                struct fail *f)
{
    struct shopify_call call = { .s = s, .op = op, .rule = shopify_op_rule(op) };
    scoped(free_p) char *body = NULL;

    call.cost = guess_cost(s, op, take_variables);
    TRY(write_body(call.rule, take_variables, &body, f));
    call.body = body;
    TRY(s->gate->token(s->gate->ctx, NULL, call.token, sizeof call.token, f));
    return run(&call, ret_root, f);
}
