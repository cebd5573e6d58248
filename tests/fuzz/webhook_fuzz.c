/* A webhook: "signature header\nbody".  No header is taken for the signature of a secret nobody knows, and the body is walked
 * as the handler does. */
#include "api/http/text.h"
#include "api/http/webhook_signature.h"
#include "common/base/json.h"
#include "tests/fuzz/fuzz.h"

static void walk(const char *body, size_t size_bytes)
{
    static const char *const paths[] = { "admin_graphql_api_id", "id",   "order_edit.order_id", "",
                                         "line_items.0.id",      "0.0.0" };
    scoped(json_clear_p) json_t *root = NULL;
    struct fail f;

    if (!text_is_shallow_json(body, size_bytes) ||
        json_parse(body, size_bytes, "the webhook", &root, &f) < 0) {
        return;
    }
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        char id[32];
        struct money money;

        (void)json_text(root, paths[i], "");
        (void)json_int(root, paths[i], 0);
        (void)json_truth(root, paths[i], false);
        (void)!json_money(root, paths[i], "USD", &money, &f);
        must(json_id_text(root, paths[i], id, sizeof id) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scoped(free_p) char *text = fuzz_text(data, size);
    char *body = strchr(text, '\n');
    scoped(free_p) char *exact = NULL;
    size_t body_bytes;

    if (body == NULL) {
        return 0;
    }
    *body++ = '\0';
    body_bytes = size - (size_t)(body - text);
    exact = fuzz_text((const uint8_t *)body, body_bytes);
    must(!webhook_signed("a secret that no corpus knows", exact, body_bytes, text));
    (void)webhook_signature_possible(text);
    walk(exact, body_bytes);
    return 0;
}
