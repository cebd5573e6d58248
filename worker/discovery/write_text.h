/* The versions of a product's texts as they are stored, with what they were made from and what the check said.
 * Threads: uses the caller's db. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "worker/discovery/facts.h"
#include "worker/discovery/template_text.h"
#include "worker/discovery/text_check.h"

struct text_new {
    const struct made_text *made;
    const struct facts *facts;
    const struct text_report *report;
    const char *by;             /* "openai:MODEL", "template" */
    const char *prompt_version; /* NULL = none was used */
    int64_t ai_call_id;         /* 0 = none */
};
/* Store a new version; *ret_version is its number. */
must_check int write_text_add(struct db *db, int64_t product_id, const struct text_new *text,
                              int64_t *ret_version, struct fail *f);

struct text_row {
    int64_t version;
    char by[120], list_version[40], prompt_version[40]; /* "" = none */
    struct made_text made;
    bool checked, passed; /* what the check said; a text that a person wrote is not checked yet */
    json_t *facts;        /* the lines it was made from */
};
void write_text_done(struct text_row *t); /* accepts a zeroed one */
/* The newest version; 1 = there is none. */
must_check int write_text_last(struct db *db, int64_t product_id, struct text_row *ret,
                               struct fail *f);
/* Keep what the check said about a stored version. */
must_check int write_text_checked(struct db *db, int64_t product_id, int64_t version,
                                  const struct text_report *report, struct fail *f);
