/* The state of the business in one JSON object, built by Postgres; shared by CLI, API and dashboard.
 * Threads: uses the caller's db. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"

/* {"orders":{STATE:count...},"received","placed","paid","fulfilled" (counts of orders),"held_oldest_at","effects":{"intent",
 * "unknown"},"outbox_unsent","outbox_oldest_at","reconcile":null|{"at","orders","missing","doubled"},"spent":[{"minor",
 * "currency"}],"tuned":[{"name","value","updated_at","updated_by"}]}.  *ret_json is the caller's to free(). */
must_check int overview_read(struct db *db, char **ret_json, struct fail *f);

/* Discovery as it stands: {"products":{STATE:count...},"problems","proposals" (open ones),"run":null or the last scan {"started_at",
 * "finished_at","searches","points","seen","added","candidates","problem"},"points_today":{"search","assess"} (of discovery alone),"ai":{"calls","failed",
 * "tokens","cost_micro","cost_unknown"} (since midnight UTC; cost_unknown: calls of models without a price),"pricing_rule": name
 * or null,"setup":[{"name","at","level","text","mend"}]}.  *ret_json is the caller's to free(). */
must_check int overview_discovery(struct db *db, char **ret_json, struct fail *f);

/* Runs of one job, oldest first: [{"attempt","outcome","started_at","run_ms","error_class","error","worker","trace_id"}], at most
 * the last 200.  *ret_json is the caller's to free(). */
must_check int overview_job_runs(struct db *db, const char *jid, char **ret_json, struct fail *f);
