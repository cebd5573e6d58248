#include "worker/discovery/text_groups.h"

#include <string.h>

#include "worker/discovery/words/brands.h"
#include "worker/discovery/words/goods.h"
#include "worker/discovery/words/health.h"
#include "worker/discovery/words/promises.h"
#include "worker/discovery/words/properties.h"
#include "worker/discovery/words/selling.h"

/* Count this up with every change of a list, so that stored texts tell by which lists they were checked. */
const char text_lists_version[] = "2026-11-21.2";

enum { ALLOWED_BEFORE = 5, FIT_BEFORE = 3 };

#define WORDS(list)   .phrases = (list), .count = COUNT_OF(list)
#define ALLOWED(list) .allowed = (list), .allowed_count = COUNT_OF(list)

/* To add a group: a list in words/, a line here or below, and texts that must fail in the tests. */
const struct text_group text_groups[] = {
    { "HEALTH", "no claims of health or body", WORDS(words_health), ALLOWED(allowed_health) },
    { "BEFORE_AFTER", "no before and after", WORDS(words_before_after) },
    { "BRAND", "no names of others", WORDS(brands), ALLOWED(allowed_brands) },
    { "BRAND", "no names of others", WORDS(brands_ambiguous), ALLOWED(allowed_ambiguous),
      .proof = PROOF_RECORD },
    { "COMPATIBILITY", "names of makers need a person's review", WORDS(brands_devices) },
    { "COPY", "no copies, no likeness to others", WORDS(goods_copies) },
    { "SOCIAL_PROOF", "no reviews, buyers or experts", WORDS(words_proof), ALLOWED(allowed_proof) },
    { "SCARCITY", "no pressure by time or quantity", WORDS(words_scarcity) },
    { "TERMS", "price, stock, delivery and warranty come from live data", WORDS(words_terms),
      ALLOWED(allowed_terms) },
    { "ABSOLUTE", "no absolute terms", WORDS(words_absolute), ALLOWED(allowed_absolute) },
    { "PUFFERY", "no praise without a fact behind it", WORDS(words_puffery) },
    { "COMPARISON", "no comparisons", WORDS(words_comparison) },
    { "ENVIRONMENT", "no promises for nature", WORDS(words_environment) },
    { "PERSONAL", "do not address what people are", WORDS(words_personal) },
    { "CLICKBAIT", "no bait, links or orders to the reader", WORDS(words_bait),
      ALLOWED(allowed_bait) },
    { "UNPROVEN", "only when a fact says so", WORDS(words_unproven), .proof = PROOF_FACTS },
    { "PROPERTY", "the supplier's record does not say so", WORDS(words_property),
      .proof = PROOF_RECORD },
    { "MATERIAL", "the supplier's record does not say so", WORDS(words_material),
      ALLOWED(allowed_material), .proof = PROOF_RECORD },
    { "MATERIAL", "the supplier's record does not say so", WORDS(words_leather),
      ALLOWED(allowed_leather), .proof = PROOF_RECORD },
    { "COLOUR", "the supplier's record does not say so", WORDS(words_colour),
      ALLOWED(allowed_colour), .proof = PROOF_RECORD },
    { "FORBIDDEN_GOODS", "adult goods", WORDS(goods_adult) },
    { "FORBIDDEN_GOODS", "weapons", WORDS(goods_weapons) },
    { "FORBIDDEN_GOODS", "drugs and tobacco", WORDS(goods_drugs), ALLOWED(allowed_drugs) },
    { "FORBIDDEN_GOODS", "gambling", WORDS(goods_gambling) },
    { "FORBIDDEN_GOODS", "politics", WORDS(goods_politics) },
    { "FORBIDDEN_GOODS", "forbidden goods", WORDS(goods_other) },
};
const size_t text_group_count = COUNT_OF(text_groups);

const struct text_group goods_blocked[] = {
    { "ADULT", "adult goods are not sold", WORDS(goods_adult) },
    { "WEAPONS", "weapons are not sold", WORDS(goods_weapons) },
    { "DRUGS", "drugs, tobacco and what goes with them are not sold", WORDS(goods_drugs),
      ALLOWED(allowed_drugs) },
    { "GAMBLING", "gambling and money games are not sold", WORDS(goods_gambling) },
    { "POLITICS", "political goods are not sold", WORDS(goods_politics) },
    { "FORBIDDEN_GOODS", "these goods are not sold", WORDS(goods_other) },
};
const size_t goods_blocked_count = COUNT_OF(goods_blocked);

const struct text_group goods_restricted[] = {
    { "RESTRICTED_HEALTH", "health goods are looked at by a person", WORDS(restricted_health) },
    { "RESTRICTED_HEALTH", "its record makes a health claim", WORDS(words_health),
      ALLOWED(allowed_health) },
    { "RESTRICTED_COSMETICS", "cosmetics are looked at by a person", WORDS(restricted_cosmetics),
      ALLOWED(allowed_cosmetics) },
    { "RESTRICTED_CHILDREN", "things for children are looked at by a person",
      WORDS(restricted_children), ALLOWED(allowed_children) },
    { "RESTRICTED_CHILDREN", "toys are looked at by a person", WORDS(restricted_toys),
      .unless = for_animals, .unless_count = COUNT_OF(for_animals) },
    { "RESTRICTED_ENERGY", "batteries, magnets, lasers and heat are looked at by a person",
      WORDS(restricted_energy), ALLOWED(allowed_energy) },
};
const size_t goods_restricted_count = COUNT_OF(goods_restricted);

const struct text_group goods_restricted_eu[] = {
    { "RESTRICTED_EU", "the EU asks for papers of the maker", WORDS(restricted_eu) },
};
const size_t goods_restricted_eu_count = COUNT_OF(goods_restricted_eu);

const struct text_group group_brands[2] = {
    { "BRAND", "a name of somebody else", WORDS(brands), ALLOWED(allowed_brands) },
    { "BRAND", "a name of somebody else", WORDS(brands_ambiguous), ALLOWED(allowed_ambiguous) },
};
const struct text_group group_devices = { "BRAND", "a name of somebody else",
                                          WORDS(brands_devices) };
const struct text_group group_copies = { "COPY", "goods that copy others", WORDS(goods_copies) };

const struct text_group group_orders = { "INSTRUCTIONS", "gives orders to its reader",
                                         WORDS(words_orders) };

/* What the record says in the second form may be said in the first. */
static const char *const twins[][2] = {
    { "gray", "grey" },
    { "grey", "gray" },
    { "aluminum", "aluminium" },
    { "aluminium", "aluminum" },
    { "microfiber", "microfibre" },
    { "microfibre", "microfiber" },
    { "fiberglass", "fibreglass" },
    { "carbon fiber", "carbon fibre" },
    { "carbon fibre", "carbon fiber" },
    { "wood", "wooden" },
    { "wooden", "wood" },
    { "multicolor*", "multicolour*" },
    { "multicolour*", "multicolor*" },
    { "gold", "golden" },
    { "golden", "gold" },
    { "machine washable", "machine wash" },
    { "hand washable", "hand wash" },
    { "washable", "machine wash" },
    { "water resistant", "waterproof" },
    { "foldable", "folding" },
    { "folding", "foldable" },
    { "folds flat", "foldable" },
    { "handmade", "hand made" },
    { "removable", "detachable" },
    { "detachable", "removable" },
    { "electric", "electrical" },
    { "insulated", "vacuum insulated" },
    { "leather", "real leather" },
    { "leather", "genuine leather" },
};

/* Whether word `at` to `at + count - 1` lie within an allowed phrase. */
static bool is_allowed(const struct text_group *group, const struct text_words *text,
                       const struct group_hit *hit)
{
    size_t from = hit->first > ALLOWED_BEFORE ? hit->first - ALLOWED_BEFORE : 0;

    for (size_t first = from; first <= hit->first; first++) {
        for (size_t i = 0; i < group->allowed_count; i++) {
            size_t count = words_match(text, first, group->allowed[i]);

            if (first + count >= hit->first + hit->count) {
                return true;
            }
        }
    }
    return false;
}

/* The phrase in words of proof, and not in one of the phrases that only sound like it. */
static bool says(const struct text_group *group, const struct text_words *words, const char *phrase)
{
    for (size_t i = 0; i < words->count; i++) {
        struct group_hit hit = { i, words_match(words, i, phrase) };

        if (hit.count > 0 && !is_allowed(group, words, &hit)) {
            return true;
        }
    }
    return false;
}

static bool is_proved(const struct text_group *group, const struct group_proof *proof,
                      const char *phrase)
{
    const struct text_words *words = NULL;

    if (group->proof == PROOF_NONE || proof == NULL) {
        return false;
    }
    words = group->proof == PROOF_FACTS ? proof->facts : proof->record;
    if (says(group, words, phrase)) {
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(twins); i++) {
        if (strcmp(phrase, twins[i][0]) == 0 && says(group, words, twins[i][1])) {
            return true;
        }
    }
    return false;
}

static bool is_void(const struct text_group *group, const struct text_words *text)
{
    for (size_t i = 0; i < group->unless_count; i++) {
        if (words_have(text, group->unless[i])) {
            return true;
        }
    }
    return false;
}

/* Lists are sorted: the first phrase that begins with the letter or a later one. */
static size_t first_with(const struct text_group *group, char letter)
{
    size_t low = 0, high = group->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (group->phrases[middle][0] < letter) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The longest phrase of the group that stands at word `at` and is neither allowed nor proved. */
static size_t longest(const struct text_group *group, const struct text_words *text,
                      const struct group_proof *proof, size_t at)
{
    char first = text->list[at].at[0];
    /* In a word with letters a digit or sign may stand for one. */
    bool plain = (first >= 'a' && first <= 'z') || !text->list[at].has_letter;
    size_t longest = 0;

    for (size_t i = plain ? first_with(group, first) : 0; i < group->count; i++) {
        if (plain && group->phrases[i][0] != first) {
            break;
        }
        struct group_hit hit = { at, words_match(text, at, group->phrases[i]) };

        if (hit.count > longest && !is_allowed(group, text, &hit) &&
            !is_proved(group, proof, group->phrases[i])) {
            longest = hit.count;
        }
    }
    return longest;
}

bool group_find(const struct text_group *group, const struct text_words *text,
                const struct group_proof *proof, size_t from, struct group_hit *ret)
{
    if (is_void(group, text)) {
        return false;
    }
    for (size_t at = from; at < text->count; at++) {
        size_t count = longest(group, text, proof, at);

        if (count > 0) {
            *ret = (struct group_hit){ at, count };
            return true;
        }
    }
    return false;
}

bool group_is_fit(const struct text_words *text, const struct group_hit *hit)
{
    size_t from = hit->first > FIT_BEFORE ? hit->first - FIT_BEFORE : 0;

    for (size_t at = from; at < hit->first; at++) {
        for (size_t i = 0; i < COUNT_OF(compatible_with); i++) {
            if (words_match(text, at, compatible_with[i]) > 0) {
                return true;
            }
        }
    }
    return words_match(text, hit->first, "for") > 0;
}
