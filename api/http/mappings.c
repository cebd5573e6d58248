/* /api/v1/orders/{id}/mapping/...: what the supplier is to send for a SKU, said from an order that has it. */
#include "api/http/resources.h"

#include <inttypes.h>
#include <stdio.h>

#include "api/http/reply.h"
#include "common/base/json.h"
#include "common/model/mapping.h"
#include "common/model/one_json.h"
#include "common/model/orders.h"
#include "sql/trade.h"

/* The SKU of the request, which must be one of the order's. */
static int sku_of(struct request *rq, const char **ret, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    char number[24];
    int64_t id;

    TRY(order_resolve(rq->db, request_text(rq, "id"), &id, f));
    (void)snprintf(number, sizeof number, "%" PRId64, id);
    *ret = request_text(rq, "sku");
    return one_json(rq->db, &sql_trade_order_sku, (const char *[]){ number, *ret }, &json, f);
}

int propose_order_mapping(struct request *rq, struct reply *re, struct fail *f)
{
    struct mapping_new m = { .vid = request_text(rq, "vid"),
                             .supplier_sku = request_text(rq, "supplier_sku"),
                             .price = { request_int(rq, "price_minor", 0), "USD" } };
    char who[REQUEST_WHO_BYTES];

    TRY(sku_of(rq, &m.shop_sku, f));
    request_who(rq, who);
    TRY(mapping_add(rq->db, &m, who, f));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s, s:b}", "sku", m.shop_sku, "vid", m.vid, "confirmed", 0);
    return reply_value(re, 200, body, f);
}

int remove_order_mapping(struct request *rq, struct reply *re, struct fail *f)
{
    const char *sku, *vid = request_text(rq, "vid");
    char who[REQUEST_WHO_BYTES];

    TRY(sku_of(rq, &sku, f));
    request_who(rq, who);
    TRY(mapping_remove(rq->db, sku, vid, who, f));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s, s:b}", "sku", sku, "vid", vid, "removed", 1);
    return reply_value(re, 200, body, f);
}
