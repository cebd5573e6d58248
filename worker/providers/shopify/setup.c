/* What the set-up check asks: locations, sales channels, webhooks, legal texts. */
#include "worker/providers/shopify/shopify_priv.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"

enum { ROWS_MAX = 5000, PAGES_MAX = 50 };

static const char *const policy_types[] = { "REFUND_POLICY",       "PRIVACY_POLICY",
                                            "TERMS_OF_SERVICE",    "SHIPPING_POLICY",
                                            "CONTACT_INFORMATION", "LEGAL_NOTICE" };

/* A list of all pages, as JSON; *ret is the caller's. */
static int read_list(struct shopify *s, enum shopify_op op, const char *path, json_t **ret,
                     struct fail *f)
{
    scoped(json_clear_p) json_t *rows = json_array();
    char cursor[SHOPIFY_CURSOR_BYTES] = "";
    int more = 1;

    for (int page = 1; more == 1; page++) {
        scoped(json_clear_p) json_t *root = NULL;
        json_t *nodes = NULL;
        char asked[sizeof cursor];

        memcpy(asked, cursor, sizeof asked);
        TRY(shopify_run(s, op, json_pack("{s:s?}", "after", asked[0] != '\0' ? asked : NULL), &root,
                        f));
        TRY(shopify_read_nodes(json_at(root, "data"), path, &nodes, f));
        if (json_array_extend(rows, nodes) < 0) {
            return fail_memory(f);
        }
        if (json_array_size(rows) > ROWS_MAX || page > PAGES_MAX) { /* pages may be empty, too */
            return fail_set(f, FAIL_BUG, "Shopify: more than %d %s, or pages without an end",
                            (int)ROWS_MAX, path);
        }
        more = shopify_read_page(json_at(root, "data"), path, asked, cursor, f);
    }
    TRY(more);
    *ret = take_ptr(rows);
    return 0;
}

static bool good_location(const json_t *node)
{
    return json_truth(node, "isActive", false) && json_truth(node, "fulfillsOnlineOrders", false) &&
           !json_truth(node, "isFulfillmentService", true);
}

static bool titled_online_store(const json_t *node)
{
    return strcmp(json_text(node, "catalog.title", ""), "Online Store") == 0;
}

static bool publishes_in_future(const json_t *node)
{
    return json_truth(node, "supportsFuturePublishing", false);
}

/* Rows with their names at name_path; good says which ones are. */
static int read_named(const json_t *rows, const char *name_path, bool (*good)(const json_t *),
                      struct shopify_named **ret, struct fail *f)
{
    scoped(free_p) struct shopify_named *list = calloc(json_array_size(rows) + 1, sizeof *list);
    size_t i;
    json_t *row;

    if (list == NULL) {
        return fail_memory(f);
    }
    json_array_foreach(rows, i, row)
    {
        TRY(shopify_read_gid(row, "id", list[i].gid, f));
        /* for people: cutting does no harm */
        (void)str_fit(list[i].name, sizeof list[i].name, json_text(row, name_path, ""));
        list[i].good = good(row);
    }
    *ret = take_ptr(list);
    return 0;
}

int shopify_locations(struct shopify *s, struct shopify_named **ret, size_t *ret_count,
                      struct fail *f)
{
    scoped(json_clear_p) json_t *rows = NULL;

    TRY(read_list(s, SHOPIFY_OP_LOCATIONS, "locations", &rows, f));
    TRY(read_named(rows, "name", good_location, ret, f));
    *ret_count = json_array_size(rows);
    return 0;
}

int shopify_publications(struct shopify *s, struct shopify_named **ret, size_t *ret_count,
                         struct fail *f)
{
    scoped(json_clear_p) json_t *rows = NULL;
    bool titled = false;
    size_t i;
    json_t *row;

    TRY(read_list(s, SHOPIFY_OP_PUBLICATIONS, "publications", &rows, f));
    json_array_foreach(rows, i, row)
    {
        titled |= titled_online_store(row);
    }
    TRY(read_named(rows, "catalog.title", titled ? titled_online_store : publishes_in_future, ret,
                   f));
    *ret_count = json_array_size(rows);
    return 0;
}

int shopify_hooks(struct shopify *s, struct shopify_hook **ret, size_t *ret_count, struct fail *f)
{
    scoped(json_clear_p) json_t *rows = NULL;
    scoped(free_p) struct shopify_hook *list = NULL;
    size_t i;
    json_t *row;

    TRY(read_list(s, SHOPIFY_OP_HOOKS, "webhookSubscriptions", &rows, f));
    list = calloc(json_array_size(rows) + 1, sizeof *list);
    if (list == NULL) {
        return fail_memory(f);
    }
    json_array_foreach(rows, i, row)
    {
        TRY(shopify_read_gid(row, "id", list[i].gid, f));
        TRY(shopify_read_text(row, "topic", list[i].topic, sizeof list[i].topic, f));
        (void)str_fit(list[i].url, sizeof list[i].url, json_text(row, "uri", ""));
    }
    *ret = take_ptr(list);
    *ret_count = json_array_size(rows);
    return 0;
}

int shopify_hook_create(struct shopify *s, const char *topic, const char *url, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    const json_t *payload = NULL;

    TRY(shopify_run(s, SHOPIFY_OP_HOOK_CREATE,
                    json_pack("{s:s, s:{s:s, s:s}}", "topic", topic, "subscription", "uri", url,
                              "format", "JSON"),
                    &root, f));
    payload = json_at(root, "data.webhookSubscriptionCreate");
    if (shopify_refusal(payload, f) < 0) {
        return f->kind == FAIL_CONFLICT ? 0 : -1; /* it is subscribed already */
    }
    if (json_at(payload, "webhookSubscription.id") == NULL) {
        return fail_set(f, FAIL_UNKNOWN, "Shopify subscribed nothing and gave no reason");
    }
    return 0;
}

/* Whether there is anything but markup and blanks. */
static bool has_text(const char *html)
{
    bool in_tag = false;

    for (; *html != '\0'; html++) {
        if (*html == '<') {
            in_tag = true;
        } else if (*html == '>') {
            in_tag = false;
        } else if (!in_tag && strchr(" \t\r\n", *html) == NULL) {
            return true;
        }
    }
    return false;
}

static bool is_written(const json_t *policies, const char *type)
{
    size_t i;
    json_t *policy;

    json_array_foreach(policies, i, policy)
    {
        if (strcmp(json_text(policy, "type", ""), type) == 0) {
            return has_text(json_text(policy, "body", ""));
        }
    }
    return false;
}

int shopify_policies(struct shopify *s, struct shopify_policy **ret, size_t *ret_count,
                     struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    struct shopify_policy *list = NULL;

    TRY(shopify_run(s, SHOPIFY_OP_POLICIES, json_object(), &root, f));
    list = calloc(COUNT_OF(policy_types), sizeof *list);
    if (list == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < COUNT_OF(policy_types); i++) {
        (void)str_fit(list[i].type, sizeof list[i].type, policy_types[i]); /* they fit */
        list[i].written = is_written(json_at(root, "data.shop.shopPolicies"), policy_types[i]);
    }
    *ret = list;
    *ret_count = COUNT_OF(policy_types);
    return 0;
}
