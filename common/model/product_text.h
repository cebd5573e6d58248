/* The form of texts that a person gives for a listing; what they may say is judged by the job that publishes them.
 * Threads: pure functions. */
#pragma once

#include <jansson.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

/* An object of some of "title", "description_html", "seo_title", "meta_description" (texts) and "tags", "alt_texts" (lists of
 * texts), at least one, each within its length, without control characters but line breaks and tabs.  FAIL_INPUT names the member
 * and what it may be. */
must_check int product_text_check(const json_t *texts, struct fail *f);
