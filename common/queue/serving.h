/* Who serves a queue: the sum over all living processes, ours and foreign ones.  Threads: those of the connection. */
#pragma once

#include <stddef.h>

#include "common/queue/queue.h"

struct serving {
    const char *queue; /* in; the caller's */
    int64_t processes; /* out: living processes that take jobs from it; quiet ones do not */
    int64_t
        threads; /* out: their threads for it; -1 = not known of one of them, as of a Sidekiq process with several queues */
};
/* One round trip for any number of queues.  On failure the items are undefined. */
must_check int queue_serving(struct redis *r, struct serving *items, size_t count, struct fail *f);

/* The threads that one process has for a queue, as it tells in its info; 0 = it does not serve the queue, -1 = it serves it and
 * does not tell with how many. */
int64_t process_threads(const struct process_info *process, const char *queue);
