/* What is known about a product, as numbered facts: the only source of generated texts and what they are checked against.
 * Threads: pure functions. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/str.h"
#include "worker/discovery/html_text.h"

enum { FACTS_MAX = 60, FACT_BYTES_MAX = 400, SOURCE_BYTES_MAX = 256 * 1024 };

struct
    facts { /* owned strings, UTF-8, without HTML; never NULL after facts_of(); readers take NULL as "" */
    char **
        lines; /* "Material: Silicone", "Weight: 140 g", "Colours: Black, Blue (2 colours)", "Supplier: holds 350 ml" */
    size_t count;
    char *name;     /* supplier's product name, cleaned, one line; "" = none */
    char *category; /* "" = unknown */
    char *
        source; /* the supplier's own text, cleaned, at most SOURCE_BYTES_MAX; nothing of it is copied */
};
void facts_done(struct facts *facts); /* accepts a zeroed one */

/* From product.detail as product.assess stores it: {"name","category","material","packing","weight_g","options":{"Color":[..]},
 * "dimensions_mm":[l,w,h],"description_html","notes":[operator's]}; every member may be missing or of another type (then it is
 * no fact).  Of the supplier's text only short "name: value" lines and short lines with a number and its unit become facts, and of
 * these none that makes a forbidden claim, names somebody or links somewhere.  Nothing that gives orders to its reader becomes a
 * fact, whatever member it stands in.  At most FACTS_MAX.
 * FAIL_LATER: memory.  FAIL_INPUT: the description is larger than HTML_BYTES_MAX. */
must_check int facts_of(const json_t *detail, struct facts *ret, struct fail *f);

/* All lines, one below the other, and with `whole` the name and category too: what texts may say. */
must_check int facts_join(const struct facts *facts, bool whole, struct str *ret, struct fail *f);
