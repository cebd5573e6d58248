/* enqueue, cancel */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/note.h"
#include "api/cli/out.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/base/trace.h"
#include "common/model/job_catalog.h"
#include "common/queue/cancel.h"
#include "common/queue/queue.h"

static int read_due(const struct cli *c, int64_t *ret_us, struct fail *f)
{
    const char *in = cli_option(c, "in"), *at = cli_option(c, "at");
    double seconds;

    if (in != NULL && at != NULL) {
        return fail_set(f, FAIL_INPUT, "--in or --at, not both");
    }
    *ret_us = 0;
    if (in != NULL) {
        TRY(str_to_double(in, 0, 10.0 * 366 * 86400, "--in", &seconds, f));
        *ret_us = clock_now_us() + (int64_t)(seconds * 1e6);
    }
    return at != NULL ? clock_parse(at, ret_us, f) : 0;
}

/* --expires-in, --unique-for, --unique-key; what they may be is checked with the rest of the job. */
static int read_limits(const struct cli *c, struct job_spec *spec, struct fail *f)
{
    TRY(cli_option_int(c, "expires-in", INT32_MAX, 0, &spec->expires_in_s, f));
    TRY(cli_option_int(c, "unique-for", INT32_MAX, 0, &spec->unique_for_s, f));
    spec->unique_key = cli_option(c, "unique-key");
    return 0;
}

static int read_job(const struct cli *c, struct job_spec *ret, struct fail *f)
{
    const char *type = cli_word(c, 0), *queue = cli_option(c, "queue");
    const struct job_kind *kind = job_kind_find(type);

    if (kind == NULL && queue == NULL) {
        return fail_set(f, FAIL_INPUT, "no job type '%.60s'; for a foreign one name its --queue",
                        type);
    }
    *ret = (struct job_spec){ .type = type,
                              .queue = queue != NULL ? queue : kind->queue,
                              .args = cli_word(c, 1),
                              .max_retries = kind != NULL ? kind->tries : -1 };
    TRY(read_due(c, &ret->run_at_us, f));
    return read_limits(c, ret, f);
}

/* Whose trace the job belongs to: --traceparent, or the environment's as other tools set it; else a new one. */
static void read_trace(const struct cli *c, char trace[static ID_TRACE_BYTES])
{
    const char *parent = cli_option(c, "traceparent");

    if (!trace_take(parent != NULL ? parent : getenv("TRACEPARENT"), trace)) {
        id_new_trace(trace);
    }
}

static void note_enqueue(struct cli *c, const struct job_spec *spec, const char *jid)
{
    scoped(json_clear_p) json_t *detail = json_pack(
        "{s:o, s:s}", "type", out_lossy(spec->type, strlen(spec->type)), "queue", spec->queue);

    note_job(c, "job.enqueue", jid, detail);
}

int cmd_enqueue(struct cli *c, struct fail *f)
{
    struct job_spec spec;
    char trace[ID_TRACE_BYTES];
    char jid[JOB_JID_BYTES];
    struct redis *r;

    TRY(read_job(c, &spec, f));
    read_trace(c, trace);
    spec.trace_id = trace;
    TRY(cli_redis(c, &r, f));
    int duplicate = queue_enqueue(r, &spec, jid, f);
    TRY(duplicate);
    if (duplicate == 0) {
        note_enqueue(c, &spec, jid);
    }
    if (c->json) {
        scoped(json_clear_p) json_t *answer = json_pack(
            "{s:s, s:s, s:s, s:o, s:b, s:s?}", "jid", jid, "type", spec.type, "queue", spec.queue,
            "run_at", out_instant(spec.run_at_us), "duplicate", duplicate, "trace_id",
            duplicate == 1 ? NULL : trace); /* a duplicate is in the trace of the other */
        out_json(answer);
    } else {
        printf(duplicate == 1 ? "duplicate of %s\n" : "%s\n", jid);
    }
    return 0;
}

int cmd_cancel(struct cli *c, struct fail *f)
{
    const char *jid = cli_word(c, 0);
    struct redis *r;

    TRY(cli_redis(c, &r, f));
    TRY(queue_cancel(r, jid, f));
    note_job(c, "job.cancel", jid, NULL);
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:s, s:s}", "jid", jid, "done", "cancel requested");
        out_json(answer);
    } else {
        printf("%s: cancel requested; it is not started any more, and ends when it runs and asks\n",
               jid);
    }
    return 0;
}
