/* product: all about one, with the whole sum behind its decision. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "api/cli/show_sum.h"
#include "common/base/json.h"
#include "common/model/products.h"

static const struct column product_fields[] = {
    { "product", "name", CELL_LONG },
    { "id", "id", CELL_INT },
    { "supplier's id", "pid", CELL_TEXT },
    { "category", "category", CELL_LONG },
    { "state", "state", CELL_TEXT },
    { "mode", "mode", CELL_TEXT },
    { "trend", "label", CELL_TEXT },
    { "score", "score", CELL_TEXT },
    { "listings", "listings", CELL_INT },
    { "stock", "stock", CELL_INT },
    { "supplier from", "supplier_price.from", CELL_MONEY },
    { "supplier to", "supplier_price.to", CELL_MONEY },
    { "landed cost", "landed", CELL_MONEY },
    { "shop price", "price", CELL_MONEY },
    { "contribution", "margin", CELL_MONEY },
    { "margin", "margin_percent", CELL_TEXT },
    { "approved by", "approved_by", CELL_TEXT },
    { "hold", "hold_code", CELL_TEXT },
    { "problem", "problem", CELL_LONG },
    { "handle", "listing.handle", CELL_LONG },
    { "shop's id", "listing.gid", CELL_LONG },
    { "listed", "listing.listed_at", CELL_AGE },
    { "text at shop", "listing.text_version", CELL_INT },
    { "repriced", "listing.repriced_at", CELL_AGE },
    { "checked", "listing.checked_at", CELL_AGE },
    { "next check", "listing.check_due_at", CELL_DUE },
    { "next job", "next_job", CELL_TEXT },
    { "due", "next_run_at", CELL_DUE },
    { "found", "found_at", CELL_AGE },
};
static const struct column decision_fields[] = {
    { "decision", "decision_rule", CELL_TEXT }, { "why", "decision_text", CELL_LONG },
    { "to do", "decision.todo", CELL_LONG },    { "decided by", "decided_by", CELL_TEXT },
    { "decided", "decided_at", CELL_AGE },      { "priced by", "decision.pricing.name", CELL_LONG },
    { "demand", "decision.demand", CELL_JSON },
};
static const struct column variant_columns[] = {
    { "SKU", "sku", CELL_TEXT },
    { "VARIANT", "name", CELL_TEXT },
    { "COST", "cost", CELL_MONEY },
    { "STOCK", "stock", CELL_INT },
    { "LANDED", "landed", CELL_MONEY },
    { "PRICE", "price", CELL_MONEY },
    { "AT SHOP", "shop_quantity", CELL_INT },
    { "LOW", "low", CELL_YES },
    { "CHECKED", "checked_at", CELL_AGE },
    { "GONE", "gone_at", CELL_AGE },
};
static const struct column text_columns[] = {
    { "VERSION", "version", CELL_INT }, { "BY", "made_by", CELL_TEXT },
    { "MADE", "at", CELL_AGE },         { "PASSED", "checks.passed", CELL_TEXT },
    { "TITLE", "title", CELL_LONG },
};
static const struct column text_fields[] = {
    { "title", "title", CELL_LONG },           { "seo title", "seo_title", CELL_LONG },
    { "meta", "meta_description", CELL_LONG }, { "tags", "tags", CELL_JSON },
    { "alt texts", "alt_texts", CELL_JSON },
};
static const struct column fault_columns[] = {
    { "RULE", "rule", CELL_TEXT },
    { "WHERE", "field", CELL_TEXT },
    { "WHAT", "text", CELL_LONG },
};
static const struct column call_columns[] = {
    { "AI CALL", "at", CELL_AGE },          { "MODEL", "model", CELL_TEXT },
    { "STATUS", "status", CELL_TEXT },      { "IN", "tokens_in", CELL_INT },
    { "OUT", "tokens_out", CELL_INT },      { "1E-6 USD", "cost_micro", CELL_INT },
    { "REQUEST", "request_id", CELL_TEXT }, { "ERROR", "error", CELL_LONG },
};
static const struct column snapshot_columns[] = {
    { "DAY", "day", CELL_TEXT },
    { "LISTINGS", "listings", CELL_INT },
    { "STOCK", "stock", CELL_INT },
    { "FROM (MINOR)", "price_min_minor", CELL_INT },
    { "TO (MINOR)", "price_max_minor", CELL_INT },
};
static const struct column proposal_columns[] = {
    { "ID", "id", CELL_INT },        { "PROPOSAL", "kind", CELL_TEXT },
    { "STATE", "state", CELL_TEXT }, { "BY", "decided_by", CELL_TEXT },
    { "WHAT", "text", CELL_LONG },
};
static const struct column effect_columns[] = {
    { "EFFECT", "key", CELL_LONG },
    { "STATE", "state", CELL_TEXT },
    { "TRIES", "attempts", CELL_INT },
    { "ERROR", "error", CELL_LONG },
};
static const struct column event_columns[] = {
    { "AT", "at", CELL_LONG },   { "STEP", "step", CELL_TEXT }, { "CODE", "code", CELL_TEXT },
    { "WHO", "who", CELL_TEXT }, { "WHAT", "text", CELL_LONG },
};

/* Text of any length on lines of its own; what moves the cursor does not get through. */
static void show_block(const char *title, const char *text)
{
    printf("%s\n  ", title);
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        bool c1 = at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
        if (*at == '\n') {
            printf("\n  ");
        } else if (c1) {
            at++;
        } else if (*at >= 0x20 && *at != 0x7f) {
            putchar(*at);
        }
    }
    printf("\n");
}

static void show_texts(const json_t *texts)
{
    const json_t *newest = json_array_get(texts, 0);

    if (newest == NULL) {
        return;
    }
    out_section("texts", texts, text_columns, COUNT_OF(text_columns));
    printf("\nthe newest text\n");
    out_fields(newest, text_fields, COUNT_OF(text_fields));
    show_block("description", json_text(newest, "description_html", ""));
    out_section("what the content rules say", json_at(newest, "checks.failed"), fault_columns,
                COUNT_OF(fault_columns));
}

static void show_product(json_t *product)
{
    sum_add_percent(product, "margin_ppm", "margin_percent");
    out_fields(product, product_fields, COUNT_OF(product_fields));
    printf("\n");
    out_fields(product, decision_fields, COUNT_OF(decision_fields));
    sum_show(json_object_get(product, "decision"));
    out_section("variants and stock", json_object_get(product, "variants"), variant_columns,
                COUNT_OF(variant_columns));
    show_texts(json_object_get(product, "texts"));
    out_section("calls of text models", json_object_get(product, "ai_calls"), call_columns,
                COUNT_OF(call_columns));
    out_section("at the supplier, by day", json_object_get(product, "snapshots"), snapshot_columns,
                COUNT_OF(snapshot_columns));
    out_section("proposals", json_object_get(product, "proposals"), proposal_columns,
                COUNT_OF(proposal_columns));
    out_section("effects", json_object_get(product, "effects"), effect_columns,
                COUNT_OF(effect_columns));
    out_section("timeline", json_object_get(product, "events"), event_columns,
                COUNT_OF(event_columns));
}

int cmd_product(struct cli *c, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *product = NULL;
    int64_t id;
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(product_resolve(db, cli_word(c, 0), &id, f));
    TRY(product_detail(db, id, &text, f));
    if (c->json) {
        puts(text);
        return 0;
    }
    TRY(show_parsed(text, &product, f));
    show_product(product);
    return 0;
}
