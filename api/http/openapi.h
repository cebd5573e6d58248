/* The route table as an OpenAPI 3.1 document: paths from the table, schemas of answers from the files in api/http/openapi/.
 * Pure; any thread. */
#pragma once

#include <stddef.h>

#include "api/http/route.h"
#include "common/base/str.h"

/* Append the document, as YAML. */
void openapi_write(const struct route *table, size_t count, struct str *out);
