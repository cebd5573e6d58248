/* Real redis-servers and sentinels of a test, each with its own port and folder, that can be killed, restarted and told
 * anything.  All of them end with the test program.  Whatever goes wrong here fails the test.
 * Threads: one struct belongs to one thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct server {
    pid_t pid;
    int port;
    bool sentinel;
    char folder[64];
    char url[64]; /* redis://127.0.0.1:PORT */
};

/* A port of this machine that is free now. */
int server_free_port(void);
/* Start with these further lines of configuration ("" = none) and wait until it answers, be it with an error. */
void server_start(struct server *s, const char *lines);
/* A sentinel with quorum `quorum` for the primary at `port`, called "primary", that notices its death after 1 s. */
void server_start_sentinel(struct server *s, int port, int quorum);
/* The same process again: same port, folder and configuration plus `lines`; after server_kill. */
void server_restart(struct server *s, const char *lines);
/* kill -9, and wait for its end. */
void server_kill(struct server *s);
/* Kill it unless it is dead, and remove the folder. */
void server_stop(struct server *s);

/* One command on a connection of its own; the answer as text (of an array: its words, one per line). */
void server_ask(const struct server *s, char *answer, size_t answer_bytes, ...)
    __attribute__((sentinel));
/* The same; the answer must be no error. */
void server_do(const struct server *s, ...) __attribute__((sentinel));
/* Ask until the answer contains `text`, for 20 s at most. */
void server_wait(const struct server *s, const char *text, ...) __attribute__((sentinel));
