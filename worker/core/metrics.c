#include "worker/core/metrics.h"

#include <stdlib.h>

#include "common/base/str.h"
#include "worker/core/metrics_priv.h"

int metrics_new(const struct job_types *types, struct metrics **ret, struct fail *f)
{
    struct metrics *m = calloc(1, sizeof *m);

    if (m == NULL) {
        return fail_memory(f);
    }
    m->types = types;
    pthread_mutex_init(&m->lock, NULL);
    *ret = m;
    return 0;
}

void metrics_free(struct metrics *m)
{
    if (m == NULL) {
        return;
    }
    for (struct metrics_shard *s = m->shards; s != NULL;) {
        struct metrics_shard *next = s->next;
        pthread_mutex_destroy(&s->lock);
        free(s);
        s = next;
    }
    pthread_mutex_destroy(&m->lock);
    free(m);
}

struct metrics_shard *metrics_shard(struct metrics *m, const char *queue)
{
    struct metrics_shard *s =
        m == NULL ? NULL : calloc(1, sizeof *s + (m->types->count + 1) * sizeof s->cells[0]);

    if (s == NULL) {
        return NULL;
    }
    s->metrics = m;
    (void)str_fit(s->queue, sizeof s->queue, queue);
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_lock(&m->lock);
    s->next = m->shards;
    m->shards = s;
    pthread_mutex_unlock(&m->lock);
    return s;
}

void metrics_begin(struct metrics_shard *s)
{
    if (s != NULL) {
        pthread_mutex_lock(&s->lock);
    }
}

void metrics_end(struct metrics_shard *s)
{
    if (s != NULL) {
        pthread_mutex_unlock(&s->lock);
    }
}

static void observe(struct metrics_histogram *h, int64_t duration_us)
{
    h->buckets[metrics_bucket(duration_us)]++;
    h->sum_us += (uint64_t)duration_us;
}

void metrics_count(struct metrics_shard *s, const struct metrics_run *run)
{
    if (s == NULL) {
        return;
    }
    const struct job_types *types = s->metrics->types;
    size_t at = run->type != NULL ? (size_t)(run->type - types->items) : types->count;
    struct metrics_cell *cell = &s->cells[at < types->count ? at : types->count];

    cell->outcomes[run->outcome]++;
    cell->failed += run->failed ? 1 : 0;
    if (run->wait_us >= 0) {
        observe(&cell->wait, run->wait_us);
    }
    if (run->run_us >= 0) {
        observe(run->outcome == RUN_DONE ? &cell->done : &cell->other, run->run_us);
    }
}
