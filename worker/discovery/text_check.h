/* Checks of generated and edited texts by the project's content rules: numbers with their facts, forbidden groups, lengths in
 * user-perceived characters, form, copied runs.  The model proposes, this decides.
 * It finds words, not meaning: what is said without any of the words in worker/discovery/words passes.
 * Threads: pure functions. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/facts.h"

/* Version of the word lists; stored with each text. */
extern const char text_lists_version[];

struct
    listing_text { /* borrowed or owned as its holder says; a field that is NULL counts as empty */
    const char *title, *description_html, *seo_title, *meta_description;
    const char *const *tags;
    size_t tag_count;
    const char *const *alts;
    size_t alt_count;
};

enum { TEXT_FAULTS_MAX = 32 };
struct text_fault {
    char rule
        [32]; /* "NUMBER_WITHOUT_FACT", "BRAND", "HEALTH", "ABSOLUTE", "LENGTH", "COPIED", "HTML", "CAPS", ... */
    char field[24]; /* "title", "description_html", "tags", ... as in the JSON of a text */
    char text[200]; /* what, where and what is allowed */
};
struct text_report {
    struct text_fault faults[TEXT_FAULTS_MAX];
    size_t count; /* 0 = passed */
};
/* All rules on all fields.  Returns 0 whether the text passed or not (ret->count tells); -1 FAIL_LATER (memory), FAIL_INPUT (a
 * description over HTML_BYTES_MAX). */
must_check int listing_text_check(const struct listing_text *text, const struct facts *facts,
                                  struct text_report *ret, struct fail *f);
/* Every number with its unit in `output` occurs in `source` after normalisation (V-1, V-2).  *ret_missing names the first that
 * does not ("" = all do). */
must_check int text_numbers_known(const char *source, const char *output, char *ret_missing,
                                  size_t missing_bytes, struct fail *f);

/* The compliance filter before anything is written: brand or trademark words, forbidden goods, restricted categories in the
 * supplier's own record.  0 clean, 1 blocked, 2 a person must look (restricted category, a maker's name of which only the fit is
 * told, a name in the supplier's text); *ret_fault says why, and is zeroed when clean.  eu_market adds what the EU wants papers
 * for. */
must_check int compliance_check(const struct facts *facts, bool eu_market,
                                struct text_fault *ret_fault, struct fail *f);

/* [{"rule","field","text"}] of a report; new reference, NULL without memory. */
json_t *text_report_json(const struct text_report *report);
