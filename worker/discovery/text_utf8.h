/* Characters of untrusted UTF-8: decoding that cannot fail, what kind of sign a character is, and lengths as people count.
 * Threads: pure functions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/str.h"

enum { UTF8_REPLACEMENT = 0xFFFD };

/* Decode the character at text (left > 0 bytes remain); *ret is UTF8_REPLACEMENT for bytes that are no UTF-8 (overlong forms and
 * surrogates too).  Returns the bytes it takes, at least 1. */
size_t utf8_next(const char *text, size_t left, uint32_t *ret);
/* Append a character; what is no Unicode scalar value becomes UTF8_REPLACEMENT. */
void utf8_add(struct str *s, uint32_t c);

/* C0 (tab and line ends too), DEL, C1, noncharacters. */
bool char_is_control(uint32_t c);
/* Takes no room and is not seen: zero-width signs, soft hyphen, direction marks, variation selectors, tags. */
bool char_is_hidden(uint32_t c);
/* A mark that combines with the character before it. */
bool char_is_mark(uint32_t c);
/* Pictographs, dingbats, arrows and the like. */
bool char_is_picture(uint32_t c);
/* Spaces of any width, line ends, tab. */
bool char_is_space(uint32_t c);

/* User-perceived characters: the extended grapheme clusters of UAX 29 for marks, joiners, emoji modifiers, flags, keycaps and
 * Hangul.  Not covered: prepended signs and conjuncts of Indic scripts, which count a little longer than they look. */
size_t text_length(const char *text);
