/* /api/v1/workers */
#include "api/http/resources.h"

#include <stdio.h>
#include <string.h>

#include "api/http/act.h"
#include "api/http/reply.h"
#include "api/http/text.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/queue/queue.h"

static json_t *worker_json(const struct process_info *p)
{
    char beat[CLOCK_TEXT_BYTES];
    const char *text = p->info_json != NULL ? p->info_json : "";
    json_t *info = text_is_shallow_json(text, strlen(text)) ? json_loads(text, 0, NULL) : NULL;

    clock_format(p->beat_us, beat);
    return json_pack("{s:s, s:b, s:b, s:b, s:I, s:I, s:I, s:I, s:s, s:o}", "identity", p->identity,
                     "alive", p->alive, "quiet", p->quiet, "ours", p->ours, "busy",
                     (json_int_t)p->busy, "concurrency", (json_int_t)p->concurrency, "rss_kib",
                     (json_int_t)p->rss_kib, "rtt_us", (json_int_t)p->rtt_us, "beat_at", beat,
                     "info", info != NULL ? info : json_null());
}

int get_workers(struct request *rq, struct reply *re, struct fail *f)
{
    struct process_info *processes = NULL;
    size_t count = 0;
    scoped(json_clear_p) json_t *list = json_array();

    TRY(queue_processes(rq->redis, &processes, &count, f));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, worker_json(&processes[i]));
    }
    queue_processes_free(processes, count);
    scoped(json_clear_p) json_t *body = json_pack("{s:O}", "workers", list);
    return reply_value(re, 200, body, f);
}

static int known_check(struct redis *r, const char *identity, struct fail *f)
{
    struct process_info *processes = NULL;
    size_t count = 0;
    bool known = false;

    TRY(queue_processes(r, &processes, &count, f));
    for (size_t i = 0; i < count; i++) {
        known = known || strcmp(processes[i].identity, identity) == 0;
    }
    queue_processes_free(processes, count);
    return known ? 0 : fail_set(f, FAIL_MISSING, "there is no worker '%s'", identity);
}

static int quiet_named(struct redis *r, const char *identity, struct fail *f)
{
    return queue_signal(r, identity, "TSTP", f);
}

static int stop_named(struct redis *r, const char *identity, struct fail *f)
{
    return queue_signal(r, identity, "TERM", f);
}

static int ask_worker(struct request *rq, const char *action, act_fn *run, struct reply *re,
                      struct fail *f)
{
    const char *identity = request_text(rq, "identity");
    char subject[160];

    TRY(known_check(rq->redis, identity, f));
    snprintf(subject, sizeof subject, "worker:%s", identity);
    TRY(act_do(rq,
               &(struct act){ .action = action, .subject = subject, .name = identity, .run = run },
               f));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s}", "identity", identity, "asked", action);
    return reply_value(re, 200, body, f);
}

int quiet_worker(struct request *rq, struct reply *re, struct fail *f)
{
    return ask_worker(rq, "worker.quiet", quiet_named, re, f);
}

int stop_worker(struct request *rq, struct reply *re, struct fail *f)
{
    return ask_worker(rq, "worker.stop", stop_named, re, f);
}
