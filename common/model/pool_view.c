#include "common/model/pool_view.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/queue/job_scan.h"
#include "common/queue/queue.h"
#include "common/queue/serving.h"

enum { KEY_BYTES = 192, TELL_DEPTH = 8 };

/* Text that workers wrote; what is deep is nobody's.  A new reference, NULL when it is no JSON. */
static json_t *parse_told(const char *text)
{
    struct json_scanned unused;

    if (text == NULL || json_scan(text, strlen(text), TELL_DEPTH, NULL, &unused) < 0) {
        return NULL;
    }
    return json_loads(text, 0, NULL);
}

/* ---- slots and pauses ---- */

static int ask_flows(struct redis_pipe *p, struct fail *f)
{
    char key[KEY_BYTES];

    for (size_t i = 0; i < FLOW_KINDS; i++) {
        (void)snprintf(key, sizeof key, "dropship:slot:%s", flow_kinds[i].look);
        const char *slot[] = { "GET", key };
        const char *paused[] = { "SISMEMBER", "paused", flow_kinds[i].queue };
        TRY(redis_pipe_command(p, &(struct redis_args){ .argv = slot, .argc = 2 }, f));
        TRY(redis_pipe_command(p, &(struct redis_args){ .argv = paused, .argc = 3 }, f));
    }
    return redis_pipe_send(p, f);
}

static int64_t slot_of(const redisReply *reply)
{
    struct fail none;
    int64_t slot = -1;

    if (reply->type != REDIS_REPLY_STRING ||
        str_to_int(reply->str, 0, INT64_MAX, "slot", &slot, &none) < 0) {
        return -1;
    }
    return slot;
}

static int read_flows(struct redis *r, struct pool_view *v, struct fail *f)
{
    scoped(redis_pipe_close_p) struct redis_pipe *p = NULL;

    TRY(redis_pipe_open(r, &p, f));
    TRY(ask_flows(p, f));
    for (size_t i = 0; i < FLOW_KINDS; i++) {
        scoped(redis_reply_clear_p) redisReply *slot = NULL;
        scoped(redis_reply_clear_p) redisReply *paused = NULL;
        TRY(redis_pipe_next(p, &slot, f));
        TRY(redis_pipe_next(p, &paused, f));
        v->slots[i] = slot != NULL ? slot_of(slot) : -1;
        v->paused[i] =
            paused != NULL && paused->type == REDIS_REPLY_INTEGER && paused->integer == 1;
    }
    return 0;
}

/* ---- processes ---- */

static int take_processes(struct pool_view *v, struct process_info *infos, size_t count,
                          struct fail *f)
{
    v->processes = calloc(count + 1, sizeof *v->processes);
    if (v->processes == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count && v->process_count < POOL_PROCESSES_MAX; i++) {
        struct pool_process *p = &v->processes[v->process_count];
        if (!infos[i].ours) {
            continue; /* a foreign Sidekiq process knows nothing of STOP, and runs none of our types */
        }
        (void)str_fit(p->identity, sizeof p->identity, infos[i].identity);
        p->alive = infos[i].alive;
        p->quiet = infos[i].quiet;
        p->beat_us = infos[i].beat_us;
        p->info_json = take_ptr(infos[i].info_json);
        v->process_count++;
    }
    return 0;
}

static int read_processes(struct redis *r, struct pool_view *v, struct fail *f)
{
    struct process_info *infos = NULL;
    size_t count = 0;

    TRY(queue_processes(r, &infos, &count, f));
    int taken = take_processes(v, infos, count, f);
    queue_processes_free(infos, count);
    return taken;
}

/* ---- what they run, what they say about STOP ---- */

static int ask_work(struct redis_pipe *p, const struct pool_view *v, struct fail *f)
{
    char work[KEY_BYTES], stop[KEY_BYTES];

    for (size_t i = 0; i < v->process_count; i++) {
        (void)snprintf(work, sizeof work, "%s:work", v->processes[i].identity);
        (void)snprintf(stop, sizeof stop, "dropship:stop_seen:%s", v->processes[i].identity);
        const char *jobs[] = { "HGETALL", work };
        const char *seen[] = { "GET", stop };
        TRY(redis_pipe_command(p, &(struct redis_args){ .argv = jobs, .argc = 2 }, f));
        TRY(redis_pipe_command(p, &(struct redis_args){ .argv = seen, .argc = 2 }, f));
    }
    return redis_pipe_send(p, f);
}

static void take_job(struct pool_view *v, const char *thread, const char *text)
{
    scoped(json_clear_p) json_t *told = parse_told(text);
    scoped(job_free_p) struct job *job = NULL;
    const char *payload = json_text(told, "payload", NULL);
    struct fail no_job;

    if (payload == NULL || strchr(thread, '+') != NULL || v->job_count >= POOL_JOBS_MAX ||
        job_parse(payload, strlen(payload), &job, &no_job) < 0) {
        return; /* a '+': it waits for a thread */
    }
    struct pool_job *to = &v->jobs[v->job_count++];
    (void)str_fit(to->jid, sizeof to->jid, job->jid);
    (void)str_fit(to->type, sizeof to->type, job->type);
    to->since_us = json_int(told, "run_at", 0) * 1000000;
}

static void take_work(struct pool_view *v, const redisReply *reply)
{
    for (size_t i = 0; reply->type == REDIS_REPLY_ARRAY && i + 1 < reply->elements; i += 2) {
        const redisReply *thread = reply->element[i], *text = reply->element[i + 1];
        if (thread->type == REDIS_REPLY_STRING && text->type == REDIS_REPLY_STRING) {
            take_job(v, thread->str, text->str);
        }
    }
}

static int take_stop(struct pool_process *p, const redisReply *reply, struct fail *f)
{
    if (reply->type != REDIS_REPLY_STRING) {
        return 0;
    }
    scoped(json_clear_p) json_t *told = parse_told(reply->str);
    p->stop_us = json_int(told, "stop_us", 0);
    return str_copy(reply->str, &p->stop_text, f);
}

static int read_work(struct redis *r, struct pool_view *v, struct fail *f)
{
    scoped(redis_pipe_close_p) struct redis_pipe *p = NULL;

    v->jobs = calloc(POOL_JOBS_MAX, sizeof *v->jobs);
    if (v->jobs == NULL) {
        return fail_memory(f);
    }
    if (v->process_count == 0) {
        return 0;
    }
    TRY(redis_pipe_open(r, &p, f));
    TRY(ask_work(p, v, f));
    for (size_t i = 0; i < v->process_count; i++) {
        scoped(redis_reply_clear_p) redisReply *work = NULL;
        scoped(redis_reply_clear_p) redisReply *stop = NULL;
        TRY(redis_pipe_next(p, &work, f));
        TRY(redis_pipe_next(p, &stop, f));
        if (work == NULL || stop == NULL) {
            return fail_set(f, FAIL_BUG, "Redis gave fewer answers than were asked for");
        }
        take_work(v, work);
        TRY(take_stop(&v->processes[i], stop, f));
    }
    return 0;
}

int pool_view_read(struct redis *r, struct pool_view *ret, struct fail *f)
{
    *ret = (struct pool_view){ .now_us = 0 };
    TRY(redis_time_us(r, &ret->now_us, f));
    TRY(read_flows(r, ret, f));
    TRY(read_processes(r, ret, f));
    return read_work(r, ret, f);
}

void pool_view_done(struct pool_view *v)
{
    for (size_t i = 0; i < v->process_count; i++) {
        free(v->processes[i].stop_text);
        free(v->processes[i].info_json);
    }
    free(take_ptr(v->processes));
    free(take_ptr(v->jobs));
    v->process_count = 0;
    v->job_count = 0;
}

int pool_view_serving(const struct pool_view *v, const char *queue)
{
    int serving = 0;

    for (size_t i = 0; i < v->process_count; i++) {
        const struct pool_process *p = &v->processes[i];
        struct process_info info = { .info_json = p->info_json };
        serving += p->alive && !p->quiet && process_threads(&info, queue) != 0 ? 1 : 0;
    }
    return serving;
}
