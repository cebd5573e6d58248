/* Every open connection of the web server: how many an address may have, how long each may take for what it does, and which one
 * goes when threads run short.  The server library can neither refuse a connection nor end one from outside; here that is done
 * at accept() and by shutting the socket down, which the thread that waits for it notices at once.
 *
 * An address may have GUARD_PER_ADDRESS connections, and GUARD_AFTER_SLOW once GUARD_STRIKES of them were cut for slowness within
 * GUARD_PENANCE_MS; trusted proxies speak for many people and have no limit of their own.  While connections wait for a thread,
 * idle ones are ended, and so are heads that keep us waiting for over GUARD_HEAD_PRESSED_MS, of an address that holds over
 * GUARD_FAIR threads.  Connections that send nothing at all stay in the kernel for some seconds.
 * Threads: any; one lock guards the tables, a guest's phase is atomic.  A thread of its own watches the times. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/http/proxies.h"
#include "common/base/attr.h"
#include "common/base/fail.h"

enum {
    GUARD_PER_ADDRESS = 512,
    GUARD_TOTAL = 2048,
    GUARD_AFTER_SLOW = 16,
    GUARD_STRIKES = 64,
    GUARD_PENANCE_MS = 20000,
    GUARD_FAIR = 16,
    GUARD_HEAD_PRESSED_MS = 150,
    GUARD_IDLE_PRESSED_MS = 20
};

struct guard;
struct guest; /* one open connection */

enum guard_phase {
    GUARD_QUEUED, /* accepted; no thread yet, or in a TLS handshake */
    GUARD_HEAD,   /* a thread waits for its first head */
    GUARD_IDLE,   /* between two requests */
    GUARD_BUSY    /* a request is being read, answered or sent */
};

struct guard_setup {
    size_t threads;                /* of the server */
    bool tls;                      /* queued connections may be in a handshake */
    const struct proxies *trusted; /* borrowed for the guard's life */
};

/* Start watching.  There can be one guard at a time: accept() of the server library comes to it.  *ret is the caller's. */
must_check int guard_open(const struct guard_setup *setup, struct guard **ret, struct fail *f);
/* Stop watching; the server has ended.  Accepts NULL. */
void guard_close(struct guard *g);
/* A thread has taken the next connection of the queue, which may not yet tell whose it is: the oldest is in GUARD_HEAD now. */
void guard_next(struct guard *g);
/* The connection of this peer; NULL when the guard does not know it.  Valid until guard_leave. */
struct guest *guard_meet(struct guard *g, const char *address, int port);
/* What the connection does now and until when it must be done (monotonic ms; 0 = no limit).  NULL is fine. */
void guard_say(struct guest *guest, enum guard_phase phase, int64_t until_ms);
/* Was the connection shut down here?  NULL: no. */
bool guard_was_cut(const struct guest *guest);
/* Has the client closed its side?  NULL: not known, false. */
bool guard_has_left(const struct guest *guest);
/* Take in up to most_bytes that the client is still sending, and forget them; ends when nothing more comes.  The connection can
 * only be closed afterwards.  NULL is fine. */
void guard_drain(const struct guest *guest, int64_t most_bytes);
/* The connection is about to be closed.  NULL is fine. */
void guard_leave(struct guard *g, struct guest *guest);
/* Are threads so short that connections should not be kept open for a next request? */
bool guard_is_pressed(const struct guard *g);
/* Connections open now. */
size_t guard_count(const struct guard *g);
/* End all that are between two requests, now and from now on: the program ends. */
void guard_end_idle(struct guard *g);

/* ---- for accept() and tests ---- */

/* May this peer have one more?  Then fd is watched from now on.  At now_ms (monotonic). */
bool guard_admit(struct guard *g, int fd, const struct sockaddr_in *peer, int64_t now_ms);
/* One look at all connections, as the watching thread does it. */
void guard_look(struct guard *g, int64_t now_ms);
