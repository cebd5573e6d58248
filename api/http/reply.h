/* An answer being made.  Errors are problem documents (RFC 9457): what the client did wrong is said, what went wrong inside is
 * not; the request id leads to the log.  Threads: one owner. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "api/http/request.h"
#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/str.h"

enum { REPLY_MAX_BYTES = 16 * 1024 * 1024 };
/* How long a kept connection may idle, as clients are told.  The server waits a little longer: a request that a client sends at its
 * last moment still finds somebody. */
enum { REPLY_IDLE_S = 15 };

/* Where a streamed answer goes, piece by piece; made by whoever owns the connection. */
struct reply_sink {
    int (*write)(struct reply_sink *out, const void *bytes, size_t size_bytes, struct fail *f);
};
/* Write the body of a streamed answer with reply_write; state = reply.stream_state, to be released here in any case.  Runs after
 * dispatch, without borrowed connections.  -1: the client is cut off, so that it sees that something is missing; *f is logged. */
typedef int reply_stream_fn(struct request *rq, struct reply_sink *out, void *state,
                            struct fail *f);

struct reply {
    int status;
    const char *type; /* content type; constant text */
    const char *csp;  /* Content-Security-Policy; NULL = nothing may be loaded */
    struct str body;
    struct str headers; /* further lines, each ended by CR LF */
    const char *cache;  /* Cache-Control; NULL = no-store */
    const char *etag; /* quoted, constant or in the request's memory; NULL: made from a JSON body */
    const void *bytes; /* a body that lives as long as the program, instead of `body`; or NULL */
    size_t bytes_count;
    reply_stream_fn *stream; /* the body comes from here instead; NULL = it does not */
    void *stream_state;      /* released by stream, or by stream_drop when that is never called */
    void (*stream_drop)(void *state);
};

/* An empty answer in the caller's memory; reply_done releases what it holds. */
void reply_init(struct reply *re);
/* Release body, headers and whatever streams; the reply is empty afterwards. */
void reply_done(struct reply *re);
/* A JSON text. */
void reply_json(struct reply *re, int status, const char *json);
/* A JSON value (borrowed; NULL = memory was short).  FAIL_LATER. */
must_check int reply_value(struct reply *re, int status, const json_t *value, struct fail *f);
/* A header line; the value must not come from outside. */
void reply_header(struct reply *re, const char *fmt, ...) printf_like(2, 3);
/* A problem in place of whatever is there; errors (borrowed, may be NULL): [{"in","field","detail"}]. */
void reply_problem(struct reply *re, const struct request *rq, int status, const char *detail,
                   const json_t *errors);
/* What a client is told of a failure, and with which status: its text, unless that speaks of what is inside.  Borrowed from *f, or
 * constant. */
const char *reply_told(const struct fail *f, int *ret_status);
/* The problem that a failure is to the client; logs it when it is ours. */
void reply_fail(struct reply *re, const struct request *rq, const struct fail *f);
/* "Not Found"; "Error" for statuses we do not use. */
const char *reply_reason(int status);
/* Send a piece of a streamed body; returns when it is on its way.  -1 when the client left, was too slow, or the program ends:
 * stop then.  An empty piece sends what is held back, and notices a client that left without a word. */
must_check int reply_write(struct reply_sink *out, const void *bytes, size_t size_bytes,
                           struct fail *f);
/* What the transport decides about an answer. */
struct reply_frame {
    size_t length;        /* of the body; not for a streamed one */
    const char *etag;     /* NULL = none */
    const char *encoding; /* Content-Encoding; NULL = none */
    bool streamed;        /* in chunks, its length not known */
    bool keep;            /* the connection stays open */
    bool varies;          /* Vary: Accept-Encoding */
    bool secure;          /* the client came by TLS */
};
/* Status line and all headers of the finished answer, with the empty line. */
void reply_head(const struct reply *re, const struct request *rq, const struct reply_frame *frame,
                struct str *out);
