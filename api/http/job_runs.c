/* /api/v1/job-runs, /job-stats, /job-errors: the history of jobs, as Postgres has it. */
#include "api/http/resources.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/http/reply.h"
#include "api/http/text.h"
#include "common/model/one_json.h"
#include "sql/api.h"

enum { PAGE_DEFAULT = 50, WINDOW_DEFAULT_S = 3600, ERRORS_DEFAULT_S = 86400, NUMBER_BYTES = 24 };

/* "MICROSECONDS-ATTEMPT-JID" */
struct place {
    char at[NUMBER_BYTES], attempt[NUMBER_BYTES];
    const char *jid; /* points into the cursor */
};

static bool take_number(const char **text, int64_t max, char out[static NUMBER_BYTES])
{
    size_t length = strcspn(*text, "-");
    int64_t unused;

    if ((*text)[length] != '-' || length >= NUMBER_BYTES) {
        return false;
    }
    memcpy(out, *text, length);
    out[length] = '\0';
    *text += length + 1;
    return text_to_int(out, 0, max, &unused);
}

static int take_cursor(const char *cursor, struct place *ret, struct fail *f)
{
    if (!take_number(&cursor, INT64_C(4000000000000000), ret->at) ||
        !take_number(&cursor, INT32_MAX, ret->attempt) || cursor[0] == '\0') {
        return fail_set(f, FAIL_INPUT, "cursor must be the `next` of the page before.");
    }
    ret->jid = cursor;
    return 0;
}

/* A number of the request as text, NULL when it was not given. */
static const char *number_of(const struct request *rq, const char *name,
                             char text[static NUMBER_BYTES])
{
    if (request_text(rq, name) == NULL) {
        return NULL;
    }
    snprintf(text, NUMBER_BYTES, "%" PRId64, request_int(rq, name, 0));
    return text;
}

int get_job_runs(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    struct place after = { .jid = NULL };
    char limit[NUMBER_BYTES], from[NUMBER_BYTES], to[NUMBER_BYTES];
    const char *cursor = request_text(rq, "cursor");

    if (cursor != NULL) {
        TRY(take_cursor(cursor, &after, f));
    }
    snprintf(limit, sizeof limit, "%" PRId64, request_int(rq, "limit", PAGE_DEFAULT));
    const char *params[] = { request_text(rq, "type"),
                             request_text(rq, "queue"),
                             request_text(rq, "outcome"),
                             request_text(rq, "error"),
                             number_of(rq, "from", from),
                             number_of(rq, "to", to),
                             limit,
                             cursor != NULL ? after.at : NULL,
                             after.jid,
                             cursor != NULL ? after.attempt : NULL };
    TRY(one_json(rq->db, &sql_api_job_runs_page, params, &json, f));
    reply_json(re, 200, json);
    return 0;
}

static int over_window(struct request *rq, const struct embedded *sql, int64_t otherwise_s,
                       struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    char window[NUMBER_BYTES];

    snprintf(window, sizeof window, "%" PRId64, request_int(rq, "window_s", otherwise_s));
    TRY(one_json(rq->db, sql, (const char *[]){ window }, &json, f));
    reply_json(re, 200, json);
    return 0;
}

int get_job_stats(struct request *rq, struct reply *re, struct fail *f)
{
    return over_window(rq, &sql_api_job_stats, WINDOW_DEFAULT_S, re, f);
}

int get_job_errors(struct request *rq, struct reply *re, struct fail *f)
{
    return over_window(rq, &sql_api_job_errors, ERRORS_DEFAULT_S, re, f);
}
