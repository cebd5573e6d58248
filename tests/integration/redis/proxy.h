/* A TCP proxy in front of a server, in a thread of the test, that treats what comes back from the server as it is told.
 * One connection at a time matters to the tests; more are served.  Threads: call from the test's thread. */
#pragma once

enum proxy_mode {
    PROXY_FORWARD, /* let everything through */
    PROXY_MUTE, /* read nothing and forward nothing, in either direction; connections stay open */
    PROXY_DRIP, /* one byte of the answer each 20 ms */
    PROXY_TRUNCATE, /* half of an answer, then the end */
    PROXY_RESET,    /* instead of an answer, RST */
    PROXY_GARBAGE   /* instead of an answer, another protocol */
};

struct proxy;

/* Start in front of the server at 127.0.0.1:port. */
struct proxy *proxy_start(int port);
/* Where to connect to. */
int proxy_port(const struct proxy *p);
/* From now on, for present and new connections; leaving PROXY_MUTE, what waited is forwarded. */
void proxy_set(struct proxy *p, enum proxy_mode mode);
/* Close everything and free. */
void proxy_stop(struct proxy *p);
