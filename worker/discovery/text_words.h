/* The words of a text in plain form, and phrases found among them in spite of hyphens, spaced-out letters, apostrophes and digits
 * in the place of letters.
 * Threads: pure functions; a struct text_words belongs to one thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/str.h"

enum word_gap {
    GAP_JOIN,  /* hyphen, dot, star or the like, without white space */
    GAP_SPACE, /* anything else */
    GAP_LINE   /* a line end lies between */
};

struct
    text_word { /* letters, digits, and what stands for letters between them; or "%" or "#" alone */
    const char *at; /* in the plain text; not terminated */
    uint32_t size;
    enum word_gap gap; /* before it; GAP_LINE for the first */
    bool has_letter;
};

struct text_words {
    struct str plain;
    struct text_word *list;
    size_t count;
    unsigned signs; /* enum text_sign */
};
void text_words_done(struct text_words *w); /* accepts a zeroed one */
/* Split text (UTF-8, no HTML) into words.  FAIL_LATER: memory. */
must_check int text_words_of(const char *text, struct text_words *ret, struct fail *f);

/* How many words from `first` on are the phrase; 0 = it does not stand there.  A phrase is plain words with a space between,
 * "*" at its end for any ending; the last word may have a plural or possessive "s" or digits behind it. */
size_t words_match(const struct text_words *w, size_t first, const char *phrase);
/* Whether the phrase stands anywhere. */
bool words_have(const struct text_words *w, const char *phrase);
/* The words from first to first + count - 1 as they stand in the plain text, cut to fit. */
void words_quote(const struct text_words *w, size_t first, size_t count, char *ret,
                 size_t ret_bytes);
/* Whether the word is exactly text. */
bool word_is(const struct text_word *word, const char *text);

/* The first run of at least `least` words of `text`, within a line of it, that stands in `source` too: its first word, or
 * text->count when there is none. */
must_check int words_copied(const struct text_words *text, const struct text_words *source,
                            size_t least, size_t *ret_first, struct fail *f);
