#include "common/queue/scale.h"

#include <stdlib.h>
#include <string.h>

#include "common/queue/queue_priv.h"
#include "queue_lua.h"

#define KEY_THREADS "dropship:threads"

static int check_identity(const char *identity, struct fail *f)
{
    if (identity[0] == '\0' || strlen(identity) >= sizeof((struct scale_wish *)0)->identity ||
        strchr(identity, ' ') != NULL) {
        return fail_set(f, FAIL_INPUT, "a worker's identity has 1 to 127 characters and no space");
    }
    return 0;
}

int queue_scale_set(struct redis *r, const char *identity, const char *queue, int threads,
                    struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 1 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    TRY(job_check_name(queue, "queue", f));
    TRY(identity != NULL ? check_identity(identity, f) : 0);
    if (threads != SCALE_NOT_SET && (threads < 1 || threads > SCALE_THREADS_MAX)) {
        return fail_set(f, FAIL_INPUT, "a lane has 1 to %d threads", SCALE_THREADS_MAX);
    }
    words_text(&w, KEY_THREADS);
    words_text(&w, KEY_LEASE);
    words_text(&w, identity != NULL ? identity : "");
    words_text(&w, queue);
    if (threads == SCALE_NOT_SET) {
        words_text(&w, "");
    } else {
        words_addf(&w, "%d", threads);
    }
    TRY(words_script(r, &lua_scale, &w, &reply, f));
    if (reply_int(reply, 0) != 1) {
        return fail_set(f, FAIL_MISSING, "there is no worker %.100s", identity);
    }
    return 0;
}

/* The number in a field; SCALE_NOT_SET for anything that is none. */
static int threads_of(const redisReply *value)
{
    struct fail ignored; /* as if it were not there */
    int64_t threads;

    if (!reply_is_text(value) ||
        str_to_int(value->str, 1, SCALE_THREADS_MAX, "threads", &threads, &ignored) < 0) {
        return SCALE_NOT_SET;
    }
    return (int)threads;
}

int queue_scale_get(struct redis *r, const char *identity, struct scale_lane *lanes, size_t count,
                    struct fail *f)
{
    scoped(words_done) struct words w = { .items = NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    if (count == 0) {
        return 0;
    }
    words_text(&w, "HMGET");
    words_text(&w, KEY_THREADS);
    for (size_t i = 0; i < count; i++) {
        words_addf(&w, "%s %s", identity, lanes[i].queue);
        words_text(&w, lanes[i].queue);
    }
    TRY(words_call(r, &w, &reply, f));
    TRY(reply_want_array(reply, 2 * count, "HMGET", f));
    for (size_t i = 0; i < count; i++) {
        int own = threads_of(reply->element[2 * i]);

        lanes[i].threads = own != SCALE_NOT_SET ? own : threads_of(reply->element[2 * i + 1]);
    }
    return 0;
}

static int compare_wishes(const void *a, const void *b)
{
    const struct scale_wish *one = a, *other = b;
    int order = strcmp(one->queue, other->queue);

    return order != 0 ? order : strcmp(one->identity, other->identity);
}

/* false for a field that is no wish. */
static bool read_wish(const redisReply *field, const redisReply *value, struct scale_wish *ret)
{
    const char *space;

    ret->threads = threads_of(value);
    if (ret->threads == SCALE_NOT_SET || !reply_is_text(field)) {
        return false;
    }
    space = strchr(field->str, ' ');
    if (space == NULL) {
        ret->identity[0] = '\0';
        return str_fit(ret->queue, sizeof ret->queue, field->str);
    }
    if ((size_t)(space - field->str) >= sizeof ret->identity) {
        return false;
    }
    memcpy(ret->identity, field->str, (size_t)(space - field->str));
    ret->identity[space - field->str] = '\0';
    return str_fit(ret->queue, sizeof ret->queue, space + 1);
}

int queue_scale_list(struct redis *r, struct scale_wish **ret, size_t *ret_count, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct scale_wish *wishes;
    size_t count = 0;

    TRY(redis_do(r, &reply, f, "HGETALL", KEY_THREADS, NULL));
    TRY(reply_want_array(reply, 0, "HGETALL", f));
    wishes = calloc(reply->elements / 2 + 1, sizeof *wishes);
    if (wishes == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i + 1 < reply->elements; i += 2) {
        if (read_wish(reply->element[i], reply->element[i + 1], &wishes[count])) {
            count++;
        }
    }
    qsort(wishes, count, sizeof *wishes, compare_wishes);
    *ret = wishes;
    *ret_count = count;
    return 0;
}
