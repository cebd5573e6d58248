#include <inttypes.h>

#include "common/queue/queue_priv.h"
#include "queue_lua.h"

static const char payload[] = "{\"class\":\"" CANARY_QUEUE "\",\"queue\":\"" CANARY_QUEUE "\","
                              "\"args\":[],\"retry\":0,\"jid\":\"000000000000000000000000\"}";

int queue_canary(struct redis *r, int64_t every_ms, struct canary *ret, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 5 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct claim_list list;

    queue_claim_list(CANARY_IDENTITY, CANARY_QUEUE, 0, &list);
    words_text(&w, "dropship:canary");
    words_text(&w, list.key);
    words_text(&w, KEY_QUEUE CANARY_QUEUE);
    words_text(&w, "queues");
    words_text(&w, KEY_LISTS);
    words_addf(&w, "%" PRId64, every_ms);
    words_text(&w, payload);
    words_text(&w, CANARY_QUEUE);
    TRY(words_script(r, &lua_canary, &w, &reply, f));
    TRY(reply_want_array(reply, 2, "the canary", f));
    ret->age_ms = reply_int(reply->element[0], 0);
    ret->back_ms = reply_int(reply->element[1], -1);
    return 0;
}
