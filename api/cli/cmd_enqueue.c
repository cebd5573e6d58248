/* enqueue */
#include <stdio.h>

#include "api/cli/cli.h"
#include "api/cli/out.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/job_catalog.h"
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

int cmd_enqueue(struct cli *c, struct fail *f)
{
    const char *type = cli_word(c, 0), *queue = cli_option(c, "queue");
    const struct job_kind *kind = job_kind_find(type);
    char jid[JOB_JID_BYTES];
    int64_t run_at_us;
    struct redis *r;

    if (kind == NULL && queue == NULL) {
        return fail_set(f, FAIL_INPUT, "no job type '%.60s'; for a foreign one name its --queue",
                        type);
    }
    TRY(read_due(c, &run_at_us, f));
    const struct job_spec spec = { .type = type,
                                   .queue = queue != NULL ? queue : kind->queue,
                                   .args = cli_word(c, 1),
                                   .max_retries = kind != NULL ? kind->tries : -1,
                                   .run_at_us = run_at_us };
    TRY(cli_redis(c, &r, f));
    TRY(queue_enqueue(r, &spec, jid, f));
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:s, s:s, s:s, s:o}", "jid", jid, "type", type, "queue", spec.queue,
                      "run_at", out_instant(run_at_us));
        out_json(answer);
    } else {
        printf("%s\n", jid);
    }
    return 0;
}
