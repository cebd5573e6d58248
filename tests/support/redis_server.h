/* A throw-away redis-server for C tests that need no other: on a Unix socket in a temporary folder, without network and
 * without files, gone with the program that started it.  Everything here ends the program with a sentence rather than
 * returning failures: without a server nothing can be tested.
 * Threads: one struct belongs to one thread. */
#pragma once

#include <hiredis/hiredis.h>
#include <sys/types.h>

struct redis_server {
    pid_t pid;
    char folder[64]; /* holds the socket and the log */
    char socket[96];
    char url[128]; /* unix://..., for redis_open */
};

/* Start redis-server from PATH and wait until it answers (10 s at most). */
void redis_server_start(struct redis_server *server);
/* Kill it and remove its folder. */
void redis_server_stop(struct redis_server *server);
/* A connection; redisFree. */
redisContext *redis_server_connect(const struct redis_server *server);
