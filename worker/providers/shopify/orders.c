/* The list of orders by time of change. */
#include "worker/providers/shopify/shopify_priv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"

enum { PAGE_MAX = 250 };

void shopify_order_page_done(struct shopify_order_page *p)
{
    free(p->rows);
    *p = (struct shopify_order_page){ 0 };
}

int shopify_read_order_row(const json_t *order, struct shopify_order_row *ret, struct fail *f)
{
    TRY(shopify_read_gid(order, "id", ret->gid, f));
    TRY(shopify_read_text(order, "name", ret->name, sizeof ret->name, f));
    TRY(shopify_read_text(order, "displayFinancialStatus", ret->financial, sizeof ret->financial,
                          f));
    ret->created_us = shopify_read_time(order, "createdAt");
    ret->updated_us = shopify_read_time(order, "updatedAt");
    ret->cancelled_us = shopify_read_time(order, "cancelledAt");
    ret->test = json_truth(order, "test", false);
    ret->total_known = shopify_read_money(order, "currentTotalPriceSet", &ret->total);
    return 0;
}

static int read_page(const json_t *data, const char *asked, struct shopify_order_page *ret,
                     struct fail *f)
{
    json_t *nodes = NULL;
    int more = 0;

    TRY(shopify_read_nodes(data, "orders", &nodes, f));
    more = shopify_read_page(data, "orders", asked, ret->cursor, f);
    TRY(more);
    ret->more = more == 1;
    ret->rows = calloc(json_array_size(nodes) + 1, sizeof *ret->rows);
    if (ret->rows == NULL) {
        return fail_memory(f);
    }
    for (; ret->count < json_array_size(nodes); ret->count++) {
        TRY(shopify_read_order_row(json_array_get(nodes, ret->count), &ret->rows[ret->count], f));
    }
    return 0;
}

/* "updated_at:>='2026-11-20T00:00:00Z'": unquoted, the time would be split at its colons. */
static void format_filter(int64_t since_us, char *text, size_t text_bytes)
{
    char at[CLOCK_TEXT_BYTES];

    clock_format(since_us, at);
    at[strlen("2026-11-20T00:00:00")] = '\0';
    snprintf(text, text_bytes, "updated_at:>='%sZ'", at);
}

static int run_page(struct shopify *s, const struct shopify_order_search *search, const char *after,
                    json_t **ret_root, struct fail *f)
{
    int size = search->page_size < 1 ? 1 : search->page_size;
    int result = -1;
    char filter[64];

    format_filter(search->since_us, filter, sizeof filter);
    for (size = size > PAGE_MAX ? PAGE_MAX : size; size >= 1; size /= 2) {
        result = shopify_run(
            s, SHOPIFY_OP_ORDERS_UPDATED,
            json_pack("{s:i, s:s?, s:s}", "first", size, "after", after, "query", filter), ret_root,
            f);
        if (result == 0 || strcmp(f->code, "MAX_COST_EXCEEDED") != 0) {
            break;
        }
    }
    return result;
}

int shopify_orders_updated(struct shopify *s, const struct shopify_order_search *search,
                           struct shopify_order_page *ret, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    scoped(shopify_order_page_done) struct shopify_order_page page = { 0 };
    const char *cursor = search->cursor;
    const char *after = cursor != NULL && cursor[0] != '\0' ? cursor : NULL;

    TRY(run_page(s, search, after, &root, f));
    TRY(read_page(json_at(root, "data"), after, &page, f));
    *ret = page;
    page.rows = NULL;
    return 0;
}
