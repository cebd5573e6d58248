#include "common/model/stop_view.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/queue/job_scan.h"
#include "sql/ops.h"

enum { TEXT_BYTES = 400, NAME_BYTES = 160, TELL_DEPTH = 8 };

/* Parts as they are being counted. */
struct parts {
    json_t *list;
    int confirmed;
};

static void add_part(struct parts *p, const char *name, bool off, const char *text)
{
    json_array_append_new(p->list, json_pack("{s:s, s:s, s:s}", "name", name, "state",
                                             off ? "off" : "ending", "text", text));
    p->confirmed += off ? 1 : 0;
}

/* Jobs that the process was running when it saw STOP and that still run.  A new reference or NULL. */
static json_t *still_running(const struct pool_process *p)
{
    struct json_scanned unused;

    if (p->stop_text == NULL ||
        json_scan(p->stop_text, strlen(p->stop_text), TELL_DEPTH, NULL, &unused) < 0) {
        return NULL;
    }
    scoped(json_clear_p) json_t *told = json_loads(p->stop_text, 0, NULL);
    return json_incref(json_object_get(told, "running"));
}

static bool has_seen(const struct stop_row *row, const struct pool_process *p)
{
    return p->stop_us == row->since_us;
}

/* A library's worker serves queues of its own, reads no settings and spends nothing of ours. */
static bool takes_part(const struct pool_process *p)
{
    const struct pool_view one = { .processes = &(struct pool_process){ .alive = true,
                                                                        .info_json = p->info_json },
                                   .process_count = 1 };

    if (p->stop_text != NULL) {
        return true;
    }
    for (size_t i = 0; i < FLOW_KINDS; i++) {
        if (pool_view_serving(&one, flow_kinds[i].queue) > 0) {
            return true;
        }
    }
    return false;
}

static void add_process(struct parts *parts, const struct stop_row *row,
                        const struct pool_process *p)
{
    char name[NAME_BYTES], text[TEXT_BYTES];
    scoped(json_clear_p) json_t *running = still_running(p);
    size_t count = json_array_size(running);
    const json_t *first = json_array_get(running, 0);

    (void)snprintf(name, sizeof name, "worker %.130s", p->identity);
    if (!p->alive) {
        (void)snprintf(
            text, sizeof text,
            "has not been heard of; it is taken for gone when its heartbeat is a minute old");
    } else if (!has_seen(row, p)) {
        (void)snprintf(text, sizeof text, "has not told yet that it has seen STOP");
    } else if (count > 0) {
        (void)snprintf(
            text, sizeof text, "has seen STOP; %zu job%s that ran then go on: %.60s %.40s", count,
            count == 1 ? "" : "s", json_text(first, "type", ""), json_text(first, "jid", ""));
    } else {
        (void)snprintf(text, sizeof text, "has seen STOP; no job that ran then is left");
    }
    add_part(parts, name, p->alive && has_seen(row, p) && count == 0, text);
}

/* Jobs of the flow that ran when their worker saw STOP; -1 = a worker has not told. */
static int flow_running(const struct stop_row *row, const struct pool_view *pool,
                        const struct flow_kind *k)
{
    int count = 0;

    for (size_t i = 0; i < pool->process_count; i++) {
        scoped(json_clear_p) json_t *running = still_running(&pool->processes[i]);
        const json_t *job;
        size_t at;
        if (!takes_part(&pool->processes[i])) {
            continue;
        }
        if (!pool->processes[i].alive || !has_seen(row, &pool->processes[i])) {
            return -1;
        }
        json_array_foreach(running, at, job)
        {
            count += flow_kind_has_type(k, json_text(job, "type", "")) ? 1 : 0;
        }
    }
    return count;
}

static void add_flow(struct parts *parts, const struct stop_row *row, const struct pool_view *pool,
                     const struct flow_kind *k)
{
    char name[NAME_BYTES], text[TEXT_BYTES];
    int running = pool != NULL ? flow_running(row, pool, k) : -1;

    (void)snprintf(name, sizeof name, "flow %s", k->name);
    if (pool == NULL) {
        (void)snprintf(text, sizeof text, "the queues cannot be asked just now");
    } else if (running < 0) {
        (void)snprintf(text, sizeof text, "waits for a worker to tell");
    } else if (running > 0) {
        (void)snprintf(text, sizeof text, "%d job%s that ran at STOP go on", running,
                       running == 1 ? "" : "s");
    } else {
        (void)snprintf(text, sizeof text, "no job that ran at STOP is left");
    }
    add_part(parts, name, running == 0, text);
}

static void add_parts(struct parts *parts, const struct stop_row *row, const struct pool_view *pool)
{
    add_part(parts, "setting", true, "STOP is stored and was read back");
    for (size_t i = 0; i < FLOW_KINDS; i++) {
        if (flow_kind_built(&flow_kinds[i])) {
            add_flow(parts, row, pool, &flow_kinds[i]);
        }
    }
    for (size_t i = 0; pool != NULL && i < pool->process_count; i++) {
        if (takes_part(&pool->processes[i])) {
            add_process(parts, row, &pool->processes[i]);
        }
    }
}

json_t *stop_json(const struct stop_row *row, const struct pool_view *pool)
{
    struct parts parts = { .list = json_array() };

    if (row->on) {
        add_parts(&parts, row, pool);
    }
    return json_pack("{s:b, s:s?, s:s?, s:s?, s:i, s:i, s:o}", "on", row->on, "since", row->since,
                     "by", row->by, "reason", row->reason, "confirmed", parts.confirmed, "of",
                     (int)json_array_size(parts.list), "parts", parts.list);
}

int stop_read(struct db *db, struct redis *r, json_t **ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(pool_view_done) struct pool_view pool = { .now_us = 0 };
    struct stop_row row = { .on = false };
    struct fail away = { 0 };
    bool asked = pool_view_read(r, &pool, &away) == 0;

    if (!asked) {
        log_warn("stop.not_read_back", kv_fail(&away));
    }
    TRY(db_query(db, &sql_ops_stop_row, NULL, &rows, f));
    if (PQntuples(rows) > 0) {
        row = (struct stop_row){ .on = true,
                                 .since_us = db_int(rows, 0, "since_us", 0),
                                 .since = db_text(rows, 0, "since"),
                                 .by = db_text(rows, 0, "by"),
                                 .reason = db_text(rows, 0, "reason") };
    }
    *ret = stop_json(&row, asked ? &pool : NULL);
    return *ret != NULL ? 0 : fail_memory(f);
}
