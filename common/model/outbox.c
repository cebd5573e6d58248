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

enum { RELAY_MAX = 1000, ID_TEXT_BYTES = 24, FULL_MAX_BYTES = 64 * 1024 };

/* What a row of a batch has become. */
enum row_fate { ROW_OPEN, ROW_SENT, ROW_HELD };

/* One batch on its way: rows as read and locked, and the jobs made of them. */
struct batch {
    PGresult *rows;
    struct job_spec *specs;
    char (*jids)[ID_JID_BYTES];
    enum row_fate *fates;
    size_t count, held;
};

static void batch_done(struct batch *b)
{
    PQclear(b->rows);
    free(b->specs);
    free(b->jids);
    free(b->fates);
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

    str_init(&payload, JOB_MAX_BYTES);
    TRY(job_build(job, clock_now_us(), true, &payload, f));
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

int outbox_follow_up(struct db *tx, const struct follow_up *next, struct fail *f)
{
    const struct job_kind *kind = job_kind_find(next->job);
    char args[40];

    if (kind == NULL) {
        return fail_set(f, FAIL_BUG, "no job type %s", next->job);
    }
    (void)snprintf(args, sizeof args, "[%" PRId64 "]", next->id);
    return outbox_add(tx, next->event,
                      &(struct job_spec){ .type = kind->name,
                                          .queue = kind->queue,
                                          .args = args,
                                          .max_retries = kind->tries,
                                          .run_at_us = next->run_us },
                      f);
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

/* full: the queues to pass over. */
static int batch_take(struct db *tx, size_t max, const struct str *full, struct batch *b,
                      struct fail *f)
{
    scoped(str_done) struct str array;
    char limit[ID_TEXT_BYTES];

    str_init(&array, FULL_MAX_BYTES + 2);
    str_addf(&array, "{%s}", full->data);
    TRY(str_ok(&array, f));
    snprintf(limit, sizeof limit, "%zu", max > RELAY_MAX ? (size_t)RELAY_MAX : max);
    TRY(db_query(tx, &sql_model_outbox_take, (const char *[]){ limit, array.data }, &b->rows, f));
    b->count = (size_t)PQntuples(b->rows);
    b->specs = calloc(b->count + 1, sizeof *b->specs);
    b->jids = calloc(b->count + 1, sizeof *b->jids);
    b->fates = calloc(b->count + 1, sizeof *b->fates);
    if (b->specs == NULL || b->jids == NULL || b->fates == NULL) {
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

/* The rows of one queue that are still open, in their order. */
struct queue_rows {
    const char *queue;
    size_t rows[RELAY_MAX];
    struct job_spec specs[RELAY_MAX];
    size_t count;
};

static void gather(const struct batch *b, const char *queue, struct queue_rows *ret)
{
    ret->queue = queue;
    ret->count = 0;
    for (size_t i = 0; i < b->count; i++) {
        if (b->fates[i] == ROW_OPEN && strcmp(b->specs[i].queue, queue) == 0) {
            ret->rows[ret->count] = i;
            ret->specs[ret->count++] = b->specs[i];
        }
    }
}

static void settle_rows(struct batch *b, const struct queue_rows *q, size_t from,
                        enum row_fate fate)
{
    for (size_t i = from; i < q->count; i++) {
        b->fates[q->rows[i]] = fate;
    }
    b->held += fate == ROW_HELD ? q->count - from : 0;
}

static bool is_full(const struct fail *f)
{
    return f->kind == FAIL_LATER && strcmp(f->code, "QUEUE_FULL") == 0;
}

/* A refused row counts as sent: it never will be.  From the one that finds the queue full, all stay. */
static int enqueue_singly(struct db *tx, struct redis *r, struct batch *b,
                          const struct queue_rows *q, struct fail *f)
{
    for (size_t i = 0; i < q->count; i++) {
        char jid[JOB_JID_BYTES];
        int result = queue_enqueue(r, &q->specs[i], jid, f);

        if (result < 0 && is_full(f)) {
            settle_rows(b, q, i, ROW_HELD);
            return 0;
        }
        if (result < 0 && f->kind != FAIL_INPUT) {
            return -1;
        }
        b->fates[q->rows[i]] = ROW_SENT;
        if (result < 0) {
            struct fail why = *f;
            TRY(refuse(tx, b, q->rows[i], &why, f));
        }
    }
    return 0;
}

/* 0 with f filled when the queue is full. */
static int enqueue_queue(struct db *tx, struct redis *r, struct batch *b,
                         const struct queue_rows *q, struct fail *f)
{
    if (queue_enqueue_bulk(r, q->specs, q->count, f) == 0) {
        settle_rows(b, q, 0, ROW_SENT);
        return 0;
    }
    if (is_full(f)) {
        settle_rows(b, q, 0, ROW_HELD);
        return 0;
    }
    return f->kind == FAIL_INPUT ? enqueue_singly(tx, r, b, q, f) : -1;
}

/* A round under way. */
struct relay {
    struct redis *redis;
    struct outbox_round *round;
    struct str full; /* names of the queues that were found full: an array's inner text */
};

static void relay_done(struct relay *relay)
{
    str_done(&relay->full);
}

static int enqueue_by_queue(struct db *tx, struct relay *relay, struct batch *b, struct fail *f)
{
    struct str *full = &relay->full;
    scoped(free_p) struct queue_rows *q = malloc(sizeof *q);

    if (q == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < b->count; i++) {
        size_t held = b->held;

        if (b->fates[i] != ROW_OPEN) {
            continue;
        }
        gather(b, b->specs[i].queue, q);
        TRY(enqueue_queue(tx, relay->redis, b, q, f));
        if (b->held > held) {
            relay->round->full = *f;
            str_addf(full, "%s\"%s\"", full->len > 0 ? "," : "", q->queue);
        }
    }
    return str_ok(full, f);
}

/* All at once, as nearly always; one queue after the other when one is full, or a row is none. */
static int batch_enqueue(struct db *tx, struct relay *relay, struct batch *b, struct fail *f)
{
    if (queue_enqueue_bulk(relay->redis, b->specs, b->count, f) == 0) {
        for (size_t i = 0; i < b->count; i++) {
            b->fates[i] = ROW_SENT;
        }
        return 0;
    }
    if (f->kind != FAIL_INPUT && !is_full(f)) {
        return -1;
    }
    return enqueue_by_queue(tx, relay, b, f);
}

static int batch_mark(struct db *tx, const struct batch *b, struct fail *f)
{
    scoped(str_done) struct str ids;

    str_init(&ids, (size_t)RELAY_MAX * ID_TEXT_BYTES);
    str_add_char(&ids, '{');
    for (size_t i = 0; i < b->count; i++) {
        if (b->fates[i] == ROW_SENT) {
            str_addf(&ids, "%s%s", ids.len > 1 ? "," : "", db_text(b->rows, (int)i, "id"));
        }
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
        if (b->fates[i] != ROW_SENT) {
            continue;
        }
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

/* One transaction.  *ret_held: rows that stay; their queues have been added to relay->full. */
static int relay_batch(struct db *db, struct relay *relay, size_t *ret_held, struct fail *f)
{
    struct outbox_round *round = relay->round;
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(batch_done) struct batch b = { 0 };

    TRY(db_begin(db, &tx, f));
    TRY(batch_take(tx, round->max - (size_t)round->sent, &relay->full, &b, f));
    if (b.count > 0) {
        TRY(batch_enqueue(tx, relay, &b, f));
    }
    if (b.count > b.held) {
        TRY(batch_mark(tx, &b, f));
    }
    TRY(db_commit(&tx, f));
    round->sent += (int64_t)(b.count - b.held);
    round->held += (int64_t)b.held;
    *ret_held = b.held;
    tell(&b, round);
    return 0;
}

/* Each batch that finds a queue full is followed by one without the rows of that queue. */
int outbox_relay_round(struct db *db, struct redis *r, struct outbox_round *round, struct fail *f)
{
    scoped(relay_done) struct relay relay = { .redis = r, .round = round };
    size_t held = 0;

    str_init(&relay.full, FULL_MAX_BYTES);
    round->sent = 0;
    round->held = 0;
    do {
        TRY(relay_batch(db, &relay, &held, f));
    } while (held > 0 && (size_t)round->sent < round->max);
    if (round->held > 0 && round->sent == 0) {
        *f = round->full;
        return -1;
    }
    return 0;
}

int outbox_relay(struct db *db, struct redis *r, size_t max, int64_t *ret_sent, struct fail *f)
{
    struct outbox_round round = { .max = max };

    TRY(outbox_relay_round(db, r, &round, f));
    *ret_sent = round.sent;
    return 0;
}
