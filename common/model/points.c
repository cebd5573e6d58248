#include "common/model/points.h"

#include <stdio.h>

#include "common/base/clock.h"
#include "common/base/str.h"

#define DAY_US INT64_C(86400000000)

/* A whole number of the limiter's hash; `otherwise` when it is absent or says something else. */
static int64_t number_of(const redisReply *pair, size_t index, int64_t otherwise)
{
    struct fail no_number;
    int64_t value = otherwise;

    if (pair->type != REDIS_REPLY_ARRAY || index >= pair->elements ||
        pair->element[index]->type != REDIS_REPLY_STRING ||
        str_to_int(pair->element[index]->str, 0, INT64_MAX, "points", &value, &no_number) < 0) {
        return otherwise;
    }
    return value;
}

int points_used_today(struct redis *r, const char *account, int64_t *ret, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *pair = NULL;
    char key[128];

    (void)snprintf(key, sizeof key, "dropship:limit:%.80s:points", account);
    TRY(redis_do(r, &pair, f, "HMGET", key, "day", "used", NULL));
    bool today = number_of(pair, 0, -1) == clock_now_us() / DAY_US;
    *ret = today ? number_of(pair, 1, 0) : 0;
    return 0;
}
