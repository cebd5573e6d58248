#include "api/http/metrics_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "sql/api.h"

#define LIMIT_KEY "dropship:limit:"
enum { KEY_BYTES = JOB_NAME_BYTES + 32 };

const char *const metrics_part_names[METRICS_PART_COUNT] = {
#define PART(name) [PART_##name] = #name,
    METRICS_PARTS(PART)
#undef PART
};

static int read_stats(struct request *rq, struct metrics_view *v, struct fail *f)
{
    TRY(queue_stats(rq->redis, &v->stats, f));
    TRY(queue_archive_counts(rq->redis, &v->archive, f));
    TRY(queue_list_counts(rq->redis, &v->lists, f));
    return queue_metrics_safety(rq->redis, &v->safety, f);
}

static int read_queues(struct request *rq, struct metrics_view *v, struct fail *f)
{
    TRY(queue_list(rq->redis, &v->queues, &v->queue_count, f));
    return queue_metrics_enqueued(rq->redis, &v->enqueued.items, &v->enqueued.count, f);
}

static int read_processes(struct request *rq, struct metrics_view *v, struct fail *f)
{
    return queue_processes(rq->redis, &v->processes, &v->process_count, f);
}

static int read_jobs(struct request *rq, struct metrics_view *v, struct fail *f)
{
    TRY(queue_metrics_counts(rq->redis, METRICS_JOBS, &v->jobs.items, &v->jobs.count, f));
    TRY(queue_metrics_times(rq->redis, METRICS_WAIT, &v->waits.items, &v->waits.count, f));
    return queue_metrics_times(rq->redis, METRICS_RUN, &v->runs.items, &v->runs.count, f);
}

/* As breaker_enter.lua judges it. */
static int read_breaker(struct request *rq, struct metrics_breaker *b, int64_t now_us,
                        struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    char key[KEY_BYTES];
    double until_ms = 0;
    struct fail ignored = { 0 };

    (void)snprintf(key, sizeof key, LIMIT_KEY "%s:breaker", b->provider);
    TRY(redis_do(rq->redis, &reply, f, "HMGET", key, "opened", "until", NULL));
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) {
        return fail_set(f, FAIL_BUG, "HMGET gave an unexpected answer");
    }
    if (reply->element[0]->type == REDIS_REPLY_NIL) {
        return 0;
    }
    const char *until = reply->element[1]->str;
    bool waits = until != NULL &&
                 str_to_double(until, 0, 1e16, "until", &until_ms, &ignored) == 0 &&
                 until_ms * 1000 > (double)now_us;
    b->state = waits ? 2 : 1;
    return 0;
}

static bool is_about_provider(const struct metrics_count *c)
{
    return strncmp(c->what, "limit_", 6) == 0 || strncmp(c->what, "breaker_", 8) == 0;
}

/* Whoever was ever waited for has a breaker; no other list of providers exists in Redis. */
static int read_breakers(struct request *rq, struct metrics_view *v, struct fail *f)
{
    int64_t now_us;

    v->breakers = calloc(v->pool.count + 1, sizeof *v->breakers);
    if (v->breakers == NULL) {
        return fail_memory(f);
    }
    TRY(redis_time_us(rq->redis, &now_us, f));
    for (size_t i = 0; i < v->pool.count; i++) {
        const char *provider = v->pool.items[i].queue;
        bool known = !is_about_provider(&v->pool.items[i]);
        for (size_t k = 0; !known && k < v->breaker_count; k++) {
            known = strcmp(v->breakers[k].provider, provider) == 0;
        }
        if (!known) {
            struct metrics_breaker *b = &v->breakers[v->breaker_count++];
            (void)str_fit(b->provider, sizeof b->provider, provider);
            TRY(read_breaker(rq, b, now_us, f));
        }
    }
    return 0;
}

static int read_limits(struct request *rq, struct metrics_view *v, struct fail *f)
{
    TRY(queue_metrics_counts(rq->redis, METRICS_POOL, &v->pool.items, &v->pool.count, f));
    return read_breakers(rq, v, f);
}

static int read_orders(struct request *rq, struct metrics_view *v, struct fail *f)
{
    return db_query(rq->db, &sql_api_order_counts, NULL, &v->orders, f);
}

static int read_backlog(struct request *rq, struct metrics_view *v, struct fail *f)
{
    return db_query(rq->db, &sql_api_backlog, NULL, &v->backlog, f);
}

static int read_products(struct request *rq, struct metrics_view *v, struct fail *f)
{
    return db_query(rq->db, &sql_api_product_counts, NULL, &v->products, f);
}

static int read_discovery(struct request *rq, struct metrics_view *v, struct fail *f)
{
    return db_query(rq->db, &sql_api_discovery_gauges, NULL, &v->discovery, f);
}

static int read_api(struct request *rq, struct metrics_view *v, struct fail *f)
{
    (void)f;
    v->api = rq->api;
    return 0;
}

static int (*const readers[METRICS_PART_COUNT])(struct request *rq, struct metrics_view *v,
                                                struct fail *f) = {
#define PART(name) [PART_##name] = read_##name,
    METRICS_PARTS(PART)
#undef PART
};

void metrics_view_read(struct request *rq, struct metrics_view *ret)
{
    *ret = (struct metrics_view){ .api = NULL };
    for (int i = 0; i < METRICS_PART_COUNT; i++) {
        struct fail f = { 0 };
        ret->read[i] = readers[i](rq, ret, &f) == 0;
        if (!ret->read[i]) {
            log_warn("http.metrics_incomplete", kv_str("part", metrics_part_names[i]), kv_fail(&f));
        }
    }
}

void metrics_view_done(struct metrics_view *v)
{
    free(v->queues);
    queue_processes_free(v->processes, v->process_count);
    free(v->enqueued.items);
    free(v->jobs.items);
    free(v->waits.items);
    free(v->runs.items);
    free(v->pool.items);
    free(v->breakers);
    PQclear(v->orders);
    PQclear(v->backlog);
    PQclear(v->products);
    PQclear(v->discovery);
}
