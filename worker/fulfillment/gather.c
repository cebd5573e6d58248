#include "worker/fulfillment/gather.h"

#include <string.h>
#include <strings.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "sql/orders.h"
#include "worker/core/limits.h"
#include "worker/fulfillment/address.h"
#include "worker/fulfillment/hash.h"
#include "common/model/landed.h"
#include "worker/fulfillment/mapping.h"
#include "common/db/sqltext.h"

enum { AOV_LEAST_ORDERS = 20, FX_FEE_PPM = 15000, RATE_ONE_E9 = 1000000000 };

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text) != NULL ? (text) : ""))

void gathered_done(struct gathered *g)
{
    shopify_order_done(&g->shop);
    free(g->lines);
    supply_done(&g->quote);
    g->lines = NULL;
}

/* The limits have two-decimal currencies near the dollar in mind; for others a person must have set them. */
static bool values_fit(const struct order_run *r, const char *currency)
{
    return money_exponent(currency) == 2 ||
           (strcmp(setting_text(&r->set, SETTING_VALUE_HARD),
                   setting_rules[SETTING_VALUE_HARD].otherwise) != 0 &&
            strcmp(setting_text(&r->set, SETTING_VALUE_SOFT),
                   setting_rules[SETTING_VALUE_SOFT].otherwise) != 0);
}

static struct decide_limits limits_of(const struct order_run *r, const char *currency)
{
    const int64_t *set = r->set.num;

    return (struct decide_limits){ .grace_s = set[SETTING_GRACE_S],
                                   .flag_s = set[SETTING_FLAG_S],
                                   .risk_wait_s = set[SETTING_RISK_WAIT_S],
                                   .value_hard_minor = set[SETTING_VALUE_HARD],
                                   .value_soft_minor = set[SETTING_VALUE_SOFT],
                                   .values_fit_currency = values_fit(r, currency),
                                   .price_rise_ppm = set[SETTING_PRICE_RISE_PPM],
                                   .promised_days = set[SETTING_PROMISED_DAYS] };
}

static void pick_phone(const struct shopify_order *shop, char out[static ADDRESS_PHONE_BYTES])
{
    const char *const sources[] = { shop->ship.phone, shop->phone, shop->bill.phone };

    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        address_phone(sources[i], out);
        if (out[0] != '\0') {
            return;
        }
    }
}

static int copy_lines(struct gathered *g, struct fail *f)
{
    g->lines = calloc(g->shop.line_count + 1, sizeof *g->lines);
    if (g->lines == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < g->shop.line_count; i++) {
        const struct shopify_line *from = &g->shop.lines[i];
        if (!from->requires_shipping || from->to_ship <= 0) {
            continue;
        }
        struct line_facts *to = &g->lines[g->line_count++];
        FIT(to->line_gid, from->gid);
        FIT(to->title, from->title);
        FIT(to->sku, from->sku);
        to->quantity = from->to_ship;
    }
    return 0;
}

static int read_history(struct order_run *r, struct order_facts *facts, int64_t *ret_before,
                        struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text id;

    TRY(db_query(r->c->db, &sql_orders_history, (const char *[]){ sql_int(&id, r->o.id) }, &rows,
                 f));
    facts->orders_24h = db_int(rows, 0, "orders_24h", 1);
    FIT(facts->duplicate_of, db_text(rows, 0, "duplicate_of"));
    facts->aov_known = db_int(rows, 0, "aov_orders", 0) >= AOV_LEAST_ORDERS;
    facts->aov_minor = db_int(rows, 0, "aov_minor", 0);
    *ret_before = db_int(rows, 0, "orders_before", 0);
    return 0;
}

static void fill_facts(const struct order_run *r, struct gathered *g)
{
    const struct shopify_order *shop = &g->shop;
    struct order_facts *x = &g->facts;

    *x = (struct order_facts){ .now_us = clock_now_us(),
                               .created_us = r->o.created_us,
                               .lines = g->lines,
                               .line_count = g->line_count,
                               .ship = shop->ship,
                               .bill = shop->bill,
                               .total_known = shop->head.total_known,
                               .total_minor = shop->head.total.minor,
                               .method_needs_phone = true };
    FIT(x->currency, shop->head.total_known ? shop->head.total.currency : "");
    x->limits = limits_of(r, x->currency);
    FIT(x->financial, shop->head.financial);
    FIT(x->email, shop->email);
    FIT(x->ip_country, shop->client_ip_country);
    pick_phone(shop, x->phone);
    x->risk = risk_parse(shop->risk_level);
    x->recommend_cancel = strcmp(shop->risk_recommendation, "CANCEL") == 0;
    /* What a person released was another order: the release does not count for this one. */
    x->edited =
        r->o.released && r->o.detail_hash[0] != '\0' && strcmp(r->o.detail_hash, g->hash) != 0;
    x->released = r->o.released && !x->edited;
}

int gather_shop(struct order_run *r, struct gathered *ret, struct fail *f)
{
    int64_t before = 0;

    TRY(shopify_order_get(r->c->shopify, r->o.gid, &ret->shop, f));
    TRY(order_store(r->c->db, &r->o, &ret->shop, f));
    TRY(detail_hash(&ret->shop, ret->hash, f));
    TRY(copy_lines(ret, f));
    fill_facts(r, ret);
    TRY(read_history(r, &ret->facts, &before, f));
    ret->facts.new_customer = before == 0 && ret->shop.customer_orders <= 1;
    return 0;
}

static int64_t need_of(const struct gathered *g, const char *sku)
{
    int64_t sum = 0;

    for (size_t i = 0; i < g->line_count; i++) {
        sum += strcmp(g->lines[i].sku, sku) == 0 ? g->lines[i].quantity : 0;
    }
    return sum;
}

/* Lines with the SKU of an earlier line take over its answers: each look-up costs points. */
static bool copy_earlier(struct gathered *g, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (strcmp(g->lines[i].sku, g->lines[at].sku) == 0) {
            struct line_facts own = g->lines[at];
            g->lines[at] = g->lines[i];
            FIT(g->lines[at].line_gid, own.line_gid);
            FIT(g->lines[at].title, own.title);
            g->lines[at].quantity = own.quantity;
            return true;
        }
    }
    return false;
}

static int gather_lines(struct order_run *r, struct gathered *g, bool *ret_all_mapped,
                        struct fail *f)
{
    *ret_all_mapped = g->line_count > 0;
    for (size_t i = 0; i < g->line_count; i++) {
        if (!copy_earlier(g, i)) {
            TRY(mapping_resolve(r, &g->lines[i], need_of(g, g->lines[i].sku), f));
        }
        *ret_all_mapped = *ret_all_mapped && g->lines[i].vid[0] != '\0' && g->lines[i].price_known;
    }
    g->facts.supplier_asked = true;
    return 0;
}

static int quote_lines(struct gathered *g, struct fail *f)
{
    supply_done(&g->quote);
    g->quote.lines = json_array();
    g->quote.goods_minor = 0;
    for (size_t i = 0; i < g->line_count; i++) {
        const struct line_facts *l = &g->lines[i];
        json_t *line =
            json_pack("{s:s, s:I, s:s, s:I}", "vid", l->vid, "quantity", (json_int_t)l->quantity,
                      "line_gid", l->line_gid, "price_minor", (json_int_t)l->price_minor);
        if (json_array_append_new(g->quote.lines, line) < 0) {
            return fail_memory(f);
        }
        g->quote.goods_minor += l->price_minor * l->quantity;
    }
    return 0;
}

/* The cheapest method within the promised time; for a box among those that serve boxes, if there are any. */
static const struct cj_freight *pick_method(const struct order_facts *x,
                                            const struct cj_freight *offers, size_t count)
{
    const struct cj_freight *best = NULL;
    char why[ADDRESS_WHY_BYTES];
    bool box = address_is_box(&x->ship, why);

    for (size_t i = 0; i < count; i++) {
        const struct cj_freight *o = &offers[i];
        if (o->days_max < 0 || o->days_max > x->limits.promised_days) {
            continue;
        }
        bool serves = !box || address_method_serves_boxes(o->name);
        bool best_serves = best != NULL && (!box || address_method_serves_boxes(best->name));
        if (best == NULL || (serves && !best_serves) ||
            (serves == best_serves && o->price.minor < best->price.minor)) {
            best = o;
        }
    }
    return best;
}

static int gather_freight(struct order_run *r, struct gathered *g, struct fail *f)
{
    scoped(free_p) struct cj_item *items = NULL;
    scoped(free_p) struct cj_freight *offers = NULL;
    size_t offer_count = 0;
    struct order_facts *x = &g->facts;
    struct cj_consignment goods = { .route = { .from = setting_text(&r->set, SETTING_WAREHOUSE),
                                               .to = x->ship.country_code,
                                               .zip = x->ship.zip } };

    TRY(supply_items(g->quote.lines, &items, &goods.count, f));
    goods.items = items;
    TRY(cj_freight_quote(r->c->cj, &goods, &offers, &offer_count, f));
    x->freight_asked = true;
    x->methods_offered = (int)offer_count;
    const struct cj_freight *method = pick_method(x, offers, offer_count);
    if (method == NULL) {
        return 0;
    }
    x->has_method = true;
    x->method_days = method->days_max;
    x->method_serves_boxes = address_method_serves_boxes(method->name);
    FIT(x->method, method->name);
    FIT(g->quote.method, method->name);
    FIT(g->quote.from, goods.route.from);
    FIT(g->quote.detail_hash, g->hash);
    g->quote.freight_minor = method->price.minor;
    x->cost_minor = g->quote.goods_minor + g->quote.freight_minor;
    return money_mul_div(x->cost_minor, 1000000 + r->set.num[SETTING_AMOUNT_CAP_PPM], 1000000,
                         MONEY_FLOOR, &g->quote.cap_minor, f);
}

/* CM of the order.  What the shop tells has no tax apart, so all that was charged counts as revenue: a loss found here is one. */
static int gather_margin(const struct order_run *r, struct gathered *g, struct fail *f)
{
    struct order_facts *x = &g->facts;
    const int64_t *set = r->set.num;
    bool abroad = strcmp(x->currency, "USD") != 0;
    struct money goods = { 0 }, freight = { 0 };
    struct margin margin;
    int64_t landed = 0;

    if (!x->total_known || (abroad && set[SETTING_USD_RATE_E9] == RATE_ONE_E9)) {
        return 0; /* no rate was given: unknown, not a margin of our making */
    }
    TRY(money_convert(&(struct money){ g->quote.goods_minor, "USD" }, x->currency,
                      set[SETTING_USD_RATE_E9], MONEY_CEIL, &goods, f));
    TRY(money_convert(&(struct money){ g->quote.freight_minor, "USD" }, x->currency,
                      set[SETTING_USD_RATE_E9], MONEY_CEIL, &freight, f));
    TRY(landed_cost(&(struct landed_parts){ .price = goods.minor,
                                            .shipping = freight.minor,
                                            .fx_fee_ppm = abroad ? FX_FEE_PPM : 0 },
                    &landed, f));
    TRY(margin_of(&(struct margin_parts){ .net = x->total_minor,
                                          .charged = x->total_minor,
                                          .landed = landed,
                                          .fee_ppm = set[SETTING_PAYMENT_FEE_PPM],
                                          .fee_fixed = set[SETTING_PAYMENT_FEE_FIXED],
                                          .return_ppm = set[SETTING_RETURN_RATE_PPM],
                                          .return_cost = set[SETTING_RETURN_COST] },
                  &margin, f));
    x->margin_known = true;
    x->margin_minor = margin.contribution;
    return 0;
}

int gather_supplier(struct order_run *r, struct gathered *g, struct fail *f)
{
    struct money balance;
    bool all_mapped = false;

    TRY(gather_lines(r, g, &all_mapped, f));
    if (!all_mapped || g->facts.ship.country_code[0] == '\0') {
        return 0;
    }
    TRY(quote_lines(g, f));
    TRY(gather_freight(r, g, f));
    if (!g->facts.has_method) {
        return 0;
    }
    TRY(gather_margin(r, g, f));
    TRY(cj_balance(r->c->cj, &balance, f));
    limits_wallet(r->c->limits, "cj", &balance);
    g->facts.wallet_minor = balance.minor;
    g->facts.now_us = clock_now_us();
    return 0;
}
