/* /metrics: the whole pool as Prometheus text (version 0.0.4).  A part that cannot be read is left out, and says so in
 * dropship_up. */
#include "api/http/resources.h"

#include <inttypes.h>
#include <string.h>

#include "api/http/reply.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/queue/queue.h"
#include "sql/api.h"

static void family(struct str *out, const char *name, const char *type, const char *help)
{
    str_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void single(struct str *out, const char *name, const char *type, const char *help,
                   int64_t value)
{
    family(out, name, type, help);
    str_addf(out, "%s %" PRId64 "\n", name, value);
}

/* name{label="value"} number */
static void labelled(struct str *out, const char *name, const char *label, const char *text,
                     int64_t value)
{
    str_addf(out, "%s{%s=\"", name, label);
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '"') {
            str_add_char(out, '\\');
        }
        str_add_char(out, *text == '\n' ? ' ' : *text);
    }
    str_addf(out, "\"} %" PRId64 "\n", value);
}

/* ---- parts: 0, or -1 when it cannot be read ---- */

static int add_stats(struct request *rq, struct str *out, struct fail *f)
{
    struct queue_stats s = { 0 };

    TRY(queue_stats(rq->redis, &s, f));
    single(out, "dropship_jobs_processed_total", "counter", "Jobs settled", s.processed);
    single(out, "dropship_jobs_failed_total", "counter", "Runs that failed", s.failed);
    single(out, "dropship_jobs_fenced_total", "counter", "Settlements that came too late",
           s.fenced);
    single(out, "dropship_jobs_recovered_total", "counter", "Jobs taken back from lost workers",
           s.recovered);
    single(out, "dropship_jobs_waiting", "gauge", "Jobs in queues", s.waiting);
    single(out, "dropship_jobs_running", "gauge", "Jobs claimed by workers", s.running);
    single(out, "dropship_jobs_scheduled", "gauge", "Jobs for later", s.scheduled);
    single(out, "dropship_jobs_retry", "gauge", "Jobs waiting for their next attempt", s.retry);
    single(out, "dropship_jobs_dead", "gauge", "Jobs that were given up", s.dead);
    single(out, "dropship_jobs_overdue_milliseconds", "gauge", "Age of the oldest due job",
           s.overdue_ms);
    single(out, "dropship_processes", "gauge", "Worker processes", s.processes);
    return 0;
}

static int add_queues(struct request *rq, struct str *out, struct fail *f)
{
    scoped(free_p) struct queue_info *queues = NULL;
    size_t count = 0;

    TRY(queue_list(rq->redis, &queues, &count, f));
    family(out, "dropship_queue_waiting", "gauge", "Jobs waiting by queue");
    for (size_t i = 0; i < count; i++) {
        labelled(out, "dropship_queue_waiting", "queue", queues[i].name, queues[i].waiting);
    }
    family(out, "dropship_queue_running", "gauge", "Jobs claimed by queue");
    for (size_t i = 0; i < count; i++) {
        labelled(out, "dropship_queue_running", "queue", queues[i].name, queues[i].running);
    }
    family(out, "dropship_queue_paused", "gauge", "1 while the queue is paused");
    for (size_t i = 0; i < count; i++) {
        labelled(out, "dropship_queue_paused", "queue", queues[i].name, queues[i].paused);
    }
    family(out, "dropship_queue_oldest_milliseconds", "gauge", "Age of the job that runs next");
    for (size_t i = 0; i < count; i++) {
        if (queues[i].oldest_ms >= 0) {
            labelled(out, "dropship_queue_oldest_milliseconds", "queue", queues[i].name,
                     queues[i].oldest_ms);
        }
    }
    return 0;
}

static int add_processes(struct request *rq, struct str *out, struct fail *f)
{
    struct process_info *all = NULL;
    size_t count = 0;

    TRY(queue_processes(rq->redis, &all, &count, f));
    family(out, "dropship_process_busy", "gauge", "Threads running a job");
    for (size_t i = 0; i < count; i++) {
        labelled(out, "dropship_process_busy", "process", all[i].identity, all[i].busy);
    }
    family(out, "dropship_process_threads", "gauge", "Threads that can run jobs");
    for (size_t i = 0; i < count; i++) {
        labelled(out, "dropship_process_threads", "process", all[i].identity, all[i].concurrency);
    }
    family(out, "dropship_process_alive", "gauge", "1 while the lease lives");
    for (size_t i = 0; i < count; i++) {
        labelled(out, "dropship_process_alive", "process", all[i].identity, all[i].alive);
    }
    family(out, "dropship_process_rss_kibibytes", "gauge", "Resident memory");
    for (size_t i = 0; i < count; i++) {
        labelled(out, "dropship_process_rss_kibibytes", "process", all[i].identity, all[i].rss_kib);
    }
    queue_processes_free(all, count);
    return 0;
}

static int add_orders(struct request *rq, struct str *out, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(rq->db, &sql_api_order_counts, NULL, &rows, f));
    family(out, "dropship_orders", "gauge", "Orders by state");
    for (int row = 0; row < PQntuples(rows); row++) {
        labelled(out, "dropship_orders", "state", db_text(rows, row, "state"),
                 db_int(rows, row, "orders", 0));
    }
    return 0;
}

static int add_backlog(struct request *rq, struct str *out, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(rq->db, &sql_api_backlog, NULL, &rows, f));
    family(out, "dropship_effects_open", "gauge", "Outside acts without a known result");
    labelled(out, "dropship_effects_open", "state", "intent", db_int(rows, 0, "effects_intent", 0));
    labelled(out, "dropship_effects_open", "state", "unknown",
             db_int(rows, 0, "effects_unknown", 0));
    single(out, "dropship_outbox_unsent", "gauge", "Events not relayed yet",
           db_int(rows, 0, "outbox_unsent", 0));
    single(out, "dropship_outbox_oldest_seconds", "gauge", "Age of the oldest of them",
           db_int(rows, 0, "outbox_oldest_s", 0));
    if (db_text(rows, 0, "reconcile_missing") != NULL) {
        family(out, "dropship_reconcile", "gauge", "Findings of the last comparison");
        labelled(out, "dropship_reconcile", "finding", "missing",
                 db_int(rows, 0, "reconcile_missing", 0));
        labelled(out, "dropship_reconcile", "finding", "doubled",
                 db_int(rows, 0, "reconcile_doubled", 0));
    }
    return 0;
}

static int add_api(struct request *rq, struct str *out, struct fail *f)
{
    static const char *const classes[] = { NULL, "1xx", "2xx", "3xx", "4xx", "5xx" };
    const struct api *api = rq->api;

    (void)f;
    family(out, "dropship_http_requests_total", "counter", "Answers of this api process");
    for (size_t i = 2; i < COUNT_OF(classes); i++) {
        labelled(out, "dropship_http_requests_total", "status", classes[i],
                 atomic_load(&api->answered[i]));
    }
    family(out, "dropship_webhooks_total", "counter", "Webhook deliveries to this api process");
    labelled(out, "dropship_webhooks_total", "result", "accepted",
             atomic_load(&api->webhooks_accepted));
    labelled(out, "dropship_webhooks_total", "result", "refused",
             atomic_load(&api->webhooks_refused));
    single(out, "dropship_api_uptime_seconds", "gauge", "Since this api process started",
           (clock_now_us() - api->started_us) / 1000000);
    return 0;
}

/* To add a part: a function and a line. */
static const struct {
    const char *name;
    int (*add)(struct request *rq, struct str *out, struct fail *f);
} parts[] = {
    { "stats", add_stats },   { "queues", add_queues },   { "processes", add_processes },
    { "orders", add_orders }, { "backlog", add_backlog }, { "api", add_api },
};

int get_metrics(struct request *rq, struct reply *re, struct fail *f)
{
    bool up[COUNT_OF(parts)];

    (void)f;
    re->status = 200;
    re->type = "text/plain; version=0.0.4; charset=utf-8";
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        struct fail why = { 0 };
        up[i] = parts[i].add(rq, &re->body, &why) == 0;
        if (!up[i]) {
            log_warn("http.metrics_incomplete", kv_str("part", parts[i].name), kv_fail(&why));
        }
    }
    family(&re->body, "dropship_up", "gauge", "1 when this part could be read");
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        labelled(&re->body, "dropship_up", "part", parts[i].name, up[i]);
    }
    return 0;
}
