/* Shared by the files of text_check and template_text; not for others. */
#pragma once

#include "common/base/attr.h"
#include "worker/discovery/text_check.h"
#include "worker/discovery/text_groups.h"
#include "worker/discovery/text_numbers.h"
#include "worker/discovery/text_words.h"

/* What texts of one product are checked against; made once for all its fields. */
struct checker {
    struct text_words facts, record, source, name;
    struct group_proof proof;
    struct numbers numbers;
};
/* Release all; also one that checker_init has left half-built. */
void checker_done(struct checker *c);
/* facts is only read here. */
must_check int checker_init(struct checker *c, const struct facts *facts, struct fail *f);
/* What the text says: groups, signs, numbers, copied runs.  Adds to *report. */
must_check int checker_field(const struct checker *c, const char *field, const char *text,
                             struct text_report *report, struct fail *f);
/* Lengths and form of all fields; `plain` is the description as text.  Adds to *report. */
must_check int text_form_check(const struct listing_text *text, const char *plain,
                               struct text_report *report, struct fail *f);

/* The parts of it that a line may break whatever its length: capitals; with `title`, markup and chains of keywords too. */
must_check int text_line_check(const char *field, const char *text, bool title,
                               struct text_report *report, struct fail *f);
/* Words of plain text as they are counted for the description. */
size_t text_count_words(const char *plain);

/* One more fault, unless the report is full or the same rule and field is in it already. */
void fault_add(struct text_report *report, const char *rule, const char *field, const char *fmt,
               ...) printf_like(4, 5);
