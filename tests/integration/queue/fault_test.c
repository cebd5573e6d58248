/* Memory runs out at every single allocation of our code, one after the other: each call fails as
 * FAIL_LATER, nothing leaks, and no job disappears.  The linker leads malloc, calloc, realloc and
 * vasprintf here (see CMakeLists.txt). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/cancel.h"
#include "common/queue/lists.h"
#include "common/queue/pressure.h"
#include "common/queue/queue_priv.h"
#include "common/queue/unique.h"
#include "tests/integration/queue/fixture.h"

#define ME "host:1:aaaaaaaaaaaa"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
int __real_vasprintf(char **text, const char *fmt, va_list args) printf_like(2, 0);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
int __wrap_vasprintf(char **text, const char *fmt, va_list args) printf_like(2, 0);

static long countdown = -1; /* allocations until one fails; negative: none does */
static bool fired;

static bool refuse(void)
{
    if (countdown < 0 || countdown-- > 0) {
        return false;
    }
    fired = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return refuse() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return refuse() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return refuse() ? NULL : __real_realloc(old, size);
}

int __wrap_vasprintf(char **text, const char *fmt, va_list args)
{
    return refuse() ? -1 : __real_vasprintf(text, fmt, args);
}

/* ---- what is run under fault; each returns the call's result ---- */

typedef int faulty_fn(struct fixture *fx, struct fail *f);

static int run_enqueue(struct fixture *fx, struct fail *f)
{
    const struct job_spec spec = { .type = "t", .queue = "q", .args = "[9]", .trace_id = "ab" };
    char jid[JOB_JID_BYTES];

    return queue_enqueue(fx->redis, &spec, jid, f);
}

/* Enough jobs for two groups, unique ones among them; then what is asked of them. */
static int run_unique(struct fixture *fx, struct fail *f)
{
    enum { MANY = 1001 };
    static struct job_spec specs[MANY];
    static struct enqueued results[MANY];
    struct job job = { .jid = "u",
                       .unique = "0123456789abcdef0123456789abcdef01234567",
                       .unique_for_s = 9 };
    struct pressure pressure = { .queue_max = 10000, .memory_percent = 80 };
    static const char payload[] = "{\"args\":[],\"class\":\"t\",\"jid\":\"u\"}";
    const char *jid = "jid-waiting";
    bool cancelled;

    for (size_t i = 0; i < MANY; i++) {
        specs[i] = (struct job_spec){ .type = "t",
                                      .queue = "u",
                                      .run_at_us = i % 2 == 0 ? 0 : JOB_TIME_MAX_US };
        specs[i].unique_for_s = i % 500 == 0 ? 60 : 0;
    }
    TRY(queue_enqueue_each(fx->redis, specs, MANY, results, f));
    TRY(queue_unique_hold(fx->redis, &job, 0, f));
    TRY(queue_lock_release(fx->redis, payload, strlen(payload), f));
    TRY(queue_cancel(fx->redis, jid, f));
    TRY(queue_cancelled(fx->redis, jid, &cancelled, f));
    TRY(queue_cancelled_each(fx->redis, &jid, 1, &cancelled, f));
    return queue_pressure(fx->redis, &pressure, f);
}

static int run_claim_and_settle(struct fixture *fx, struct fail *f)
{
    static struct batch b;
    struct settlement s[3];
    int result;

    b.count = 0;
    queue_claim_list(ME, "q", 1, &b.list);
    TRY(fixture_take(fx->redis, &b, 3, 0, f));
    for (size_t i = 0; i < b.count; i++) {
        s[i] = (struct settlement){ .kind = i == 0 ? SETTLE_DONE : SETTLE_RETRY,
                                    .payload = b.payloads[i],
                                    .payload_bytes = b.sizes[i],
                                    .next = b.payloads[i],
                                    .next_bytes = b.sizes[i],
                                    .at_us = 1000000 };
    }
    result =
        queue_settle(fx->redis, &b.list, &(struct settle_batch){ s, b.count, clock_now_us() }, f);
    batch_free(&b);
    return result;
}

static int run_recover(struct fixture *fx, struct fail *f)
{
    struct recovery recovery = { .lists = 0 };

    return queue_recover(fx->redis, clock_now_us(), &recovery, f);
}

static int run_promote(struct fixture *fx, struct fail *f)
{
    int64_t moved, next_ms;

    return queue_promote(fx->redis, 10, &moved, &next_ms, f);
}

static int run_beat(struct fixture *fx, struct fail *f)
{
    const struct heartbeat_work work = { "t", "q", "{\"jid\":\"a\"}", 1000000 };
    const struct heartbeat beat = {
        .identity = ME, .info_json = "{}", .work = &work, .work_count = 1
    };
    char signal[16];

    TRY(queue_lease(fx->redis, "other:1:b", 1000, f));
    TRY(queue_beat(fx->redis, &beat, signal, f));
    return queue_unregister(fx->redis, "other:1:b", f);
}

static int run_look(struct fixture *fx, struct fail *f)
{
    struct job_entries page = { .items = NULL };
    struct queue_info *queues = NULL;
    struct process_info *processes = NULL;
    struct queue_stats stats;
    size_t count = 0;

    for (int s = 0; s < JOB_STATES; s++) {
        TRY(queue_jobs(fx->redis,
                       &(struct job_page){ (enum job_state)s, s == JOB_RETRY ? "q" : NULL, 0, 10 },
                       &page, f));
        job_entries_free(&page);
    }
    TRY(queue_list(fx->redis, &queues, &count, f));
    free(queues);
    TRY(queue_processes(fx->redis, &processes, &count, f));
    queue_processes_free(processes, count);
    return queue_stats(fx->redis, &stats, f);
}

static int run_steer(struct fixture *fx, struct fail *f)
{
    int64_t moved;

    TRY(queue_kill(fx->redis, "jid-waiting", f));
    TRY(queue_retry(fx->redis, "jid-waiting", f));
    return queue_retry_all(fx->redis, JOB_RETRY, NULL, &moved, f);
}

static int run_slot(struct fixture *fx, struct fail *f)
{
    const struct slot slot = { .name = "s",
                               .interval_ms = 3600000,
                               .job = { .type = "s", .queue = "slots" } };
    int64_t wait_ms;

    TRY(queue_slot(fx->redis, &slot, &wait_ms, f));
    return queue_slot_done(fx->redis, "s", "x", f);
}

/* ---- the same beginning for each round ---- */

static const char dead_worker[] = "dropship:claimed:gone:1:c:q#1";

static void fill(struct fixture *fx)
{
    command(fx, "FLUSHDB");
    command(fx, "SADD", "queues", "q");
    command(fx, "LPUSH", "queue:q", "{\"jid\":\"jid-waiting\",\"queue\":\"q\",\"args\":[1]}",
            "{\"jid\":\"b\",\"queue\":\"q\",\"args\":[2]}");
    command(fx, "LPUSH", dead_worker, "{\"jid\":\"c\",\"queue\":\"q\",\"args\":[3]}",
            "{\"jid\":\"d\",\"queue\":\"q\",\"args\":[4]}");
    command(fx, "SADD", KEY_LISTS, dead_worker);
    command(fx, "EVAL",
            "redis.call('SET', 'dropship:recovered:' .. redis.sha1hex(redis.call('LINDEX', "
            "KEYS[1], 0)), 2)",
            "1", dead_worker); /* one of them is condemned */
    command(fx, "ZADD", "retry", "5", "{\"jid\":\"e\",\"queue\":\"q\",\"args\":[5]}", "6",
            "broken");
    command(fx, "ZADD", "schedule", "7", "{\"jid\":\"f\",\"queue\":\"q\",\"args\":[6]}");
    command(fx, "ZADD", "dead", "4000000000", "{\"jid\":\"g\",\"queue\":\"q\",\"args\":[7]}");
}

/* Jobs in all places, and those done. */
static int64_t count_jobs(struct fixture *fx)
{
    struct queue_stats s;

    must(queue_stats(fx->redis, &s, &fx->fail), fx);
    return s.waiting + s.running + s.scheduled + s.retry + s.dead + s.processed - s.failed;
}

/* Let each allocation fail in turn until a round passes without. */
static void torture(struct fixture *fx, faulty_fn *run, int64_t may_add)
{
    for (long at = 0;; at++) {
        struct fail f = { .text = "" };
        int64_t before;
        int result;

        fill(fx);
        before = count_jobs(fx);
        fired = false;
        countdown = at;
        result = run(fx, &f);
        countdown = -1;
        assert_in_range(count_jobs(fx), before, before + may_add);
        if (!fired) {
            assert_true(result >= 0);
            assert_true(at > 2);
            return;
        }
        assert_true(result < 0 ? f.kind == FAIL_LATER : result >= 0);
    }
}

#define TORTURE(name, may_add)                                                                     \
    static void name##_survives_lack_of_memory(void **state)                                       \
    {                                                                                              \
        torture(*state, run_##name, may_add);                                                      \
    }

TORTURE(enqueue, 1)
TORTURE(unique, 1001)
TORTURE(recover, 0)
TORTURE(promote, 0)
TORTURE(beat, 0)
TORTURE(look, 0)
TORTURE(steer, 0)
TORTURE(slot, 1)
TORTURE(claim_and_settle, 2) /* two of three are counted as processed and stay */

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(enqueue_survives_lack_of_memory),
        queue_test(unique_survives_lack_of_memory),
        queue_test(claim_and_settle_survives_lack_of_memory),
        queue_test(recover_survives_lack_of_memory),
        queue_test(promote_survives_lack_of_memory),
        queue_test(beat_survives_lack_of_memory),
        queue_test(look_survives_lack_of_memory),
        queue_test(steer_survives_lack_of_memory),
        queue_test(slot_survives_lack_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
