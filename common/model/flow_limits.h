/* What bounds a flow, in sentences: its settings, and what the services behind it allow.  Pure functions; any thread. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "common/base/conf.h"
#include "common/model/flow_kinds.h"
#include "common/model/limit_view.h"
#include "common/model/settings.h"

struct flow_limits_of { /* borrowed; views NULL = not known */
    const struct flow_kind *kind;
    const struct conf *conf;
    const struct settings *set;
    const json_t *facts; /* of flow_facts.sql: currency, scan */
    const struct limit_view *cj, *shopify;
};
/* [text].  A new reference. */
json_t *flow_limits(const struct flow_limits_of *of);

/* Of the supplier's points of a day, how many are not kept for paid orders. */
int64_t flow_points_most(const struct conf *conf);
