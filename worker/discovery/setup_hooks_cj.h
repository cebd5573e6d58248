/* Webhooks of the supplier: subscribed when missing.  Threads: as the context. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/settings.h"
#include "worker/core/job_context.h"
#include "worker/discovery/setup_findings.h"

/* With the setting store.callback_url and a supplier, let him tell of orders and parcels (not while STOP is on), read back, and say how
 * it stands.  Without them there is nothing to say.  What he refuses, or cannot answer now, is a finding too: orders are looked at
 * by the clock anyway. */
void setup_hooks_cj(struct job_context *c, const struct settings *set,
                    struct setup_findings *found);
