/* /api/v1/status: what a person wants to see first.  What cannot be read is null and named in "problems". */
#include "api/http/resources.h"

#include <string.h>

#include "api/http/flows_json.h"
#include "api/http/reply.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/model/overview.h"
#include "common/model/points.h"
#include "common/queue/queue.h"

static json_t *jobs_json(const struct queue_stats *s)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "processed",
                     (json_int_t)s->processed, "failed", (json_int_t)s->failed, "waiting",
                     (json_int_t)s->waiting, "running", (json_int_t)s->running, "scheduled",
                     (json_int_t)s->scheduled, "retry", (json_int_t)s->retry, "dead",
                     (json_int_t)s->dead, "processes", (json_int_t)s->processes, "fenced",
                     (json_int_t)s->fenced, "recovered", (json_int_t)s->recovered, "overdue_ms",
                     (json_int_t)s->overdue_ms);
}

/* "shopify,cj" -> ["shopify","cj"] */
static json_t *sandbox_json(const struct conf *conf)
{
    json_t *list = json_array();
    const char *at = conf_text(conf, CONF_SANDBOX_NOTICE);
    while (at != NULL && *at != '\0') {
        size_t length = strcspn(at, ",");
        if (length > 0) {
            json_array_append_new(list, json_stringn(at, length));
        }
        at += length + (at[length] == ',');
    }
    return list;
}

static json_t *read_jobs(struct request *rq, json_t *problems)
{
    struct queue_stats stats = { 0 };
    struct fail why;
    if (queue_stats(rq->redis, &stats, &why) == 0) {
        return jobs_json(&stats);
    }
    log_warn("http.status_incomplete", kv_str("part", "redis"), kv_fail(&why));
    json_array_append_new(problems, json_string("The queues cannot be read just now."));
    return json_null();
}

/* {"cj":{"used","of"}}: points of today; null when they cannot be asked. */
static json_t *read_points(struct request *rq, json_t *problems)
{
    struct fail why;
    int64_t used = 0;

    if (points_used_today(rq->redis, "cj", &used, &why) < 0) {
        log_warn("http.status_incomplete", kv_str("part", "points"), kv_fail(&why));
        json_array_append_new(problems, json_string("The points cannot be read just now."));
        return json_null();
    }
    return json_pack("{s:{s:I, s:I}}", "cj", "used", (json_int_t)used, "of",
                     (json_int_t)conf_int(rq->api->conf, CONF_CJ_POINTS_PER_DAY));
}

int get_status(struct request *rq, struct reply *re, struct fail *f)
{
    struct settings now;
    scoped(free_p) char *text = NULL;
    scoped(free_p) char *discovery_text = NULL;
    scoped(json_clear_p) json_t *business = NULL;
    scoped(json_clear_p) json_t *discovery = NULL;
    scoped(json_clear_p) json_t *problems = json_array();
    char time[CLOCK_TEXT_BYTES];

    TRY(settings_read(rq->db, &now, f));
    TRY(overview_read(rq->db, &text, f));
    TRY(json_parse(text, strlen(text), "overview", &business, f));
    TRY(overview_discovery(rq->db, &discovery_text, f));
    TRY(json_parse(discovery_text, strlen(discovery_text), "overview", &discovery, f));
    clock_format(clock_now_us(), time);
    json_t *jobs = read_jobs(rq, problems);
    json_t *points = jobs != NULL && !json_is_null(jobs) ? read_points(rq, problems) : json_null();
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s, s:o, s:b, s:o, s:O, s:O, s:o, s:o, s:O}", "at", time, "version",
                  DROPSHIP_VERSION, "sandbox", sandbox_json(rq->api->conf), "stop",
                  now.num[SETTING_STOP] != 0, "flows", flows_json(&now), "business", business,
                  "discovery", discovery, "jobs", jobs, "points", points, "problems", problems);
    return reply_value(re, 200, body, f);
}
