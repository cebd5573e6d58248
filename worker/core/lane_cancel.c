/* Jobs that were cancelled before their start. */
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/queue/cancel.h"
#include "worker/core/lane_priv.h"

struct question {
    const char *jids[LANE_BATCH_MAX];
    char texts[LANE_BATCH_MAX][JOB_JID_BYTES];
    bool answers[LANE_BATCH_MAX];
};

static void ask(struct question *q, const struct batch *b)
{
    struct fail ignored = { 0 };

    for (size_t i = 0; i < b->count; i++) {
        scoped(job_free_p) struct job *job = NULL;
        if (job_parse(b->items[i].payload, b->items[i].payload_bytes, &job, &ignored) == 0) {
            memcpy(q->texts[i], job->jid, sizeof q->texts[i]);
        }
        q->jids[i] = q->texts[i];
    }
}

static bool end_item(struct lane *l, struct item *item)
{
    const struct runner runner = { .conf = l->setup.conf,
                                   .types = l->setup.types,
                                   .queue = l->setup.queue };
    struct run_result result;

    run_result_init(&result);
    run_cancelled(&runner, item->payload, item->payload_bytes, &result);
    item->result = run_result_move(&result);
    run_result_done(&result);
    if (item->result == NULL) {
        return false; /* no memory: it is started, and its handler may ask */
    }
    item->type = item->result->job_type;
    item->no_lock = item->result->no_lock;
    return item_take(item);
}

size_t lane_end_cancelled(struct lane *l, struct redis *redis, struct batch *b)
{
    scoped(free_p) struct question *q = calloc(1, sizeof *q);
    struct fail f = { 0 };
    size_t ended = 0;

    if (q == NULL) {
        return 0;
    }
    ask(q, b);
    if (queue_cancelled_each(redis, q->jids, b->count, q->answers, &f) < 0) {
        log_warn("lane.cancelled_unknown", kv_str("queue", l->setup.queue), kv_fail(&f));
        return 0;
    }
    for (size_t i = 0; i < b->count; i++) {
        if (q->answers[i] && end_item(l, &b->items[i])) {
            struct item first = b->items[ended];
            item_finish(&b->items[i], SETTLE_DONE);
            b->items[ended] = b->items[i];
            if (i != ended) {
                b->items[i] = first;
            }
            ended++;
        }
    }
    return ended;
}
