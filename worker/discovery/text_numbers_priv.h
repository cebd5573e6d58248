/* Shared by the files of text_numbers; not for others. */
#pragma once

#include "worker/discovery/text_numbers.h"

static inline bool plain_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool plain_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

struct number_value {
    int64_t top, bottom; /* bottom 0: too long for a value */
    int64_t parts[2];
    const char *end;
};
/* The value at p, which is a digit.  Readings of "1,5" as two numbers go to parts[], otherwise parts[0] is -1. */
struct number_value number_value_of(const char *p);

/* The unit behind a value that ends at p: fills unit, scales and reduces the value; returns where it ends (p when there is
 * none). */
const char *number_unit(struct number *n, const char *p);
/* What stands around number and unit: the words before and behind it, "pack of", "qty". */
void number_context(struct number *n, const char *begin, const char *end);
/* The word for a number at p, of `size` letters: its value, or 0. */
int64_t number_word(const char *p, size_t size);
/* "half a", "an", "a couple of" at p with a measure behind it: the value, and how many bytes are before the space; 0 = none. */
size_t number_article(const char *p, struct number *ret);
/* Whether the unit counts things. */
bool number_is_count(const struct number *n);
