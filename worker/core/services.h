/* The connections and provider clients of one job thread.  Handles are made without touching the
 * network; each connects when it is first used, and again after a loss.
 * Threads: a struct services belongs to one thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"
#include "worker/core/job_context.h"

struct services;

/* Nothing yet; services_ready makes what is wanted.  conf is borrowed and must outlive the services. */
must_check int services_new(const struct conf *conf, struct services **ret, struct fail *f);
/* Close all that was made, in reverse; accepts NULL. */
void services_close(struct services *s);
static inline void services_close_p(struct services **s)
{
    services_close(*s);
}

/* Put the connections and clients into *c.  The supplier's client works for discovery again (cj_for). */
void services_lend(const struct services *s, struct job_context *c);
/* Make what a type with these enum job_without uses, if it is not there yet, and look after the connections: Postgres and Redis
 * are there (db_ready, redis_connect).  -1 says which is not. */
must_check int services_ready(struct services *s, unsigned without, struct fail *f);
/* A type with these enum job_without uses none of the services. */
bool services_unwanted(unsigned without);
/* After services_ready: whether Postgres has been connected anew during the last run_ms, so that
 * what failed in that time may have failed for a lost connection or lock. */
bool services_reconnected(struct services *s, int64_t run_ms);
