/* One order, whole. */
#include "worker/providers/shopify/shopify_priv.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "worker/providers/shopify/order_money.h"

enum { LINES_PER_PAGE = 250, LINES_MAX = 10000 };

/* Weightiest last.  A pending judgement outweighs MEDIUM, since it may still become HIGH; an
 * unknown word outweighs that. */
static const char *const risk_levels[] = { "NONE", "LOW", "MEDIUM", "PENDING", "?", "HIGH" };
enum { RISK_UNKNOWN = 4 };

void shopify_order_done(struct shopify_order *o)
{
    free(o->lines);
    shopify_money_done(&o->money);
    *o = (struct shopify_order){ 0 };
}

static int read_address(const json_t *order, const char *path, struct shopify_address *ret,
                        struct fail *f)
{
    const json_t *from = json_at(order, path);
    const struct {
        const char *path;
        char *field;
        size_t bytes;
    } fields[] = {
        { "name", ret->name, sizeof ret->name },
        { "address1", ret->line1, sizeof ret->line1 },
        { "address2", ret->line2, sizeof ret->line2 },
        { "city", ret->city, sizeof ret->city },
        { "province", ret->province, sizeof ret->province },
        { "provinceCode", ret->province_code, sizeof ret->province_code },
        { "zip", ret->zip, sizeof ret->zip },
        { "country", ret->country, sizeof ret->country },
        { "countryCodeV2", ret->country_code, sizeof ret->country_code },
        { "phone", ret->phone, sizeof ret->phone },
    };

    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (shopify_read_text(from, fields[i].path, fields[i].field, fields[i].bytes, f) < 0) {
            return fail_wrap(f, "%s", path);
        }
    }
    /* Without level 2 access the object comes with its country and nothing else. */
    ret->present = ret->line1[0] != '\0' || ret->line2[0] != '\0' || ret->name[0] != '\0' ||
                   ret->city[0] != '\0';
    return 0;
}

static size_t risk_weight(const char *level)
{
    for (size_t i = 0; i < COUNT_OF(risk_levels); i++) {
        if (strcmp(level, risk_levels[i]) == 0) {
            return i;
        }
    }
    return RISK_UNKNOWN;
}

static int read_risk(const json_t *order, struct shopify_order *ret, struct fail *f)
{
    const json_t *assessments = json_at(order, "risk.assessments");
    const char *worst = "NONE";
    size_t i;
    json_t *assessment;

    json_array_foreach(assessments, i, assessment)
    {
        const char *level = json_text(assessment, "riskLevel", "NONE");
        if (risk_weight(level) > risk_weight(worst)) {
            worst = level;
        }
    }
    (void)str_fit(ret->risk_level, sizeof ret->risk_level, worst);
    return shopify_read_text(order, "risk.recommendation", ret->risk_recommendation,
                             sizeof ret->risk_recommendation, f);
}

int shopify_read_order(const json_t *order, struct shopify_order *ret, struct fail *f)
{
    TRY(shopify_read_order_row(order, &ret->head, f));
    TRY(shopify_read_text(order, "email", ret->email, sizeof ret->email, f));
    TRY(shopify_read_text(order, "phone", ret->phone, sizeof ret->phone, f));
    TRY(shopify_read_text(order, "displayFulfillmentStatus", ret->fulfillment_status,
                          sizeof ret->fulfillment_status, f));
    TRY(read_address(order, "shippingAddress", &ret->ship, f));
    TRY(read_address(order, "billingAddress", &ret->bill, f));
    TRY(read_risk(order, ret, f));
    ret->customer_orders = json_int(order, "customer.numberOfOrders", -1);
    return 0;
}

static int read_line(const json_t *node, struct shopify_line *ret, struct fail *f)
{
    TRY(shopify_read_gid(node, "id", ret->gid, f));
    TRY(shopify_read_text(node, "sku", ret->sku, sizeof ret->sku, f));
    TRY(shopify_read_text(node, "variant.id", ret->variant_gid, sizeof ret->variant_gid, f));
    (void)str_fit(ret->title, sizeof ret->title,
                  json_text(node, "name", "")); /* for people: cutting does no harm */
    ret->quantity = json_int(node, "currentQuantity", -1);
    ret->to_ship = json_int(node, "unfulfilledQuantity", -1);
    if (ret->quantity < 0 || ret->to_ship < 0) {
        return fail_set(f, FAIL_BUG, "Shopify: no quantity in %s", ret->gid);
    }
    ret->requires_shipping = json_truth(node, "requiresShipping", true);
    ret->price_known = shopify_read_money(node, "originalUnitPriceSet", &ret->unit_price);
    return 0;
}

/* Money that cannot be read must not keep goods from being sent: it is unknown then, with the reason.  -1 only for
 * passing trouble. */
static int without_money(struct shopify_order *o, struct fail *f)
{
    if (f->kind != FAIL_INPUT && f->kind != FAIL_BUG) {
        return -1;
    }
    shopify_money_done(&o->money);
    (void)str_fit(o->money.why, sizeof o->money.why,
                  f->text); /* for people: cutting does no harm */
    return 0;
}

static int read_line_money(const json_t *node, struct shopify_order *o, struct shopify_line *ret,
                           struct fail *f)
{
    if (!o->money.known) {
        return 0;
    }
    if (shopify_line_money_of(node, &o->money, shopify_refunded_units(&o->money, ret->gid),
                              &ret->money, f) < 0) {
        (void)fail_wrap(f, "%s", ret->gid);
        return without_money(o, f);
    }
    return 0;
}

int shopify_add_lines(const json_t *order, struct shopify_order *ret, struct fail *f)
{
    json_t *nodes = NULL;
    struct shopify_line *lines = NULL;
    size_t i;
    json_t *node;

    TRY(shopify_read_nodes(order, "lineItems", &nodes, f));
    if (ret->line_count + json_array_size(nodes) > LINES_MAX) {
        return fail_set(f, FAIL_BUG, "Shopify: order %s has more than %d lines", ret->head.gid,
                        LINES_MAX);
    }
    lines = reallocarray(ret->lines, ret->line_count + json_array_size(nodes) + 1, sizeof *lines);
    if (lines == NULL) {
        return fail_memory(f);
    }
    ret->lines = lines;
    json_array_foreach(nodes, i, node)
    {
        lines[ret->line_count] = (struct shopify_line){ 0 };
        TRY(read_line(node, &lines[ret->line_count], f));
        TRY(read_line_money(node, ret, &lines[ret->line_count], f));
        ret->line_count++;
    }
    return 0;
}

/* The lines of `root`'s order and of all pages behind it. */
static int read_all_lines(struct shopify *s, const json_t *root, struct shopify_order *ret,
                          struct fail *f)
{
    char cursor[SHOPIFY_CURSOR_BYTES] = "";
    int more = 0;

    TRY(shopify_add_lines(json_at(root, "data.order"), ret, f));
    more = shopify_read_page(json_at(root, "data.order"), "lineItems", NULL, cursor, f);
    while (more == 1) {
        scoped(json_clear_p) json_t *page = NULL;
        char asked[sizeof cursor];

        memcpy(asked, cursor, sizeof asked);
        TRY(shopify_run(s, SHOPIFY_OP_ORDER_LINES,
                        json_pack("{s:s, s:i, s:s}", "id", ret->head.gid, "first", LINES_PER_PAGE,
                                  "after", asked),
                        &page, f));
        TRY(shopify_add_lines(json_at(page, "data.order"), ret, f));
        more = shopify_read_page(json_at(page, "data.order"), "lineItems", asked, cursor, f);
    }
    return more;
}

static int read_money(struct shopify *s, const json_t *order, struct shopify_order *ret,
                      struct fail *f)
{
    if (shopify_read_money_head(order, &ret->money, f) < 0 ||
        shopify_read_refunds(s, order, &ret->money, f) < 0) {
        return without_money(ret, f);
    }
    ret->money.known = true;
    return 0;
}

int shopify_order_get(struct shopify *s, const char *gid, struct shopify_order *ret, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    scoped(shopify_order_done) struct shopify_order order = { 0 };

    TRY(shopify_run(s, SHOPIFY_OP_ORDER_DETAIL,
                    json_pack("{s:s, s:i}", "id", gid, "first", LINES_PER_PAGE), &root, f));
    if (json_at(root, "data.order") == NULL) {
        return fail_set(f, FAIL_MISSING, "Shopify: there is no order %s", gid);
    }
    TRY(shopify_read_order(json_at(root, "data.order"), &order, f));
    TRY(read_money(s, json_at(root, "data.order"), &order, f));
    TRY(read_all_lines(s, root, &order, f));
    *ret = order;
    order = (struct shopify_order){ 0 };
    return 0;
}
