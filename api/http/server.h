/* The web server (civetweb): its threads, limits and time-outs, and the way from its requests to dispatch.h.
 * HTTP/1.1 with connections that stay open; one thread serves one connection at a time.  What a thread would otherwise own, a
 * request borrows for as long as its handler runs (hands.h); who may hold how many connections for how long is server_guard.h's
 * business. */
#pragma once

#include "api/http/request.h"
#include "common/base/attr.h"
#include "common/base/fail.h"

struct server;

/* Listen on the configured address and serve; api->hands and what else answers need are there already.  FAIL_INPUT: an address or
 * certificate that cannot be used. */
must_check int server_open(struct api *api, struct server **ret, struct fail *f);
/* Answer what is being answered (at most drain_ms), then end all threads.  Accepts NULL. */
void server_close(struct server *s, int64_t drain_ms);
