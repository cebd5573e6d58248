/* What is known about a product, as numbered facts: the only source of generated texts and what they are checked against.
 * Threads: pure functions. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/str.h"

struct facts { /* owned strings, UTF-8, without HTML */
    char **
        lines; /* "Material: Silicone", "Weight: 140 g", "Colours: Black, Blue", "Supplier: holds 350 ml" */
    size_t count;
    char *name;     /* supplier's product name, cleaned */
    char *category; /* "" = unknown */
    char *source;   /* the supplier's own text, cleaned; nothing of it is copied */
};
void facts_done(struct facts *facts); /* accepts a zeroed one */

/* From product.detail as product.assess stores it: {"name","category","material","packing","weight_g","options":{"Color":[..]},
 * "dimensions_mm":[l,w,h],"description_html","notes":[operator's]}; every member may be missing. */
must_check int facts_of(const json_t *detail, struct facts *ret, struct fail *f);

/* Supplier HTML -> plain text: tags, scripts, styles, comments, entities, images and control characters gone; paragraphs and
 * items become lines.  Input that is broken stays text, never markup. */
must_check int html_to_text(const char *html, struct str *ret, struct fail *f);
/* Keep the subset p, ul, li, strong without attributes, well nested; everything else is dropped or escaped. */
must_check int html_clean(const char *html, struct str *ret, struct fail *f);
