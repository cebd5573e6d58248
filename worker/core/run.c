#include "worker/core/run.h"

#include <string.h>

#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/queue/job_scan.h"
#include "common/queue/queue.h"
#include "common/redis/redis.h"
#include "worker/core/run_args.h"

/* A stored form is the payload plus the members of a failure; a foreign payload may be large. */
enum { NEXT_SLACK_BYTES = 64 * 1024, ARGS_KEPT_BYTES = 4096, OPEN_WAIT_MS = 1000 };

/* Fixed set of reasons for payloads that never reach a handler (error_class is printed raw by
 * some readers). */
static const char *const bad_payload = "BadPayload";
static const char *const bad_arguments = "BadArguments";
static const char *const unknown_job = "UnknownJob";

struct attempt { /* one run under way */
    struct runner *runner;
    const struct job_type *type; /* NULL until found */
    const struct job *job;       /* NULL when unreadable */
    const char *error_class;     /* set instead of a verdict's when the handler was never reached */
    bool started;                /* the handler was reached */
    int64_t began_ms;            /* monotonic */
    int returned;
    struct job_context context;
    struct fail fail;
};

void runner_done(struct runner *r)
{
    services_close(take_ptr(r->services));
}

void run_result_init(struct run_result *r)
{
    memset(r, 0, sizeof *r);
    str_init(&r->next, SIZE_MAX / 2);
}

void run_result_done(struct run_result *r)
{
    str_done(&r->next);
    free(take_ptr(r->args));
}

/* Field by field: the texts are most of it, and done jobs fill few of them. */
void run_result_clear(struct run_result *r)
{
    free(take_ptr(r->args));
    str_clear(&r->next);
    r->jid[0] = r->type[0] = r->trace_id[0] = r->error_class[0] = r->error[0] = '\0';
    r->at_us = r->enqueued_us = r->started_us = r->finished_us = 0;
    r->ran = r->failed = r->infrastructure = r->keep = r->no_lock = false;
    r->job_type = NULL;
    r->attempt = 0;
    r->outcome = RUN_DONE;
}

struct run_result *run_result_move(struct run_result *r)
{
    struct run_result *copy = malloc(sizeof *copy);

    if (copy != NULL) {
        *copy = *r;
        run_result_init(r);
    }
    return copy;
}

void run_result_free(struct run_result *r)
{
    if (r != NULL) {
        run_result_done(r);
        free(r);
    }
}

const struct job_type *job_type_find(const struct job_types *types, const char *name)
{
    for (size_t i = 0; i < types->count; i++) {
        if (strcmp(types->items[i].name, name) == 0) {
            return &types->items[i];
        }
    }
    return NULL;
}

static int refuse(struct attempt *a, const char *error_class, const char *text)
{
    a->error_class = error_class;
    return fail_code(&a->fail, FAIL_INPUT, error_class, "%s", text);
}

static bool without(const struct attempt *a, enum job_without what)
{
    return (a->type->without & (unsigned)what) != 0;
}

/* Type and arguments of a readable payload. */
static int prepare(struct attempt *a)
{
    a->type = job_type_find(a->runner->types, a->job->type);
    if (a->type == NULL) {
        return refuse(a, unknown_job,
                      a->job->type[0] == '\0' ? "the payload names no class"
                                              : "no such job type is known to this worker");
    }
    if (a->job->args == NULL || !a->job->args_is_array) {
        return refuse(a, bad_arguments, "args is not an array");
    }
    if (without(a, JOB_WITHOUT_ARGS)) {
        return 0;
    }
    if (run_args_parse(a->job->args, a->job->args_bytes, &a->context.args, &a->fail) < 0) {
        a->error_class = bad_arguments;
        return -1;
    }
    return 0;
}

/* Connections; a failure here is the infrastructure's. */
static int connect_services(struct attempt *a, struct run_result *ret)
{
    struct runner *r = a->runner;

    if (services_unwanted(a->type->without)) {
        return 0;
    }
    if ((r->services == NULL && services_new(r->conf, &r->services, &a->fail) < 0) ||
        services_ready(r->services, a->type->without, &a->fail) < 0) {
        ret->infrastructure = true;
        return -1;
    }
    services_lend(r->services, &a->context);
    return 0;
}

/* Classes 08 (connection), 57P (shutdown), 53 (resources) of Postgres, the words by which Redis
 * says that it is away, and the code of a broken connection to it. */
static bool says_infrastructure(const struct fail *f)
{
    static const char *const codes[] = {
        "08",      "57P", "53",   "LOADING",  "READONLY",  "MASTERDOWN",    "NOREPLICAS",
        "MISCONF", "OOM", "BUSY", "TRYAGAIN", "UNBLOCKED", REDIS_CONNECTION
    };

    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        bool number =
            codes[i][0] >= '0' && codes[i][0] <= '9'; /* a class of 5 characters, or a whole word */
        if (number ? strncmp(f->code, codes[i], strlen(codes[i])) == 0 && strlen(f->code) == 5
                   : strcmp(f->code, codes[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* A handler that failed in a passing way while Redis or Postgres is away is not to blame. */
static bool lost_infrastructure(struct attempt *a)
{
    struct fail probe = { 0 };

    if (a->returned >= 0 || (a->fail.kind != FAIL_LATER && a->fail.kind != FAIL_UNKNOWN)) {
        return false;
    }
    if (without(a, JOB_WITHOUT_POSTGRES) && without(a, JOB_WITHOUT_REDIS)) {
        return false; /* it uses neither */
    }
    return says_infrastructure(&a->fail) ||
           services_ready(a->runner->services, a->type->without, &probe) < 0 ||
           (!without(a, JOB_WITHOUT_POSTGRES) &&
            services_reconnected(a->runner->services, clock_mono_ms() - a->began_ms));
}

static bool is_late(const struct attempt *a, const struct run_result *ret)
{
    return a->job != NULL && a->job->expires_us > 0 && ret->started_us > a->job->expires_us;
}

static int execute(struct attempt *a, struct run_result *ret)
{
    if (a->job == NULL) {
        a->error_class = bad_payload;
        return -1;
    }
    TRY(prepare(a));
    TRY(connect_services(a, ret));
    a->context.job = a->job;
    a->context.now_us = ret->started_us;
    job_hold_lock(&a->context, 0);
    a->started = true;
    a->began_ms = clock_mono_ms();
    a->context.deadline_ms = a->began_ms + a->type->deadline_ms;
    a->context.outcome = JOB_DONE;
    if (!without(a, JOB_WITHOUT_HTTP)) {
        http_set_deadline(a->context.http, a->context.deadline_ms);
    }
    a->returned = a->type->run(&a->context, &a->fail);
    ret->infrastructure = lost_infrastructure(a);
    return a->returned;
}

static uint32_t random_32(void)
{
    uint32_t random = 0;
    char hex[9];

    id_random_hex(hex, sizeof random);
    for (size_t i = 0; i < 8; i++) {
        random = random * 16 + (uint32_t)(hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10);
    }
    return random;
}

static struct verdict judge(const struct attempt *a, const struct run_result *ret)
{
    struct run_end end = {
        .returned = a->returned,
        .outcome = a->context.outcome,
        .snooze_s = a->context.snooze_s,
        .fail = &a->fail,
        .infrastructure = ret->infrastructure,
        .infrastructure_streak = a->runner->infrastructure_streak,
        .now_us = ret->finished_us,
        .retry_count = -1,
    };

    if (a->returned < 0) {
        end.random = random_32();
    }
    if (a->job != NULL) {
        end.retry_count = a->job->retry_count;
        end.max_retries = a->job->max_retries;
    }
    if (end.max_retries < 0) {
        end.max_retries = a->type != NULL ? a->type->tries : JOB_DEFAULT_RETRIES;
    }
    return verdict_of(&end);
}

/* The job's bytes with the failure in them, into ret->next. */
static int mark_failed(const struct attempt *a, const struct job *job, struct run_result *ret)
{
    const struct job_failure failure = { .queue = a->runner->queue,
                                         .error_class = ret->error_class,
                                         .error_message = ret->error,
                                         .at_us = ret->finished_us };
    struct fail ignored = { 0 };
    int count = 0;

    return job_mark_failed(job, &failure, &ret->next, &count, &ignored);
}

/* JSON that is no object breaks every page and loop of Sidekiq's readers that meets it in `dead`; text that is no JSON does not.
 * So such a payload is kept inside a job that can be read: as the only argument, its bytes unchanged.  False when it is not of that sort. */
static bool wrap_foreign(const struct attempt *a, const char *payload, size_t payload_bytes,
                         struct run_result *ret)
{
    scoped(str_done) struct str wrapped;
    scoped(job_free_p) struct job *job = NULL;
    struct json_scanned unused;
    char jid[ID_JID_BYTES];
    struct fail ignored = { 0 };

    str_init(&wrapped, payload_bytes + NEXT_SLACK_BYTES);
    if (json_scan(payload, payload_bytes, JOB_MAX_DEPTH - 2, NULL, &unused) < 0) {
        return false;
    }
    id_new_jid(jid);
    str_addf(&wrapped, "{\"class\":\"%s\",\"queue\":\"%s\",\"jid\":\"%s\",\"retry\":0,\"args\":[",
             bad_payload, a->runner->queue, jid);
    str_add_bytes(&wrapped, payload, payload_bytes);
    str_add(&wrapped, "]}");
    return str_ok(&wrapped, &ignored) == 0 &&
           job_parse(wrapped.data, wrapped.len, &job, &ignored) == 0 &&
           mark_failed(a, job, ret) == 0 && !ret->next.failed;
}

/* The bytes to store next: marked with the failure when it counts as one, else as they are. */
static void write_next(const struct attempt *a, const struct verdict *v, const char *payload,
                       size_t payload_bytes, struct run_result *ret)
{
    ret->next.max_bytes = payload_bytes + NEXT_SLACK_BYTES;
    if (v->failed && a->job != NULL && mark_failed(a, a->job, ret) == 0 && !ret->next.failed) {
        return;
    }
    str_clear(&ret->next);
    if (v->failed && a->job == NULL && wrap_foreign(a, payload, payload_bytes, ret)) {
        return;
    }
    /* Not JSON at all, or no memory for the longer form: kept as it is rather than lost. */
    str_clear(&ret->next);
    str_add_bytes(&ret->next, payload, payload_bytes);
}

static void describe(const struct attempt *a, struct run_result *ret)
{
    const struct job *job = a->job;

    if (job == NULL) {
        ret->attempt = 1;
        id_new_trace(ret->trace_id);
        return;
    }
    (void)str_fit(ret->jid, sizeof ret->jid, job->jid);
    (void)str_fit(ret->type, sizeof ret->type, job->type);
    (void)str_fit(ret->trace_id, sizeof ret->trace_id, job->trace_id);
    if (ret->trace_id[0] == '\0') {
        id_new_trace(ret->trace_id);
    }
    ret->attempt = job->retry_count < 0 ? 1 : job->retry_count + 2;
    ret->enqueued_us = job->enqueued_us;
    ret->no_lock = !queue_job_locks(job);
}

/* What history wants beyond a plain "done". */
static void keep(const struct attempt *a, struct run_result *ret)
{
    const struct job *job = a->job;
    bool kept = a->type == NULL || !without(a, JOB_WITHOUT_HISTORY);

    ret->keep = kept || ret->outcome != RUN_DONE;
    if (kept && job != NULL && job->args != NULL && job->args_bytes <= ARGS_KEPT_BYTES) {
        ret->args = strndup(job->args, job->args_bytes); /* NULL: history goes without */
    }
}

/* A job that ends without a start. */
static void end_unrun(const struct attempt *a, enum run_outcome outcome, struct run_result *ret)
{
    ret->outcome = outcome;
    ret->finished_us = ret->started_us;
    ret->job_type = a->type;
    keep(a, ret);
}

static void log_run(const struct runner *r, const struct run_result *ret)
{
    static const struct {
        const char *event;
        enum log_level level;
    } lines[RUN_OUTCOMES] = {
        [RUN_DONE] = { "job.done", LOG_INFO },
        [RUN_RETRY] = { "job.retry", LOG_WARN },
        [RUN_SNOOZE] = { "job.snooze", LOG_INFO },
        [RUN_DEAD] = { "job.dead", LOG_ERROR },
        [RUN_EXPIRED] = { "job.expired", LOG_WARN },
        [RUN_CANCELLED] = { "job.cancelled", LOG_INFO },
        [RUN_BACK] = { "job.back", LOG_INFO },
    };
    int64_t run_ms = (ret->finished_us - ret->started_us) / 1000;

    if (!log_wants(lines[ret->outcome].level)) {
        return;
    }
    if (ret->outcome == RUN_DONE || ret->outcome == RUN_EXPIRED) {
        log_at(lines[ret->outcome].level, lines[ret->outcome].event, kv_str("type", ret->type),
               kv_str("queue", r->queue), kv_int("attempt", ret->attempt),
               kv_int("run_ms", run_ms));
        return;
    }
    log_at(lines[ret->outcome].level, lines[ret->outcome].event, kv_str("type", ret->type),
           kv_str("queue", r->queue), kv_int("attempt", ret->attempt), kv_int("run_ms", run_ms),
           kv_int("wait_ms", ret->outcome == RUN_BACK ? 0 : (ret->at_us - ret->finished_us) / 1000),
           kv_str("class", ret->error_class), kv_str("error", ret->error));
}

static void conclude(struct attempt *a, const char *payload, size_t payload_bytes,
                     struct run_result *ret)
{
    struct verdict v = judge(a, ret);

    /* What never began goes back to its queue: nothing is claimed until Redis and Postgres are
     * there again. */
    ret->outcome = ret->infrastructure && !a->started ? RUN_BACK : v.outcome;
    ret->at_us = v.at_us;
    ret->ran = a->started;
    ret->failed = v.failed;
    if (a->returned < 0) {
        const char *reason = a->error_class != NULL ? a->error_class : v.error_class;
        (void)str_fit(ret->error_class, sizeof ret->error_class, reason != NULL ? reason : "");
        (void)str_fit(ret->error, sizeof ret->error, a->fail.text);
    }
    if (a->started) {
        a->runner->infrastructure_streak =
            ret->infrastructure ? a->runner->infrastructure_streak + 1 : 0;
    }
    if (!ret->infrastructure && (ret->outcome == RUN_RETRY || ret->outcome == RUN_SNOOZE)) {
        job_hold_lock(&a->context, ret->at_us);
    }
    if (ret->outcome != RUN_DONE && ret->outcome != RUN_BACK) {
        write_next(a, &v, payload, payload_bytes, ret);
    }
    keep(a, ret);
    ret->job_type = a->type;
}

void run_payload(struct runner *r, const char *payload, size_t payload_bytes,
                 struct run_result *ret)
{
    struct attempt a = { .runner = r };
    scoped(job_free_p) struct job *job = NULL;

    ret->started_us = clock_now_us();
    a.returned = job_parse(payload, payload_bytes, &job, &a.fail);
    a.job = job;
    describe(&a, ret);
    log_context(ret->jid, ret->trace_id);
    if (is_late(&a, ret)) {
        a.type = job_type_find(r->types, job->type);
        end_unrun(&a, RUN_EXPIRED, ret);
    } else {
        a.returned = execute(&a, ret);
        ret->finished_us = clock_now_us();
        conclude(&a, payload, payload_bytes, ret);
    }
    json_decref(a.context.args);
    log_run(r, ret);
    log_context(NULL, NULL);
}

void run_cancelled(const struct runner *r, const char *payload, size_t payload_bytes,
                   struct run_result *ret)
{
    struct runner unchanged = *r;
    struct attempt a = { .runner = &unchanged };
    scoped(job_free_p) struct job *job = NULL;

    ret->started_us = clock_now_us();
    if (job_parse(payload, payload_bytes, &job, &a.fail) == 0) {
        a.job = job;
        a.type = job_type_find(r->types, job->type);
    }
    describe(&a, ret);
    log_context(ret->jid, ret->trace_id);
    end_unrun(&a, RUN_CANCELLED, ret);
    log_run(r, ret);
    log_context(NULL, NULL);
}
