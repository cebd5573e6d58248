/* How each outside service, Redis and Postgres stand, with their limits.  Nothing is called for it: the workers' limiter and the
 * tables of calls say how the last ones went.  Shared by API and CLI.  Threads: uses the caller's connections. */
#pragma once

#include <jansson.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/redis/redis.h"

/* {"services":[{"name","title","state":"ok"|"degraded"|"down"|"off","simulated","text","since","last_ok_at","last_error",
 * "limits":[{"name","used","of","unit","decimals","resets_at"}]}]}, its figures in 10^-decimals of the unit; a wallet has "left" and
 * "as_of" besides; unknown is null.  A service that is not set up is "off", one that was never
 * asked is "ok" and its text says so.  Redis away is no failure.  *ret is the caller's (json_decref). */
must_check int service_view_read(struct db *db, struct redis *r, const struct conf *conf,
                                 json_t **ret, struct fail *f);
