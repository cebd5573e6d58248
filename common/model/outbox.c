#include "common/model/outbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/model/audit.h"
#include "common/model/job_catalog.h"
#include "common/queue/queue.h"
#include "sql/model.h"

enum { RELAY_MAX = 1000, ID_TEXT_BYTES = 24 };

/* One batch on its way: rows as read and locked, and the jobs made of them. */
struct batch {
    PGresult *rows;
    struct job_spec *specs;
    char (*jids)[ID_JID_BYTES];
    size_t count;
};

static void batch_done(struct batch *b)
{
    PQclear(b->rows);
    free(b->specs);
    free(b->jids);
}

/* Retries are those of the type now, not of the moment of the event; a foreign type has Sidekiq's. */
static int retries_of(const char *type)
{
    const struct job_kind *kind = job_kind_find(type);

    return kind != NULL ? kind->tries : -1;
}

/* What the relay would have to refuse is refused here, where somebody can still be told. */
static int check_job(const struct job_spec *job, struct fail *f)
{
    scoped(str_done) struct str payload;
    char jid[JOB_JID_BYTES];

    str_init(&payload, JOB_MAX_BYTES);
    TRY(job_build(job, clock_now_us(), true, &payload, jid, f));
    return str_ok(&payload, f);
}

int outbox_add(struct db *tx, const char *event, const struct job_spec *job, struct fail *f)
{
    char due[ID_TEXT_BYTES];
    const char *trace = job->trace_id != NULL ? job->trace_id : log_trace_id();

    struct job_spec whole = *job; /* as the relay will build it: a trace id adds to the size */

    whole.trace_id = trace;
    whole.max_retries = retries_of(job->type);
    TRY(check_job(&whole, f));
    snprintf(due, sizeof due, "%" PRId64, job->run_at_us);
    const char *params[] = { event,
                             job->type,
                             job->queue,
                             job->args != NULL ? job->args : "[]",
                             job->run_at_us > 0 ? due : NULL,
                             trace != NULL && trace[0] != '\0' ? trace : NULL };
    TRY(db_exec(tx, &sql_model_outbox_add, params, f));
    return 0;
}

/* The same row gives the same id however often it is relayed; the time keeps a rebuilt database
 * from repeating old ids. */
static void row_jid(const PGresult *rows, int row, char jid[static ID_JID_BYTES])
{
    char seed[96], digest[ID_SHA256_HEX_BYTES];
    int length = snprintf(seed, sizeof seed, "outbox:%s:%s", db_text(rows, row, "id"),
                          db_text(rows, row, "created_us"));
    id_sha256_hex(seed, (size_t)length, digest);
    memcpy(jid, digest, ID_JID_BYTES - 1);
    jid[ID_JID_BYTES - 1] = '\0';
}

static void row_spec(struct batch *b, int row)
{
    const char *type = db_text(b->rows, row, "job_type");

    row_jid(b->rows, row, b->jids[row]);
    b->specs[row] = (struct job_spec){
        .type = type,
        .queue = db_text(b->rows, row, "queue"),
        .args = db_text(b->rows, row, "args"),
        .jid = b->jids[row],
        .trace_id = db_text(b->rows, row, "trace_id"),
        .max_retries = retries_of(type),
        .run_at_us = db_int(b->rows, row, "run_us", 0),
    };
}

static int batch_take(struct db *tx, size_t max, struct batch *b, struct fail *f)
{
    char limit[ID_TEXT_BYTES];

    snprintf(limit, sizeof limit, "%zu", max > RELAY_MAX ? (size_t)RELAY_MAX : max);
    TRY(db_query(tx, &sql_model_outbox_take, (const char *[]){ limit }, &b->rows, f));
    b->count = (size_t)PQntuples(b->rows);
    b->specs = calloc(b->count + 1, sizeof *b->specs);
    b->jids = calloc(b->count + 1, sizeof *b->jids);
    if (b->specs == NULL || b->jids == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < b->count; i++) {
        row_spec(b, (int)i);
    }
    return 0;
}

/* A row that can never become a job is told to people and set aside; the rows behind it must not
 * wait for ever. */
static int refuse(struct db *tx, const struct batch *b, size_t row, const struct fail *why,
                  struct fail *f)
{
    char subject[ID_TEXT_BYTES + 8];
    scoped(json_clear_p) json_t *detail =
        json_pack("{s:s, s:s, s:s}", "event", db_text(b->rows, (int)row, "event"), "job",
                  b->specs[row].type, "error", why->text);

    snprintf(subject, sizeof subject, "outbox:%s", db_text(b->rows, (int)row, "id"));
    return audit_add(tx, "rule:outbox", "outbox.refused", subject, detail, f);
}

static int enqueue_singly(struct db *tx, struct redis *r, const struct batch *b, struct fail *f)
{
    for (size_t i = 0; i < b->count; i++) {
        char jid[JOB_JID_BYTES];
        if (queue_enqueue(r, &b->specs[i], jid, f) == 0) {
            continue;
        }
        if (f->kind != FAIL_INPUT) {
            return -1;
        }
        struct fail why = *f;
        TRY(refuse(tx, b, i, &why, f));
    }
    return 0;
}

static int batch_enqueue(struct db *tx, struct redis *r, const struct batch *b, struct fail *f)
{
    if (queue_enqueue_bulk(r, b->specs, b->count, f) == 0) {
        return 0;
    }
    return f->kind == FAIL_INPUT ? enqueue_singly(tx, r, b, f) : -1;
}

static int batch_mark(struct db *tx, const struct batch *b, struct fail *f)
{
    scoped(str_done) struct str ids;

    str_init(&ids, (size_t)RELAY_MAX * ID_TEXT_BYTES);
    for (size_t i = 0; i < b->count; i++) {
        str_addf(&ids, "%c%s", i == 0 ? '{' : ',', db_text(b->rows, (int)i, "id"));
    }
    str_add_char(&ids, '}');
    TRY(str_ok(&ids, f));
    TRY(db_exec(tx, &sql_model_outbox_sent, (const char *[]){ ids.data }, f));
    return 0;
}

static void tell(const struct batch *b, const struct outbox_round *round)
{
    int64_t now_us = clock_now_us();

    for (size_t i = 0; round->told != NULL && i < b->count; i++) {
        int64_t created_us = db_int(b->rows, (int)i, "created_us", now_us);
        round->told(round->ctx, &(struct outbox_event){
                                    .event = db_text(b->rows, (int)i, "event"),
                                    .type = b->specs[i].type,
                                    .queue = b->specs[i].queue,
                                    .jid = b->specs[i].jid,
                                    .trace_id = b->specs[i].trace_id,
                                    .waited_us = now_us > created_us ? now_us - created_us : 0,
                                });
    }
}

int outbox_relay_round(struct db *db, struct redis *r, struct outbox_round *round, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(batch_done) struct batch b = { 0 };

    TRY(db_begin(db, &tx, f));
    TRY(batch_take(tx, round->max, &b, f));
    if (b.count > 0) {
        TRY(batch_enqueue(tx, r, &b, f));
        TRY(batch_mark(tx, &b, f));
    }
    TRY(db_commit(&tx, f));
    round->sent = (int64_t)b.count;
    tell(&b, round);
    return 0;
}

int outbox_relay(struct db *db, struct redis *r, size_t max, int64_t *ret_sent, struct fail *f)
{
    struct outbox_round round = { .max = max };

    TRY(outbox_relay_round(db, r, &round, f));
    *ret_sent = round.sent;
    return 0;
}
