/* Fulfillment orders, and telling the shop (and through it the customer) what was shipped. */
#include "worker/providers/shopify/shopify_priv.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"

enum {
    FULFILLMENTS_ASKED =
        250, /* as in fulfillment_state.graphql; so many or more is more than we can see */
    NUMBERS_MAX = COUNT_OF(((struct shopify_fulfillment *)0)->numbers),
    FO_MAX = 500,
    FULFILL_LINES_MAX = 512,
};

void shopify_fulfillment_state_done(struct shopify_fulfillment_state *st)
{
    for (size_t i = 0; i < st->order_count; i++) {
        free(st->orders[i].lines);
    }
    free(st->orders);
    free(st->done);
    *st = (struct shopify_fulfillment_state){ 0 };
}

int shopify_add_fo_lines(const json_t *fo_json, struct shopify_fo *ret, struct fail *f)
{
    json_t *nodes = NULL;
    struct shopify_fo_line *lines = NULL;
    size_t i;
    json_t *node;

    TRY(shopify_read_nodes(fo_json, "lineItems", &nodes, f));
    lines = reallocarray(ret->lines, ret->line_count + json_array_size(nodes) + 1, sizeof *lines);
    if (lines == NULL) {
        return fail_memory(f);
    }
    ret->lines = lines;
    json_array_foreach(nodes, i, node)
    {
        struct shopify_fo_line *line = &lines[ret->line_count];
        TRY(shopify_read_gid(node, "id", line->gid, f));
        TRY(shopify_read_gid(node, "lineItem.id", line->line_gid, f));
        line->remaining = json_int(node, "remainingQuantity", -1);
        if (line->remaining < 0) {
            return fail_set(f, FAIL_BUG, "Shopify: no remaining quantity in %s", line->gid);
        }
        ret->line_count++;
    }
    return 0;
}

static int read_fo(const json_t *node, struct shopify_fo *ret, struct fail *f)
{
    const json_t *actions = json_at(node, "supportedActions");
    size_t i;
    json_t *action;

    TRY(shopify_read_gid(node, "id", ret->gid, f));
    TRY(shopify_read_text(node, "status", ret->status, sizeof ret->status, f));
    TRY(shopify_read_text(node, "assignedLocation.location.id", ret->location_gid,
                          sizeof ret->location_gid, f));
    json_array_foreach(actions, i, action)
    {
        ret->can_fulfill |= strcmp(json_text(action, "action", ""), "CREATE_FULFILLMENT") == 0;
    }
    return shopify_add_fo_lines(node, ret, f);
}

int shopify_add_fos(const json_t *order, struct shopify_fulfillment_state *ret, struct fail *f)
{
    json_t *nodes = NULL;
    struct shopify_fo *fos = NULL;
    size_t i;
    json_t *node;

    TRY(shopify_read_nodes(order, "fulfillmentOrders", &nodes, f));
    if (ret->order_count + json_array_size(nodes) > FO_MAX) {
        return fail_set(f, FAIL_BUG, "Shopify: an order with more than %d fulfillment orders",
                        FO_MAX);
    }
    fos = reallocarray(ret->orders, ret->order_count + json_array_size(nodes) + 1, sizeof *fos);
    if (fos == NULL) {
        return fail_memory(f);
    }
    ret->orders = fos;
    json_array_foreach(nodes, i, node)
    {
        struct shopify_fo *fo = &fos[ret->order_count];
        *fo = (struct shopify_fo){ 0 };
        ret->order_count++; /* counted first: what it holds so far is released with the state */
        TRY(read_fo(node, fo, f));
    }
    return 0;
}

static int read_numbers(const json_t *node, struct shopify_fulfillment *ret, struct fail *f)
{
    const json_t *tracking = json_at(node, "trackingInfo");

    if (json_array_size(tracking) > NUMBERS_MAX) {
        return fail_set(f, FAIL_BUG, "Shopify: %s has more than %d tracking numbers", ret->gid,
                        (int)NUMBERS_MAX);
    }
    for (size_t i = 0; i < json_array_size(tracking); i++) {
        TRY(shopify_read_text(json_array_get(tracking, i), "number", ret->numbers[i],
                              sizeof ret->numbers[i], f));
    }
    return 0;
}

int shopify_read_fulfillments(const json_t *order, struct shopify_fulfillment_state *ret,
                              struct fail *f)
{
    const json_t *list = json_at(order, "fulfillments");

    if (json_array_size(list) >= FULFILLMENTS_ASKED) {
        return fail_set(f, FAIL_BUG, "Shopify: an order with %d fulfillments or more",
                        (int)FULFILLMENTS_ASKED);
    }
    ret->done = calloc(json_array_size(list) + 1, sizeof *ret->done);
    if (ret->done == NULL) {
        return fail_memory(f);
    }
    for (; ret->done_count < json_array_size(list); ret->done_count++) {
        const json_t *node = json_array_get(list, ret->done_count);
        struct shopify_fulfillment *done = &ret->done[ret->done_count];
        TRY(shopify_read_gid(node, "id", done->gid, f));
        TRY(shopify_read_text(node, "status", done->status, sizeof done->status, f));
        TRY(read_numbers(node, done, f));
    }
    return 0;
}

/* Lines of one fulfillment order behind the page that came with it. */
static int read_more_lines(struct shopify *s, const json_t *fo_json, struct shopify_fo *fo,
                           struct fail *f)
{
    char cursor[SHOPIFY_CURSOR_BYTES] = "";
    int more = shopify_read_page(fo_json, "lineItems", NULL, cursor, f);

    while (more == 1) {
        scoped(json_clear_p) json_t *page = NULL;
        char asked[sizeof cursor];

        memcpy(asked, cursor, sizeof asked);
        TRY(shopify_run(s, SHOPIFY_OP_FULFILLMENT_ORDER_LINES,
                        json_pack("{s:s, s:s}", "id", fo->gid, "after", asked), &page, f));
        TRY(shopify_add_fo_lines(json_at(page, "data.fulfillmentOrder"), fo, f));
        more = shopify_read_page(json_at(page, "data.fulfillmentOrder"), "lineItems", asked, cursor,
                                 f);
    }
    return more;
}

/* One page of fulfillment orders with all lines of each.  1 and the cursor when another follows. */
static int read_fo_page(struct shopify *s, const char *gid,
                        char cursor[static SHOPIFY_CURSOR_BYTES],
                        struct shopify_fulfillment_state *st, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    const char *after = cursor[0] != '\0' ? cursor : NULL;
    char asked[SHOPIFY_CURSOR_BYTES];
    const json_t *order = NULL;
    size_t first = st->order_count;

    TRY(shopify_run(s, SHOPIFY_OP_FULFILLMENT_STATE,
                    json_pack("{s:s, s:s?}", "id", gid, "after", after), &root, f));
    order = json_at(root, "data.order");
    if (order == NULL) {
        return fail_set(f, FAIL_MISSING, "Shopify: there is no order %s", gid);
    }
    TRY(shopify_add_fos(order, st, f));
    for (size_t i = first; i < st->order_count; i++) {
        const json_t *node = json_array_get(json_at(order, "fulfillmentOrders.nodes"), i - first);
        TRY(read_more_lines(s, node, &st->orders[i], f));
    }
    if (after == NULL) {
        st->cancelled_us = shopify_read_time(order, "cancelledAt");
        TRY(shopify_read_text(order, "displayFinancialStatus", st->financial, sizeof st->financial,
                              f));
        TRY(shopify_read_fulfillments(order, st, f));
    }
    memcpy(asked, cursor, sizeof asked);
    return shopify_read_page(order, "fulfillmentOrders", asked, cursor, f);
}

int shopify_fulfillment_state(struct shopify *s, const char *order_gid,
                              struct shopify_fulfillment_state *ret, struct fail *f)
{
    scoped(shopify_fulfillment_state_done) struct shopify_fulfillment_state st = { 0 };
    char cursor[SHOPIFY_CURSOR_BYTES] = "";
    int more = 1;

    while (more == 1) {
        more = read_fo_page(s, order_gid, cursor, &st, f);
    }
    TRY(more);
    *ret = st;
    st = (struct shopify_fulfillment_state){ 0 };
    return 0;
}

static json_t *tracking_json(const struct shopify_tracking *tracking)
{
    return json_pack("{s:s*, s:s*, s:s}", "company", tracking->company, "number", tracking->number,
                     "url", tracking->url);
}

static int check_tracking(const struct shopify_tracking *tracking, struct fail *f)
{
    if (tracking->url == NULL || tracking->url[0] == '\0' || tracking->number == NULL ||
        tracking->number[0] == '\0') {
        return fail_set(f, FAIL_BUG, "a fulfillment without tracking number or address");
    }
    return 0;
}

static json_t *lines_json(const struct shopify_shipment *sent)
{
    json_t *list = json_array();

    for (size_t i = 0; i < sent->line_count; i++) {
        const struct shopify_fulfill_line *line = &sent->lines[i];

        /* a NULL from json_pack makes the append fail, which the count shows */
        (void)json_array_append_new(list, json_pack("{s:s, s:I}", "id", line->fo_line_gid,
                                                    "quantity", (json_int_t)line->quantity));
    }
    if (json_array_size(list) != sent->line_count) {
        json_decref(list);
        return NULL;
    }
    return list;
}

int shopify_fulfill(struct shopify *s, const struct shopify_shipment *sent,
                    char ret[static SHOPIFY_GID_BYTES], struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    const json_t *payload = NULL;
    const char *gid = NULL;

    TRY(check_tracking(sent->tracking, f));
    if (sent->line_count == 0 || /* no lines would mean all of them */
        sent->line_count > FULFILL_LINES_MAX) {
        return fail_set(f, FAIL_BUG, "%zu lines in one fulfillment; 1 to %d are possible",
                        sent->line_count, (int)FULFILL_LINES_MAX);
    }
    TRY(shopify_run(s, SHOPIFY_OP_FULFILLMENT_CREATE,
                    json_pack("{s:{s:b, s:o, s:[{s:s, s:o}]}}", "fulfillment", "notifyCustomer", 1,
                              "trackingInfo", tracking_json(sent->tracking),
                              "lineItemsByFulfillmentOrder", "fulfillmentOrderId", sent->fo_gid,
                              "fulfillmentOrderLineItems", lines_json(sent)),
                    &root, f));
    payload = json_at(root, "data.fulfillmentCreate");
    TRY(shopify_refusal(payload, f));
    gid = json_text(payload, "fulfillment.id", "");
    if (gid[0] == '\0' || !str_fit(ret, SHOPIFY_GID_BYTES, gid)) {
        return fail_set(f, FAIL_UNKNOWN, "Shopify named no fulfillment and gave no reason");
    }
    return 0;
}

int shopify_tracking_update(struct shopify *s, const char *fulfillment_gid,
                            const struct shopify_tracking *tracking, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    const json_t *payload = NULL;

    TRY(check_tracking(tracking, f));
    TRY(shopify_run(s, SHOPIFY_OP_TRACKING_UPDATE,
                    json_pack("{s:s, s:o, s:b}", "fulfillmentId", fulfillment_gid,
                              "trackingInfoInput", tracking_json(tracking), "notifyCustomer", 1),
                    &root, f));
    payload = json_at(root, "data.fulfillmentTrackingInfoUpdate");
    TRY(shopify_refusal(payload, f));
    if (json_at(payload, "fulfillment.id") == NULL) {
        return fail_set(f, FAIL_UNKNOWN, "Shopify changed no tracking and gave no reason");
    }
    return 0;
}
