/* One question to a text model: request, judgement, and again while that is allowed. */
#include "worker/providers/ai/ai_priv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "worker/providers/wait.h"

enum {
    RETRIES = 2,        /* of passing trouble */
    BASE_MS = 500,      /* doubled with each retry, full jitter */
    OVERLOAD_MS = 5000, /* the same after an overload */
    WAIT_MOST_MS = 8000,
    ADVICE_MOST_MS = 30000, /* a longer advice is the caller's */
    TIMEOUT_MS = 60000,
    URL_BYTES = 2048
};
#define ANTHROPIC_VERSION "2026-10-21"

static const char *const status_names[] = {
    [AI_OK] = "OK",
    [AI_REFUSED] = "REFUSED",
    [AI_TRUNCATED] = "TRUNCATED",
    [AI_FILTERED] = "FILTERED",
    [AI_BAD_OUTPUT] = "BAD_OUTPUT",
    [AI_BAD_REQUEST] = "BAD_REQUEST",
    [AI_AUTH] = "AUTH",
    [AI_CONFIG] = "CONFIG",
    [AI_QUOTA] = "QUOTA",
    [AI_RATE] = "RATE",
    [AI_OVERLOAD] = "OVERLOAD",
    [AI_TRANSIENT] = "TRANSIENT",
    [AI_NETWORK] = "NETWORK",
    [AI_TIMEOUT] = "TIMEOUT",
};

const char *ai_status_name(enum ai_status status)
{
    return status_names[status];
}

const char *ai_kind_name(enum ai_kind kind)
{
    static const char *const names[] = {
        [AI_OPENAI] = "openai", [AI_ANTHROPIC] = "anthropic", [AI_COMPATIBLE] = "compatible"
    };
    return names[kind];
}

void ai_result_done(struct ai_result *r)
{
    json_decref(r->json);
    r->json = NULL;
}

static int write_lines(struct ai *ai, struct fail *f)
{
    const struct ai_account *a = ai->account;
    size_t bytes = strlen(a->base_url);
    const char *slash = bytes > 0 && a->base_url[bytes - 1] == '/' ? "" : "/";

    if (a->kind == AI_ANTHROPIC) {
        (void)snprintf(ai->version_line, sizeof ai->version_line, "anthropic-version: %.40s",
                       a->version != NULL ? a->version : ANTHROPIC_VERSION);
    }
    if (asprintf(&ai->url, "%s%s%s", a->base_url, slash, ai_path(a->kind)) < 0) {
        ai->url = NULL;
        return fail_memory(f);
    }
    if (a->api_key != NULL &&
        asprintf(&ai->key_line,
                 a->kind == AI_ANTHROPIC ? "x-api-key: %s" : "Authorization: Bearer %s",
                 a->api_key) < 0) {
        ai->key_line = NULL;
        return fail_memory(f);
    }
    return 0;
}

int ai_open(const struct ai_account *account, struct http *http, struct ai **ret, struct fail *f)
{
    struct ai *ai = NULL;

    if (!ai_url_allowed(account->base_url)) {
        /* which may hold a password */
        return fail_set(f, FAIL_INPUT, "%s: its address is not https, nor of this machine",
                        ai_kind_name(account->kind));
    }
    if (account->api_key == NULL && account->kind != AI_COMPATIBLE) {
        return fail_set(f, FAIL_INPUT, "%s: there is no key", ai_kind_name(account->kind));
    }
    ai = calloc(1, sizeof *ai);
    if (ai == NULL) {
        return fail_memory(f);
    }
    ai->account = account;
    ai->http = http;
    if (write_lines(ai, f) < 0) {
        ai_close(ai);
        return -1;
    }
    *ret = ai;
    return 0;
}

void ai_close(struct ai *ai)
{
    if (ai != NULL) {
        free(ai->url);
        free(ai->key_line);
        free(ai);
    }
}

/* One question on its way through several requests. */
struct ai_call {
    struct ai *ai;
    const struct ai_task *task;
    int64_t limit;  /* of output tokens, now */
    int retries;    /* made of passing trouble */
    bool once_more; /* made because the answer could not be used */
    bool no_time;   /* the work this belongs to is out of time */
    struct ai_result *ret;
};

/* No whole answer came. */
static void judge_silence(struct ai_call *call, const struct fail *why,
                          const struct http_response *answer, int64_t timeout_ms,
                          struct ai_verdict *v)
{
    *v = (struct ai_verdict){ .usage = { -1, -1, -1, -1 } };
    call->no_time = strcmp(why->code, HTTP_DEADLINE) == 0;
    if (answer->body.failed && !answer->body.no_memory) {
        ai_say(v, AI_BAD_OUTPUT, "the answer is larger than %d bytes", AI_ANSWER_BYTES);
    } else if (why->kind == FAIL_UNKNOWN && answer->spent_ms >= timeout_ms) {
        ai_say(v, AI_TIMEOUT, "no answer in %lld ms", (long long)timeout_ms);
    } else {
        ai_say(v, AI_NETWORK, "%s", why->text);
    }
}

static int send_body(struct ai_call *call, const char *body, struct ai_verdict *v)
{
    scoped(http_response_done) struct http_response answer;
    const struct ai *ai = call->ai;
    const char *headers[5] = { "Content-Type: application/json", "Accept: application/json" };
    size_t count = 2;
    struct fail why = { 0 };
    struct http_request request = { .method = "POST",
                                    .url = ai->url,
                                    .headers = headers,
                                    .body = body,
                                    .body_bytes = strlen(body),
                                    .timeout_ms = call->task->timeout_ms > 0
                                                      ? call->task->timeout_ms
                                                      : TIMEOUT_MS,
                                    .max_bytes = AI_ANSWER_BYTES };

    if (ai->key_line != NULL) {
        headers[count++] = ai->key_line;
    }
    if (ai->version_line[0] != '\0') {
        headers[count++] = ai->version_line;
    }
    http_response_init(&answer);
    if (http_call(ai->http, &request, &answer, &why) < 0) {
        judge_silence(call, &why, &answer, request.timeout_ms, v);
        return 0;
    }
    ai_judge(ai->account->kind, call->task,
             &(struct ai_answer){ answer.status, answer.body.data, answer.body.len,
                                  answer.retry_after_ms },
             v);
    if (answer.request_id[0] != '\0') {
        (void)str_fit(v->request_id, sizeof v->request_id, answer.request_id);
    }
    return answer.status;
}

static void add_told(int64_t *sum, int64_t told)
{
    if (told >= 0) {
        *sum = (*sum > 0 ? *sum : 0) + told;
    }
}

/* Tokens are paid for whatever becomes of the answer. */
static void note(struct ai_result *r, int http, const struct ai_verdict *v)
{
    r->http = http;
    r->status = v->status;
    r->retry_after_ms = v->retry_after_ms;
    add_told(&r->tokens_in, v->usage.in);
    add_told(&r->tokens_out, v->usage.out);
    add_told(&r->tokens_cached, v->usage.cached);
    add_told(&r->tokens_reasoning, v->usage.reasoning);
    (void)str_fit(r->model, sizeof r->model, v->model);
    (void)str_fit(r->request_id, sizeof r->request_id, v->request_id);
    (void)str_fit(r->error, sizeof r->error, v->error);
}

static int attempt(struct ai_call *call, struct ai_verdict *v, struct fail *f)
{
    scoped(json_clear_p) json_t *body = NULL;
    scoped(free_p) char *text = NULL;
    int http = 0;

    TRY(ai_body(call->ai, call->task, call->limit, &body, f));
    TRY(json_write(body, &text, f));
    http = send_body(call, text, v);
    if (!call->no_time || call->ret->attempts == 0) { /* else what the last one said stands */
        note(call->ret, http, v);
    }
    call->ret->attempts += call->no_time ? 0 : 1;
    log_debug("ai.request", kv_str("task", call->task->name),
              kv_str("provider", ai_kind_name(call->ai->account->kind)), kv_int("status", http),
              kv_str("is", ai_status_name(v->status)), kv_str("request_id", v->request_id));
    return 0;
}

/* A random part of a wait that doubles: callers refused together do not come back together. */
static int64_t full_jitter(int64_t base_ms, int retries)
{
    int64_t most = base_ms << retries;

    most = most < WAIT_MOST_MS ? most : WAIT_MOST_MS;
    return (int64_t)arc4random_uniform((uint32_t)most + 1);
}

static bool retry_passing(struct ai_call *call, const struct ai_verdict *v)
{
    int64_t wait_ms = full_jitter(v->status == AI_OVERLOAD ? OVERLOAD_MS : BASE_MS, call->retries);

    if (call->retries >= RETRIES || v->retry_after_ms > ADVICE_MOST_MS || call->no_time) {
        return false;
    }
    wait_ms = v->retry_after_ms > 0 ? wait_jitter(v->retry_after_ms) : wait_ms;
    if (wait_ms > http_left_ms(call->ai->http)) {
        return false;
    }
    call->retries++;
    clock_sleep_ms(wait_ms);
    return true;
}

/* With twice the room: thinking counts as output, so a cut or empty answer may be one that was thought too long. */
static bool retry_larger(struct ai_call *call, const struct ai_verdict *v)
{
    int64_t larger = call->limit * 2 < AI_TOKENS_MOST ? call->limit * 2 : AI_TOKENS_MOST;

    if (call->once_more || (v->status == AI_TRUNCATED && larger == call->limit)) {
        return false;
    }
    call->once_more = true;
    call->limit = larger;
    return true;
}

static bool go_again(struct ai_call *call, const struct ai_verdict *v)
{
    switch (v->status) {
    case AI_RATE:
    case AI_OVERLOAD:
    case AI_TRANSIENT:
    case AI_NETWORK:
    case AI_TIMEOUT:
        return retry_passing(call, v);
    case AI_TRUNCATED:
    case AI_BAD_OUTPUT:
        return retry_larger(call, v);
    case AI_BAD_REQUEST:
        return ai_give_way(call->ai->account->kind, v, &call->ai->dialect);
    case AI_OK:
    case AI_REFUSED:
    case AI_FILTERED:
    case AI_AUTH:
    case AI_CONFIG:
    case AI_QUOTA:
        return false;
    }
    return false;
}

static int check_task(const struct ai_task *task, struct fail *f)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t bytes = strlen(task->schema_name);

    if (bytes == 0 || bytes > 64 || strspn(task->schema_name, letters) != bytes) {
        return fail_set(f, FAIL_BUG, "AI task %s: bad schema name", task->name);
    }
    if (task->max_tokens < AI_TOKENS_LEAST || task->max_tokens > AI_TOKENS_MOST) {
        return fail_set(f, FAIL_BUG, "AI task %s: max_tokens is not from %d to %d", task->name,
                        AI_TOKENS_LEAST, AI_TOKENS_MOST);
    }
    return ai_schema_check(task->schema, f);
}

int ai_complete(struct ai *ai, const struct ai_task *task, struct ai_result *ret, struct fail *f)
{
    struct ai_call call = { .ai = ai, .task = task, .limit = task->max_tokens, .ret = ret };
    int64_t start_ms = clock_mono_ms();
    bool again = true;

    *ret = (struct ai_result){
        .tokens_in = -1, .tokens_out = -1, .tokens_cached = -1, .tokens_reasoning = -1
    };
    TRY(check_task(task, f));
    while (again) {
        scoped(ai_verdict_done) struct ai_verdict v = { 0 };

        TRY(attempt(&call, &v, f));
        again = go_again(&call, &v);
        ret->json = take_ptr(v.json);
    }
    ret->latency_ms = clock_mono_ms() - start_ms;
    return 0;
}
