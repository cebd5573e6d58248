/* products, product-approve, product-reject, product-edit, product-unlist, product-reprice, discovery-run */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "common/base/id.h"
#include "common/base/json.h"
#include "common/base/money.h"
#include "common/base/str.h"
#include "common/model/flow.h"
#include "common/model/flow_run.h"
#include "common/model/products.h"

enum { TEXTS_MAX_BYTES = 256 * 1024 };

static const struct column product_columns[] = {
    { "ID", "id", CELL_INT },
    { "PRODUCT", "name", CELL_TEXT },
    { "STATE", "state", CELL_TEXT },
    { "TREND", "label", CELL_TEXT },
    { "SCORE", "score", CELL_TEXT },
    { "LISTINGS", "listings", CELL_INT },
    { "LANDED", "landed", CELL_MONEY },
    { "PRICE", "price", CELL_MONEY },
    { "CM", "margin", CELL_MONEY },
    { "STOCK", "stock", CELL_INT },
    { "CHANGED", "changed_at", CELL_AGE },
    { "RULE", "decision_rule", CELL_TEXT },
    { "WHY", "why", CELL_LONG },
};

/* What a person wants to know first of each: its problem, else its decision. */
static void add_whys(json_t *products)
{
    json_t *product;
    size_t index;

    json_array_foreach(products, index, product)
    {
        const char *problem = json_text(product, "problem", NULL);
        const char *why = problem != NULL ? problem : json_text(product, "decision_text", NULL);
        json_object_set_new(product, "why", why != NULL ? json_string(why) : json_null());
    }
}

static void show_counts(const json_t *counts)
{
    for (const char *const *state = product_states; *state != NULL; state++) {
        int64_t count = json_int(counts, *state, 0);
        if (count > 0) {
            printf("%s %" PRId64 "  ", *state, count);
        }
    }
    printf("%s\n\n", json_object_size(counts) == 0 ? "no products yet" : "");
}

int cmd_products(struct cli *c, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *page = NULL;
    struct product_filter filter = { .state = cli_option(c, "state"),
                                     .label = cli_option(c, "label"),
                                     .category = cli_option(c, "category"),
                                     .text = cli_option(c, "text"),
                                     .sort = cli_option(c, "sort"),
                                     .after = cli_option(c, "after") };
    struct db *db;

    TRY(cli_option_int(c, "limit", PRODUCT_PAGE_MAX, 30, &filter.limit, f));
    TRY(cli_option_int(c, "score", 100, 0, &filter.score_min, f));
    TRY(cli_db(c, &db, f));
    TRY(products_page(db, &filter, &text, f));
    if (c->json) {
        puts(text);
        return 0;
    }
    TRY(show_parsed(text, &page, f));
    add_whys(json_object_get(page, "products"));
    show_counts(json_object_get(page, "counts"));
    out_table(json_object_get(page, "products"), product_columns, COUNT_OF(product_columns));
    if (json_text(page, "next", NULL) != NULL) {
        printf("more: the same with --after %s\n", json_text(page, "next", ""));
    }
    return 0;
}

/* ---- a person's word ---- */

static int hear(struct cli *c, struct db **ret_db, struct product_word *ret, struct fail *f)
{
    ret->who = c->who;
    TRY(cli_db(c, ret_db, f));
    return product_resolve(*ret_db, cli_word(c, 0), &ret->id, f);
}

/* said: 0 = done, 1 = it was so already. */
static int tell(struct cli *c, const struct product_word *word, int said, const char *sentence,
                struct fail *f)
{
    scoped(free_p) char *text = NULL;
    struct db *db;

    TRY(said);
    if (!c->json) {
        printf("product %" PRId64 ": %s\n", word->id,
               said == 1 ? "so already; nothing was changed" : sentence);
        return 0;
    }
    TRY(cli_db(c, &db, f));
    TRY(product_now(db, word->id, &text, f));
    puts(text);
    return 0;
}

/* The flow's mode and STOP decide when the shop is touched. */
static const char *after_approval(struct db *db)
{
    int64_t stop = 0, mode = 0;
    struct fail ignored; /* the approval itself is done */

    if (settings_read_one(db, SETTING_STOP, &stop, &ignored) < 0 ||
        settings_read_one(db, SETTING_FLOW_DISCOVERY, &mode, &ignored) < 0) {
        return "approved; what follows cannot be told: the settings cannot be read";
    }
    if (stop != 0) {
        return "approved, but STOP is on: it waits for `dropship resume-all`";
    }
    return mode < FLOW_APPROVE
               ? "approved, but the flow lists nothing: it waits for `dropship flow discovery "
                 "approve`"
               : "approved: its texts are checked once more, then it is listed";
}

static int read_all(FILE *in, struct str *text, struct fail *f)
{
    char part[4096];
    size_t got;

    while ((got = fread(part, 1, sizeof part, in)) > 0) {
        str_add_bytes(text, part, got);
    }
    if (ferror(in) != 0) {
        return fail_set(f, FAIL_INPUT, "the file cannot be read to its end");
    }
    return str_ok(text, f);
}

/* Texts as JSON from a file, "-" = standard input.  *ret is the caller's. */
static int read_texts(const char *name, json_t **ret, struct fail *f)
{
    scoped(str_done) struct str text;
    bool is_input = strcmp(name, "-") == 0;
    FILE *in = is_input ? stdin : fopen(name, "re");

    str_init(&text, TEXTS_MAX_BYTES);
    if (in == NULL) {
        return fail_set(f, FAIL_INPUT, "%.200s cannot be opened", name);
    }
    int done = read_all(in, &text, f);
    if (!is_input) {
        (void)fclose(in); /* only read */
    }
    TRY(done);
    return json_parse(text.data, text.len, name, ret, f);
}

int cmd_product_approve(struct cli *c, struct fail *f)
{
    scoped(json_clear_p) json_t *texts = NULL;
    const char *file = cli_option(c, "texts");
    struct product_word word;
    struct db *db;

    TRY(file != NULL ? read_texts(file, &texts, f) : 0);
    TRY(hear(c, &db, &word, f));
    int said = product_approve_by(db, &word, texts, f);
    return tell(c, &word, said, said == 0 ? after_approval(db) : "", f);
}

int cmd_product_reject(struct cli *c, struct fail *f)
{
    struct product_word word;
    struct db *db;

    TRY(hear(c, &db, &word, f));
    return tell(c, &word, product_reject_by(db, &word, cli_word(c, 1), f),
                "rejected for good: no scan brings it back", f);
}

int cmd_product_edit(struct cli *c, struct fail *f)
{
    scoped(json_clear_p) json_t *texts = NULL;
    struct product_word word;
    struct db *db;

    TRY(read_texts(cli_word(c, 1), &texts, f));
    TRY(hear(c, &db, &word, f));
    return tell(c, &word, product_edit_by(db, &word, texts, f),
                "a new version of its texts; the content rules are asked before the shop gets it",
                f);
}

int cmd_product_unlist(struct cli *c, struct fail *f)
{
    struct product_word word;
    struct db *db;

    TRY(hear(c, &db, &word, f));
    return tell(c, &word, product_unlist_by(db, &word, cli_word(c, 1), f),
                "is taken out of the shop", f);
}

/* A decimal amount in the currency of the product's shop price. */
static int read_price(struct db *db, int64_t id, const char *text, int64_t *ret_minor,
                      struct fail *f)
{
    scoped(free_p) char *detail = NULL;
    scoped(json_clear_p) json_t *product = NULL;
    struct money price;

    TRY(product_detail(db, id, &detail, f));
    TRY(show_parsed(detail, &product, f));
    const char *currency = json_text(product, "shop_currency", NULL);
    if (currency == NULL) {
        return fail_set(f, FAIL_CONFLICT, "product %" PRId64 " has no shop currency yet", id);
    }
    TRY(money_parse(text, currency, &price, f));
    if (price.minor <= 0) {
        return fail_set(f, FAIL_INPUT, "a price is more than 0");
    }
    *ret_minor = price.minor;
    return 0;
}

int cmd_product_reprice(struct cli *c, struct fail *f)
{
    struct product_word word;
    int64_t price_minor = 0;
    struct db *db;

    TRY(hear(c, &db, &word, f));
    TRY(cli_word(c, 1) != NULL ? read_price(db, word.id, cli_word(c, 1), &price_minor, f) : 0);
    return tell(c, &word, product_reprice_by(db, &word, price_minor, f),
                price_minor > 0 ? "gets this price" : "is priced anew by the rules", f);
}

int cmd_discovery_run(struct cli *c, struct fail *f)
{
    char trace[ID_TRACE_BYTES];
    struct flow_run run = { .flow = "discovery", .who = c->who, .trace_id = trace };
    struct redis *r;
    struct db *db;

    id_new_trace(trace);
    TRY(cli_db(c, &db, f));
    TRY(cli_redis(c, &r, f));
    int duplicate = flow_run_now(db, r, &run, f);
    TRY(duplicate);
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:s, s:s, s:s, s:b}", "jid", run.jid, "type", run.type, "queue", run.queue,
                      "duplicate", duplicate == 1);
        out_json(answer);
    } else {
        printf(duplicate == 1 ? "one is under way already: %s\n" : "%s\n", run.jid);
    }
    return 0;
}
