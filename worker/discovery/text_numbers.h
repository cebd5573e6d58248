/* Numbers with their units in plain text: "30x40 cm", "1.5 l", "2-pack", "pack of 2", "3 in 1", "twelve pieces", "ip67".
 * Notation is made equal (thousands, decimal commas, fractions, spelled-out units), magnitude is not: metric lengths, whose steps
 * are exact, are the one exception.
 * Threads: pure functions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/str.h"

enum { UNIT_BYTES = 20, NOUN_BYTES = 20, NOUNS = 3 };

struct number {
    int64_t top,
        bottom; /* the value, reduced; a minus sign goes with top; bottom 0: a code, no value */
    int bound;  /* 1 "more than", "at least"; -1 "less than"; 0 = it itself */
    char unit[UNIT_BYTES];         /* "" = none */
    char before[NOUN_BYTES];       /* the word before it, without a plural s */
    char nouns[NOUNS][NOUN_BYTES]; /* the words behind number and unit, likewise; "" = none */
    size_t chain;                  /* numbers of one measure "30 x 40 x 5" share it; 0 = alone */
    size_t
        list; /* readings of "36,37" as a list carry the place of the decimal one + 1; 0 = none */
    const char *
        written; /* behind the value, where its unit stands; of the number whose unit it has; NULL = none */
    const char *at; /* in the plain text */
    size_t size;    /* with its unit */
};

struct numbers {
    struct number *list;
    size_t count, room;
};
void numbers_done(struct numbers *n); /* accepts a zeroed one */
/* All numbers of plain text (as text_plain() makes it), which must outlive *ret.  FAIL_LATER: memory. */
must_check int numbers_of(const char *plain, struct numbers *ret, struct fail *f);

/* The first number of output that source does not say; NULL = it says all. */
const struct number *numbers_unknown(const struct numbers *source, const struct numbers *output);
