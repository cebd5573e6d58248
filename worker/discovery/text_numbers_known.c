/* Whether one text's numbers are said by another. */
#include <string.h>

#include "worker/discovery/text_numbers_priv.h"

static bool same_value(const struct number *a, const struct number *b)
{
    return a->bottom != 0 && b->bottom != 0 && a->top == b->top && a->bottom == b->bottom;
}

static bool is_unit(const struct number *n, const char *unit)
{
    return strcmp(n->unit, unit) == 0;
}

static bool has_noun(const struct number *n, const char *word)
{
    for (size_t i = 0; i < NOUNS; i++) {
        if (word[0] != '\0' && strcmp(n->nouns[i], word) == 0) {
            return true;
        }
    }
    return false;
}

static bool shares_noun(const struct number *a, const struct number *b)
{
    for (size_t i = 0; i < NOUNS; i++) {
        if (has_noun(a, b->nouns[i])) {
            return true;
        }
    }
    return false;
}

/* What a number without a unit counts must be what the source counts. */
static bool counts_same(const struct number *source, const struct number *output)
{
    if (output->nouns[0][0] == '\0') {
        return source->unit[0] == '\0' || is_unit(source, "piece") ||
               strcmp(source->unit, output->before) == 0; /* "Pockets: 2" and "2 pockets" */
    }
    if (is_unit(source, "piece")) {
        return source->nouns[0][0] == '\0' || shares_noun(source, output);
    }
    return source->unit[0] == '\0' &&
           (shares_noun(source, output) || has_noun(output, source->before) ||
            (source->before[0] != '\0' && strcmp(source->before, output->before) == 0));
}

static bool unit_fits(const struct number *source, const struct number *output)
{
    if (output->unit[0] == '\0') {
        return counts_same(source, output);
    }
    if (source->unit[0] != '\0') {
        return strcmp(source->unit, output->unit) == 0;
    }
    if (is_unit(output, "piece")) {
        return source->nouns[0][0] != '\0';
    }
    return strcmp(source->before, output->unit) == 0;
}

/* "ip 67" and "ip67". */
static bool same_code(const struct number *code, const struct number *other)
{
    if (other->bottom == 0) {
        return code->size == other->size && memcmp(code->at, other->at, code->size) == 0;
    }
    size_t word = strlen(other->before);

    return other->unit[0] == '\0' && word > 0 && code->size == word + other->size &&
           memcmp(code->at, other->before, word) == 0 &&
           memcmp(code->at + word, other->at, other->size) == 0;
}

static bool is_known(const struct numbers *source, const struct number *output)
{
    for (size_t i = 0; i < source->count; i++) {
        const struct number *s = &source->list[i];

        if ((output->bottom == 0 && same_code(output, s)) ||
            (output->bottom != 0 && s->bottom == 0 && same_code(s, output)) ||
            (same_value(s, output) && unit_fits(s, output) &&
             (output->bound == 0 || output->bound == s->bound))) {
            return true;
        }
    }
    return false;
}

static size_t count_in_chain(const struct numbers *n, size_t chain, const struct number *wanted)
{
    size_t count = 0;

    for (size_t i = 0; i < n->count; i++) {
        const struct number *m = &n->list[i];

        count += m->chain == chain && same_value(m, wanted) && strcmp(m->unit, wanted->unit) == 0;
    }
    return count;
}

/* Whether the numbers of the output's chain all stand in one chain of the source (0: outside of chains). */
static bool chain_within(const struct numbers *source, size_t source_chain,
                         const struct numbers *output, size_t chain)
{
    for (size_t i = 0; i < output->count; i++) {
        const struct number *n = &output->list[i];

        if (n->chain == chain &&
            count_in_chain(source, source_chain, n) < count_in_chain(output, chain, n)) {
            return false;
        }
    }
    return true;
}

static bool chain_known(const struct numbers *source, const struct numbers *output, size_t chain)
{
    size_t chains = 0;

    for (size_t i = 0; i < source->count; i++) {
        chains = source->list[i].chain > chains ? source->list[i].chain : chains;
    }
    for (size_t c = 0; c <= chains; c++) {
        if (chain_within(source, c, output, chain)) {
            return true;
        }
    }
    return false;
}

/* A number that may also be read as a list of two stands for whichever is known. */
static bool parts_known(const struct numbers *source, const struct numbers *output, size_t whole)
{
    size_t parts = 0;

    for (size_t i = whole + 1; i < output->count && output->list[i].list == whole + 1; i++) {
        if (!is_known(source, &output->list[i])) {
            return false;
        }
        parts++;
    }
    return parts > 0;
}

const struct number *numbers_unknown(const struct numbers *source, const struct numbers *output)
{
    for (size_t i = 0; i < output->count; i++) {
        const struct number *n = &output->list[i];

        if (n->list > 0) {
            continue;
        }
        if (n->chain > 0 ? !chain_known(source, output, n->chain)
                         : !is_known(source, n) && !parts_known(source, output, i)) {
            return n;
        }
    }
    return NULL;
}
