/* The dashboard's login as it shows in a request: the cookie, and the proof that our own page sent it.
 *
 * A key in the header Authorization counts alone, whatever cookies come with it: a page of somebody else cannot set that header,
 * but the browser sends cookies by itself.  Two cookies of our name count as none: one of them was planted, and it cannot be
 * told which.  A write with the cookie must show X-CSRF-Token of its own session and come from our own origin; the login itself,
 * which has no session yet, must come from our own origin.
 * Pure functions on the request; any thread. */
#pragma once

#include <stdbool.h>

#include "api/http/reply.h"
#include "api/http/request.h"
#include "common/model/session.h"

#define SESSION_COOKIE "dropship_session"

enum session_cookie {
    COOKIE_NONE, /* there is none */
    COOKIE_GOOD, /* one of the right form */
    COOKIE_BAD   /* of another form, or several */
};

/* The session's token into ret, with COOKIE_GOOD. */
enum session_cookie session_cookie(const struct request *rq, char ret[static SESSION_TOKEN_BYTES]);
/* The header line that sets it; max_age_s 0 deletes it. */
void session_set_cookie(const struct request *rq, struct reply *re, const char *token,
                        int64_t max_age_s);
/* Does it come from a page of our own origin, or from no page at all?  Browsers say so in Sec-Fetch-Site; older ones in Origin,
 * whose host and port must be those of Host. */
bool session_same_origin(const struct request *rq);
/* May this request of a session with that token do what it wants?  0, or 1 when *re is the refusal (403). */
int session_check_write(const struct request *rq, const char *token, struct reply *re);
