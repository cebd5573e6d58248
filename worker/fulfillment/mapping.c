#include "worker/fulfillment/mapping.h"

#include <string.h>

#include "common/base/log.h"
#include "common/base/str.h"
#include "sql/orders.h"
#include "common/db/sqltext.h"

enum { OPTIONS_MAX = 8 };

struct option {
    char vid[CJ_ID_BYTES];
    int rank;
    int64_t snapshot_minor;
};

struct options {
    struct option items[OPTIONS_MAX]; /* confirmed, by rank */
    size_t count;
    int main_count;
};

static void add_candidate(struct line_facts *line, const char *sku)
{
    size_t at = strlen(line->candidates);

    (void)snprintf(line->candidates + at, sizeof line->candidates - at, "%s%.40s",
                   at > 0 ? ", " : "", sku);
}

static int load(struct db *db, struct line_facts *line, struct options *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    *ret = (struct options){ 0 };
    line->candidates[0] = '\0';
    TRY(db_query(db, &sql_orders_mapping_of, (const char *[]){ line->sku }, &rows, f));
    for (int i = 0; i < PQntuples(rows); i++) {
        if (!db_bool(rows, i, "confirmed")) {
            add_candidate(line, db_text(rows, i, "supplier_sku"));
            continue;
        }
        int rank = (int)db_int(rows, i, "rank", 1);
        ret->main_count += ret->count == 0 || rank == ret->items[0].rank;
        if (ret->count < OPTIONS_MAX) {
            struct option *o = &ret->items[ret->count++];
            *o = (struct option){ .rank = rank,
                                  .snapshot_minor = db_int(rows, i, "snapshot_minor", 0) };
            (void)str_fit(o->vid, sizeof o->vid, db_text(rows, i, "vid"));
        }
    }
    line->main_mappings = ret->main_count;
    return 0;
}

static int propose(struct db *db, const struct embedded *sql, const char *shop_sku,
                   const struct cj_variant *v, struct fail *f)
{
    struct sql_text price;

    TRY(db_exec(db, sql,
                (const char *[]){ shop_sku, v->vid, v->sku, sql_opt(v->pid),
                                  sql_int(&price, v->price.minor) },
                f));
    return 0;
}

/* What the supplier has under this very SKU.  A variant without a readable price cannot even be proposed: the price is what
 * later rises are measured against. */
static int look_up(struct order_run *r, struct line_facts *line, struct fail *f)
{
    scoped(free_p) struct cj_variant *found = NULL;
    size_t count = 0;

    TRY(cj_variants_by_sku(r->c->cj, line->sku, &found, &count, f));
    bool confirm = r->set.num[SETTING_CONFIRM_EXACT_SKU] != 0 && count == 1;
    for (size_t i = 0; i < count; i++) {
        if (!found[i].price_known || found[i].price.minor <= 0) {
            continue;
        }
        TRY(propose(r->c->db,
                    confirm ? &sql_orders_mapping_confirm_rule : &sql_orders_mapping_propose,
                    line->sku, &found[i], f));
        log_info("mapping.found", kv_str("sku", line->sku), kv_str("vid", found[i].vid),
                 kv_bool("confirmed", confirm));
    }
    return 0;
}

/* The supplier says for certain that it has no such variant, or none any more. */
static void note_gone(struct line_facts *line, const char *vid)
{
    if (line->gone[0] == '\0') {
        (void)str_fit(line->gone, sizeof line->gone, vid);
    }
    log_warn("mapping.gone", kv_str("sku", line->sku), kv_str("vid", vid));
}

/* The first option that has enough; when none has, the first that the supplier knows. */
static int choose(struct order_run *r, const struct options *options, int64_t need,
                  struct line_facts *line, struct fail *f)
{
    const char *from = setting_text(&r->set, SETTING_WAREHOUSE);

    for (size_t i = 0; i < options->count; i++) {
        const struct option *o = &options->items[i];
        int64_t stock = 0;
        if (cj_stock(r->c->cj, o->vid, from, &stock, f) < 0) {
            TRY(f->kind == FAIL_MISSING ? 0 : -1);
            note_gone(line, o->vid);
            continue; /* a fallback may take its place */
        }
        if (line->vid[0] == '\0' || stock >= need) {
            (void)str_fit(line->vid, sizeof line->vid, o->vid);
            line->rank = o->rank;
            line->stock = stock;
            line->snapshot_minor = o->snapshot_minor;
        }
        if (stock >= need) {
            break;
        }
    }
    return 0;
}

static int read_price(struct order_run *r, struct line_facts *line, struct fail *f)
{
    struct cj_variant variant;

    if (cj_variant_by_vid(r->c->cj, line->vid, &variant, f) < 0) {
        TRY(f->kind == FAIL_MISSING ? 0 : -1);
        note_gone(line, line->vid);
        line->vid[0] = '\0';
        return 0;
    }
    line->price_known = variant.price_known;
    line->price_minor = variant.price_known ? variant.price.minor : 0;
    return 0;
}

int mapping_resolve(struct order_run *r, struct line_facts *line, int64_t need, struct fail *f)
{
    struct options options;

    line->vid[0] = line->gone[0] = '\0';
    line->main_mappings = 0;
    if (line->sku[0] == '\0') {
        return 0;
    }
    TRY(load(r->c->db, line, &options, f));
    if (options.count == 0) {
        TRY(look_up(r, line, f));
        TRY(load(r->c->db, line, &options, f));
    }
    if (options.main_count != 1) {
        return 0;
    }
    TRY(choose(r, &options, need, line, f));
    return line->vid[0] != '\0' ? read_price(r, line, f) : 0;
}
