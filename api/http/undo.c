/* POST /api/v1/activity/{id}/undo: take back what can be taken back; what cannot says why. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/http/act.h"
#include "api/http/activity.h"
#include "api/http/reply.h"
#include "api/http/resources.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/order_rejudge.h"
#include "common/model/orders.h"
#include "common/model/products.h"
#include "common/model/settings.h"
#include "common/queue/queue.h"

/* An entry that can be undone. */
struct undo {
    struct request *rq;
    const json_t *entry;
    char who[REQUEST_WHO_BYTES];
};
typedef int undo_fn(const struct undo *u, struct fail *f);

/* The id of the order or product that the entry is about. */
static int about(const struct undo *u, int64_t *ret, struct fail *f)
{
    return str_to_int(json_text(u->entry, "object.id", ""), 1, INT64_MAX, "id", ret, f);
}

static int undo_setting(const struct undo *u, struct fail *f)
{
    enum setting_id id = settings_find(json_text(u->entry, "object.id", ""));
    const struct setting_change change = { .id = id,
                                           .expected = json_text(u->entry, "numbers.new", NULL),
                                           .value = json_text(u->entry, "numbers.old", NULL),
                                           .who = u->who };

    if (id == SETTING_COUNT || change.value == NULL) {
        return fail_set(f, FAIL_CONFLICT, "There is no such setting any more.");
    }
    return settings_change(u->rq->db, &change, f);
}

static int pause_named(struct redis *r, const char *queue, struct fail *f)
{
    return queue_pause(r, queue, true, f);
}

static int resume_named(struct redis *r, const char *queue, struct fail *f)
{
    return queue_pause(r, queue, false, f);
}

static int set_paused(const struct undo *u, bool paused, struct fail *f)
{
    char subject[160];
    const char *queue = json_text(u->entry, "object.id", "");

    (void)snprintf(subject, sizeof subject, "queue:%.150s", queue);
    return act_do(u->rq,
                  &(struct act){ .action = paused ? "queue.pause" : "queue.resume",
                                 .subject = subject,
                                 .name = queue,
                                 .run = paused ? pause_named : resume_named },
                  f);
}

static int undo_pause(const struct undo *u, struct fail *f)
{
    return set_paused(u, false, f);
}

static int undo_resume(const struct undo *u, struct fail *f)
{
    return set_paused(u, true, f);
}

static int undo_hold(const struct undo *u, struct fail *f)
{
    int64_t id = 0;

    TRY(about(u, &id, f));
    return order_rejudge_by(u->rq->db, id, u->who, f);
}

static int undo_release(const struct undo *u, struct fail *f)
{
    int64_t id = 0;

    TRY(about(u, &id, f));
    return order_hold_by(u->rq->db, id, "The release was undone.", u->who, f);
}

static int undo_price(const struct undo *u, struct fail *f)
{
    struct product_word word = { .who = u->who };

    TRY(about(u, &word.id, f));
    return product_reprice_by(u->rq->db, &word, json_int(u->entry, "numbers.before_minor", 0), f);
}

static int undo_listing(const struct undo *u, struct fail *f)
{
    struct product_word word = { .who = u->who };

    TRY(about(u, &word.id, f));
    return product_unlist_by(u->rq->db, &word, "The listing was undone.", f);
}

/* To add an act that can be undone: a line here, and its condition and sentence in the function activity_undo of the database. */
static const struct undoer {
    const char *what;
    enum api_scope scope; /* who may do the act may undo it */
    undo_fn *run;
} undoers[] = {
    { "setting.change", API_SCOPE_ADMIN, undo_setting },
    { "queue.pause", API_SCOPE_OPERATE, undo_pause },
    { "queue.resume", API_SCOPE_OPERATE, undo_resume },
    { "order.hold", API_SCOPE_OPERATE, undo_hold },
    { "order.release", API_SCOPE_OPERATE, undo_release },
    { "product.reprice", API_SCOPE_OPERATE, undo_price },
    { "product.approved", API_SCOPE_OPERATE, undo_listing },
    { "product.listed", API_SCOPE_OPERATE, undo_listing },
};

static const struct undoer *find_undoer(const json_t *entry)
{
    const char *what = json_text(entry, "what", "");

    for (size_t i = 0; i < COUNT_OF(undoers); i++) {
        if (strcmp(undoers[i].what, what) == 0) {
            return &undoers[i];
        }
    }
    return NULL;
}

int undo_activity(struct request *rq, struct reply *re, struct fail *f)
{
    struct undo u = { .rq = rq };
    scoped(json_clear_p) json_t *entry = NULL;
    scoped(json_clear_p) json_t *after = NULL;
    const char *id = request_text(rq, "id");

    TRY(activity_entry(rq, id, &entry, f));
    const struct undoer *undoer = find_undoer(entry);
    if (!json_truth(entry, "undo.possible", false) || undoer == NULL) {
        return fail_set(f, FAIL_CONFLICT, "It cannot be undone. %s",
                        json_text(entry, "undo.why", ""));
    }
    if (rq->key.scope < undoer->scope) {
        reply_problem(re, rq, 403, "Taking this back needs a key of scope admin.", NULL);
        return 0;
    }
    u.entry = entry;
    request_who(rq, u.who);
    TRY(undoer->run(&u, f));
    TRY(activity_entry(rq, id, &after, f));
    scoped(json_clear_p) json_t *body = json_pack("{s:b, s:s, s:O}", "undone", true, "text",
                                                  json_text(entry, "undo.why", ""), "entry", after);
    return reply_value(re, 200, body, f);
}
