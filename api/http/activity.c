/* /api/v1/activity: what people, keys and rules did, in one list by time. */
#include "api/http/activity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/http/reply.h"
#include "api/http/resources.h"
#include "api/http/text.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "common/model/one_json.h"
#include "sql/ops.h"

enum { PAGE_DEFAULT = 50, PARAMS = 14, WORD_BYTES = 24 };

/* Places of the parameters of activity_page.sql. */
enum { BY, WHO, ACTION, ORDER_STEP, PRODUCT_STEP, SUBJECT, ORDER, PRODUCT, FROM, TO, LIMIT };
enum { LAST_AT = LIMIT + 1, LAST_SOURCE, LAST_ID };

/* Sources of entries with their rank, as the query has them. */
static const struct source {
    const char *name, *rank;
} sources[] = { { "audit", "3" }, { "order", "2" }, { "product", "1" } };

/* "MICROSECONDS-SOURCE-ID" of the last entry seen, cut into its three numbers. */
static int read_cursor(const char *cursor, char words[3][WORD_BYTES], const char *params[PARAMS],
                       struct fail *f)
{
    const char *at = cursor;
    int64_t number = 0;

    for (size_t i = 0; i < 3; i++) {
        size_t length = strcspn(at, "-");
        bool last = i == 2;
        if (length == 0 || length >= WORD_BYTES || (at[length] == '\0') != last) {
            return fail_set(f, FAIL_INPUT, "cursor must be the `next` of the page before.");
        }
        (void)snprintf(words[i], WORD_BYTES, "%.*s", (int)length, at);
        if (!text_to_int(words[i], 0, i == 1 ? 9 : INT64_MAX / 2, &number)) {
            return fail_set(f, FAIL_INPUT, "cursor must be the `next` of the page before.");
        }
        params[LAST_AT + i] = words[i];
        at += length + (last ? 0 : 1);
    }
    return 0;
}

/* The action as a step of this source ("order.held" -> "held"); NULL when it is another's. */
static const char *step_of(const char *action, const char *prefix)
{
    size_t length = strlen(prefix);
    return action != NULL && strncmp(action, prefix, length) == 0 ? action + length : NULL;
}

/* An id behind "order:"; NULL when the object is none of these. */
static const char *id_of(const char *object, const char *prefix)
{
    int64_t unused = 0;
    const char *id = step_of(object, prefix);
    return id != NULL && text_to_int(id, 1, INT64_MAX, &unused) ? id : NULL;
}

static void filter(const struct request *rq, const char *params[PARAMS])
{
    const char *what = request_text(rq, "what"), *object = request_text(rq, "object");
    const char *setting = step_of(object, "setting:");

    params[BY] = object != NULL ? "object" : (what != NULL ? "what" : "time");
    params[WHO] = request_text(rq, "who");
    params[ACTION] = what;
    params[ORDER_STEP] = step_of(what, "order.");
    params[PRODUCT_STEP] = step_of(what, "product.");
    params[SUBJECT] = setting != NULL ? setting : object;
    params[ORDER] = id_of(object, "order:");
    params[PRODUCT] = id_of(object, "product:");
}

static const char *instant(const struct request *rq, const char *name, struct sql_text *text)
{
    return request_text(rq, name) != NULL ? sql_int(text, request_int(rq, name, 0)) : NULL;
}

int get_activity(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    const char *params[PARAMS] = { NULL };
    char words[3][WORD_BYTES];
    struct sql_text from, to, limit;
    const char *cursor = request_text(rq, "cursor");

    if (request_text(rq, "what") != NULL && request_text(rq, "object") != NULL) {
        return fail_set(f, FAIL_INPUT, "Give what or object, not both.");
    }
    filter(rq, params);
    params[FROM] = instant(rq, "from", &from);
    params[TO] = instant(rq, "to", &to);
    params[LIMIT] = sql_int(&limit, request_int(rq, "limit", PAGE_DEFAULT));
    TRY(cursor != NULL ? read_cursor(cursor, words, params, f) : 0);
    TRY(one_json(rq->db, &sql_ops_activity_page, params, &json, f));
    reply_json(re, 200, json);
    return 0;
}

/* Rank and id of "audit-12". */
static int read_id(const char *id, const char *params[PARAMS], struct fail *f)
{
    int64_t unused = 0;

    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        size_t length = strlen(sources[i].name);
        if (strncmp(id, sources[i].name, length) == 0 && id[length] == '-' &&
            text_to_int(id + length + 1, 1, INT64_MAX, &unused)) {
            params[LAST_SOURCE] = sources[i].rank;
            params[LAST_ID] = id + length + 1;
            return 0;
        }
    }
    return fail_set(f, FAIL_INPUT, "An entry is audit-N, order-N or product-N.");
}

int activity_entry(struct request *rq, const char *id, json_t **ret, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *page = NULL;
    const char *params[PARAMS] = { [BY] = "one", [LIMIT] = "1" };

    TRY(read_id(id, params, f));
    TRY(one_json(rq->db, &sql_ops_activity_page, params, &text, f));
    TRY(json_parse(text, strlen(text), "the activity", &page, f));
    *ret = json_incref(json_at(page, "activity.0"));
    return *ret != NULL ? 0 : fail_set(f, FAIL_MISSING, "there is no entry '%s'", id);
}
