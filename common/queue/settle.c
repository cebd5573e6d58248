#include <inttypes.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/cancel.h"
#include "common/queue/queue_priv.h"
#include "queue_lua.h"

enum { DAY_TTL_S = 157680000 }; /* five years, as Sidekiq */

static const char *const kind_words[] = {
    [SETTLE_DONE] = "done", [SETTLE_RETRY] = "retry", [SETTLE_SNOOZE] = "schedule",
    [SETTLE_DEAD] = "dead", [SETTLE_BACK] = "back",
};

/* Where a job is stored: epoch seconds, or "+" and seconds from now by the clock of Redis. */
static void add_score(struct words *w, const struct settlement *s, int64_t now_us,
                      int64_t jitter_us)
{
    char score[SCORE_BYTES];
    bool waits = s->kind == SETTLE_RETRY || s->kind == SETTLE_SNOOZE;

    if (waits && s->in_us > 0) {
        queue_score(s->in_us + jitter_us, score);
        words_addf(w, "+%s", score);
        return;
    }
    queue_score((s->at_us > 0 ? s->at_us : now_us) + jitter_us, score);
    words_addf(w, "%s", score);
}

/* jitter_us differs for each job of a batch. */
static void add_settlement(struct words *w, const struct settlement *s, int64_t now_us,
                           int64_t jitter_us)
{
    bool stores = s->kind == SETTLE_RETRY || s->kind == SETTLE_SNOOZE || s->kind == SETTLE_DEAD;

    words_text(w, kind_words[s->kind]);
    words_text(w, s->counts_as_failed ? "1" : "0");
    if (stores) {
        add_score(w, s, now_us, jitter_us);
    } else {
        words_text(w, "");
    }
    words_add(w, s->payload, s->payload_bytes);
    words_add(w, stores ? s->next : "", stores ? s->next_bytes : 0);
    if (!s->no_lock && (s->kind == SETTLE_DONE || s->kind == SETTLE_DEAD)) {
        add_job_lock(w, s->payload, s->payload_bytes);
    } else {
        words_text(w, "");
        words_text(w, "");
    }
}

/* Jobs that have ended need not be looked for any more, cancelled or not.  One command, since somebody may have cancelled an id
 * that never ends.  A failure leaves them to be looked for in vain. */
static void forget_cancelled(struct redis *r, const struct settlement *batch, size_t count)
{
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail ignored = { 0 };

    words_text(&w, "ZREM");
    words_text(&w, KEY_CANCELLED);
    for (size_t i = 0; i < count; i++) {
        scoped(job_free_p) struct job *job = NULL;
        bool ended = batch[i].kind == SETTLE_DONE || batch[i].kind == SETTLE_DEAD;

        if (ended && !batch[i].fenced &&
            job_parse(batch[i].payload, batch[i].payload_bytes, &job, &ignored) == 0) {
            words_addf(&w, "%s", job->jid);
        }
    }
    if (w.count > 2) {
        (void)!words_call(r, &w, &reply, &ignored);
    }
}

int queue_settle(struct redis *r, const struct claim_list *list, const struct settle_batch *batch,
                 struct fail *f)
{
    struct settlement *items = batch->items;
    size_t count = batch->count;
    scoped(words_done) struct words w = { .keys = 8 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    char key[QUEUE_KEY_BYTES];
    char day[CLOCK_TEXT_BYTES];
    int64_t jitter_us = queue_jitter_us();

    if (count == 0) {
        return 0;
    }
    queue_key(list->queue, key);
    clock_format_day(batch->now_us, day);
    words_text(&w, list->key);
    words_text(&w, key);
    words_text(&w, "queues");
    words_text(&w, KEY_SCHEDULE);
    words_text(&w, KEY_RETRY);
    words_text(&w, KEY_DEAD);
    words_text(&w, KEY_SUSPECTS);
    words_text(&w, KEY_CANCELLED);
    words_text(&w, list->queue);
    words_text(&w, day);
    words_addf(&w, "%d", DAY_TTL_S);
    for (size_t i = 0; i < count; i++) {
        add_settlement(&w, &items[i], batch->now_us, jitter_us + (int64_t)i);
    }
    TRY(words_script(r, &lua_settle, &w, &reply, f));
    TRY(reply_want_array(reply, count + 1, "a settlement", f));
    for (size_t i = 0; i < count; i++) {
        items[i].fenced = reply_int(reply->element[i], 0) == 0;
    }
    if (reply_int(reply->element[count], 0) == 1) {
        forget_cancelled(r, items, count);
    }
    return 0;
}

bool queue_job_locks(const struct job *job)
{
    return job->unique[0] != '\0' ||
           job->args_bytes <= strlen("[]"); /* or the timetable's, perhaps */
}

static bool is_plain(const struct settlement *s)
{
    return s->kind == SETTLE_DONE && s->no_lock && !s->counts_as_failed;
}

/* Kind, score, bytes to store, marker and its value. */
static void add_leaving(struct words *w, const struct settlement *s, int64_t now_us,
                        int64_t jitter_us)
{
    bool back = s->kind == SETTLE_BACK;
    bool ends = s->kind == SETTLE_DONE || s->kind == SETTLE_DEAD;

    words_text(w, kind_words[s->kind]);
    if (back || s->kind == SETTLE_DONE) {
        words_text(w, "");
    } else {
        add_score(w, s, now_us, jitter_us);
    }
    words_add(w,
              back              ? s->payload
              : s->next != NULL ? s->next
                                : "",
              back ? s->payload_bytes : s->next_bytes);
    if (ends && !s->no_lock) {
        add_job_lock(w, s->payload, s->payload_bytes);
    } else {
        words_text(w, "");
        words_text(w, "");
    }
}

static void add_counts(struct words *w, const struct settlement *batch, size_t count)
{
    size_t processed = 0;
    size_t failed = 0;

    for (size_t i = 0; i < count; i++) {
        processed += batch[i].kind != SETTLE_BACK && batch[i].kind != SETTLE_SNOOZE ? 1 : 0;
        failed += batch[i].counts_as_failed ? 1 : 0;
    }
    words_addf(w, "%zu", count);
    words_addf(w, "%zu", processed);
    words_addf(w, "%zu", failed);
}

/* 1 = done, 0 = the list does not hold just these. */
static int settle_list(struct redis *r, const struct claim_list *list,
                       const struct settle_batch *batch, struct fail *f)
{
    const struct settlement *items = batch->items;
    size_t count = batch->count;
    scoped(words_done) struct words w = { .keys = 8 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    char key[QUEUE_KEY_BYTES];
    char day[CLOCK_TEXT_BYTES];
    int64_t jitter_us = queue_jitter_us();

    queue_key(list->queue, key);
    clock_format_day(batch->now_us, day);
    words_text(&w, list->key);
    words_text(&w, KEY_SUSPECTS);
    words_text(&w, key);
    words_text(&w, "queues");
    words_text(&w, KEY_SCHEDULE);
    words_text(&w, KEY_RETRY);
    words_text(&w, KEY_DEAD);
    words_text(&w, KEY_CANCELLED);
    words_text(&w, list->queue);
    words_text(&w, day);
    words_addf(&w, "%d", DAY_TTL_S);
    add_counts(&w, items, count);
    words_add(&w, items[count - 1].payload, items[count - 1].payload_bytes);
    for (size_t i = 0; i < count; i++) {
        if (!is_plain(&items[i])) {
            add_leaving(&w, &items[i], batch->now_us, jitter_us + (int64_t)i);
        }
    }
    TRY(words_script(r, &lua_settle_whole, &w, &reply, f));
    if (reply_int(reply, 0) == 2) {
        forget_cancelled(r, items, count);
    }
    return reply_int(reply, 0) > 0 ? 1 : 0;
}

int queue_settle_whole(struct redis *r, const struct claim_list *list,
                       const struct settle_batch *batch, struct fail *f)
{
    int whole = batch->count == 0 ? 1 : settle_list(r, list, batch, f);

    TRY(whole);
    if (whole == 0) {
        return queue_settle(r, list, batch, f);
    }
    for (size_t i = 0; i < batch->count; i++) {
        batch->items[i].fenced = false;
    }
    return 0;
}
