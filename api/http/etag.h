/* Entity tags (RFC 9110, 8.8.3) of answers.  Pure functions; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { ETAG_BYTES = 24 };

/* A weak tag for these bytes: W/"16 hex digits". */
void etag_of(const void *bytes, size_t size_bytes, char tag[static ETAG_BYTES]);
/* Does If-None-Match (NULL = absent) name this tag, or say "*"?  Weak comparison. */
bool etag_is_known(const char *if_none_match, const char *tag);
