/* What an order brought in: the sums of its lines, its shipping and the fees of its payments. */
#include "worker/providers/shopify/order_money.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"

enum { PAYMENTS_MAX = 250 };

/* What no order reaches: beyond it something is misread, and below it nothing that is added up overflows. */
static const int64_t AMOUNT_MAX = 1000000000000, SUM_MAX = 10000000000000;

void shopify_money_done(struct shopify_money *m)
{
    for (size_t i = 0; i < m->refund_count; i++) {
        free(m->refunds[i].lines);
    }
    free(m->refunds);
    *m = (struct shopify_money){ 0 };
}

int shopify_read_amount(const json_t *node, const char *path, const char *currency, int64_t *ret,
                        struct fail *f)
{
    const json_t *at = json_at(json_at(node, path), "shopMoney");
    const json_t *money = at != NULL ? at : json_at(node, path);
    const char *told = json_text(money, "currencyCode", "");
    struct money read = { 0 };

    if (strcmp(told, currency) != 0) {
        return fail_set(f, FAIL_INPUT, "%s is in '%.8s', the order in '%.8s'", path, told,
                        currency);
    }
    if (json_money(money, "amount", currency, &read, f) < 0) {
        return fail_wrap(f, "%s", path);
    }
    if (read.minor > AMOUNT_MAX || read.minor < -AMOUNT_MAX) {
        return fail_set(f, FAIL_INPUT, "%s is out of range", path);
    }
    *ret = read.minor;
    return 0;
}

int shopify_read_units(const json_t *node, const char *path, int64_t *ret, struct fail *f)
{
    int64_t units = json_int(node, path, -1);

    if (units < 0 || units > SHOPIFY_UNITS_MAX) {
        return fail_set(f, FAIL_INPUT, "no %s", path);
    }
    *ret = units;
    return 0;
}

static int add(int64_t *sum, int64_t more, struct fail *f)
{
    *sum += more;
    return *sum > SUM_MAX || *sum < -SUM_MAX
               ? fail_set(f, FAIL_INPUT, "sum of amounts out of range")
               : 0;
}

int shopify_sum_amounts(const json_t *list, const char *path, const char *currency, int64_t *sum,
                        struct fail *f)
{
    size_t i;
    json_t *node;

    if (!json_is_array(list)) {
        return fail_set(f, FAIL_INPUT, "no list of %s", path);
    }
    json_array_foreach(list, i, node)
    {
        int64_t minor = 0;
        TRY(shopify_read_amount(node, path, currency, &minor, f));
        TRY(add(sum, minor, f));
    }
    return 0;
}

/* ---- lines ---- */

/* What is in the answer about one line, over all its units ever ordered. */
struct whole_line {
    int64_t quantity, unit_minor, discount_minor, tax_minor, duty_minor, duty_tax_minor;
};

static int read_duties(const json_t *duties, const char *currency, struct whole_line *ret,
                       struct fail *f)
{
    size_t i;
    json_t *duty;

    TRY(shopify_sum_amounts(duties, "price", currency, &ret->duty_minor, f));
    json_array_foreach(duties, i, duty)
    {
        TRY(shopify_sum_amounts(json_at(duty, "taxLines"), "priceSet", currency,
                                &ret->duty_tax_minor, f));
    }
    return 0;
}

static int read_whole_line(const json_t *node, const char *currency, struct whole_line *ret,
                           struct fail *f)
{
    TRY(shopify_read_units(node, "quantity", &ret->quantity, f));
    TRY(shopify_read_amount(node, "originalUnitPriceSet", currency, &ret->unit_minor, f));
    TRY(shopify_sum_amounts(json_at(node, "discountAllocations"), "allocatedAmountSet", currency,
                            &ret->discount_minor, f));
    TRY(shopify_sum_amounts(json_at(node, "taxLines"), "priceSet", currency, &ret->tax_minor, f));
    return read_duties(json_at(node, "duties"), currency, ret, f);
}

/* The part of a sum over all units that falls on `kept` of them. */
static int part(int64_t sum, int64_t kept, int64_t of, int64_t *ret, struct fail *f)
{
    const int64_t weights[] = { kept, of - kept };
    int64_t shares[2] = { 0 };

    if (kept == of) {
        *ret = sum;
        return 0;
    }
    TRY(money_split(sum, weights, COUNT_OF(weights), shares, f));
    *ret = shares[0];
    return 0;
}

/* Gross and discount of a line whose price has the tax in it: the tax that was charged lies on what is left after the discount,
 * so the price without tax is price x net / (net + tax). */
static int take_tax_out(struct shopify_line_money *m, int64_t goods_tax, struct fail *f)
{
    int64_t charged = m->gross_minor - m->discount_minor;
    int64_t gross = m->gross_minor;

    if (charged > 0) {
        TRY(money_mul_div(m->gross_minor, charged - goods_tax, charged, MONEY_HALF_UP, &gross, f));
    }
    m->discount_minor = gross - (charged - goods_tax);
    m->gross_minor = gross;
    return 0;
}

int shopify_line_money_of(const json_t *node, const struct shopify_money *order, int64_t refunded,
                          struct shopify_line_money *ret, struct fail *f)
{
    struct whole_line w = { 0 };
    struct shopify_line_money m = { .gift_card = json_truth(node, "isGiftCard", false) };
    int64_t goods_tax = 0, duty_tax = 0;
    int64_t current = 0;

    TRY(shopify_read_units(node, "currentQuantity", &current, f));
    TRY(read_whole_line(node, order->currency, &w, f));
    m.ordered = current + refunded < w.quantity ? current + refunded : w.quantity;
    if (w.unit_minor != 0 && m.ordered > SUM_MAX / llabs(w.unit_minor)) {
        return fail_set(f, FAIL_INPUT, "price of all units out of range");
    }
    m.gross_minor = w.unit_minor * m.ordered;
    TRY(part(w.discount_minor, m.ordered, w.quantity, &m.discount_minor, f));
    TRY(part(w.tax_minor, m.ordered, w.quantity, &goods_tax, f));
    TRY(part(w.duty_minor, m.ordered, w.quantity, &m.duty_minor, f));
    TRY(part(w.duty_tax_minor, m.ordered, w.quantity, &duty_tax, f));
    if (order->taxes_included) {
        TRY(take_tax_out(&m, goods_tax, f));
    }
    m.tax_minor = goods_tax + duty_tax;
    *ret = m;
    return 0;
}

/* ---- shipping and fees ---- */

static int read_shipping(const json_t *order, struct shopify_money *ret, struct fail *f)
{
    json_t *nodes = NULL;
    size_t i;
    json_t *node;

    TRY(shopify_nodes_whole(order, "shippingLines", &nodes, f));
    TRY(shopify_sum_amounts(nodes, "discountedPriceSet", ret->currency, &ret->ship_net_minor, f));
    json_array_foreach(nodes, i, node)
    {
        TRY(shopify_sum_amounts(json_at(node, "taxLines"), "priceSet", ret->currency,
                                &ret->ship_tax_minor, f));
    }
    if (ret->taxes_included) {
        ret->ship_net_minor -= ret->ship_tax_minor;
    }
    return 0;
}

static bool is_one_of(const char *word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* A successful payment that took money from the buyer. */
static bool is_paid(const json_t *payment)
{
    static const char *const kinds[] = { "SALE", "CAPTURE" };

    return strcmp(json_text(payment, "status", ""), "SUCCESS") == 0 &&
           is_one_of(json_text(payment, "kind", ""), kinds, COUNT_OF(kinds));
}

/* Whether the fees of one payment are known; they are added to *sum.  Only Shopify's own payments tell theirs; in another
 * currency than the order's they cannot be added up. */
static bool add_fees(const json_t *payment, const char *currency, int64_t *sum)
{
    static const char *const free_of_fees[] = { "gift_card", "store_credit" };
    const json_t *fees = json_at(payment, "fees");
    struct fail ignored;

    if (is_one_of(json_text(payment, "gateway", ""), free_of_fees, COUNT_OF(free_of_fees))) {
        return true;
    }
    return json_array_size(fees) > 0 &&
           shopify_sum_amounts(fees, "amount", currency, sum, &ignored) == 0;
}

static int read_fees(const json_t *order, struct shopify_money *ret, struct fail *f)
{
    const json_t *payments = json_at(order, "transactions");
    size_t i, paid = 0, told = 0;
    json_t *payment;

    if (!json_is_array(payments) || json_array_size(payments) >= PAYMENTS_MAX) {
        return fail_set(f, FAIL_INPUT, "no whole list of payments");
    }
    json_array_foreach(payments, i, payment)
    {
        if (is_paid(payment)) {
            paid++;
            told += add_fees(payment, ret->currency, &ret->fee_minor);
        }
    }
    ret->fee_known = paid > 0 && told == paid;
    return 0;
}

int shopify_read_money_head(const json_t *order, struct shopify_money *ret, struct fail *f)
{
    const json_t *included = json_at(order, "taxesIncluded");

    TRY(shopify_read_text(order, "currencyCode", ret->currency, sizeof ret->currency, f));
    if (!json_is_boolean(included)) {
        return fail_set(f, FAIL_INPUT, "the answer does not say whether prices include taxes");
    }
    ret->taxes_included = json_is_true(included);
    TRY(read_shipping(order, ret, f));
    return read_fees(order, ret, f);
}
