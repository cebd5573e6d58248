/* Private to server_guard*.c: the tables.  Threads: the lock guards all that is not atomic. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "api/http/server_guard.h"

enum { GUARD_BUCKETS = 1024 };

/* A peer's address, while it has connections or a bad name. */
struct address {
    struct in_addr in;
    bool trusted;
    size_t open, held; /* connections; those that have a thread */
    int strikes;
    int64_t struck_ms;
    struct address *next;
};

struct guest {
    int fd;
    in_port_t port;
    struct address *of;
    bool has_thread, is_met; /* is_met: a thread holds a pointer to it */
    _Atomic enum guard_phase phase;
    atomic_llong since_ms, until_ms;
    atomic_bool cut;
    int looks;                   /* in a row that found it waiting for its client */
    struct guest *next;          /* of its bucket */
    struct guest *older, *newer; /* all, by age */
};

struct guard {
    struct guard_setup setup;
    pthread_mutex_t lock; /* guards what follows, but for the atomic */
    pthread_cond_t changed;
    struct address *addresses[GUARD_BUCKETS];
    struct guest *guests[GUARD_BUCKETS];
    struct guest *oldest, *newest;
    size_t address_count;
    bool ends;
    atomic_bool ends_idle, defers;
    atomic_size_t open, held;
    pthread_t watch;
};

/* With the lock held: one slow connection more of this address. */
void guard_strike(struct address *a, int64_t now_ms);
/* With the lock held: the connection is no longer known. */
void guard_unlink(struct guard *g, struct guest *guest);
/* With the lock held: addresses without connections and with a good name need no memory. */
void guard_forget(struct guard *g, int64_t now_ms);
