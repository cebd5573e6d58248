#include "api/cli/show.h"

#include <stdlib.h>
#include <string.h>

#include "api/cli/out.h"
#include "common/base/json.h"
#include "common/queue/archive.h"
#include "common/queue/serving.h"

int show_parsed(const char *text, json_t **ret, struct fail *f)
{
    return json_parse(text, strlen(text), "the database's answer", ret, f);
}

static json_t *known_or_null(int64_t value)
{
    return value < 0 ? json_null() : json_integer(value);
}

static json_t *show_queue(const struct queue_info *q, const struct serving *serving)
{
    return json_pack("{s:s, s:I, s:I, s:o, s:b, s:I, s:o}", "name", q->name, "waiting",
                     (json_int_t)q->waiting, "running", (json_int_t)q->running, "oldest_ms",
                     known_or_null(q->oldest_ms), "paused", q->paused, "processes",
                     (json_int_t)serving->processes, "threads", known_or_null(serving->threads));
}

int show_queues(struct redis *r, json_t **ret, struct fail *f)
{
    scoped(free_p) struct queue_info *queues = NULL;
    scoped(free_p) struct serving *serving = NULL;
    size_t count = 0;

    TRY(queue_list(r, &queues, &count, f));
    serving = calloc(count + 1, sizeof *serving);
    if (serving == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count; i++) {
        serving[i].queue = queues[i].name;
    }
    TRY(queue_serving(r, serving, count, f));
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, show_queue(&queues[i], &serving[i]));
    }
    *ret = list;
    return 0;
}

json_t *show_queues_of(const struct process_info *process)
{
    const char *text = process->info_json != NULL ? process->info_json : "{}";
    scoped(json_clear_p) json_t *info = json_loads(text, 0, NULL);
    json_t *queues = json_at(info, "queues");
    return queues != NULL ? json_incref(queues) : json_null();
}

static json_t *show_worker(const struct process_info *p)
{
    return json_pack("{s:o, s:I, s:I, s:b, s:b, s:b, s:I, s:o, s:o}", "identity",
                     out_lossy(p->identity, strlen(p->identity)), "busy", (json_int_t)p->busy,
                     "concurrency", (json_int_t)p->concurrency, "quiet", p->quiet, "alive",
                     p->alive, "ours", p->ours, "rss_kib", (json_int_t)p->rss_kib, "beat_at",
                     out_instant(p->beat_us), "queues", show_queues_of(p));
}

int show_workers(struct redis *r, json_t **ret, struct fail *f)
{
    struct process_info *processes = NULL;
    size_t count = 0;

    TRY(queue_processes(r, &processes, &count, f));
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, show_worker(&processes[i]));
    }
    queue_processes_free(processes, count);
    *ret = list;
    return 0;
}

int show_stats(struct redis *r, json_t **ret, struct fail *f)
{
    struct queue_stats s;
    struct archive_counts archive;

    TRY(queue_stats(r, &s, f));
    TRY(queue_archive_counts(r, &archive, f));
    const struct {
        const char *name;
        int64_t value;
    } figures[] = {
        { "processed", s.processed },
        { "failed", s.failed },
        { "waiting", s.waiting },
        { "running", s.running },
        { "scheduled", s.scheduled },
        { "retry", s.retry },
        { "dead", s.dead },
        { "processes", s.processes },
        { "fenced", s.fenced },
        { "recovered", s.recovered },
        { "overdue_ms", s.overdue_ms },
        { "archived", archive.archived },
        { "trimmed", archive.trimmed },
    };
    json_t *stats = json_object();
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        json_object_set_new(stats, figures[i].name, json_integer(figures[i].value));
    }
    *ret = stats;
    return 0;
}

/* args as the array it is; as text when it is none. */
static json_t *args_of(const struct job *job)
{
    if (job->args == NULL) {
        return json_null();
    }
    json_t *args = json_loadb(job->args, job->args_bytes, JSON_DECODE_ANY, NULL);
    return args != NULL ? args : out_lossy(job->args, job->args_bytes);
}

static void add_job_members(json_t *view, const struct job *job)
{
    scoped(json_clear_p) json_t *whole = json_loadb(job->payload, job->payload_bytes, 0, NULL);
    const char *error_class = json_text(whole, "error_class", NULL),
               *message = json_text(whole, "error_message", NULL);

    json_object_set_new(view, "jid", out_lossy(job->jid, strlen(job->jid)));
    json_object_set_new(view, "type", out_lossy(job->type, strlen(job->type)));
    json_object_set_new(view, "queue", out_lossy(job->queue, strlen(job->queue)));
    json_object_set_new(view, "args", args_of(job));
    json_object_set_new(view, "enqueued_at", out_instant(job->enqueued_us));
    json_object_set_new(view, "created_at", out_instant(job->created_us));
    json_object_set_new(view, "retry_count",
                        job->retry_count < 0 ? json_null() : json_integer(job->retry_count));
    json_object_set_new(view, "failures", json_integer((json_int_t)job->retry_count + 1));
    json_object_set_new(view, "error_class",
                        error_class != NULL ? json_string(error_class) : json_null());
    json_object_set_new(view, "error_message",
                        message != NULL ? json_string(message) : json_null());
}

json_t *show_job(const struct job_entry *entry)
{
    json_t *view = json_object();

    json_object_set_new(view, "state", json_string(job_state_names[entry->state]));
    json_object_set_new(view, "where", out_lossy(entry->where, strlen(entry->where)));
    json_object_set_new(view, "worker",
                        entry->worker[0] != '\0' ? out_lossy(entry->worker, strlen(entry->worker))
                                                 : json_null());
    json_object_set_new(view, "due_at", out_instant(entry->at_us));
    if (entry->job != NULL) {
        add_job_members(view, entry->job);
    }
    json_object_set_new(view, "payload", out_lossy(entry->payload, entry->payload_bytes));
    return view;
}

json_t *show_settings(const struct settings *now)
{
    static const char *const types[] = { [SETTING_INT] = "int",
                                         [SETTING_BOOL] = "bool",
                                         [SETTING_CHOICE] = "choice",
                                         [SETTING_TEXT] = "text" };
    json_t *list = json_array();

    for (size_t id = 0; id < SETTING_COUNT; id++) {
        const struct setting_rule *rule = &setting_rules[id];
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:I, s:I, s:s, s:s}", "name",
                            rule->name, "value", setting_text(now, id), "default", rule->otherwise,
                            "tuned", strcmp(setting_text(now, id), rule->otherwise) != 0, "type",
                            types[rule->type], "choices",
                            rule->type == SETTING_CHOICE ? rule->choices : "", "min",
                            (json_int_t)rule->min, "max", (json_int_t)rule->max, "unit", rule->unit,
                            "help", rule->help));
    }
    return list;
}
