/* The sum behind a product's decision, as people read it.  Threads: one; writes to standard output. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "common/base/attr.h"

enum { SUM_TEXT_BYTES = 64 };

/* "31.23 %" of parts per million. */
void sum_percent(int64_t ppm, char text[static SUM_TEXT_BYTES]);

/* The member `ppm` of a row as text in its member `name`, for tables; nothing when it is not known. */
void sum_add_percent(json_t *row, const char *ppm, const char *name);

/* Of product.decision (worker/discovery/product.h tells its form): the sum of the variant and market whose numbers stand in the
 * row, line by line, then one line for each variant and market, then every check that was made.  Numbers that are not known are
 * dashes; says so when there is no sum yet. */
void sum_show(const json_t *decision);
