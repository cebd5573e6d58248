#include "tests/integration/fulfillment/fake.h"

#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/str.h"
#include "tests/integration/fulfillment/fake_priv.h"

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text)))

static const int64_t S = 1000000;

struct fake *fake;

void fake_reset(void)
{
    if (fake == NULL) {
        fake = fault_memory(sizeof *fake);
    }
    memset(fake, 0, sizeof *fake);
    fake->balance_minor = 1000000;
    fake->freight_minor = 471;
    fake->freight_days = 12;
    FIT(fake->freight_name, "CJPacket Ordinary");
    fake->variants[0] = (struct fake_variant){
        .vid = "2509180000000000777", .sku = "SKU-1", .stock = 1000, .price_minor = 850
    };
}

int fake_add_order(void)
{
    int i = 0;

    while (fake->orders[i].used) {
        i++;
    }
    struct fake_order *o = &fake->orders[i];
    *o = (struct fake_order){
        .used = true, .financial = "PAID", .risk = "LOW", .line_count = 1, .total_minor = 5499
    };
    o->created_us = (clock_now_us() - 3600 * S) / S * S + i * 60 * S;
    o->updated_us = o->created_us;
    (void)snprintf(o->email, sizeof o->email, "buyer%d@mail.example", i);
    FIT(o->lines[0].sku, "SKU-1");
    o->lines[0].quantity = o->lines[0].remaining = 1;
    o->ship = (struct shopify_address){ .present = true,
                                        .name = "Ann Example",
                                        .city = "New York",
                                        .province = "New York",
                                        .province_code = "NY",
                                        .zip = "10001",
                                        .country = "United States",
                                        .country_code = "US",
                                        .phone = "+12125550100" };
    (void)snprintf(o->ship.line1, sizeof o->ship.line1, "%d Example St", i + 1);
    return i;
}

void fake_gid(int order, char out[static SHOPIFY_GID_BYTES])
{
    (void)snprintf(out, SHOPIFY_GID_BYTES, "gid://shopify/Order/%d", 500 + order);
}

int fake_order_of(const char *gid)
{
    const char *number = strrchr(gid, '/');

    for (int i = 0; number != NULL && i < FAKE_ORDERS; i++) {
        char own[SHOPIFY_GID_BYTES];
        fake_gid(i, own);
        if (fake->orders[i].used && strcmp(own, gid) == 0) {
            return i;
        }
    }
    return -1;
}

void fake_touch(int order)
{
    int64_t now_us = clock_now_us() / S * S;
    struct fake_order *o = &fake->orders[order];

    o->updated_us = now_us > o->updated_us ? now_us : o->updated_us + S;
}

void fake_ship(struct fake_supply *s, const char *number, int line)
{
    size_t i = s->parcel_count++;

    s->status = CJ_SHIPPED;
    (void)snprintf(s->parcels[i].id, sizeof s->parcels[i].id, i == 0 ? "%.40s" : "%.40s-%zu", s->id,
                   i);
    FIT(s->parcels[i].number, number);
    s->parcels[i].line = line;
}

struct fake_supply *fake_supply_last(void)
{
    for (int i = FAKE_SUPPLIES - 1; i >= 0; i--) {
        if (fake->supplies[i].used && !fake->supplies[i].deleted) {
            return &fake->supplies[i];
        }
    }
    return NULL;
}

int fake_enter(const char *call, struct fail *f)
{
    return fault_enter(&fake->point, call, f);
}

int fake_leave(int result, bool write, struct fail *f)
{
    return fault_leave(&fake->point, result, write, f);
}
