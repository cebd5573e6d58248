#include "worker/core/job_context.h"

#include <assert.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "common/queue/cancel.h"
#include "common/queue/unique.h"

enum { ASK_EVERY_MS = 1000 };

int job_snooze(struct job_context *c, int64_t seconds)
{
    assert(seconds >= 0);
    c->outcome = JOB_SNOOZE;
    c->snooze_s = seconds;
    return 0;
}

bool job_cancelled(struct job_context *c)
{
    int64_t now_ms = clock_mono_ms();
    struct fail ignored; /* not known is not asked for */

    if (c->cancelled || c->redis == NULL || c->job->jid[0] == '\0' ||
        (c->cancel_asked_ms != 0 && now_ms - c->cancel_asked_ms < ASK_EVERY_MS)) {
        return c->cancelled;
    }
    c->cancel_asked_ms = now_ms;
    (void)!queue_cancelled(c->redis, c->job->jid, &c->cancelled, &ignored);
    return c->cancelled;
}

void job_hold_lock(struct job_context *c, int64_t until_us)
{
    struct fail ignored;

    if (c->job != NULL && c->redis != NULL && c->job->unique[0] != '\0') {
        (void)!queue_unique_hold(c->redis, c->job, until_us, &ignored);
    }
}

int job_arg_id(const struct job_context *c, size_t index, int64_t *ret, struct fail *f)
{
    const json_t *value = json_array_get(c->args, index);
    int64_t id = 0;

    if (json_is_integer(value)) {
        id = json_integer_value(value);
    } else if (json_is_string(value)) {
        TRY(str_to_int(json_string_value(value), 1, INT64_MAX, "job argument", &id, f));
    }
    if (id < 1) {
        return fail_code(f, FAIL_INPUT, "BAD_ARGS", "argument %zu is not a positive id", index + 1);
    }
    *ret = id;
    return 0;
}

const char *job_arg_text(const struct job_context *c, size_t index)
{
    return json_string_value(json_array_get(c->args, index));
}
