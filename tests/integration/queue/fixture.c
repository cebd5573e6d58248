#include "tests/integration/queue/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"

enum { TEST_DATABASE = 9 };

static void test_url(char *url, size_t url_bytes)
{
    const char *env = getenv("DROPSHIP_TEST_REDIS_URL");
    const char *host = env == NULL ? NULL : strstr(env, "://");

    if (host == NULL) {
        fail_msg("%s", "DROPSHIP_TEST_REDIS_URL is not set; tests/run sets it");
        abort();
    }
    host += 3;
    (void)snprintf(url, url_bytes, "%.*s/%d", (int)(host - env) + (int)strcspn(host, "/"), env,
                   TEST_DATABASE);
}

struct redis *fixture_connect(void)
{
    char url[1024];
    struct redis *redis = NULL;
    struct fail f = { .kind = FAIL_NONE };

    test_url(url, sizeof url);
    fixture_must(redis_open(url, &redis, &f), &f, "redis_open", __FILE__, __LINE__);
    return redis;
}

int fixture_setup(void **state)
{
    struct fixture *fx = calloc(1, sizeof *fx);

    assert_non_null(fx);
    fx->redis = fixture_connect();
    command(fx, "FLUSHDB");
    *state = fx;
    return 0;
}

int fixture_teardown(void **state)
{
    struct fixture *fx = *state;

    redis_close(fx->redis);
    free(fx);
    return 0;
}

void fixture_must(int result, const struct fail *f, const char *what, const char *file, int line)
{
    if (result != 0) {
        print_error("%s:%d: %s gave %d: %s\n", file, line, what, result, result < 0 ? f->text : "");
        _fail(file, line);
    }
}

int64_t fixture_int(struct fixture *fx, const char *name, const char *key, const char *more)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_do(fx->redis, &reply, &fx->fail, name, key, more, NULL), fx);
    return reply->type == REDIS_REPLY_INTEGER ? reply->integer
           : reply->str != NULL               ? strtoll(reply->str, NULL, 10)
                                              : -1;
}

char *fixture_lindex(struct fixture *fx, const char *key, const char *index)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_do(fx->redis, &reply, &fx->fail, "LINDEX", key, index, NULL), fx);
    return reply->str == NULL ? NULL : strdup(reply->str);
}

char *fixture_first(struct fixture *fx, const char *set)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_do(fx->redis, &reply, &fx->fail, "ZRANGE", set, "0", "0", NULL), fx);
    return reply->elements == 0 ? NULL : strdup(reply->element[0]->str);
}

void fixture_command(struct fixture *fx, const char *const *words, size_t count)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_command(fx->redis, &(struct redis_args){ .argv = words, .argc = count }, &reply,
                       &fx->fail),
         fx);
}

void fixture_enqueue(struct fixture *fx, const char *queue, int n, char *jid)
{
    char args[32];
    char own[JOB_JID_BYTES];
    struct job_spec spec = { .type = "test.job", .queue = queue, .args = args, .max_retries = 3 };

    (void)snprintf(args, sizeof args, "[%d]", n);
    must(queue_enqueue(fx->redis, &spec, jid != NULL ? jid : own, &fx->fail), fx);
}

int fixture_take(struct redis *r, struct batch *b, size_t max, int64_t block_ms, struct fail *f)
{
    struct claimed got = { .count = 0 };
    const struct claim_request request = { .list = &b->list, .max = max, .block_ms = block_ms };

    b->count = 0;
    TRY(queue_claim(r, &request, &got, f));
    for (size_t i = 0; i < got.count; i++) {
        const char *payload = claimed_payload(&got, i, &b->sizes[i]);
        b->payloads[i] = malloc(b->sizes[i] + 1);
        if (b->payloads[i] == NULL) {
            batch_free(b);
            claimed_done(&got);
            return fail_memory(f);
        }
        b->count++;
        memcpy(b->payloads[i], payload, b->sizes[i] + 1);
    }
    claimed_done(&got);
    return 0;
}

void fixture_claim(struct fixture *fx, struct batch *b, const char *identity, const char *queue,
                   unsigned serial, size_t max)
{
    b->count = 0;
    queue_claim_list(identity, queue, serial, &b->list);
    must(fixture_take(fx->redis, b, max, 0, &fx->fail), fx);
}

void batch_free(struct batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        free(b->payloads[i]);
    }
    b->count = 0;
}

int payload_number(const char *payload, size_t size_bytes)
{
    scoped(job_free_p) struct job *job = NULL;
    struct fail f;

    fixture_must(job_parse(payload, size_bytes, &job, &f), &f, "job_parse", __FILE__, __LINE__);
    assert_true(job->args_is_array);
    return (int)strtoll(job->args + 1, NULL, 10);
}

bool fixture_settle(struct fixture *fx, const struct batch *b, size_t i, enum settle_kind kind,
                    const char *next)
{
    struct settlement s = { .kind = kind,
                            .payload = b->payloads[i],
                            .payload_bytes = b->sizes[i],
                            .next = next,
                            .next_bytes = next != NULL ? strlen(next) : 0,
                            .at_us = clock_now_us(),
                            .counts_as_failed = kind == SETTLE_RETRY || kind == SETTLE_DEAD };

    must(queue_settle(fx->redis, &b->list, &(struct settle_batch){ &s, 1, clock_now_us() },
                      &fx->fail),
         fx);
    return s.fenced;
}
