/* Waiting lists.  Taking a job out of the middle of a list costs Redis a walk to it (27 ms half way through a million jobs), so this
 * is done for a few only; a list that holds more is turned once, which costs the same however many leave it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/queue/bulk_priv.h"
#include "common/queue/entries.h"
#include "common/queue/unique.h"
#include "queue_lua.h"

/* FNV-1a; never 0.  Tells jobs of one list apart: their ids differ. */
static uint64_t digest_of(const redisReply *payload)
{
    uint64_t digest = 14695981039346656037U;

    for (size_t i = 0; i < payload->len; i++) {
        digest = (digest ^ (unsigned char)payload->str[i]) * 1099511628211U;
    }
    return digest != 0 ? digest : 1;
}

/* The next page: from the position on, or the tail of a list that is being turned. */
static int read_page(struct redis *r, const char *key, const struct bulk_place *at,
                     redisReply **ret, struct fail *f)
{
    int64_t size = (int64_t)bulk_page(at);
    int64_t from = at->turning ? -size : at->index;
    int64_t to = at->turning ? -1 : from + size - 1;
    char start[32], stop[32];

    (void)snprintf(start, sizeof start, "%" PRId64, from);
    (void)snprintf(stop, sizeof stop, "%" PRId64, to);
    TRY(redis_do(r, ret, f, "LRANGE", key, start, stop, NULL));
    return reply_want_array(*ret, 0, "LRANGE", f);
}

static int length_of(struct redis *r, const char *key, int64_t *ret, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    TRY(redis_do(r, &reply, f, "LLEN", key, NULL));
    *ret = reply_int(reply, 0);
    return 0;
}

static void begin_list(struct bulk *b, const char *queue)
{
    int64_t began_us = b->at.began_us;

    b->at = (struct bulk_place){ .began_us = began_us, .before = b->at.before };
    if (!str_fit(b->at.queue, sizeof b->at.queue, queue)) {
        b->at.queue[0] = '\0';
    }
}

/* The first list, or the one behind the present one by name. */
static int next_list(struct redis *r, struct bulk *b, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *names = NULL;

    if (b->filter.queue != NULL) {
        b->finished = b->at.queue[0] != '\0';
        begin_list(b, b->filter.queue);
        return 0;
    }
    TRY(queue_names(r, &names, f));
    for (size_t i = 0; i < names->elements; i++) {
        if (strcmp(names->element[i]->str, b->at.queue) > 0 &&
            strlen(names->element[i]->str) < sizeof b->at.queue) {
            begin_list(b, names->element[i]->str);
            return 0;
        }
    }
    b->finished = true;
    return 0;
}

static int start(struct redis *r, struct bulk *b, struct fail *f)
{
    struct queue_stats stats;
    char key[QUEUE_KEY_BYTES];

    if (b->filter.queue != NULL) {
        queue_key(b->filter.queue, key);
        TRY(length_of(r, key, &b->total, f));
    } else {
        TRY(queue_stats(r, &stats, f));
        b->total = stats.waiting;
    }
    return next_list(r, b, f);
}

/* Many are wanted of this list: turn it, up to the job that is the newest now. */
static int begin_turning(struct redis *r, struct bulk *b, const char *key, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *newest = NULL;

    TRY(length_of(r, key, &b->at.left, f));
    TRY(redis_do(r, &newest, f, "LINDEX", key, "0", NULL));
    b->at.newest = reply_is_text(newest) ? digest_of(newest) : 0;
    b->at.turned = 0;
    b->at.turning = true;
    return 0;
}

/* One script per job: each may have a long way to go. */
static int strike_few(struct redis *r, struct bulk *b, const redisReply *page, const bool *fits,
                      struct fail *f)
{
    char key[QUEUE_KEY_BYTES];
    int64_t length;

    queue_key(b->at.queue, key);
    TRY(length_of(r, key, &length, f));
    for (size_t i = 0; i < page->elements; i++) {
        scoped(strike_done) struct strike strike = { .kill = b->act == BULK_KILL };
        enum strike_from from = b->at.index < length / 2 ? STRIKE_HEAD : STRIKE_TAIL;
        int64_t ended;

        if (fits[i]) {
            TRY(strike_init(r, &strike, key, from, f));
            strike_add(&strike, page->element[i]->str, page->element[i]->len);
            TRY(strike_run(r, &strike, &ended, f));
            b->done += ended;
            b->at.found += ended;
            b->at.index -= ended;
        }
    }
    return 0;
}

/* Look at a page from the head on: what is pushed or claimed meanwhile hides nothing. */
static int look(struct redis *r, struct bulk *b, const char *key, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *page = NULL;
    bool fits[BULK_PAGE_MAX] = { false };
    size_t size = bulk_page(&b->at), chosen = 0;

    TRY(read_page(r, key, &b->at, &page, f));
    for (size_t i = 0; i < page->elements && i < BULK_PAGE_MAX && bulk_has_room(b, chosen); i++) {
        fits[i] = job_filter_fits(&b->filter, page->element[i]->str, page->element[i]->len, 0);
        chosen += fits[i] ? 1 : 0;
    }
    if (b->act == BULK_COUNT) {
        b->done += (int64_t)chosen;
    } else if (b->at.found + (int64_t)chosen > BULK_FEW) {
        return begin_turning(r, b, key, f);
    } else if (chosen > 0) {
        TRY(strike_few(r, b, page, fits, f));
    }
    bulk_weigh(&b->at, page, 1);
    b->at.index += (int64_t)page->elements;
    b->looked += (int64_t)page->elements;
    if (!bulk_has_room(b, 0)) {
        b->finished = true;
        return 0;
    }
    return page->elements < size ? next_list(r, b, f) : 0;
}

/* A page of the tail on its way to sift.lua. */
struct sieve {
    struct words words;
    int64_t died_us;
    size_t seen, ended;
    uint64_t first_passed; /* digest; 0 = none */
    bool has_newest;
};

static void sieve_done(struct sieve *s)
{
    words_done(&s->words);
}

static void sieve_add(struct sieve *s, const struct bulk *b, const redisReply *payload,
                      uint64_t digest)
{
    bool ends =
        bulk_has_room(b, s->ended) && job_filter_fits(&b->filter, payload->str, payload->len, 0);

    words_text(&s->words, ends ? "end" : "pass");
    words_add(&s->words, payload->str, payload->len);
    if (ends) {
        strike_add_end(&s->words, s->died_us++, payload->str, payload->len);
        s->ended++;
    } else {
        for (int i = 0; i < 3; i++) {
            words_text(&s->words, "");
        }
        if (s->first_passed == 0) {
            s->first_passed = digest;
        }
    }
    s->has_newest = s->has_newest || digest == b->at.newest;
    s->seen++;
}

/* From the tail on, but nothing that has been turned before. */
static void sieve_fill(struct sieve *s, const struct bulk *b, const redisReply *page)
{
    for (size_t i = page->elements; i-- > 0 && (int64_t)s->seen < b->at.left && !s->has_newest;) {
        uint64_t digest = digest_of(page->element[i]);

        if (digest == b->at.turned) {
            break;
        }
        sieve_add(s, b, page->element[i], digest);
    }
}

/* Turn the list by one page. */
static int turn(struct redis *r, struct bulk *b, const char *key, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *page = NULL;
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    scoped(sieve_done) struct sieve s = { .seen = 0 };
    int64_t behind;

    TRY(read_page(r, key, &b->at, &page, f));
    bulk_weigh(&b->at, page, 1);
    TRY(redis_time_us(r, &s.died_us, f));
    s.died_us += queue_jitter_us();
    s.words.keys = 2;
    words_text(&s.words, key);
    words_text(&s.words, KEY_DEAD);
    words_text(&s.words, b->act == BULK_KILL ? "dead" : "gone");
    sieve_fill(&s, b, page);
    if (s.seen == 0) {
        return next_list(r, b, f);
    }
    TRY(words_script(r, &lua_sift, &s.words, &reply, f));
    TRY(reply_want_array(reply, 3, "a turn", f));
    b->done += reply_int(reply->element[1], 0);
    if (reply_int(reply->element[0], 0) == 0) {
        return 0; /* all claimed meanwhile, or others given back: look again */
    }
    behind = reply_int(reply->element[2], 0);
    b->looked += (int64_t)s.seen - behind; /* turned, ended or claimed: none is still to come */
    b->at.left -= (int64_t)s.seen - behind;
    b->at.turned = b->at.turned != 0 ? b->at.turned : s.first_passed;
    return (s.has_newest && behind == 0) || b->at.left <= 0 ? next_list(r, b, f) : 0;
}

int bulk_list_step(struct redis *r, struct bulk *b, struct fail *f)
{
    char key[QUEUE_KEY_BYTES];

    if (b->at.queue[0] == '\0') {
        return start(r, b, f);
    }
    queue_key(b->at.queue, key);
    return b->at.turning ? turn(r, b, key, f) : look(r, b, key, f);
}
