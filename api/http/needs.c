/* /api/v1/needs: what waits for a person; the badges of the dashboard and its first list. */
#include "api/http/resources.h"

#include <stdio.h>
#include <string.h>

#include "api/http/reply.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/model/flow_view.h"
#include "common/model/one_json.h"
#include "common/redis/redis.h"
#include "sql/ops.h"

enum { TEXT_BYTES = 500, COUNT_MAX = 10001 };

static void add_item(json_t *items, const char *kind, const char *text, const char *href,
                     int64_t count)
{
    json_array_append_new(items, json_pack("{s:s, s:s, s:s, s:I}", "kind", kind, "text", text,
                                           "href", href, "count", (json_int_t)count));
}

/* Dead jobs; null when Redis cannot be asked. */
static json_t *count_dead(struct request *rq, json_t *items)
{
    scoped(redis_reply_clear_p) redisReply *dead = NULL;
    struct fail away = { 0 };

    if (redis_do(rq->redis, &dead, &away, "ZCARD", "dead", NULL) < 0 ||
        dead->type != REDIS_REPLY_INTEGER) {
        log_warn("needs.incomplete", kv_fail(&away));
        return json_null();
    }
    int64_t count = dead->integer < COUNT_MAX ? dead->integer : COUNT_MAX;
    if (count > 0) {
        add_item(items, "job.dead", "dead jobs: run again or delete", "/jobs?tab=jobs&state=dead",
                 count);
    }
    return json_integer(count);
}

/* Flows that cannot go on, or only badly. */
static int add_flows(struct request *rq, json_t *items, struct fail *f)
{
    scoped(json_clear_p) json_t *view = NULL;
    const json_t *flow;
    size_t i;

    TRY(flow_view_read(rq->db, rq->redis, rq->api->conf, &view, f));
    json_array_foreach(json_object_get(view, "flows"), i, flow)
    {
        const char *word = json_text(flow, "state.word", "");
        char text[TEXT_BYTES];
        if (strcmp(word, "BLOCKED") != 0 && strcmp(word, "DEGRADED") != 0) {
            continue;
        }
        (void)snprintf(text, sizeof text, "%s is %s: %.400s", json_text(flow, "title", ""),
                       strcmp(word, "BLOCKED") == 0 ? "blocked" : "degraded",
                       json_text(flow, "state.reason", ""));
        add_item(items, strcmp(word, "BLOCKED") == 0 ? "flow.blocked" : "flow.degraded", text,
                 "/automation", 1);
    }
    return 0;
}

int get_needs(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *needs = NULL;
    scoped(json_clear_p) json_t *items = json_array();

    TRY(add_flows(rq, items, f));
    TRY(one_json(rq->db, &sql_ops_needs, NULL, &text, f));
    TRY(json_parse(text, strlen(text), "the needs", &needs, f));
    json_array_extend(items, json_object_get(needs, "items"));
    json_object_set_new(json_object_get(needs, "counts"), "jobs", count_dead(rq, items));
    json_object_set(needs, "items", items);
    return reply_value(re, 200, needs, f);
}
