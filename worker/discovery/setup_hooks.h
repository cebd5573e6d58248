/* Webhooks of orders: subscribed when missing.  Threads: as the context. */
#pragma once

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/model/settings.h"
#include "worker/core/job_context.h"
#include "worker/discovery/setup_findings.h"

/* With the setting store.callback_url, subscribe every topic that orders need and that does not go there yet (not while STOP is
 * on), read back, and say how each stands.  Without it orders are found by looking only, which is a finding. */
must_check int setup_hooks(struct job_context *c, const struct settings *set,
                           struct setup_findings *found, struct fail *f);
