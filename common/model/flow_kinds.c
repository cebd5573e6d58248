#include "common/model/flow_kinds.h"

#include <string.h>

#include "common/base/attr.h"
#include "common/model/flow.h"
#include "common/model/job_catalog.h"

const struct flow_kind flow_kinds[FLOW_KINDS] = {
    { .name = "discovery",
      .title = "Discovery",
      .mode_setting = "flow.discovery",
      .interval_setting = "discovery.scan_s",
      .look = "discovery.scan",
      .queue = "discovery",
      .types = { "discovery.scan", "product.assess", "products.sweep", "listing.write",
                 "listing.publish", "listing.unlist" },
      .needs = FLOW_NEEDS_SHOPIFY | FLOW_NEEDS_CJ | FLOW_NEEDS_POINTS,
      .help = "Finds products at the supplier, judges them and lists them in the shop" },
    { .name = "fulfillment",
      .title = "Orders",
      .mode_setting = "flow.fulfillment",
      .interval_setting = "orders.check_s",
      .look = "orders.check",
      .queue = "fulfillment",
      .types = { "orders.check", "order.release", "order.track", "order.fulfill", "orders.sweep",
                 "orders.reconcile", "cj.event" },
      .needs = FLOW_NEEDS_SHOPIFY | FLOW_NEEDS_CJ | FLOW_NEEDS_WALLET,
      .help = "Decides about paid orders, places them at the supplier and tells the shop" },
    { .name = "stock",
      .title = "Stock and price",
      .mode_setting = "flow.discovery",
      .interval_setting = "stock.watch_s",
      .look = "stock.watch",
      .queue = "discovery",
      .types = { "stock.watch", "product.reprice", "product.hold" },
      .needs = FLOW_NEEDS_SHOPIFY | FLOW_NEEDS_CJ | FLOW_NEEDS_POINTS,
      .help = "Keeps quantities and prices of live products true; runs in the mode of discovery" },
    { .name = "service",
      .title = "Customer service",
      .mode_setting = "flow.service",
      .interval_setting = "messages.check_s",
      .look = "messages.check",
      .queue = "service",
      .types = { "messages.check", "message.answer", "message.send" },
      .needs = FLOW_NEEDS_SHOPIFY,
      .help = "Reads what customers write and answers" },
    { .name = "ads",
      .title = "Ads",
      .mode_setting = "flow.ads",
      .interval_setting = "ads.optimize_s",
      .look = "ads.optimize",
      .queue = "ads",
      .types = { "ads.optimize", "ad.create", "ad.launch", "ad.adjust", "ad.render" },
      .needs = FLOW_NEEDS_SHOPIFY,
      .help = "Makes advertisements and moves their budgets" },
};

const struct flow_kind *flow_kind_find(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(flow_kinds); i++) {
        if (strcmp(flow_kinds[i].name, name) == 0) {
            return &flow_kinds[i];
        }
    }
    return NULL;
}

bool flow_kind_built(const struct flow_kind *k)
{
    return job_kind_find(k->look) != NULL && flow_kind_mode(k) != SETTING_COUNT &&
           flow_kind_interval(k) != SETTING_COUNT;
}

enum setting_id flow_kind_mode(const struct flow_kind *k)
{
    return settings_find(k->mode_setting);
}

enum setting_id flow_kind_interval(const struct flow_kind *k)
{
    return settings_find(k->interval_setting);
}

bool flow_kind_has_mode(const struct flow_kind *k)
{
    return flow_find(k->name) != SETTING_COUNT;
}

bool flow_kind_has_type(const struct flow_kind *k, const char *type)
{
    for (size_t i = 0; i < FLOW_TYPES_MAX && k->types[i] != NULL; i++) {
        if (strcmp(k->types[i], type) == 0) {
            return true;
        }
    }
    return false;
}
