#include "api/http/idempotency.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "api/http/auth_failures.h"
#include "api/http/resources.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/model/idempotency.h"

enum { TRIM_EVERY_MS = 60000 };

static const char header[] = "Idempotency-Key";

/* When the api last trimmed; each process does it once in a while. */
static atomic_llong trimmed_ms;

static void run_handler(struct request *rq, struct reply *re, struct fail *f)
{
    f->kind = FAIL_NONE;
    if (rq->route->run(rq, re, f) < 0) {
        reply_fail(re, rq, f);
    } else if (str_ok(&re->body, f) < 0) {
        str_done(&re->body);
        (void)fail_set(f, FAIL_BUG, "the answer is too large");
        reply_fail(re, rq, f);
    }
}

static bool is_read(const struct request *rq)
{
    return strcmp(rq->method, "GET") == 0 || strcmp(rq->method, "HEAD") == 0;
}

/* Whether the header means something here. */
static bool is_wanted(const struct request *rq)
{
    return !is_read(rq) && rq->route->raw_bytes == 0 && rq->route->run != post_session &&
           request_header(rq, header) != NULL;
}

/* A POST that whoever may read may send changes nothing: doing it again is as good as a stored answer, and costs no row. */
static bool only_asks(const struct request *rq)
{
    return rq->route->access == ACCESS_READ && strcmp(rq->method, "POST") == 0;
}

static bool is_visible(const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++) {
        if (text[i] < 0x21 || text[i] > 0x7e) {
            return false;
        }
    }
    return length >= 1 && length <= IDEMPOTENCY_KEY_MAX_BYTES;
}

/* Of method, target and body, each ended by a NUL, which none of the first two can hold. */
static int digest_request(const struct request *rq, char digest[static ID_SHA256_HEX_BYTES],
                          struct fail *f)
{
    scoped(str_done) struct str all;

    str_init(&all, ROUTE_BODY_BYTES + 64 * 1024);
    str_add(&all, rq->method);
    str_add_bytes(&all, "", 1);
    str_add(&all, rq->path);
    str_add_char(&all, '?');
    str_add(&all, rq->query != NULL ? rq->query : "");
    str_add_bytes(&all, "", 1);
    str_add_bytes(&all, rq->body != NULL ? rq->body : "", rq->body_bytes);
    TRY(str_ok(&all, f));
    id_sha256_hex(all.data, all.len, digest);
    return 0;
}

static int read_header(const struct request *rq, struct idempotency *ret, struct fail *f)
{
    char group[AUTH_ADDRESS_BYTES];

    ret->key = request_header(rq, header);
    ret->request_id = rq->id;
    ret->repeatable = strcmp(rq->method, "PUT") == 0 || strcmp(rq->method, "DELETE") == 0;
    if (rq->key.id != 0) {
        snprintf(ret->caller, sizeof ret->caller, "key:%" PRId64, rq->key.id);
    } else {
        address_group(rq->address, group);
        snprintf(ret->caller, sizeof ret->caller, "address:%s", group);
    }
    return digest_request(rq, ret->request_sha256, f);
}

/* ---- what a repeat is told ---- */

/* 409 with what is known of the first: running, done or unknown. */
static void tell_conflict(const struct request *rq, struct reply *re, const char *outcome,
                          const char *detail)
{
    struct fail f;

    scoped(json_clear_p) json_t *problem = json_pack(
        "{s:s, s:s, s:i, s:s, s:s, s:s}", "type", "about:blank", "title", reply_reason(409),
        "status", 409, "detail", detail, "request_id", rq->id, "outcome", outcome);
    reply_problem(re, rq, 409, detail, NULL);
    if (reply_value(re, 409, problem, &f) == 0) {
        re->type = "application/problem+json";
    }
}

static void replay(struct request *rq, struct reply *re, const struct idempotency_answer *stored)
{
    static const char problem[] = "application/problem+json";

    (void)rq;
    reply_json(re, stored->status, stored->body);
    if (strcmp(stored->type, problem) == 0) {
        re->type = problem;
    }
    reply_header(re, "Idempotency-Replayed: true");
}

static void tell(struct request *rq, struct reply *re, enum idempotency_state state,
                 const struct idempotency_answer *stored)
{
    switch (state) {
    case IDEMPOTENCY_MINE:
        break;
    case IDEMPOTENCY_DONE:
        replay(rq, re, stored);
        break;
    case IDEMPOTENCY_RUNNING:
        tell_conflict(rq, re, "running",
                      "The first request with this Idempotency-Key is still running.");
        reply_header(re, "Retry-After: 1");
        break;
    case IDEMPOTENCY_OTHER:
        reply_problem(re, rq, 422, "This Idempotency-Key was used for another request.", NULL);
        break;
    case IDEMPOTENCY_CARRIED_OUT:
        tell_conflict(rq, re, "done",
                      "The first request with this Idempotency-Key was carried out; its answer is "
                      "not there any more. Look at what it changed.");
        break;
    case IDEMPOTENCY_UNCLEAR:
        tell_conflict(rq, re, "unknown",
                      "The first request with this Idempotency-Key was cut off and may or may not "
                      "have been carried out; it is not done again. Look, then use a new key.");
        break;
    }
}

/* ---- doing it ---- */

static void trim_now_and_then(struct request *rq)
{
    int64_t now_ms = clock_mono_ms();
    long long last_ms = atomic_load(&trimmed_ms);
    struct fail f;

    if (last_ms != 0 && now_ms - last_ms < TRIM_EVERY_MS) {
        return;
    }
    if (!atomic_compare_exchange_strong(&trimmed_ms, &last_ms, now_ms)) {
        return;
    }
    int more = idempotency_trim(rq->db, &f);
    if (more < 0) {
        log_warn("idempotency.untrimmed", kv_fail(&f));
    } else if (more > 0) {
        atomic_store(&trimmed_ms, 0); /* the next write goes on: it must keep up with what comes */
    }
}

static void end_claimed(struct request *rq, const struct idempotency *claim, const struct reply *re)
{
    bool secret = rq->secret_answer && re->status < 400;
    struct fail f;
    const struct idempotency_end end = {
        .undone = re->status == 503 || re->status == 429,
        .unclear = re->status >= 500 && re->status != 503,
        .status = re->status,
        .type = re->type,
        .body = secret || re->stream != NULL || re->bytes != NULL ? NULL : re->body.data,
    };

    if (idempotency_end(rq->db, claim, &end, &f) < 0) {
        log_error("idempotency.unsettled", kv_str("request_id", rq->id), kv_fail(&f));
    }
}

static int run_once(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(idempotency_answer_done) struct idempotency_answer stored = { 0 };
    struct idempotency claim = { 0 };

    TRY(read_header(rq, &claim, f));
    int state = idempotency_begin(rq->db, &claim, &stored, f);
    TRY(state);
    if (state != IDEMPOTENCY_MINE) {
        tell(rq, re, (enum idempotency_state)state, &stored);
        return 0;
    }
    run_handler(rq, re, f);
    end_claimed(rq, &claim, re);
    trim_now_and_then(rq);
    return 0;
}

/* What only reads may read from a replica.  A borrowed connection still has the request of whoever wrote with it before. */
static int take_connections(struct request *rq, struct fail *f)
{
    bool keyed = rq->route->access != ACCESS_OPEN, reads = is_read(rq);

    TRY(request_take(rq, keyed && reads ? REQUEST_READ : REQUEST_WRITE, f));
    if (keyed || !reads) {
        TRY(db_ready(rq->db, f));
    }
    return reads ? 0 : idempotency_note_request(rq->db, rq->id, f);
}

void idempotency_run(struct request *rq, struct reply *re)
{
    struct fail f = { .kind = FAIL_NONE };
    bool wanted = is_wanted(rq);

    if (wanted &&
        (request_header_count(rq, header) != 1 || !is_visible(request_header(rq, header)))) {
        reply_problem(re, rq, 400,
                      "Idempotency-Key must be one header of 1 to 128 visible ASCII characters.",
                      NULL);
        return;
    }
    bool claims = wanted && !only_asks(rq);
    if (take_connections(rq, &f) < 0 || (claims && run_once(rq, re, &f) < 0)) {
        reply_fail(re, rq, &f);
    } else if (!claims) {
        run_handler(rq, re, &f);
    }
}
