/* Flows and the one STOP.  A flow is a setting "flow.NAME" with the modes off | dry_run | approve | auto; STOP is the setting
 * "stop".  Both are stored by settings_write; here are names for people and the way STOP is set and read back.
 * Threads: uses the caller's db. */
#pragma once

#include <stdbool.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/db/db.h"
#include "common/model/settings.h"

/* Setting of a flow by its name ("fulfillment"), SETTING_COUNT when there is no such flow. */
enum setting_id flow_find(const char *name);
/* Name of the flow when the setting is one, else NULL. */
const char *flow_name(enum setting_id id);

/* Turn STOP on or off, with the reason (NULL = none) in `audit`, then read it back in a new transaction: 1 = it is on, 0 = it is
 * off by now. */
must_check int flow_stop(struct db *db, bool on, const char *reason, const char *who,
                         struct fail *f);

/* The modes of a flow, in the order of the setting's choices: off, find out and do nothing, ask a person, go ahead. */
enum flow_mode { FLOW_OFF, FLOW_DRY_RUN, FLOW_APPROVE, FLOW_AUTO };
/* Name of a mode, as the setting has it. */
const char *flow_mode_name(enum flow_mode m);
