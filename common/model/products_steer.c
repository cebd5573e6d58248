/* A person's word about a product: approve, reject, edit, unlist, reprice. */
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/money.h"
#include "common/db/sqltext.h"
#include "common/model/product_steer.h"
#include "common/model/product_text.h"
#include "common/model/products.h"
#include "sql/model.h"

enum { REASON_MAX_BYTES = 300, SENTENCE_BYTES = 480, PRICE_MAX_MINOR = 100000000 };

/* One word with what goes along. */
struct word {
    const struct product_word *said;
    const json_t *texts; /* NULL = none */
    const char *reason;  /* NULL = none */
    int64_t price_minor; /* 0 = none */
};

/* The product as it stands, locked until the transaction ends. */
struct standing {
    struct sql_text id;
    PGresult *rows;
    const char *state;
};
static void standing_done(struct standing *now)
{
    PQclear(now->rows);
}

/* 0 = changed, 1 = it is so already: nothing was changed. */
typedef int word_fn(struct db *tx, const struct word *w, const struct standing *now,
                    struct fail *f);

static bool is_one_of(const char *state, const char *const *states)
{
    for (; *states != NULL; states++) {
        if (strcmp(*states, state) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_state(const struct standing *now, const char *state)
{
    return strcmp(now->state, state) == 0;
}

static bool has_next(const struct standing *now, const char *job)
{
    const char *next = db_text(now->rows, 0, "next_job");

    return next != NULL && strcmp(next, job) == 0;
}

/* It waits for a person, and something of it may have got to the shop before. */
static bool left_at_shop(const struct standing *now)
{
    static const char *const asked[] = { "approval", "needs_review", NULL };

    return is_one_of(now->state, asked) && db_bool(now->rows, 0, "at_shop");
}

static int refuse(const struct word *w, const struct standing *now, const char *why, struct fail *f)
{
    return fail_set(f, FAIL_CONFLICT, "product %" PRId64 " is %s: %s", w->said->id, now->state,
                    why);
}

static int tell(struct db *tx, const struct word *w, const char *step, const char *sentence,
                json_t *take_detail, struct fail *f)
{
    scoped(json_clear_p) json_t *detail = take_detail;

    if (detail == NULL) {
        return fail_set(f, FAIL_INPUT, "what was said is not valid UTF-8");
    }
    const struct product_said said = { .product_id = w->said->id,
                                       .who = w->said->who,
                                       .step = step,
                                       .text = sentence,
                                       .detail = detail };
    return product_said_add(tx, &said, f);
}

static int go_on(struct db *tx, const struct standing *now, const char *job, const char *state,
                 struct fail *f)
{
    TRY(db_exec(tx, &sql_model_product_next, (const char *[]){ now->id.data, job, state }, f));
    return 0;
}

/* ---- texts ---- */

/* 1 when the newest text says so already. */
static int has_text(struct db *tx, const struct standing *now, const char *texts, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(tx, &sql_model_listing_text_same, (const char *[]){ now->id.data, texts }, &rows,
                 f));
    return PQntuples(rows) > 0 && db_bool(rows, 0, "same") ? 1 : 0;
}

/* Store w->texts as a new version.  1 = the newest one is that. */
static int store_text(struct db *tx, const struct word *w, const struct standing *now,
                      int64_t *ret_version, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(free_p) char *texts = NULL;

    TRY(json_write(w->texts, &texts, f));
    int same = has_text(tx, now, texts, f);
    if (same != 0) {
        return same;
    }
    const char *params[] = { now->id.data, w->said->who, texts };
    TRY(db_query(tx, &sql_model_listing_text_edit, params, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_set(f, FAIL_INPUT,
                        "this product has no text yet: give title, description_html, seo_title, "
                        "meta_description, tags and alt_texts");
    }
    *ret_version = db_int(rows, 0, "version", 0);
    return 0;
}

/* ---- the words ---- */

static int approve(struct db *tx, const struct word *w, const struct standing *now, struct fail *f)
{
    static const char *const asked[] = { "approval", "needs_review", NULL };
    static const char *const done[] = { "publishing", "listed", NULL };
    int64_t version = 0;

    if (is_one_of(now->state, done) && db_text(now->rows, 0, "approved_by") != NULL &&
        w->texts == NULL) {
        return 1;
    }
    if (!is_one_of(now->state, asked)) {
        return refuse(w, now, "only what waits for a person is approved", f);
    }
    if (w->texts == NULL && db_int(now->rows, 0, "texts", 0) == 0) {
        return refuse(w, now, "it has no text yet; give one along", f);
    }
    TRY(w->texts != NULL ? store_text(tx, w, now, &version, f) : 0);
    const char *params[] = { now->id.data, w->said->who };
    TRY(db_exec(tx, &sql_model_product_approved, params, f));
    TRY(product_job_add(tx, w->said->id, "listing.publish", "", f));
    return tell(
        tx, w, "approved",
        version > 0 ? "Approved by a person, with texts of his own." : "Approved by a person.",
        version > 0 ? json_pack("{s:I}", "text_version", (json_int_t)version) : json_object(), f);
}

static int reject(struct db *tx, const struct word *w, const struct standing *now, struct fail *f)
{
    static const char *const at_shop[] = { "publishing", "listed", "on_hold", "unlisting", NULL };
    const char *rule = db_text(now->rows, 0, "decision_rule"),
               *text = db_text(now->rows, 0, "decision_text");
    char sentence[SENTENCE_BYTES];

    if (is_state(now, "rejected") && rule != NULL && strcmp(rule, "PERSON") == 0 && text != NULL &&
        strcmp(text, w->reason) == 0) {
        return 1;
    }
    if (is_one_of(now->state, at_shop) || left_at_shop(now)) {
        return refuse(w, now, "take it out of the shop first (unlist)", f);
    }
    const char *params[] = { now->id.data, w->said->who, w->reason };
    TRY(db_exec(tx, &sql_model_product_rejected, params, f));
    (void)snprintf(sentence, sizeof sentence, "Rejected for good by a person: %s", w->reason);
    return tell(tx, w, "rejected", sentence, json_pack("{s:s}", "reason", w->reason), f);
}

static int edit(struct db *tx, const struct word *w, const struct standing *now, struct fail *f)
{
    static const char *const asked[] = { "approval", "needs_review", NULL };
    bool live = product_is_live(now->state);
    int64_t version = 0;

    if (!is_one_of(now->state, asked) && !live) {
        return refuse(w, now, "its texts are edited while it waits for a person or is live", f);
    }
    if (live && has_next(now, "product.reprice")) { /* publishing would take its place */
        return refuse(w, now, "a price or hold is on its way to the shop; edit it after that", f);
    }
    int same = store_text(tx, w, now, &version, f);
    if (same != 0) {
        return same;
    }
    if (live) {
        TRY(go_on(tx, now, "listing.publish", "publishing", f));
        TRY(product_job_add(tx, w->said->id, "listing.publish", "", f));
    } else {
        TRY(db_exec(tx, &sql_model_product_touched, (const char *[]){ now->id.data }, f));
    }
    return tell(tx, w, "edited", "Texts edited by a person.",
                json_pack("{s:I}", "text_version", (json_int_t)version), f);
}

static int unlist(struct db *tx, const struct word *w, const struct standing *now, struct fail *f)
{
    static const char *const live[] = { "listed", "on_hold", "publishing", NULL };
    static const char *const done[] = { "unlisting", "unlisted", NULL };
    char sentence[SENTENCE_BYTES] = "Taken out of the shop by a person.";

    if (is_one_of(now->state, done)) {
        return 1;
    }
    if (!is_one_of(now->state, live) && !left_at_shop(now)) {
        return refuse(w, now, "it is not at the shop", f);
    }
    TRY(go_on(tx, now, "listing.unlist", "unlisting", f));
    TRY(product_job_add(tx, w->said->id, "listing.unlist", "", f));
    if (w->reason != NULL) {
        (void)snprintf(sentence, sizeof sentence, "Taken out of the shop by a person: %s",
                       w->reason);
    }
    return tell(tx, w, "unlist", sentence, json_pack("{s:s?}", "reason", w->reason), f);
}

/* The price itself stands in an accepted proposal, which no lost job forgets. */
static int say_price(struct db *tx, const struct word *w, const struct standing *now,
                     const char *sentence, struct fail *f)
{
    char subject[40];
    const char *currency = db_text(now->rows, 0, "shop_currency");
    scoped(free_p) char *text = NULL;

    if (currency == NULL) {
        return refuse(w, now, "its shop currency is not known yet", f);
    }
    scoped(json_clear_p) json_t *detail =
        json_pack("{s:I, s:s}", "price_minor", (json_int_t)w->price_minor, "currency", currency);
    TRY(json_write(detail, &text, f));
    (void)snprintf(subject, sizeof subject, PRODUCT_LOCK_FORMAT, w->said->id);
    const char *open[] = { "product.price", subject, w->said->who };
    TRY(db_exec(tx, &sql_model_proposals_withdraw, open, f));
    const char *params[] = { "product.price", subject, sentence, text, w->said->who };
    TRY(db_exec(tx, &sql_model_proposal_said, params, f));
    return 0;
}

static void name_price(const struct word *w, const struct standing *now,
                       char sentence[static SENTENCE_BYTES])
{
    struct money price = { .minor = w->price_minor };
    char amount[MONEY_TEXT_BYTES];
    const char *currency = db_text(now->rows, 0, "shop_currency");

    (void)snprintf(price.currency, sizeof price.currency, "%.3s",
                   currency != NULL ? currency : "USD");
    money_format(&price, amount);
    (void)snprintf(sentence, SENTENCE_BYTES, "A person sets the price %s %s.", amount,
                   price.currency);
}

/* The price of before goes along, so that it can be set back. */
static json_t *price_detail(const struct word *w, const struct standing *now)
{
    json_t *detail = json_object();
    int64_t before = db_int(now->rows, 0, "price_minor", 0);

    if (w->price_minor > 0) {
        json_object_set_new(detail, "price_minor", json_integer(w->price_minor));
    }
    if (before > 0) {
        json_object_set_new(detail, "before_minor", json_integer(before));
    }
    return detail;
}

static int reprice(struct db *tx, const struct word *w, const struct standing *now, struct fail *f)
{
    char sentence[SENTENCE_BYTES] = "A person asks for a new price by the rules.", more[40] = "";

    if (!product_is_live(now->state)) {
        return refuse(w, now, "only a live product is priced anew", f);
    }
    if (w->price_minor > 0) {
        name_price(w, now, sentence);
        TRY(say_price(tx, w, now, sentence, f));
        (void)snprintf(more, sizeof more, ", \"now\", %" PRId64, w->price_minor);
    }
    TRY(go_on(tx, now, "product.reprice", NULL, f));
    TRY(product_job_add(tx, w->said->id, "product.reprice", more, f));
    return tell(tx, w, "reprice", sentence, price_detail(w, now), f);
}

/* ---- their frame ---- */

static int speak_locked(struct db *db, const struct word *w, word_fn *act, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(standing_done) struct standing now = { .rows = NULL };

    TRY(db_begin(db, &tx, f));
    (void)sql_int(&now.id, w->said->id);
    TRY(db_query(tx, &sql_model_product_steer, (const char *[]){ now.id.data }, &now.rows, f));
    if (PQntuples(now.rows) == 0) {
        return fail_set(f, FAIL_MISSING, "no product %" PRId64, w->said->id);
    }
    now.state = db_text(now.rows, 0, "state");
    int said = act(tx, w, &now, f);
    if (said != 0) {
        return said; /* nothing was changed: the transaction is rolled back */
    }
    return db_commit(&tx, f);
}

static int speak(struct db *db, const struct word *w, word_fn *act, struct fail *f)
{
    scoped(db_lock_done) struct db_lock lock = { 0 };

    TRY(product_lock(db, w->said->id, &lock, f));
    return speak_locked(db, w, act, f);
}

static int check_reason(const char *reason, bool wanted, struct fail *f)
{
    size_t length = reason != NULL ? strlen(reason) : 0;

    if (length > REASON_MAX_BYTES || (length == 0 && (wanted || reason != NULL))) {
        return fail_set(f, FAIL_INPUT, "a reason has 1 to %d bytes", REASON_MAX_BYTES);
    }
    return 0;
}

int product_approve_by(struct db *db, const struct product_word *word, const json_t *texts,
                       struct fail *f)
{
    TRY(texts != NULL ? product_text_check(texts, f) : 0);
    return speak(db, &(struct word){ .said = word, .texts = texts }, approve, f);
}

int product_reject_by(struct db *db, const struct product_word *word, const char *reason,
                      struct fail *f)
{
    TRY(check_reason(reason, true, f));
    return speak(db, &(struct word){ .said = word, .reason = reason }, reject, f);
}

int product_edit_by(struct db *db, const struct product_word *word, const json_t *texts,
                    struct fail *f)
{
    TRY(product_text_check(texts, f));
    return speak(db, &(struct word){ .said = word, .texts = texts }, edit, f);
}

int product_unlist_by(struct db *db, const struct product_word *word, const char *reason,
                      struct fail *f)
{
    TRY(check_reason(reason, false, f));
    return speak(db, &(struct word){ .said = word, .reason = reason }, unlist, f);
}

int product_reprice_by(struct db *db, const struct product_word *word, int64_t price_minor,
                       struct fail *f)
{
    if (price_minor < 0 || price_minor > PRICE_MAX_MINOR) {
        return fail_set(f, FAIL_INPUT, "a price is 1 to %d minor units", PRICE_MAX_MINOR);
    }
    return speak(db, &(struct word){ .said = word, .price_minor = price_minor }, reprice, f);
}
