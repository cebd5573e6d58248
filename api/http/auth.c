#include "api/http/auth.h"

#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "common/base/clock.h"
#include "common/base/str.h"

/* One sentence for both, and for what cannot be a key: which of them it is helps only who guesses. */
static const char unknown_key[] = "This key is not known, or it was revoked.";

enum { SETS = 256, WAYS = 4, ADDRESS_BYTES = 48, KEY_CHARS = 3 + 64 };

/* A token bucket: `spent` attempts at `at_ms`, of which one is forgotten each AUTH_REFILL_MS. */
struct bucket {
    char address[ADDRESS_BYTES]; /* "" = free */
    int64_t at_ms;
    int spent;
};

struct auth {
    pthread_mutex_t lock; /* guards all that follows */
    struct bucket buckets[SETS][WAYS];
    char salt[17]; /* nobody can aim at another address's set */
};

int auth_open(struct auth **ret, struct fail *f)
{
    struct auth *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return fail_memory(f);
    }
    pthread_mutex_init(&a->lock, NULL);
    id_random_hex(a->salt, (sizeof a->salt - 1) / 2);
    *ret = a;
    return 0;
}

void auth_close(struct auth *a)
{
    if (a != NULL) {
        pthread_mutex_destroy(&a->lock);
        free(a);
    }
}

/* FNV-1a */
static uint32_t set_of(const struct auth *a, const char *address)
{
    uint32_t hash = 2166136261U;
    for (const char *c = a->salt; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * 16777619U;
    }
    for (; *address != '\0'; address++) {
        hash = (hash ^ (unsigned char)*address) * 16777619U;
    }
    return (hash >> 8) % SETS;
}

static void refill(struct bucket *b, int64_t now_ms)
{
    int64_t forgotten = (now_ms - b->at_ms) / AUTH_REFILL_MS;
    if (forgotten >= b->spent) {
        b->spent = 0;
        b->at_ms = now_ms;
    } else {
        b->spent -= (int)forgotten;
        b->at_ms += forgotten * AUTH_REFILL_MS;
    }
}

/* The address's bucket, or the one of its set that has been quiet longest.  With the lock held. */
static struct bucket *bucket_of(struct auth *a, const char *address, int64_t now_ms)
{
    struct bucket *set = a->buckets[set_of(a, address)];
    struct bucket *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (strcmp(set[i].address, address) == 0) {
            refill(&set[i], now_ms);
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

int auth_left(struct auth *a, const char *address, int64_t now_ms)
{
    pthread_mutex_lock(&a->lock);
    int left = AUTH_BURST - bucket_of(a, address, now_ms)->spent;
    pthread_mutex_unlock(&a->lock);
    return left;
}

void auth_count_failure(struct auth *a, const char *address, int64_t now_ms)
{
    pthread_mutex_lock(&a->lock);
    struct bucket *b = bucket_of(a, address, now_ms);
    if (b->spent < AUTH_BURST) {
        b->spent++;
    }
    pthread_mutex_unlock(&a->lock);
}

static void add_limit(struct reply *re, int left)
{
    reply_header(re, "RateLimit-Policy: \"failed-auth\";q=%d;w=%d", AUTH_BURST,
                 AUTH_BURST * AUTH_REFILL_MS / 1000);
    reply_header(re, "RateLimit: \"failed-auth\";r=%d;t=%d", left, AUTH_REFILL_MS / 1000);
}

static int refuse_for_now(const struct request *rq, struct reply *re)
{
    reply_problem(re, rq, 429, "Too many failed attempts from this address.", NULL);
    reply_header(re, "Retry-After: %d", AUTH_REFILL_MS / 1000);
    add_limit(re, 0);
    return 1;
}

/* One more failed attempt: 401, or 429 when the address has none left. */
static int refuse(const struct request *rq, struct reply *re, const char *detail)
{
    int64_t now_ms = clock_mono_ms();

    if (auth_left(rq->api->auth, rq->address, now_ms) <= 0) {
        return refuse_for_now(rq, re);
    }
    auth_count_failure(rq->api->auth, rq->address, now_ms);
    reply_problem(re, rq, 401, detail, NULL);
    reply_header(re, "WWW-Authenticate: Bearer realm=\"dropship\"");
    add_limit(re, auth_left(rq->api->auth, rq->address, now_ms));
    return 1;
}

/* Whether the header names a key at all, of whatever form. */
static bool offers_key(const struct request *rq)
{
    const char *value = request_header(rq, "Authorization");
    return value != NULL && strncasecmp(value, "Bearer ", strlen("Bearer ")) == 0;
}

/* The key in the header; NULL when there is none of the exact form: ds_ and 64 hexadecimal digits. */
static const char *bearer(const struct request *rq)
{
    static const char scheme[] = "Bearer ";
    const char *value = request_header(rq, "Authorization");
    if (value == NULL || request_header_count(rq, "Authorization") != 1 ||
        strncasecmp(value, scheme, sizeof scheme - 1) != 0) {
        return NULL;
    }
    value += sizeof scheme - 1;
    bool exact = strlen(value) == KEY_CHARS && strncmp(value, "ds_", 3) == 0 &&
                 strspn(value + 3, "0123456789abcdef") == KEY_CHARS - 3;
    return exact ? value : NULL;
}

static int check_scope(const struct request *rq, struct reply *re)
{
    enum api_scope wanted = (enum api_scope)(rq->route->access - ACCESS_READ);
    if (rq->key.scope < wanted) {
        reply_problem(re, rq, 403, "This key's scope does not allow that.", NULL);
        reply_header(re, "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"%s\"",
                     api_scope_names[wanted]);
        return 1;
    }
    return 0;
}

int auth_check(struct request *rq, struct reply *re, struct fail *f)
{
    const char *key = bearer(rq);

    if (rq->route->access == ACCESS_OPEN) {
        return 0;
    }
    if (key == NULL) {
        return refuse(rq, re,
                      offers_key(rq) ? unknown_key
                                     : "This needs a key: Authorization: Bearer ds_...");
    }
    TRY(request_take(rq, REQUEST_WRITE, f));
    TRY(db_ready(rq->db, f));
    if (api_key_find(rq->db, key, &rq->key, f) < 0) {
        /* Only a refusal of our own has no SQLSTATE; one of Postgres is our trouble, not the caller's. */
        return f->kind == FAIL_DENIED && f->code[0] == '\0' ? refuse(rq, re, unknown_key) : -1;
    }
    return check_scope(rq, re);
}
