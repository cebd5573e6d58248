/* Facts hidden in a supplier's own text.
 * Threads: pure functions. */
#pragma once

#include <stdbool.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

/* Whether a line of the supplier's text can stand as a fact: short, "name: value" or with a number and its unit, without
 * forbidden claims, names, links, money, or orders to whoever reads it.  1 yes, 0 no, -1 failed. */
must_check int fact_in_line(const char *line, struct fail *f);
/* Whether text gives orders to whoever reads it; such text is no fact wherever it stands.  1 yes, 0 no, -1 failed. */
must_check int fact_gives_orders(const char *text, struct fail *f);
