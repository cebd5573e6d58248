#include <inttypes.h>

#include "common/base/clock.h"
#include "common/queue/queue_priv.h"
#include "queue_lua.h"

enum { DAY_TTL_S = 157680000 }; /* five years, as Sidekiq */

static const char *const kind_words[] = {
    [SETTLE_DONE] = "done", [SETTLE_RETRY] = "retry", [SETTLE_SNOOZE] = "schedule",
    [SETTLE_DEAD] = "dead", [SETTLE_BACK] = "back",
};

/* jitter_us differs for each job of a batch. */
static void add_settlement(struct words *w, const struct settlement *s, int64_t now_us,
                           int64_t jitter_us)
{
    bool stores = s->kind == SETTLE_RETRY || s->kind == SETTLE_SNOOZE || s->kind == SETTLE_DEAD;
    char score[SCORE_BYTES] = "";

    words_text(w, kind_words[s->kind]);
    words_text(w, s->counts_as_failed ? "1" : "0");
    if (stores) {
        queue_score((s->at_us > 0 ? s->at_us : now_us) + jitter_us, score);
    }
    words_addf(w, "%s", score);
    words_add(w, s->payload, s->payload_bytes);
    words_add(w, stores ? s->next : "", stores ? s->next_bytes : 0);
    if (s->kind == SETTLE_DONE || s->kind == SETTLE_DEAD) {
        add_job_lock(w, s->payload, s->payload_bytes);
    } else {
        words_text(w, "");
        words_text(w, "");
    }
}

int queue_settle(struct redis *r, const struct claim_list *list, struct settlement *batch,
                 size_t count, int64_t now_us, struct fail *f)
{
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    char key[QUEUE_KEY_BYTES];
    char day[CLOCK_TEXT_BYTES];
    int64_t jitter_us = queue_jitter_us();

    if (count == 0) {
        return 0;
    }
    queue_key(list->queue, key);
    clock_format_day(now_us, day);
    words_text(&w, list->key);
    words_text(&w, key);
    words_text(&w, "queues");
    words_text(&w, KEY_SCHEDULE);
    words_text(&w, KEY_RETRY);
    words_text(&w, KEY_DEAD);
    words_text(&w, KEY_SUSPECTS);
    words_text(&w, list->queue);
    words_text(&w, day);
    words_addf(&w, "%d", DAY_TTL_S);
    for (size_t i = 0; i < count; i++) {
        add_settlement(&w, &batch[i], now_us, jitter_us + (int64_t)i);
    }
    TRY(words_script(r, &lua_settle, 7, &w, &reply, f));
    TRY(reply_want_array(reply, count, "a settlement", f));
    for (size_t i = 0; i < count; i++) {
        batch[i].fenced = reply_int(reply->element[i], 0) == 0;
    }
    return 0;
}
