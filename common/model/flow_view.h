/* The flows as people see them: state with its reason, next and last run, what runs, limits; and STOP.  Shared by API and CLI.
 * Threads: uses the caller's connections. */
#pragma once

#include <jansson.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/redis/redis.h"

/* {"stop":(stop_view.h),"overall":{"word","text"},"flows":[{"name","title","mode","modes":[],"state":{"word","reason","since"},
 * "interval":{"setting","value_s","min_s","max_s"}|null,"next_run_at","last_run":{"at","outcome","text","ms"}|null,
 * "running":[{"jid","type","since"}],"limits":[text],"jobs":[type],"help"}]}; "modes" is empty for a flow that has no mode of its
 * own.  Redis away is no failure: the flows say so.  *ret is the caller's (json_decref). */
must_check int flow_view_read(struct db *db, struct redis *r, const struct conf *conf, json_t **ret,
                              struct fail *f);
/* The one flow of such a view; NULL when there is none of this name.  Borrowed. */
json_t *flow_view_find(const json_t *view, const char *name);
