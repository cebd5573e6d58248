#include "worker/discovery/product.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "common/model/outbox.h"
#include "common/model/products.h"
#include "sql/discovery.h"
#include "worker/core/effects.h"

static const int64_t US = 1000000;

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text) != NULL ? (text) : ""))

void product_done(struct product *p)
{
    json_decref(p->detail);
    json_decref(p->decision);
    *p = (struct product){ 0 };
}

/* ---- reading ---- */

static void read_texts(const PGresult *rows, struct product *p)
{
    const struct {
        char *field;
        size_t bytes;
        const char *column;
    } texts[] = {
        { p->pid, sizeof p->pid, "pid" },
        { p->supplier_sku, sizeof p->supplier_sku, "supplier_sku" },
        { p->name, sizeof p->name, "name" },
        { p->category_id, sizeof p->category_id, "category_id" },
        { p->category, sizeof p->category, "category" },
        { p->image_url, sizeof p->image_url, "image_url" },
        { p->label, sizeof p->label, "label" },
        { p->shop_currency, sizeof p->shop_currency, "shop_currency" },
        { p->decision_rule, sizeof p->decision_rule, "decision_rule" },
        { p->decided_by, sizeof p->decided_by, "decided_by" },
        { p->approved_by, sizeof p->approved_by, "approved_by" },
        { p->handle, sizeof p->handle, "handle" },
        { p->shop_gid, sizeof p->shop_gid, "shop_gid" },
        { p->hold_code, sizeof p->hold_code, "hold_code" },
        { p->next_job, sizeof p->next_job, "next_job" },
        { p->tier, sizeof p->tier, "tier" },
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const char *text = db_text(rows, 0, texts[i].column);
        (void)str_fit(texts[i].field, texts[i].bytes, text != NULL ? text : "");
    }
}

static void read_numbers(const PGresult *rows, struct product *p)
{
    const struct {
        int64_t *field;
        const char *column;
        int64_t otherwise;
    } numbers[] = {
        { &p->score_e4, "score_e4", PRODUCT_UNKNOWN },
        { &p->opportunity_e4, "opportunity_e4", PRODUCT_UNKNOWN },
        { &p->landed_minor, "landed_minor", PRODUCT_UNKNOWN },
        { &p->price_minor, "price_minor", PRODUCT_UNKNOWN },
        { &p->margin_minor, "margin_minor", PRODUCT_UNKNOWN },
        { &p->margin_ppm, "margin_ppm", PRODUCT_UNKNOWN },
        { &p->listed_version, "listed_version", PRODUCT_UNKNOWN },
        { &p->found_us, "found_us", 0 },
        { &p->decided_us, "decided_us", 0 },
        { &p->listed_us, "listed_us", 0 },
        { &p->repriced_us, "repriced_us", 0 },
        { &p->checked_us, "checked_us", 0 },
        { &p->next_run_us, "next_run_us", 0 },
    };

    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        *numbers[i].field = db_int(rows, 0, numbers[i].column, numbers[i].otherwise);
    }
}

static int read_json(const PGresult *rows, int row, const char *column, json_t **ret,
                     struct fail *f)
{
    const char *text = db_text(rows, row, column);

    return text != NULL ? json_parse(text, strlen(text), column, ret, f) : 0;
}

int product_load(struct db *db, int64_t id, struct product *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(product_done) struct product p = { .id = id };
    struct sql_text text;

    TRY(db_query(db, &sql_discovery_product_get, (const char *[]){ sql_int(&text, id) }, &rows, f));
    if (PQntuples(rows) == 0) {
        return 1;
    }
    p.state = product_state_parse(db_text(rows, 0, "state"));
    if (p.state == PRODUCT_STATES) {
        return fail_set(f, FAIL_BUG, "product %" PRId64 " is in unknown state %s", id,
                        db_text(rows, 0, "state"));
    }
    read_texts(rows, &p);
    read_numbers(rows, &p);
    TRY(read_json(rows, 0, "detail", &p.detail, f));
    TRY(read_json(rows, 0, "decision", &p.decision, f));
    *ret = p;
    p = (struct product){ 0 };
    return 0;
}

/* ---- events ---- */

int product_note_add(struct db *tx, int64_t product_id, const struct product_note *note,
                     struct fail *f)
{
    scoped(free_p) char *detail = NULL;
    struct sql_text id;

    if (note->step == NULL) {
        return 0;
    }
    if (note->detail != NULL) {
        TRY(json_write(note->detail, &detail, f));
    }
    TRY(db_exec(tx, &sql_discovery_event_add,
                (const char *[]){ sql_int(&id, product_id), note->step, note->code, note->text,
                                  detail, note->who, sql_opt(log_trace_id()),
                                  sql_bool(note->once) },
                f));
    return 0;
}

/* ---- moves ---- */

static int write_move(struct db *tx, const struct product *p, const struct product_move *m,
                      int64_t run_us, struct fail *f)
{
    static const struct product_decision none = { 0 };
    const struct product_decision *d = m->decision != NULL ? m->decision : &none;
    scoped(free_p) char *numbers = NULL;
    struct sql_text id, run;

    if (d->numbers != NULL) {
        TRY(json_write(d->numbers, &numbers, f));
    }
    const char *params[] = { sql_int(&id, p->id),
                             product_state_name(p->state),
                             product_state_name(m->to),
                             m->mode,
                             m->hold_code,
                             m->problem,
                             m->next_job,
                             m->next_job != NULL ? sql_time(&run, run_us) : NULL,
                             m->waits_for,
                             d->rule,
                             d->text,
                             numbers,
                             d->by };
    int64_t changed = db_exec(tx, &sql_discovery_product_move, params, f);
    TRY(changed);
    if (changed == 0) {
        return fail_set(f, FAIL_LATER, "product %" PRId64 " has left state %s meanwhile", p->id,
                        product_state_name(p->state));
    }
    return 0;
}

/* With its state a product leaves what was wanted of the shop in it, as far as that is known not to have happened. */
static int withdraw_acts(struct db *tx, const struct product *p, enum product_state to,
                         struct fail *f)
{
    char subject[40], why[64];

    if (to == p->state || (p->state != PRODUCT_PUBLISHING && !product_at_shop(p->state))) {
        return 0;
    }
    (void)snprintf(subject, sizeof subject, PRODUCT_LOCK_FORMAT, p->id);
    (void)snprintf(why, sizeof why, "Given up when the product became '%s'",
                   product_state_name(to));
    return effects_withdraw(tx, subject, why, f);
}

static void show_move(struct product *p, const struct product_move *m, int64_t run_us)
{
    p->state = m->to;
    FIT(p->hold_code, m->to == PRODUCT_ON_HOLD ? m->hold_code : NULL);
    FIT(p->next_job, m->next_job);
    p->next_run_us = m->next_job != NULL ? run_us : 0;
    if (m->decision == NULL) {
        return;
    }
    FIT(p->decision_rule, m->decision->rule);
    FIT(p->decided_by, m->decision->by);
    if (m->decision->numbers != NULL) {
        json_decref(p->decision);
        p->decision = json_incref(m->decision->numbers);
    }
}

int product_move(struct db *tx, struct product *p, const struct product_move *m, struct fail *f)
{
    int64_t run_us = m->next_run_us != 0 ? m->next_run_us : clock_now_us();

    if (!product_may_become(p->state, m->to)) {
        return fail_set(f, FAIL_BUG, "product %" PRId64 " cannot go from %s to %s", p->id,
                        product_state_name(p->state), product_state_name(m->to));
    }
    TRY(write_move(tx, p, m, run_us, f));
    TRY(withdraw_acts(tx, p, m->to, f));
    TRY(product_note_add(tx, p->id, &m->note, f));
    if (m->next_job != NULL && !m->goes_on) {
        TRY(outbox_follow_up(
            tx,
            &(struct follow_up){ .event = m->event != NULL ? m->event : "product.next",
                                 .job = m->next_job,
                                 .id = p->id,
                                 .run_us = m->next_run_us },
            f));
    }
    show_move(p, m, run_us);
    return 0;
}

int product_move_now(struct db *db, struct product *p, const struct product_move *m, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(db, &tx, f));
    TRY(product_move(tx, p, m, f));
    return db_commit(&tx, f);
}

int product_postpone(struct db *db, struct product *p, const struct job_wait *wait, struct fail *f)
{
    const struct product_note note = {
        .step = "waiting", .code = wait->code, .text = wait->text, .once = true
    };
    int64_t run_us = clock_now_us() + wait->wait_s * US;
    scoped(db_rollback_p) struct db *tx = NULL;
    struct sql_text id, run;

    TRY(db_begin(db, &tx, f));
    TRY(db_exec(tx, &sql_discovery_product_postpone,
                (const char *[]){ sql_int(&id, p->id), sql_time(&run, run_us), wait->waits_for },
                f));
    TRY(product_note_add(tx, p->id, &note, f));
    TRY(db_commit(&tx, f));
    p->next_run_us = run_us;
    return 0;
}

/* ---- variants ---- */

void product_variants_done(struct product_variants *v)
{
    for (size_t i = 0; i < v->count; i++) {
        json_decref(v->rows[i].options);
    }
    free(v->rows);
    *v = (struct product_variants){ 0 };
}

static void read_variant_texts(const PGresult *rows, int row, struct product_variant *v)
{
    FIT(v->vid, db_text(rows, row, "vid"));
    FIT(v->sku, db_text(rows, row, "sku"));
    FIT(v->name, db_text(rows, row, "name"));
    FIT(v->image_url, db_text(rows, row, "image_url"));
    FIT(v->cost_currency, db_text(rows, row, "cost_currency"));
    FIT(v->shop_currency, db_text(rows, row, "shop_currency"));
    FIT(v->shop_gid, db_text(rows, row, "shop_gid"));
    FIT(v->inventory_item_gid, db_text(rows, row, "inventory_item_gid"));
    FIT(v->left_out, db_text(rows, row, "left_out"));
}

static int read_variant(const PGresult *rows, int row, struct product_variant *v, struct fail *f)
{
    read_variant_texts(rows, row, v);
    v->id = db_int(rows, row, "id", 0);
    v->weight_g = db_int(rows, row, "weight_g", PRODUCT_UNKNOWN);
    v->cost_minor = db_int(rows, row, "cost_minor", PRODUCT_UNKNOWN);
    v->stock = db_int(rows, row, "stock", PRODUCT_UNKNOWN);
    v->landed_minor = db_int(rows, row, "landed_minor", PRODUCT_UNKNOWN);
    v->price_minor = db_int(rows, row, "price_minor", PRODUCT_UNKNOWN);
    v->shop_quantity = db_int(rows, row, "shop_quantity", PRODUCT_UNKNOWN);
    v->offered = db_bool(rows, row, "offered");
    v->low = db_bool(rows, row, "low");
    v->gone = db_bool(rows, row, "gone");
    v->checks_back = db_int(rows, row, "checks_back", 0);
    v->checks_empty = db_int(rows, row, "checks_empty", 0);
    return read_json(rows, row, "options", &v->options, f);
}

int product_variants_load(struct db *db, int64_t product_id, struct product_variants *ret,
                          struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(product_variants_done) struct product_variants v = { 0 };
    struct sql_text id;

    TRY(db_query(db, &sql_discovery_variants_get, (const char *[]){ sql_int(&id, product_id) },
                 &rows, f));
    v.rows = calloc((size_t)PQntuples(rows) + 1, sizeof *v.rows);
    if (v.rows == NULL) {
        return fail_memory(f);
    }
    for (int i = 0; i < PQntuples(rows); i++) {
        v.count++;
        TRY(read_variant(rows, i, &v.rows[i], f));
    }
    *ret = v;
    v = (struct product_variants){ 0 };
    return 0;
}
