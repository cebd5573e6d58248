/* Runs of words that two texts share: the runs of the short text are sorted by a hash, then the long one is walked through once. */
#include <string.h>

#include "worker/discovery/text_words.h"

enum { LEAST_MAX = 32 };

struct run {
    uint64_t hash;
    size_t first;
};

static uint64_t run_hash(const struct text_word *word, size_t least)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < least; i++) {
        for (size_t k = 0; k < word[i].size; k++) {
            hash = (hash ^ (unsigned char)word[i].at[k]) * UINT64_C(0x100000001b3);
        }
        hash = (hash ^ ' ') * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* A run of text must lie within a line: bullets that name the same facts one below the other are no copied sentence. */
static bool within_line(const struct text_words *text, size_t first, size_t least)
{
    for (size_t i = first + 1; i < first + least; i++) {
        if (text->list[i].gap == GAP_LINE) {
            return false;
        }
    }
    return true;
}

static int by_hash(const void *a, const void *b)
{
    const struct run *x = a, *y = b;

    return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1)
                              : (x->first > y->first) - (x->first < y->first);
}

/* Of equal runs only the first stays; how many are left. */
static size_t first_of_each(struct run *sorted, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || sorted[kept - 1].hash != sorted[i].hash) {
            sorted[kept++] = sorted[i];
        }
    }
    return kept;
}

static int find_hash(const void *key, const void *run)
{
    uint64_t hash = *(const uint64_t *)key, other = ((const struct run *)run)->hash;

    return hash < other ? -1 : hash > other;
}

int words_copied(const struct text_words *text, const struct text_words *source, size_t least,
                 size_t *ret_first, struct fail *f)
{
    scoped(free_p) struct run *runs = calloc(text->count + 1, sizeof *runs);
    size_t count = 0, found = text->count;

    if (runs == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; least <= LEAST_MAX && i + least <= text->count; i++) {
        if (within_line(text, i, least)) {
            runs[count++] = (struct run){ run_hash(text->list + i, least), i };
        }
    }
    qsort(runs, count, sizeof *runs, by_hash);
    count = first_of_each(runs, count);
    for (size_t i = 0; count > 0 && i + least <= source->count; i++) {
        uint64_t hash = run_hash(source->list + i, least);
        const struct run *hit = bsearch(&hash, runs, count, sizeof *runs, find_hash);

        if (hit != NULL) {
            found = hit->first < found ? hit->first : found;
        }
    }
    *ret_first = found;
    return 0;
}
