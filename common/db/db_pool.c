#include "common/db/db_pool.h"

#include <assert.h>
#include <pthread.h>
#include <time.h>

#include "common/db/db_priv.h"

enum { ADVICE_MS = 1000 };

struct db_pool {
    pthread_mutex_t lock; /* guards free and free_count */
    pthread_cond_t given;
    struct db **all;
    size_t *free; /* a stack of places */
    size_t count, free_count;
};

static void start_waiting(struct db_pool *p)
{
    pthread_condattr_t clock;

    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&p->given, &clock);
    pthread_condattr_destroy(&clock);
}

static void close_p(struct db_pool **p)
{
    db_pool_close(*p);
}

int db_pool_open(const char *url, const char *program, size_t count, struct db_pool **ret,
                 struct fail *f)
{
    scoped(close_p) struct db_pool *p = calloc(1, sizeof *p);

    if (p == NULL) {
        return fail_memory(f);
    }
    start_waiting(p);
    p->all = calloc(count, sizeof(struct db *));
    p->free = calloc(count, sizeof *p->free);
    if (p->all == NULL || p->free == NULL) {
        return fail_memory(f);
    }
    for (; p->count < count; p->count++) {
        TRY(db_open(url, program, &p->all[p->count], f));
        p->free[p->free_count++] = p->count;
    }
    *ret = take_ptr(p);
    return 0;
}

void db_pool_close(struct db_pool *p)
{
    if (p == NULL) {
        return;
    }
    assert(p->free_count == p->count);
    for (size_t i = 0; i < p->count; i++) {
        db_close(p->all[i]);
    }
    pthread_cond_destroy(&p->given);
    pthread_mutex_destroy(&p->lock);
    free(p->all);
    free(p->free);
    free(p);
}

static struct timespec after_ms(int64_t wait_ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)(wait_ms / 1000);
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    return until;
}

int db_pool_take(struct db_pool *p, int64_t wait_ms, struct db_lent *ret, struct fail *f)
{
    struct timespec until = after_ms(wait_ms);
    bool late = false;

    pthread_mutex_lock(&p->lock);
    while (p->free_count == 0 && !late) {
        late = pthread_cond_timedwait(&p->given, &p->lock, &until) != 0;
    }
    bool got = p->free_count > 0;
    if (got) {
        ret->index = p->free[--p->free_count];
        ret->db = p->all[ret->index];
    }
    pthread_mutex_unlock(&p->lock);
    return got ? 0
               : fail_later(f, FAIL_LATER, ADVICE_MS, "all %zu connections to Postgres are in use",
                            p->count);
}

void db_pool_give(struct db_pool *p, struct db_lent *lent)
{
    struct fail unsaid; /* the next borrower's db_ready says it again */

    if (lent->db == NULL) {
        return;
    }
    if (lent->db->in_transaction || lent->db->locks > 0) {
        (void)!db_ready(lent->db, &unsaid);
    }
    lent->db = NULL;
    pthread_mutex_lock(&p->lock);
    p->free[p->free_count++] = lent->index;
    pthread_mutex_unlock(&p->lock);
    pthread_cond_signal(&p->given);
}

size_t db_pool_lent(struct db_pool *p)
{
    pthread_mutex_lock(&p->lock);
    size_t lent = p->count - p->free_count;
    pthread_mutex_unlock(&p->lock);
    return lent;
}
