#include "api/http/auth_known.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SETS = 64, WAYS = 8 };

struct entry {
    char digest[ID_SHA256_HEX_BYTES];
    int64_t until_ms; /* 0 = free */
    struct session who;
};

struct known {
    pthread_mutex_t lock; /* guards the entries */
    struct entry entries[SETS][WAYS];
};

int known_open(struct known **ret, struct fail *f)
{
    struct known *k = calloc(1, sizeof *k);
    if (k == NULL) {
        return fail_memory(f);
    }
    pthread_mutex_init(&k->lock, NULL);
    *ret = k;
    return 0;
}

void known_close(struct known *k)
{
    if (k != NULL) {
        pthread_mutex_destroy(&k->lock);
        free(k);
    }
}

static unsigned nibble(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* A digest is spread evenly already, and only those of living keys are put. */
static struct entry *set_of(struct known *k, const char *digest)
{
    return k->entries[(nibble(digest[0]) << 4 | nibble(digest[1])) % SETS];
}

bool known_get(struct known *k, const char digest[static ID_SHA256_HEX_BYTES], int64_t now_ms,
               struct session *ret)
{
    bool found = false;

    pthread_mutex_lock(&k->lock);
    struct entry *set = set_of(k, digest);
    for (size_t i = 0; i < WAYS && !found; i++) {
        found = set[i].until_ms > now_ms && strcmp(set[i].digest, digest) == 0;
        if (found) {
            *ret = set[i].who;
        }
    }
    pthread_mutex_unlock(&k->lock);
    return found;
}

void known_put(struct known *k, const char digest[static ID_SHA256_HEX_BYTES],
               const struct session *who, int64_t now_ms)
{
    pthread_mutex_lock(&k->lock);
    struct entry *set = set_of(k, digest), *place = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (strcmp(set[i].digest, digest) == 0) {
            place = &set[i];
            break;
        }
        if (set[i].until_ms < place->until_ms) {
            place = &set[i];
        }
    }
    *place = (struct entry){ .until_ms = now_ms + KNOWN_MS, .who = *who };
    memcpy(place->digest, digest, sizeof place->digest);
    pthread_mutex_unlock(&k->lock);
}

void known_forget(struct known *k)
{
    pthread_mutex_lock(&k->lock);
    memset(k->entries, 0, sizeof k->entries);
    pthread_mutex_unlock(&k->lock);
}
