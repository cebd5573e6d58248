/* The flows of the business: who looks for their work, how often, with which services.  A flow whose looking job does not exist
 * (job_catalog.h) is not built; it is listed all the same, so that nobody searches for it.  Constant; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/model/settings.h"

enum { FLOW_KINDS = 5, FLOW_TYPES_MAX = 10 };

/* What a flow cannot do without. */
enum flow_need {
    FLOW_NEEDS_SHOPIFY = 1,
    FLOW_NEEDS_CJ = 2,
    FLOW_NEEDS_POINTS = 4, /* of the supplier's day; paid orders cost none */
    FLOW_NEEDS_WALLET = 8  /* money at the supplier */
};

struct flow_kind {
    const char *name, *title;
    const char *mode_setting;     /* "flow.discovery"; may be that of another flow */
    const char *interval_setting; /* "discovery.scan_s" */
    const char *look;             /* job type of the timetable that looks for work */
    const char *queue;
    const char *types[FLOW_TYPES_MAX]; /* of its jobs, the looking one first; ended by NULL */
    unsigned needs;                    /* enum flow_need */
    const char *help;
};

/* To add a flow: a line in flow_kinds.c. */
extern const struct flow_kind flow_kinds[FLOW_KINDS];

/* NULL when there is no such flow. */
const struct flow_kind *flow_kind_find(const char *name);
/* Its looking job exists. */
bool flow_kind_built(const struct flow_kind *k);
/* The settings of mode and interval; SETTING_COUNT when there is none (it is not built). */
enum setting_id flow_kind_mode(const struct flow_kind *k);
enum setting_id flow_kind_interval(const struct flow_kind *k);
/* The flow has a mode of its own, and does not follow another's. */
bool flow_kind_has_mode(const struct flow_kind *k);
/* A job of this type belongs to the flow. */
bool flow_kind_has_type(const struct flow_kind *k, const char *type);
