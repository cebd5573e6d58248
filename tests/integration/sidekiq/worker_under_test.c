/* A real worker process whose handlers do what the test has written into Redis.
 * usage: worker_under_test QUEUE=THREADS...; settings come from the environment as for
 * dropship-worker.
 *
 * Each run appends three elements to the list test:ran: what the worker understood of the payload
 * (a JSON object), `args` as it stands in the payload, and `args` as the handler gets it ("" for
 * class raw.job, which asks for the text alone).  Then it takes the next word of the list
 * test:do:JID (none = done):
 *   fail TEXT    a passing failure           die TEXT   a lasting one
 *   snooze N     again in N seconds          wait       until the key test:go exists
 *   crash        the process kills itself
 * Exit code: that of the worker; 2 usage. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/redis/redis.h"
#include "worker/core/args.h"
#include "worker/core/job_types.h"
#include "worker/core/signals.h"
#include "worker/core/worker.h"

enum { LOOK_MS = 10, WORD_BYTES = 32, KEY_BYTES = 128 };

static int report(struct job_context *c, struct fail *f)
{
    const struct job *job = c->job;
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    scoped(free_p) char *understood = NULL;
    scoped(free_p) char *raw = strndup(job->args, job->args_bytes);
    scoped(free_p) char *parsed = NULL;
    scoped(json_clear_p) json_t *fields =
        json_pack("{s:s, s:s, s:s, s:i, s:i, s:I, s:I, s:I}", "jid", job->jid, "class", job->type,
                  "queue", job->queue, "max_retries", job->max_retries, "retry_count",
                  job->retry_count, "created_us", (json_int_t)job->created_us, "enqueued_us",
                  (json_int_t)job->enqueued_us, "failed_us", (json_int_t)job->failed_us);

    if (raw == NULL || fields == NULL) {
        return fail_memory(f);
    }
    TRY(json_write(fields, &understood, f));
    if (c->args != NULL) { /* "raw.job" does without */
        TRY(json_write(c->args, &parsed, f));
    }
    return redis_do(c->redis, &reply, f, "RPUSH", "test:ran", understood, raw,
                    parsed != NULL ? parsed : "", NULL);
}

static int done(struct job_context *c, const char *text, struct fail *f)
{
    (void)c;
    (void)text;
    (void)f;
    return 0;
}

static int fails(struct job_context *c, const char *text, struct fail *f)
{
    (void)c;
    return fail_set(f, FAIL_LATER, "%s", text);
}

static int dies(struct job_context *c, const char *text, struct fail *f)
{
    (void)c;
    return fail_set(f, FAIL_INPUT, "%s", text);
}

static int snoozes(struct job_context *c, const char *text, struct fail *f)
{
    int64_t seconds;

    TRY(str_to_int(text, 1, 1000000, "seconds", &seconds, f));
    return job_snooze(c, seconds);
}

static int waits(struct job_context *c, const char *text, struct fail *f)
{
    (void)text;
    for (;;) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;

        TRY(redis_do(c->redis, &reply, f, "EXISTS", "test:go", NULL));
        if (reply->integer == 1) {
            return 0;
        }
        clock_sleep_ms(LOOK_MS);
    }
}

static int crashes(struct job_context *c, const char *text, struct fail *f)
{
    kill(getpid(), SIGKILL);
    return waits(c, text, f);
}

static const struct act {
    const char *word;
    int (*run)(struct job_context *c, const char *text, struct fail *f);
} acts[] = {
    { "done", done },      { "fail", fails }, { "die", dies },
    { "snooze", snoozes }, { "wait", waits }, { "crash", crashes },
};

static int act(struct job_context *c, const char *order, struct fail *f)
{
    size_t word_bytes = strcspn(order, " ");
    const char *text = order[word_bytes] == ' ' ? order + word_bytes + 1 : "";

    for (size_t i = 0; i < COUNT_OF(acts); i++) {
        if (strlen(acts[i].word) == word_bytes && memcmp(acts[i].word, order, word_bytes) == 0) {
            return acts[i].run(c, text, f);
        }
    }
    return fail_set(f, FAIL_BUG, "the test asks for an unknown act");
}

static int obey(struct job_context *c, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *order = NULL;
    char key[KEY_BYTES];

    TRY(report(c, f));
    (void)snprintf(key, sizeof key, "test:do:%s", c->job->jid);
    TRY(redis_do(c->redis, &order, f, "LPOP", key, NULL));
    return order->type == REDIS_REPLY_STRING ? act(c, order->str, f) : 0;
}

/* Names as Ruby programs use them; a timetable's and a plain one of ours. */
static const struct job_type types[] = {
    { "shop.job", "q", obey, 60000, 3, 0 },
    { "PlainJob", "q", obey, 60000, 3, 0 },
    { "HardJob", "q", obey, 60000, 3, 0 },
    { "Deep::Name::Job", "q", obey, 60000, 3, 0 },
    { "raw.job", "q", obey, 60000, 3, JOB_WITHOUT_ARGS },
    { "ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper", "q", obey, 60000, 3, 0 },
};
static const struct job_types table = { types, COUNT_OF(types) };

/* QUEUE=THREADS words into lanes; false = usage. */
static bool read_lanes(int argc, char **argv, struct worker_args *ret)
{
    memset(ret, 0, sizeof *ret);
    for (int i = 1; i < argc && ret->lane_count < ARGS_MAX_LANES; i++) {
        struct lane_spec *lane = &ret->lanes[ret->lane_count++];
        const char *equals = strchr(argv[i], '=');
        int64_t threads = 0;
        struct fail f;

        if (equals == NULL || (size_t)(equals - argv[i]) >= sizeof lane->queue ||
            str_to_int(equals + 1, 1, ARGS_MAX_THREADS, "threads", &threads, &f) < 0) {
            return false;
        }
        memcpy(lane->queue, argv[i], (size_t)(equals - argv[i]));
        lane->threads = (int)threads;
    }
    return ret->lane_count > 0;
}

static int run(int argc, char **argv)
{
    struct worker_args args;
    struct str mistakes;
    struct conf *conf = NULL;
    struct fail f = { 0 };

    if (!read_lanes(argc, argv, &args)) {
        fprintf(stderr, "usage: %s QUEUE=THREADS...\n", argv[0]);
        return 2;
    }
    log_start("worker-under-test", LOG_INFO);
    str_init(&mistakes, 10000);
    int loaded = conf_load(&conf, &mistakes, &f);
    if (loaded < 0) {
        fprintf(stderr, "%s\n", mistakes.len > 0 ? mistakes.data : f.text);
    }
    str_done(&mistakes);
    if (loaded < 0) {
        return 1;
    }
    signals_block();
    int code = worker_run(&(struct worker_setup){ .conf = conf, .args = &args, .types = &table });
    conf_free(conf);
    return code;
}

int main(int argc, char **argv)
{
    return run(argc, argv);
}
