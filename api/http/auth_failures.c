#include "api/http/auth_failures.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/id.h"
#include "common/base/str.h"

enum { SETS = 256, WAYS = 4 };

/* A token bucket: `spent` attempts at `at_ms`, of which one is forgotten each refill. */
struct bucket {
    char address[AUTH_ADDRESS_BYTES]; /* "" = free */
    int64_t at_ms;
    int spent;
};

struct failures {
    pthread_mutex_t lock; /* guards all that follows */
    struct bucket buckets[SETS][WAYS];
    struct bucket all;
    char salt[17]; /* nobody can aim at another address's set */
};

int failures_open(struct failures **ret, struct fail *f)
{
    struct failures *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return fail_memory(f);
    }
    pthread_mutex_init(&t->lock, NULL);
    id_random_hex(t->salt, (sizeof t->salt - 1) / 2);
    *ret = t;
    return 0;
}

void failures_close(struct failures *t)
{
    if (t != NULL) {
        pthread_mutex_destroy(&t->lock);
        free(t);
    }
}

/* FNV-1a */
static uint32_t set_of(const struct failures *t, const char *address)
{
    uint32_t hash = 2166136261U;
    for (const char *c = t->salt; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * 16777619U;
    }
    for (; *address != '\0'; address++) {
        hash = (hash ^ (unsigned char)*address) * 16777619U;
    }
    return (hash >> 8) % SETS;
}

static void refill(struct bucket *b, int64_t refill_ms, int64_t now_ms)
{
    int64_t forgotten = (now_ms - b->at_ms) / refill_ms;
    if (forgotten >= b->spent) {
        b->spent = 0;
        b->at_ms = now_ms;
    } else if (forgotten > 0) {
        b->spent -= (int)forgotten;
        b->at_ms += forgotten * refill_ms;
    }
}

/* The address's bucket, or the one of its set that has been quiet longest.  With the lock held. */
static struct bucket *bucket_of(struct failures *t, const char *address, int64_t now_ms)
{
    struct bucket *set = t->buckets[set_of(t, address)];
    struct bucket *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (strcmp(set[i].address, address) == 0) {
            refill(&set[i], AUTH_REFILL_MS, now_ms);
            return &set[i];
        }
        if (set[i].at_ms < oldest->at_ms) {
            oldest = &set[i];
        }
    }
    memset(oldest, 0, sizeof *oldest);
    str_fit(oldest->address, sizeof oldest->address, address);
    oldest->at_ms = now_ms;
    return oldest;
}

int failures_left(struct failures *t, const char *address, int64_t now_ms)
{
    char group[AUTH_ADDRESS_BYTES];

    address_group(address, group);
    pthread_mutex_lock(&t->lock);
    int left = AUTH_BURST - bucket_of(t, group, now_ms)->spent;
    refill(&t->all, AUTH_ALL_REFILL_MS, now_ms);
    int all = AUTH_ALL_BURST - t->all.spent;
    pthread_mutex_unlock(&t->lock);
    return left < all ? left : all;
}

void failures_count(struct failures *t, const char *address, int64_t now_ms)
{
    char group[AUTH_ADDRESS_BYTES];

    address_group(address, group);
    pthread_mutex_lock(&t->lock);
    struct bucket *b = bucket_of(t, group, now_ms);
    b->spent += b->spent < AUTH_BURST;
    refill(&t->all, AUTH_ALL_REFILL_MS, now_ms);
    t->all.spent += t->all.spent < AUTH_ALL_BURST;
    pthread_mutex_unlock(&t->lock);
}

void address_group(const char *address, char ret[static AUTH_ADDRESS_BYTES])
{
    struct in6_addr bytes;

    if (inet_pton(AF_INET6, address, &bytes) != 1) {
        str_fit(ret, AUTH_ADDRESS_BYTES, address);
        return;
    }
    if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
        inet_ntop(AF_INET, bytes.s6_addr + 12, ret, AUTH_ADDRESS_BYTES);
        return;
    }
    memset(bytes.s6_addr + 8, 0, 8);
    inet_ntop(AF_INET6, &bytes, ret, AUTH_ADDRESS_BYTES - 3);
    memcpy(ret + strlen(ret), "/64", 4);
}
