#include "worker/providers/shopify/shopify_priv.h"

#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"

int shopify_read_text(const json_t *node, const char *path, char *field, size_t field_bytes,
                      struct fail *f)
{
    if (!str_fit(field, field_bytes, json_text(node, path, ""))) {
        return fail_set(f, FAIL_INPUT, "Shopify: %s is longer than %zu bytes", path,
                        field_bytes - 1);
    }
    return 0;
}

int shopify_read_gid(const json_t *node, const char *path, char gid[static SHOPIFY_GID_BYTES],
                     struct fail *f)
{
    const char *text = json_text(node, path, "");

    if (text[0] == '\0' || !str_fit(gid, SHOPIFY_GID_BYTES, text)) {
        return fail_set(f, FAIL_BUG, "Shopify: no usable id in %s", path);
    }
    return 0;
}

int64_t shopify_read_time(const json_t *node, const char *path)
{
    const char *text = json_text(node, path, NULL);
    int64_t at_us = 0;
    struct fail ignored;

    if (text == NULL || clock_parse(text, &at_us, &ignored) < 0) {
        return 0;
    }
    return at_us;
}

bool shopify_read_money(const json_t *node, const char *path, struct money *ret)
{
    const json_t *money = json_at(json_at(node, path), "shopMoney");
    const char *currency = json_text(money, "currencyCode", "");
    struct fail ignored;

    if (strlen(currency) != 3) {
        return false;
    }
    return json_money(money, "amount", currency, ret, &ignored) == 0;
}

int shopify_read_page(const json_t *node, const char *path, const char *asked,
                      char cursor[static SHOPIFY_CURSOR_BYTES], struct fail *f)
{
    const json_t *info = json_at(json_at(node, path), "pageInfo");
    const char *end = json_text(info, "endCursor", "");

    if (!json_truth(info, "hasNextPage", false)) {
        cursor[0] = '\0';
        return 0;
    }
    if (end[0] == '\0' || (asked != NULL && strcmp(end, asked) == 0)) {
        return fail_set(f, FAIL_BUG, "Shopify: %s promises a further page but does not lead to it",
                        path);
    }
    if (!str_fit(cursor, SHOPIFY_CURSOR_BYTES, end)) {
        return fail_set(f, FAIL_BUG, "Shopify: cursor of %s is longer than %d bytes", path,
                        SHOPIFY_CURSOR_BYTES - 1);
    }
    return 1;
}

int shopify_read_nodes(const json_t *node, const char *path, json_t **ret_nodes, struct fail *f)
{
    json_t *nodes = json_at(json_at(node, path), "nodes");

    if (!json_is_array(nodes)) {
        return fail_set(f, FAIL_BUG, "Shopify: %s holds no list of nodes", path);
    }
    *ret_nodes = nodes;
    return 0;
}
