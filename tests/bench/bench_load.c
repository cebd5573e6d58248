/* bench-load: puts jobs of ~200 bytes into a queue through common/queue and says how long it took.
 *   bench-load bulk COUNT TYPE [--in-ms N] [--arg TEXT]   groups of 1000; due N ms from now (one moment for all)
 *   bench-load single COUNT TYPE                          one call each, over one connection
 *   bench-load rate PER_SECOND SECONDS TYPE               evenly spaced, the moment of enqueueing as first argument
 * Redis: DROPSHIP_REDIS_URL.  Prints one line of JSON: {"jobs":N,"seconds":S,"due_us":T}. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "common/queue/queue.h"

enum {
    GROUP = 1000,
    ARGS_BYTES = 256,
    PAYLOAD_BYTES = 200,
    FRAME_BYTES = 142,
    COUNT_MAX = 10000000
};

struct load {
    struct redis *redis;
    const char *type, *text; /* text: second argument of each job; NULL = padding */
    int64_t count, per_s, in_ms, due_us;
};

/* The first argument differs per job; the second fills the payload up. */
static void write_args(const struct load *l, int64_t first, char args[static ARGS_BYTES])
{
    char padding[PAYLOAD_BYTES - FRAME_BYTES];
    size_t used = strlen(l->type) + 10;

    memset(padding, 'x', sizeof padding);
    padding[used < sizeof padding ? sizeof padding - used : 0] = '\0';
    (void)snprintf(args, ARGS_BYTES, "[%" PRId64 ",\"%s\"]", first,
                   l->text != NULL ? l->text : padding);
}

static struct job_spec spec_of(const struct load *l, const char *args)
{
    return (struct job_spec){
        .type = l->type, .queue = "default", .args = args, .max_retries = -1, .run_at_us = l->due_us
    };
}

static int load_bulk(struct load *l, struct fail *f)
{
    static char args[GROUP][ARGS_BYTES];
    static struct job_spec specs[GROUP];

    l->due_us = l->in_ms > 0 ? clock_now_us() + l->in_ms * 1000 : 0;
    for (int64_t at = 0; at < l->count; at += GROUP) {
        size_t size = l->count - at < GROUP ? (size_t)(l->count - at) : GROUP;

        for (size_t i = 0; i < size; i++) {
            write_args(l, at + (int64_t)i, args[i]);
            specs[i] = spec_of(l, args[i]);
        }
        TRY(queue_enqueue_bulk(l->redis, specs, size, f));
    }
    return 0;
}

static int enqueue_one(const struct load *l, int64_t first, struct fail *f)
{
    char args[ARGS_BYTES] = "", jid[JOB_JID_BYTES];
    struct job_spec spec = spec_of(l, args);

    write_args(l, first, args);
    return queue_enqueue(l->redis, &spec, jid, f);
}

static int load_single(struct load *l, struct fail *f)
{
    for (int64_t i = 0; i < l->count; i++) {
        TRY(enqueue_one(l, i, f));
    }
    return 0;
}

static int load_at_rate(struct load *l, struct fail *f)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    for (int64_t i = 0; i < l->count; i++) {
        TRY(enqueue_one(l, clock_now_us(), f));
        at.tv_nsec += 1000000000 / l->per_s;
        if (at.tv_nsec >= 1000000000) {
            at.tv_nsec -= 1000000000;
            at.tv_sec++;
        }
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {
        }
    }
    return 0;
}

static const struct mode {
    const char *name;
    int numbers; /* before TYPE */
    int (*run)(struct load *l, struct fail *f);
} modes[] = {
    { "bulk", 1, load_bulk },
    { "single", 1, load_single },
    { "rate", 2, load_at_rate },
};

static int parse_options(int argc, char **argv, int at, struct load *l, struct fail *f)
{
    for (; at + 1 < argc; at += 2) {
        if (strcmp(argv[at], "--in-ms") == 0) {
            TRY(str_to_int(argv[at + 1], 1, 3600000, "--in-ms", &l->in_ms, f));
        } else if (strcmp(argv[at], "--arg") == 0) {
            l->text = argv[at + 1];
        } else {
            return fail_set(f, FAIL_INPUT, "no such option: %s", argv[at]);
        }
    }
    return at == argc ? 0 : fail_set(f, FAIL_INPUT, "%s needs a value", argv[at]);
}

static int parse(int argc, char **argv, const struct mode **mode, struct load *l, struct fail *f)
{
    int64_t numbers[2] = { 0, 1 };

    for (size_t i = 0; argc > 1 && i < COUNT_OF(modes); i++) {
        *mode = strcmp(argv[1], modes[i].name) == 0 ? &modes[i] : *mode;
    }
    if (*mode == NULL || argc < 3 + (*mode)->numbers) {
        return fail_set(f, FAIL_INPUT,
                        "usage: bench-load bulk|single COUNT TYPE, "
                        "bench-load rate PER_SECOND SECONDS TYPE");
    }
    for (int i = 0; i < (*mode)->numbers; i++) {
        TRY(str_to_int(argv[2 + i], 1, COUNT_MAX, "a number", &numbers[i], f));
    }
    l->per_s = numbers[0];
    l->count = numbers[0] * numbers[1];
    l->type = argv[2 + (*mode)->numbers];
    return parse_options(argc, argv, 3 + (*mode)->numbers, l, f);
}

static int run(const struct mode *mode, struct load *l, struct fail *f)
{
    struct timespec from, to;

    TRY(redis_connect(l->redis, f));
    clock_gettime(CLOCK_MONOTONIC, &from);
    TRY(mode->run(l, f));
    clock_gettime(CLOCK_MONOTONIC, &to);
    (void)printf("{\"jobs\":%" PRId64 ",\"seconds\":%.6f,\"due_us\":%" PRId64 "}\n", l->count,
                 (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
                 l->due_us);
    return 0;
}

int main(int argc, char **argv)
{
    scoped(redis_close_p) struct redis *redis = NULL;
    const char *url = getenv("DROPSHIP_REDIS_URL");
    struct load load = { .count = 0 };
    const struct mode *mode = NULL;
    struct fail f = { 0 };

    if (parse(argc, argv, &mode, &load, &f) < 0 ||
        redis_open(url != NULL ? url : "redis://127.0.0.1:6379/0", &redis, &f) < 0) {
        (void)fprintf(stderr, "bench-load: %s\n", f.text);
        return 2;
    }
    load.redis = redis;
    if (run(mode, &load, &f) < 0) {
        (void)fprintf(stderr, "bench-load: %s\n", f.text);
        return 1;
    }
    return 0;
}
