/* /api/v1/session: the dashboard's login. */
#include "common/model/session.h"

#include "api/http/auth.h"
#include "api/http/auth_policy.h"
#include "api/http/reply.h"
#include "api/http/resources.h"
#include "api/http/session_cookie.h"
#include "common/base/clock.h"
#include "common/base/json.h"

/* A page of somebody else must not log a browser in, not even with a key of its own. */
int check_login(struct request *rq, struct reply *re)
{
    if (session_same_origin(rq)) {
        return 0;
    }
    reply_problem(re, rq, 403, "Logging in is possible from the dashboard's own page only.", NULL);
    return 1;
}

static int tell(const struct session *s, const char *token, struct reply *re, struct fail *f)
{
    char csrf[ID_SHA256_HEX_BYTES], expires[CLOCK_TEXT_BYTES];

    session_csrf(token, csrf);
    clock_format(s->expires_us, expires);
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s, s:s, s:s}", "name", s->key.name, "scope",
                  api_scope_names[s->key.scope], "csrf", csrf, "expires_at", expires);
    return reply_value(re, 200, body, f);
}

/* A new session each time, whatever cookie came: one that was planted before gains nothing. */
int post_session(struct request *rq, struct reply *re, struct fail *f)
{
    char old[SESSION_TOKEN_BYTES];
    struct session_new made;
    struct policy policy;
    struct api_key key;

    int step = auth_find_key(rq, request_text(rq, "key"), &key, re, f);
    if (step != 0) {
        return step < 0 ? -1 : 0;
    }
    bool again = session_cookie(rq, old) == COOKIE_GOOD;
    policy_now(rq, &policy);
    const struct session_login login = {
        .key = &key, .address = rq->address, .life = policy.life, .old_token = again ? old : NULL
    };
    if (session_start(rq->db, &login, &made, f) < 0) {
        return auth_refuse_key(rq, re, f);
    }
    auth_forget(rq->api->auth);
    rq->key = key;
    session_set_cookie(rq, re, made.token, policy.life.max_s);
    return tell(&made.session, made.token, re, f);
}

/* Only for who came with the cookie; a key has no session. */
static int want_session(const struct request *rq, char token[static SESSION_TOKEN_BYTES],
                        struct reply *re)
{
    if (rq->session.id != 0 && session_cookie(rq, token) == COOKIE_GOOD) {
        return 0;
    }
    reply_problem(re, rq, 401, "There is no login; a key needs none.", NULL);
    return 1;
}

int get_session(struct request *rq, struct reply *re, struct fail *f)
{
    char token[SESSION_TOKEN_BYTES];

    return want_session(rq, token, re) == 0 ? tell(&rq->session, token, re, f) : 0;
}

int delete_session(struct request *rq, struct reply *re, struct fail *f)
{
    char token[SESSION_TOKEN_BYTES], who[REQUEST_WHO_BYTES];

    if (want_session(rq, token, re) != 0) {
        return 0;
    }
    request_who(rq, who);
    TRY(session_end(rq->db, &rq->session, who, f));
    auth_forget(rq->api->auth);
    session_set_cookie(rq, re, "", 0);
    reply_json(re, 200, "{\"ended\":true}");
    return 0;
}
