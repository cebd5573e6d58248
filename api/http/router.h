/* Which route is meant.  Paths are compared as they were sent: only the segments that fill a {parameter} are decoded, later,
 * by fields_take; so no encoding and no dot segment reaches a route it does not spell.  Pure functions; any thread. */
#pragma once

#include <stddef.h>

#include "api/http/route.h"

enum { ROUTER_PARAMS_MAX = 4, ROUTER_ALLOW_BYTES = 64 };

struct route_match {
    const struct route *route;
    struct {
        const char *name, *value; /* point into the pattern and into the path */
        size_t name_bytes, value_bytes;
    } params[ROUTER_PARAMS_MAX];
    size_t param_count;
};

enum router_result { ROUTER_FOUND, ROUTER_NO_PATH, ROUTER_NO_METHOD };

/* The first route of table that fits; HEAD is answered by GET.  *ret is written on ROUTER_FOUND. */
enum router_result router_find(const struct route *table, size_t count, const char *method,
                               const char *path, struct route_match *ret);
/* The methods of a path for the header Allow: "GET, HEAD, PUT". */
void router_allow(const struct route *table, size_t count, const char *path,
                  char text[static ROUTER_ALLOW_BYTES]);
