/* What is sent: the documents with what is known of each. */
#include "worker/providers/shopify/shopify_priv.h"

#include "common/base/json.h"
#include "shopify_graphql.h"

/* productSet is charged by what it is given: so much for each variant, file and variant's file. */
#define VARIANT_COST      0.2
#define FILE_COST         1.9
#define VARIANT_FILE_COST 0.6

static double product_set_cost(const json_t *variables)
{
    const json_t *variants = json_at(variables, "input.variants");
    double cost = FILE_COST * (double)json_array_size(json_at(variables, "input.files"));
    size_t i;
    json_t *variant;

    json_array_foreach(variants, i, variant)
    {
        cost += VARIANT_COST + (json_at(variant, "file") != NULL ? VARIANT_FILE_COST : 0);
    }
    return cost;
}

/* To add a document: write graphql/NAME.graphql, list it in CMakeLists.txt, add an operation to
 * the enumeration and a line here.  Costs are those of the cost model (object 1, connection 2 +
 * max(1, floor(2 ln first)) x node, mutation 10). */
/* clang-format off */
#define QUERY(name, document, cost, ...) { name, document, false, cost, { __VA_ARGS__ }, NULL }
#define MUTATION(name, document, cost, needs) { name, document, true, cost, { needs }, NULL }
static const struct shopify_op_rule op_rules[SHOPIFY_OPS] = {
    [SHOPIFY_OP_ORDERS_UPDATED] =
        QUERY("OrdersUpdated", &gql_orders_updated, 13, "orders.nodes"),
    [SHOPIFY_OP_ORDER_DETAIL] =
        QUERY("OrderDetail", &gql_order_detail, 118, "order.id", "order.lineItems.nodes"),
    [SHOPIFY_OP_ORDER_LINES] =
        QUERY("OrderLines", &gql_order_lines, 69, "order.lineItems.nodes"),
    [SHOPIFY_OP_REFUND_LINES] =
        QUERY("RefundLines", &gql_refund_lines, 25, "refund.refundLineItems.nodes"),
    [SHOPIFY_OP_SESSIONS] = QUERY("Sessions", &gql_sessions, 3, "shopifyqlQuery"),
    [SHOPIFY_OP_FULFILLMENT_STATE] =
        QUERY("FulfillmentState", &gql_fulfillment_state, 125,
              "order.fulfillmentOrders.nodes", "order.fulfillments"),
    [SHOPIFY_OP_FULFILLMENT_ORDER_LINES] =
        QUERY("FulfillmentOrderLines", &gql_fulfillment_order_lines, 25,
              "fulfillmentOrder.lineItems.nodes"),
    [SHOPIFY_OP_FULFILLMENT_CREATE] =
        MUTATION("FulfillmentCreate", &gql_fulfillment_create, 10, "fulfillmentCreate"),
    [SHOPIFY_OP_TRACKING_UPDATE] =
        MUTATION("FulfillmentTrackingUpdate", &gql_fulfillment_tracking_update, 51,
                 "fulfillmentTrackingInfoUpdate"),
    [SHOPIFY_OP_TAGS_ADD] = MUTATION("TagsAdd", &gql_tags_add, 10, "tagsAdd"),
    [SHOPIFY_OP_SHOP_INFO] = QUERY("ShopInfo", &gql_shop_info, 2, "shop"),
    [SHOPIFY_OP_ACCESS_SCOPES] =
        QUERY("AccessScopes", &gql_access_scopes, 2, "currentAppInstallation.accessScopes"),
    [SHOPIFY_OP_PRODUCT_READ] =
        QUERY("ProductRead", &gql_product_read, 62, "productByIdentifier.variants.nodes",
              "productByIdentifier.media.nodes"),
    [SHOPIFY_OP_PRODUCT_VARIANTS] =
        QUERY("ProductVariants", &gql_product_variants, 26, "product.variants.nodes"),
    [SHOPIFY_OP_PRODUCT_SET] =
        { "ProductSet", &gql_product_set, true, 10, { "productSet" }, product_set_cost },
    [SHOPIFY_OP_PRODUCT_CHANGE] =
        MUTATION("ProductChange", &gql_product_change, 10, "productUpdate"),
    [SHOPIFY_OP_PRODUCT_PUBLISH] =
        MUTATION("ProductPublish", &gql_product_publish, 10, "publishablePublish"),
    [SHOPIFY_OP_PRODUCT_UNPUBLISH] =
        MUTATION("ProductUnpublish", &gql_product_unpublish, 10, "publishableUnpublish"),
    [SHOPIFY_OP_PRICES_SET] =
        MUTATION("PricesSet", &gql_prices_set, 10, "productVariantsBulkUpdate"),
    [SHOPIFY_OP_QUANTITIES_SET] =
        MUTATION("QuantitiesSet", &gql_quantities_set, 10, "inventorySetQuantities"),
    [SHOPIFY_OP_LOCATIONS] = QUERY("Locations", &gql_locations, 11, "locations.nodes"),
    [SHOPIFY_OP_PUBLICATIONS] =
        QUERY("Publications", &gql_publications, 20, "publications.nodes"),
    [SHOPIFY_OP_HOOKS] = QUERY("Hooks", &gql_hooks, 11, "webhookSubscriptions.nodes"),
    [SHOPIFY_OP_HOOK_CREATE] =
        MUTATION("HookCreate", &gql_hook_create, 10, "webhookSubscriptionCreate"),
    [SHOPIFY_OP_POLICIES] = QUERY("Policies", &gql_policies, 2, "shop.shopPolicies"),
};
/* clang-format on */

const struct shopify_op_rule *shopify_op_rule(enum shopify_op op)
{
    return &op_rules[op];
}
