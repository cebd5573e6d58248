#include "api/http/bulk_rows.h"

#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"

static json_t *id_of(json_t *item)
{
    return json_is_object(item) ? json_object_get(item, "id") : item;
}

static bool is_id(const json_t *id)
{
    return json_is_integer(id) ? json_integer_value(id) > 0
                               : json_is_string(id) && json_string_length(id) > 0;
}

static int check_ids(const json_t *ids, struct fail *f)
{
    size_t count = json_array_size(ids);

    if (count == 0 || count > BULK_ROWS_MAX) {
        return fail_set(f, FAIL_INPUT, "ids must name 1 to %d.", BULK_ROWS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *id = id_of(json_array_get(ids, i));

        if (!is_id(id)) {
            return fail_set(f, FAIL_INPUT, "ids[%zu] is no id.", i);
        }
        for (size_t before = 0; before < i; before++) {
            if (json_equal(id_of(json_array_get(ids, before)), id)) {
                return fail_set(f, FAIL_INPUT, "ids[%zu] is named twice.", i);
            }
        }
    }
    return 0;
}

int bulk_row_number(const json_t *item, int64_t *ret, struct fail *f)
{
    *ret = json_integer_value(item);
    return json_is_integer(item) ? 0 : fail_set(f, FAIL_INPUT, "ids are whole numbers here.");
}

/* As it would have been answered alone. */
static json_t *result_of(const struct request *rq, json_t *id, bool ok, const struct fail *f)
{
    int status = 200;
    const char *told = ok ? NULL : reply_told(f, &status);

    if (status >= 500) {
        log_error("http.failed", kv_str("request_id", rq->id), kv_str("path", rq->path),
                  kv_fail(f));
    }
    return json_pack("{s:O, s:b, s:i, s:s?}", "id", id, "ok", ok, "status", status, "text", told);
}

/* Do it to one, unless those before have waited in vain for too long: a connection is lent for this, and somebody waits. */
static bool run_one(struct request *rq, bulk_row_fn *one, const json_t *item, int64_t *late_ms,
                    struct fail *why)
{
    int64_t started_ms = clock_mono_ms();

    if (*late_ms >= BULK_LATE_MS) {
        (void)fail_later(why, FAIL_LATER, 1000, "not tried: others of the list kept us waiting");
        return false;
    }
    bool ok = one(rq, item, why) >= 0;
    *late_ms += !ok && why->kind == FAIL_LATER ? clock_mono_ms() - started_ms : 0;
    return ok;
}

int bulk_rows(struct request *rq, bulk_row_fn *one, struct reply *re, struct fail *f)
{
    scoped(json_clear_p) json_t *ids = NULL;
    const char *text = request_text(rq, "ids");
    int done = 0, failed = 0;
    int64_t late_ms = 0;

    TRY(json_parse(text, strlen(text), "ids", &ids, f));
    TRY(check_ids(ids, f));
    scoped(json_clear_p) json_t *results = json_array();
    for (size_t i = 0; i < json_array_size(ids); i++) {
        json_t *item = json_array_get(ids, i);
        struct fail why = { .kind = FAIL_NONE };
        bool ok = run_one(rq, one, item, &late_ms, &why);

        done += ok;
        failed += !ok;
        if (json_array_append_new(results, result_of(rq, id_of(item), ok, &why)) < 0) {
            return fail_memory(f);
        }
    }
    scoped(json_clear_p) json_t *body =
        json_pack("{s:O, s:i, s:i}", "results", results, "done", done, "failed", failed);
    return reply_value(re, 200, body, f);
}
