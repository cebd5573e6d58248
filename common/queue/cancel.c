#include "common/queue/cancel.h"

#include <string.h>

#include "common/queue/queue_priv.h"
#include "queue_lua.h"

static int check_jid(const char *jid, struct fail *f)
{
    size_t size = strlen(jid);

    return size > 0 && size < JOB_JID_BYTES
               ? 0
               : fail_set(f, FAIL_INPUT, "a job id has 1 to %d characters", JOB_JID_BYTES - 1);
}

int queue_cancel(struct redis *r, const char *jid, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 2 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    TRY(check_jid(jid, f));
    words_addf(&w, "it-%s", jid);
    words_text(&w, KEY_CANCELLED);
    words_text(&w, jid);
    words_addf(&w, "%d", CANCEL_TTL_S);
    words_addf(&w, "%d", CANCEL_KEPT_MAX);
    return words_script(r, &lua_cancel, &w, &reply, f);
}

int queue_cancelled(struct redis *r, const char *jid, bool *ret, struct fail *f)
{
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    TRY(check_jid(jid, f));
    words_text(&w, "HEXISTS");
    words_addf(&w, "it-%s", jid);
    words_text(&w, "cancelled");
    TRY(words_call(r, &w, &reply, f));
    *ret = reply_int(reply, 0) == 1;
    return 0;
}

int queue_cancelled_each(struct redis *r, const char *const *jids, size_t count, bool *ret,
                         struct fail *f)
{
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    if (count == 0) {
        return 0;
    }
    words_reserve(&w, count + 2);
    words_text(&w, "ZMSCORE");
    words_text(&w, KEY_CANCELLED);
    for (size_t i = 0; i < count; i++) {
        words_text(&w, jids[i]);
    }
    TRY(words_call(r, &w, &reply, f));
    TRY(reply_want_array(reply, count, "ZMSCORE", f));
    for (size_t i = 0; i < count; i++) {
        ret[i] = reply_is_text(reply->element[i]);
    }
    return 0;
}
