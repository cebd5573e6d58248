/* An ordinary order as facts: nothing stops it, nothing makes it suspicious.  Tests change what they are about. */
#pragma once

#include <string.h>

#include "common/base/str.h"
#include "worker/fulfillment/decide.h"

#define PUT(field, text) ((void)str_fit((field), sizeof(field), (text)))

static const int64_t S = 1000000;
static const int64_t CREATED_US = 1795000000000000;

struct fixture {
    struct order_facts o;
    struct line_facts lines[4];
};

static inline struct shopify_address clean_address(void)
{
    return (struct shopify_address){ .present = true,
                                     .name = "Ann Example",
                                     .line1 = "1 Example St",
                                     .city = "New York",
                                     .province = "New York",
                                     .province_code = "NY",
                                     .zip = "10001",
                                     .country = "United States",
                                     .country_code = "US",
                                     .phone = "+12125550100" };
}

static inline struct order_facts clean_order(void)
{
    return (struct order_facts){
        .now_us = CREATED_US + 900 * S,
        .created_us = CREATED_US,
        .limits = { .grace_s = 900,
                    .flag_s = 7200,
                    .risk_wait_s = 7200,
                    .value_hard_minor = 50000,
                    .value_soft_minor = 20000,
                    .values_fit_currency = true,
                    .price_rise_ppm = 150000,
                    .promised_days = 15 },
        .financial = "PAID",
        .risk = RISK_LOW,
        .total_known = true,
        .total_minor = 5499,
        .currency = "USD",
        .ship = clean_address(),
        .bill = clean_address(),
        .phone = "+12125550100",
        .email = "ann@mail.example",
        .line_count = 1,
        .supplier_asked = true,
        .freight_asked = true,
        .has_method = true,
        .method = "CJPacket Ordinary",
        .method_days = 12,
        .method_needs_phone = true,
        .methods_offered = 2,
        .margin_known = true,
        .margin_minor = 1500,
        .cost_minor = 1321,
        .wallet_minor = 100000,
        .orders_24h = 1,
    };
}

/* In place, because facts point at their lines. */
static inline void fixture_init(struct fixture *x)
{
    *x = (struct fixture){ .o = clean_order() };
    for (size_t i = 0; i < 4; i++) {
        x->lines[i] = (struct line_facts){ .title = "Pet brush",
                                           .sku = "BRUSH-S",
                                           .quantity = 1,
                                           .main_mappings = 1,
                                           .vid = "2509180000000000777",
                                           .rank = 1,
                                           .stock = 100,
                                           .snapshot_minor = 850,
                                           .price_known = true,
                                           .price_minor = 850 };
    }
    x->o.lines = x->lines;
}

static inline bool holds_with(const struct order_facts *o, const char *code)
{
    struct decision d;

    decide(o, &d);
    for (size_t i = 0; i < d.hold_count; i++) {
        if (strcmp(d.holds[i].code, code) == 0) {
            return true;
        }
    }
    return false;
}
