/* Queue operations for tests written in other languages.  usage: queue_tool URL COMMAND
 * [ARGUMENT...]; the table below lists the commands.  Prints one line per result; exit code 0 done,
 * 1 failed (reason on standard error), 2 usage. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/queue.h"

#define TOOL_IDENTITY "tool:1:0123456789ab"

struct tool {
    struct redis *redis;
    char **words; /* arguments of the command */
    struct claim_list list;
};

typedef int command_fn(struct tool *t, struct fail *f);

/* The next job of a queue, claimed; NULL when there is none. */
static int claim_one(struct tool *t, const char *queue, struct job **ret, struct fail *f)
{
    scoped(free_p) char *payload = NULL;
    size_t size_bytes = 0, count = 0;

    queue_claim_list(TOOL_IDENTITY, queue, 1, &t->list);
    TRY(queue_claim(t->redis, &t->list, 1, 0, &payload, &size_bytes, &count, f));
    if (count == 0) {
        return fail_set(f, FAIL_MISSING, "queue %s is empty", queue);
    }
    return job_parse(payload, size_bytes, ret, f);
}

/* One line that Ruby reads as JSON; args are the stored bytes. */
static void print_job(const struct job *job)
{
    printf("{\"jid\":\"%s\",\"class\":\"%s\",\"queue\":\"%s\",\"max_retries\":%d,\"retry_count\":%"
           "d,\"created_us\":%" PRId64 ",\"enqueued_us\":%" PRId64 ",\"args\":%.*s}\n",
           job->jid, job->type, job->queue, job->max_retries, job->retry_count, job->created_us,
           job->enqueued_us, (int)job->args_bytes, job->args);
}

static int settle(struct tool *t, const struct job *job, struct settlement *s, struct fail *f)
{
    s->payload = job->payload;
    s->payload_bytes = job->payload_bytes;
    TRY(queue_settle(t->redis, &t->list, s, 1, clock_now_us(), f));
    return s->fenced ? fail_set(f, FAIL_CONFLICT, "fenced") : 0;
}

static int run_done(struct tool *t, struct fail *f)
{
    scoped(job_free_p) struct job *job = NULL;
    struct settlement s = { .kind = SETTLE_DONE };

    TRY(claim_one(t, t->words[0], &job, f));
    print_job(job);
    return settle(t, job, &s, f);
}

static int run_failing(struct tool *t, enum settle_kind kind, struct fail *f)
{
    scoped(job_free_p) struct job *job = NULL;
    scoped(str_done) struct str next;
    struct settlement s = { .kind = kind, .counts_as_failed = true };
    int retry_count;

    str_init(&next, 4 * JOB_MAX_BYTES);
    TRY(claim_one(t, t->words[0], &job, f));
    TRY(job_mark_failed(job, t->words[0], "TemporaryError", t->words[1], clock_now_us(), &next,
                        &retry_count, f));
    s.next = next.data;
    s.next_bytes = next.len;
    s.at_us = clock_now_us() + (kind == SETTLE_RETRY ? job_backoff_s(retry_count, 0) * 1000000 : 0);
    print_job(job);
    return settle(t, job, &s, f);
}

static int run_fail(struct tool *t, struct fail *f)
{
    return run_failing(t, SETTLE_RETRY, f);
}

static int run_dead(struct tool *t, struct fail *f)
{
    return run_failing(t, SETTLE_DEAD, f);
}

static int enqueue(struct tool *t, struct fail *f)
{
    struct job_spec spec = {
        .queue = t->words[0], .type = t->words[1], .args = t->words[2], .max_retries = -1
    };
    char jid[JOB_JID_BYTES];
    int64_t in_s;

    TRY(str_to_int(t->words[3], 0, 1000000, "seconds", &in_s, f));
    spec.run_at_us = in_s == 0 ? 0 : clock_now_us() + in_s * 1000000;
    TRY(queue_enqueue(t->redis, &spec, jid, f));
    printf("\"%s\"\n", jid);
    return 0;
}

static int promote(struct tool *t, struct fail *f)
{
    int64_t moved, next_ms;

    TRY(queue_promote(t->redis, 1000, &moved, &next_ms, f));
    printf("%" PRId64 "\n", moved);
    return 0;
}

/* A heartbeat with one running job, claimed from the queue; prints the signal. */
static int beat(struct tool *t, struct fail *f)
{
    static const char info[] =
        "{\"hostname\":\"tool\",\"started_at\":1795223335.837412,\"pid\":1,\"tag\":\"dropship\","
        "\"concurrency\":3,\"queues\":[\"q\"],\"labels\":[],\"weights\":[{\"q\":0}],\"identity\":"
        "\"" TOOL_IDENTITY "\"}";
    scoped(job_free_p) struct job *job = NULL;
    struct heartbeat_work work = { .thread_id = "t1",
                                   .queue = t->words[0],
                                   .run_at_us = clock_now_us() };
    struct heartbeat b = { .identity = TOOL_IDENTITY,
                           .info_json = info,
                           .busy = 1,
                           .concurrency = 3,
                           .rss_kib = 30800,
                           .rtt_us = 151,
                           .work = &work,
                           .work_count = 1 };
    char signal[16];

    TRY(queue_lease(t->redis, TOOL_IDENTITY, 60000, f));
    TRY(claim_one(t, t->words[0], &job, f));
    work.payload = job->payload;
    TRY(queue_beat(t->redis, &b, signal, f));
    printf("\"%s\"\n", signal);
    return 0;
}

static int leave(struct tool *t, struct fail *f)
{
    int64_t released;

    queue_claim_list(TOOL_IDENTITY, t->words[0], 1, &t->list);
    TRY(queue_claim_release(t->redis, &t->list, &released, f));
    TRY(queue_unregister(t->redis, TOOL_IDENTITY, f));
    printf("%" PRId64 "\n", released);
    return 0;
}

static const struct command {
    const char *name;
    int arguments;
    command_fn *run;
    const char *help;
} commands[] = {
    { "enqueue", 4, enqueue, "QUEUE CLASS ARGS SECONDS: prints the jid" },
    { "done", 1, run_done, "QUEUE: claim a job, print it, settle it as done" },
    { "fail", 2, run_fail, "QUEUE MESSAGE: the same, to be retried" },
    { "dead", 2, run_dead, "QUEUE MESSAGE: the same, to dead" },
    { "promote", 0, promote, "move due jobs, print how many" },
    { "beat", 1, beat, "QUEUE: claim a job and send a heartbeat that shows it; print the signal" },
    { "leave", 1, leave, "QUEUE: give the claimed jobs back and unregister" },
};

static int run(int argc, char **argv)
{
    scoped(redis_close_p) struct redis *redis = NULL;
    struct tool t = { .words = argv + 3 };
    struct fail f = { .text = "" };

    for (size_t i = 0; argc >= 3 && i < COUNT_OF(commands); i++) {
        if (strcmp(argv[2], commands[i].name) != 0 || argc - 3 != commands[i].arguments) {
            continue;
        }
        if (redis_open(argv[1], &redis, &f) < 0) {
            break;
        }
        t.redis = redis;
        if (commands[i].run(&t, &f) == 0) {
            return 0;
        }
        break;
    }
    if (f.text[0] != '\0') {
        fprintf(stderr, "%s\n", f.text);
        return 1;
    }
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        fprintf(stderr, "%s URL %s %s\n", argv[0], commands[i].name, commands[i].help);
    }
    return 2;
}

int main(int argc, char **argv)
{
    return run(argc, argv);
}
