#include "tests/unit/providers/fake.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"

struct fake fake;

int __wrap_http_call(struct http *h, const struct http_request *req, struct http_response *ret,
                     struct fail *f);
void __wrap_clock_sleep_ms(int64_t ms);
int64_t __wrap_clock_mono_ms(void);

static void record(const struct http_request *req)
{
    size_t i = fake.request_count++;

    assert(i < FAKE_MAX);
    snprintf(fake.requests[i].method, sizeof fake.requests[i].method, "%s", req->method);
    snprintf(fake.requests[i].url, sizeof fake.requests[i].url, "%s", req->url);
    fake.requests[i].body = req->body != NULL ? strndup(req->body, req->body_bytes) : strdup("");
    for (size_t k = 0; req->headers[k] != NULL; k++) {
        size_t at = strlen(fake.requests[i].headers);
        snprintf(fake.requests[i].headers + at, sizeof fake.requests[i].headers - at, "%s\n",
                 req->headers[k]);
    }
}

int __wrap_http_call(struct http *h, const struct http_request *req, struct http_response *ret,
                     struct fail *f)
{
    size_t i = fake.request_count;

    (void)h;
    record(req);
    assert(i < fake.answer_count && "a request that the test does not expect");
    if (fake.answers[i].status == 0) {
        return fail_set(f, fake.answers[i].silence, "no answer");
    }
    ret->status = fake.answers[i].status;
    ret->retry_after_ms = fake.answers[i].retry_after_ms;
    ret->body.max_bytes = 16 << 20;
    str_add(&ret->body, fake.answers[i].body);
    (void)str_fit(ret->served_version, sizeof ret->served_version,
                  fake.answers[i].version != NULL ? fake.answers[i].version : "");
    return 0;
}

void __wrap_clock_sleep_ms(int64_t ms)
{
    fake.slept_ms += ms;
    fake.now_ms += ms;
}

int64_t __wrap_clock_mono_ms(void)
{
    return fake.now_ms;
}

static int enter(void *ctx, const char *operation, double cost, struct fail *f)
{
    size_t i = fake.enter_count;

    (void)ctx;
    if (fake.gate_refuses != FAIL_NONE) {
        return fail_later(f, fake.gate_refuses, 5000, "the gate is shut");
    }
    assert(i < FAKE_MAX);
    fake.enter_count++;
    snprintf(fake.enters[i].operation, sizeof fake.enters[i].operation, "%s", operation);
    fake.enters[i].cost = cost;
    fake.enters[i].at_ms = fake.now_ms;
    return 0;
}

static void leave(void *ctx, bool healthy, int64_t throttled_ms)
{
    (void)ctx;
    assert(fake.leave_count < fake.enter_count);
    fake.healthy[fake.leave_count] = healthy;
    fake.throttled_ms[fake.leave_count++] = throttled_ms;
}

static void bucket(void *ctx, double available, double maximum, double restore_per_s)
{
    (void)ctx;
    fake.bucket_count++;
    fake.available = available;
    fake.maximum = maximum;
    fake.restore_per_s = restore_per_s;
}

static void points_gone(void *ctx, int64_t retry_ms)
{
    (void)ctx;
    fake.points_gone_ms = retry_ms;
}

static int token(void *ctx, const char *stale, char *ret, size_t ret_bytes, struct fail *f)
{
    (void)ctx;
    if (fake.token_refuses != FAIL_NONE) {
        return fail_set(f, fake.token_refuses, "no token to be had");
    }
    fake.token_count++;
    fake.renew_count += stale != NULL;
    snprintf(ret, ret_bytes, "token-%zu", fake.renew_count);
    return 0;
}

const struct provider_gate fake_gate = {
    .enter = enter, .leave = leave, .bucket = bucket, .points_gone = points_gone, .token = token
};

int fake_setup(void **state)
{
    (void)state;
    fake = (struct fake){ .now_ms = 1000000 };
    return 0;
}

int fake_teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < fake.request_count; i++) {
        free(fake.requests[i].body);
    }
    fake = (struct fake){ 0 };
    return 0;
}

void fake_answer_later(int status, const char *body, int64_t retry_after_ms)
{
    assert(fake.answer_count < FAKE_MAX);
    fake.answers[fake.answer_count].status = status;
    fake.answers[fake.answer_count].body = body;
    fake.answers[fake.answer_count++].retry_after_ms = retry_after_ms;
}

void fake_answer(int status, const char *body)
{
    fake_answer_later(status, body, 0);
}

void fake_silence(enum fail_kind kind)
{
    assert(fake.answer_count < FAKE_MAX);
    fake.answers[fake.answer_count++].silence = kind;
}
