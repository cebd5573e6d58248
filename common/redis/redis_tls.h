/* Private to common/redis: TLS under a connection, for rediss://.  The server's certificate is always
 * verified, chain and name; there is no way to turn that off.  At least TLS 1.2.
 * redis_tls.c where hiredis has TLS, else redis_tls_none.c, whose redis_tls_open() refuses.
 * Threads: as the handle. */
#pragma once

#include "common/redis/redis_priv.h"

/* Read the CA certificates (url.cacert, or the system's) into r->tls.  FAIL_INPUT when they cannot be
 * read, or when this build has no TLS. */
must_check int redis_tls_open(struct redis *r, struct fail *f);
/* Release r->tls; after redis_drop().  Nothing for a plain handle. */
void redis_tls_close(struct redis *r);

/* Handshake on the fresh r->context, until deadline_ms (monotonic); sets r->ssl, which the context
 * owns.  FAIL_DENIED with REDIS_CERTIFICATE when the certificate is refused, else FAIL_LATER with
 * REDIS_CONNECTION.  On failure the caller drops the connection. */
must_check int redis_tls_start(struct redis *r, int64_t deadline_ms, struct fail *f);

/* Whether the bytes waiting on an idle TLS connection are its end (or data nobody asked for), and not
 * just session tickets or new keys, which are taken in.  Does not wait. */
bool redis_tls_is_stale(const struct redis *r);

/* Before a command: empty the thread's OpenSSL errors, so that what is there afterwards is its own. */
void redis_tls_forget_errors(const struct redis *r);
/* Why the command broke: OpenSSL's reason where it has one, else `otherwise`. */
const char *redis_tls_reason(const struct redis *r, const char *otherwise);
