#include "worker/core/heartbeat.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/queue/queue.h"
#include "common/queue/standby.h"
#include "worker/core/health.h"
#include "worker/core/scaling.h"
#include "worker/core/signals.h"

enum {
    BEAT_MS = 5000,
    WORK_MAX = 512,
    COMMAND_MIN_MS = 500,
    LEASE_PARTS = 5,
    HOST_BYTES = 256,
    STANDBY_OVERDUE_MS = 5000, /* so long a job may be due before workers move it, */
    STANDBY_JOBS = 20000       /* and so many at a beat: a fraction of the lease */
};

struct heartbeat_thread {
    struct heartbeat_setup setup;
    pthread_t thread;
    pthread_mutex_t lock; /* guards stopping */
    pthread_cond_t wake;
    bool stopping;

    struct redis *redis; /* below: the thread's */
    int64_t lease_ms, leased_ms,
        beat_ms; /* monotonic: start of the last renewal that succeeded; of the last beat */
    int64_t rtt_us;
    bool failing;
    struct lane_work work[WORK_MAX];
    struct heartbeat_work shown[WORK_MAX];
};

int heartbeat_info(const char *identity, const struct lane_setup *lanes, size_t lane_count,
                   char **ret, struct fail *f)
{
    char host[HOST_BYTES] = "unknown";
    int concurrency = 0;
    json_t *queues = json_array();
    json_t *weights = json_object();

    for (size_t i = 0; i < lane_count; i++) {
        json_array_append_new(queues, json_string(lanes[i].queue));
        json_object_set_new(weights, lanes[i].queue, json_integer(0));
        concurrency += lanes[i].threads;
    }
    (void)gethostname(host, sizeof host - 1);
    scoped(json_clear_p) json_t *info = json_pack(
        "{s:s, s:f, s:i, s:s, s:i, s:o, s:[o], s:[s], s:s, s:s, s:b}", "hostname", host,
        "started_at", (double)clock_now_us() / 1e6, "pid", (int)getpid(), "tag", "dropship",
        "concurrency", concurrency, "queues", queues, "weights", weights, "labels", "dropship",
        "version", DROPSHIP_VERSION, "identity", identity, "embedded", false);
    return info == NULL ? fail_memory(f) : json_write(info, ret, f);
}

int heartbeat_register(const struct heartbeat_setup *setup, struct fail *f)
{
    scoped(redis_close_p) struct redis *redis = NULL;

    TRY(redis_open(conf_text(setup->conf, CONF_REDIS_URL), &redis, f));
    return queue_lease(redis, setup->identity, conf_int(setup->conf, CONF_LEASE_MS), f);
}

int64_t resident_kib(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    long long size = 0;
    long long resident = 0;

    if (file == NULL) {
        return 0;
    }
    int got = fscanf(file, "%lld %lld", &size, &resident);
    fclose(file);
    return got == 2 ? resident * (sysconf(_SC_PAGESIZE) / 1024) : 0;
}

static void note_lease(struct heartbeat_thread *h, int64_t began_ms, bool renewed,
                       const struct fail *f)
{
    bool was_valid = atomic_load(h->setup.lease_valid);

    if (renewed) {
        h->leased_ms = began_ms;
        atomic_store(h->setup.lease_until_ms, began_ms + h->lease_ms);
        if (!was_valid) {
            atomic_store(h->setup.lease_valid, true);
            log_warn("lease.regained", kv_str("identity", h->setup.identity));
        }
    } else if (was_valid && clock_mono_ms() - h->leased_ms >= h->lease_ms) {
        atomic_store(h->setup.lease_valid, false);
        log_error("lease.lost", kv_int("since_ms", clock_mono_ms() - h->leased_ms), kv_fail(f));
    }
}

static int64_t mono_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool renew_lease(struct heartbeat_thread *h)
{
    int64_t began_us = mono_us(), began_ms = began_us / 1000;
    struct fail f = { 0 };
    bool renewed = queue_lease(h->redis, h->setup.identity, h->lease_ms, &f) == 0;

    h->rtt_us = mono_us() - began_us;
    note_lease(h, began_ms, renewed, &f);
    if (!renewed && !h->failing) {
        log_warn("heartbeat.failed", kv_fail(&f));
    }
    h->failing = !renewed;
    return renewed;
}

/* A run beyond its type's deadline cannot be ended from outside; it is told once, in the beat that first sees it. */
static void tell_overdue(const struct heartbeat_thread *h, const struct lane_work *work)
{
    const struct job_type *type = job_type_find(h->setup.types, work->type);
    int64_t over_ms = type != NULL ? work->running_ms - type->deadline_ms : -1;

    if (over_ms >= 0 && over_ms < BEAT_MS) {
        log_warn("job.overdue", kv_str("type", work->type), kv_str("job", work->jid),
                 kv_str("queue", work->queue), kv_int("running_ms", work->running_ms),
                 kv_int("deadline_ms", type->deadline_ms));
    }
}

static size_t list_work(struct heartbeat_thread *h)
{
    size_t found = 0;
    size_t count = 0;

    for (size_t i = 0; i < h->setup.lane_count; i++) {
        lane_list_work(h->setup.lanes[i], h->work, WORK_MAX, &found);
    }
    for (size_t i = 0; i < found; i++) {
        tell_overdue(h, &h->work[i]);
        if (h->work[i].payload == NULL) {
            continue; /* not JSON: a work entry that cannot be parsed breaks readers' pages */
        }
        struct heartbeat_work *shown = &h->shown[count++];
        memcpy(shown->thread_id, h->work[i].thread_id, sizeof shown->thread_id);
        shown->queue = h->work[i].queue;
        shown->payload = h->work[i].payload;
        shown->run_at_us = h->work[i].run_at_us;
    }
    return count;
}

/* A report that Redis did not take is sent again with the next beat. */
static void flush_metrics(struct heartbeat_thread *h)
{
    const struct heartbeat_setup *setup = &h->setup;
    int64_t totals[METRICS_TOTALS];
    struct fail f = { 0 };

    if (setup->metrics == NULL) {
        return;
    }
    worker_totals(setup->stats, setup->history, totals);
    if (metrics_flush(setup->metrics, h->redis, setup->identity, totals, &f) < 0) {
        log_debug("heartbeat.metrics_failed", kv_fail(&f));
    }
}

static int count_threads(const struct heartbeat_thread *h)
{
    int threads = 0;

    for (size_t i = 0; i < h->setup.lane_count; i++) {
        threads += lane_threads(h->setup.lanes[i]);
    }
    return threads;
}

/* {QUEUE: threads} of each lane, as common/queue/serving.h reads it; `queues` are in the order of the lanes. */
static json_t *threads_now(const struct heartbeat_thread *h, const json_t *queues)
{
    json_t *threads = json_object();

    for (size_t i = 0; i < h->setup.lane_count; i++) {
        const char *queue = json_string_value(json_array_get(queues, i));
        json_object_set_new(threads, queue, json_integer(lane_threads(h->setup.lanes[i])));
    }
    return threads;
}

/* The info object with the present numbers of threads; readers before Sidekiq 8.1.2 take their sum from there.  NULL without
 * memory: as it was at the start. */
static char *info_now(const struct heartbeat_thread *h, int concurrency)
{
    struct fail ignored = { 0 };
    scoped(json_clear_p) json_t *info = NULL;
    char *text = NULL;

    if (json_parse(h->setup.info_json, strlen(h->setup.info_json), "info", &info, &ignored) < 0 ||
        json_object_set_new(info, "concurrency", json_integer(concurrency)) < 0 ||
        json_object_set_new(info, "threads", threads_now(h, json_object_get(info, "queues"))) < 0 ||
        json_write(info, &text, &ignored) < 0) {
        return NULL;
    }
    return text;
}

static void beat(struct heartbeat_thread *h)
{
    char signal_name[16] = "";
    struct fail f = { 0 };
    size_t count = list_work(h);
    int concurrency = count_threads(h);
    scoped(free_p) char *info = info_now(h, concurrency);
    const struct heartbeat now = {
        .identity = h->setup.identity,
        .info_json = info != NULL ? info : h->setup.info_json,
        .busy = (int)count,
        .concurrency = concurrency,
        .quiet = atomic_load(h->setup.quiet),
        .rss_kib = resident_kib(),
        .rtt_us = h->rtt_us,
        .work = h->shown,
        .work_count = count,
    };
    int got = queue_beat(h->redis, &now, signal_name, &f);

    lane_work_done(h->work, WORK_MAX);
    if (got < 0) {
        log_debug("heartbeat.beat_failed", kv_fail(&f));
        return;
    }
    h->beat_ms = clock_mono_ms();
    int number = signals_number(signal_name);
    if (number != 0) {
        log_info("signal.remote", kv_str("signal", signal_name));
        kill(getpid(), number); /* taken by the thread that takes all */
    } else if (signal_name[0] != '\0') {
        log_warn("signal.unknown", kv_str("signal", signal_name));
    }
}

/* Due jobs that no scheduler has moved for long. */
static void stand_by(struct heartbeat_thread *h)
{
    struct fail f = { 0 };
    int64_t moved = 0;

    if (queue_promote_standby(h->redis, STANDBY_OVERDUE_MS, STANDBY_JOBS, &moved, &f) < 0) {
        log_debug("heartbeat.standby_failed", kv_fail(&f));
    } else if (moved > 0) {
        log_warn("worker.promoted", kv_int("jobs", moved),
                 kv_str("reason", "no scheduler moved due jobs"));
    }
}

/* True = go on. */
static bool rest(struct heartbeat_thread *h, int64_t ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&h->lock);
    if (!h->stopping) {
        pthread_cond_timedwait(&h->wake, &h->lock, &until);
    }
    bool go_on = !h->stopping;
    pthread_mutex_unlock(&h->lock);
    return go_on;
}

/* Until the lease is to be renewed or the next beat is due, whichever comes first: readers and
 * signals count on a beat each BEAT_MS, however long the lease. */
static int64_t rest_ms(const struct heartbeat_thread *h)
{
    int64_t lease_ms = h->failing ? h->lease_ms / LEASE_PARTS / 2 : h->lease_ms / LEASE_PARTS;
    int64_t beat_ms = h->beat_ms + BEAT_MS - clock_mono_ms();

    if (h->beat_ms == 0 || beat_ms <= 0) { /* the last beat was refused: with the next renewal */
        return lease_ms < BEAT_MS ? lease_ms : BEAT_MS;
    }
    return beat_ms < lease_ms ? beat_ms : lease_ms;
}

static void *heartbeat_main(void *arg)
{
    struct heartbeat_thread *h = arg;

    do {
        if (renew_lease(h) && (h->beat_ms == 0 || clock_mono_ms() - h->beat_ms >= BEAT_MS)) {
            scaling_follow(h->setup.scaling, h->redis);
            beat(h);
            flush_metrics(h);
            stand_by(h);
        }
    } while (rest(h, rest_ms(h)));
    return NULL;
}

int heartbeat_start(const struct heartbeat_setup *setup, struct heartbeat_thread **ret,
                    struct fail *f)
{
    struct heartbeat_thread *h = calloc(1, sizeof *h);
    pthread_condattr_t monotonic;

    if (h == NULL) {
        return fail_memory(f);
    }
    h->setup = *setup;
    h->lease_ms = conf_int(setup->conf, CONF_LEASE_MS);
    h->leased_ms = clock_mono_ms();
    if (redis_open(conf_text(setup->conf, CONF_REDIS_URL), &h->redis, f) < 0) {
        free(h);
        return -1;
    }
    redis_set_timeout(h->redis,
                      h->lease_ms / 4 > COMMAND_MIN_MS ? h->lease_ms / 4 : COMMAND_MIN_MS);
    pthread_mutex_init(&h->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&h->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&h->thread, NULL, heartbeat_main, h) != 0) {
        redis_close(h->redis);
        free(h);
        return fail_set(f, FAIL_LATER, "cannot start a thread");
    }
    *ret = h;
    return 0;
}

void heartbeat_stop(struct heartbeat_thread *h)
{
    struct fail f = { 0 };

    if (h == NULL) {
        return;
    }
    pthread_mutex_lock(&h->lock);
    h->stopping = true;
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
    flush_metrics(h);
    if (queue_unregister(h->redis, h->setup.identity, &f) < 0) {
        log_warn("heartbeat.not_unregistered", kv_fail(&f)); /* the lease ends by itself */
    }
    redis_close(h->redis);
    pthread_mutex_destroy(&h->lock);
    pthread_cond_destroy(&h->wake);
    free(h);
}
