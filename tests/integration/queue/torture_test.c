/* Every move of a job, with each of its allocations and each of its I/O calls failing once.  Whatever the call says, every
 * job is in exactly one place afterwards; and repeating the call on the same handle, as queue.h says, ends well. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/redis/redis_priv.h"
#include "tests/integration/queue/fixture.h"
#include "tests/support/fault/fault.h"

#define ME "host:1:aaaaaaaaaaaa"
enum { JOBS = 5, CALLS_MAX = 2000, REPEATS = 5 };

/* What a move works on; made before the fault is armed. */
struct stage {
    struct fixture *fx;  /* looks and prepares */
    struct redis *redis; /* the handle that suffers; not connected yet */
    struct batch batch;  /* claimed jobs */
    struct fail fail;
};

typedef void prepare_fn(struct stage *s);
typedef int act_fn(struct stage *s);

static void five_waiting(struct stage *s)
{
    for (int i = 0; i < JOBS; i++) {
        fixture_enqueue(s->fx, "q", i, NULL);
    }
}

static void five_claimed(struct stage *s)
{
    must(queue_lease(s->fx->redis, ME, 60000, &s->fx->fail), s->fx);
    five_waiting(s);
    fixture_claim(s->fx, &s->batch, ME, "q", 1, JOBS);
    assert_int_equal(s->batch.count, JOBS);
}

static void five_of_a_lost_worker(struct stage *s)
{
    five_claimed(s);
    command(s->fx, "DEL", "dropship:lease:" ME);
}

/* Due since 1970. */
static void five_in(struct stage *s, const char *set)
{
    five_claimed(s);
    for (size_t i = 0; i < s->batch.count; i++) {
        char score[24];

        (void)snprintf(score, sizeof score, "%zu", i + 1);
        command(s->fx, "ZADD", set, score, s->batch.payloads[i]);
    }
    command(s->fx, "DEL", s->batch.list.key);
}

static void five_in_retry(struct stage *s)
{
    five_in(s, "retry");
}

static void five_in_dead(struct stage *s)
{
    five_in(s, "dead");
}

static int enqueue_bulk(struct stage *s)
{
    static const char jids[JOBS][25] = { "000000000000000000000000", "000000000000000000000001",
                                         "000000000000000000000002", "000000000000000000000003",
                                         "000000000000000000000004" };
    struct job_spec specs[JOBS];

    for (int i = 0; i < JOBS; i++) {
        specs[i] = (struct job_spec){
            .type = "test.job", .queue = "q", .jid = jids[i], .max_retries = -1
        };
    }
    return queue_enqueue_bulk(s->redis, specs, JOBS, &s->fail);
}

static int claim(struct stage *s)
{
    struct claim_list list;
    struct claimed got = { .count = 0 };
    int result;

    queue_claim_list(ME, "q", 1, &list);
    result =
        queue_claim(s->redis, &(struct claim_request){ .list = &list, .max = 3, .block_ms = 0 },
                    &got, &s->fail);
    claimed_done(&got);
    return result;
}

static int settle(struct stage *s)
{
    static const enum settle_kind kinds[JOBS] = { SETTLE_DONE, SETTLE_RETRY, SETTLE_SNOOZE,
                                                  SETTLE_DEAD, SETTLE_BACK };
    struct settlement batch[JOBS];
    int64_t now_us = clock_now_us();

    for (size_t i = 0; i < JOBS; i++) {
        bool moves = kinds[i] != SETTLE_DONE && kinds[i] != SETTLE_BACK;

        batch[i] = (struct settlement){ .kind = kinds[i],
                                        .payload = s->batch.payloads[i],
                                        .payload_bytes = s->batch.sizes[i],
                                        .next = moves ? s->batch.payloads[i] : NULL,
                                        .next_bytes = moves ? s->batch.sizes[i] : 0,
                                        .at_us = now_us,
                                        .counts_as_failed =
                                            kinds[i] == SETTLE_RETRY || kinds[i] == SETTLE_DEAD };
    }
    return queue_settle(s->redis, &s->batch.list, &(struct settle_batch){ batch, JOBS, now_us },
                        &s->fail);
}

static int settle_whole(struct stage *s)
{
    struct settlement batch[JOBS];

    for (size_t i = 0; i < JOBS; i++) {
        batch[i] = (struct settlement){ .kind = SETTLE_DONE,
                                        .payload = s->batch.payloads[i],
                                        .payload_bytes = s->batch.sizes[i] };
    }
    return queue_settle_whole(s->redis, &s->batch.list,
                              &(struct settle_batch){ batch, JOBS, clock_now_us() }, &s->fail);
}

static int release(struct stage *s)
{
    int64_t released;

    return queue_claim_release(s->redis, &s->batch.list, &released, &s->fail);
}

static int recover(struct stage *s)
{
    struct recovery found = { .lease_ms = 0 };

    return queue_recover(s->redis, clock_now_us(), &found, &s->fail);
}

static int promote(struct stage *s)
{
    int64_t moved, next_ms;

    return queue_promote(s->redis, 3, &moved, &next_ms, &s->fail);
}

static int retry_all(struct stage *s)
{
    int64_t moved;

    return queue_retry_all(s->redis, JOB_DEAD, NULL, &moved, &s->fail);
}

static const struct move {
    const char *name;
    prepare_fn *prepare; /* NULL = an empty server, and the move makes the jobs */
    act_fn *act;
} moves[] = {
    { "enqueue", NULL, enqueue_bulk },     { "claim", five_waiting, claim },
    { "settle", five_claimed, settle },    { "settle whole", five_claimed, settle_whole },
    { "release", five_claimed, release },  { "recover", five_of_a_lost_worker, recover },
    { "promote", five_in_retry, promote }, { "retry all", five_in_dead, retry_all },
};

/* All jobs there are: in queues, claim lists and sets, or done. */
static int64_t all_jobs(struct fixture *fx)
{
    struct queue_stats stats;

    must(queue_stats(fx->redis, &stats, &fx->fail), fx);
    return stats.waiting + stats.running + stats.scheduled + stats.retry + stats.dead +
           stats.processed - stats.failed;
}

/* Every jid that is somewhere is there once. */
static void no_twins(struct fixture *fx)
{
    static const enum job_state states[] = { JOB_WAITING, JOB_RUNNING, JOB_SCHEDULED, JOB_RETRY,
                                             JOB_DEAD };
    char seen[4 * JOBS][JOB_JID_BYTES];
    size_t count = 0;

    for (size_t i = 0; i < COUNT_OF(states); i++) {
        struct job_entries entries = { .items = NULL };

        must(queue_jobs(fx->redis, &(struct job_page){ states[i], NULL, 0, 2 * JOBS }, &entries,
                        &fx->fail),
             fx);
        for (size_t j = 0; j < entries.count && count < COUNT_OF(seen); j++) {
            for (size_t k = 0; k < count; k++) {
                assert_string_not_equal(seen[k], entries.items[j].job->jid);
            }
            (void)snprintf(seen[count++], sizeof seen[0], "%s", entries.items[j].job->jid);
        }
        job_entries_free(&entries);
    }
}

static void check(const struct move *m, struct stage *s, int result, long at, const char *fault)
{
    int64_t count = all_jobs(s->fx);
    bool may_be_absent = m->prepare == NULL && result < 0;
    bool may_be_there = m->prepare != NULL || result == 0 || s->fail.kind == FAIL_UNKNOWN;

    if (result < 0 && s->fail.kind != FAIL_LATER && s->fail.kind != FAIL_UNKNOWN) {
        fail_msg("%s, %s at call %ld: %s: %s", m->name, fault, at, fail_rule(s->fail.kind)->name,
                 s->fail.text);
    }
    if ((count != JOBS || !may_be_there) && (count != 0 || !may_be_absent)) {
        fail_msg("%s, %s at call %ld: %lld jobs (%s)", m->name, fault, at, (long long)count,
                 result < 0 ? s->fail.text : "done");
    }
    no_twins(s->fx);
}

/* As queue.h says: again after FAIL_LATER and FAIL_UNKNOWN.  Of an enqueue whose outcome was unknown, the job may be there
 * twice afterwards, as its header says; so that one is only repeated when nothing was done. */
static void repeat(const struct move *m, struct stage *s, int result, long at, const char *fault)
{
    for (int i = 0; i < REPEATS && result < 0; i++) {
        if (m->prepare == NULL && s->fail.kind == FAIL_UNKNOWN) {
            return;
        }
        s->redis->next_try_ms = 0; /* the backoff is not waited for */
        result = m->act(s);
    }
    if (result < 0) {
        fail_msg("%s, %s at call %ld: repeated in vain: %s", m->name, fault, at, s->fail.text);
    }
    assert_int_equal(all_jobs(s->fx), JOBS);
    no_twins(s->fx);
}

/* Returns whether it came to the fault. */
static bool run_once(const struct move *m, struct fixture *fx, enum fault_kind kind, long at)
{
    struct stage *s = calloc(1, sizeof *s);
    bool fired;
    int result;

    assert_non_null(s);
    s->fx = fx;
    s->redis = fixture_connect();
    command(fx, "FLUSHDB");
    command(fx, "SCRIPT", "FLUSH");
    if (m->prepare != NULL) {
        m->prepare(s);
    }
    fault_arm(kind, at);
    result = m->act(s);
    fired = fault_disarm();
    if (result < 0 && !fired) {
        fail_msg("%s without a fault: %s", m->name, s->fail.text);
    }
    check(m, s, result, at, fault_name(kind));
    repeat(m, s, result, at, fault_name(kind));
    batch_free(&s->batch);
    redis_close(s->redis);
    free(s);
    return fired;
}

static void every_job_is_in_one_place_whatever_fails(void **state)
{
    for (size_t i = 0; i < COUNT_OF(moves); i++) {
        long calls = 0;

        for (int kind = 0; kind < FAULT_KINDS; kind++) {
            long at = 0;

            while (run_once(&moves[i], *state, (enum fault_kind)kind, at)) {
                at++;
                assert_true(at < CALLS_MAX);
            }
            assert_true(at > 3);
            calls += at;
        }
        print_message("%s: %ld calls failed once\n", moves[i].name, calls);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        queue_test(every_job_is_in_one_place_whatever_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
