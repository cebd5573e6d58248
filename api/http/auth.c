#include "api/http/auth.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/http/auth_known.h"
#include "api/http/auth_policy.h"
#include "api/http/auth_priv.h"
#include "api/http/rate.h"
#include "api/http/session_cookie.h"
#include "common/base/clock.h"
#include "common/base/str.h"

/* One sentence for both, and for what cannot be a key: which of them it is helps only who guesses. */
static const char unknown_key[] = "This key is not known, or it was revoked.";
static const char no_key[] = "This needs a key (Authorization: Bearer ds_...) or a login.";
static const char login_over[] = "The login is over; log in again.";

enum { KEY_CHARS = 3 + 64 };

int auth_open(struct auth **ret, struct fail *f)
{
    struct auth *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return fail_memory(f);
    }
    if (failures_open(&a->failures, f) < 0 || known_open(&a->known, f) < 0 ||
        policies_open(&a->policies, f) < 0 || rates_open(&a->rates, f) < 0) {
        auth_close(a);
        return -1;
    }
    *ret = a;
    return 0;
}

void auth_close(struct auth *a)
{
    if (a != NULL) {
        failures_close(a->failures);
        known_close(a->known);
        policies_close(a->policies);
        rates_close(a->rates);
        free(a);
    }
}

int auth_left(struct auth *a, const char *address, int64_t now_ms)
{
    return failures_left(a->failures, address, now_ms);
}

void auth_count_failure(struct auth *a, const char *address, int64_t now_ms)
{
    failures_count(a->failures, address, now_ms);
}

void auth_forget(struct auth *a)
{
    known_forget(a->known);
}

/* ---- refusals ---- */

static void add_limit(struct reply *re, int left)
{
    reply_header(re, "RateLimit-Policy: \"failed-auth\";q=%d;w=%d", AUTH_BURST,
                 AUTH_BURST * AUTH_REFILL_MS / 1000);
    reply_header(re, "RateLimit: \"failed-auth\";r=%d;t=%d", left, AUTH_REFILL_MS / 1000);
}

static int refuse_for_now(const struct request *rq, struct reply *re)
{
    reply_problem(re, rq, 429, "Too many failed attempts from this address.", NULL);
    reply_header(re, "Retry-After: %d", AUTH_REFILL_MS / 1000);
    add_limit(re, 0);
    return 1;
}

static void unauthorized(const struct request *rq, struct reply *re, const char *detail)
{
    reply_problem(re, rq, 401, detail, NULL);
    reply_header(re, "WWW-Authenticate: Bearer realm=\"dropship\"");
}

/* One more failed attempt: 401, or 429 when the address has none left. */
static int refuse_attempt(const struct request *rq, struct reply *re, const char *detail)
{
    int64_t now_ms = clock_mono_ms();

    if (auth_left(rq->api->auth, rq->address, now_ms) <= 0) {
        return refuse_for_now(rq, re);
    }
    auth_count_failure(rq->api->auth, rq->address, now_ms);
    unauthorized(rq, re, detail);
    add_limit(re, auth_left(rq->api->auth, rq->address, now_ms));
    return 1;
}

static int check_address_rate(struct request *rq, struct reply *re)
{
    struct policy policy;

    policy_now(rq, &policy);
    return rate_check_address(rq, re, "address", policy.address_per_minute);
}

/* Nobody guesses here: a page asks before the login, or with one that is over. */
static int refuse_stranger(struct request *rq, struct reply *re, const char *detail,
                           bool forget_cookie)
{
    if (check_address_rate(rq, re) == 0) {
        unauthorized(rq, re, detail);
    }
    if (forget_cookie) {
        session_set_cookie(rq, re, "", 0);
    }
    return 1;
}

/* ---- who it is: 0 = in rq->key, 1 = not known, -1 failed ---- */

/* Only a refusal of our own has no SQLSTATE; one of Postgres is our trouble, not the caller's. */
static int found_or_not(int found, const struct fail *f)
{
    return found < 0 && f->kind == FAIL_DENIED && f->code[0] == '\0' ? 1 : found;
}

static int need_db(struct request *rq, struct fail *f)
{
    TRY(request_take(rq, REQUEST_WRITE, f));
    return db_ready(rq->db, f);
}

static bool is_key_form(const char *text)
{
    return strlen(text) == KEY_CHARS && strncmp(text, "ds_", 3) == 0 &&
           strspn(text + 3, "0123456789abcdef") == KEY_CHARS - 3;
}

static int look_key_up(struct request *rq, const char *text, struct fail *f)
{
    struct session who = { .id = 0 };
    char digest[ID_SHA256_HEX_BYTES];

    id_sha256_hex(text, strlen(text), digest);
    if (!known_get(rq->api->auth->known, digest, clock_mono_ms(), &who)) {
        TRY(need_db(rq, f));
        int found = found_or_not(api_key_find(rq->db, text, &who.key, f), f);
        if (found != 0) {
            return found;
        }
        known_put(rq->api->auth->known, digest, &who, clock_mono_ms());
    }
    rq->session = who;
    rq->key = who.key;
    return 0;
}

static int look_session_up(struct request *rq, const char *token, struct fail *f)
{
    char digest[ID_SHA256_HEX_BYTES];
    struct session who = { .id = 0 };
    struct policy policy;

    id_sha256_hex(token, strlen(token), digest);
    if (!known_get(rq->api->auth->known, digest, clock_mono_ms(), &who)) {
        policy_now(rq, &policy);
        TRY(need_db(rq, f));
        int found = found_or_not(session_find(rq->db, token, policy.life.idle_s, &who, f), f);
        if (found != 0) {
            return found;
        }
        known_put(rq->api->auth->known, digest, &who, clock_mono_ms());
    }
    if (who.expires_us <= clock_now_us()) {
        return 1;
    }
    rq->session = who;
    rq->key = who.key;
    return 0;
}

/* The key in the header; NULL when there is none of the exact form.  *ret_offered: the header names one, of whatever form. */
static const char *bearer(const struct request *rq, bool *ret_offered)
{
    static const char scheme[] = "Bearer ";
    const char *value = request_header(rq, "Authorization");

    *ret_offered = value != NULL && strncasecmp(value, scheme, sizeof scheme - 1) == 0;
    if (!*ret_offered || request_header_count(rq, "Authorization") != 1) {
        return NULL;
    }
    value += sizeof scheme - 1;
    return is_key_form(value) ? value : NULL;
}

static int identify_by_key(struct request *rq, struct reply *re, struct fail *f)
{
    bool offered;
    const char *key = bearer(rq, &offered);

    if (key == NULL) {
        return refuse_attempt(rq, re, offered ? unknown_key : no_key);
    }
    int known = look_key_up(rq, key, f);
    return known == 1 ? refuse_attempt(rq, re, unknown_key) : known;
}

static int identify_by_cookie(struct request *rq, struct reply *re, struct fail *f)
{
    char token[SESSION_TOKEN_BYTES];

    switch (session_cookie(rq, token)) {
    case COOKIE_NONE:
        return refuse_stranger(rq, re, no_key, false);
    case COOKIE_BAD:
        return refuse_stranger(rq, re, login_over, true);
    case COOKIE_GOOD:
        break;
    }
    int known = look_session_up(rq, token, f);
    if (known != 0) {
        return known == 1 ? refuse_stranger(rq, re, login_over, true) : known;
    }
    return session_check_write(rq, token, re);
}

static int identify(struct request *rq, struct reply *re, struct fail *f)
{
    return request_header(rq, "Authorization") != NULL ? identify_by_key(rq, re, f)
                                                       : identify_by_cookie(rq, re, f);
}

/* ---- what it may ---- */

static int check_key_rate(struct request *rq, struct reply *re)
{
    char subject[RATE_SUBJECT_BYTES];
    struct policy policy;

    policy_now(rq, &policy);
    snprintf(subject, sizeof subject, "key:%" PRId64, rq->key.id);
    return rate_check(
        rq, re,
        &(struct rate){ .name = "key", .subject = subject, .per_minute = policy.key_per_minute });
}

static int check_scope(const struct request *rq, struct reply *re)
{
    enum api_scope wanted = (enum api_scope)(rq->route->access - ACCESS_READ);
    if (rq->key.scope < wanted) {
        reply_problem(re, rq, 403, "This key's scope does not allow that.", NULL);
        reply_header(re, "WWW-Authenticate: Bearer error=\"insufficient_scope\", scope=\"%s\"",
                     api_scope_names[wanted]);
        return 1;
    }
    return 0;
}

/* Open doors of the API (a login, a message) are for strangers; probes, pages and signed webhooks count nothing. */
static int check_open(struct request *rq, struct reply *re)
{
    bool counted = strncmp(rq->route->path, "/api/", 5) == 0;

    return counted ? check_address_rate(rq, re) : 0;
}

int auth_check(struct request *rq, struct reply *re, struct fail *f)
{
    if (rq->route->access == ACCESS_OPEN) {
        return check_open(rq, re);
    }
    int step = identify(rq, re, f);
    step = step == 0 ? check_key_rate(rq, re) : step;
    return step == 0 ? check_scope(rq, re) : step;
}

int auth_still(struct request *rq, struct fail *f)
{
    char token[SESSION_TOKEN_BYTES];
    bool offered;
    const char *key = bearer(rq, &offered);

    if (key != NULL) {
        return look_key_up(rq, key, f);
    }
    return session_cookie(rq, token) == COOKIE_GOOD ? look_session_up(rq, token, f) : 1;
}

int auth_refuse_key(struct request *rq, struct reply *re, const struct fail *f)
{
    if (found_or_not(-1, f) < 0) {
        return -1;
    }
    (void)refuse_attempt(rq, re, unknown_key);
    return 0;
}

int auth_find_key(struct request *rq, const char *text, struct api_key *ret, struct reply *re,
                  struct fail *f)
{
    if (!is_key_form(text)) {
        return refuse_attempt(rq, re, unknown_key);
    }
    TRY(need_db(rq, f));
    int found = found_or_not(api_key_find(rq->db, text, ret, f), f);
    return found == 1 ? refuse_attempt(rq, re, unknown_key) : found;
}
