/* What outside services make us wait for: hashes dropship:limit:PROVIDER, written by the workers. */
#include <string.h>

#include "api/cli/out.h"
#include "api/cli/show.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"

#define LIMIT_PREFIX "dropship:limit:"
enum { SCAN_STEPS_MAX = 10000 };

static const char *text_of(const redisReply *pair, size_t index)
{
    return pair->elements > index && pair->element[index]->type == REDIS_REPLY_STRING
               ? pair->element[index]->str
               : NULL;
}

/* Decimal seconds since the epoch, as the limiter's scripts write them; 0 when they say nothing. */
static int64_t until_us(const char *text)
{
    struct fail f;
    double seconds = 0;

    if (text == NULL || str_to_double(text, 0, 1e11, "until", &seconds, &f) < 0) {
        return 0;
    }
    return (int64_t)(seconds * 1e6);
}

static int add_limit(struct redis *r, const char *key, json_t *list, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *pair = NULL;

    if (redis_do(r, &pair, f, "HMGET", key, "text", "until", NULL) < 0) {
        return f->kind == FAIL_BUG ? 0 : -1; /* WRONGTYPE: a bookkeeping key beside the notes */
    }
    const char *text = text_of(pair, 0);
    int64_t until = until_us(text_of(pair, 1));
    if (text == NULL || text[0] == '\0' || (until > 0 && until < clock_now_us())) {
        return 0; /* a wait that is over keeps its note for a while */
    }
    json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "provider", key + strlen(LIMIT_PREFIX),
                                          "text", out_lossy(text, strlen(text)), "until",
                                          out_instant(until)));
    return 0;
}

static int scan_step(struct redis *r, char cursor[static 32], json_t *list, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *page = NULL;

    TRY(redis_do(r, &page, f, "SCAN", cursor, "MATCH", LIMIT_PREFIX "*", "COUNT", "1000", NULL));
    if (page->type != REDIS_REPLY_ARRAY || page->elements != 2) {
        return fail_set(f, FAIL_BUG, "SCAN gave an unexpected answer");
    }
    for (size_t i = 0; i < page->element[1]->elements; i++) {
        TRY(add_limit(r, page->element[1]->element[i]->str, list, f));
    }
    str_fit(cursor, 32, page->element[0]->str);
    return 0;
}

int show_limits(struct redis *r, json_t **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *list = json_array();
    char cursor[32] = "0";
    int steps = 0;

    do {
        TRY(scan_step(r, cursor, list, f));
    } while (strcmp(cursor, "0") != 0 && ++steps < SCAN_STEPS_MAX);
    *ret = take_ptr(list);
    return 0;
}
