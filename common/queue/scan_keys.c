#include <stdlib.h>
#include <string.h>

#include "common/base/fault_point.h"
#include "common/queue/queue_priv.h"

void claim_keys_free(struct claim_keys *keys)
{
    for (size_t i = 0; i < keys->count; i++) {
        free(keys->items[i]);
    }
    free(keys->items);
    *keys = (struct claim_keys){ .items = NULL };
}

static int add_key(struct claim_keys *keys, const char *key, struct fail *f)
{
    if (keys->count == keys->cap) {
        size_t cap = keys->cap == 0 ? 16 : 2 * keys->cap;
        char **items = realloc(keys->items, cap * sizeof *items);

        if (items == NULL) {
            return fail_memory(f);
        }
        keys->items = items;
        keys->cap = cap;
    }
    TRY(str_copy(key, &keys->items[keys->count], f));
    keys->count++;
    return 0;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* SCAN may name a key twice. */
static void sort_unique(struct claim_keys *keys)
{
    size_t kept = 0;

    if (keys->count > 0) {
        qsort(keys->items, keys->count, sizeof *keys->items, compare_keys);
    }
    for (size_t i = 0; i < keys->count; i++) {
        if (kept > 0 && strcmp(keys->items[kept - 1], keys->items[i]) == 0) {
            free(keys->items[i]);
        } else {
            keys->items[kept++] = keys->items[i];
        }
    }
    keys->count = kept;
}

int claim_keys_scan(struct redis *r, struct claim_keys *ret, struct fail *f)
{
    scoped(claim_keys_free) struct claim_keys keys = { .items = NULL };
    char cursor[32] = "0";

    do {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;

        FAULT_POINT("before", "SCAN");
        TRY(redis_do(r, &reply, f, "SCAN", cursor, "MATCH", KEY_CLAIMED "*", "COUNT", "1000",
                     "TYPE", "list", NULL));
        TRY(reply_want_array(reply, 2, "SCAN", f));
        (void)str_fit(cursor, sizeof cursor, reply->element[0]->str);
        for (size_t i = 0; i < reply->element[1]->elements; i++) {
            TRY(add_key(&keys, reply->element[1]->element[i]->str, f));
        }
    } while (strcmp(cursor, "0") != 0);
    sort_unique(&keys);
    *ret = keys;
    keys = (struct claim_keys){ .items = NULL };
    return 0;
}

int claim_keys_shown(struct redis *r, struct claim_keys *ret, struct fail *f)
{
    static const char canary[] = KEY_CLAIMED CANARY_IDENTITY ":";
    size_t kept = 0;

    TRY(claim_keys_scan(r, ret, f));
    for (size_t i = 0; i < ret->count; i++) {
        if (strncmp(ret->items[i], canary, strlen(canary)) == 0) {
            free(ret->items[i]);
        } else {
            ret->items[kept++] = ret->items[i];
        }
    }
    ret->count = kept;
    return 0;
}
