/* A plain listing text from facts alone: used without an AI key, over the caps, and when generated texts fail twice.  Passes
 * listing_text_check whenever the facts leave anything to name: lines that would break a rule are left out, and a description
 * that is too short is filled with advice to the buyer that claims nothing about the product.
 * Threads: pure functions. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/facts.h"
#include "worker/discovery/text_check.h"

struct made_text {            /* owns what `text` points to */
    struct listing_text text; /* its strings lie in json */
    json_t *
        json; /* {"title","description_html","seo_title","meta_description","tags":[],"alt_texts":[],
                                 "facts_used":[]}; facts_used counts from 1 */
    const char **tags, **alts; /* the arrays of text */
};
void made_text_done(struct made_text *m); /* accepts a zeroed one */

/* Make the text, with image_count alternative texts (at most 250).  FAIL_INPUT with code "NEEDS_DATA" when neither name nor
 * category leave a word to name the product by; FAIL_LATER: memory. */
must_check int template_text(const struct facts *facts, size_t image_count, struct made_text *ret,
                             struct fail *f);
/* The same form from JSON (a model's answer, a stored or edited text).  json is borrowed and copied: ret->json holds its
 * description cleaned by html_clean() and no other members than those above; a missing facts_used is an empty one.  FAIL_INPUT
 * names the member that is missing or wrong. */
must_check int made_text_of_json(json_t *json, struct made_text *ret, struct fail *f);
