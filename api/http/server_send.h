/* An answer on its way to the client: entity tag and 304, compression, head and body in one write, streams in chunks, and a time
 * limit for each piece, so that a client that does not read holds a thread for seconds only.
 * Threads: the one that serves the request. */
#pragma once

#include <stdbool.h>

#include "api/http/reply.h"
#include "api/http/request.h"

struct mg_connection;
struct guest;

struct delivery {
    struct mg_connection *to;
    struct guest *guest; /* watched while bytes are sent; may be NULL */
    bool keep; /* the connection stays open for a next request; cleared when that cannot be */
    bool old;  /* the client speaks HTTP/1.0: no chunks */
};

/* Send it all; a client that left is no failure of ours.  A streamed answer runs here.  re->status may become 304. */
void server_send(struct delivery *d, struct request *rq, struct reply *re);
