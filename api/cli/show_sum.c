#include "api/cli/show_sum.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/cli/out.h"
#include "common/base/json.h"
#include "common/base/money.h"

#define DASH "—"

/* One variant in one market, with what both share. */
struct place {
    const json_t *decision, *variant, *sum; /* sum: of the variant in this market */
    const json_t *market;                   /* terms, quote and duty; NULL = not told */
    const char *currency;
};

void sum_percent(int64_t ppm, char text[static SUM_TEXT_BYTES])
{
    int64_t hundredths = (ppm < 0 ? -ppm : ppm) / 100;

    snprintf(text, SUM_TEXT_BYTES, "%s%" PRId64 ".%02" PRId64 " %%", ppm < 0 ? "-" : "",
             hundredths / 100, hundredths % 100);
}

void sum_add_percent(json_t *row, const char *ppm, const char *name)
{
    char text[SUM_TEXT_BYTES];

    if (json_is_integer(json_object_get(row, ppm))) {
        sum_percent(json_int(row, ppm, 0), text);
        json_object_set_new(row, name, json_string(text));
    }
}

static void percent_at(const json_t *object, const char *name, char text[static SUM_TEXT_BYTES])
{
    if (json_is_integer(json_at(object, name))) {
        sum_percent(json_int(object, name, 0), text);
    } else {
        snprintf(text, SUM_TEXT_BYTES, "%s", DASH);
    }
}

/* A member in minor units as a decimal amount, without its currency. */
static void amount_at(const json_t *object, const char *name, const char *currency,
                      char text[static SUM_TEXT_BYTES])
{
    struct money m = { .minor = json_int(object, name, 0) };
    char amount[MONEY_TEXT_BYTES];

    if (!json_is_integer(json_at(object, name))) {
        snprintf(text, SUM_TEXT_BYTES, "%s", DASH);
        return;
    }
    snprintf(m.currency, sizeof m.currency, "%.3s", currency);
    money_format(&m, amount);
    snprintf(text, SUM_TEXT_BYTES, "%s", amount);
}

static size_t wide(const char *text)
{
    size_t chars = 0;
    for (; *text != '\0'; text++) {
        chars += ((unsigned char)*text & 0xC0) != 0x80;
    }
    return chars;
}

static void line(const struct place *p, const char *label, const char *name, const char *note)
{
    char amount[SUM_TEXT_BYTES];

    amount_at(p->sum, name, p->currency, amount);
    printf("  %-20s %*s%s  %s\n", label, wide(amount) < 10 ? (int)(10 - wide(amount)) : 0, "",
           amount, note);
}

/* ---- notes beside the lines: where the numbers come from ---- */

enum { NOTE_BYTES = 240 };

static void quote_note(const struct place *p, char note[static NOTE_BYTES])
{
    static const struct column quoted = { "", "quote.quoted_at", CELL_LONG };
    char at[OUT_CELL_BYTES];

    out_cell(p->market, &quoted, 0, at);
    snprintf(note, NOTE_BYTES, "%.80s, %" PRId64 " to %" PRId64 " days, quoted %.16s",
             json_text(p->market, "quote.method", "no quote"),
             json_int(p->market, "quote.days_min", 0), json_int(p->market, "quote.days_max", 0),
             at);
}

static void duty_note(const struct place *p, char note[static NOTE_BYTES])
{
    char rate[SUM_TEXT_BYTES], fixed[SUM_TEXT_BYTES];
    const json_t *duty = json_at(p->market, "duty");

    if (duty == NULL) {
        snprintf(note, NOTE_BYTES, "no rule");
        return;
    }
    percent_at(duty, "ad_valorem_ppm", rate);
    amount_at(duty, "fixed_minor", json_text(duty, "currency", p->currency), fixed);
    snprintf(note, NOTE_BYTES, "%s of the goods, %s %.3s for each tariff code (%.12s)", rate, fixed,
             json_text(duty, "currency", ""), json_text(duty, "hs6", "unknown"));
}

static void tax_note(const struct place *p, char note[static NOTE_BYTES])
{
    char rate[SUM_TEXT_BYTES];

    percent_at(p->market, "tax_ppm", rate);
    snprintf(note, NOTE_BYTES, "tax %.20s, %s", json_text(p->market, "tax_mode", DASH), rate);
}

static void fee_note(const struct place *p, char note[static NOTE_BYTES])
{
    char rate[SUM_TEXT_BYTES], fixed[SUM_TEXT_BYTES];

    percent_at(p->market, "fee_ppm", rate);
    amount_at(p->market, "fee_fixed_minor", p->currency, fixed);
    snprintf(note, NOTE_BYTES, "%s of what is charged, and %s", rate, fixed);
}

static void reserve_note(const struct place *p, char note[static NOTE_BYTES])
{
    char rate[SUM_TEXT_BYTES], cost[SUM_TEXT_BYTES];

    percent_at(p->decision, "return_ppm", rate);
    amount_at(p->market, "return_cost_minor", p->currency, cost);
    snprintf(note, NOTE_BYTES, "%s come back, each costs %s", rate, cost);
}

static void margin_note(const struct place *p, char note[static NOTE_BYTES])
{
    char margin[SUM_TEXT_BYTES], target[SUM_TEXT_BYTES], least[SUM_TEXT_BYTES];

    percent_at(p->sum, "margin_ppm", margin);
    percent_at(p->decision, "target_ppm", target);
    amount_at(p->decision, "least_margin_minor", p->currency, least);
    snprintf(note, NOTE_BYTES, "%s; wanted are %s and %s", margin, target, least);
}

typedef void note_fn(const struct place *p, char note[static NOTE_BYTES]);

/* The whole sum in its order. */
static const struct sum_line {
    const char *label, *name;
    note_fn *note; /* NULL = none */
} sum_lines[] = {
    { "goods", "goods_minor", NULL },
    { "+ shipping", "shipping_minor", quote_note },
    { "+ duty", "duty_minor", duty_note },
    { "+ import tax", "import_tax_minor", NULL },
    { "+ broker", "broker_minor", NULL },
    { "+ currency fee", "fx_minor", NULL },
    { "= landed cost", "landed_minor", NULL },
    { "shop price", "price_minor", tax_note },
    { "charged", "charged_minor", NULL },
    { "net", "net_minor", NULL },
    { "- landed cost", "landed_minor", NULL },
    { "- payment fee", "fee_minor", fee_note },
    { "- returns reserve", "reserve_minor", reserve_note },
    { "= contribution", "margin_minor", margin_note },
};

static void show_worst(const struct place *p)
{
    char note[NOTE_BYTES];

    printf("\nthe sum of %.100s to %.2s, the least good of all, in %.3s\n",
           json_text(p->variant, "name", DASH), json_text(p->sum, "country", "??"), p->currency);
    for (size_t i = 0; i < COUNT_OF(sum_lines); i++) {
        note[0] = '\0';
        if (sum_lines[i].note != NULL) {
            sum_lines[i].note(p, note);
        }
        line(p, sum_lines[i].label, sum_lines[i].name, note);
    }
}

/* ---- all variants and markets ---- */

static const struct column place_columns[] = {
    { "VARIANT", "name", CELL_TEXT },   { "TO", "country", CELL_TEXT },
    { "GOODS", "goods", CELL_INT },     { "SHIP", "shipping", CELL_INT },
    { "DUTY", "duty", CELL_INT },       { "TAX", "import_tax", CELL_INT },
    { "BROKER", "broker", CELL_INT },   { "FX", "fx", CELL_INT },
    { "LANDED", "landed", CELL_INT },   { "PRICE", "price", CELL_INT },
    { "NET", "net", CELL_INT },         { "FEE", "fee", CELL_INT },
    { "RESERVE", "reserve", CELL_INT }, { "CM", "margin", CELL_INT },
    { "M", "percent", CELL_INT },       { "", "left_out", CELL_LONG },
};

static json_t *place_row(const struct place *p)
{
    static const char *const amounts[] = { "goods",  "shipping", "duty",    "import_tax",
                                           "broker", "fx",       "landed",  "price",
                                           "net",    "fee",      "reserve", "margin" };
    json_t *row = json_object();
    char name[40], text[SUM_TEXT_BYTES];
    const char *rule = json_text(p->variant, "rule", NULL);

    json_object_set_new(row, "name", json_string(json_text(p->variant, "name", "")));
    json_object_set_new(row, "country", json_string(json_text(p->sum, "country", "")));
    for (size_t i = 0; i < COUNT_OF(amounts); i++) {
        snprintf(name, sizeof name, "%s_minor", amounts[i]);
        amount_at(p->sum, name, p->currency, text);
        json_object_set_new(row, amounts[i], json_string(text));
    }
    percent_at(p->sum, "margin_ppm", text);
    json_object_set_new(row, "percent", json_string(text));
    json_object_set_new(row, "left_out", json_string(rule != NULL ? rule : " "));
    return row;
}

static const json_t *find_by(const json_t *list, const char *member, const char *text)
{
    const json_t *item;
    size_t index;

    json_array_foreach(list, index, item)
    {
        if (strcmp(json_text(item, member, ""), text) == 0) {
            return item;
        }
    }
    return NULL;
}

static void show_places(const json_t *decision, const char *currency)
{
    scoped(json_clear_p) json_t *rows = json_array();
    const json_t *variant, *sum;
    size_t i, j;

    json_array_foreach(json_object_get(decision, "variants"), i, variant)
    {
        json_array_foreach(json_object_get(variant, "markets"), j, sum)
        {
            const struct place p = {
                .decision = decision, .variant = variant, .sum = sum, .currency = currency
            };
            json_array_append_new(rows, place_row(&p));
        }
    }
    if (json_array_size(rows) > 0) {
        printf("\nevery variant and market, in %.3s\n", currency);
        out_table(rows, place_columns, COUNT_OF(place_columns));
    }
}

/* ---- checks ---- */

static const struct column gate_columns[] = {
    { "CHECK", "rule", CELL_TEXT }, { "PASSED", "passed", CELL_TEXT },
    { "VALUE", "value", CELL_INT }, { "LIMIT", "limit", CELL_INT },
    { "IN", "unit", CELL_TEXT },    { "WHAT", "text", CELL_LONG },
};
static const struct column left_out_columns[] = {
    { "VARIANT", "name", CELL_TEXT },
    { "STOCK", "stock", CELL_INT },
    { "RULE", "rule", CELL_TEXT },
    { "WHY", "text", CELL_LONG },
};

static void show_left_out(const json_t *variants)
{
    scoped(json_clear_p) json_t *rows = json_array();
    json_t *variant;
    size_t index;

    json_array_foreach((json_t *)(uintptr_t)variants, index, variant)
    {
        if (json_text(variant, "rule", NULL) != NULL) {
            json_array_append(rows, variant);
        }
    }
    if (json_array_size(rows) > 0) {
        printf("\nvariants that are left out\n");
        out_table(rows, left_out_columns, COUNT_OF(left_out_columns));
    }
}

void sum_show(const json_t *decision)
{
    const char *currency = json_text(decision, "currency", "USD");
    const json_t *variants = json_object_get(decision, "variants");
    const json_t *variant = find_by(variants, "vid", json_text(decision, "worst.vid", ""));
    const char *country = json_text(decision, "worst.country", "");
    const struct place worst = {
        .decision = decision,
        .variant = variant,
        .sum = find_by(json_object_get(variant, "markets"), "country", country),
        .market = find_by(json_object_get(decision, "markets"), "country", country),
        .currency = currency
    };

    if (worst.sum != NULL) {
        show_worst(&worst);
    } else {
        printf("\nthe sum: %s\n", json_object_size(decision) == 0
                                      ? "not assessed yet"
                                      : "no variant could be summed up; the checks say why");
    }
    show_places(decision, currency);
    show_left_out(variants);
    if (json_array_size(json_object_get(decision, "gate")) > 0) {
        printf("\nchecks\n");
        out_table(json_object_get(decision, "gate"), gate_columns, COUNT_OF(gate_columns));
    }
}
