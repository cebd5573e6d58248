/* Answers of the providers: the first byte chooses whose, the second the call, the third the status; the rest is the body. */
#include "common/base/json.h"
#include "tests/fuzz/fuzz.h"
#include "worker/providers/cj/products_priv.h"
#include "worker/providers/shopify/order_money.h"
#include "worker/providers/shopify/shopify_priv.h"

enum { PREFIX_BYTES = 3 };

static const int statuses[] = { 200, 200, 200, 400, 401, 403, 404, 429, 500, 503 };

static void read_cj(const json_t *data)
{
    struct money min, max;
    struct cj_variant variant;
    struct cj_order order = { .order_id = "" };
    struct cj_tokens tokens;
    struct cj_freight *freight = NULL;
    struct cj_order_line *lines = NULL;
    size_t count = 0;
    int64_t quantity;
    struct fail f;

    (void)cj_read_price(data, "sellPrice", &min, &max);
    (void)cj_read_amount(data, "amount", &min);
    (void)cj_read_weight(data, "weight");
    (void)cj_read_time(data, "createDate");
    (void)!cj_read_variant(data, &variant, &f);
    (void)!cj_read_tokens(data, &tokens, &f);
    (void)!cj_read_stock(data, "US", &quantity, &f);
    if (cj_read_freight(data, &freight, &count, &f) == 0) {
        free(freight);
    }
    if (cj_read_lines(data, &lines, &count, &f) == 0) {
        free(lines);
    }
    (void)!cj_read_order(data, &order, &f);
    cj_order_done(&order);
}

static void read_cj_catalogue(const json_t *data)
{
    static const struct cj_search search = { .page = 1, .size = 10 };
    struct cj_found_page page = { .rows = NULL };
    struct cj_product product = { .pid = "" };
    struct cj_stock_list stock = { 0 };
    struct cj_category *categories = NULL;
    size_t count = 0;
    struct fail f;

    (void)!cj_read_found(data, &search, &page, &f);
    must(page.count == 0 || page.rows[0].pid[0] != '\0');
    cj_found_page_done(&page);
    (void)!cj_read_product(data, &product, &f);
    must(product.variant_count <= CJ_VARIANTS_MAX && product.image_count <= CJ_IMAGES_MAX);
    cj_product_done(&product);
    (void)!cj_read_stock_rows(data, "CN", &stock, &f);
    cj_stock_list_done(&stock);
    (void)!cj_read_categories(data, &categories, &count, &f);
    free(categories);
}

static void judge_cj(uint8_t op, int status, const char *body, size_t body_bytes)
{
    const struct cj_answer answer = { status, body, body_bytes, 0 };
    struct cj_verdict v = { .root = NULL };

    cj_judge(cj_op_rule((enum cj_op)(op % CJ_OPS)), &answer, &v);
    must(v.step == CJ_DONE ? v.root != NULL : v.fail.kind != FAIL_NONE);
    must(v.wait_ms >= 0);
    if (v.root != NULL) {
        const json_t *data = json_object_get(v.root, "data");

        read_cj(data != NULL ? data : v.root);
        read_cj_catalogue(data != NULL ? data : v.root);
    }
    cj_verdict_done(&v);
}

static void read_shopify_money(const json_t *order)
{
    struct shopify_money m = { .known = false };
    struct shopify_line_money line;
    struct fail f;

    if (shopify_read_money_head(order, &m, &f) == 0 &&
        shopify_line_money_of(json_at(order, "lineItems.nodes.0"), &m, 1, &line, &f) == 0) {
        must(line.ordered >= 0 && line.ordered <= SHOPIFY_UNITS_MAX);
    }
    if (json_truth(json_at(order, "refunds.0.refundLineItems.pageInfo"), "hasNextPage", false) ||
        json_array_size(json_at(order, "refunds")) > 1) {
        return; /* further pages are asked for */
    }
    (void)!shopify_read_refunds(NULL, order, &m, &f);
    shopify_money_done(&m);
}

static void read_shopify(const json_t *root)
{
    struct shopify_order_row row;
    struct money money;
    struct fail f;

    (void)shopify_read_time(root, "data.order.createdAt");
    (void)shopify_read_money(root, "data.order.totalPriceSet.shopMoney", &money);
    (void)!shopify_read_order_row(json_object_get(root, "data"), &row, &f);
    read_shopify_money(json_at(root, "data.order"));
}

static void judge_shopify(uint8_t op, int status, const char *body, size_t body_bytes)
{
    const struct shopify_answer answer = { status, body, body_bytes, 0 };
    struct shopify_verdict v = { .root = NULL };

    shopify_judge(shopify_op_rule((enum shopify_op)(op % SHOPIFY_OPS)), &answer, &v);
    must(v.step == SHOPIFY_DONE ? v.root != NULL : v.fail.kind != FAIL_NONE);
    must(v.wait_ms >= 0);
    if (v.root != NULL) {
        read_shopify(v.root);
    }
    shopify_verdict_done(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scoped(free_p) char *body = NULL;
    int status;

    if (size < PREFIX_BYTES) {
        return 0;
    }
    body = fuzz_text(data + PREFIX_BYTES, size - PREFIX_BYTES);
    status = statuses[data[2] % COUNT_OF(statuses)];
    if (data[0] % 2 == 0) {
        judge_cj(data[1], status, body, size - PREFIX_BYTES);
    } else {
        judge_shopify(data[1], status, body, size - PREFIX_BYTES);
    }
    return 0;
}
