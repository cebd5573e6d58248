/* /api/v1/keys */
#include "api/http/resources.h"

#include <string.h>

#include "api/http/auth.h"
#include "api/http/reply.h"
#include "common/base/json.h"
#include "common/model/api_key.h"

int get_keys(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *keys = NULL;

    TRY(api_key_list(rq->db, &text, f));
    TRY(json_parse(text, strlen(text), "api_key", &keys, f));
    scoped(json_clear_p) json_t *body = json_pack("{s:O, s:n}", "keys", keys, "next");
    return reply_value(re, 200, body, f);
}

int post_key(struct request *rq, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES], text[API_KEY_TEXT_BYTES];
    const char *name = request_text(rq, "name"), *scope = request_text(rq, "scope");

    request_who(rq, who);
    rq->secret_answer = true;
    TRY(api_key_create(rq->db, &(struct api_key_new){ name, api_scope_parse(scope) }, who, text,
                       f));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s, s:s}", "name", name, "scope", scope, "key", text);
    return reply_value(re, 200, body, f);
}

int delete_key(struct request *rq, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    const char *name = request_text(rq, "name");

    request_who(rq, who);
    TRY(api_key_revoke_but_last(rq->db, name, who, f));
    auth_forget(rq->api->auth);
    scoped(json_clear_p) json_t *body = json_pack("{s:s, s:b}", "name", name, "revoked", 1);
    return reply_value(re, 200, body, f);
}
