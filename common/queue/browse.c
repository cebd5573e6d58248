#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/queue/entries.h"

enum { PAGE_MAX = 1000, WALK_PAGE = 200, WALK_MAX = 20000 };

/* What part of a sequence of lists is wanted. */
struct window {
    size_t skip, left;
    struct job_entries *out;
};

/* The part of one list that falls into the window; tail first. */
static int browse_list(struct redis *r, const struct entry_place *place, struct window *win,
                       struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *length = NULL;
    scoped(redis_reply_clear_p) redisReply *page = NULL;
    char start[32], stop[32];
    size_t count, take;

    TRY(redis_do(r, &length, f, "LLEN", place->where, NULL));
    count = (size_t)reply_int(length, 0);
    win->out->total += (int64_t)count;
    if (win->skip >= count || win->left == 0) {
        win->skip -= win->skip < count ? win->skip : count;
        return 0;
    }
    take = count - win->skip < win->left ? count - win->skip : win->left;
    (void)snprintf(start, sizeof start, "-%zu", win->skip + take);
    (void)snprintf(stop, sizeof stop, "-%zu", win->skip + 1);
    TRY(redis_do(r, &page, f, "LRANGE", place->where, start, stop, NULL));
    TRY(reply_want_array(page, 0, "LRANGE", f));
    for (size_t i = page->elements; i-- > 0;) {
        TRY(entries_add(win->out, place, page->element[i]->str, page->element[i]->len, f));
    }
    win->skip = 0;
    win->left -= take;
    return 0;
}

static int browse_waiting(struct redis *r, const char *queue, struct window *win, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *names = NULL;
    char key[QUEUE_KEY_BYTES];
    struct entry_place place = { JOB_WAITING, key, "", 0 };

    if (queue != NULL) {
        queue_key(queue, key);
        return browse_list(r, &place, win, f);
    }
    TRY(queue_names(r, &names, f));
    for (size_t i = 0; i < names->elements; i++) {
        queue_key(names->element[i]->str, key);
        TRY(browse_list(r, &place, win, f));
    }
    return 0;
}

static int browse_running(struct redis *r, const char *queue, struct window *win, struct fail *f)
{
    scoped(claim_keys_free) struct claim_keys keys = { .items = NULL };

    TRY(claim_keys_shown(r, &keys, f));
    for (size_t i = 0; i < keys.count; i++) {
        char worker[128], name[JOB_NAME_BYTES];
        struct entry_place place = { JOB_RUNNING, keys.items[i].key, worker, 0 };

        if (claim_key_split(keys.items[i].key, worker, sizeof worker, name, sizeof name) &&
            (queue == NULL || strcmp(queue, name) == 0)) {
            TRY(browse_list(r, &place, win, f));
        }
    }
    return 0;
}

static const char *const set_keys[JOB_STATES] = {
    [JOB_SCHEDULED] = KEY_SCHEDULE,
    [JOB_RETRY] = KEY_RETRY,
    [JOB_DEAD] = KEY_DEAD,
};

static int read_set(struct redis *r, enum job_state state, const struct window *win,
                    redisReply **ret, struct fail *f)
{
    char start[32], stop[32];

    (void)snprintf(start, sizeof start, "%zu", win->skip);
    (void)snprintf(stop, sizeof stop, "%zu", win->skip + win->left - 1);
    TRY(redis_do(r, ret, f, state == JOB_DEAD ? "ZREVRANGE" : "ZRANGE", set_keys[state], start,
                 stop, "WITHSCORES", NULL));
    return reply_want_array(*ret, 0, "ZRANGE", f);
}

static int add_pairs(const redisReply *page, enum job_state state, struct job_entries *out,
                     struct fail *f)
{
    for (size_t i = 0; i + 1 < page->elements; i += 2) {
        struct entry_place place = { state, set_keys[state], "",
                                     entries_score_us(page->element[i + 1]) };

        TRY(entries_add(out, &place, page->element[i]->str, page->element[i]->len, f));
    }
    return 0;
}

static int browse_set(struct redis *r, enum job_state state, struct window *win, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *count = NULL;
    scoped(redis_reply_clear_p) redisReply *page = NULL;

    TRY(redis_do(r, &count, f, "ZCARD", set_keys[state], NULL));
    win->out->total = reply_int(count, 0);
    TRY(read_set(r, state, win, &page, f));
    return add_pairs(page, state, win->out, f);
}

/* Take over those of the queue that fall into the window; the others are dropped. */
static int filter_page(struct job_entries *page, const char *queue, struct window *win,
                       struct fail *f)
{
    for (size_t i = 0; i < page->count; i++) {
        struct job_entry *e = &page->items[i];
        struct entry_place place = { e->state, e->where, "", e->at_us };

        if (e->job == NULL || strcmp(e->job->queue, queue) != 0) {
            continue;
        }
        win->out->total++;
        if (win->skip > 0) {
            win->skip--;
        } else if (win->left > 0) {
            win->left--;
            TRY(entries_add(win->out, &place, e->payload, e->payload_bytes, f));
        }
    }
    return 0;
}

/* The sets know no queues: walk, within bounds. */
static int browse_set_of_queue(struct redis *r, enum job_state state, const char *queue,
                               struct window *win, struct fail *f)
{
    size_t got = WALK_PAGE;

    for (size_t at = 0; at < WALK_MAX && got == WALK_PAGE; at += WALK_PAGE) {
        scoped(redis_reply_clear_p) redisReply *page = NULL;
        scoped(job_entries_free) struct job_entries entries = { .items = NULL };

        TRY(read_set(r, state, &(struct window){ .skip = at, .left = WALK_PAGE }, &page, f));
        got = page->elements / 2;
        TRY(add_pairs(page, state, &entries, f));
        TRY(filter_page(&entries, queue, win, f));
    }
    return 0;
}

const char *const job_state_names[JOB_STATES] = {
    [JOB_WAITING] = "waiting", [JOB_RUNNING] = "running", [JOB_SCHEDULED] = "scheduled",
    [JOB_RETRY] = "retry",     [JOB_DEAD] = "dead",
};

int queue_jobs(struct redis *r, const struct job_page *page, struct job_entries *ret,
               struct fail *f)
{
    scoped(job_entries_free) struct job_entries entries = { .items = NULL };
    struct window win = { page->offset, page->limit, &entries };

    if (page->limit == 0 || page->limit > PAGE_MAX) {
        return fail_set(f, FAIL_INPUT, "a page has 1 to %d jobs", PAGE_MAX);
    }
    if (page->state == JOB_WAITING) {
        TRY(browse_waiting(r, page->queue, &win, f));
    } else if (page->state == JOB_RUNNING) {
        TRY(browse_running(r, page->queue, &win, f));
    } else if (page->queue == NULL) {
        TRY(browse_set(r, page->state, &win, f));
    } else {
        TRY(browse_set_of_queue(r, page->state, page->queue, &win, f));
    }
    *ret = entries;
    entries = (struct job_entries){ .items = NULL };
    return 0;
}
