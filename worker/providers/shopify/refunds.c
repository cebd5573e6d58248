/* What went back of an order: its refunds with their lines. */
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "worker/providers/shopify/order_money.h"

enum { REFUNDS_MAX = 250, LINES_PER_PAGE = 250, LINES_MAX = 10000 };

int shopify_nodes_whole(const json_t *node, const char *path, json_t **ret_nodes, struct fail *f)
{
    TRY(shopify_read_nodes(node, path, ret_nodes, f));
    if (json_truth(json_at(json_at(node, path), "pageInfo"), "hasNextPage", false)) {
        return fail_set(f, FAIL_INPUT, "more %s than are read", path);
    }
    return 0;
}

static int read_refund_line(const json_t *node, const struct shopify_money *order,
                            struct shopify_refund_line *ret, struct fail *f)
{
    TRY(shopify_read_gid(node, "lineItem.id", ret->line_gid, f));
    TRY(shopify_read_units(node, "quantity", &ret->quantity, f));
    TRY(shopify_read_amount(node, "subtotalSet", order->currency, &ret->net_minor, f));
    TRY(shopify_read_amount(node, "totalTaxSet", order->currency, &ret->tax_minor, f));
    if (order->taxes_included) {
        ret->net_minor -= ret->tax_minor;
    }
    return 0;
}

static int add_refund_lines(const json_t *refund, const struct shopify_money *order,
                            struct shopify_refund *ret, struct fail *f)
{
    json_t *nodes = NULL;
    struct shopify_refund_line *lines = NULL;
    size_t i;
    json_t *node;

    TRY(shopify_read_nodes(refund, "refundLineItems", &nodes, f));
    if (ret->line_count + json_array_size(nodes) > LINES_MAX) {
        return fail_set(f, FAIL_INPUT, "refund %s has more than %d lines", ret->gid, LINES_MAX);
    }
    lines = reallocarray(ret->lines, ret->line_count + json_array_size(nodes) + 1, sizeof *lines);
    if (lines == NULL) {
        return fail_memory(f);
    }
    ret->lines = lines;
    json_array_foreach(nodes, i, node)
    {
        lines[ret->line_count] = (struct shopify_refund_line){ 0 };
        TRY(read_refund_line(node, order, &lines[ret->line_count], f));
        ret->line_count++;
    }
    return 0;
}

static int add_further_lines(struct shopify *s, const json_t *refund,
                             const struct shopify_money *order, struct shopify_refund *ret,
                             struct fail *f)
{
    char cursor[SHOPIFY_CURSOR_BYTES] = "";
    int more = shopify_read_page(refund, "refundLineItems", NULL, cursor, f);

    while (more == 1) {
        scoped(json_clear_p) json_t *page = NULL;
        char asked[sizeof cursor];

        memcpy(asked, cursor, sizeof asked);
        TRY(shopify_run(
            s, SHOPIFY_OP_REFUND_LINES,
            json_pack("{s:s, s:i, s:s}", "id", ret->gid, "first", LINES_PER_PAGE, "after", asked),
            &page, f));
        TRY(add_refund_lines(json_at(page, "data.refund"), order, ret, f));
        more = shopify_read_page(json_at(page, "data.refund"), "refundLineItems", asked, cursor, f);
    }
    return more;
}

static int read_shipping(const json_t *refund, const struct shopify_money *order,
                         struct shopify_refund *ret, struct fail *f)
{
    json_t *nodes = NULL;

    TRY(shopify_nodes_whole(refund, "refundShippingLines", &nodes, f));
    TRY(shopify_sum_amounts(nodes, "subtotalAmountSet", order->currency, &ret->ship_net_minor, f));
    TRY(shopify_sum_amounts(nodes, "taxAmountSet", order->currency, &ret->ship_tax_minor, f));
    if (order->taxes_included) {
        ret->ship_net_minor -= ret->ship_tax_minor;
    }
    return 0;
}

/* The shop counts what was kept back as positive and what was given on top as negative. */
static int read_adjustments(const json_t *refund, const struct shopify_money *order,
                            struct shopify_refund *ret, struct fail *f)
{
    json_t *nodes = NULL;
    int64_t kept = 0, kept_tax = 0;

    TRY(shopify_nodes_whole(refund, "orderAdjustments", &nodes, f));
    TRY(shopify_sum_amounts(nodes, "amountSet", order->currency, &kept, f));
    TRY(shopify_sum_amounts(nodes, "taxAmountSet", order->currency, &kept_tax, f));
    ret->adjust_net_minor = order->taxes_included ? kept_tax - kept : -kept;
    ret->adjust_tax_minor = -kept_tax;
    return 0;
}

static int read_refund(struct shopify *s, const json_t *node, const struct shopify_money *order,
                       struct shopify_refund *ret, struct fail *f)
{
    const json_t *duties = json_at(node, "duties");

    TRY(shopify_read_gid(node, "id", ret->gid, f));
    ret->at_us = shopify_read_time(node, "createdAt");
    if (ret->at_us == 0) {
        ret->at_us = shopify_read_time(node, "processedAt");
    }
    if (ret->at_us == 0) {
        return fail_set(f, FAIL_INPUT, "no time of refund %s", ret->gid);
    }
    TRY(shopify_read_amount(node, "totalRefundedSet", order->currency, &ret->paid_minor, f));
    if (duties != NULL) {
        TRY(shopify_sum_amounts(duties, "amountSet", order->currency, &ret->duty_minor, f));
    }
    TRY(read_shipping(node, order, ret, f));
    TRY(read_adjustments(node, order, ret, f));
    TRY(add_refund_lines(node, order, ret, f));
    return add_further_lines(s, node, order, ret, f);
}

int shopify_read_refunds(struct shopify *s, const json_t *order, struct shopify_money *ret,
                         struct fail *f)
{
    const json_t *refunds = json_at(order, "refunds");
    size_t count = json_array_size(refunds);

    if (!json_is_array(refunds) || count >= REFUNDS_MAX) {
        return fail_set(f, FAIL_INPUT, "no whole list of refunds");
    }
    ret->refunds = calloc(count + 1, sizeof *ret->refunds);
    if (ret->refunds == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count; i++) {
        ret->refund_count = i + 1; /* so that shopify_money_done frees its lines */
        TRY(read_refund(s, json_array_get(refunds, i), ret, &ret->refunds[i], f));
    }
    return 0;
}

int64_t shopify_refunded_units(const struct shopify_money *m, const char *line_gid)
{
    int64_t units = 0;

    for (size_t i = 0; i < m->refund_count; i++) {
        for (size_t k = 0; k < m->refunds[i].line_count; k++) {
            const struct shopify_refund_line *line = &m->refunds[i].lines[k];
            units += strcmp(line->line_gid, line_gid) == 0 ? line->quantity : 0;
        }
    }
    return units;
}
