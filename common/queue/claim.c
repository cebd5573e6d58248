#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/fault_point.h"
#include "common/queue/cancel.h"
#include "common/queue/queue_priv.h"
#include "queue_lua.h"

enum {
    CLAIM_KEYS = 8,
    PAUSED_WAIT_MS = 500, /* a resumed queue starts within this */
    SUSPECT_WAIT_MS = 100,
    SUSPECT_TTL_S = 24 * 3600,
    FULL_WAIT_MS = 200,   /* at maxmemory Redis refuses BLMOVE, but not the claim script: poll */
    BLOCK_SPARE_MS = 5000 /* client deadline above the server-side block */
};

enum claim_state { CLAIM_FREE, CLAIM_PAUSED, CLAIM_SUSPECTS };

/* Keys and arguments of the claim script; `w` is filled. */
static void claim_words(const struct claim_list *list, size_t max, struct words *w)
{
    char key[QUEUE_KEY_BYTES], identity[QUEUE_KEY_BYTES] = "", queue[JOB_NAME_BYTES];

    queue_key(list->queue, key);
    (void)claim_key_split(list->key, identity, sizeof identity, queue, sizeof queue);
    words_addf(w, "%s", key);
    words_text(w, list->key);
    words_text(w, "paused");
    words_text(w, "queues");
    words_text(w, KEY_SUSPECTS);
    words_addf(w, KEY_SUSPECT "%s", identity);
    words_text(w, KEY_CANCELLED);
    words_text(w, KEY_LISTS);
    words_text(w, list->queue);
    words_addf(w, "%zu", max);
    words_addf(w, "%d", SUSPECT_TTL_S);
}

/* One call of the claim script.  *ret_reply holds {enum claim_state, jobs}. */
static int claim_now(struct redis *r, const struct claim_list *list, size_t max,
                     redisReply **ret_reply, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = CLAIM_KEYS };

    claim_words(list, max, &w);
    TRY(words_script(r, &lua_claim, &w, ret_reply, f));
    return reply_want_array(*ret_reply, 3, "a claim", f);
}

/* A wait for a job and the claim after it, in one go: the job that ends the wait is told with all that came with it. */
static int wait_pipe(struct redis_pipe *pipe, const struct claim_request *q, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = CLAIM_KEYS };
    char key[QUEUE_KEY_BYTES], seconds[32];
    const char *wait[] = { "BLMOVE", key, q->list->key, "RIGHT", "LEFT", seconds };

    queue_key(q->list->queue, key);
    (void)snprintf(seconds, sizeof seconds, "%" PRId64 ".%03d", q->block_ms / 1000,
                   (int)(q->block_ms % 1000));
    TRY(redis_pipe_command(pipe, &(struct redis_args){ .argv = wait, .argc = COUNT_OF(wait) }, f));
    claim_words(q->list, q->max, &w);
    return words_pipe(pipe, &lua_claim, &w, f);
}

/* Both replies are read whatever the first says: jobs may have come with the second.  At maxmemory BLMOVE is refused and
 * the script is not; then there was no wait. */
static int wait_replies(struct redis_pipe *pipe, redisReply **ret_claim, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *moved = NULL;
    struct fail later = { 0 };
    int wait = redis_pipe_next(pipe, &moved, f);
    int claim = redis_pipe_next(pipe, ret_claim, wait < 0 ? &later : f);
    int end = redis_pipe_next(pipe, &(redisReply *){ NULL }, &later);
    bool full = wait < 0 && strcmp(f->code, "OOM") == 0;

    if (end != 1) {
        return fail_set(f, FAIL_BUG, "a claim has more replies than two");
    }
    if (wait < 0 && !full) {
        return -1;
    }
    if (claim < 0) {
        *f = full ? later : *f;
        return -1;
    }
    TRY(reply_want_array(*ret_claim, 3, "a claim", f));
    if (full && (*ret_claim)->element[1]->elements == 0) {
        clock_sleep_ms(FULL_WAIT_MS);
    }
    return 0;
}

static int wait_and_claim(struct redis *r, const struct claim_request *q, redisReply **ret_reply,
                          struct fail *f)
{
    scoped(redis_pipe_close_p) struct redis_pipe *pipe = NULL;
    int64_t usual_ms = redis_timeout(r);
    int result;

    TRY(redis_pipe_open(r, &pipe, f));
    TRY(wait_pipe(pipe, q, f));
    redis_set_timeout(r, q->block_ms + BLOCK_SPARE_MS);
    FAULT_POINT("before", "BLMOVE");
    result = wait_replies(pipe, ret_reply, f);
    FAULT_POINT("after", "BLMOVE");
    FAULT_POINT("after", lua_claim.name);
    redis_set_timeout(r, usual_ms);
    return result;
}

/* There are jobs, but not for us: ask again soon rather than at once. */
static void rest(enum claim_state state, int64_t block_ms)
{
    static const int64_t rest_ms[] = {
        [CLAIM_FREE] = 0, [CLAIM_PAUSED] = PAUSED_WAIT_MS, [CLAIM_SUSPECTS] = SUSPECT_WAIT_MS
    };

    if (rest_ms[state] > 0) {
        clock_sleep_ms(block_ms < rest_ms[state] ? block_ms : rest_ms[state]);
    }
}

const char *claimed_payload(const struct claimed *c, size_t i, size_t *ret_bytes)
{
    const redisReply *job = ((const redisReply *)c->reply)->element[1]->element[i];

    *ret_bytes = job->len;
    return job->str;
}

void claimed_done(struct claimed *c)
{
    if (c->reply != NULL) {
        freeReplyObject(c->reply);
    }
    *c = (struct claimed){ .count = 0 };
}

/* Claim; when nothing is there wait for a first job and claim again. */
static int claim_patiently(struct redis *r, const struct claim_request *q, redisReply **reply,
                           struct fail *f)
{
    enum claim_state state;

    TRY(claim_now(r, q->list, q->max, reply, f));
    state = (enum claim_state)reply_int((*reply)->element[0], 0);
    if (state == CLAIM_FREE && (*reply)->element[1]->elements == 0 && q->block_ms > 0) {
        redis_reply_clear_p(reply);
        *reply = NULL;
        TRY(wait_and_claim(r, q, reply, f));
        state = (enum claim_state)reply_int((*reply)->element[0], 0);
    }
    rest(state, q->block_ms);
    return 0;
}

int queue_claim(struct redis *r, const struct claim_request *request, struct claimed *ret,
                struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    if (request->max == 0 || request->max > QUEUE_BATCH_MAX) {
        return fail_set(f, FAIL_BUG, "a claim takes 1 to %d jobs", QUEUE_BATCH_MAX);
    }
    TRY(claim_patiently(r, request, &reply, f));
    if (reply->element[1]->elements > request->max) {
        return fail_set(f, FAIL_BUG, "claimed %zu jobs instead of at most %zu",
                        reply->element[1]->elements, request->max);
    }
    ret->count = reply->element[1]->elements;
    ret->ask_cancelled = reply_int(reply->element[2], 0) == 1;
    ret->reply = take_ptr(reply);
    return 0;
}

int queue_claim_release(struct redis *r, const struct claim_list *list, int64_t *ret_released,
                        struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    char key[QUEUE_KEY_BYTES];
    const char *words[] = { list->key, key, "queues", list->queue };

    queue_key(list->queue, key);
    FAULT_POINT("before", lua_release.name);
    TRY(redis_eval(r, &lua_release,
                   &(struct redis_args){ .argv = words, .argc = COUNT_OF(words), .keys = 3 },
                   &reply, f));
    FAULT_POINT("after", lua_release.name);
    *ret_released = reply_int(reply, 0);
    return 0;
}
