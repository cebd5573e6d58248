/* W3C trace context (the header `traceparent`), as far as we take it: the trace id of whoever caused a request.
 * Threads: any. */
#pragma once

#include <stdbool.h>

#include "common/base/id.h"

/* Take the trace id out of VERSION-TRACEID-PARENTID-FLAGS.  False, and *trace untouched, when the text (NULL is allowed) is no
 * valid traceparent: then a new trace begins.  Version ff and ids of zeros are invalid; a later version than 00 may have more
 * parts, which are not looked at. */
bool trace_take(const char *traceparent, char trace[static ID_TRACE_BYTES]);
