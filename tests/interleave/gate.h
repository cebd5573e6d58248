/* A gate between actors and Redis: each actor speaks to Redis through a connection of its own that ends here, and what it
 * sends waits until the gate lets it through.  One request is one atomic step, so whoever opens the gate decides the
 * interleaving.  The actors run the real code; only one of them runs at any moment.
 * Threads: gate_* belong to the thread that explores; an actor's program runs in the actor's thread while that one waits. */
#pragma once

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/redis/redis.h"
#include "tests/support/redis_server.h"

enum { GATE_ACTORS_MAX = 6, GATE_BUFFER_BYTES = 1 << 16 };

struct gate;
struct actor;
typedef void actor_program(struct actor *actor);

enum actor_state { ACTOR_FINISHED, ACTOR_PARKED };

struct actor {
    struct gate *gate;
    int number;
    actor_program *program; /* what it does in this run; NULL = ends at once */
    const void *scene;      /* for the program */
    int rounds;             /* for the program */
    char phase;             /* kept by the program: what the parked request is part of */
    struct redis *redis;    /* through the gate */
    bool stopped;           /* the program must end */
    enum actor_state state;
    uint64_t history; /* digest of all it has been told in this run */

    pthread_t thread;
    sem_t go;
    int done_fds[2]; /* the program ended: one byte */
    int fd;          /* the gate's end of its connection; -1 = none */
    char request[GATE_BUFFER_BYTES];
    size_t request_bytes;
};

struct gate {
    struct redis_server server;
    redisContext *upstream;
    int listen_fd;
    char url[160];
    bool closing;
    struct actor actors[GATE_ACTORS_MAX];
};

/* Start a server and the actors' threads; the other ends all. */
void gate_open(struct gate *gate);
void gate_close(struct gate *gate);

/* Start all programs and let each come to its first request, or its end. */
void gate_start(struct gate *gate);
/* Let the request of a parked actor through, give it the answer (or lose that with the connection), and wait until it is
 * parked again or ends. */
void gate_step(struct actor *actor, bool lose_reply);
/* The actor is no more: its request is dropped and its program ends without another. */
void gate_kill(struct actor *actor);
/* The same for all that are parked, to begin anew. */
void gate_stop(struct gate *gate);

/* For programs: connect anew after a lost reply. */
void actor_reconnect(struct actor *actor);
