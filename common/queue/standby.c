#include "common/queue/standby.h"

#include <stdlib.h>

#include "common/queue/queue_priv.h"
#include "queue_lua.h"

/* Whether the first entry of the set has been due for more than overdue_ms. */
static int is_overdue(struct redis *r, const char *set, int64_t overdue_ms, bool *ret,
                      struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 1 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    const redisReply *score;
    double now_us;

    words_text(&w, set);
    words_text(&w, "1");
    TRY(words_script(r, &lua_due, &w, &reply, f));
    TRY(reply_want_array(reply, 2, "due jobs", f));
    now_us = (double)reply_int(reply->element[0], 0);
    score = reply_at(reply, 3); /* "-inf", too */
    *ret = score != NULL && reply_is_text(score) &&
           now_us - strtod(score->str, NULL) * 1e6 > (double)overdue_ms * 1e3;
    return 0;
}

int queue_promote_standby(struct redis *r, int64_t overdue_ms, size_t max, int64_t *ret_moved,
                          struct fail *f)
{
    bool overdue = false;
    int64_t next_ms;

    *ret_moved = 0;
    TRY(is_overdue(r, KEY_RETRY, overdue_ms, &overdue, f));
    if (!overdue) {
        TRY(is_overdue(r, KEY_SCHEDULE, overdue_ms, &overdue, f));
    }
    return overdue ? queue_promote(r, max, ret_moved, &next_ms, f) : 0;
}
