#include "common/db/db_pool.h"

#include <assert.h>
#include <pthread.h>
#include <time.h>

#include "common/db/db_priv.h"

enum { ADVICE_MS = 1000 };

/* A thread that waits; on its stack. */
struct waiter {
    pthread_cond_t got_one;
    bool got;
    size_t index; /* when it got one */
    struct waiter *next;
};

struct db_pool {
    pthread_mutex_t lock; /* guards what follows, but for all and count */
    size_t *free;         /* a stack of places */
    size_t free_count;
    struct waiter *first,
        *last; /* served in their order: nobody waits longer than who came before */
    struct db **all;
    size_t count;
};

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
    pthread_mutex_init(&p->lock, NULL);
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

static void leave_queue(struct db_pool *p, const struct waiter *w)
{
    struct waiter **at = &p->first, *before = NULL;

    while (*at != w) {
        before = *at;
        at = &before->next;
    }
    *at = w->next;
    p->last = p->last == w ? before : p->last;
}

/* With the lock held: stand in the queue until somebody gives. */
static bool wait_for_one(struct db_pool *p, int64_t wait_ms, size_t *ret_index)
{
    struct waiter w = { .got = false, .next = NULL };
    struct timespec until = after_ms(wait_ms);
    pthread_condattr_t clock;
    bool late = false;

    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&w.got_one, &clock);
    pthread_condattr_destroy(&clock);
    *(p->last != NULL ? &p->last->next : &p->first) = &w;
    p->last = &w;
    while (!w.got && !late) {
        late = pthread_cond_timedwait(&w.got_one, &p->lock, &until) != 0;
    }
    if (!w.got) {
        leave_queue(p, &w);
    }
    pthread_cond_destroy(&w.got_one);
    *ret_index = w.index;
    return w.got;
}

int db_pool_take(struct db_pool *p, int64_t wait_ms, struct db_lent *ret, struct fail *f)
{
    size_t index = 0;

    pthread_mutex_lock(&p->lock);
    bool got = p->free_count > 0;
    if (got) {
        index = p->free[--p->free_count];
    } else {
        got = wait_for_one(p, wait_ms, &index);
    }
    pthread_mutex_unlock(&p->lock);
    if (!got) {
        return fail_later(f, FAIL_LATER, ADVICE_MS, "all %zu connections to Postgres are in use",
                          p->count);
    }
    p->all[index]->unproven = true;
    *ret = (struct db_lent){ .db = p->all[index], .index = index };
    return 0;
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
    struct waiter *w = p->first;
    if (w != NULL) {
        p->first = w->next;
        p->last = p->first != NULL ? p->last : NULL;
        w->index = lent->index;
        w->got = true;
        pthread_cond_signal(&w->got_one); /* under the lock: afterwards it may be gone */
    } else {
        p->free[p->free_count++] = lent->index;
    }
    pthread_mutex_unlock(&p->lock);
}

size_t db_pool_lent(struct db_pool *p)
{
    pthread_mutex_lock(&p->lock);
    size_t lent = p->count - p->free_count;
    pthread_mutex_unlock(&p->lock);
    return lent;
}
