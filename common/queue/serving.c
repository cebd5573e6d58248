#include "common/queue/serving.h"

#include <jansson.h>
#include <string.h>

#include "common/base/json.h"
#include "common/queue/job_scan.h"

enum { INFO_DEPTH = 8 };

/* Anybody may write an info; what is deep is nobody's. */
static json_t *parse_info(const char *text)
{
    struct json_scanned unused;

    if (text == NULL || json_scan(text, strlen(text), INFO_DEPTH, NULL, &unused) < 0) {
        return NULL;
    }
    return json_loads(text, 0, NULL);
}

static bool is_among(const json_t *names, const char *name)
{
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *text = json_string_value(json_array_get(names, i));

        if (text != NULL && strcmp(text, name) == 0) {
            return true;
        }
    }
    return false;
}

int64_t process_threads(const struct process_info *process, const char *queue)
{
    scoped(json_clear_p) json_t *info = parse_info(process->info_json);
    const json_t *queues = json_object_get(info, "queues");
    const json_t *threads = json_object_get(json_object_get(info, "threads"), queue);

    if (!is_among(queues, queue)) {
        return 0;
    }
    if (json_is_integer(threads) && json_integer_value(threads) >= 0) {
        return json_integer_value(threads);
    }
    return json_array_size(queues) == 1 ? process->concurrency : -1;
}

/* A foreign process has no lease; its heartbeat is all there is to know. */
static bool takes_jobs(const struct process_info *p)
{
    return !p->quiet && (p->alive || !p->ours);
}

static void add(struct serving *item, int64_t threads)
{
    if (threads == 0) {
        return;
    }
    item->processes++;
    item->threads = threads < 0 || item->threads < 0 ? -1 : item->threads + threads;
}

int queue_serving(struct redis *r, struct serving *items, size_t count, struct fail *f)
{
    struct process_info *processes = NULL;
    size_t process_count = 0;

    TRY(queue_processes(r, &processes, &process_count, f));
    for (size_t i = 0; i < count; i++) {
        items[i].processes = 0;
        items[i].threads = 0;
        for (size_t p = 0; p < process_count; p++) {
            if (takes_jobs(&processes[p])) {
                add(&items[i], process_threads(&processes[p], items[i].queue));
            }
        }
    }
    queue_processes_free(processes, process_count);
    return 0;
}
