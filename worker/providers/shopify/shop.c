/* The shop itself: identity, scopes, tags, and the grant of a token. */
#include "worker/providers/shopify/shopify_priv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"

enum { GRANT_BODY_BYTES = 4096, SCOPES_BYTES = 16384 };

int shopify_shop_info(struct shopify *s, struct shopify_shop *ret, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    struct shopify_shop shop = { 0 };
    const json_t *node = NULL;

    TRY(shopify_run(s, SHOPIFY_OP_SHOP_INFO, json_object(), &root, f));
    node = json_at(root, "data.shop");
    if (node == NULL) {
        return fail_set(f, FAIL_BUG, "Shopify: the answer describes no shop");
    }
    (void)str_fit(shop.name, sizeof shop.name,
                  json_text(node, "name", "")); /* for people: cutting does no harm */
    (void)str_fit(shop.plan, sizeof shop.plan, json_text(node, "plan.publicDisplayName", ""));
    TRY(shopify_read_text(node, "myshopifyDomain", shop.domain, sizeof shop.domain, f));
    TRY(shopify_read_text(node, "currencyCode", shop.currency, sizeof shop.currency, f));
    TRY(shopify_read_text(node, "ianaTimezone", shop.timezone, sizeof shop.timezone, f));
    *ret = shop;
    return 0;
}

int shopify_scopes(struct shopify *s, char **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    scoped(str_done) struct str text;
    const json_t *scopes = NULL;
    size_t i;
    json_t *scope;

    str_init(&text, SCOPES_BYTES);
    TRY(shopify_run(s, SHOPIFY_OP_ACCESS_SCOPES, json_object(), &root, f));
    scopes = json_at(root, "data.currentAppInstallation.accessScopes");
    if (!json_is_array(scopes)) {
        return fail_set(f, FAIL_BUG, "Shopify: the answer lists no scopes");
    }
    json_array_foreach(scopes, i, scope)
    {
        str_addf(&text, "%s%s", i > 0 ? "," : "", json_text(scope, "handle", ""));
    }
    TRY(str_ok(&text, f));
    *ret = str_steal(&text);
    return *ret != NULL ? 0 : fail_memory(f);
}

int shopify_tags_add(struct shopify *s, const char *gid, const char *const *tags, size_t count,
                     struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    const json_t *payload = NULL;

    TRY(shopify_run(s, SHOPIFY_OP_TAGS_ADD,
                    json_pack("{s:s, s:o}", "id", gid, "tags", shopify_texts_json(tags, count)),
                    &root, f));
    payload = json_at(root, "data.tagsAdd");
    TRY(shopify_refusal(payload, f));
    if (json_at(payload, "node.id") == NULL) {
        return fail_set(f, FAIL_MISSING, "Shopify: there is nothing to tag at %s", gid);
    }
    return 0;
}

static int grant_kind(const struct http_response *answer, const json_t *root, struct fail *f)
{
    const char *error = json_text(root, "error", "");

    if (answer->status == 429 || answer->status >= 500) {
        (void)fail_set(f, FAIL_UNKNOWN, "Shopify grant: HTTP status %d", answer->status);
        f->retry_after_ms = answer->retry_after_ms;
        return -1;
    }
    if (answer->status < 200 || answer->status > 299) {
        return fail_code(f, FAIL_DENIED, error, "Shopify grant refused (HTTP status %d): %.200s",
                         answer->status, json_text(root, "error_description", error));
    }
    return 0;
}

static int read_grant(const struct http_response *answer, char token[static SHOPIFY_TOKEN_BYTES],
                      int64_t *ret_expires_in_s, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    struct fail unread;
    const char *granted = NULL;
    int parsed = json_parse(answer->body.data, answer->body.len, "grant", &root, &unread);

    TRY(grant_kind(answer, parsed == 0 ? root : NULL, f));
    if (parsed < 0) {
        return fail_set(f, FAIL_UNKNOWN, "Shopify grant: the answer is not JSON");
    }
    granted = json_text(root, "access_token", "");
    if (granted[0] == '\0' || strlen(granted) >= SHOPIFY_TOKEN_BYTES) {
        return fail_set(f, FAIL_BUG, "Shopify grant: no token of at most %d bytes",
                        SHOPIFY_TOKEN_BYTES - 1);
    }
    (void)str_fit(token, SHOPIFY_TOKEN_BYTES, granted); /* its length was looked at */
    *ret_expires_in_s = json_int(root, "expires_in", 0);
    return 0;
}

static int send_grant(struct shopify *s, const struct str *body, struct http_response *answer,
                      struct fail *f)
{
    const char *headers[] = { "Content-Type: application/x-www-form-urlencoded",
                              "Accept: application/json", NULL };
    struct http_request request = { .method = "POST",
                                    .url = s->grant_url,
                                    .headers = headers,
                                    .body = body->data,
                                    .body_bytes = body->len };
    int sent = 0;

    TRY(s->gate->enter(s->gate->ctx, "access_token", 0, f));
    sent = http_call(s->http, &request, answer, f);
    s->gate->leave(s->gate->ctx, sent == 0 && answer->status < 500, 0);
    return sent;
}

int shopify_grant(struct shopify *s, const struct shopify_client *client,
                  char token[static SHOPIFY_TOKEN_BYTES], int64_t *ret_expires_in_s, struct fail *f)
{
    scoped(http_response_done) struct http_response answer;
    scoped(str_done) struct str body;

    http_response_init(&answer);
    str_init(&body, GRANT_BODY_BYTES);
    str_add(&body, "grant_type=client_credentials&client_id=");
    str_add_url(&body, client->id);
    str_add(&body, "&client_secret=");
    str_add_url(&body, client->secret);
    TRY(str_ok(&body, f));
    TRY(send_grant(s, &body, &answer, f));
    return read_grant(&answer, token, ret_expires_in_s, f);
}
