/* Enqueues jobs through the library until TERM, and keeps a ledger of what Redis said:
 *   chaos_producer LEDGER PREFIX SEED QUEUE MIX PAUSE_US BATCH
 * PREFIX: 4 hex digits, the start of all its jids.  MIX: "all" or "plain" (no failing, snoozing or scheduled jobs).  BATCH
 * above 1 enqueues so many at a time.  Redis: $DROPSHIP_REDIS_URL.
 * Ledger: I (intent, synced before the call), then A (acknowledged), U (unknown: perhaps) or N (refused: certainly not).
 * An unknown one is tried again with the same jid every other time, which is written down as R before. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "common/queue/queue.h"
#include "tests/chaos/chaos_ledger.h"

enum { BATCH_MAX = 200, ARGS_BYTES = 300, REPEATS_MAX = 20, PAUSE_AFTER_FAILURE_MS = 100 };

struct producer {
    const char *ledger, *prefix, *queue;
    bool plain;
    uint64_t state, serial;
    struct redis *redis;
    int64_t pause_us, batch; /* between two batches; jobs of one */
};
struct draft { /* what a job_spec borrows */
    char jid[JOB_JID_BYTES], args[ARGS_BYTES];
};

static atomic_bool stopping;

static void stop(int number)
{
    (void)number;
    atomic_store(&stopping, true);
}

/* splitmix64 */
static uint64_t draw(struct producer *p, uint64_t below)
{
    uint64_t z = p->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % below;
}

/* Mostly quick ones; the weights are of a thousand. */
static const struct kind {
    const char *type;
    unsigned weight, first, range; /* args[0] = first + up to range */
    bool plain;
    int later_ms; /* up to so much */
} kinds[] = {
    { "chaos.ok", 880, 0, 1, true, 0 },     { "chaos.ok", 40, 1, 30, true, 0 },
    { "chaos.slow", 20, 50, 900, true, 0 }, { "chaos.fail", 20, 1, 3, false, 0 },
    { "chaos.snooze", 10, 0, 1, false, 0 }, { "chaos.ok", 30, 0, 1, false, 15000 },
};

static const struct kind *choose(struct producer *p)
{
    uint64_t at = draw(p, 1000);
    size_t i = 0;

    while (at >= kinds[i].weight) {
        at -= kinds[i++].weight;
    }
    return p->plain && !kinds[i].plain ? &kinds[0] : &kinds[i];
}

static void make(struct producer *p, struct draft *d, struct job_spec *spec)
{
    const struct kind *kind = choose(p);
    unsigned number = kind->first + (unsigned)draw(p, kind->range);

    (void)snprintf(d->jid, sizeof d->jid, "%s%020llx", p->prefix, (unsigned long long)p->serial++);
    (void)snprintf(d->args, sizeof d->args, "[%u,\"%0100llx\"]", number,
                   (unsigned long long)draw(p, UINT64_MAX));
    *spec = (struct job_spec){
        .type = kind->type, .queue = p->queue, .args = d->args, .jid = d->jid, .max_retries = -1
    };
    if (kind->later_ms > 0) {
        spec->run_at_us = clock_now_us() + (int64_t)draw(p, (uint64_t)kind->later_ms) * 1000;
    }
}

static void intend(const struct producer *p, const struct job_spec *specs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ledger_line(p->ledger, i + 1 == count, "I %s %s %s %lld", specs[i].jid, specs[i].type,
                    specs[i].queue, (long long)(specs[i].run_at_us / 1000));
    }
}

static void note(const struct producer *p, char what, const struct job_spec *specs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ledger_line(p->ledger, i + 1 == count, "%c %s %lld", what, specs[i].jid,
                    (long long)ledger_now_ms());
    }
}

/* What Redis said: A, U or N. */
static char enqueue(struct producer *p, const struct job_spec *specs, size_t count)
{
    struct fail f = { 0 };
    char jid[JOB_JID_BYTES];
    int got = count == 1 ? queue_enqueue(p->redis, specs, jid, &f)
                         : queue_enqueue_bulk(p->redis, specs, count, &f);

    if (got == 0) {
        return 'A';
    }
    if (f.kind != FAIL_UNKNOWN && f.kind != FAIL_LATER) {
        fprintf(stderr, "enqueue: %s (%s)\n", f.text, fail_rule(f.kind)->name);
    }
    clock_sleep_ms(PAUSE_AFTER_FAILURE_MS);
    return f.kind == FAIL_UNKNOWN ? 'U' : 'N';
}

static void produce(struct producer *p, size_t batch)
{
    struct draft drafts[BATCH_MAX];
    struct job_spec specs[BATCH_MAX];

    for (size_t i = 0; i < batch; i++) {
        make(p, &drafts[i], &specs[i]);
    }
    intend(p, specs, batch);
    char said = enqueue(p, specs, batch);
    note(p, said, specs, batch);
    if (said != 'U' || draw(p, 2) == 0) {
        return;
    }
    for (int i = 0; i < REPEATS_MAX && said != 'A' && !atomic_load(&stopping); i++) {
        note(p, 'R', specs, batch);
        said = enqueue(p, specs, batch);
        note(p, said == 'N' ? 'U' : said, specs, batch); /* the first one may be there */
    }
}

static int start(int argc, char **argv, struct producer *p, struct fail *f)
{
    int64_t seed = 0;

    if (argc != 8) {
        return fail_set(f, FAIL_INPUT,
                        "usage: chaos_producer LEDGER PREFIX SEED QUEUE MIX PAUSE_US BATCH");
    }
    *p = (struct producer){
        .ledger = argv[1], .prefix = argv[2], .queue = argv[4], .plain = strcmp(argv[5], "all") != 0
    };
    TRY(str_to_int(argv[3], 0, INT64_MAX, "seed", &seed, f));
    TRY(str_to_int(argv[6], 0, 60000000, "pause", &p->pause_us, f));
    TRY(str_to_int(argv[7], 1, BATCH_MAX, "batch", &p->batch, f));
    p->state = (uint64_t)seed;
    const char *url = getenv("DROPSHIP_REDIS_URL");
    return redis_open(url != NULL ? url : "", &p->redis, f);
}

int main(int argc, char **argv)
{
    struct producer p;
    struct fail f = { 0 };

    signal(SIGTERM, stop);
    signal(SIGPIPE, SIG_IGN);
    if (start(argc, argv, &p, &f) < 0) {
        fprintf(stderr, "chaos_producer: %s\n", f.text);
        return 2;
    }
    while (!atomic_load(&stopping)) {
        produce(&p, (size_t)p.batch);
        clock_sleep_ms(p.pause_us / 1000);
    }
    redis_close(p.redis);
    return 0;
}
