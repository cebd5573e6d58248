/* The hard holds.  To add one: a test function, a line in `hard`, a line in `rules`, a unit test by its code. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "worker/fulfillment/address.h"
#include "worker/fulfillment/decide.h"
#include "common/model/landed.h"

static const char PARTLY_REFUNDED[] = "PARTIALLY_REFUNDED";

static bool say(struct reason *r, int64_t number, int64_t limit)
{
    r->number = number;
    r->limit = limit;
    return true;
}
#define SAY(r, number, limit, ...)                                                                 \
    ((void)snprintf((r)->text, sizeof(r)->text, __VA_ARGS__), say((r), (number), (limit)))

/* A part of the money went back: what is left to ship is paid, but a person should say so. */
static bool partly_refunded(const struct order_facts *o, struct reason *r)
{
    return strcasecmp(o->financial, PARTLY_REFUNDED) == 0 &&
           SAY(r, 0, 0, "A part of the payment was refunded.");
}

static bool not_paid(const struct order_facts *o, struct reason *r)
{
    return strcasecmp(o->financial, "PAID") != 0 &&
           strcasecmp(o->financial, PARTLY_REFUNDED) != 0 &&
           SAY(r, 0, 0, "Payment status is %s, not PAID.",
               o->financial[0] != '\0' ? o->financial : "unknown");
}

static bool risk_high(const struct order_facts *o, struct reason *r)
{
    if (o->risk == RISK_HIGH) {
        return SAY(r, 0, 0, "The shop rates the risk HIGH.");
    }
    return o->recommend_cancel && SAY(r, 0, 0, "The shop recommends to cancel.");
}

static bool value_hard(const struct order_facts *o, struct reason *r)
{
    if (!o->total_known) {
        return SAY(r, 0, o->limits.value_hard_minor, "The order's total cannot be read.");
    }
    if (!o->limits.values_fit_currency) {
        return SAY(r, o->total_minor, 0, "The value limits are not set for %s.", o->currency);
    }
    return o->total_minor >= o->limits.value_hard_minor &&
           SAY(r, o->total_minor, o->limits.value_hard_minor,
               "The total is at or above the limit of a person's look.");
}

static bool addr_incomplete(const struct order_facts *o, struct reason *r)
{
    char why[ADDRESS_WHY_BYTES];

    return !address_complete(&o->ship, why) && SAY(r, 0, 0, "%s", why);
}

static bool addr_po_box(const struct order_facts *o, struct reason *r)
{
    char why[ADDRESS_WHY_BYTES];

    if (!address_is_box(&o->ship, why) || (o->has_method && o->method_serves_boxes)) {
        return false;
    }
    return SAY(r, 0, 0, "%.150s: not served by %s.", why,
               o->has_method ? o->method : "any method known");
}

static bool addr_script(const struct order_facts *o, struct reason *r)
{
    char why[ADDRESS_WHY_BYTES];

    return !address_script_ok(&o->ship, why) && SAY(r, 0, 0, "%s", why);
}

static bool phone_missing(const struct order_facts *o, struct reason *r)
{
    return o->phone[0] == '\0' && o->method_needs_phone &&
           SAY(r, 0, 0, "There is no phone number and the shipping method needs one.");
}

/* Confirmed, but to what the supplier does not have: mistyped, or taken off the shelf. */
static bool mapped_to_nothing(const struct line_facts *l, struct reason *r)
{
    return l->vid[0] == '\0' && l->gone[0] != '\0' &&
           SAY(r, 0, 1,
               "\"%.50s\" (SKU %.30s) is mapped to %.48s, which the supplier does not have (any "
               "more): confirm another variant, remove this one.",
               l->title, l->sku, l->gone);
}

static bool no_mapping(const struct order_facts *o, struct reason *r)
{
    for (size_t i = 0; o->supplier_asked && i < o->line_count; i++) {
        const struct line_facts *l = &o->lines[i];
        if (l->main_mappings == 1) {
            if (mapped_to_nothing(l, r)) {
                return true;
            }
            continue;
        }
        return SAY(r, l->main_mappings, 1,
                   "\"%.50s\" (SKU %.30s) has %d confirmed supplier variants, not one.%s%.60s",
                   l->title, l->sku[0] != '\0' ? l->sku : "none", l->main_mappings,
                   l->candidates[0] != '\0' ? " Candidates: " : "", l->candidates);
    }
    return o->line_count == 0 && SAY(r, 0, 1, "The order has no line that can be sent.");
}

/* Several lines may draw on one variant. */
static int64_t wanted(const struct order_facts *o, const char *vid)
{
    int64_t sum = 0;

    for (size_t i = 0; i < o->line_count; i++) {
        sum += strcmp(o->lines[i].vid, vid) == 0 ? o->lines[i].quantity : 0;
    }
    return sum;
}

static bool out_of_stock(const struct order_facts *o, struct reason *r)
{
    for (size_t i = 0; o->supplier_asked && i < o->line_count; i++) {
        const struct line_facts *l = &o->lines[i];
        int64_t need = wanted(o, l->vid);
        if (l->vid[0] != '\0' && l->stock < need) {
            return SAY(r, l->stock, need,
                       "\"%.60s\": %" PRId64 " in stock, %" PRId64
                       " wanted, and no confirmed fallback has them.",
                       l->title, l->stock, need);
        }
    }
    return false;
}

static bool line_price_rise(const struct order_facts *o, const struct line_facts *l,
                            struct reason *r)
{
    struct fail ignored = { 0 };
    int64_t limit = 0;

    if (l->vid[0] == '\0') {
        return false;
    }
    if (!l->price_known ||
        price_limit(l->snapshot_minor, o->limits.price_rise_ppm, &limit, &ignored) < 0) {
        return SAY(r, 0, l->snapshot_minor, "\"%.60s\": the supplier's price cannot be read.",
                   l->title);
    }
    return l->price_minor > limit && SAY(r, l->price_minor, limit,
                                         "\"%.60s\": the supplier asks %" PRId64
                                         ", the limit is %" PRId64 " (snapshot %" PRId64 ").",
                                         l->title, l->price_minor, limit, l->snapshot_minor);
}

static bool price_rise(const struct order_facts *o, struct reason *r)
{
    for (size_t i = 0; o->supplier_asked && i < o->line_count; i++) {
        if (line_price_rise(o, &o->lines[i], r)) {
            return true;
        }
    }
    return o->freight_asked && o->margin_known && o->margin_minor < 0 &&
           SAY(r, o->margin_minor, 0, "After the live quote the order would lose %" PRId64 " %s.",
               -o->margin_minor, o->currency);
}

static bool no_method(const struct order_facts *o, struct reason *r)
{
    return o->freight_asked && !o->has_method &&
           SAY(r, o->methods_offered, o->limits.promised_days,
               "No shipping method to %s within %" PRId64 " days (%d offered in all).",
               o->ship.country_code, o->limits.promised_days, o->methods_offered);
}

static bool wallet(const struct order_facts *o, struct reason *r)
{
    return o->freight_asked && o->has_method && o->wallet_minor < o->cost_minor &&
           SAY(r, o->wallet_minor, o->cost_minor,
               "The supplier balance is %" PRId64 " cents, the order costs %" PRId64 ".",
               o->wallet_minor, o->cost_minor);
}

static bool duplicate(const struct order_facts *o, struct reason *r)
{
    return o->duplicate_of[0] != '\0' &&
           SAY(r, 0, 0, "Same customer and same goods as %s, less than 30 minutes apart.",
               o->duplicate_of);
}

static bool edited(const struct order_facts *o, struct reason *r)
{
    return o->edited && SAY(r, 0, 0, "Lines or address changed since the order was checked.");
}

static const struct {
    const char *code;
    hold_test_fn *test;
} hard[] = {
    { "NOT_PAID", not_paid },
    { "PARTLY_REFUNDED", partly_refunded },
    { "RISK_HIGH", risk_high },
    { "VALUE_HARD", value_hard },
    { "ADDR_INCOMPLETE", addr_incomplete },
    { "ADDR_PO_BOX", addr_po_box },
    { "ADDR_SCRIPT", addr_script },
    { "PHONE_MISSING", phone_missing },
    { "NO_MAPPING", no_mapping },
    { "OUT_OF_STOCK", out_of_stock },
    { "PRICE_RISE", price_rise },
    { "NO_METHOD", no_method },
    { "WALLET", wallet },
    { "DUPLICATE", duplicate },
    { "EDITED", edited },
};

size_t holds_collect(const struct order_facts *o, struct reason *ret, size_t max)
{
    size_t count = 0;

    for (size_t i = 0; i < COUNT_OF(hard) && count < max; i++) {
        struct reason r = { .code = hard[i].code };
        if (hard[i].test(o, &r)) {
            r.overruled = o->released && hold_rule_find(r.code)->overrulable;
            ret[count++] = r;
        }
    }
    return count;
}

static const struct hold_rule rules[] = {
    /* code               overrule heals  redecide */
    { "NOT_PAID", false, true, true },
    { "PARTLY_REFUNDED", true, false, true },
    { "RISK_HIGH", true, false, true },
    { "VALUE_HARD", true, false, true },
    { "ADDR_INCOMPLETE", false, false, true },
    { "ADDR_PO_BOX", false, false, true },
    { "ADDR_SCRIPT", false, false, true },
    { "PHONE_MISSING", false, false, true },
    { "NO_MAPPING", false, false, true },
    { "OUT_OF_STOCK", false, true, true },
    { "PRICE_RISE", false, false, true },
    { "NO_METHOD", false, true, true },
    { "WALLET", false, true, true },
    { "DUPLICATE", true, false, true },
    { "EDITED", true, false, true },
    { "SCORE", true, false, true },
    { "PERSON", false, false, false },       /* held by a person */
    { "REFUSED", false, false, true },       /* a provider refused our request for good */
    { "SHOP_GONE", false, false, true },     /* the shop does not know the order any more */
    { "LINES_DIFFER", false, false, false }, /* the supplier's order holds other goods than ours */
    { "LOGISTICS_MISS", false, false,
      false }, /* exists at the supplier but can never be paid as it stands */
    { "INTERCEPTED", false, false, false }, /* the supplier holds it */
    { "AMOUNT_OVER_CAP", false, false, false },
    { "AMOUNT_UNKNOWN", false, false, false },
    { "SUPPLIER_REFUSED", false, false, false },
    { "SUPPLIER_CANCELLED", false, false, false },
    { "SUPPLIER_MISSING", false, false, false },
    { "NO_TRACKING", false, false, false },    /* shipped, but no number to tell the customer */
    { "SHOP_CANCELLED", false, false, false }, /* cancelled at the shop after hand-off */
    { "FO_ON_HOLD", false, false, true },      /* the shop's fulfillment order is held */
    { "FO_NONE", false, false, true },         /* no fulfillment order takes the parcel */
};

const struct hold_rule *hold_rule_find(const char *code)
{
    static const struct hold_rule person = { "", false, false, false };

    for (size_t i = 0; code != NULL && i < COUNT_OF(rules); i++) {
        if (strcmp(rules[i].code, code) == 0) {
            return &rules[i];
        }
    }
    return &person;
}
