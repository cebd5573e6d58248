/* analytics: the figures, and whether the sums behind them are right */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/cli_act.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "common/base/json.h"
#include "common/base/money.h"
#include "common/model/analytics.h"
#include "common/model/books_rebuild.h"

enum { FIGURE_BYTES = MONEY_TEXT_BYTES + 16 };

/* The order in which figures are shown. */
static const struct {
    const char *name, *title;
} figures[] = {
    { "total_sales", "Total sales" },
    { "total_profit", "Total profit" },
    { "total_orders", "Orders" },
    { "ad_spend", "Ad spend" },
    { "roi_ads", "ROI (ads)" },
    { "conversion_rate", "Conversion rate" },
    { "aov", "Average order value" },
    { "roi_total", "ROI (total)" },
    { "roas", "ROAS" },
    { "mer", "MER" },
    { "poas", "POAS" },
    { "gross_sales", "Gross sales" },
    { "net_revenue", "Net revenue" },
    { "margin", "Margin" },
    { "refund_rate", "Refund rate" },
    { "orders_on_hold", "On hold now" },
};

/* value * 10^-digits, "-" and all. */
static void decimal(int64_t value, int64_t one, int digits, const char *sign, char *out)
{
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    snprintf(out, FIGURE_BYTES, "%s%" PRIu64 ".%0*" PRIu64 "%s", value < 0 ? "-" : "",
             size / (uint64_t)one, digits, size % (uint64_t)one, sign);
}

/* "12.34 USD", "3.33x", "40.0 %", "17"; a dash when it is not known. */
static void figure_text(const json_t *value, const char *unit, const char *currency,
                        char out[static FIGURE_BYTES])
{
    char amount[MONEY_TEXT_BYTES];
    struct money m = { .minor = json_integer_value(value) };

    if (!json_is_integer(value)) {
        snprintf(out, FIGURE_BYTES, "-");
    } else if (strcmp(unit, "minor") == 0) {
        snprintf(m.currency, sizeof m.currency, "%s", currency);
        money_format(&m, amount);
        snprintf(out, FIGURE_BYTES, "%s %s", amount, currency);
    } else if (strcmp(unit, "ppm") == 0) {
        decimal(m.minor / 100, 100, 2, " %", out);
    } else if (strcmp(unit, "e4") == 0) {
        decimal(m.minor / 100, 100, 2, "x", out);
    } else {
        snprintf(out, FIGURE_BYTES, "%" PRId64, m.minor);
    }
}

static int add_row(json_t *rows, const char *title, const json_t *figure, const char *currency,
                   struct fail *f)
{
    const char *unit = json_text(figure, "unit", "");
    const char *why = json_text(figure, "why", "");
    bool estimated = json_truth(figure, "estimated", false);
    char value[FIGURE_BYTES], before[FIGURE_BYTES], change[FIGURE_BYTES];

    figure_text(json_at(figure, "value"), unit, currency, value);
    figure_text(json_at(figure, "previous"), unit, currency, before);
    figure_text(json_at(figure, "change_ppm"), "ppm", "", change);
    json_t *row = json_pack("{s:s, s:s+, s:s, s:s, s:s}", "title", title, "value", value,
                            estimated ? " ~" : "", "before", before, "change", change, "why", why);
    return json_array_append_new(rows, row) < 0 ? fail_memory(f) : 0;
}

static int show_figures(const json_t *summary, struct fail *f)
{
    static const struct column columns[] = { { "FIGURE", "title", CELL_TEXT },
                                             { "VALUE", "value", CELL_TEXT },
                                             { "BEFORE", "before", CELL_TEXT },
                                             { "CHANGE", "change", CELL_TEXT },
                                             { "WHY", "why", CELL_LONG } };
    scoped(json_clear_p) json_t *rows = json_array();
    const char *currency = json_text(summary, "currency", "");

    printf("%s to %s, shop days of %s, %s; ~ rests on costs that are not billed yet\n\n",
           json_text(summary, "range.from", ""), json_text(summary, "range.to", ""),
           json_text(summary, "range.zone", ""), currency);
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        const json_t *figure =
            json_object_get(json_object_get(summary, "figures"), figures[i].name);
        TRY(add_row(rows, figures[i].title, figure, currency, f));
    }
    out_table(rows, columns, COUNT_OF(columns));
    return 0;
}

static int summary(struct cli *c, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *answer = NULL;
    const struct analytics_ask ask = { .from = cli_option(c, "from"),
                                       .to = cli_option(c, "to"),
                                       .currency = cli_option(c, "currency"),
                                       .compare = true };
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(analytics_read(db, ANALYTICS_SUMMARY, &ask, &text, f));
    if (c->json) {
        puts(text);
        return 0;
    }
    TRY(show_parsed(text, &answer, f));
    return show_figures(answer, f);
}

static void say_findings(const struct books_findings *b, bool mended)
{
    const char *verb = mended ? "put right" : "differ";

    printf("%" PRId64 " orders and %" PRId64 " days compared with their facts\n", b->orders,
           b->days);
    printf("%s: %" PRId64 " orders, %" PRId64 " days of sales, %" PRId64 " of products, %" PRId64
           " of ads, %" PRId64 " totals of the status\n",
           verb, b->orders_differ, b->days_differ, b->products_differ, b->ads_differ,
           b->totals_differ);
}

static int rebuild(struct cli *c, struct fail *f)
{
    bool check = cli_option(c, "check") != NULL;
    struct books_findings b;
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(books_rebuild(db, !check, &b, f));
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "orders", (json_int_t)b.orders,
                      "days", (json_int_t)b.days, "orders_differ", (json_int_t)b.orders_differ,
                      "days_differ", (json_int_t)b.days_differ, "products_differ",
                      (json_int_t)b.products_differ, "ads_differ", (json_int_t)b.ads_differ,
                      "totals_differ", (json_int_t)b.totals_differ, "mended", !check);
        out_json(answer);
    } else {
        say_findings(&b, !check);
    }
    return check && !books_agree(&b) ? 1 : 0;
}

int cmd_analytics(struct cli *c, struct fail *f)
{
    static const struct cli_act acts[] = { { "summary", summary, 1 }, { "rebuild", rebuild, 1 } };
    return cli_run_act(c, acts, COUNT_OF(acts), f);
}
