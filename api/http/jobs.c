/* /api/v1/jobs */
#include "api/http/resources.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/http/act.h"
#include "api/http/job_json.h"
#include "api/http/reply.h"
#include "api/http/text.h"
#include "common/base/json.h"
#include "common/model/audit.h"
#include "common/model/dead_jobs.h"
#include "common/model/overview.h"
#include "common/queue/search.h"

enum { PAGE_DEFAULT = 50, OFFSET_MAX = 1000000 };

static enum job_state state_of(const char *name)
{
    unsigned state = 0;
    while (name != NULL && state < JOB_STATES && strcmp(job_state_names[state], name) != 0) {
        state++;
    }
    return state < JOB_STATES ? (enum job_state)state : JOB_WAITING;
}

static bool is_archived(const struct request *rq)
{
    const char *state = request_text(rq, "state");
    return state != NULL && strcmp(state, "archived") == 0;
}

/* Is Redis asked for what only the jobs themselves say? */
static bool is_search(const struct request *rq)
{
    if (is_archived(rq)) {
        return false;
    }
    return request_text(rq, "type") != NULL || request_text(rq, "error") != NULL ||
           request_text(rq, "arg") != NULL;
}

/* Jobs to pass over: what `next` of the page before said, or `offset`.  A search goes on to the end, however far that is. */
static int first_of(const struct request *rq, int64_t *ret, struct fail *f)
{
    const char *cursor = request_text(rq, "cursor");
    int64_t most = is_search(rq) ? SEARCH_PLACE_MAX : OFFSET_MAX;

    *ret = request_int(rq, "offset", 0);
    if (cursor != NULL && !text_to_int(cursor, 1, most, ret)) {
        return fail_set(f, FAIL_INPUT, "cursor must be the `next` of the page before.");
    }
    return 0;
}

/* Those that have left Redis. */
static int get_archived(struct request *rq, int64_t offset, struct reply *re, struct fail *f)
{
    const struct dead_jobs_page page = { .queue = request_text(rq, "queue"),
                                         .type = request_text(rq, "type"),
                                         .error_class = request_text(rq, "error"),
                                         .offset = offset,
                                         .limit = request_int(rq, "limit", PAGE_DEFAULT) };
    scoped(free_p) char *text = NULL;

    if (request_text(rq, "arg") != NULL) {
        return fail_set(f, FAIL_INPUT, "arg is not asked of archived jobs.");
    }
    TRY(dead_jobs_list(rq->db, &page, &text, f));
    reply_json(re, 200, text);
    return 0;
}

static json_t *jobs_json(const struct job_entries *page)
{
    json_t *list = json_array();

    for (size_t i = 0; i < page->count; i++) {
        json_array_append_new(list, job_json(&page->items[i]));
    }
    return list;
}

/* What stands behind the page begins at `end`; as number and as the cursor of the page that follows. */
static void set_next(json_t *body, int64_t end, bool more)
{
    char next[24];

    snprintf(next, sizeof next, "%" PRId64, end);
    json_object_set_new(body, "next_offset", more ? json_integer(end) : json_null());
    json_object_set_new(body, "next", more ? json_string(next) : json_null());
}

/* All of a state, or of its queue. */
static int get_all(struct request *rq, int64_t first, struct reply *re, struct fail *f)
{
    scoped(job_entries_free) struct job_entries page = { 0 };
    const struct job_page wanted = { state_of(request_text(rq, "state")), request_text(rq, "queue"),
                                     (size_t)first,
                                     (size_t)request_int(rq, "limit", PAGE_DEFAULT) };

    TRY(queue_jobs(rq->redis, &wanted, &page, f));
    int64_t end = first + (int64_t)page.count;
    scoped(json_clear_p) json_t *body =
        json_pack("{s:o, s:I}", "jobs", jobs_json(&page), "total", (json_int_t)page.total);
    set_next(body, end, page.count > 0 && end < page.total && end <= OFFSET_MAX);
    return reply_value(re, 200, body, f);
}

/* Those that say what is asked for, as far as one request looks: how many there are is not known then. */
static int get_fitting(struct request *rq, int64_t first, struct reply *re, struct fail *f)
{
    scoped(job_entries_free) struct job_entries found = { 0 };
    struct job_search s = { .filter = { .state = state_of(request_text(rq, "state")),
                                        .queue = request_text(rq, "queue"),
                                        .type = request_text(rq, "type"),
                                        .error_class = request_text(rq, "error") },
                            .arg = request_text(rq, "arg"),
                            .first = (size_t)first,
                            .limit = (size_t)request_int(rq, "limit", PAGE_DEFAULT) };

    TRY(queue_search(rq->redis, &s, &found, f));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:o, s:n, s:I, s:I}", "jobs", jobs_json(&found), "total", "looked",
                  (json_int_t)s.next, "of", (json_int_t)s.total);
    set_next(body, (int64_t)s.next, !s.finished);
    return reply_value(re, 200, body, f);
}

int get_jobs(struct request *rq, struct reply *re, struct fail *f)
{
    int64_t first;

    TRY(first_of(rq, &first, f));
    if (is_archived(rq)) {
        return get_archived(rq, first, re, f);
    }
    return is_search(rq) ? get_fitting(rq, first, re, f) : get_all(rq, first, re, f);
}

/* Redis knows where a job is, Postgres what has become of it; one of the two is enough. */
int get_job(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(job_entries_free) struct job_entries found = { 0 };
    scoped(free_p) char *runs = NULL;
    scoped(json_clear_p) json_t *history = NULL;
    const char *jid = request_text(rq, "jid");

    int looked = queue_find(rq->redis, jid, &found, f);
    if (looked < 0 && f->kind != FAIL_MISSING) {
        return -1;
    }
    TRY(overview_job_runs(rq->db, jid, &runs, f));
    TRY(json_parse(runs, strlen(runs), "job_run", &history, f));
    if (found.count == 0 && json_array_size(history) == 0) {
        return fail_set(f, FAIL_MISSING, "there is no job '%s'", jid);
    }
    json_t *now = found.count > 0 ? job_json(&found.items[0]) : json_null();
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:o, s:O}", "jid", jid, "now", now, "runs", history);
    return reply_value(re, 200, body, f);
}

static int steer(struct request *rq, const char *action, act_fn *run, struct reply *re,
                 struct fail *f)
{
    const char *jid = request_text(rq, "jid");
    char subject[80];

    snprintf(subject, sizeof subject, "job:%s", jid);
    TRY(act_do(rq, &(struct act){ .action = action, .subject = subject, .name = jid, .run = run },
               f));
    scoped(json_clear_p) json_t *body = json_pack("{s:s, s:s}", "jid", jid, "done", action);
    return reply_value(re, 200, body, f);
}

/* From the archive, when Redis does not have the job. */
static int retry_archived(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    const char *jid = request_text(rq, "jid");
    char who[REQUEST_WHO_BYTES], subject[80];

    request_who(rq, who);
    snprintf(subject, sizeof subject, "job:%s", jid);
    TRY(db_begin(rq->db, &tx, f));
    TRY(audit_add(tx, who, "job.retry", subject, NULL, f));
    TRY(dead_jobs_retry(tx, rq->redis, jid, who, f));
    TRY(db_commit(&tx, f));
    scoped(json_clear_p) json_t *body = json_pack("{s:s, s:s}", "jid", jid, "done", "job.retry");
    return reply_value(re, 200, body, f);
}

int retry_job(struct request *rq, struct reply *re, struct fail *f)
{
    int result = steer(rq, "job.retry", queue_retry, re, f);

    return result < 0 && f->kind == FAIL_MISSING ? retry_archived(rq, re, f) : result;
}

int kill_job(struct request *rq, struct reply *re, struct fail *f)
{
    return steer(rq, "job.kill", queue_kill, re, f);
}

int delete_job(struct request *rq, struct reply *re, struct fail *f)
{
    return steer(rq, "job.delete", queue_delete, re, f);
}
