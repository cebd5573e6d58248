/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "tests/integration/fulfillment/flow.h"

#include <stdio.h>

static const struct rig_rows orders = {
    .table = "shop_order",
    .jobs = { { "order.release", order_release },
              { "order.track", order_track },
              { "order.fulfill", order_fulfill } },
    .time_passes = "update effect set created_at = created_at - interval '5 minutes';"
                   "update supplier_order set pay_tried_at = pay_tried_at - interval '5 minutes'",
};

int flow_setup(void **state)
{
    return rig_open("fulfillment-test", state);
}

const char *flow_of(int64_t id, const char *column)
{
    return rig_column(orders.table, id, column);
}

int flow_clear(void **state)
{
    (void)state;
    fake_reset();
    rig_sql("truncate setting, audit, poll_cursor, variant_mapping, shop_order, order_line, "
            "supplier_order, parcel, order_event,"
            " effect, outbox, reconcile_run, provider_token restart identity cascade");
    rig_set("flow.fulfillment", "auto");
    rig_set("orders.grace_s", "0");
    rig_sql("insert into variant_mapping (shop_sku, vid, supplier_sku, snapshot_minor, "
            "confirmed_at, confirmed_by)"
            " values ('SKU-1', '2509180000000000777', 'SKU-1', 850, now(), 'test')");
    return 0;
}

int64_t flow_check(int order)
{
    char gid[SHOPIFY_GID_BYTES], sql[200];

    if (rig_run(orders_check, "[]") < 0) {
        fail_msg("orders.check: %s", rig_fail.text);
    }
    fake_gid(order, gid);
    (void)snprintf(sql, sizeof sql, "select id from shop_order where gid = '%s'", gid);
    return rig_int(sql);
}

int flow_job(const char *type, int64_t id)
{
    return rig_job(&orders, &fake->point, type, id);
}

void flow_drive(int64_t id, const char *state)
{
    rig_drive(&orders, &fake->point, id, state);
}
