/* product.hold [product]: the shop's quantities of a product on hold become 0.  Runs while STOP is on: selling less is allowed. */
#include "worker/discovery/reprice_hold.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/listing.h"
#include "worker/discovery/listing_jobs.h"
#include "worker/discovery/publish_acts.h"

int reprice_propose(struct product_run *r, struct db *tx, const char *kind, const struct hold *what,
                    struct fail *f)
{
    scoped(free_p) char *detail = NULL;
    char subject[40];

    if (what->detail != NULL) {
        TRY(json_write(what->detail, &detail, f));
    }
    (void)snprintf(subject, sizeof subject, "product:%" PRId64, r->p.id);
    TRY(db_exec(tx, &sql_listing_proposal_open,
                (const char *[]){ kind, subject, what->text, detail != NULL ? detail : "{}" }, f));
    return 0;
}

static int want_ads_paused(struct product_run *r, struct db *tx, const struct hold *hold,
                           struct fail *f)
{
    const struct product_note note = { .step = "ads",
                                       .code = "ads.pause_wanted",
                                       .text = "Its ads shall pause: the product cannot be bought.",
                                       .detail = hold->detail };

    return hold->ads ? product_note_add(tx, r->p.id, &note, f) : 0;
}

static int write_hold(struct product_run *r, const struct hold *hold, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct sql_text accepted;

    TRY(db_begin(r->c->db, &tx, f));
    if (hold->proposal != NULL) {
        TRY(reprice_propose(r, tx, hold->proposal, hold, f));
    }
    if (hold->accepted != 0) {
        TRY(db_exec(tx, &sql_listing_proposal_done,
                    (const char *[]){ sql_int(&accepted, hold->accepted) }, f));
    }
    TRY(want_ads_paused(r, tx, hold, f));
    TRY(product_move(tx, &r->p,
                     &(struct product_move){ .to = PRODUCT_ON_HOLD,
                                             .hold_code = hold->code,
                                             .problem = hold->text,
                                             .next_job = "product.hold",
                                             .goes_on = true,
                                             .note = { .step = "held",
                                                       .code = hold->code,
                                                       .text = hold->text,
                                                       .detail = hold->detail,
                                                       .once = true } },
                     f));
    TRY(db_commit(&tx, f));
    log_warn("product.held", kv_int("product", r->p.id), kv_str("code", hold->code),
             kv_str("why", hold->text));
    return 0;
}

int reprice_restore(struct product_run *r, const char *text, struct fail *f)
{
    char job[PRODUCT_JOB_BYTES];

    (void)str_fit(job, sizeof job, r->p.next_job);
    return product_move_now(r->c->db, &r->p,
                            &(struct product_move){ .to = PRODUCT_LISTED,
                                                    .problem = "",
                                                    .next_job = job[0] != '\0' ? job : NULL,
                                                    .goes_on = true,
                                                    .note = { .step = "restored", .text = text } },
                            f);
}

int listing_rest(struct product_run *r, struct fail *f)
{
    char code[PRODUCT_CODE_BYTES];

    (void)snprintf(code, sizeof code, "%s", r->p.hold_code);
    return product_move_now(
        r->c->db, &r->p,
        &(struct product_move){ .to = r->p.state, .hold_code = code[0] != '\0' ? code : NULL }, f);
}

static int empty(struct product_run *r, struct fail *f)
{
    struct shop_places places;

    TRY(shop_places_get(r->c, &places, f));
    int gone = act_empty(r, places.location, f);
    TRY(gone);
    return listing_rest(r, f);
}

int reprice_hold(struct product_run *r, const struct hold *hold, struct fail *f)
{
    TRY(write_hold(r, hold, f));
    return empty(r, f);
}

static int hold_step(struct product_run *r, struct fail *f)
{
    return r->p.state == PRODUCT_ON_HOLD ? empty(r, f) : listing_rest(r, f);
}

int product_hold(struct job_context *c, struct fail *f)
{
    static const struct product_job job = { .type = "product.hold",
                                            .step = hold_step,
                                            .least_mode = FLOW_OFF,
                                            .needs = PRODUCT_NEEDS_SHOP };

    return product_job_run(c, &job, f);
}
