/* Pages of other origins that may call the API from a browser: those of the setting api.cors_origins, exactly as written there.
 * They send a key or nothing: no credentials are ever allowed, so the dashboard's cookie is of no use to them, and they cannot
 * read an answer that it gave.  Threads: any. */
#pragma once

#include <stdbool.h>

#include "api/http/reply.h"
#include "api/http/request.h"

/* Whether the browser asks what a page of another origin may send (OPTIONS with Origin and Access-Control-Request-Method). */
bool cors_is_preflight(const struct request *rq);
/* Answer that; allow = the methods of the path, as in the header Allow.  An origin that is not listed gets 403. */
void cors_preflight(struct request *rq, struct reply *re, const char *allow);
/* The headers that let a listed origin read the answer.  Once per answer of the API, whoever calls. */
void cors_add_headers(struct request *rq, struct reply *re);

/* Is origin one of list ("https://a.example,https://b.example:8443")?  Pure. */
bool cors_is_listed(const char *list, const char *origin);
