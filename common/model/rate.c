#include "common/model/rate.h"

#include <inttypes.h>
#include <stdio.h>

#include "lua/model.h"

enum { KEY_BYTES = RATE_SUBJECT_BYTES + 16, NUMBER_BYTES = 24 };

int rate_take(struct redis *r, const struct rate_bucket *bucket, int64_t want,
              struct rate_grant *ret, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    char key[KEY_BYTES], wanted[NUMBER_BYTES], size[NUMBER_BYTES];

    snprintf(key, sizeof key, "dropship:rate:%.*s", RATE_SUBJECT_BYTES - 1, bucket->subject);
    snprintf(wanted, sizeof wanted, "%" PRId64, want);
    snprintf(size, sizeof size, "%" PRId64, bucket->per_minute);
    const char *argv[] = { key, wanted, size };
    const struct redis_args args = { .argv = argv, .argc = COUNT_OF(argv), .keys = 1 };
    TRY(redis_eval(r, &lua_model_rate_take, &args, &reply, f));
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3) {
        return fail_set(f, FAIL_BUG, "rate_take answered with type %d", reply->type);
    }
    *ret = (struct rate_grant){ .tokens = reply->element[0]->integer,
                                .left = reply->element[1]->integer,
                                .wait_ms = reply->element[2]->integer };
    return 0;
}
