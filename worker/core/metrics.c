#include "worker/core/metrics.h"

#include <stdlib.h>

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

static void shard_free(struct metrics_shard *s)
{
    pthread_mutex_destroy(&s->lock);
    free(s->cells);
    free(s->frozen);
    free(s->sent);
    free(s);
}

void metrics_free(struct metrics *m)
{
    if (m == NULL) {
        return;
    }
    for (struct metrics_shard *s = m->shards; s != NULL;) {
        struct metrics_shard *next = s->next;
        shard_free(s);
        s = next;
    }
    pthread_mutex_destroy(&m->lock);
    free(m);
}

size_t metrics_cells(const struct metrics *m)
{
    return m->types->count + 1;
}

const char *metrics_type_name(const struct metrics *m, size_t cell)
{
    return cell < m->types->count ? m->types->items[cell].name : METRICS_UNKNOWN_TYPE;
}

struct metrics_shard *metrics_shards(struct metrics *m)
{
    pthread_mutex_lock(&m->lock);
    struct metrics_shard *first = m->shards;
    pthread_mutex_unlock(&m->lock);
    return first;
}

static struct metrics_shard *shard_new(struct metrics *m, const char *queue)
{
    struct metrics_shard *s = calloc(1, sizeof *s);

    if (s == NULL) {
        return NULL;
    }
    pthread_mutex_init(&s->lock, NULL);
    s->metrics = m;
    (void)str_fit(s->queue, sizeof s->queue, queue);
    s->cells = calloc(metrics_cells(m), sizeof *s->cells);
    s->frozen = calloc(metrics_cells(m), sizeof *s->frozen);
    s->sent = calloc(metrics_cells(m), sizeof *s->sent);
    if (s->cells == NULL || s->frozen == NULL || s->sent == NULL) {
        shard_free(s);
        return NULL;
    }
    return s;
}

struct metrics_shard *metrics_shard(struct metrics *m, const char *queue)
{
    struct metrics_shard *s = m == NULL ? NULL : shard_new(m, queue);

    if (s != NULL) {
        pthread_mutex_lock(&m->lock);
        s->next = m->shards;
        m->shards = s;
        pthread_mutex_unlock(&m->lock);
    }
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
