#include "api/http/rate.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/http/auth_failures.h"
#include "api/http/auth_priv.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/str.h"

enum { SETS = 256, WAYS = 4, REDIS_MS = 500, MINUTE_MS = 60000 };

/* What this process holds of one subject. */
struct lease {
    char subject[RATE_SUBJECT_BYTES]; /* "" = free */
    int64_t used_ms;
    int64_t per_minute;       /* when they were taken; another rate takes anew */
    int64_t tokens, until_ms; /* to spend, and when they are forgotten */
    int64_t beyond;           /* in the bucket when they were taken */
    int64_t refused_ms;       /* until then there are none; 0 = unknown */
    double own;               /* tokens of our own bucket, for when Redis is away */
    int64_t own_ms;           /* when it was that full; 0 = full */
};

struct rates {
    pthread_mutex_t lock; /* guards the leases and the salt */
    struct lease leases[SETS][WAYS];
    char salt[17];          /* nobody can aim at another subject's set */
    atomic_llong away_ms;   /* Redis is not asked before */
    atomic_bool told_of_it; /* that it is away */
};

int rates_open(struct rates **ret, struct fail *f)
{
    struct rates *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return fail_memory(f);
    }
    pthread_mutex_init(&t->lock, NULL);
    id_random_hex(t->salt, (sizeof t->salt - 1) / 2);
    *ret = t;
    return 0;
}

void rates_close(struct rates *t)
{
    if (t != NULL) {
        pthread_mutex_destroy(&t->lock);
        free(t);
    }
}

/* FNV-1a */
static uint32_t set_of(const struct rates *t, const char *subject)
{
    uint32_t hash = 2166136261U;
    for (const char *c = t->salt; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * 16777619U;
    }
    for (; *subject != '\0'; subject++) {
        hash = (hash ^ (unsigned char)*subject) * 16777619U;
    }
    return (hash >> 8) % SETS;
}

/* The subject's lease, or in its set the one unused for longest.  With the lock held. */
static struct lease *lease_of(struct rates *t, const char *subject, int64_t now_ms)
{
    struct lease *set = t->leases[set_of(t, subject)], *oldest = &set[0];

    for (size_t i = 0; i < WAYS; i++) {
        if (strcmp(set[i].subject, subject) == 0) {
            set[i].used_ms = now_ms;
            return &set[i];
        }
        if (set[i].used_ms < oldest->used_ms) {
            oldest = &set[i];
        }
    }
    memset(oldest, 0, sizeof *oldest);
    str_fit(oldest->subject, sizeof oldest->subject, subject);
    oldest->used_ms = now_ms;
    return oldest;
}

/* Spend what is held, or say for how long there is none.  false = ask.  With the lock held. */
static bool spend_held(struct lease *l, const struct rate *rate, int64_t now_ms,
                       struct rate_state *ret)
{
    if (now_ms >= l->until_ms || l->per_minute != rate->per_minute) {
        l->tokens = 0;
        l->refused_ms = l->per_minute != rate->per_minute ? 0 : l->refused_ms;
        l->per_minute = rate->per_minute;
    }
    if (l->tokens > 0) {
        l->tokens--;
        *ret = (struct rate_state){ .granted = true, .left = l->tokens + l->beyond };
        return true;
    }
    if (now_ms < l->refused_ms) {
        *ret = (struct rate_state){ .wait_ms = l->refused_ms - now_ms };
        return true;
    }
    return false;
}

/* The bucket of this process alone; the same arithmetic as rate_take.lua.  With the lock held. */
static struct rate_grant take_own(struct lease *l, int64_t want, int64_t per_minute, int64_t now_ms)
{
    double size = (double)per_minute, per_ms = size / MINUTE_MS;
    double now = l->own_ms == 0 ? size : l->own + (double)(now_ms - l->own_ms) * per_ms;
    now = now > size ? size : now;
    int64_t given = (int64_t)now < want ? (int64_t)now : want;

    l->own = now - (double)given;
    l->own_ms = now_ms;
    return (struct rate_grant){ .tokens = given,
                                .left = (int64_t)l->own,
                                .wait_ms = given > 0 ? 0 : (int64_t)((1 - now) / per_ms) + 1 };
}

/* Ask Redis, shortly.  false = it is away. */
static bool ask(struct rates *t, struct redis *redis, const struct rate *rate, int64_t want,
                struct rate_grant *ret)
{
    struct fail f = { .kind = FAIL_NONE };

    if (redis == NULL || clock_mono_ms() < atomic_load(&t->away_ms)) {
        return false;
    }
    int64_t usual_ms = redis_timeout(redis);
    redis_set_timeout(redis, REDIS_MS);
    int taken =
        rate_take(redis, &(struct rate_bucket){ rate->subject, rate->per_minute }, want, ret, &f);
    redis_set_timeout(redis, usual_ms);
    if (taken < 0) {
        atomic_store(&t->away_ms, clock_mono_ms() + RATE_AWAY_MS);
        if (!atomic_exchange(&t->told_of_it, true)) {
            log_warn("http.rate_alone", kv_fail(&f));
        }
        return false;
    }
    atomic_store(&t->told_of_it, false);
    return true;
}

/* What was granted is added: several threads may have asked at once.  With the lock held. */
static void put_grant(struct lease *l, const struct rate_grant *g, int64_t now_ms,
                      struct rate_state *ret)
{
    l->beyond = g->left;
    if (g->tokens < 1) {
        int64_t wait_ms = g->wait_ms < 1 ? 1 : g->wait_ms;
        l->refused_ms = now_ms + (wait_ms < RATE_REFUSE_MS ? wait_ms : RATE_REFUSE_MS);
        *ret = (struct rate_state){ .wait_ms = wait_ms };
        return;
    }
    l->tokens += g->tokens - 1;
    l->until_ms = now_ms + RATE_LEASE_MS;
    *ret = (struct rate_state){ .granted = true, .left = l->tokens + l->beyond };
}

void rate_spend(struct rates *t, struct redis *redis, const struct rate *rate, int64_t now_ms,
                struct rate_state *ret)
{
    int64_t want = rate->per_minute / RATE_LEASE_PART;
    struct rate_grant grant;

    want = want < 1 ? 1 : want;
    pthread_mutex_lock(&t->lock);
    bool held = spend_held(lease_of(t, rate->subject, now_ms), rate, now_ms, ret);
    pthread_mutex_unlock(&t->lock);
    if (held) {
        return;
    }
    bool asked = ask(t, redis, rate, want, &grant);
    pthread_mutex_lock(&t->lock);
    struct lease *l = lease_of(t, rate->subject, now_ms);
    if (!asked) {
        grant = take_own(l, want, rate->per_minute, now_ms);
    }
    put_grant(l, &grant, now_ms, ret);
    pthread_mutex_unlock(&t->lock);
}

/* Held tokens need no connection: it is borrowed only when there are none. */
static void spend(struct request *rq, const struct rate *rate, struct rate_state *ret)
{
    struct rates *t = rq->api->auth->rates;
    int64_t now_ms = clock_mono_ms();
    struct fail unsaid;

    pthread_mutex_lock(&t->lock);
    bool held = spend_held(lease_of(t, rate->subject, now_ms), rate, now_ms, ret);
    pthread_mutex_unlock(&t->lock);
    if (!held) {
        bool there = request_take(rq, REQUEST_WRITE, &unsaid) == 0;
        rate_spend(t, there ? rq->redis : NULL, rate, now_ms, ret);
    }
}

/* RateLimit and RateLimit-Policy of the IETF's draft: quota and window; remaining, and seconds until all of it is there again. */
static void add_headers(struct reply *re, const struct rate *rate, const struct rate_state *s)
{
    int64_t left = s->left < rate->per_minute ? s->left : rate->per_minute;
    int64_t full_s = ((rate->per_minute - left) * 60 + rate->per_minute - 1) / rate->per_minute;

    reply_header(re, "RateLimit-Policy: \"%s\";q=%" PRId64 ";w=60", rate->name, rate->per_minute);
    reply_header(re, "RateLimit: \"%s\";r=%" PRId64 ";t=%" PRId64, rate->name, left, full_s);
}

int rate_check(struct request *rq, struct reply *re, const struct rate *rate)
{
    struct rate_state s;

    spend(rq, rate, &s);
    if (!s.granted) {
        reply_problem(re, rq, 429, "Too many requests; wait a little.", NULL);
        reply_header(re, "Retry-After: %" PRId64, (s.wait_ms + 999) / 1000);
    }
    add_headers(re, rate, &s);
    return s.granted ? 0 : 1;
}

int rate_check_address(struct request *rq, struct reply *re, const char *name, int64_t per_minute)
{
    char group[AUTH_ADDRESS_BYTES], subject[RATE_SUBJECT_BYTES];

    address_group(rq->address, group);
    snprintf(subject, sizeof subject, "%.12s:%s", name, group);
    return rate_check(rq, re,
                      &(struct rate){ .name = name, .subject = subject, .per_minute = per_minute });
}
