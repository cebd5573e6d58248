/* The web server (civetweb): its threads, limits and time-outs, and the way from its requests to dispatch.h.
 * One thread serves one connection at a time and owns one connection each to Postgres and Redis, opened when first needed. */
#pragma once

#include "api/http/request.h"
#include "common/base/attr.h"
#include "common/base/fail.h"

struct server;

/* Listen on the configured address and serve.  FAIL_INPUT: an address that cannot be used. */
must_check int server_open(struct api *api, struct server **ret, struct fail *f);
/* Answer what is being answered (at most drain_ms), then end all threads.  Accepts NULL. */
void server_close(struct server *s, int64_t drain_ms);
