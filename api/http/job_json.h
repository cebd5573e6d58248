/* A job in Redis as the API shows it.  Pure; any thread. */
#pragma once

#include <jansson.h>

#include "common/queue/queue.h"

/* {"jid","class","queue","state","worker","at","args","retry_count","max_retries","error_class","error","created_at",
 * "enqueued_at","failed_at","trace_id"}, unknown as null; what is no job has "payload", its first bytes as text.  The caller's;
 * NULL when memory is short. */
json_t *job_json(const struct job_entry *entry);
