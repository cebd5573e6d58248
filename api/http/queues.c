/* /api/v1/queues */
#include "api/http/resources.h"

#include <stdio.h>

#include "api/http/act.h"
#include "api/http/reply.h"
#include "common/base/json.h"
#include "common/model/known_queues.h"
#include "common/queue/queue.h"

/* Age as a JSON integer; null when unknown. */
static json_t *age(int64_t ms)
{
    return ms >= 0 ? json_integer(ms) : json_null();
}

int get_queues(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) struct queue_info *queues = NULL;
    scoped(json_clear_p) json_t *list = json_array();
    size_t count = 0;

    TRY(queue_list(rq->redis, &queues, &count, f));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(
            list, json_pack("{s:s, s:I, s:I, s:o, s:b}", "name", queues[i].name, "waiting",
                            (json_int_t)queues[i].waiting, "running", (json_int_t)queues[i].running,
                            "oldest_ms", age(queues[i].oldest_ms), "paused", queues[i].paused));
    }
    scoped(json_clear_p) json_t *body = json_pack("{s:O}", "queues", list);
    return reply_value(re, 200, body, f);
}

static int pause_named(struct redis *r, const char *queue, struct fail *f)
{
    return queue_pause(r, queue, true, f);
}

static int resume_named(struct redis *r, const char *queue, struct fail *f)
{
    return queue_pause(r, queue, false, f);
}

static int set_paused(struct request *rq, bool paused, struct reply *re, struct fail *f)
{
    const char *name = request_text(rq, "queue");
    char subject[160];

    TRY(known_queue_check(rq->redis, name, f));
    snprintf(subject, sizeof subject, "queue:%s", name);
    TRY(act_do(rq,
               &(struct act){ .action = paused ? "queue.pause" : "queue.resume",
                              .subject = subject,
                              .name = name,
                              .run = paused ? pause_named : resume_named },
               f));
    scoped(json_clear_p) json_t *body = json_pack("{s:s, s:b}", "name", name, "paused", paused);
    return reply_value(re, 200, body, f);
}

int pause_queue(struct request *rq, struct reply *re, struct fail *f)
{
    return set_paused(rq, true, re, f);
}

int resume_queue(struct request *rq, struct reply *re, struct fail *f)
{
    return set_paused(rq, false, re, f);
}
