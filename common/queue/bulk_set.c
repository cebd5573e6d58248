/* A walk through a sorted set by rising score.  What is moved away, and what others add or take, does not shift what is still
 * to come. */
#include <inttypes.h>
#include <string.h>

#include "common/queue/bulk_priv.h"
#include "common/queue/entries.h"

const char *bulk_set_key(enum job_state state)
{
    return state == JOB_DEAD ? KEY_DEAD : state == JOB_RETRY ? KEY_RETRY : KEY_SCHEDULE;
}

static int start(struct redis *r, struct bulk *b, const char *key, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *highest = NULL;
    scoped(redis_reply_clear_p) redisReply *count = NULL;

    TRY(redis_do(r, &highest, f, "ZREVRANGE", key, "0", "0", "WITHSCORES", NULL));
    TRY(redis_do(r, &count, f, "ZCARD", key, NULL));
    b->total = reply_int(count, 0);
    if (!reply_is_text(reply_at(highest, 1))) {
        b->finished = true;
        return 0;
    }
    (void)str_fit(b->at.last, sizeof b->at.last, highest->element[1]->str);
    (void)str_fit(b->at.from, sizeof b->at.from, "-inf");
    return 0;
}

static int read_page(struct redis *r, const struct bulk *b, const char *key, redisReply **ret,
                     struct fail *f)
{
    scoped(words_done) struct words w = { .items = NULL };

    words_text(&w, "ZRANGEBYSCORE");
    words_text(&w, key);
    words_text(&w, b->at.from);
    words_text(&w, b->at.last);
    words_text(&w, "WITHSCORES");
    words_text(&w, "LIMIT");
    words_addf(&w, "%" PRId64, b->at.skip);
    words_addf(&w, "%zu", bulk_page(&b->at));
    TRY(words_call(r, &w, ret, f));
    return reply_want_array(*ret, 0, "ZRANGEBYSCORE", f);
}

/* What is chosen of one page, by the act. */
struct choice {
    struct strike strike;
    struct move move;
    size_t count;
};

static void choice_done(struct choice *c)
{
    strike_done(&c->strike);
    move_done(&c->move);
}

static int choice_init(struct redis *r, const struct bulk *b, struct choice *c, const char *key,
                       struct fail *f)
{
    if (b->act == BULK_RETRY) {
        return move_init(r, &c->move, key, f);
    }
    c->strike.kill = b->act == BULK_KILL;
    return b->act == BULK_COUNT ? 0 : strike_init(r, &c->strike, key, STRIKE_SET, f);
}

/* 1 = it will be run; 0 = it names no usable queue, or has been run again since this walk began. */
static int choose_to_run(struct bulk *b, struct choice *c, const redisReply *payload,
                         struct fail *f)
{
    scoped(job_free_p) struct job *job = NULL;
    struct fail why;

    if (job_parse(payload->str, payload->len, &job, &why) < 0) {
        if (why.kind == FAIL_INPUT) {
            return 0;
        }
        *f = why;
        return -1;
    }
    if (job->enqueued_us >= b->at.began_us) {
        return 0;
    }
    return move_add(&c->move, job, b->filter.state != JOB_SCHEDULED, f);
}

/* 1 = it leaves the set. */
static int choose(struct bulk *b, struct choice *c, const redisReply *payload,
                  const redisReply *score, struct fail *f)
{
    int chosen = 1;

    if (!bulk_has_room(b, c->count) ||
        !job_filter_fits(&b->filter, payload->str, payload->len, entries_score_us(score))) {
        return 0;
    }
    if (b->act == BULK_RETRY) {
        chosen = choose_to_run(b, c, payload, f);
        TRY(chosen);
    } else if (b->act != BULK_COUNT) {
        strike_add(&c->strike, payload->str, payload->len);
    }
    c->count += (size_t)chosen;
    return b->act == BULK_COUNT ? 0 : chosen;
}

static int run(struct redis *r, const struct bulk *b, const struct choice *c, int64_t *ret,
               struct fail *f)
{
    if (b->act == BULK_COUNT) {
        *ret = (int64_t)c->count;
        return 0;
    }
    return b->act == BULK_RETRY ? move_run(r, &c->move, ret, f) : strike_run(r, &c->strike, ret, f);
}

/* Pass an entry; stays: it is still there when the next page is read. */
static void pass(struct bulk_place *at, const char *score, bool stays)
{
    if (strcmp(at->from, score) != 0) {
        (void)str_fit(at->from, sizeof at->from, score);
        at->skip = 0;
    }
    at->skip += stays ? 1 : 0;
}

int bulk_set_step(struct redis *r, struct bulk *b, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *page = NULL;
    scoped(choice_done) struct choice c = { .count = 0 };
    const char *key = bulk_set_key(b->filter.state);
    struct bulk_place next;
    int64_t done;

    if (b->at.last[0] == '\0') {
        return start(r, b, key, f);
    }
    TRY(read_page(r, b, key, &page, f));
    TRY(choice_init(r, b, &c, key, f));
    next = b->at;
    for (size_t i = 0; i + 1 < page->elements; i += 2) {
        int leaves = choose(b, &c, page->element[i], page->element[i + 1], f);

        TRY(leaves);
        pass(&next, page->element[i + 1]->str, leaves == 0);
    }
    TRY(run(r, b, &c, &done, f));
    b->finished = page->elements / 2 < bulk_page(&b->at);
    b->at = next;
    bulk_weigh(&b->at, page, 2);
    b->done += done;
    b->looked += (int64_t)page->elements / 2;
    b->finished = b->finished || !bulk_has_room(b, 0);
    return 0;
}
