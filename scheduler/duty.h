/* What a scheduler does, as five duties, each on a thread of its own with connections of its own.  Nothing is kept in a
 * scheduler: any number may run, and any may vanish at any moment.
 * To add a duty: a file with its round, a line in duty_table.h, its name in CMakeLists.txt.
 * Threads: struct hands belongs to one thread; struct duty_stats is atomic and read by the probes. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/model/settings.h"
#include "common/redis/redis.h"

enum duty_id {
#define DUTY_ROW(id, name, round, help) DUTY_##id,
#include "scheduler/duty_table.h"
#undef DUTY_ROW
    DUTY_COUNT
};

/* Whether and how well a duty is done. */
struct duty_stats {
    atomic_llong ok_ms;     /* monotonic time of the last good round; 0 = none yet */
    atomic_llong rounds;    /* good rounds */
    atomic_llong failures;  /* failed rounds */
    atomic_llong items;     /* slots pushed, events relayed, jobs promoted, jobs given back */
    atomic_llong lag_us;    /* relay: how long the last event had waited */
    atomic_llong canary_ms; /* recovery: how long the last planted job was, or is, away */
};

/* What a duty's thread works with. */
struct hands {
    const struct conf *conf;
    struct db *db;
    struct redis *redis;
    struct duty_stats *stats;
    const atomic_bool *stopping; /* long waits look at it */
    bool fresh;                  /* the first round, or the first after a failure */
    bool has_settings;           /* timetable: settings were read at least once */
    bool recovery_waits;         /* recovery: not judging yet */
    bool canary_late;            /* recovery: the planted job is overdue */
    bool relay_holds;            /* relay: a queue is full, its events wait */
    bool memory_short;           /* pressure: new jobs are refused */
    int64_t settings_ms;         /* timetable: monotonic time of the last try to read them */
    struct settings settings;    /* timetable: as last read */
};

/* One round.  *ret_wait_ms: how long to rest before the next one (0 = there is more to do).  -1: something was lost; the
 * thread backs off and tries again. */
typedef int duty_fn(struct hands *h, int64_t *ret_wait_ms, struct fail *f);

struct duty {
    const char *name, *help;
    duty_fn *round;
};
extern const struct duty duties[DUTY_COUNT];

#define DUTY_ROW(id, name, round, help) must_check duty_fn round;
#include "scheduler/duty_table.h"
#undef DUTY_ROW
