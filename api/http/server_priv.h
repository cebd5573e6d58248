/* Private to server*.c: one request on a connection of the server library. */
#pragma once

#include <civetweb.h>

#include "api/http/hands.h"
#include "api/http/request.h"
#include "api/http/server_guard.h"

struct server {
    struct mg_context *web;
    struct api *api;
    struct guard *guard;
};

/* A request with what it holds of the transport. */
struct visit {
    struct request rq; /* first: the visit is found by it */
    struct grip grip;
    struct guest *guest; /* the connection; NULL when the guard does not know it */
    struct mg_connection *web;
    char client[PROXIES_ADDRESS_BYTES];
};

static inline struct visit *visit_of(struct request *rq)
{
    return (struct visit *)(void *)rq;
}

/* server_serve.c: callbacks of the library */

/* Answer the request that has just been parsed.  Always a status, so that the library does nothing more. */
int serve_request(struct mg_connection *c);
/* Answer what the library refuses by itself: broken, oversized and late heads.  Always 0. */
int serve_error(struct mg_connection *c, int status, const char *message);
/* The connection's watch; NULL when there is none. */
struct guest *serve_guest(struct mg_connection *c);

/* server_body.c */

/* request_read_fn over the connection: gives borrowed connections back while it waits. */
int body_read(struct request *rq, char *bytes, size_t size_bytes);
/* Take in what the client is already sending, so that it gets to read its answer.  refused_late: it was too slow for its body. */
void body_drain(struct request *rq, bool refused_late);
/* What the library leaves open about the framing of a body.  NULL = fine, else a sentence and *ret_status. */
const char *body_problem(const struct request *rq, int *ret_status);
