#include "common/queue/lists.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/queue/queue_priv.h"
#include "queue_lua.h"

enum { PAGE = 1000 }; /* keys a script looks at */

static const char *const which_names[] = {
    [CLAIM_HELD] = "held", [CLAIM_GONE] = "gone", [CLAIM_OWN] = "own"
};

void claim_keys_free(struct claim_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        free(keys->items[i].key);
    }
    free(keys->items);
    *keys = (struct claim_keys){ .items = NULL };
}

static int add_key(struct claim_keys *keys, const char *key, int64_t length, struct fail *f)
{
    if (keys->count == keys->cap) {
        size_t cap = keys->cap == 0 ? 16 : 2 * keys->cap;
        struct claim_key *items = realloc(keys->items, cap * sizeof *items);

        if (items == NULL) {
            return fail_memory(f);
        }
        keys->items = items;
        keys->cap = cap;
    }
    TRY(str_copy(key, &keys->items[keys->count].key, f));
    keys->items[keys->count++].length = length;
    return 0;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(((const struct claim_key *)a)->key, ((const struct claim_key *)b)->key);
}

/* SSCAN may name a key twice. */
static void sort_unique(struct claim_keys *keys)
{
    size_t kept = 0;

    if (keys->count > 0) {
        qsort(keys->items, keys->count, sizeof *keys->items, compare_keys);
    }
    for (size_t i = 0; i < keys->count; i++) {
        if (kept > 0 && strcmp(keys->items[kept - 1].key, keys->items[i].key) == 0) {
            free(keys->items[i].key);
        } else {
            keys->items[kept++] = keys->items[i];
        }
    }
    keys->count = kept;
}

/* A walk through the known lists. */
struct walk {
    enum claim_which which;
    const char *word;
    char cursor[32]; /* of the next page; "0" before the first and behind the last */
};

static int read_page(struct redis *r, struct walk *walk, struct claim_keys *keys, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 1 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    words_text(&w, KEY_LISTS);
    words_text(&w, walk->cursor);
    words_addf(&w, "%d", PAGE);
    words_text(&w, which_names[walk->which]);
    words_text(&w, walk->word);
    TRY(words_script(r, &lua_lists, &w, &reply, f));
    TRY(reply_want_array(reply, 1, "the claim lists", f));
    (void)str_fit(walk->cursor, sizeof walk->cursor,
                  reply_is_text(reply->element[0]) ? reply->element[0]->str : "0");
    for (size_t i = 1; i + 1 < reply->elements; i += 2) {
        TRY(add_key(keys, reply->element[i]->str, reply_int(reply->element[i + 1], 0), f));
    }
    return 0;
}

int claim_keys_read(struct redis *r, enum claim_which which, const char *word,
                    struct claim_keys *ret, struct fail *f)
{
    scoped(claim_keys_free) struct claim_keys keys = { .items = NULL };
    struct walk walk = { .which = which, .word = word, .cursor = "0" };

    do {
        TRY(read_page(r, &walk, &keys, f));
    } while (strcmp(walk.cursor, "0") != 0);
    sort_unique(&keys);
    *ret = keys;
    keys = (struct claim_keys){ .items = NULL };
    return 0;
}

int claim_keys_shown(struct redis *r, struct claim_keys *ret, struct fail *f)
{
    static const char canary[] = KEY_CLAIMED CANARY_IDENTITY ":";
    size_t kept = 0;

    TRY(claim_keys_read(r, CLAIM_HELD, "", ret, f));
    for (size_t i = 0; i < ret->count; i++) {
        if (strncmp(ret->items[i].key, canary, strlen(canary)) == 0) {
            free(ret->items[i].key);
        } else {
            ret->items[kept++] = ret->items[i];
        }
    }
    ret->count = kept;
    return 0;
}

static int search_page(struct redis *r, int64_t every_ms, bool *ret_more, int64_t *found,
                       struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 2 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    words_text(&w, KEY_LISTS_SEARCH);
    words_text(&w, KEY_LISTS);
    words_addf(&w, "%" PRId64, every_ms);
    words_addf(&w, "%d", PAGE);
    words_text(&w, KEY_CLAIMED "*:*:*:*#*");
    TRY(words_script(r, &lua_lists_search, &w, &reply, f));
    TRY(reply_want_array(reply, 2, "the search for claim lists", f));
    *ret_more = reply_int(reply->element[0], 0) == 1;
    *found += reply_int(reply->element[1], 0);
    return 0;
}

int claim_keys_search(struct redis *r, int64_t every_ms, int64_t *found, struct fail *f)
{
    int64_t until_ms = clock_mono_ms() + LISTS_SEARCH_MS;
    bool more;

    do {
        TRY(search_page(r, every_ms, &more, found, f));
    } while (more && clock_mono_ms() < until_ms);
    return 0;
}

int queue_list_counts(struct redis *r, struct list_counts *ret, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *known = NULL;
    scoped(redis_reply_clear_p) redisReply *found = NULL;

    TRY(redis_do(r, &known, f, "SCARD", KEY_LISTS, NULL));
    TRY(redis_do(r, &found, f, "HGET", KEY_LISTS_SEARCH, "found", NULL));
    *ret = (struct list_counts){ reply_int(known, 0), reply_int(found, 0) };
    return 0;
}
