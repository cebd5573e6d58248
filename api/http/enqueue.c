/* POST /api/v1/jobs and /api/v1/jobs/JID/cancel */
#include "api/http/resources.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/http/act.h"
#include "api/http/reply.h"
#include "api/http/request.h"
#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/audit.h"
#include "common/model/job_catalog.h"
#include "common/queue/cancel.h"
#include "common/queue/job_scan.h"
#include "common/queue/queue.h"

static void note_args(void *context, const char *name, size_t name_bytes,
                      const struct json_span *value)
{
    char text[8];

    if (json_span_text(name, name_bytes, text, sizeof text) && strcmp(text, "args") == 0) {
        *(struct json_span *)context = *value;
    }
}

/* The bytes of `args` as the client wrote them: no number passes through a parser.  *ret is the caller's; NULL when absent. */
static int raw_args(const struct request *rq, char **ret, struct fail *f)
{
    struct json_span args = { .text = NULL };
    const struct json_visitor visitor = { note_args, &args };
    struct json_scanned seen;

    if (json_scan(rq->body, rq->body_bytes, JOB_MAX_DEPTH, &visitor, &seen) < 0) {
        return fail_set(f, FAIL_INPUT, "The body is not valid JSON: %s.", seen.why);
    }
    if (args.text != NULL) {
        *ret = strndup(args.text, args.size_bytes);
        return *ret != NULL ? 0 : fail_memory(f);
    }
    return 0;
}

static int read_due(const struct request *rq, int64_t *ret_us, struct fail *f)
{
    int64_t in_s = request_int(rq, "in_s", 0);

    *ret_us = request_int(rq, "at", 0);
    if (in_s > 0 && *ret_us != 0) {
        return fail_set(f, FAIL_INPUT, "Either in_s or at, not both.");
    }
    if (in_s > 0) {
        *ret_us = clock_now_us() + in_s * 1000000;
    }
    return 0;
}

static int read_job(const struct request *rq, struct job_spec *ret, struct fail *f)
{
    const char *type = request_text(rq, "type"), *queue = request_text(rq, "queue");
    const struct job_kind *kind = job_kind_find(type);

    if (kind == NULL && queue == NULL) {
        return fail_set(f, FAIL_INPUT, "There is no job type '%s'; a foreign one needs its queue.",
                        type);
    }
    *ret = (struct job_spec){ .type = type,
                              .queue = queue != NULL ? queue : kind->queue,
                              .trace_id = rq->trace,
                              .max_retries = kind != NULL ? kind->tries : -1,
                              .expires_in_s = request_int(rq, "expires_in_s", 0),
                              .unique_for_s = request_int(rq, "unique_for_s", 0),
                              .unique_key = request_text(rq, "unique_key") };
    return read_due(rq, &ret->run_at_us, f);
}

/* With its line in the audit, as act_do.  Returns as queue_enqueue. */
static int enqueue(struct request *rq, const struct job_spec *spec,
                   char holder[static JOB_JID_BYTES], struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(json_clear_p) json_t *detail =
        json_pack("{s:s, s:s}", "type", spec->type, "queue", spec->queue);
    char who[REQUEST_WHO_BYTES], subject[80];

    request_who(rq, who);
    snprintf(subject, sizeof subject, "job:%s", spec->jid);
    TRY(db_begin(rq->db, &tx, f));
    TRY(audit_add(tx, who, "job.enqueue", subject, detail, f));
    int duplicate = queue_enqueue(rq->redis, spec, holder, f);
    TRY(duplicate);
    return duplicate == 1 ? 1 : db_commit(&tx, f);
}

/* 409 with the id of the job that is there. */
static int tell_duplicate(const struct request *rq, const char *jid, struct reply *re,
                          struct fail *f)
{
    char detail[128];

    snprintf(detail, sizeof detail, "duplicate of %s", jid);
    scoped(json_clear_p) json_t *problem = json_pack(
        "{s:s, s:s, s:i, s:s, s:s, s:s}", "type", "about:blank", "title", reply_reason(409),
        "status", 409, "detail", detail, "request_id", rq->id, "jid", jid);
    TRY(reply_value(re, 409, problem, f));
    re->type = "application/problem+json";
    return 0;
}

/* A limit of ours, and no trouble: the client is told which. */
static bool is_pressure(const struct fail *f)
{
    return f->kind == FAIL_LATER &&
           (strcmp(f->code, "QUEUE_FULL") == 0 || strcmp(f->code, "MEMORY_FULL") == 0);
}

int post_job(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *args = NULL;
    char jid[ID_JID_BYTES], holder[JOB_JID_BYTES];
    struct job_spec spec;

    TRY(read_job(rq, &spec, f));
    TRY(raw_args(rq, &args, f));
    id_new_jid(jid);
    spec.jid = jid;
    spec.args = args;
    int duplicate = enqueue(rq, &spec, holder, f);
    if (duplicate < 0 && is_pressure(f)) {
        reply_problem(re, rq, 503, f->text, NULL);
        reply_header(re, "Retry-After: %" PRId64, (f->retry_after_ms + 999) / 1000);
        return 0;
    }
    TRY(duplicate);
    if (duplicate == 1) {
        return tell_duplicate(rq, holder, re, f);
    }
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s, s:s}", "jid", jid, "type", spec.type, "queue", spec.queue);
    return reply_value(re, 200, body, f);
}

int cancel_job(struct request *rq, struct reply *re, struct fail *f)
{
    const char *jid = request_text(rq, "jid");
    char subject[80];

    snprintf(subject, sizeof subject, "job:%s", jid);
    TRY(act_do(rq,
               &(struct act){
                   .action = "job.cancel", .subject = subject, .name = jid, .run = queue_cancel },
               f));
    scoped(json_clear_p) json_t *body = json_pack("{s:s, s:s}", "jid", jid, "done", "job.cancel");
    return reply_value(re, 200, body, f);
}
