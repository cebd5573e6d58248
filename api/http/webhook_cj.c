/* Webhooks of the supplier: verify over the raw bytes, drop duplicates, store one row with its event, answer within the 3 s he gives.
 * A delivery has no time of its own and could be played again: its id is remembered, and what it says is only a hint to look. */
#include "api/http/resources.h"

#include <stdio.h>
#include <string.h>

#include "api/http/reply.h"
#include "api/http/text.h"
#include "api/http/webhook_signature.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/model/job_catalog.h"
#include "common/model/outbox.h"
#include "sql/ops.h"

#define SIGNATURE "sign"

enum { ID_BYTES = 129, TYPE_BYTES = 33, OPEN_ID_BYTES = 64 };

static const char bad_signature[] = "The signature is missing or wrong.";
static const char taken[] = "{\"code\":200,\"result\":\"success\",\"message\":\"ok\"}";

/* Types that tell of an order or a product of ours; others are kept and not acted upon. */
static const char *const followed[] = { "ORDER",   "ORDERSPLIT", "LOGISTIC",
                                        "PRODUCT", "VARIANT",    "STOCK" };

struct delivery {
    char id[ID_BYTES], type[TYPE_BYTES], change[TYPE_BYTES];
};

static int refuse(struct request *rq, struct reply *re, int status, const char *detail)
{
    atomic_fetch_add(&rq->api->webhooks_refused, 1);
    log_warn("webhook.refused", kv_str("source", "cj"), kv_str("request_id", rq->id),
             kv_str("why", detail));
    reply_problem(re, rq, status, detail, NULL);
    return 1;
}

/* Nobody without what each delivery carries makes us wait for a body. */
int check_cj_webhook(struct request *rq, struct reply *re)
{
    return webhook_signature_possible(request_header(rq, SIGNATURE))
               ? 0
               : refuse(rq, re, 401, bad_signature);
}

/* 0 when the delivery is the supplier's, 1 when *re refuses it. */
static int check_signature(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    const char *body = rq->body != NULL ? rq->body : "";

    TRY(db_ready(rq->db, f));
    TRY(db_query(rq->db, &sql_ops_cj_open_id, NULL, &rows, f));
    if (conf_text(rq->api->conf, CONF_CJ_API_KEY) == NULL || PQntuples(rows) == 0) {
        log_error(
            "webhook.unconfigured",
            kv_str("what_to_do", "set CJ_API_KEY; its account is known after the first call"));
        return refuse(rq, re, 503, "The supplier's webhooks are not configured here.");
    }
    return webhook_signed(db_text(rows, 0, "account_id"), body, rq->body_bytes,
                          request_header(rq, SIGNATURE))
               ? 0
               : refuse(rq, re, 401, bad_signature);
}

/* A member of characters that are allowed; false when it is another. */
static bool take_word(const json_t *root, const char *name, const char *set, char *field,
                      size_t field_bytes)
{
    char number[32];
    const char *text = json_id_text(root, name, number, sizeof number);

    return text[0] != '\0' && strlen(text) < field_bytes && text_has_only(text, set) &&
           str_fit(field, field_bytes, text);
}

static int read_payload(struct request *rq, struct delivery *d, struct reply *re, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;

    if (rq->body == NULL || !text_is_shallow_json(rq->body, rq->body_bytes) ||
        strlen(rq->body) != rq->body_bytes) {
        return refuse(rq, re, 400, "The body is empty, nested too deeply or no text.");
    }
    if (json_parse(rq->body, rq->body_bytes, "webhook", &root, f) < 0) {
        return f->kind == FAIL_INPUT ? refuse(rq, re, 400, "The body is not valid JSON.") : -1;
    }
    if (!take_word(root, "messageId", "A-Za-z0-9_.:-", d->id, sizeof d->id)) {
        return refuse(rq, re, 400, "messageId is missing or malformed.");
    }
    if (!take_word(root, "type", "A-Z_", d->type, sizeof d->type)) {
        return refuse(rq, re, 400, "type is missing or malformed.");
    }
    if (!take_word(root, "messageType", "A-Z_", d->change, sizeof d->change)) {
        d->change[0] = '\0'; /* not needed, and some types have none */
    }
    return 0;
}

static bool is_followed(const struct delivery *d)
{
    for (size_t i = 0; i < COUNT_OF(followed); i++) {
        if (strcmp(followed[i], d->type) == 0) {
            return true;
        }
    }
    return false;
}

static int add_job(struct request *rq, struct db *tx, const struct delivery *d, struct fail *f)
{
    const struct job_kind *kind = job_kind_find("cj.event");
    char args[ID_BYTES + 8], event[TYPE_BYTES + 8];

    (void)snprintf(args, sizeof args, "[\"%s\"]", d->id);
    (void)snprintf(event, sizeof event, "cj.%s", d->type);
    return outbox_add(tx, event,
                      &(struct job_spec){ .type = kind->name,
                                          .queue = kind->queue,
                                          .args = args,
                                          .trace_id = rq->trace,
                                          .max_retries = kind->tries },
                      f);
}

/* 0 written, 1 the delivery had been seen. */
static int write_row(struct request *rq, const struct delivery *d, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    bool follow = is_followed(d);
    const char *params[] = { d->id, d->type, d->change[0] != '\0' ? d->change : NULL, rq->body,
                             follow ? NULL : "This type is not needed." };

    TRY(db_begin(rq->db, &tx, f));
    int64_t added = db_exec(tx, &sql_ops_cj_inbox_add, params, f);
    TRY(added);
    if (added == 0) {
        return 1;
    }
    TRY(follow ? add_job(rq, tx, d, f) : 0);
    return db_commit(&tx, f);
}

int take_cj_webhook(struct request *rq, struct reply *re, struct fail *f)
{
    struct delivery d = { .id = "" };
    int step = check_signature(rq, re, f);

    step = step == 0 ? read_payload(rq, &d, re, f) : step;
    if (step != 0) {
        return step < 0 ? -1 : 0;
    }
    int written = write_row(rq, &d, f);
    TRY(written);
    atomic_fetch_add(&rq->api->webhooks_accepted, written == 0);
    log_info("webhook.taken", kv_str("source", "cj"), kv_str("topic", d.type),
             kv_str("delivery", d.id), kv_bool("seen_before", written == 1));
    reply_json(re, 200, taken);
    return 0;
}
