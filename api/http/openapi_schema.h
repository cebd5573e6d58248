/* Fields of routes as JSON schemas, in YAML's flow style.  Pure; any thread. */
#pragma once

#include "api/http/route.h"
#include "common/base/str.h"

/* Append a YAML scalar in double quotes; text holds no control characters. */
void openapi_quote(struct str *out, const char *text);
/* Append the schema of a field: its type and range, or a reference to the schema in api/http/openapi/ that says more. */
void openapi_field(struct str *out, const struct field *field);
