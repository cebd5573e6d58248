/* orders, order, order-release, order-hold */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "common/base/json.h"
#include "common/model/orders.h"
#include "common/model/settings.h"

static const struct column order_columns[] = {
    { "ID", "id", CELL_INT },
    { "ORDER", "name", CELL_TEXT },
    { "STATE", "state", CELL_TEXT },
    { "CREATED", "created_at", CELL_AGE },
    { "TOTAL", "total", CELL_MONEY },
    { "CJ", "cj_orders", CELL_INT },
    { "PARCELS", "parcels", CELL_INT },
    { "HOLD", "hold_code", CELL_TEXT },
    { "NEXT", "next_job", CELL_TEXT },
    { "DUE", "next_run_at", CELL_DUE },
    { "PROBLEM", "problem", CELL_LONG },
};
static const struct column order_fields[] = {
    { "order", "name", CELL_TEXT },
    { "id", "id", CELL_INT },
    { "gid", "gid", CELL_LONG },
    { "state", "state", CELL_TEXT },
    { "mode", "mode", CELL_TEXT },
    { "created", "created_at", CELL_AGE },
    { "financial", "financial", CELL_TEXT },
    { "total", "total", CELL_MONEY },
    { "e-mail", "email", CELL_LONG },
    { "risk", "risk", CELL_TEXT },
    { "score", "score", CELL_INT },
    { "hold", "hold_code", CELL_TEXT },
    { "released by", "released_by", CELL_TEXT },
    { "problem", "problem", CELL_LONG },
    { "next job", "next_job", CELL_TEXT },
    { "due", "next_run_at", CELL_DUE },
};
static const struct column reason_code = { "", "code", CELL_TEXT };
static const struct column reason_text = { "", "text", CELL_LONG };
static const struct column line_columns[] = {
    { "SKU", "sku", CELL_TEXT },        { "QUANTITY", "quantity", CELL_INT },
    { "TO SHIP", "to_ship", CELL_INT }, { "PRICE", "unit_price", CELL_MONEY },
    { "TITLE", "title", CELL_LONG },
};
static const struct column supplier_columns[] = {
    { "NUMBER", "our_number", CELL_TEXT },    { "STATE", "state", CELL_TEXT },
    { "CJ ORDER", "cj_order_id", CELL_TEXT }, { "CJ STATUS", "cj_status", CELL_TEXT },
    { "PAID", "paid_at", CELL_AGE },          { "CHARGED", "charged_minor", CELL_INT },
    { "CURRENCY", "currency", CELL_TEXT },    { "BY", "logistic_name", CELL_LONG },
};
static const struct column parcel_columns[] = {
    { "TRACKING", "tracking_number", CELL_TEXT },
    { "CARRIER", "carrier", CELL_TEXT },
    { "STATUS", "status", CELL_TEXT },
    { "TOLD", "notified_at", CELL_AGE },
    { "URL", "tracking_url", CELL_LONG },
};
static const struct column event_columns[] = {
    { "AT", "at", CELL_LONG },
    { "STEP", "step", CELL_TEXT },
    { "CODE", "code", CELL_TEXT },
    { "WHAT", "text", CELL_LONG },
};
static const struct column effect_columns[] = {
    { "EFFECT", "key", CELL_LONG },
    { "STATE", "state", CELL_TEXT },
    { "TRIES", "attempts", CELL_INT },
    { "ERROR", "error", CELL_LONG },
};

int cmd_orders(struct cli *c, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *page = NULL;
    struct order_filter filter = { .state = cli_option(c, "state"),
                                   .text = cli_option(c, "text"),
                                   .after = cli_option(c, "after") };
    struct db *db;

    TRY(cli_option_int(c, "limit", ORDER_PAGE_MAX, 30, &filter.limit, f));
    TRY(cli_db(c, &db, f));
    TRY(orders_page(db, &filter, &text, f));
    if (c->json) {
        puts(text);
        return 0;
    }
    TRY(show_parsed(text, &page, f));
    out_table(json_object_get(page, "orders"), order_columns, COUNT_OF(order_columns));
    if (json_text(page, "next", NULL) != NULL) {
        printf("more: dropship orders --after %s\n", json_text(page, "next", ""));
    }
    return 0;
}

/* "CODE: sentence" a line. */
static void show_reasons(const json_t *reasons)
{
    size_t index;
    const json_t *reason;
    char code[OUT_CELL_BYTES], text[OUT_CELL_BYTES];

    if (json_array_size(reasons) > 0) {
        printf("\nreasons\n");
    }
    json_array_foreach(reasons, index, reason)
    {
        out_cell(reason, &reason_code, 0, code);
        out_cell(reason, &reason_text, 0, text);
        printf("%s: %s%s\n", code, text,
               json_truth(reason, "overruled", false) ? " (overruled by the release)" : "");
    }
}

static void show_order(const json_t *order)
{
    size_t index;
    const json_t *supplier;

    out_fields(order, order_fields, COUNT_OF(order_fields));
    show_reasons(json_object_get(order, "hold_reasons"));
    out_section("lines", json_object_get(order, "lines"), line_columns, COUNT_OF(line_columns));
    out_section("supplier orders", json_object_get(order, "supplier_orders"), supplier_columns,
                COUNT_OF(supplier_columns));
    json_array_foreach(json_object_get(order, "supplier_orders"), index, supplier)
    {
        out_section("parcels", json_object_get(supplier, "parcels"), parcel_columns,
                    COUNT_OF(parcel_columns));
    }
    out_section("effects", json_object_get(order, "effects"), effect_columns,
                COUNT_OF(effect_columns));
    out_section("timeline", json_object_get(order, "events"), event_columns,
                COUNT_OF(event_columns));
}

int cmd_order(struct cli *c, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *order = NULL;
    int64_t id;
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(order_resolve(db, cli_word(c, 0), &id, f));
    TRY(order_detail(db, id, &text, f));
    if (c->json) {
        puts(text);
        return 0;
    }
    TRY(show_parsed(text, &order, f));
    show_order(order);
    return 0;
}

static void tell(const struct cli *c, int64_t id, const char *state, const char *sentence)
{
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:I, s:s}", "id", (json_int_t)id, "state", state);
        out_json(answer);
    } else {
        printf("order %s: %s\n", cli_word(c, 0), sentence);
    }
}

/* What follows a release; the order of the modes is that of the setting's choices. */
static const char *after_release(struct db *db)
{
    static const char *const by_mode[] = {
        "released, but the flow is off: it waits for `dropship flow fulfillment MODE`",
        "released in dry run: what would be done is decided again and noted; nothing is ordered",
        "released: it is decided now, and ordered unless a fact forbids it",
        "released: it is decided now, and ordered unless a fact forbids it",
    };
    int64_t stop = 0, mode = 0;
    struct fail ignored; /* the release itself is done */

    if (settings_read_one(db, SETTING_STOP, &stop, &ignored) < 0 ||
        settings_read_one(db, SETTING_FLOW_FULFILLMENT, &mode, &ignored) < 0 ||
        (size_t)mode >= COUNT_OF(by_mode)) {
        return "released; what follows cannot be told: the settings cannot be read";
    }
    return stop != 0 ? "released, but STOP is on: it waits for `dropship resume-all`"
                     : by_mode[mode];
}

int cmd_order_release(struct cli *c, struct fail *f)
{
    int64_t id;
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(order_resolve(db, cli_word(c, 0), &id, f));
    TRY(order_release_by(db, id, c->who, f));
    tell(c, id, "waiting", after_release(db));
    return 0;
}

int cmd_order_hold(struct cli *c, struct fail *f)
{
    int64_t id;
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(order_resolve(db, cli_word(c, 0), &id, f));
    TRY(order_hold_by(db, id, cli_word(c, 1), c->who, f));
    tell(c, id, "held", "held until somebody releases it");
    return 0;
}
