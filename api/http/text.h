/* Checking text that comes from outside.  Pure functions; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

/* Undo percent-encoding; form: '+' is a space, as in a query.  FAIL_INPUT: a broken escape, an encoded NUL, not UTF-8.
 * *ret is the caller's to free(). */
must_check int text_decode(const char *in, size_t in_bytes, bool form, char **ret, struct fail *f);
/* Well-formed UTF-8: no overlong form, no surrogate, nothing above U+10FFFF. */
bool text_is_utf8(const char *text, size_t size_bytes);
/* No control character (C0, DEL). */
bool text_is_plain(const char *text);
/* Every byte is in set: single characters and ranges "a-z"; a '-' at the end means itself. */
bool text_has_only(const char *text, const char *set);
/* Is word one of "a|b|c"? */
bool text_is_choice(const char *word, const char *choices);
/* Whole text a decimal integer within range, an optional '-', no plus, no leading zero. */
bool text_to_int(const char *text, int64_t min, int64_t max, int64_t *ret);

enum { JSON_DEPTH_MAX = 32 };
/* Nested no deeper than JSON_DEPTH_MAX, whatever else is wrong with it?  To be asked before any JSON from outside is parsed: the
 * parser calls itself for each level, and the server's threads have a stack of 100 KiB. */
bool text_is_shallow_json(const char *json, size_t size_bytes);
