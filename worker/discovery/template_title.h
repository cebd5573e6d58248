/* The title of a template text, from the supplier's name.
 * Threads: pure functions. */
#pragma once

#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/text_check_priv.h"

enum { TITLE_BYTES = 512 };

/* The name without what breaks a rule, without repeats and shouting, cut to a few words that make 20 to 70 characters; the
 * category takes the name's place when nothing is left.  title[TITLE_BYTES].  FAIL_INPUT, code "NEEDS_DATA": nothing is left of
 * both. */
must_check int template_title(const struct checker *c, const struct facts *facts, char *ret_title,
                              struct fail *f);
/* Whether the text breaks no rule of content and line form: 1, 0, or -1. */
must_check int template_passes(const struct checker *c, const char *field, const char *text,
                               bool title, struct fail *f);
/* Cut text at a word to at most max characters, and further until it passes as a title ("" when nothing does). */
must_check int template_shrink(const struct checker *c, char *text, size_t max, struct fail *f);
/* Cut text at a word to at most max characters, without a dangling "with" or "and". */
void template_cut(char *text, size_t max);
