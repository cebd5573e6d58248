#include "common/model/known_queues.h"

#include <string.h>

#include "common/base/str.h"
#include "common/model/job_catalog.h"
#include "common/queue/queue.h"

enum { KNOWN_MAX_BYTES = 100000 };

/* Several job types share a queue: only the first of them names it. */
static bool names_it_first(size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(job_kinds[i].queue, job_kinds[index].queue) == 0) {
            return false;
        }
    }
    return true;
}

static bool has_job_type(const char *name)
{
    for (size_t i = 0; i < job_kind_count; i++) {
        if (strcmp(job_kinds[i].queue, name) == 0) {
            return true;
        }
    }
    return false;
}

static int refuse(const char *name, const struct queue_info *queues, size_t count, struct fail *f)
{
    scoped(str_done) struct str known;

    str_init(&known, KNOWN_MAX_BYTES);
    for (size_t i = 0; i < job_kind_count; i++) {
        if (names_it_first(i)) {
            str_addf(&known, "%s%s", known.len > 0 ? ", " : "", job_kinds[i].queue);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!has_job_type(queues[i].name)) {
            str_addf(&known, "%s%s", known.len > 0 ? ", " : "", queues[i].name);
        }
    }
    return fail_set(f, FAIL_MISSING, "there is no queue '%s'; there are: %s", name, known.data);
}

int known_queue_check(struct redis *r, const char *name, struct fail *f)
{
    scoped(free_p) struct queue_info *queues = NULL;
    size_t count = 0;

    if (has_job_type(name)) {
        return 0;
    }
    TRY(queue_list(r, &queues, &count, f));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(queues[i].name, name) == 0) {
            return 0;
        }
    }
    return refuse(name, queues, count, f);
}
