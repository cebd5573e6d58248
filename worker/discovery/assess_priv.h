/* Private to the files of the judgement.  Threads: pure functions. */
#pragma once

#include "common/base/money.h"
#include "worker/discovery/assess.h"

enum { ASSESS_MONEY_BYTES = MONEY_TEXT_BYTES + 8 };

struct judge {
    const struct assess_inputs *in;
    struct assessment *a;
};

struct settled { /* how a rule ends the matter */
    enum assess_verdict verdict;
    const char *rule;
    const char *todo; /* NULL = nothing */
};
/* Fill in the verdict with its sentence; always 1. */
int assess_settle(struct judge *j, const struct settled *s, const char *fmt, ...) printf_like(3, 4);

struct check_line {
    const char *rule, *unit;
    bool passed;
    int64_t value, limit;
};
/* Note how a rule came out; beyond ASSESS_CHECKS_MAX nothing is noted. */
void assess_note(struct judge *j, const struct check_line *line, const char *fmt, ...)
    printf_like(3, 4);

/* The amount as a sentence has it, "12.34 EUR"; returns out. */
const char *assess_money(const struct judge *j, int64_t minor, char out[static ASSESS_MONEY_BYTES]);

/* The sums of every variant that is not left out yet, then the gate over them.  0 = the matter is settled by now (pass or not),
 * -1 failed. */
must_check int assess_sums(struct judge *j, struct fail *f);
