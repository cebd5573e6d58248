/* JSON views of the queue and the settings, shared by several commands.  Each returns a new reference in *ret.
 * Threads: one. */
#pragma once

#include <jansson.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/model/settings.h"
#include "common/queue/queue.h"
#include "common/redis/redis.h"

/* [{"name","waiting","running","oldest_ms","paused","processes","threads"}]; threads: of those that serve it, null = not known. */
must_check int show_queues(struct redis *r, json_t **ret, struct fail *f);
/* [{"identity","busy","concurrency","quiet","alive","ours","rss_kib","beat_at","queues"}] */
must_check int show_workers(struct redis *r, json_t **ret, struct fail *f);
/* The queues a process serves, as its info tells; null when it does not.  A new reference. */
json_t *show_queues_of(const struct process_info *process);
/* Threads by queue and worker, as they are and as they are wished to be:
 * [{"queue","worker","threads","wanted"}]; worker null: a wish for all of a queue that nobody serves. */
must_check int show_scale(struct redis *r, json_t **ret, struct fail *f);
/* {"processed","failed","waiting","running","scheduled","retry","dead","processes","fenced","recovered","overdue_ms",
 * "archived","trimmed"} */
must_check int show_stats(struct redis *r, json_t **ret, struct fail *f);
/* [{"provider","text","until"}]: what outside services make us wait for. */
must_check int show_limits(struct redis *r, json_t **ret, struct fail *f);
/* {"jid","state","type","queue","args","worker","due_at","enqueued_at","created_at","retry_count","failures","error_class",
 * "error_message","payload"}; retry_count is Sidekiq's: 0 after the first failure.  NULL when memory runs out. */
json_t *show_job(const struct job_entry *entry);
/* [{"name","value","default","tuned","type","choices","min","max","unit","help"}] */
json_t *show_settings(const struct settings *now);
/* Text of JSON as a value. */
must_check int show_parsed(const char *text, json_t **ret, struct fail *f);
