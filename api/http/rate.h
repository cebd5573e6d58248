/* How many requests a minute a key or an address may make, over all processes.  Tokens are taken from Redis by the lease
 * (common/model/rate.h): some seconds' worth at once, spent here and forgotten after RATE_LEASE_MS, so that most requests
 * ask nobody.  Over its limit a subject is refused without asking until Redis' advice has passed, at most RATE_REFUSE_MS.
 * When Redis is away the requests go on: each process counts by itself, with the same rate.  The limit keeps one client from
 * using up the others' share; it guards no secret, and refusing everybody would make a nuisance an outage.
 * Threads: one mutex guards the table of leases; it is not held while Redis is asked. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "api/http/reply.h"
#include "api/http/request.h"
#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/rate.h"

/* A lease is per_minute / RATE_LEASE_PART, so that many processes do not hoard. */
enum { RATE_LEASE_MS = 10000, RATE_LEASE_PART = 50, RATE_REFUSE_MS = 1000, RATE_AWAY_MS = 1000 };

struct rates;

struct rate {
    const char *name;    /* of the policy, told to the client: "key" */
    const char *subject; /* whose tokens: "key:17", under RATE_SUBJECT_BYTES */
    int64_t per_minute;  /* >= 1 */
};

/* An empty table.  *ret is the caller's (rates_close).  FAIL_LATER when memory is short. */
must_check int rates_open(struct rates **ret, struct fail *f);
/* Release it; nobody may use it any more.  Accepts NULL. */
void rates_close(struct rates *t);

/* Count this request.  0 with RateLimit headers in *re; 1 when *re is the answer 429.  May borrow connections. */
int rate_check(struct request *rq, struct reply *re, const struct rate *rate);
/* The same for requests that show no valid key, by their address; `name` of the policy, and of the bucket. */
int rate_check_address(struct request *rq, struct reply *re, const char *name, int64_t per_minute);

/* ---- for tests ---- */

struct rate_state {
    bool granted;
    int64_t left;    /* tokens that may still be spent, as far as this process knows */
    int64_t wait_ms; /* unless granted */
};
/* One token at now_ms; redis NULL = away. */
void rate_spend(struct rates *t, struct redis *redis, const struct rate *rate, int64_t now_ms,
                struct rate_state *ret);
