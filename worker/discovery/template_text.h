/* A plain listing text from facts alone: used without an AI key, over the caps, and when generated texts fail twice.  Passes
 * listing_text_check whenever the facts themselves do.
 * Threads: pure functions. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/facts.h"
#include "worker/discovery/text_check.h"

struct made_text { /* owns what `text` points to */
    struct listing_text text;
    json_t *
        json; /* {"title","description_html","seo_title","meta_description","tags":[],"alt_texts":[],"facts_used":[]} */
};
void made_text_done(struct made_text *m); /* accepts a zeroed one */
must_check int template_text(const struct facts *facts, size_t image_count, struct made_text *ret,
                             struct fail *f);
/* The same form from JSON (a model's answer, a stored or edited text).  FAIL_INPUT names the member that is missing or wrong. */
must_check int made_text_of_json(json_t *json, struct made_text *ret, struct fail *f);
