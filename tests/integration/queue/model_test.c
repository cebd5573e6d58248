/* Random operations against a reference model: after each step every job is in exactly the place,
 * and the order, that the model says.  The seed is fixed and printed with a failure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "tests/integration/queue/fixture.h"

enum { QUEUES = 2, WORKERS = 3, JOBS_MAX = 600, STEPS = 1500, BATCH = 5, RECOVERIES = 3 };

static const char *const queue_names[QUEUES] = { "a", "b" };
static const char *const worker_names[WORKERS] = { "h:1:aaa", "h:2:bbb", "h:3:ccc" };

enum place { NOWHERE, WAITING, CLAIMED, RETRY, SCHEDULE, DEAD };

struct seq { /* job numbers, next to run first */
    int items[JOBS_MAX];
    int count;
};

struct model_job {
    enum place place;
    int queue;
    int64_t due_s;  /* RETRY, SCHEDULE: due when small */
    int recoveries; /* since its bytes changed last */
    char jid[JOB_JID_BYTES];
};

struct model {
    struct fixture *fx;
    uint32_t seed;
    int step;
    struct model_job jobs[JOBS_MAX];
    int job_count;
    struct seq waiting[QUEUES];
    struct seq claimed[WORKERS][QUEUES];
    struct batch batches[WORKERS][QUEUES];
};

static int roll(struct model *m, int sides)
{
    m->seed = m->seed * 1664525 + 1013904223;
    return (int)((m->seed >> 8) % (uint32_t)sides);
}

static void insert(struct seq *s, int at, int n)
{
    memmove(&s->items[at + 1], &s->items[at], (size_t)(s->count - at) * sizeof s->items[0]);
    s->items[at] = n;
    s->count++;
}

static void erase(struct seq *s, int n)
{
    for (int i = 0; i < s->count; i++) {
        if (s->items[i] == n) {
            s->count--;
            memmove(&s->items[i], &s->items[i + 1], (size_t)(s->count - i) * sizeof s->items[0]);
            return;
        }
    }
    fail_msg("model: job %d is not where it should be", n);
}

/* A job in this place, -1 when there is none. */
static int pick(struct model *m, enum place place)
{
    int start = m->job_count > 0 ? roll(m, m->job_count) : 0;

    for (int i = 0; i < m->job_count; i++) {
        int n = (start + i) % m->job_count;

        if (m->jobs[n].place == place) {
            return n;
        }
    }
    return -1;
}

/* ---- operations: each does the same to Redis and to the model ---- */

typedef void operation_fn(struct model *m);

static void op_enqueue(struct model *m)
{
    int n = m->job_count;
    struct model_job *job = &m->jobs[n];

    if (n == JOBS_MAX) {
        return;
    }
    m->job_count++;
    job->queue = roll(m, QUEUES);
    job->place = WAITING;
    fixture_enqueue(m->fx, queue_names[job->queue], n, job->jid);
    insert(&m->waiting[job->queue], m->waiting[job->queue].count, n);
}

static bool is_suspect(const struct model *m, int n)
{
    return m->jobs[n].recoveries > 0;
}

/* Whether another list of the worker holds a suspect. */
static bool has_suspect(const struct model *m, int w, int q)
{
    for (int other = 0; other < QUEUES; other++) {
        const struct seq *s = &m->claimed[w][other];

        if (other != q && s->count > 0 && is_suspect(m, s->items[0])) {
            return true;
        }
    }
    return false;
}

/* What the worker is to get: suspects alone and one at a time. */
static struct seq expect_claim(const struct model *m, int w, int q)
{
    struct seq want = { .count = 0 };
    bool has_one = has_suspect(m, w, q);

    for (int i = 0; i < m->waiting[q].count && want.count < BATCH; i++) {
        int n = m->waiting[q].items[i];

        if (!is_suspect(m, n)) {
            insert(&want, want.count, n);
        } else if (!has_one) {
            if (want.count == 0) {
                insert(&want, 0, n);
            }
            break;
        }
    }
    return want;
}

static void op_claim(struct model *m)
{
    int w = roll(m, WORKERS), q = roll(m, QUEUES);
    struct batch *b = &m->batches[w][q];
    struct seq want;

    if (m->claimed[w][q].count > 0) {
        return; /* a list belongs to one batch */
    }
    want = expect_claim(m, w, q);
    batch_free(b);
    fixture_claim(m->fx, b, worker_names[w], queue_names[q], 1, BATCH);
    assert_int_equal(b->count, want.count);
    for (size_t i = 0; i < b->count; i++) {
        int n = want.items[i];

        assert_int_equal(payload_number(b->payloads[i], b->sizes[i]), n);
        erase(&m->waiting[q], n);
        insert(&m->claimed[w][q], m->claimed[w][q].count, n);
        m->jobs[n].place = CLAIMED;
    }
}

/* Job n, which worker w had of queue q. */
static void settle_in_model(struct model *m, int w, int q, int n, const struct settlement *s)
{
    static const enum place places[] = { [SETTLE_DONE] = NOWHERE,
                                         [SETTLE_RETRY] = RETRY,
                                         [SETTLE_SNOOZE] = SCHEDULE,
                                         [SETTLE_DEAD] = DEAD,
                                         [SETTLE_BACK] = WAITING };

    erase(&m->claimed[w][q], n);
    m->jobs[n].place = places[s->kind];
    m->jobs[n].due_s = s->at_us / 1000000;
    if (s->kind == SETTLE_BACK) {
        insert(&m->waiting[q], 0, n);
    } else {
        m->jobs[n].recoveries = 0;
    }
}

/* Settle one job of some batch, also of one that was recovered meanwhile: then nothing may
 * change. */
static void op_settle(struct model *m)
{
    int w = roll(m, WORKERS), q = roll(m, QUEUES);
    enum settle_kind kind = (enum settle_kind)roll(m, 5);
    struct batch *b = &m->batches[w][q];
    int64_t due_s = roll(m, 2) == 0 ? 1000 + m->step : 4000000000 + m->step;
    scoped(job_free_p) struct job *job = NULL;
    scoped(str_done) struct str next;
    struct settlement s = { .kind = kind,
                            .at_us = kind == SETTLE_DEAD ? clock_now_us() : due_s * 1000000 };
    int ignored, n;
    bool ours = false;

    str_init(&next, 8192);
    if (b->count == 0) {
        return;
    }
    s.payload = b->payloads[roll(m, (int)b->count)];
    s.payload_bytes = strlen(s.payload);
    n = payload_number(s.payload, s.payload_bytes);
    for (int i = 0; i < m->claimed[w][q].count; i++) {
        ours = ours || m->claimed[w][q].items[i] == n;
    }
    must(job_parse(s.payload, s.payload_bytes, &job, &m->fx->fail), m->fx);
    if (kind == SETTLE_SNOOZE) {
        str_add(&next, s.payload);
    } else {
        must(job_mark_failed(job, &(struct job_failure){ queue_names[q], "E", "m", clock_now_us() },
                             &next, &ignored, &m->fx->fail),
             m->fx);
    }
    s.next = next.data;
    s.next_bytes = next.len;
    must(queue_settle(m->fx->redis, &b->list, &(struct settle_batch){ &s, 1, clock_now_us() },
                      &m->fx->fail),
         m->fx);
    assert_int_equal(s.fenced, !ours);
    if (ours) {
        settle_in_model(m, w, q, n, &s);
    }
}

/* All workers but one vanish. */
static void op_recover(struct model *m)
{
    int alive = roll(m, WORKERS);
    struct recovery recovery = { .lists = 0 };
    char lease[64];

    (void)snprintf(lease, sizeof lease, "dropship:lease:%s", worker_names[alive]);
    must(queue_lease(m->fx->redis, worker_names[alive], 60000, &m->fx->fail), m->fx);
    must(queue_recover(m->fx->redis, clock_now_us(), &recovery, &m->fx->fail), m->fx);
    command(m->fx, "DEL", lease);
    for (int w = 0; w < WORKERS;
         w++) { /* in the order of the keys; the last list ends nearest to the tail */
        for (int q = 0; q < QUEUES && w != alive; q++) {
            while (m->claimed[w][q].count > 0) {
                int n = m->claimed[w][q].items[m->claimed[w][q].count - 1];
                bool condemned = ++m->jobs[n].recoveries >= RECOVERIES;

                erase(&m->claimed[w][q], n);
                m->jobs[n].place = condemned ? DEAD : WAITING;
                m->jobs[n].recoveries = condemned ? 0 : m->jobs[n].recoveries;
                if (!condemned) {
                    insert(&m->waiting[q], 0, n);
                }
                recovery.recovered -= condemned ? 0 : 1;
                recovery.condemned -= condemned ? 1 : 0;
            }
        }
    }
    assert_int_equal(recovery.recovered, 0);
    assert_int_equal(recovery.condemned, 0);
}

static void promote_in_model(struct model *m, enum place set)
{
    for (int64_t due_s = 1000; due_s <= 1000 + STEPS; due_s++) {
        for (int n = 0; n < m->job_count; n++) {
            struct model_job *job = &m->jobs[n];

            if (job->place == set && job->due_s == due_s) {
                job->place = WAITING;
                job->recoveries = 0;
                insert(&m->waiting[job->queue], m->waiting[job->queue].count, n);
            }
        }
    }
}

static void op_promote(struct model *m)
{
    int64_t moved, next_ms;

    must(queue_promote(m->fx->redis, 2000, &moved, &next_ms, &m->fx->fail), m->fx);
    promote_in_model(m, RETRY);
    promote_in_model(m, SCHEDULE);
}

static void op_retry_one(struct model *m)
{
    static const enum place from[] = { DEAD, RETRY, SCHEDULE };
    int n = pick(m, from[roll(m, 3)]);

    if (n >= 0) {
        must(queue_retry(m->fx->redis, m->jobs[n].jid, &m->fx->fail), m->fx);
        m->jobs[n].place = WAITING;
        m->jobs[n].recoveries = 0;
        insert(&m->waiting[m->jobs[n].queue], m->waiting[m->jobs[n].queue].count, n);
    }
}

static void op_kill(struct model *m)
{
    int n = pick(m, roll(m, 2) == 0 ? WAITING : RETRY);

    if (n >= 0) {
        must(queue_kill(m->fx->redis, m->jobs[n].jid, &m->fx->fail), m->fx);
        if (m->jobs[n].place == WAITING) {
            erase(&m->waiting[m->jobs[n].queue], n);
        }
        m->jobs[n].place = DEAD;
        m->jobs[n].recoveries = 0;
    }
}

static void op_delete(struct model *m)
{
    int n = pick(m, roll(m, 2) == 0 ? WAITING : DEAD);

    if (n >= 0) {
        must(queue_delete(m->fx->redis, m->jobs[n].jid, &m->fx->fail), m->fx);
        if (m->jobs[n].place == WAITING) {
            erase(&m->waiting[m->jobs[n].queue], n);
        }
        m->jobs[n].place = NOWHERE;
    }
}

/* ---- comparison ---- */

static void compare_list(struct model *m, const char *key, const struct seq *want)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_do(m->fx->redis, &reply, &m->fx->fail, "LRANGE", key, "0", "-1", NULL), m->fx);
    if (reply->elements != (size_t)want->count) {
        fail_msg("step %d: %s holds %zu jobs, the model %d", m->step, key, reply->elements,
                 want->count);
    }
    for (size_t i = 0; i < reply->elements; i++) {
        const redisReply *e = reply->element[reply->elements - 1 - i];

        assert_int_equal(payload_number(e->str, e->len), want->items[i]);
    }
}

static void compare_set(struct model *m, const char *key, enum place place)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    int want = 0;

    for (int n = 0; n < m->job_count; n++) {
        want += m->jobs[n].place == place;
    }
    must(redis_do(m->fx->redis, &reply, &m->fx->fail, "ZRANGE", key, "0", "-1", NULL), m->fx);
    assert_int_equal(reply->elements, want);
    for (size_t i = 0; i < reply->elements; i++) {
        assert_int_equal(
            m->jobs[payload_number(reply->element[i]->str, reply->element[i]->len)].place, place);
    }
}

static void compare(struct model *m)
{
    char key[QUEUES * 64];

    for (int q = 0; q < QUEUES; q++) {
        (void)snprintf(key, sizeof key, "queue:%s", queue_names[q]);
        compare_list(m, key, &m->waiting[q]);
        for (int w = 0; w < WORKERS; w++) {
            struct claim_list list;

            queue_claim_list(worker_names[w], queue_names[q], 1, &list);
            compare_list(m, list.key, &m->claimed[w][q]);
        }
    }
    compare_set(m, "retry", RETRY);
    compare_set(m, "schedule", SCHEDULE);
    compare_set(m, "dead", DEAD);
}

static void run_model(struct fixture *fx, uint32_t seed)
{
    static operation_fn *const operations[] = {
        op_enqueue, op_enqueue, op_enqueue,   op_claim,  op_claim,  op_claim,
        op_settle,  op_settle,  op_settle,    op_settle, op_settle, op_settle,
        op_recover, op_promote, op_retry_one, op_kill,   op_delete,
    };
    struct model *m = calloc(1, sizeof *m);

    assert_non_null(m);
    m->fx = fx;
    m->seed = seed;
    print_message("seed %u\n", seed);
    for (m->step = 0; m->step < STEPS; m->step++) {
        operations[roll(m, (int)COUNT_OF(operations))](m);
        compare(m);
    }
    assert_int_equal(m->job_count > 150, true); /* the run did something */
    for (int w = 0; w < WORKERS; w++) {
        for (int q = 0; q < QUEUES; q++) {
            batch_free(&m->batches[w][q]);
        }
    }
    free(m);
}

static void every_job_is_where_the_model_says(void **state)
{
    for (uint32_t seed = 20261121; seed < 20261121 + 4; seed++) {
        struct fixture *fx = *state;

        command(fx, "FLUSHDB");
        run_model(fx, seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { queue_test(every_job_is_where_the_model_says) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
