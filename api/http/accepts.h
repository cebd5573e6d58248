/* What a client says it understands.  Pure functions; any thread. */
#pragma once

#include <stdbool.h>

/* Does Accept-Encoding (NULL = absent) name this coding with a weight above 0?  "*" counts for none: who wants something says so. */
bool accepts_encoding(const char *accept_encoding, const char *coding);
