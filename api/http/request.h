/* One request on its way through dispatch.h: what came in, what was made of it, and the connections it has borrowed.
 * Threads: belongs to the thread that serves it; struct api is shared and read only (its counters are atomic). */
#pragma once

#include <jansson.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/http/proxies.h"
#include "api/http/route.h"
#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/base/id.h"
#include "common/db/db.h"
#include "common/model/api_key.h"
#include "common/model/session.h"
#include "common/redis/redis.h"

struct auth;
struct guard;
struct hands;
struct static_files;
struct live;

/* The whole program. */
struct api {
    const struct conf *conf;
    struct auth *auth;
    struct hands *hands;        /* connections that requests borrow */
    struct static_files *files; /* the dashboard */
    struct live *live;          /* who waits for changes */
    struct proxies proxies;     /* that are believed */
    bool tls;                   /* we speak HTTPS */
    int64_t started_us;
    atomic_bool draining;     /* told to end: /readyz says no */
    atomic_long in_flight;    /* requests being answered */
    atomic_llong answered[6]; /* by first digit of the status; [0] unused */
    atomic_int exports;       /* running */
    atomic_llong webhooks_accepted, webhooks_refused;
    sem_t open_bodies, keyed_bodies,
        drains; /* free places, server.c: threads that may wait for bytes */
};

struct http_header {
    const char *name, *value;
};

/* A checked field; text is NULL when it was not given. */
struct value {
    char *text;
    int64_t num; /* INT, TIME (microseconds since the epoch) */
};

struct request;
/* What a step of the request needs of Postgres. */
enum request_need {
    REQUEST_WRITE, /* the primary: writes, sessions, whatever must be the newest */
    REQUEST_READ   /* a read replica does, where there is one */
};
/* Fill rq->db and rq->redis with connections that may be used until the request is over or asks for others; see
 * request_take. */
typedef int request_take_fn(struct request *rq, enum request_need need, struct fail *f);
/* Read exactly size_bytes of the body.  0; 1 when too many bodies are being read already; -1 when the client was too slow or
 * left. */
typedef int request_read_fn(struct request *rq, char *bytes, size_t size_bytes);

struct request {
    struct api *api;
    struct db *db;                     /* borrowed by request_take; NULL before */
    struct redis *redis;               /* borrowed with it */
    request_take_fn *take;             /* NULL: db and redis were set by the caller (tests) */
    void (*give)(struct request *rq);  /* likewise */
    const char *method, *path, *query; /* as sent; query NULL when there is none */
    const char *address; /* of the client, without port: the peer's, or what a trusted proxy says */
    bool secure;         /* it came by TLS, to us or to a trusted proxy */
    const struct http_header *headers;
    size_t header_count;
    request_read_fn *read;
    void *source;           /* of read */
    int64_t expected_bytes; /* of the body, by its header; 0 = none */
    int64_t unread_bytes;   /* what the client may still send */

    char id[ID_TRACE_BYTES];               /* told to the client and logged */
    char trace[ID_TRACE_BYTES];            /* from `traceparent`, or new */
    const struct route *route;             /* NULL while unknown */
    struct value values[ROUTE_FIELDS_MAX]; /* in the order of route->fields */
    char *body;                            /* raw; NULL when there is none */
    size_t body_bytes;
    struct api_key key;     /* name "" when the route is open */
    struct session session; /* id 0: the caller came with a key */
    bool secret_answer;     /* the answer is shown once and must not be stored */
};

/* Request id and trace; the caller has filled what came in.  Sets the log context. */
void request_start(struct request *rq);
/* Release what was read and clear the log context. */
void request_done(struct request *rq);
/* Have connections to Postgres and Redis for what follows: before the first use of rq->db, and again when the need changes.
 * They are taken from the program's pool and given back when the request is over or waits for its body; so nothing may be kept
 * open across request_take.  Those of a route with a key are connected (db_ready).  FAIL_LATER when all stayed in use. */
must_check int request_take(struct request *rq, enum request_need need, struct fail *f);
/* Give borrowed connections back before the request is over: for answers that go on for long. */
void request_give(struct request *rq);
/* Value of a header, case of the name does not matter; NULL when absent.  Borrowed. */
const char *request_header(const struct request *rq, const char *name);
/* How often a header occurs. */
size_t request_header_count(const struct request *rq, const char *name);

/* Field by name: it must be one of the route's (assert).  NULL when not given.  Borrowed. */
const char *request_text(const struct request *rq, const char *name);
/* The same as a number; `otherwise` when not given. */
int64_t request_int(const struct request *rq, const char *name, int64_t otherwise);

enum { REQUEST_WHO_BYTES = API_KEY_NAME_BYTES + 8 };
/* "key:NAME" for the audit. */
void request_who(const struct request *rq, char who[static REQUEST_WHO_BYTES]);
