/* What a text setting must look like beyond its length.  Asked when somebody writes one; what is stored already is read as it is.
 * Threads: pure functions. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/settings.h"

/* 0, or FAIL_INPUT with a sentence: the setting, what it takes, an example, and what of the value is wrong.  Empty fits
 * where the rule lets it be empty.  rule is one of type SETTING_TEXT. */
must_check int setting_form_check(const struct setting_rule *rule, const char *value,
                                  struct fail *f);
/* Whether a form has that name, as the table of settings calls it.  For tests. */
bool setting_form_known(const char *name);
