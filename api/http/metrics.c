/* /metrics: the whole pool as Prometheus text (version 0.0.4).  The totals of jobs live in Redis and survive the processes that
 * counted them. */
#include "api/http/resources.h"

#include <stddef.h>
#include <string.h>

#include "api/http/metrics_view.h"
#include "api/http/reply.h"
#include "common/base/clock.h"
#include "common/base/metrics_text.h"

struct row;
/* Write the samples of a family. */
typedef void write_fn(const struct metrics_view *v, const struct row *row, struct str *out);

struct row {
    enum metrics_part part;
    enum metrics_type type;
    const char *name;
    write_fn *write;
    size_t offset;    /* of the number in the struct that `write` walks */
    const char *what; /* the counter's name in the pool, or the column's in the database */
    const char *help;
};

static int64_t number_at(const void *base, size_t offset)
{
    int64_t value;

    memcpy(&value, (const char *)base + offset, sizeof value);
    return value;
}

/* ---- one number of the view ---- */

static void one(const struct metrics_view *v, const struct row *row, struct str *out)
{
    metrics_text_int(out, row->name, NO_LABELS, number_at(v, row->offset));
}

static void one_ms(const struct metrics_view *v, const struct row *row, struct str *out)
{
    metrics_text_seconds(out, row->name, NO_LABELS, 1000 * number_at(v, row->offset));
}

/* Left out while it is negative: unknown. */
static void one_known_us(const struct metrics_view *v, const struct row *row, struct str *out)
{
    if (number_at(v, row->offset) >= 0) {
        metrics_text_seconds(out, row->name, NO_LABELS, number_at(v, row->offset));
    }
}

/* ---- per queue ---- */

static void per_queue(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (size_t i = 0; i < v->queue_count; i++) {
        metrics_text_int(out, row->name, LABELS({ "queue", v->queues[i].name }),
                         number_at(&v->queues[i], row->offset));
    }
}

static void queue_paused(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (size_t i = 0; i < v->queue_count; i++) {
        metrics_text_int(out, row->name, LABELS({ "queue", v->queues[i].name }),
                         v->queues[i].paused);
    }
}

static void queue_oldest(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (size_t i = 0; i < v->queue_count; i++) {
        if (v->queues[i].oldest_ms >= 0) {
            metrics_text_seconds(out, row->name, LABELS({ "queue", v->queues[i].name }),
                                 1000 * v->queues[i].oldest_ms);
        }
    }
}

static void enqueued(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (size_t i = 0; i < v->enqueued.count; i++) {
        metrics_text_int(out, row->name, LABELS({ "queue", v->enqueued.items[i].queue }),
                         v->enqueued.items[i].value);
    }
}

/* ---- per queue and type ---- */

static const char failed[] = "failed"; /* counts runs, so it is no outcome of a job */

static void outcomes(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (size_t i = 0; i < v->jobs.count; i++) {
        const struct metrics_count *c = &v->jobs.items[i];
        if (strcmp(c->what, failed) != 0) {
            metrics_text_int(
                out, row->name,
                LABELS({ "queue", c->queue }, { "type", c->type }, { "outcome", c->what }),
                c->value);
        }
    }
}

static void failures(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (size_t i = 0; i < v->jobs.count; i++) {
        const struct metrics_count *c = &v->jobs.items[i];
        if (strcmp(c->what, failed) == 0) {
            metrics_text_int(out, row->name, LABELS({ "queue", c->queue }, { "type", c->type }),
                             c->value);
        }
    }
}

static void times(const struct metrics_view *v, const struct row *row, struct str *out)
{
    const struct metrics_timings *all =
        (const struct metrics_timings *)(const void *)((const char *)v + row->offset);

    for (size_t i = 0; i < all->count; i++) {
        const struct metrics_times *t = &all->items[i];
        metrics_text_histogram(
            out, row->name, LABELS({ "queue", t->queue }, { "type", t->type }),
            &(struct metrics_text_histogram){ metrics_bounds_us, t->histogram.buckets,
                                              METRICS_BUCKETS, t->histogram.sum_us });
    }
}

/* ---- per process ---- */

static void per_process(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (size_t i = 0; i < v->process_count; i++) {
        metrics_text_int(out, row->name, LABELS({ "process", v->processes[i].identity }),
                         number_at(&v->processes[i], row->offset));
    }
}

static void process_bytes(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (size_t i = 0; i < v->process_count; i++) {
        metrics_text_int(out, row->name, LABELS({ "process", v->processes[i].identity }),
                         1024 * number_at(&v->processes[i], row->offset));
    }
}

static void process_flag(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (size_t i = 0; i < v->process_count; i++) {
        const bool *flag =
            (const bool *)(const void *)((const char *)&v->processes[i] + row->offset);
        metrics_text_int(out, row->name, LABELS({ "process", v->processes[i].identity }), *flag);
    }
}

/* ---- counters of the pool: per provider, per queue, or of all ---- */

static void pool(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (size_t i = 0; i < v->pool.count; i++) {
        const struct metrics_count *c = &v->pool.items[i];
        if (strcmp(c->what, row->what) == 0) {
            metrics_text_int(out, row->name,
                             c->queue[0] != '\0' ? LABELS({ "provider", c->queue }) : NO_LABELS,
                             c->value);
        }
    }
}

static void pool_us(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (size_t i = 0; i < v->pool.count; i++) {
        const struct metrics_count *c = &v->pool.items[i];
        if (strcmp(c->what, row->what) == 0) {
            metrics_text_seconds(out, row->name, LABELS({ "provider", c->queue }), c->value);
        }
    }
}

static void pool_queue(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (size_t i = 0; i < v->pool.count; i++) {
        const struct metrics_count *c = &v->pool.items[i];
        if (strcmp(c->what, row->what) == 0) {
            metrics_text_int(out, row->name, LABELS({ "queue", c->queue }), c->value);
        }
    }
}

static void breakers(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (size_t i = 0; i < v->breaker_count; i++) {
        metrics_text_int(out, row->name, LABELS({ "provider", v->breakers[i].provider }),
                         v->breakers[i].state);
    }
}

/* ---- the database ---- */

static void orders(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (int i = 0; i < PQntuples(v->orders); i++) {
        metrics_text_int(out, row->name, LABELS({ "state", db_text(v->orders, i, "state") }),
                         db_int(v->orders, i, "orders", 0));
    }
}

static void column(const struct metrics_view *v, const struct row *row, struct str *out)
{
    metrics_text_int(out, row->name, NO_LABELS, db_int(v->backlog, 0, row->what, 0));
}

static void products(const struct metrics_view *v, const struct row *row, struct str *out)
{
    for (int i = 0; i < PQntuples(v->products); i++) {
        metrics_text_int(out, row->name, LABELS({ "state", db_text(v->products, i, "state") }),
                         db_int(v->products, i, "products", 0));
    }
}

/* Nothing for what is not known yet. */
static void discovery(const struct metrics_view *v, const struct row *row, struct str *out)
{
    if (db_text(v->discovery, 0, row->what) != NULL) {
        metrics_text_int(out, row->name, NO_LABELS, db_int(v->discovery, 0, row->what, 0));
    }
}

static void effects(const struct metrics_view *v, const struct row *row, struct str *out)
{
    metrics_text_int(out, row->name, LABELS({ "state", "intent" }),
                     db_int(v->backlog, 0, "effects_intent", 0));
    metrics_text_int(out, row->name, LABELS({ "state", "unknown" }),
                     db_int(v->backlog, 0, "effects_unknown", 0));
}

/* Nothing before the first comparison. */
static void findings(const struct metrics_view *v, const struct row *row, struct str *out)
{
    if (db_text(v->backlog, 0, "reconcile_missing") == NULL) {
        return;
    }
    metrics_text_int(out, row->name, LABELS({ "finding", "missing" }),
                     db_int(v->backlog, 0, "reconcile_missing", 0));
    metrics_text_int(out, row->name, LABELS({ "finding", "doubled" }),
                     db_int(v->backlog, 0, "reconcile_doubled", 0));
}

/* ---- this process ---- */

static void answers(const struct metrics_view *v, const struct row *row, struct str *out)
{
    static const char *const classes[] = { NULL, NULL, "2xx", "3xx", "4xx", "5xx" };

    for (size_t i = 2; i < COUNT_OF(classes); i++) {
        metrics_text_int(out, row->name, LABELS({ "status", classes[i] }),
                         atomic_load(&v->api->answered[i]));
    }
}

static void webhooks(const struct metrics_view *v, const struct row *row, struct str *out)
{
    metrics_text_int(out, row->name, LABELS({ "result", "accepted" }),
                     atomic_load(&v->api->webhooks_accepted));
    metrics_text_int(out, row->name, LABELS({ "result", "refused" }),
                     atomic_load(&v->api->webhooks_refused));
}

static void uptime(const struct metrics_view *v, const struct row *row, struct str *out)
{
    metrics_text_int(out, row->name, NO_LABELS, (clock_now_us() - v->api->started_us) / 1000000);
}

#define IN_VIEW(field)    offsetof(struct metrics_view, field), NULL
#define IN_QUEUE(field)   offsetof(struct queue_info, field), NULL
#define IN_PROCESS(field) offsetof(struct process_info, field), NULL
#define NAMED(what)       0, (what)
#define NOWHERE           0, NULL
#define COUNTER           METRICS_COUNTER
#define GAUGE             METRICS_GAUGE
#define HISTOGRAM         METRICS_HISTOGRAM

/* To add a family: a line here; a number that is not in the view yet gets a reader in metrics_view.c. */
/* clang-format off */
static const struct row rows[] = {
    { PART_queues, COUNTER, "dropship_jobs_enqueued_total", enqueued, NOWHERE, "Jobs enqueued, those for later too; what a Sidekiq client pushes is not counted." },
    { PART_jobs, COUNTER, "dropship_jobs_total", outcomes, NOWHERE, "Jobs that workers settled, by outcome." },
    { PART_jobs, COUNTER, "dropship_job_failures_total", failures, NOWHERE, "Runs that failed." },
    { PART_jobs, HISTOGRAM, "dropship_job_wait_seconds", times, IN_VIEW(waits), "From enqueued to started." },
    { PART_jobs, HISTOGRAM, "dropship_job_run_seconds", times, IN_VIEW(runs), "Time in the handler." },
    { PART_stats, COUNTER, "dropship_jobs_processed_total", one, IN_VIEW(stats.processed), "Runs that ended, counted with each settlement; Sidekiq's page can reset it." },
    { PART_stats, COUNTER, "dropship_jobs_failed_total", one, IN_VIEW(stats.failed), "Runs that failed, counted with each settlement; Sidekiq's page can reset it." },
    { PART_stats, COUNTER, "dropship_jobs_fenced_total", one, IN_VIEW(stats.fenced), "Settlements that came too late." },
    { PART_stats, COUNTER, "dropship_jobs_recovered_total", one, IN_VIEW(stats.recovered), "Jobs taken back from lost workers." },
    { PART_stats, COUNTER, "dropship_jobs_condemned_total", one, IN_VIEW(safety.condemned), "Jobs given up because their workers were lost." },
    { PART_stats, COUNTER, "dropship_jobs_archived_total", one, IN_VIEW(archive.archived), "Dead jobs moved to the archive." },
    { PART_stats, COUNTER, "dropship_jobs_trimmed_total", one, IN_VIEW(archive.trimmed), "Dead jobs dropped because there were too many." },
    { PART_stats, GAUGE, "dropship_claim_lists", one, IN_VIEW(lists.known), "Claim lists that recovery watches, empty ones of living workers included." },
    { PART_stats, COUNTER, "dropship_claim_lists_found_total", one, IN_VIEW(lists.found), "Claim lists that were not known and had to be searched for." },
    { PART_stats, GAUGE, "dropship_jobs_waiting", one, IN_VIEW(stats.waiting), "Jobs in queues." },
    { PART_stats, GAUGE, "dropship_jobs_running", one, IN_VIEW(stats.running), "Jobs claimed by workers." },
    { PART_stats, GAUGE, "dropship_jobs_scheduled", one, IN_VIEW(stats.scheduled), "Jobs for later." },
    { PART_stats, GAUGE, "dropship_jobs_retry", one, IN_VIEW(stats.retry), "Jobs waiting for their next attempt." },
    { PART_stats, GAUGE, "dropship_jobs_dead", one, IN_VIEW(stats.dead), "Jobs that were given up." },
    { PART_stats, GAUGE, "dropship_jobs_overdue_seconds", one_ms, IN_VIEW(stats.overdue_ms), "Age of the oldest job that is due and not promoted." },
    { PART_stats, GAUGE, "dropship_processes", one, IN_VIEW(stats.processes), "Worker processes." },
    { PART_stats, GAUGE, "dropship_recovery_canary_away_seconds", one_known_us, IN_VIEW(safety.canary_away_us), "How long the last planted job was, or is, away." },
    { PART_stats, GAUGE, "dropship_recovery_canary_age_seconds", one_known_us, IN_VIEW(safety.canary_age_us), "Since the last job was planted." },
    { PART_queues, GAUGE, "dropship_queue_waiting", per_queue, IN_QUEUE(waiting), "Jobs waiting." },
    { PART_queues, GAUGE, "dropship_queue_running", per_queue, IN_QUEUE(running), "Jobs claimed." },
    { PART_queues, GAUGE, "dropship_queue_paused", queue_paused, NOWHERE, "1 while the queue is paused." },
    { PART_queues, GAUGE, "dropship_queue_oldest_seconds", queue_oldest, NOWHERE, "Age of the job that runs next." },
    { PART_processes, GAUGE, "dropship_process_busy", per_process, IN_PROCESS(busy), "Threads running a job." },
    { PART_processes, GAUGE, "dropship_process_threads", per_process, IN_PROCESS(concurrency), "Threads that can run jobs." },
    { PART_processes, GAUGE, "dropship_process_alive", process_flag, IN_PROCESS(alive), "1 while the lease lives." },
    { PART_processes, GAUGE, "dropship_process_quiet", process_flag, IN_PROCESS(quiet), "1 when nothing new is claimed." },
    { PART_processes, GAUGE, "dropship_process_resident_bytes", process_bytes, IN_PROCESS(rss_kib), "Resident memory." },
    { PART_limits, COUNTER, "dropship_jobs_claimed_total", pool, NAMED("claimed"), "Jobs claimed by workers." },
    { PART_limits, COUNTER, "dropship_infrastructure_failures_total", pool, NAMED("infrastructure"), "Runs sent away because Redis or Postgres was away." },
    { PART_limits, COUNTER, "dropship_settle_failures_total", pool, NAMED("settle_failures"), "Settlements that had to be repeated." },
    { PART_limits, COUNTER, "dropship_history_dropped_total", pool, NAMED("history_dropped"), "History rows dropped." },
    { PART_limits, COUNTER, "dropship_queue_recovered_total", pool_queue, NAMED("recovered"), "Jobs taken back from lost workers." },
    { PART_limits, COUNTER, "dropship_limit_waits_total", pool, NAMED("limit_waits"), "Calls that waited for a provider's limit." },
    { PART_limits, COUNTER, "dropship_limit_wait_seconds_total", pool_us, NAMED("limit_wait_us"), "Time they waited." },
    { PART_limits, COUNTER, "dropship_limit_refused_total", pool, NAMED("limit_refused"), "Calls put off because the wait was too long." },
    { PART_limits, COUNTER, "dropship_breaker_opened_total", pool, NAMED("breaker_opened"), "How often a provider's breaker opened." },
    { PART_limits, GAUGE, "dropship_breaker_state", breakers, NOWHERE, "A provider's breaker: 0 closed, 1 half-open, 2 open." },
    { PART_orders, GAUGE, "dropship_orders", orders, NOWHERE, "Orders by state." },
    { PART_backlog, GAUGE, "dropship_effects_open", effects, NOWHERE, "Outside acts without a known result." },
    { PART_backlog, GAUGE, "dropship_outbox_unsent", column, NAMED("outbox_unsent"), "Events not relayed yet." },
    { PART_backlog, GAUGE, "dropship_outbox_oldest_seconds", column, NAMED("outbox_oldest_s"), "Age of the oldest of them." },
    { PART_backlog, GAUGE, "dropship_reconcile", findings, NOWHERE, "Findings of the last comparison." },
    { PART_products, GAUGE, "dropship_products", products, NOWHERE, "Products by state." },
    { PART_discovery, GAUGE, "dropship_discovery_scan_age_seconds", discovery, NAMED("scan_age_s"), "Since the last scan of the supplier's catalogue began." },
    { PART_discovery, GAUGE, "dropship_proposals_open", discovery, NAMED("proposals_open"), "What waits for a person's yes or no." },
    { PART_discovery, GAUGE, "dropship_product_problems", discovery, NAMED("problems"), "Products that show a problem." },
    { PART_discovery, GAUGE, "dropship_stock_check_late_seconds", discovery, NAMED("stock_late_s"), "How late the most overdue check of a live product is." },
    { PART_discovery, GAUGE, "dropship_ai_calls_failed_today", discovery, NAMED("ai_calls_failed"), "Calls of text models without a usable answer, this UTC day." },
    { PART_discovery, GAUGE, "dropship_ai_cost_micro_today", discovery, NAMED("ai_cost_micro"), "Their known cost this UTC day, in 10^-6 US dollars." },
    { PART_api, COUNTER, "dropship_http_requests_total", answers, NOWHERE, "Answers of this api process." },
    { PART_api, COUNTER, "dropship_webhooks_total", webhooks, NOWHERE, "Webhook deliveries to this api process." },
    { PART_api, GAUGE, "dropship_api_uptime_seconds", uptime, NOWHERE, "Since this api process started." },
};
/* clang-format on */

static void write_up(const struct metrics_view *v, struct str *out)
{
    static const struct metrics_family up = { "dropship_up", METRICS_GAUGE,
                                              "1 when this part could be read." };

    metrics_text_family(out, &up);
    for (size_t i = 0; i < METRICS_PART_COUNT; i++) {
        metrics_text_int(out, up.name, LABELS({ "part", metrics_part_names[i] }), v->read[i]);
    }
}

int get_metrics(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(metrics_view_done) struct metrics_view view;

    (void)f;
    metrics_view_read(rq, &view);
    re->status = 200;
    re->type = "text/plain; version=0.0.4; charset=utf-8";
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (view.read[rows[i].part]) {
            metrics_text_family(
                &re->body, &(struct metrics_family){ rows[i].name, rows[i].type, rows[i].help });
            rows[i].write(&view, &rows[i], &re->body);
        }
    }
    write_up(&view, &re->body);
    return 0;
}
