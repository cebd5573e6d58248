#include <stdio.h>

#include "common/queue/bulk_priv.h"
#include "common/queue/unique.h"
#include "queue_lua.h"

int strike_init(struct redis *r, struct strike *s, const char *source, enum strike_from from,
                struct fail *f)
{
    static const char *const from_words[] = {
        [STRIKE_SET] = "set", [STRIKE_HEAD] = "head", [STRIKE_TAIL] = "tail"
    };

    TRY(redis_time_us(r, &s->died_us, f));
    s->died_us += queue_jitter_us();
    s->words.keys = 2;
    words_text(&s->words, source);
    words_text(&s->words, KEY_DEAD);
    words_text(&s->words, from_words[from]);
    words_text(&s->words, s->kill ? "dead" : "gone");
    return 0;
}

void strike_done(struct strike *s)
{
    words_done(&s->words);
}

void strike_add_end(struct words *w, int64_t died_us, const char *payload, size_t payload_bytes)
{
    char score[SCORE_BYTES];

    queue_score(died_us, score);
    words_addf(w, "%s", score);
    add_job_lock(w, payload, payload_bytes);
}

void strike_add(struct strike *s, const char *payload, size_t payload_bytes)
{
    words_add(&s->words, payload, payload_bytes);
    strike_add_end(&s->words, s->died_us++, payload, payload_bytes);
    s->count++;
}

int strike_run(struct redis *r, const struct strike *s, int64_t *ret_ended, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    *ret_ended = 0;
    if (s->count == 0) {
        return 0;
    }
    TRY(words_script(r, &lua_strike, &s->words, &reply, f));
    TRY(reply_want_array(reply, s->count, "a strike", f));
    for (size_t i = 0; i < s->count; i++) {
        *ret_ended += reply_int(reply->element[i], 0);
    }
    return 0;
}

int move_init(struct redis *r, struct move *m, const char *set, struct fail *f)
{
    TRY(redis_time_us(r, &m->now_us, f));
    m->words.keys = 3;
    words_text(&m->words, set);
    words_text(&m->words, KEY_DEAD);
    words_text(&m->words, "queues");
    return 0;
}

void move_done(struct move *m)
{
    words_done(&m->words);
}

int move_add(struct move *m, const struct job *job, bool was_failed, struct fail *f)
{
    scoped(str_done) struct str next;
    struct fail why;

    str_init(&next, job->payload_bytes + 256);
    if (job_check_name(job->queue, "queue", &why) < 0) {
        return 0;
    }
    TRY(job_mark_enqueued(job, m->now_us, was_failed, &next, f));
    words_addf(&m->words, "%s", job->queue);
    words_text(&m->words, "");
    words_addf(&m->words, "%s", job->payload);
    words_addf(&m->words, "%s", next.data);
    m->count++;
    return 1;
}

int move_run(struct redis *r, const struct move *m, int64_t *ret_moved, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    *ret_moved = 0;
    if (m->count == 0) {
        return 0;
    }
    TRY(words_script(r, &lua_promote, &m->words, &reply, f));
    *ret_moved = reply_int(reply, 0);
    return 0;
}
