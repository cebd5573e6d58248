/* What a route may answer, for its OpenAPI description.  Pure; any thread. */
#pragma once

#include <stdbool.h>

#include "api/http/route.h"
#include "common/base/str.h"

/* Does the route only tell? */
bool openapi_is_read(const struct route *route);
/* Has it a field in this place? */
bool openapi_has_field(const struct route *route, enum field_place place);
/* Does its answer carry an ETag: JSON that is read with a key? */
bool openapi_has_etag(const struct route *route);
/* Append the members of `responses`: the answers that route->answer names, then the refusals that fit such a route. */
void openapi_answers(struct str *out, const struct route *route);
