/* Supplier HTML made harmless: as plain text, or as a small subset.  No input breaks it: time and memory are linear in the input,
 * nothing recurses, output is valid UTF-8 without control characters.
 * Threads: pure functions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/str.h"

enum { HTML_BYTES_MAX = 4 << 20 };

/* Supplier HTML -> plain text: tags, scripts, styles, comments, entities, images and control characters gone; paragraphs and
 * items become lines.  Input that is broken stays text, never markup; markup that was encoded as text goes, too (twice).
 * FAIL_INPUT over HTML_BYTES_MAX or the maximum of *ret. */
must_check int html_to_text(const char *html, struct str *ret, struct fail *f);
/* Keep the subset p, ul, li, strong without attributes, well nested; everything else is dropped or escaped.  b and headings
 * become strong, ol becomes ul, other blocks paragraphs; lists in lists are made flat, empty elements go.  Cleaning what is
 * clean changes nothing.  Failures as above. */
must_check int html_clean(const char *html, struct str *ret, struct fail *f);
/* Whether cleaning would change more than white space: 1 clean, 0 not, -1 failed. */
must_check int html_is_clean(const char *html, struct fail *f);

/* Refuse what is too long; *ret_bytes is its length. */
must_check int html_limit(const char *html, size_t *ret_bytes, struct fail *f);
