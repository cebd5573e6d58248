/* Private to common/queue: what the files of bulk.h share, and single kills and deletions use. */
#pragma once

#include "common/queue/bulk.h"
#include "common/queue/queue_priv.h"

/* Jobs of one list or set to be ended by one call of strike.lua. */
struct strike {
    struct words words;
    bool kill;       /* to `dead`; false = away */
    int64_t died_us; /* of the next one: no two are equal */
    size_t count;
};
enum strike_from { STRIKE_SET, STRIKE_HEAD, STRIKE_TAIL }; /* a list: the end to search from */
/* Begin with a struct that is empty but for `kill`.  source: key, borrowed. */
must_check int strike_init(struct redis *r, struct strike *s, const char *source,
                           enum strike_from from, struct fail *f);
void strike_done(struct strike *s); /* accepts an empty one */
/* The payload is borrowed until strike_run. */
void strike_add(struct strike *s, const char *payload, size_t payload_bytes);
/* Score, lock and id of one job, as strike.lua and sift.lua want them after its payload. */
void strike_add_end(struct words *w, int64_t died_us, const char *payload, size_t payload_bytes);
/* *ret_ended: those that were still there. */
must_check int strike_run(struct redis *r, const struct strike *s, int64_t *ret_ended,
                          struct fail *f);

/* Jobs of one sorted set on their way to their queues by one call of promote.lua. */
struct move {
    struct words words;
    int64_t now_us;
    size_t count;
};
/* Begin with an empty struct.  set: key of the sorted set, borrowed. */
must_check int move_init(struct redis *r, struct move *m, const char *set, struct fail *f);
/* Release its words; accepts an empty one. */
void move_done(struct move *m);
/* 1 = added; 0 = the job has no usable queue. */
must_check int move_add(struct move *m, const struct job *job, bool was_failed, struct fail *f);
/* *ret_moved: those that were still there. */
must_check int move_run(struct redis *r, const struct move *m, int64_t *ret_moved, struct fail *f);

/* Does an entry fit?  score_us: of a sorted set. */
bool job_filter_fits(const struct job_filter *filter, const char *bytes, size_t size_bytes,
                     int64_t score_us);

/* How many entries to read next: as many as Redis moves in a millisecond or two by what the last page's entries weighed, and
 * few before anything is known. */
enum { BULK_PAGE_FIRST = 50, BULK_PAGE_MAX = 500, BULK_PAGE_BYTES = 256 * 1024 };
static inline size_t bulk_page(const struct bulk_place *at)
{
    return at->page > 0 ? at->page : BULK_PAGE_FIRST;
}
/* step: every how manieth element of the page is an entry. */
void bulk_weigh(struct bulk_place *at, const redisReply *page, size_t step);

/* One step; b->at.began_us is set. */
must_check int bulk_set_step(struct redis *r, struct bulk *b, struct fail *f);
/* The same for a waiting list. */
must_check int bulk_list_step(struct redis *r, struct bulk *b, struct fail *f);
/* Key of the state's sorted set. */
const char *bulk_set_key(enum job_state state);
/* May another job be chosen? */
static inline bool bulk_has_room(const struct bulk *b, size_t chosen)
{
    return b->limit == 0 || b->at.before + b->done + (int64_t)chosen < b->limit;
}
