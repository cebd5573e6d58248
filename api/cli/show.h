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

/* [{"name","waiting","running","oldest_ms","paused"}] */
must_check int show_queues(struct redis *r, json_t **ret, struct fail *f);
/* [{"identity","busy","concurrency","quiet","alive","ours","rss_kib","beat_at","queues"}] */
must_check int show_workers(struct redis *r, json_t **ret, struct fail *f);
/* {"processed","failed","waiting","running","scheduled","retry","dead","processes","fenced","recovered","overdue_ms"} */
must_check int show_stats(struct redis *r, json_t **ret, struct fail *f);
/* [{"provider","text","until"}]: what outside services make us wait for. */
must_check int show_limits(struct redis *r, json_t **ret, struct fail *f);
/* {"jid","state","type","queue","args","worker","due_at","enqueued_at","created_at","retry_count","error_class","error_message",
 * "payload"}.  NULL when memory runs out. */
json_t *show_job(const struct job_entry *entry);
/* [{"name","value","default","tuned","type","choices","min","max","unit","help"}] */
json_t *show_settings(const struct settings *now);
/* Text of JSON as a value. */
must_check int show_parsed(const char *text, json_t **ret, struct fail *f);
