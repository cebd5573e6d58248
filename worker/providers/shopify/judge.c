/* What an answer of the shop means.  "errors are present" and "nothing happened" are two things:
 * a field without permission comes back null beside an error, while the rest, even the effect of
 * a mutation, is there. */
#include "worker/providers/shopify/shopify_priv.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"

enum { THROTTLE_LEAST_MS = 1000, ADVICE_MAX_MS = 600000 };

/* Answers other than 2xx that are not passing.  404 is the address of the shop or the version,
 * never an order. */
static const struct http_rule {
    int status;
    const char *text;
} denied_statuses[] = {
    { 402, "the shop is frozen (unpaid)" },  { 403, "access to the shop is forbidden" },
    { 404, "no such shop or API version" },  { 423, "the shop is locked" },
    { 430, "refused for security reasons" },
};

/* errors[].extensions.code; what is not listed is passing trouble, or a static error when it is
 * in camel case. */
static const struct error_rule {
    const char *code;
    enum shopify_step step;
    enum fail_kind kind;
} error_rules[] = {
    { "THROTTLED", SHOPIFY_WAIT, FAIL_LATER },
    { "ACCESS_DENIED", SHOPIFY_FAILED, FAIL_DENIED },
    { "SHOP_INACTIVE", SHOPIFY_FAILED, FAIL_DENIED },
    { "MAX_COST_EXCEEDED", SHOPIFY_FAILED, FAIL_BUG },
    { "RESOURCE_NOT_FOUND", SHOPIFY_FAILED, FAIL_MISSING },
    { "NOT_FOUND", SHOPIFY_FAILED, FAIL_MISSING },
    { "INVALID_VARIABLE", SHOPIFY_FAILED, FAIL_INPUT },
    { "BAD_REQUEST", SHOPIFY_FAILED, FAIL_INPUT },
    { "INVALID_FIELD_ARGUMENTS", SHOPIFY_FAILED, FAIL_INPUT },
    { "MAX_INPUT_SIZE_EXCEEDED", SHOPIFY_FAILED, FAIL_INPUT },
    { "PARSE_ERROR", SHOPIFY_FAILED, FAIL_INPUT },
};
static const struct error_rule static_error = { "", SHOPIFY_FAILED, FAIL_INPUT };
static const struct error_rule passing_error = { "", SHOPIFY_AGAIN, FAIL_LATER };

/* userErrors[].code where it decides; with any other code the sentence does. */
static const struct refusal_code {
    const char *code;
    enum fail_kind kind;
} refusal_codes[] = {
    { "IDEMPOTENCY_CONCURRENT_REQUEST", FAIL_LATER },   /* the first one still runs: same key */
    { "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", FAIL_BUG }, /* same key, other content */
    { "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", FAIL_CONFLICT }, /* read back, then a new key */
    { "CHANGE_FROM_QUANTITY_STALE", FAIL_CONFLICT },
    { "PRODUCT_DOES_NOT_EXIST", FAIL_MISSING },
    { "PRODUCT_VARIANT_DOES_NOT_EXIST", FAIL_MISSING },
    { "NOT_FOUND", FAIL_MISSING },
    { "INVALID_INVENTORY_ITEM", FAIL_MISSING },
    { "INVALID_LOCATION", FAIL_MISSING },
    { "HANDLE_NOT_UNIQUE", FAIL_INPUT },
};

/* Refusals that carry no such code, told apart by what the sentence contains. */
static const struct refusal_rule {
    const char *part;
    enum fail_kind kind;
} refusal_rules[] = {
    { "unfulfillable status", FAIL_CONFLICT }, { "line item quantity", FAIL_CONFLICT },
    { "already fulfilled", FAIL_CONFLICT },    { "already been fulfilled", FAIL_CONFLICT },
    { "is cancelled", FAIL_CONFLICT },         { "already been taken", FAIL_CONFLICT },
    { "does not exist", FAIL_MISSING },        { "not found", FAIL_MISSING },
};

static const struct error_rule *rule_of(const char *code)
{
    for (size_t i = 0; i < COUNT_OF(error_rules); i++) {
        if (strcmp(error_rules[i].code, code) == 0) {
            return &error_rules[i];
        }
    }
    return islower((unsigned char)code[0]) ? &static_error : &passing_error;
}

/* Nobody knows whether it ran: a query is asked again, a mutation must be read back. */
static void unclear(const struct shopify_op_rule *rule, struct shopify_verdict *v, const char *what)
{
    v->healthy = false;
    if (rule->mutation) {
        v->step = SHOPIFY_FAILED;
        fail_set(&v->fail, FAIL_UNKNOWN, "Shopify %s: %s", rule->name, what);
    } else {
        v->step = SHOPIFY_AGAIN;
        fail_set(&v->fail, FAIL_LATER, "Shopify %s: %s", rule->name, what);
    }
}

static bool read_number(const json_t *node, const char *path, double *ret)
{
    const json_t *value = json_at(node, path);

    if (!json_is_number(value) || !isfinite(json_number_value(value))) {
        return false;
    }
    *ret = json_number_value(value);
    return true;
}

static void read_cost(struct shopify_verdict *v)
{
    const json_t *cost = json_at(v->root, "extensions.cost");
    const json_t *bucket = json_at(cost, "throttleStatus");

    v->cost_known = read_number(cost, "requestedQueryCost", &v->requested) && v->requested >= 0;
    v->bucket_known = read_number(bucket, "currentlyAvailable", &v->available) &&
                      read_number(bucket, "maximumAvailable", &v->maximum) &&
                      read_number(bucket, "restoreRate", &v->restore_per_s) && v->restore_per_s > 0;
}

static int64_t throttle_ms(const struct shopify_verdict *v)
{
    double need_ms = THROTTLE_LEAST_MS;

    if (v->cost_known && v->bucket_known) {
        need_ms = fmax(need_ms, ceil((v->requested - v->available) * 1000 / v->restore_per_s));
    }
    return (int64_t)fmin(need_ms, ADVICE_MAX_MS);
}

/* ShopifyQL has a budget of its own, refilled whole; its throttling says when. */
static int64_t window_end_us(const json_t *error)
{
    const char *text = json_text(error, "extensions.cost.windowResetAt", NULL);
    int64_t at_us = 0;
    struct fail ignored;

    return text != NULL && clock_parse(text, &at_us, &ignored) == 0 ? at_us : 0;
}

static const char *error_message(const json_t *error)
{
    return json_is_string(error) ? json_string_value(error)
                                 : json_text(error, "message", "no message");
}

/* "order.customer" of ["order", "customer"]; "" without a path. */
static void error_path(const json_t *error, char *text, size_t text_bytes)
{
    const json_t *path = json_at(error, "path");
    scoped(str_done) struct str joined;
    size_t i;
    json_t *step;

    str_init(&joined, 400);
    json_array_foreach(path, i, step)
    {
        if (json_is_string(step)) {
            str_addf(&joined, "%s%s", joined.len > 0 ? "." : "", json_string_value(step));
        }
    }
    (void)str_fit(text, text_bytes, joined.failed ? "" : joined.data);
}

static void fail_error(const struct shopify_op_rule *rule, const json_t *error,
                       struct shopify_verdict *v)
{
    const char *code = json_text(error, "extensions.code", "");
    const char *access = json_text(error, "extensions.requiredAccess", "");
    const struct error_rule *kind = rule_of(code);
    char path[120];

    if (kind->step == SHOPIFY_AGAIN) {
        unclear(rule, v, error_message(error));
        (void)str_fit(v->fail.code, sizeof v->fail.code, code);
        return;
    }
    error_path(error, path, sizeof path);
    v->step = SHOPIFY_FAILED;
    fail_code(&v->fail, kind->kind, code, "Shopify %s%s%s: %.200s%s%.120s", rule->name,
              path[0] != '\0' ? " at " : "", path, error_message(error),
              access[0] != '\0' ? "; needs " : "", access);
}

static bool has_needs(const struct shopify_op_rule *rule, const json_t *data)
{
    for (size_t i = 0; i < COUNT_OF(rule->needs) && rule->needs[i] != NULL; i++) {
        if (json_at(data, rule->needs[i]) == NULL) {
            return false;
        }
    }
    return json_is_object(data);
}

/* An error below the payload of a mutation came after the work; the payload is null because null
 * climbs. */
static bool after_the_work(const struct shopify_op_rule *rule, const json_t *error)
{
    return rule->mutation && json_array_size(json_at(error, "path")) > 1;
}

static void judge_errors(const struct shopify_op_rule *rule, const json_t *errors,
                         struct shopify_verdict *v)
{
    const json_t *worst = json_array_get(errors, 0);
    const json_t *data = json_at(v->root, "data");
    bool only_denied = true;
    size_t i;
    json_t *error;

    json_array_foreach(errors, i, error)
    {
        const struct error_rule *kind = rule_of(json_text(error, "extensions.code", ""));
        if (kind->step == SHOPIFY_WAIT) {
            v->step = SHOPIFY_WAIT;
            v->wait_ms = throttle_ms(v);
            v->window_us = window_end_us(error);
            fail_later(&v->fail, FAIL_LATER, v->wait_ms, "Shopify %s: throttled", rule->name);
            return;
        }
        if (kind->kind != FAIL_DENIED) {
            only_denied = false;
            worst = error;
        }
    }
    if (has_needs(rule, data) && (rule->mutation || only_denied)) {
        v->step = SHOPIFY_DONE;
    } else if (after_the_work(rule, worst)) {
        unclear(rule, v, error_message(worst));
        /* a missing scope is no sign that the shop is in trouble */
        v->healthy = rule_of(json_text(worst, "extensions.code", ""))->step != SHOPIFY_AGAIN;
    } else {
        fail_error(rule, worst, v);
    }
}

/* A misspelt filter is ignored by the shop, which then finds too much; only this warning tells. */
static void judge_search(const struct shopify_op_rule *rule, struct shopify_verdict *v)
{
    const json_t *searches = json_at(v->root, "extensions.search");
    size_t i;
    json_t *search;

    json_array_foreach(searches, i, search)
    {
        const json_t *warning = json_array_get(json_at(search, "warnings"), 0);
        if (warning != NULL) {
            v->step = SHOPIFY_FAILED;
            fail_code(&v->fail, FAIL_BUG, json_text(warning, "code", "SEARCH_WARNING"),
                      "Shopify %s: search filter '%.80s': %.200s", rule->name,
                      json_text(warning, "field", "?"), json_text(warning, "message", ""));
            return;
        }
    }
}

static void judge_body(const struct shopify_op_rule *rule, struct shopify_verdict *v)
{
    const json_t *errors = json_at(v->root, "errors");

    if (!json_is_object(v->root)) {
        unclear(rule, v, "the answer is not a JSON object");
    } else if (json_is_array(errors) && json_array_size(errors) > 0) {
        judge_errors(rule, errors, v);
    } else if (json_is_string(errors) || json_is_object(errors)) {
        fail_error(rule, errors, v);
    } else if (!json_is_object(json_at(v->root, "data"))) {
        unclear(rule, v, "the answer has no data");
    } else {
        v->step = SHOPIFY_DONE;
    }
    if (v->step == SHOPIFY_DONE) {
        judge_search(rule, v);
    }
}

static void judge_status(const struct shopify_op_rule *rule, const struct shopify_answer *answer,
                         struct shopify_verdict *v)
{
    char code[16];
    char what[48];

    snprintf(code, sizeof code, "HTTP_%d", answer->status);
    snprintf(what, sizeof what, "HTTP status %d", answer->status);
    v->step = SHOPIFY_FAILED;
    if (answer->status >= 500) {
        unclear(rule, v, what);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(denied_statuses); i++) {
        if (denied_statuses[i].status == answer->status) {
            fail_code(&v->fail, FAIL_DENIED, code, "Shopify %s: %s", rule->name,
                      denied_statuses[i].text);
            return;
        }
    }
    if (answer->status < 400) {
        fail_code(&v->fail, FAIL_DENIED, code,
                  "Shopify %s: redirected; the shop's address is wrong", rule->name);
        return;
    }
    fail_code(&v->fail, FAIL_INPUT, code, "Shopify %s: %s", rule->name, what);
}

void shopify_judge(const struct shopify_op_rule *rule, const struct shopify_answer *answer,
                   struct shopify_verdict *ret)
{
    struct fail ignored;

    *ret = (struct shopify_verdict){ .step = SHOPIFY_FAILED, .healthy = true };
    if (json_parse(answer->body, answer->body_bytes, "answer", &ret->root, &ignored) < 0) {
        ret->root = NULL;
    }
    read_cost(ret);
    if (answer->status == 401) {
        ret->step = SHOPIFY_RENEW;
        fail_code(&ret->fail, FAIL_DENIED, "HTTP_401",
                  "Shopify %s: the access token is not accepted", rule->name);
    } else if (answer->status == 429) {
        ret->step = SHOPIFY_WAIT;
        ret->wait_ms =
            answer->retry_after_ms < ADVICE_MAX_MS ? answer->retry_after_ms : ADVICE_MAX_MS;
        fail_later(&ret->fail, FAIL_LATER, ret->wait_ms, "Shopify %s: too many requests",
                   rule->name);
    } else if (answer->status < 200 || answer->status > 299) {
        judge_status(rule, answer, ret);
    } else {
        judge_body(rule, ret);
    }
}

void shopify_judge_silence(const struct shopify_op_rule *rule, const struct fail *why,
                           struct shopify_verdict *ret)
{
    *ret = (struct shopify_verdict){ .step = SHOPIFY_FAILED, .fail = *why };
    ret->healthy = strcmp(why->code, HTTP_DEADLINE) == 0; /* it is our time that is up */
    if (ret->healthy || rule->mutation || (why->kind != FAIL_LATER && why->kind != FAIL_UNKNOWN)) {
        fail_wrap(&ret->fail, "Shopify %s", rule->name);
        return;
    }
    ret->step = SHOPIFY_AGAIN;
    ret->fail.kind = FAIL_LATER;
    fail_wrap(&ret->fail, "Shopify %s", rule->name);
}

void shopify_verdict_done(struct shopify_verdict *v)
{
    json_decref(v->root);
    v->root = NULL;
}

static enum fail_kind refusal_kind(const char *code, const char *message)
{
    for (size_t i = 0; i < COUNT_OF(refusal_codes); i++) {
        if (strcmp(code, refusal_codes[i].code) == 0) {
            return refusal_codes[i].kind;
        }
    }
    for (size_t i = 0; i < COUNT_OF(refusal_rules); i++) {
        if (strcasestr(message, refusal_rules[i].part) != NULL) {
            return refusal_rules[i].kind;
        }
    }
    return FAIL_INPUT;
}

int shopify_refusal(const json_t *payload, struct fail *f)
{
    const json_t *refusals = json_at(payload, "userErrors");
    const json_t *first = json_array_get(refusals, 0);
    const char *message = json_text(first, "message", "no message");
    const char *code = json_text(first, "code", "");

    if (first == NULL) {
        return 0;
    }
    return fail_code(f, refusal_kind(code, message), code, "Shopify refused: %.300s%s", message,
                     json_array_size(refusals) > 1 ? " (and more)" : "");
}
