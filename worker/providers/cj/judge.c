/* What an answer of CJ means.  The HTTP status says little: errors mostly come with 200,
 * throttling comes both ways. */
#include "worker/providers/cj/cj_priv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"

enum {
    QUOTA_PAUSE_MS = 3600000,
    POINTS_PAUSE_MS = 600000,
    ADVICE_MAX_MS = 600000,
    BODY_MAX = 16 << 20
};

/* CJ's codes, by range.  CJ_AGAIN: passing for a read, unknown outcome for a write; so is every
 * code that is not listed. */
static const struct code_rule {
    int64_t from, to;
    enum cj_step step;
    enum fail_kind kind;
} code_rules[] = {
    { 1600000, 1600000, CJ_AGAIN, FAIL_LATER },   /* system busy */
    { 1600001, 1600002, CJ_RENEW, FAIL_DENIED },  /* token wrong, empty */
    { 1600003, 1600003, CJ_FAILED, FAIL_DENIED }, /* refresh token wrong */
    { 1600004, 1600004, CJ_RENEW, FAIL_DENIED },  /* authorization failed */
    { 1600005, 1600031, CJ_FAILED, FAIL_DENIED }, /* account, redirect, store, platform token */
    { 1600100, 1600101, CJ_RENEW,
      FAIL_INPUT }, /* interface offline; CJ's own client reads it as an expired token */
    { 1600200, 1600200, CJ_WAIT, FAIL_LATER },     /* too many requests */
    { 1600201, 1600201, CJ_FAILED, FAIL_LIMITED }, /* quota of this call used up */
    { 1600300, 1600300, CJ_FAILED, FAIL_INPUT },   /* bad parameter */
    { 1600301, 1600301, CJ_AGAIN, FAIL_LATER },    /* time-out inside CJ */
    { 1601000, 1601000, CJ_FAILED, FAIL_DENIED },  /* user not found */
    { 1602000, 1602001, CJ_FAILED, FAIL_MISSING }, /* variant, product not found */
    { 1602002, 1602003, CJ_FAILED, FAIL_INPUT },   /* product, variant taken off the shelf */
    { 1603000, 1603002, CJ_FAILED,
      FAIL_UNKNOWN }, /* create, confirm, delete failed: read the order */
    { 1603003, 1603003, CJ_FAILED, FAIL_CONFLICT }, /* orderNumber exists */
    { 1603100, 1603100, CJ_FAILED, FAIL_MISSING },  /* order not found */
    { 1603101, 1603102, CJ_FAILED,
      FAIL_UNKNOWN }, /* payment failed (perhaps because it is paid), stock not deducted */
    { 1604000, 1604000, CJ_FAILED, FAIL_LIMITED }, /* balance too low */
    { 1604001, 1604001, CJ_FAILED, FAIL_DENIED },  /* payment from balance restricted */
    { 1605000, 1605002, CJ_FAILED,
      FAIL_INPUT }, /* logistics unknown or not valid here, country unknown */
    { 1606000, 1607003, CJ_FAILED, FAIL_INPUT }, /* webhook configuration */
    { 1607004, 1607004, CJ_FAILED, FAIL_INPUT }, /* freight failed */
    { 1607006, 1607009, CJ_FAILED, FAIL_INPUT }, /* disputes */
    { 16900202, 16900205, CJ_FAILED, FAIL_BUG }, /* method, content type, body */
    { 16900403, 16900403, CJ_FAILED, FAIL_BUG }, /* a required field is empty */
    { 16900500, 16900500, CJ_POINTS, FAIL_LIMITED },
};

static const struct code_rule *rule_of(int64_t code)
{
    for (size_t i = 0; i < COUNT_OF(code_rules); i++) {
        if (code >= code_rules[i].from && code <= code_rules[i].to) {
            return &code_rules[i];
        }
    }
    return NULL;
}

/* Nobody knows whether it ran: a read is asked again, a write must be read back, a sign-in is
 * left alone for a while. */
static void unclear(const struct cj_op_rule *rule, struct cj_verdict *v, const char *what)
{
    v->step = rule->manner == CJ_READ ? CJ_AGAIN : CJ_FAILED;
    if (rule->manner == CJ_WRITE) {
        fail_set(&v->fail, FAIL_UNKNOWN, "CJ %s: %s", rule->path, what);
    } else {
        fail_later(&v->fail, FAIL_LATER, rule->pause_ms, "CJ %s: %s", rule->path, what);
    }
}

static void throttled(const struct cj_op_rule *rule, int64_t advice_ms, struct cj_verdict *v)
{
    v->wait_ms = rule->manner == CJ_SIGN_IN ? rule->pause_ms : advice_ms;
    v->wait_ms = v->wait_ms < ADVICE_MAX_MS ? v->wait_ms : ADVICE_MAX_MS;
    v->step = rule->manner == CJ_SIGN_IN ? CJ_FAILED : CJ_WAIT;
    fail_later(&v->fail, FAIL_LATER, v->wait_ms, "CJ %s: too many requests", rule->path);
}

static void points_gone(const struct cj_op_rule *rule, struct cj_verdict *v)
{
    v->step = CJ_POINTS;
    v->wait_ms = POINTS_PAUSE_MS;
    fail_later(&v->fail, FAIL_LIMITED, v->wait_ms, "CJ %s: the points of the day are used up",
               rule->path);
}

/* "-1" = says neither. */
static int flag(const json_t *root, const char *name)
{
    return json_at(root, name) == NULL ? -1 : json_truth(root, name, false);
}

static bool is_success(const json_t *root)
{
    int result = flag(root, "result");
    int success = flag(root, "success");
    int64_t code = json_int(root, "code", -1);

    if (result == 0 || success == 0) {
        return false;
    }
    return result == 1 || success == 1 || code == 200 || code == 0;
}

static void judge_code(const struct cj_op_rule *rule, const struct code_rule *known,
                       int64_t retry_after_ms, struct cj_verdict *v)
{
    int64_t code = json_int(v->root, "code", -1);
    const char *message = json_text(v->root, "message", "no message");
    const char *request = json_text(v->root, "requestId", "");
    enum fail_kind kind = known->kind;
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)code);
    v->step = known->step;
    if (known->step == CJ_WAIT) {
        throttled(rule, retry_after_ms, v);
    } else if (known->step == CJ_POINTS) {
        points_gone(rule, v);
    } else if (known->step == CJ_AGAIN) {
        unclear(rule, v, message);
    } else {
        kind = rule->names_order && code == 1600300 ? FAIL_MISSING : kind;
        v->step = rule->manner == CJ_SIGN_IN ? CJ_FAILED : known->step;
        fail_set(&v->fail, kind, "CJ %s: %.200s (code %s%s%.40s)", rule->path, message, text,
                 request[0] != '\0' ? ", request " : "", request);
        v->fail.retry_after_ms = kind == FAIL_LIMITED && code == 1600201 ? QUOTA_PAUSE_MS : 0;
    }
    (void)str_fit(v->fail.code, sizeof v->fail.code, text);
}

static void judge_status(const struct cj_op_rule *rule, const struct cj_answer *answer,
                         struct cj_verdict *v)
{
    char what[48];
    char code[16];

    snprintf(what, sizeof what, "HTTP status %d", answer->status);
    snprintf(code, sizeof code, "HTTP_%d", answer->status);
    v->step = CJ_FAILED;
    if (answer->status == 429) {
        throttled(rule, answer->retry_after_ms, v);
    } else if (answer->status >= 500) {
        v->healthy = false;
        unclear(rule, v, what);
    } else if (answer->status == 401 || answer->status == 403) {
        v->step = answer->status == 401 && rule->manner != CJ_SIGN_IN ? CJ_RENEW : CJ_FAILED;
        fail_code(&v->fail, FAIL_DENIED, code, "CJ %s: %s", rule->path, what);
    } else {
        fail_code(&v->fail, FAIL_BUG, code, "CJ %s: %s", rule->path, what);
    }
}

static void read_body(const struct cj_answer *answer, struct cj_verdict *v)
{
    scoped(str_done) struct str quoted;
    struct fail ignored;

    str_init(&quoted, BODY_MAX);
    cj_quote_long_integers(answer->body, answer->body_bytes, &quoted);
    if (quoted.failed || json_parse(quoted.data, quoted.len, "answer", &v->root, &ignored) < 0) {
        v->root = NULL;
    }
}

/* Whatever CJ answered, a sign-in may have counted: only what was not sent may be tried again
 * at once, and that is all that FAIL_LATER and FAIL_LIMITED say of one. */
static void doubt_sign_in(const struct cj_op_rule *rule, struct cj_verdict *v)
{
    if (rule->manner == CJ_SIGN_IN &&
        (v->fail.kind == FAIL_LATER || v->fail.kind == FAIL_LIMITED)) {
        v->fail.kind = FAIL_UNKNOWN;
    }
}

void cj_judge(const struct cj_op_rule *rule, const struct cj_answer *answer, struct cj_verdict *ret)
{
    const struct code_rule *known = NULL;
    char code[24];

    *ret = (struct cj_verdict){ .step = CJ_DONE, .healthy = true };
    read_body(answer, ret);
    known = is_success(ret->root) ? NULL : rule_of(json_int(ret->root, "code", -1));
    if (known != NULL) {
        judge_code(rule, known, answer->retry_after_ms, ret);
    } else if (json_at(ret->root, "pointsInfo") != NULL && answer->status == 429) {
        points_gone(rule, ret);
    } else if (answer->status < 200 || answer->status > 299) {
        judge_status(rule, answer, ret);
    } else if (!json_is_object(ret->root)) {
        ret->healthy = false;
        unclear(rule, ret, "the answer is not a JSON object");
    } else if (!is_success(ret->root)) {
        snprintf(code, sizeof code, "%lld", (long long)json_int(ret->root, "code", -1));
        unclear(rule, ret, json_text(ret->root, "message", "refused without a reason"));
        (void)str_fit(ret->fail.code, sizeof ret->fail.code, code);
    }
    doubt_sign_in(rule, ret);
}

void cj_judge_silence(const struct cj_op_rule *rule, const struct fail *why, struct cj_verdict *ret)
{
    *ret = (struct cj_verdict){ .step = CJ_FAILED, .fail = *why };
    fail_wrap(&ret->fail, "CJ %s", rule->path);
    if (strcmp(why->code, HTTP_DEADLINE) == 0) {
        ret->healthy = true; /* it is our time that is up */
        return;
    }
    if (why->kind == FAIL_UNKNOWN && rule->manner == CJ_READ) {
        ret->fail.kind = FAIL_LATER;
    } else if (why->kind == FAIL_UNKNOWN) {
        ret->fail.retry_after_ms = rule->pause_ms; /* of a sign-in, which may have counted */
    }
    if (rule->manner == CJ_READ && ret->fail.kind == FAIL_LATER) {
        ret->step = CJ_AGAIN;
    }
}

void cj_verdict_done(struct cj_verdict *v)
{
    json_decref(v->root);
    v->root = NULL;
}
