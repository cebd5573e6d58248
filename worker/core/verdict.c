#include "worker/core/verdict.h"

#include "common/queue/job.h"

enum {
    LIMITED_DEFAULT_MS = 30000,
    INFRASTRUCTURE_MS = 5000,
    INFRASTRUCTURE_MAX_MS = 60000,
    STREAK_MAX = 4
};

const char *const run_outcome_names[RUN_OUTCOMES] = {
    [RUN_DONE] = "done",     [RUN_RETRY] = "retry",     [RUN_SNOOZE] = "snooze",
    [RUN_DEAD] = "dead",     [RUN_EXPIRED] = "expired", [RUN_CANCELLED] = "cancelled",
    [RUN_FENCED] = "fenced", [RUN_BACK] = "back",
};

/* Up to a fifth more, so that jobs sent away together do not come back together. */
static int64_t spread_us(int64_t wait_ms, uint32_t random)
{
    return wait_ms * 1000 + wait_ms * 200 * (int64_t)(random % 1000) / 1000;
}

static struct verdict snooze_for(const struct run_end *end, int64_t wait_ms,
                                 const char *error_class)
{
    return (struct verdict){ .outcome = RUN_SNOOZE,
                             .at_us = end->now_us + spread_us(wait_ms, end->random),
                             .error_class = error_class };
}

static struct verdict snooze_for_infrastructure(const struct run_end *end)
{
    int doublings =
        end->infrastructure_streak < STREAK_MAX ? end->infrastructure_streak : STREAK_MAX;
    int64_t wait_ms = (int64_t)INFRASTRUCTURE_MS << (doublings > 0 ? doublings : 0);

    if (wait_ms > INFRASTRUCTURE_MAX_MS) {
        wait_ms = INFRASTRUCTURE_MAX_MS;
    }
    return snooze_for(end, wait_ms, "InfrastructureLost");
}

static struct verdict after_failure(const struct run_end *end)
{
    const struct fail *f = end->fail;
    const struct fail_rule *rule = fail_rule(f->kind == FAIL_NONE ? FAIL_BUG : f->kind);
    int attempt =
        end->retry_count < 0 ? 0 : end->retry_count + 1; /* retry_count as it will be stored */
    struct verdict v = {
        .outcome = RUN_DEAD, .at_us = end->now_us, .failed = true, .error_class = rule->error_class
    };

    if (!rule->retry || attempt >= end->max_retries) {
        return v;
    }
    v.outcome = RUN_RETRY;
    v.at_us += f->retry_after_ms > 0 ? spread_us(f->retry_after_ms, end->random)
                                     : job_backoff_s(attempt, end->random) * 1000000;
    return v;
}

struct verdict verdict_of(const struct run_end *end)
{
    if (end->returned >= 0) {
        if (end->outcome == JOB_DONE) {
            return (struct verdict){ .outcome = RUN_DONE, .at_us = end->now_us };
        }
        int64_t snooze_s = end->snooze_s > 0 ? end->snooze_s : 1;
        return (struct verdict){ .outcome = RUN_SNOOZE, .at_us = end->now_us + snooze_s * 1000000 };
    }
    if (end->infrastructure) {
        return snooze_for_infrastructure(end);
    }
    if (end->fail->kind == FAIL_LIMITED) {
        int64_t wait_ms =
            end->fail->retry_after_ms > 0 ? end->fail->retry_after_ms : LIMITED_DEFAULT_MS;
        return snooze_for(end, wait_ms, fail_rule(FAIL_LIMITED)->error_class);
    }
    return after_failure(end);
}
