/* Webhooks of the shop: verify, drop duplicates, write one event, answer; nothing else.  A delivery is only a signal: the job
 * reads the order anew, so a forged, late or reordered payload can at worst cause one more look. */
#include "api/http/resources.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/http/reply.h"
#include "api/http/text.h"
#include "api/http/webhook_signature.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/model/job_catalog.h"
#include "common/model/outbox.h"
#include "sql/api.h"

#define ORDER_GID "gid://shopify/Order/"

enum { GID_BYTES = 64, TOPIC_BYTES = 64, DELIVERY_MAX_BYTES = 128, DIGITS_MAX = 19 };

/* Topics that tell of an order, with the places of its id in their payloads. */
static const struct topic {
    const char *name;
    const char *paths[4]; /* gid or number; the first that is there counts */
} topics[] = {
    { "orders/create", { "admin_graphql_api_id", "id" } },
    { "orders/updated", { "admin_graphql_api_id", "id" } },
    { "orders/paid", { "admin_graphql_api_id", "id" } },
    { "orders/edited", { "order_edit.order_id", "admin_graphql_api_id", "order_id" } },
    { "orders/cancelled", { "admin_graphql_api_id", "id" } },
    { "orders/risk_assessment_changed", { "admin_graphql_api_order_id", "order_id" } },
};

struct delivery {
    const char *id, *topic;
    const struct topic *known; /* NULL = a topic we do not need */
    char gid[GID_BYTES];
};

static const struct topic *find_topic(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        if (strcmp(topics[i].name, name) == 0) {
            return &topics[i];
        }
    }
    return NULL;
}

static int refuse(struct request *rq, struct reply *re, int status, const char *detail)
{
    const char *topic = request_header(rq, "X-Shopify-Topic");
    atomic_fetch_add(&rq->api->webhooks_refused, 1);
    log_warn("webhook.refused", kv_str("request_id", rq->id), kv_str("why", detail),
             kv_str("topic", topic != NULL && text_is_utf8(topic, strlen(topic)) ? topic : NULL));
    reply_problem(re, rq, status, detail, NULL);
    return 1;
}

static const char bad_signature[] = "The signature is missing or wrong.";

static int read_headers(struct request *rq, struct delivery *d, struct reply *re)
{
    static const char id_chars[] = "A-Za-z0-9_.:-", topic_chars[] = "a-z_/";
    d->id = request_header(rq, "X-Shopify-Webhook-Id");
    d->topic = request_header(rq, "X-Shopify-Topic");
    if (d->id == NULL || d->id[0] == '\0' || strlen(d->id) > DELIVERY_MAX_BYTES ||
        !text_has_only(d->id, id_chars)) {
        return refuse(rq, re, 400, "X-Shopify-Webhook-Id is missing or malformed.");
    }
    if (d->topic == NULL || d->topic[0] == '\0' || strlen(d->topic) >= TOPIC_BYTES ||
        !text_has_only(d->topic, topic_chars)) {
        return refuse(rq, re, 400, "X-Shopify-Topic is missing or malformed.");
    }
    d->known = find_topic(d->topic);
    return 0;
}

/* Are webhooks of this shop ours at all? */
static int check_shop(struct request *rq, struct reply *re)
{
    const char *shop = conf_text(rq->api->conf, CONF_SHOPIFY_SHOP);
    const char *domain = request_header(rq, "X-Shopify-Shop-Domain");
    char expected[160];

    if (shop == NULL || conf_text(rq->api->conf, CONF_SHOPIFY_CLIENT_SECRET) == NULL) {
        log_error("webhook.unconfigured",
                  kv_str("what_to_do", "set SHOPIFY_SHOP and SHOPIFY_CLIENT_SECRET"));
        return refuse(rq, re, 503, "Webhooks are not configured here.");
    }
    snprintf(expected, sizeof expected, "%s.myshopify.com", shop);
    if (domain == NULL || strcasecmp(domain, expected) != 0) {
        return refuse(rq, re, 401, "This delivery is for another shop.");
    }
    return 0;
}

/* Nobody without what each delivery carries makes us wait for a body. */
int check_shopify_webhook(struct request *rq, struct reply *re)
{
    struct delivery d = { 0 };

    if (!webhook_signature_possible(request_header(rq, "X-Shopify-Hmac-Sha256"))) {
        return refuse(rq, re, 401, bad_signature);
    }
    int step = read_headers(rq, &d, re);
    return step == 0 ? check_shop(rq, re) : step;
}

/* 0 when the delivery is the shop's, 1 when *re refuses it.  The head has been checked. */
static int check_signature(struct request *rq, struct reply *re)
{
    const char *secret = conf_text(rq->api->conf, CONF_SHOPIFY_CLIENT_SECRET);
    const char *signature = request_header(rq, "X-Shopify-Hmac-Sha256");
    const char *body = rq->body != NULL ? rq->body : "";

    return webhook_signed(secret, body, rq->body_bytes, signature)
               ? 0
               : refuse(rq, re, 401, bad_signature);
}

/* Gid of an order from a gid or a bare number; false when it is neither. */
static bool take_gid(const char *text, char gid[static GID_BYTES])
{
    const char *digits =
        strncmp(text, ORDER_GID, sizeof ORDER_GID - 1) == 0 ? text + sizeof ORDER_GID - 1 : text;
    size_t length = strlen(digits);
    if (length == 0 || length > DIGITS_MAX || strspn(digits, "0123456789") != length ||
        digits[0] == '0') {
        return false;
    }
    snprintf(gid, GID_BYTES, ORDER_GID "%s", digits);
    return true;
}

static int read_payload(struct request *rq, struct delivery *d, struct reply *re, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;

    if (rq->body == NULL || !text_is_shallow_json(rq->body, rq->body_bytes)) {
        return refuse(rq, re, 400, "The body is empty or nested too deeply.");
    }
    if (json_parse(rq->body, rq->body_bytes, "webhook", &root, f) < 0) {
        return f->kind == FAIL_INPUT ? refuse(rq, re, 400, "The body is not valid JSON.") : -1;
    }
    if (d->known == NULL) {
        return 0;
    }
    for (size_t i = 0; i < COUNT_OF(d->known->paths) && d->known->paths[i] != NULL; i++) {
        char number[32];
        const char *text = json_id_text(root, d->known->paths[i], number, sizeof number);
        if (take_gid(text, d->gid)) {
            return 0;
        }
    }
    return refuse(rq, re, 400, "The body does not name an order.");
}

/* 0 written, 1 the delivery had been seen. */
static int write_event(struct request *rq, const struct delivery *d, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    const struct job_kind *kind = job_kind_find("orders.check");
    char args[GID_BYTES + 8], event[TOPIC_BYTES + 16];

    snprintf(args, sizeof args, "[\"%s\"]", d->gid);
    snprintf(event, sizeof event, "shopify.%s", d->topic);
    TRY(db_ready(rq->db, f));
    TRY(db_begin(rq->db, &tx, f));
    int64_t added = db_exec(tx, &sql_api_webhook_delivery_add,
                            (const char *[]){ "shopify", d->id, d->topic }, f);
    TRY(added);
    if (added == 0) {
        return 1;
    }
    TRY(outbox_add(tx, event,
                   &(struct job_spec){ .type = kind->name,
                                       .queue = kind->queue,
                                       .args = args,
                                       .trace_id = rq->trace,
                                       .max_retries = kind->tries },
                   f));
    return db_commit(&tx, f);
}

int take_shopify_webhook(struct request *rq, struct reply *re, struct fail *f)
{
    struct delivery d = { 0 };
    int step = check_signature(rq, re);

    step = step == 0 ? read_headers(rq, &d, re) : step;
    step = step == 0 ? read_payload(rq, &d, re, f) : step;
    if (step != 0) {
        return step < 0 ? -1 : 0;
    }
    if (d.known == NULL) {
        log_info("webhook.ignored", kv_str("topic", d.topic), kv_str("delivery", d.id));
        reply_json(re, 200, "{\"result\":\"ignored\"}");
        return 0;
    }
    int written = write_event(rq, &d, f);
    TRY(written);
    atomic_fetch_add(&rq->api->webhooks_accepted, written == 0);
    log_info("webhook.taken", kv_str("topic", d.topic), kv_str("delivery", d.id),
             kv_str("order", d.gid), kv_bool("seen_before", written == 1));
    reply_json(re, 200, written == 0 ? "{\"result\":\"accepted\"}" : "{\"result\":\"duplicate\"}");
    return 0;
}
