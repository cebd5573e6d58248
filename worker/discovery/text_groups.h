/* The forbidden groups of the content rules, goods that are not sold and goods a person must look at, as word lists.  English in
 * full; the short lists for German, French, Spanish, Dutch and Italian hold words that English does not have.
 * Threads: constant data, pure functions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "worker/discovery/text_words.h"

/* Version of the word lists; stored with each text. */
extern const char text_lists_version[];

enum proof { PROOF_NONE, PROOF_FACTS, PROOF_RECORD };

struct text_group {
    const char *rule; /* "HEALTH" */
    const char *why;  /* "claims of health or body are not allowed" */
    const char *const *phrases;
    size_t count;
    const char *const *allowed; /* phrases in which a hit is none */
    size_t allowed_count;
    enum proof proof; /* with one, a hit is none when the facts, or the whole record, say it too */
    const char *const *unless; /* with one of these anywhere in the text the group does not count */
    size_t unless_count;
};

/* What no listing text may say. */
extern const struct text_group text_groups[];
extern const size_t text_group_count;
/* Goods: those that are blocked, those a person must look at, those only where EU rules apply. */
extern const struct text_group goods_blocked[], goods_restricted[], goods_restricted_eu[];
extern const size_t goods_blocked_count, goods_restricted_count, goods_restricted_eu_count;
/* Names: of anybody, and of makers whose things others make accessories for. */
extern const struct text_group group_brands[2], group_devices, group_copies;

/* Orders to whoever reads a record: no facts, and a record named so is looked at by a person. */
extern const struct text_group group_orders;

/* What a hit may be proved by; both borrowed. */
struct group_proof {
    const struct text_words *facts;  /* the numbered facts */
    const struct text_words *record; /* them, the name and the category */
};

struct group_hit {
    size_t first, count; /* words */
};
/* The first hit of the group from word `from` on.  proof may be NULL: nothing is proved. */
bool group_find(const struct text_group *group, const struct text_words *text,
                const struct group_proof *proof, size_t from, struct group_hit *ret);
/* Whether what stands before the hit says that something only fits ("for", "compatible with"). */
bool group_is_fit(const struct text_words *text, const struct group_hit *hit);
