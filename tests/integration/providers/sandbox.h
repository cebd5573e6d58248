/* A sandbox process for one test program, and a gate that limits nothing.
 * Threads: one. */
#pragma once

#include <jansson.h>
#include <sys/types.h>

#include "common/http/http.h"
#include "worker/providers/cj/cj.h"
#include "worker/providers/gate.h"

struct sandbox {
    pid_t pid;
    struct http *http;
    char base[64]; /* "http://127.0.0.1:PORT" */
};

/* Start it and wait until it listens (fails the test otherwise); it dies with this process. */
void sandbox_start(struct sandbox *s);
void sandbox_stop(struct sandbox *s);
/* base + path, in buf. */
const char *sandbox_url(const struct sandbox *s, const char *path, char *buf, size_t buf_bytes);
/* A call of the control port; body NULL = GET.  The answer is the caller's. */
json_t *sandbox_control(struct sandbox *s, const char *path, const char *body);
/* The same where the answer does not matter. */
void sandbox_do(struct sandbox *s, const char *path, const char *body);
/* From now on calls of `operation` ("*" = any) go wrong as `more` says: members of a JSON object. */
void sandbox_fault(struct sandbox *s, const char *service, const char *operation, const char *more);
void sandbox_no_faults(struct sandbox *s);
/* What the text models do wrong from now on (a body of POST /control/ai); NULL = nothing. */
void sandbox_wish(struct sandbox *s, const char *text);
/* Entries of the ledger of this operation that were not refused; `key`/`value` narrow it (NULL =
 * all). */
size_t sandbox_done(struct sandbox *s, const char *operation, const char *key, const char *value);

/* What the gate saw; the token is handed out, and renewed by `renew` when it is refused. */
struct open_gate {
    char token[CJ_TOKEN_BYTES];
    int (*renew)(struct open_gate *gate, struct fail *f);
    void *renew_ctx;
    size_t enters, leaves, unhealthy, renewed;
    int64_t throttled_ms, points_gone_ms;
    double available;
};
struct provider_gate open_gate(struct open_gate *state);
