#include "tests/integration/queue/work_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fault/fault.h"

struct rig rig;

static int handle(void *ctx, const struct job *job, struct fail *f)
{
    int n = (int)strtoll(job->args + 1, NULL, 10);

    (void)ctx;
    atomic_fetch_add(&rig.runs[n], 1);
    atomic_fetch_add(&rig.total, 1);
    if (strcmp(job->type, "later") == 0) {
        return fail_set(f, FAIL_LATER, "not now");
    } else if (strcmp(job->type, "advised") == 0) {
        return fail_later(f, FAIL_LIMITED, 100000, "not for 100 s");
    } else if (strcmp(job->type, "input") == 0) {
        return fail_set(f, FAIL_INPUT, "never");
    } else if (strcmp(job->type, "silent") == 0) {
        return -1;
    } else if (strcmp(job->type, "gate") == 0) {
        atomic_fetch_add(&rig.waiting, 1);
        while (!atomic_load(&rig.gate)) {
            clock_sleep_ms(2);
        }
    } else if (strcmp(job->type, "fault") == 0) {
        fault_arm((enum fault_kind)atomic_load(&rig.fault), atomic_load(&rig.fault_at));
    }
    return 0;
}

static void note(void *ctx, const struct work_note *n)
{
    (void)ctx;
    atomic_fetch_add(&rig.events[n->event], 1);
    if (getenv("WORK_TEST_TALKS") != NULL) {
        print_message("event %d: %s\n", (int)n->event, n->fail != NULL ? n->fail->text : "");
    }
}

/* ---- a worker in a thread of the test ---- */

static void *worker_main(void *arg)
{
    struct worker *w = arg;

    w->result = queue_work(&w->setup, &w->fail);
    return NULL;
}

const char *rig_test_url(void)
{
    static char url[1024];
    const char *env = getenv("DROPSHIP_TEST_REDIS_URL");

    assert_non_null(env);
    const char *host = strstr(env, "://") + 3;
    (void)snprintf(url, sizeof url, "%.*s/9", (int)(host - env) + (int)strcspn(host, "/"), env);
    return url;
}

struct queue_work rig_setup_for(const char *url, int threads)
{
    return (struct queue_work){ .redis_url = url,
                                .queues = { { "q", threads } },
                                .run = handle,
                                .note = note,
                                .stop = &rig.stopping,
                                .lease_ms = 2000 };
}

void rig_begin(struct worker *w, const struct queue_work *setup)
{
    *w = (struct worker){ .setup = *setup, .result = -2 };
    assert_int_equal(pthread_create(&w->thread, NULL, worker_main, w), 0);
}

void rig_end(struct worker *w)
{
    atomic_store(&rig.stopping, true);
    assert_int_equal(pthread_join(w->thread, NULL), 0);
    fixture_must(w->result, &w->fail, "queue_work", __FILE__, __LINE__);
}

int rig_setup(void **state)
{
    memset(rig.runs, 0, sizeof rig.runs);
    memset(rig.events, 0, sizeof rig.events);
    atomic_store(&rig.total, 0);
    atomic_store(&rig.waiting, 0);
    atomic_store(&rig.stopping, false);
    atomic_store(&rig.gate, false);
    return fixture_setup(state);
}

void rig_enqueue(struct fixture *fx, const char *type, int n, struct job_spec spec)
{
    char args[32];
    char jid[JOB_JID_BYTES];

    (void)snprintf(args, sizeof args, "[%d]", n);
    spec.type = type;
    spec.queue = "q";
    spec.args = args;
    must(queue_enqueue(fx->redis, &spec, jid, &fx->fail), fx);
}

int64_t rig_count(struct fixture *fx, const char *set)
{
    return fixture_int(fx, "ZCARD", set, NULL);
}

void rig_nothing_is_left(struct fixture *fx)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_do(fx->redis, &reply, &fx->fail, "KEYS", "dropship:claimed:*", NULL), fx);
    assert_int_equal(reply->elements, 0);
    redis_reply_clear_p(&reply);
    reply = NULL;
    must(redis_do(fx->redis, &reply, &fx->fail, "KEYS", "dropship:lease:*", NULL), fx);
    assert_int_equal(reply->elements, 0);
    assert_int_equal(fixture_int(fx, "SCARD", "processes", NULL), 0);
}
