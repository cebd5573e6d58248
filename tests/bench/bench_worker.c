/* bench-worker: the real worker with job types that are there to be measured.  Command line and settings as dropship-worker's.
 * Runs of the timed types are noted in memory and written at the end to the file that BENCH_SAMPLES names: one line each,
 * when the job was enqueued, started and ended, in microseconds. */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "common/base/conf.h"
#include "common/http/http.h"
#include "worker/core/args.h"
#include "worker/core/job_types.h"
#include "worker/core/signals.h"
#include "worker/core/worker.h"

enum { SAMPLES_MAX = 1 << 18, DEADLINE_MS = 30000, RETRY_MS = 1000 };

struct sample {
    int64_t enqueued_us, started_us, ended_us;
};

/* A handler is given no place of its own to leave something in. */
static struct {
    atomic_size_t count;
    struct sample items[SAMPLES_MAX];
} samples;

static void note(struct job_context *c, int64_t started_us)
{
    size_t at = atomic_fetch_add(&samples.count, 1);

    if (at < SAMPLES_MAX) {
        samples.items[at] =
            (struct sample){ .enqueued_us = json_integer_value(json_array_get(c->args, 0)),
                             .started_us = started_us,
                             .ended_us = clock_now_us() };
    }
}

static int write_samples(const char *path)
{
    FILE *out = path == NULL ? NULL : fopen(path, "w");
    size_t count = atomic_load(&samples.count);

    for (size_t i = 0; out != NULL && i < count && i < SAMPLES_MAX; i++) {
        (void)fprintf(out, "%" PRId64 " %" PRId64 " %" PRId64 "\n", samples.items[i].enqueued_us,
                      samples.items[i].started_us, samples.items[i].ended_us);
    }
    return path == NULL || (out != NULL && fclose(out) == 0) ? 0 : 1;
}

static int do_nothing(struct job_context *c, struct fail *f)
{
    (void)c;
    (void)f;
    return 0;
}

/* args: [microseconds when it was enqueued, padding] */
static int note_latency(struct job_context *c, struct fail *f)
{
    (void)f;
    note(c, clock_now_us());
    return 0;
}

static int fail_once(struct job_context *c, struct fail *f)
{
    return c->job->retry_count < 0 ? fail_later(f, FAIL_LATER, RETRY_MS, "fails the first time")
                                   : 0;
}

/* args: [number, URL] */
static int get_url(struct job_context *c, struct fail *f)
{
    struct http_response response;
    struct http_request request = { .method = "GET", .url = job_arg_text(c, 1) };
    int64_t started_us = clock_now_us();
    int result;

    http_response_init(&response);
    result = http_call(c->http, &request, &response, f);
    if (result == 0 && response.status != 200) {
        result = fail_set(f, FAIL_BUG, "status %d", response.status);
    }
    http_response_done(&response);
    note(c, started_us);
    return result;
}

enum { WITHOUT_ALL_BUT_ARGS = JOB_LIGHT & ~JOB_WITHOUT_ARGS };

/* What a job that only waits for an answer does without. */
enum {
    HTTP_ONLY =
        JOB_WITHOUT_POSTGRES | JOB_WITHOUT_REDIS | JOB_WITHOUT_PROVIDERS | JOB_WITHOUT_HISTORY,
    ARGS_ONLY = JOB_LIGHT & ~JOB_WITHOUT_ARGS
};

#define BENCH_TYPE(label, handler, spared)                                                         \
    {                                                                                              \
        .name = (label), .queue = "default", .run = (handler), .deadline_ms = DEADLINE_MS,         \
        .tries = 3, .without = (spared)                                                            \
    }

static const struct job_type items[] = {
    BENCH_TYPE("bench.noop", do_nothing, JOB_LIGHT),
    BENCH_TYPE("bench.latency", note_latency, ARGS_ONLY),
    BENCH_TYPE("bench.fail_once", fail_once, JOB_LIGHT),
    BENCH_TYPE("bench.http", get_url, HTTP_ONLY),
};

int main(int argc, char **argv)
{
    const struct job_types types = { items, COUNT_OF(items) };
    struct worker_args args;
    struct conf *conf = NULL;
    int code = worker_args_parse(argc, argv, &args, stdout, stderr);

    if (code < 0) {
        code = conf_start("bench-worker", argc, argv, &conf);
    }
    if (code >= 0) {
        return code;
    }
    signals_block();
    code = worker_run(&(struct worker_setup){ .conf = conf, .args = &args, .types = &types });
    conf_free(conf);
    return code != 0 ? code : write_samples(getenv("BENCH_SAMPLES"));
}
