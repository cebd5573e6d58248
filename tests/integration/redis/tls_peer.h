/* Peers that a real Redis cannot play, each in a thread of its own: one that reports the name asked for and
 * sends session tickets while the client is idle, and one that lets the handshake trickle. */
#pragma once

#include <pthread.h>

struct tls_peer {
    int listener;
    int port;
    int came;              /* connections so far; read after tls_peer_stop() */
    char asked[64];        /* SNI of the last */
    const char *pem, *key; /* files */
    pthread_t thread;
};

/* Answers every read with +OK, followed by a session ticket, which the client finds when it is idle. */
void tls_peer_start_ok(struct tls_peer *p, const char *pem, const char *key);
/* Announces a long handshake message and sends a byte of it every 100 ms, until the client hangs up. */
void tls_peer_start_trickle(struct tls_peer *p);
void tls_peer_stop(struct tls_peer *p);
