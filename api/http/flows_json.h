/* Flows and STOP as status and /flows show them. */
#pragma once

#include <jansson.h>

#include "common/model/settings.h"

/* [{"name","mode","modes","help"}].  The caller's; NULL when memory is short. */
json_t *flows_json(const struct settings *now);
