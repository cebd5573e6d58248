/* What the provider clients of a job thread are handed: limits over all workers and the shared
 * token.
 * Threads: a gate belongs to its job thread (it uses that thread's limits and db). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "worker/core/limits.h"
#include "worker/providers/gate.h"

/* ---- CJ: calls spaced by the account's rate, points per UTC day, breaker, token by login and
 * refresh ---- */

/* Part of the account's daily points (CJ_POINTS_PER_DAY) that is kept for the look-ups of paid orders: one fifth.  Whose calls are
 * for orders says the client's cj_for; the gate starts with the reserve closed. */
enum { CJ_POINTS_RESERVE_PART = 5 };

struct cj_gate;
/* conf, limits and db are borrowed and must outlive the gate. */
must_check int cj_gate_open(const struct conf *conf, struct limits *limits, struct db *db,
                            struct cj_gate **ret, struct fail *f);
/* Release the gate; no client may use it any more.  Accepts NULL. */
void cj_gate_close(struct cj_gate *g);
/* What the client is opened with; lives as long as g. */
const struct provider_gate *cj_gate_get(struct cj_gate *g);
/* Milliseconds between two calls at n calls per second (n < 1 counts as 1): a tenth more than
 * the rate allows. */
int64_t cj_spacing_ms(int64_t qps_limit);

/* ---- Shopify: bucket by cost, breaker, fixed token or client-credentials grant ---- */

struct shopify_gate;
/* A shop (or its replacement address) and a token or client id and secret are given. */
bool shopify_gate_configured(const struct conf *conf);
/* Address of the shop; *ret is the caller's. */
must_check int shopify_gate_base_url(const struct conf *conf, char **ret, struct fail *f);
/* conf, limits and db are borrowed and must outlive the gate.  *ret is the caller's (shopify_gate_close). */
must_check int shopify_gate_open(const struct conf *conf, struct limits *limits, struct db *db,
                                 struct shopify_gate **ret, struct fail *f);
/* Release the gate; no client may use it any more.  Accepts NULL. */
void shopify_gate_close(struct shopify_gate *g);
/* What the client is opened with; lives as long as g. */
const struct provider_gate *shopify_gate_get(struct shopify_gate *g);
