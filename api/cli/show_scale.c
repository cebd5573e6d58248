#include <stdlib.h>
#include <string.h>

#include "api/cli/out.h"
#include "api/cli/show.h"
#include "common/base/json.h"
#include "common/queue/scale.h"
#include "common/queue/serving.h"

static json_t *known_or_null(int64_t value)
{
    return value < 0 ? json_null() : json_integer(value);
}

static void add_row(json_t *rows, const char *queue, json_t *worker, int64_t threads, int wanted)
{
    json_array_append_new(rows,
                          json_pack("{s:o, s:o, s:o, s:o}", "queue",
                                    out_lossy(queue, strlen(queue)), "worker", worker, "threads",
                                    known_or_null(threads), "wanted", known_or_null(wanted)));
}

/* One row per queue that the process serves. */
static int add_process(struct redis *r, const struct process_info *p, const json_t *queues,
                       json_t *rows, struct fail *f)
{
    size_t count = json_array_size(queues), lanes_count = 0;
    scoped(free_p) struct scale_lane *lanes = calloc(count + 1, sizeof *lanes);

    if (lanes == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count; i++) {
        const char *queue = json_string_value(json_array_get(queues, i));

        if (queue != NULL) {
            lanes[lanes_count++].queue = queue;
        }
    }
    TRY(queue_scale_get(r, p->identity, lanes, lanes_count, f));
    for (size_t i = 0; i < lanes_count; i++) {
        add_row(rows, lanes[i].queue, out_lossy(p->identity, strlen(p->identity)),
                process_threads(p, lanes[i].queue), lanes[i].threads);
    }
    return 0;
}

static int add_processes(struct redis *r, json_t *rows, struct fail *f)
{
    struct process_info *processes = NULL;
    size_t count = 0;
    int result = 0;

    TRY(queue_processes(r, &processes, &count, f));
    for (size_t i = 0; i < count && result == 0; i++) {
        scoped(json_clear_p) json_t *queues = show_queues_of(&processes[i]);

        if (processes[i].alive) {
            result = add_process(r, &processes[i], queues, rows, f);
        }
    }
    queue_processes_free(processes, count);
    return result;
}

static bool is_served(const json_t *rows, const char *queue)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        if (strcmp(json_text(json_array_get(rows, i), "queue", ""), queue) == 0) {
            return true;
        }
    }
    return false;
}

int show_scale(struct redis *r, json_t **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *rows = json_array();
    scoped(free_p) struct scale_wish *wishes = NULL;
    size_t count = 0;

    TRY(add_processes(r, rows, f));
    TRY(queue_scale_list(r, &wishes, &count, f));
    for (size_t i = 0; i < count; i++) {
        if (wishes[i].identity[0] == '\0' && !is_served(rows, wishes[i].queue)) {
            add_row(rows, wishes[i].queue, json_null(), 0, wishes[i].threads);
        }
    }
    *ret = json_incref(rows);
    return 0;
}
