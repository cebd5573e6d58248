/* What outside services make us wait for: hashes dropship:limit:PROVIDER, written by the workers. */
#include <string.h>

#include "api/cli/out.h"
#include "api/cli/show.h"
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

/* Instants are written in seconds, milliseconds or microseconds since the epoch; their size tells which. */
static json_t *until_of(const char *text)
{
    struct fail f;
    int64_t at = 0;

    if (text == NULL || str_to_int(text, 0, INT64_MAX, "until", &at, &f) < 0) {
        return text != NULL ? out_lossy(text, strlen(text)) : json_null();
    }
    if (at < 100000000000) {
        at *= 1000000;
    } else if (at < 100000000000000) {
        at *= 1000;
    }
    return out_instant(at);
}

static int add_limit(struct redis *r, const char *key, json_t *list, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *pair = NULL;

    if (redis_do(r, &pair, f, "HMGET", key, "text", "until", NULL) < 0) {
        return f->kind == FAIL_BUG ? 0 : -1; /* WRONGTYPE: a bookkeeping key beside the notes */
    }
    const char *text = text_of(pair, 0);
    if (text != NULL && text[0] != '\0') {
        json_array_append_new(
            list, json_pack("{s:s, s:o, s:o}", "provider", key + strlen(LIMIT_PREFIX), "text",
                            out_lossy(text, strlen(text)), "until", until_of(text_of(pair, 1))));
    }
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
