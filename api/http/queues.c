/* /api/v1/queues */
#include "api/http/resources.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/http/act.h"
#include "api/http/reply.h"
#include "common/base/json.h"
#include "common/model/audit.h"
#include "common/model/known_queues.h"
#include "common/queue/scale.h"
#include "common/queue/serving.h"

/* As a JSON integer; null when unknown. */
static json_t *known(int64_t value)
{
    return value >= 0 ? json_integer(value) : json_null();
}

static json_t *queue_json(const struct queue_info *q, const struct serving *serving)
{
    return json_pack("{s:s, s:I, s:I, s:o, s:b, s:I, s:o}", "name", q->name, "waiting",
                     (json_int_t)q->waiting, "running", (json_int_t)q->running, "oldest_ms",
                     known(q->oldest_ms), "paused", q->paused, "processes",
                     (json_int_t)serving->processes, "threads", known(serving->threads));
}

int get_queues(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) struct queue_info *queues = NULL;
    scoped(free_p) struct serving *serving = NULL;
    scoped(json_clear_p) json_t *list = json_array();
    size_t count = 0;

    TRY(queue_list(rq->redis, &queues, &count, f));
    serving = calloc(count + 1, sizeof *serving);
    if (serving == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count; i++) {
        serving[i].queue = queues[i].name;
    }
    TRY(queue_serving(rq->redis, serving, count, f));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, queue_json(&queues[i], &serving[i]));
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

/* A queue may be served before its first job comes. */
static int scalable_check(struct redis *r, const char *queue, struct fail *f)
{
    struct serving serving = { .queue = queue };

    TRY(queue_serving(r, &serving, 1, f));
    return serving.processes > 0 ? 0 : known_queue_check(r, queue, f);
}

static int note_scale(struct request *rq, struct db *tx, const char *worker, int threads,
                      struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    char subject[160];
    scoped(json_clear_p) json_t *detail =
        json_pack("{s:o, s:o}", "worker", worker != NULL ? json_string(worker) : json_null(),
                  "threads", threads > 0 ? json_integer(threads) : json_null());

    request_who(rq, who);
    snprintf(subject, sizeof subject, "queue:%s", request_text(rq, "queue"));
    return audit_add(tx, who, "queue.scale", subject, detail, f);
}

int scale_queue(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    const char *queue = request_text(rq, "queue"), *worker = request_text(rq, "worker");
    int threads = (int)request_int(rq, "threads", 0);

    TRY(scalable_check(rq->redis, queue, f));
    TRY(db_begin(rq->db, &tx, f));
    TRY(note_scale(rq, tx, worker, threads, f));
    TRY(queue_scale_set(rq->redis, worker, queue, threads > 0 ? threads : SCALE_NOT_SET, f));
    TRY(db_commit(&tx, f));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:o, s:o}", "name", queue, "worker",
                  worker != NULL ? json_string(worker) : json_null(), "threads",
                  threads > 0 ? json_integer(threads) : json_null());
    return reply_value(re, 200, body, f);
}
