/* Groups of routes in their OpenAPI description: by the resource that their path begins with.  Pure; any thread. */
#pragma once

#include <stddef.h>

#include "api/http/route.h"
#include "common/base/str.h"

/* The resource of a route: "orders" of /api/v1/orders/{id}; "program" of what is not below /api/v1.  Returns its length;
 * *ret points into the path, or at constant text. */
size_t openapi_tag(const struct route *route, const char **ret);
/* Append the list of all resources of the table, each once with its sentence. */
void openapi_tags(struct str *out, const struct route *table, size_t count);
