#include "common/model/books.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/money.h"
#include "common/db/sqltext.h"
#include "common/model/pricing_rule.h"
#include "common/model/settings.h"
#include "sql/books.h"

static int no_order(int64_t order_id, struct fail *f)
{
    return fail_set(f, FAIL_MISSING, "there is no order %" PRId64, order_id);
}

/* ---- orders ---- */

static int check_line(const struct books_line *l, struct fail *f)
{
    if (l->ordered < 0 || l->gross < 0 || l->discount < 0 || l->tax < 0) {
        return fail_set(f, FAIL_INPUT, "line %s has a negative quantity or amount", l->gid);
    }
    if (l->discount > l->gross) {
        return fail_set(f, FAIL_INPUT, "line %s has more discount than price", l->gid);
    }
    return 0;
}

static int check_order(const struct books_order *o, struct fail *f)
{
    if (o->line_count > BOOKS_LINES_MAX) {
        return fail_set(f, FAIL_INPUT, "an order of over %d lines", BOOKS_LINES_MAX);
    }
    if (o->discount < 0 || o->shipping < 0 || o->tax < 0 || o->duties < 0) {
        return fail_set(f, FAIL_INPUT, "a negative discount, shipping, tax or duty");
    }
    for (size_t i = 0; i < o->line_count; i++) {
        TRY(check_line(&o->lines[i], f));
    }
    return 0;
}

/* What of the discount that the shop left open falls on each line; zeros when it left none.  *ret is the caller's. */
static int open_discounts(const struct books_order *o, int64_t **ret, struct fail *f)
{
    scoped(free_p) int64_t *nets = calloc(o->line_count + 1, sizeof *nets);
    scoped(free_p) int64_t *shares = calloc(o->line_count + 1, sizeof *shares);
    int64_t whole = 0;

    if (nets == NULL || shares == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < o->line_count && o->discount > 0; i++) {
        nets[i] = o->lines[i].gift_card ? 0 : o->lines[i].gross - o->lines[i].discount;
        if (__builtin_add_overflow(whole, nets[i], &whole)) {
            return fail_set(f, FAIL_INPUT, "an order too large to be added up");
        }
    }
    if (o->discount > whole) {
        return fail_set(f, FAIL_INPUT, "more discount than the lines are worth");
    }
    if (o->discount > 0) {
        TRY(money_split(o->discount, nets, o->line_count, shares, f));
    }
    *ret = take_ptr(shares);
    return 0;
}

static int lines_json(const struct books_order *o, char **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *rows = json_array();
    scoped(free_p) int64_t *more = NULL;

    TRY(open_discounts(o, &more, f));
    for (size_t i = 0; i < o->line_count; i++) {
        const struct books_line *l = &o->lines[i];
        json_t *row = json_pack("{s:s, s:I, s:I, s:I, s:I, s:b}", "line_gid", l->gid, "ordered",
                                (json_int_t)l->ordered, "gross_minor", (json_int_t)l->gross,
                                "discount_minor", (json_int_t)(l->discount + more[i]), "tax_minor",
                                (json_int_t)l->tax, "gift_card", l->gift_card);
        if (json_array_append_new(rows, row) < 0) {
            return fail_memory(f);
        }
    }
    return json_write(rows, ret, f);
}

struct fee_rate {
    bool known;
    int64_t ppm, fixed;
};

/* The configured fee; the default of its fixed part is made for dollars and their like. */
static int read_fee_rate(struct db *tx, const char *currency, struct fee_rate *ret, struct fail *f)
{
    scoped(free_p) struct settings *set = malloc(sizeof *set);
    struct fail unfit;

    if (set == NULL) {
        return fail_memory(f);
    }
    TRY(settings_read(tx, set, f));
    *ret = (struct fee_rate){
        .known = money_settings_fit(set, currency, &unfit) == 0 ||
                 strcmp(setting_text(set, SETTING_PAYMENT_FEE_FIXED),
                        setting_rules[SETTING_PAYMENT_FEE_FIXED].otherwise) != 0,
        .ppm = set->num[SETTING_PAYMENT_FEE_PPM],
        .fixed = set->num[SETTING_PAYMENT_FEE_FIXED],
    };
    return 0;
}

static int find_rate(struct db *tx, int64_t order_id, struct fee_rate *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text id;

    TRY(db_query(tx, &sql_books_order_currency, (const char *[]){ sql_int(&id, order_id) }, &rows,
                 f));
    if (PQntuples(rows) == 0) {
        return no_order(order_id, f);
    }
    const char *currency = db_text(rows, 0, "currency");
    *ret = (struct fee_rate){ 0 };
    return currency != NULL ? read_fee_rate(tx, currency, ret, f) : 0;
}

int books_order_store(struct db *tx, int64_t order_id, const struct books_order *o, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(free_p) char *lines = NULL;
    struct sql_text id, shipping, tax, duties, fee, ppm, fixed;
    struct fee_rate rate = { 0 };

    TRY(check_order(o, f));
    TRY(lines_json(o, &lines, f));
    TRY(find_rate(tx, order_id, &rate, f));
    const char *params[] = { sql_int(&id, order_id),
                             sql_int(&shipping, o->shipping),
                             sql_int(&tax, o->tax),
                             sql_int(&duties, o->duties),
                             o->fee_known ? sql_int(&fee, o->fee) : NULL,
                             rate.known ? sql_int(&ppm, rate.ppm) : NULL,
                             rate.known ? sql_int(&fixed, rate.fixed) : NULL,
                             lines };
    TRY(db_query(tx, &sql_books_order_money, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return no_order(order_id, f);
    }
    if (db_int(rows, 0, "lines", 0) != (int64_t)o->line_count) {
        return fail_set(f, FAIL_MISSING, "order %" PRId64 " has not all of the lines given",
                        order_id);
    }
    return 0;
}

/* ---- what comes later ---- */

static int refund_lines_json(const struct books_refund *r, char **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *rows = json_array();

    for (size_t i = 0; i < r->line_count; i++) {
        const struct books_refund_line *l = &r->lines[i];

        if (l->quantity < 0 || l->net < 0 || l->tax < 0) {
            return fail_set(f, FAIL_INPUT, "a refund of %s with a negative amount", l->gid);
        }
        json_t *row = json_pack("{s:s, s:I, s:I, s:I}", "line_gid", l->gid, "quantity",
                                (json_int_t)l->quantity, "net_minor", (json_int_t)l->net,
                                "tax_minor", (json_int_t)l->tax);
        if (json_array_append_new(rows, row) < 0) {
            return fail_memory(f);
        }
    }
    return json_write(rows, ret, f);
}

/* A row that refers to an order that is not there. */
static int for_order(int64_t changed, int64_t order_id, struct fail *f)
{
    if (changed < 0 && f->kind == FAIL_CONFLICT && strcmp(f->code, "23503") == 0) {
        return no_order(order_id, f);
    }
    return changed < 0 ? -1 : 0;
}

int books_refund_store(struct db *tx, int64_t order_id, const struct books_refund *r,
                       struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(free_p) char *lines = NULL;
    struct sql_text id, at, shipping, tax, duties, adjustment;

    if (r->line_count > BOOKS_LINES_MAX || r->shipping < 0 || r->tax < 0 || r->duties < 0) {
        return fail_set(f, FAIL_INPUT, "refund %s: too many lines or a negative amount", r->gid);
    }
    TRY(refund_lines_json(r, &lines, f));
    const char *params[] = { sql_int(&id, order_id),
                             r->gid,
                             sql_time(&at, r->at_us),
                             sql_int(&shipping, r->shipping),
                             sql_int(&tax, r->tax),
                             sql_int(&duties, r->duties),
                             sql_int(&adjustment, r->adjustment) };
    TRY(for_order(db_query(tx, &sql_books_refund_put, params, &rows, f), order_id, f));
    TRY(db_exec(tx, &sql_books_refund_lines_put, (const char *[]){ db_text(rows, 0, "id"), lines },
                f));
    return 0;
}

int books_credit_store(struct db *tx, int64_t order_id, const struct books_credit *c,
                       struct fail *f)
{
    struct sql_text id, at, amount;

    if (c->minor < 0) {
        return fail_set(f, FAIL_INPUT, "a supplier's credit below 0");
    }
    const char *params[] = { sql_int(&id, order_id), c->key, sql_time(&at, c->at_us),
                             sql_int(&amount, c->minor) };
    return for_order(db_exec(tx, &sql_books_credit_put, params, f), order_id, f);
}

int books_duty_store(struct db *tx, int64_t order_id, int64_t minor, struct fail *f)
{
    struct sql_text id, amount;

    if (minor < 0) {
        return fail_set(f, FAIL_INPUT, "a duty below 0");
    }
    int64_t changed =
        db_exec(tx, &sql_books_duty_put,
                (const char *[]){ sql_int(&id, order_id), sql_int(&amount, minor) }, f);
    TRY(changed);
    return changed > 0 ? 0 : no_order(order_id, f);
}

int books_origin_store(struct db *tx, int64_t order_id, const struct books_origin *o,
                       struct fail *f)
{
    struct sql_text id;
    const char *params[] = { sql_int(&id, order_id), o->platform, o->campaign, o->ad_set,
                             o->by_click ? "click" : "utm" };
    return for_order(db_exec(tx, &sql_books_origin_put, params, f), order_id, f);
}

int books_metric_store(struct db *tx, const struct books_metric *m, struct fail *f)
{
    struct sql_text product, n[5];
    const int64_t numbers[] = { m->spend, m->impressions, m->clicks, m->purchases, m->revenue };
    const char *params[11] = {
        m->platform, m->campaign,
        m->ad_set,   m->product_id != 0 ? sql_int(&product, m->product_id) : NULL,
        m->day,      m->currency
    };

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        if (numbers[i] < 0) {
            return fail_set(f, FAIL_INPUT, "a negative number in the report of ad set %s",
                            m->ad_set);
        }
        params[6 + i] = sql_int(&n[i], numbers[i]);
    }
    TRY(db_exec(tx, &sql_books_metric_put, params, f));
    return 0;
}

int books_sessions_store(struct db *tx, const struct books_sessions *s, struct fail *f)
{
    struct sql_text all, won;

    if (s->all < 0 || s->with_order < 0) {
        return fail_set(f, FAIL_INPUT, "a negative number of sessions");
    }
    const char *params[] = { s->day, sql_int(&all, s->all), sql_int(&won, s->with_order),
                             s->source };
    TRY(db_exec(tx, &sql_books_sessions_put, params, f));
    return 0;
}

/* ---- arithmetic ---- */

int books_without_tax(int64_t with_tax, int64_t discount_with_tax, int64_t tax,
                      struct books_untaxed *ret, struct fail *f)
{
    int64_t paid = with_tax - discount_with_tax;
    int64_t gross = with_tax;

    if (with_tax < 0 || discount_with_tax < 0 || paid < 0 || tax < 0 || tax > paid) {
        return fail_set(f, FAIL_INPUT, "more discount or tax than price");
    }
    if (paid > 0) {
        TRY(money_mul_div(with_tax, paid - tax, paid, MONEY_HALF_UP, &gross, f));
    }
    *ret = (struct books_untaxed){ .gross = gross, .discount = gross - (paid - tax) };
    return 0;
}

int books_of_units(int64_t amount, const struct books_units *units, int64_t *ret, struct fail *f)
{
    int64_t quantity = units->quantity, from = units->from, count = units->count;

    if (amount < 0 || quantity <= 0 || from < 0 || count < 0 || count > quantity ||
        from > quantity - count) {
        return fail_set(f, FAIL_INPUT, "units that the line does not have");
    }
    int64_t each = amount / quantity,
            dearer = amount % quantity; /* the first units bear the rest */
    int64_t of_dearer = from >= dearer ? 0 : dearer - from < count ? dearer - from : count;

    *ret = each * count + of_dearer;
    return 0;
}
