/* What a text model is told: the rules, the numbered facts, and the supplier's own text as data that nobody obeys.
 * Threads: pure functions. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/facts.h"
#include "worker/discovery/text_check.h"
#include "worker/providers/ai/ai.h"

/* Version of rules and schema; stored with each text. */
extern const char write_prompt_version[];

struct write_ask {
    const struct facts *facts;
    size_t image_count;
    const char *language; /* "en" */
    /* A second try: what was answered and what was wrong with it; NULL = the first. */
    const json_t *before;
    const struct text_report *broken;
};
struct write_prompt {
    json_t *schema;      /* owned */
    char *user;          /* owned: a JSON object, so that no text in it can pass for one of ours */
    struct ai_task task; /* points to the two */
};
void write_prompt_done(struct write_prompt *p); /* accepts a zeroed one */
/* *ret is the caller's (write_prompt_done). */
must_check int write_prompt_make(const struct write_ask *ask, struct write_prompt *ret,
                                 struct fail *f);

/* Facts the answer claims to have used that were never given: adds a fault FACTS_USED to *report. */
void write_facts_used_check(const json_t *answer, const struct facts *facts,
                            struct text_report *report);
/* The facts as they are stored with a text: an array of their lines.  New reference, NULL without memory. */
json_t *write_facts_json(const struct facts *facts);
