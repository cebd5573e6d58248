#include "worker/core/scaling.h"

#include <string.h>

#include "common/base/conf.h"
#include "common/base/log.h"
#include "common/queue/scale.h"

void scaling_init(struct scaling *s, const char *identity, const struct worker_args *args,
                  struct lane *const *lanes)
{
    s->identity = identity;
    s->lanes = lanes;
    s->specs = args->lanes;
    s->lane_count = args->lane_count;
    s->fixed = !args->by_default;
    for (size_t i = 0; i < s->lane_count; i++) {
        atomic_store(&s->base[i], args->lanes[i].threads);
    }
}

static void resize(struct lane *lane, const char *queue, int threads)
{
    int before = lane_threads(lane);
    struct fail f = { 0 };

    if (before == threads) {
        return;
    }
    if (lane_scale(lane, threads, &f) < 0) {
        log_error("lane.scale_failed", kv_str("queue", queue), kv_int("threads", threads),
                  kv_fail(&f));
        return;
    }
    log_info("lane.scale", kv_str("queue", queue), kv_int("from", before), kv_int("to", threads));
}

void scaling_follow(struct scaling *s, struct redis *r)
{
    struct scale_lane wishes[ARGS_MAX_LANES];
    struct fail f = { 0 };

    for (size_t i = 0; i < s->lane_count; i++) {
        wishes[i] = (struct scale_lane){ .queue = s->specs[i].queue, .threads = SCALE_NOT_SET };
    }
    if (queue_scale_get(r, s->identity, wishes, s->lane_count, &f) < 0) {
        log_debug("scaling.unknown", kv_fail(&f));
        return;
    }
    for (size_t i = 0; i < s->lane_count; i++) {
        int threads =
            wishes[i].threads == SCALE_NOT_SET ? atomic_load(&s->base[i]) : wishes[i].threads;
        resize(s->lanes[i], s->specs[i].queue, threads);
    }
}

static const struct lane_spec *find(const struct worker_args *args, const char *queue)
{
    for (size_t i = 0; i < args->lane_count; i++) {
        if (strcmp(args->lanes[i].queue, queue) == 0) {
            return &args->lanes[i];
        }
    }
    return NULL;
}

static int read_configuration(struct worker_args *ret, struct fail *f)
{
    scoped(str_done) struct str mistakes;
    struct conf *conf = NULL;

    str_init(&mistakes, 64 * 1024);
    if (conf_load(&conf, &mistakes, f) < 0) {
        return fail_set(f, FAIL_INPUT, "%s", mistakes.data);
    }
    ret->lane_count = 0;
    ret->by_default = true;
    int result = worker_args_configure(ret, conf, f);
    conf_free(conf);
    return result;
}

void scaling_reload(struct scaling *s)
{
    struct worker_args args;
    struct fail f = { 0 };

    if (s->fixed) {
        log_warn("scaling.fixed", kv_str("reason", "queues and threads are on the command line"));
        return;
    }
    if (read_configuration(&args, &f) < 0) {
        log_error("scaling.mistake", kv_fail(&f));
        return;
    }
    for (size_t i = 0; i < s->lane_count; i++) {
        const struct lane_spec *spec = find(&args, s->specs[i].queue);
        if (spec == NULL) {
            log_warn("scaling.queue_stays", kv_str("queue", s->specs[i].queue),
                     kv_str("reason", "a queue is taken off by a restart only"));
        } else {
            atomic_store(&s->base[i], spec->threads);
        }
    }
    log_info("scaling.reload", kv_int("queues", args.lane_count));
}
