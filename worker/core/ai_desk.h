/* Asking a text model on behalf of a job: chooses the provider by the settings, refuses when the day's tokens or money are used
 * up, keeps a provider closed that said AUTH or QUOTA (until a person acts: the setting ai.provider or the key changes) or
 * failed again and again, falls over to the other one, and stores every call in ai_call with its cost.
 * Threads: as the context. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/settings.h"
#include "worker/core/job_context.h"
#include "worker/providers/ai/ai.h"

enum ai_desk_answer {
    AI_DESK_OK,     /* *ret holds the answer */
    AI_DESK_NO_KEY, /* no provider is set up, or ai.provider is none: use templates and say so */
    AI_DESK_CAPPED, /* the day's tokens or money are used up */
    AI_DESK_FAILED  /* asked, no usable answer; ret->status and ret->error say why */
};

/* subject: "product:17".  *ret is zeroed first, the caller's to ai_result_done; *ret_call_id is the row of ai_call (0 = none),
 * *ret_by "openai:gpt-6-luna" in by[120].  Returns an enum ai_desk_answer, or -1 (passing trouble: FAIL_LATER with the advice of
 * a rate limit, Postgres away). */
struct ai_ask {
    const struct ai_task *task;
    const char *subject;
    const struct settings *set;
};
struct ai_told {
    struct ai_result result;
    int64_t call_id;
    char by[120];
};
must_check int ai_desk_ask(struct job_context *c, const struct ai_ask *ask, struct ai_told *ret,
                           struct fail *f);
