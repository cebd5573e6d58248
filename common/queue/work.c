/* The caller's side of queue_work: it keeps the process alive in Redis while the threads of work_thread.c run jobs. */
#include "common/queue/work.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/queue/work_priv.h"

enum {
    LEASE_MIN_MS = 1000,
    LEASE_PARTS = 5, /* it is renewed so often within its time */
    LOOK_MS = 100,   /* how soon the end is noticed */
    BEAT_MS = 5000,
    RECOVER_MS = 2000,
    PROMOTE_MAX = 1000,
    AGAIN_MS = 1000, /* after a failure */
    TIMEOUT_MIN_MS = 500
};

enum duty { RENEW, RECOVER, PROMOTE, BEAT, DUTIES };

/* What is to be done from time to time, and the connection for it. */
struct heart {
    struct work_pool *pool;
    struct redis *redis;
    char *info; /* Sidekiq's info object */
    int64_t rtt_us;
    int64_t due_ms[DUTIES]; /* monotonic */
    bool failing[DUTIES];
};

bool work_ending(const struct work_pool *p)
{
    return atomic_load(&p->ending) || (p->setup.stop != NULL && atomic_load(p->setup.stop));
}

bool work_may_start(const struct work_pool *p)
{
    return !work_ending(p) && !atomic_load(&p->quiet) &&
           clock_mono_ms() < atomic_load(&p->leased_until_ms);
}

void work_tell(const struct work_pool *p, const struct work_note *note)
{
    if (p->setup.note != NULL) {
        p->setup.note(p->setup.ctx, note);
    }
}

static int check(const struct queue_work *w, struct fail *f)
{
    int threads = 0;

    if (w->redis_url == NULL || w->run == NULL || w->queues[0].name == NULL) {
        return fail_set(f, FAIL_INPUT, "a worker needs a redis_url, a queue and run");
    }
    if (w->tries < 0 || (w->lease_ms != 0 && w->lease_ms < LEASE_MIN_MS)) {
        return fail_set(f, FAIL_INPUT, "tries is 0 or more, lease_ms 0 or at least %d",
                        LEASE_MIN_MS);
    }
    for (size_t i = 0; i < WORK_QUEUES_MAX && w->queues[i].name != NULL; i++) {
        int more = w->queues[i].threads == 0 ? 1 : w->queues[i].threads;

        TRY(job_check_name(w->queues[i].name, "queue", f));
        if (more < 0 || more > WORK_THREADS_MAX - threads) {
            return fail_set(f, FAIL_INPUT, "a worker has 1 to %d threads", WORK_THREADS_MAX);
        }
        threads += more;
    }
    return 0;
}

/* ---- the pool ---- */

static int add_threads(struct work_pool *p, const char *queue, int threads, struct fail *f)
{
    for (int i = 0; i < (threads == 0 ? 1 : threads); i++) {
        struct work_thread *t = &p->threads[p->thread_count];

        TRY(redis_open(p->setup.redis_url, &t->redis, f));
        pthread_mutex_init(&t->lock, NULL);
        t->pool = p;
        t->queue = queue;
        t->serial = (unsigned)p->thread_count++;
    }
    return 0;
}

static int pool_open(struct work_pool *p, struct fail *f)
{
    queue_identity(p->identity, sizeof p->identity);
    p->setup.lease_ms = p->setup.lease_ms == 0 ? WORK_LEASE_MS : p->setup.lease_ms;
    p->threads = calloc(WORK_THREADS_MAX, sizeof *p->threads);
    if (p->threads == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < WORK_QUEUES_MAX && p->setup.queues[i].name != NULL; i++) {
        TRY(add_threads(p, p->setup.queues[i].name, p->setup.queues[i].threads, f));
    }
    return 0;
}

static void pool_close(struct work_pool *p)
{
    for (size_t i = 0; i < p->thread_count; i++) {
        redis_close(p->threads[i].redis);
        pthread_mutex_destroy(&p->threads[i].lock);
    }
    free(p->threads);
}

static int start_threads(struct work_pool *p, size_t *ret_started, struct fail *f)
{
    for (*ret_started = 0; *ret_started < p->thread_count; ++*ret_started) {
        struct work_thread *t = &p->threads[*ret_started];

        atomic_fetch_add(&p->living, 1);
        if (pthread_create(&t->id, NULL, work_thread_main, t) != 0) {
            atomic_fetch_sub(&p->living, 1);
            atomic_store(&p->ending, true);
            return fail_set(f, FAIL_LATER, "cannot start a thread");
        }
    }
    return 0;
}

/* ---- the heart ---- */

static int renew(struct heart *h, int64_t *ret_wait_ms, struct fail *f)
{
    int64_t lease_ms = h->pool->setup.lease_ms;
    int64_t began_us = clock_mono_us();

    *ret_wait_ms = lease_ms / LEASE_PARTS / 2;
    TRY(queue_lease(h->redis, h->pool->identity, lease_ms, f));
    h->rtt_us = clock_mono_us() - began_us;
    atomic_store(&h->pool->leased_until_ms, began_us / 1000 + lease_ms);
    *ret_wait_ms = lease_ms / LEASE_PARTS;
    return 0;
}

static int heart_open(struct heart *h, struct fail *f)
{
    const struct queue_work *setup = &h->pool->setup;
    int64_t timeout_ms = setup->lease_ms / 4;
    char host[256] = "unknown";
    json_t *queues = json_array();
    json_t *weights = json_object();
    json_t *threads = json_object();

    for (size_t i = 0; i < WORK_QUEUES_MAX && setup->queues[i].name != NULL; i++) {
        int count = setup->queues[i].threads == 0 ? 1 : setup->queues[i].threads;

        json_array_append_new(queues, json_string(setup->queues[i].name));
        json_object_set_new(weights, setup->queues[i].name, json_integer(0));
        json_object_set_new(threads, setup->queues[i].name, json_integer(count));
    }
    (void)gethostname(host, sizeof host - 1);
    scoped(json_clear_p) json_t *info =
        json_pack("{s:s, s:f, s:i, s:s, s:i, s:o, s:o, s:o, s:[s], s:s, s:s, s:b}", "hostname",
                  host, "started_at", (double)clock_now_us() / 1e6, "pid", (int)getpid(), "tag",
                  "dropship_queue", "concurrency", (int)h->pool->thread_count, "queues", queues,
                  "weights", weights, "threads", threads, "labels", "dropship", "version",
                  DROPSHIP_VERSION, "identity", h->pool->identity, "embedded", false);
    TRY(info == NULL ? fail_memory(f) : json_write(info, &h->info, f));
    TRY(redis_open(setup->redis_url, &h->redis, f));
    TRY(redis_check_policy(h->redis, f));
    redis_set_timeout(h->redis, timeout_ms > TIMEOUT_MIN_MS ? timeout_ms : TIMEOUT_MIN_MS);
    return renew(h, &h->due_ms[RENEW], f);
}

static void heart_close(struct heart *h)
{
    redis_close(h->redis);
    free(h->info);
}

static int64_t resident_kib(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long long resident = 0;
    int got = file != NULL ? fscanf(file, "%*s %lld", &resident) : 0;

    if (file != NULL) {
        (void)fclose(file);
    }
    return got == 1 ? resident * (sysconf(_SC_PAGESIZE) / 1024) : 0;
}

/* Copies of what runs; the texts are the caller's to free. */
static size_t list_work(struct work_pool *p, struct heartbeat_work *work, char **texts)
{
    size_t count = 0;

    for (size_t i = 0; i < p->thread_count; i++) {
        struct work_thread *t = &p->threads[i];

        pthread_mutex_lock(&t->lock);
        texts[count] = t->run_at_ms > 0 ? strdup(t->items[t->present].payload) : NULL;
        if (texts[count] != NULL) {
            work[count] = (struct heartbeat_work){ .queue = t->queue,
                                                   .payload = texts[count],
                                                   .run_at_us = t->run_at_us };
            (void)snprintf(work[count].thread_id, sizeof work[count].thread_id, "%zu", i);
            count++;
        }
        pthread_mutex_unlock(&t->lock);
    }
    return count;
}

static void obey(struct work_pool *p, const char *signal)
{
    if (strcmp(signal, "TSTP") == 0) {
        atomic_store(&p->quiet, true);
    } else if (strcmp(signal, "TERM") == 0) {
        atomic_store(&p->ending, true);
    }
}

static int beat(struct heart *h, int64_t *ret_wait_ms, struct fail *f)
{
    struct work_pool *p = h->pool;
    struct heartbeat_work work[WORK_THREADS_MAX];
    char *texts[WORK_THREADS_MAX];
    char signal[16] = "";
    size_t count = list_work(p, work, texts);
    const struct heartbeat now = { .identity = p->identity,
                                   .info_json = h->info,
                                   .busy = (int)count,
                                   .concurrency = (int)p->thread_count,
                                   .quiet = work_ending(p) || atomic_load(&p->quiet),
                                   .rss_kib = resident_kib(),
                                   .rtt_us = h->rtt_us,
                                   .work = work,
                                   .work_count = count };
    int result = queue_beat(h->redis, &now, signal, f);

    for (size_t i = 0; i < count; i++) {
        free(texts[i]);
    }
    TRY(result);
    obey(p, signal);
    *ret_wait_ms = signal[0] != '\0' ? 0 : BEAT_MS; /* who asked for it sees it at once */
    return 0;
}

static int recover(struct heart *h, int64_t *ret_wait_ms, struct fail *f)
{
    int64_t part_ms = h->pool->setup.lease_ms / LEASE_PARTS;
    struct recovery look = { .lease_ms = h->pool->setup.lease_ms };

    TRY(queue_recover(h->redis, clock_now_us(), &look, f));
    *ret_wait_ms = part_ms < RECOVER_MS ? part_ms : RECOVER_MS;
    return 0;
}

static int promote(struct heart *h, int64_t *ret_wait_ms, struct fail *f)
{
    int64_t moved = 0;

    return queue_promote(h->redis, PROMOTE_MAX, &moved, ret_wait_ms, f);
}

typedef int duty_fn(struct heart *h, int64_t *ret_wait_ms, struct fail *f);
static duty_fn *const duties[DUTIES] = {
    [RENEW] = renew, [RECOVER] = recover, [PROMOTE] = promote, [BEAT] = beat
};

/* All that is due, the lease first.  A failure ends the round, as the next one may last as long as this one did; so what fails
 * for good cannot keep the others from their turn.  Trouble is told once for each. */
static void do_duties(struct heart *h)
{
    for (size_t i = 0; i < DUTIES; i++) {
        int64_t wait_ms = AGAIN_MS;
        struct fail f = { 0 };

        if (clock_mono_ms() < h->due_ms[i]) {
            continue;
        }
        bool failed = duties[i](h, &wait_ms, &f) < 0;
        if (failed && !h->failing[i]) {
            work_tell(h->pool, &(struct work_note){ .event = WORK_TROUBLE, .fail = &f });
        }
        h->failing[i] = failed;
        h->due_ms[i] = clock_mono_ms() + wait_ms;
        if (failed) {
            return;
        }
    }
}

/* Until the threads have ended. */
static void keep_alive(struct heart *h)
{
    struct work_pool *p = h->pool;

    while (atomic_load(&p->living) > 0) {
        do_duties(h);
        for (size_t i = 0; i < p->thread_count; i++) {
            work_relieve(&p->threads[i], h->redis);
        }
        int64_t wait_ms = h->due_ms[PROMOTE] - clock_mono_ms();
        clock_sleep_ms(wait_ms < 0 ? 0 : wait_ms < LOOK_MS ? wait_ms : LOOK_MS);
    }
}

int queue_work(const struct queue_work *setup, struct fail *f)
{
    scoped(pool_close) struct work_pool p = { .setup = *setup };
    scoped(heart_close) struct heart h = { .pool = &p };
    struct fail late = { 0 };
    size_t started = 0;

    TRY(check(setup, f));
    TRY(pool_open(&p, f));
    TRY(heart_open(&h, f));
    int result = start_threads(&p, &started, f);
    keep_alive(&h);
    for (size_t i = 0; i < started; i++) {
        pthread_join(p.threads[i].id, NULL);
    }
    if (queue_unregister(h.redis, p.identity, &late) < 0) {
        work_tell(&p, &(struct work_note){ .event = WORK_TROUBLE, .fail = &late });
    }
    return result;
}
