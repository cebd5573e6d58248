/* clang-format off */
/* The routes about many orders and products at once, and about all that waits for a yes or no: lines of the table in routes.c, inside
 * which this is included after routes_products.h, whose fields it uses, so no #pragma once. */
#define APPROVAL_ID                                                                                \
    { .name = "id", .place = FIELD_IN_PATH, .type = FIELD_TEXT, .min = 1, .max = 40,               \
      .set = "a-z0-9-", .help = "order-N, product-N or proposal-N" }
#define SEEN                                                                                       \
    { .name = "seen", .place = FIELD_IN_BODY, .type = FIELD_TEXT, .required = true, .min = 32, .max = 32, \
      .set = "0-9a-f", .help = "`seen` of what was shown; 409 when the facts have changed since" }
#define ROW_IDS(sentence)                                                                          \
    { .name = "ids", .place = FIELD_IN_BODY, .type = FIELD_ARRAY, .required = true, .min = 1, .max = 65536, \
      .help = (sentence) }
#define BULK_ACTION(words)                                                                         \
    { .name = "action", .place = FIELD_IN_BODY, .type = FIELD_CHOICE, .required = true, .choices = words, \
      .help = "What to do with each" }
#define MAPPING_CHARS "A-Za-z0-9_.:/-"
#define MAPPING_SKU                                                                                \
    { .name = "sku", .place = FIELD_IN_BODY, .type = FIELD_TEXT, .required = true, .min = 1, .max = 200, .help = "The shop's SKU" }
    { "GET", V1 "/order-views", ACCESS_READ, get_order_views, "How many orders are in each view of the list, and what they are held for",
      NO_FIELDS, 0, NULL, "OrderViews" },
    { "POST", V1 "/orders/bulk", ACCESS_OPERATE, bulk_orders, "Release or hold many orders; each by itself, in turn",
      { ROW_IDS("Ids of orders, at most 100"), BULK_ACTION("release|hold"), REASON(false) }, 0, NULL, "BulkRows" },
    { "POST", V1 "/orders/{id}/mapping", ACCESS_OPERATE, confirm_order_mapping,
      "Confirm what the supplier sends for a SKU of this order, and of every later one",
      { ORDER_ID,
        { .name = "sku", .place = FIELD_IN_BODY, .type = FIELD_TEXT, .required = true, .min = 1, .max = 255, .help = "The shop's SKU" },
        { .name = "vid", .place = FIELD_IN_BODY, .type = FIELD_TEXT, .required = true, .min = 1, .max = 100,
          .help = "The supplier's variant that was proposed for it" } }, 0, NULL, "MappingConfirmed" },
    { "POST", V1 "/orders/{id}/mapping/propose", ACCESS_OPERATE, propose_order_mapping,
      "Say what the supplier could send for a SKU of this order; it counts once it is confirmed, behind those that are",
      { ORDER_ID, MAPPING_SKU,
        { .name = "vid", .place = FIELD_IN_BODY, .type = FIELD_TEXT, .required = true, .min = 1, .max = 100,
          .set = MAPPING_CHARS, .help = "The supplier's variant" },
        { .name = "supplier_sku", .place = FIELD_IN_BODY, .type = FIELD_TEXT, .required = true, .min = 1, .max = 100,
          .set = MAPPING_CHARS, .help = "The SKU the supplier has for it" },
        { .name = "price_minor", .place = FIELD_IN_BODY, .type = FIELD_INT, .required = true, .min = 1, .max = 1000000000,
          .help = "Its price at the supplier now, in US cents: later rises are measured against it" } }, 0, NULL, "MappingProposed" },
    { "POST", V1 "/orders/{id}/mapping/remove", ACCESS_OPERATE, remove_order_mapping,
      "Forget what is sent for a SKU of this order, for every later one, too; what is ordered already is sent",
      { ORDER_ID, MAPPING_SKU,
        { .name = "vid", .place = FIELD_IN_BODY, .type = FIELD_TEXT, .required = true, .min = 1, .max = 100,
          .help = "The supplier's variant" } }, 0, NULL, "MappingRemoved" },
    { "POST", V1 "/products/bulk", ACCESS_OPERATE, bulk_products, "Approve, reject, unlist or price many products anew; each by itself, in turn",
      { ROW_IDS("Ids of products, at most 100"), BULK_ACTION("approve|reject|unlist|reprice"), REASON(false) }, 0, NULL, "BulkRows" },
    { "GET", V1 "/products/{id}/price-trial", ACCESS_READ, try_product_price,
      "What a price would bring where the product earns least, by the costs of its last assessment; nothing is changed",
      { PRODUCT_ID,
        { .name = "price_minor", .place = FIELD_IN_QUERY, .type = FIELD_INT, .required = true, .min = 1, .max = 100000000,
          .help = "In minor units of the shop's currency" } }, 0, NULL, "PriceTrial" },
    { "GET", V1 "/approvals", ACCESS_READ, get_approvals,
      "All that waits for a yes or no: orders, longest waiting first, then products and proposals, newest first",
      { { .name = "type", .place = FIELD_IN_QUERY, .type = FIELD_CHOICE, .choices = "release|publish|price|hold|restore",
          .help = "Only of this type" },
        LIMIT(200), CURSOR }, 0, NULL, "ApprovalPage" },
    { "POST", V1 "/approvals/bulk", ACCESS_OPERATE, bulk_approvals, "Say yes or no to many; each by itself, in turn",
      { ROW_IDS("[{\"id\", \"seen\"}] as the list gave them, at most 100"), BULK_ACTION("approve|reject"), REASON(false) }, 0, NULL,
      "BulkRows" },
    { "POST", V1 "/approvals/{id}/approve", ACCESS_OPERATE, approve_approval, "Yes: release, publish, or do what is proposed",
      { APPROVAL_ID, SEEN }, 0, NULL, "ApprovalDone" },
    { "POST", V1 "/approvals/{id}/reject", ACCESS_OPERATE, reject_approval, "No: the order is held, the product rejected, the proposal forgotten",
      { APPROVAL_ID, SEEN, REASON(true) }, 0, NULL, "ApprovalDone" },
    /* clang-format on */
