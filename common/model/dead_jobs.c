#include "common/model/dead_jobs.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/id.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/one_json.h"
#include "sql/model.h"

enum { NUMBER_BYTES = 24 };

/* Text as JSON; null for none, and for what Postgres could not hold. */
static json_t *text_or_null(const char *text)
{
    json_t *value = text != NULL && text[0] != '\0' ? json_string(text) : NULL;

    return value != NULL ? value : json_null();
}

static int to_hex(const char *bytes, size_t size_bytes, char **ret, struct fail *f)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = malloc(2 * size_bytes + 1);

    if (hex == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < size_bytes; i++) {
        hex[2 * i] = digits[(unsigned char)bytes[i] >> 4];
        hex[2 * i + 1] = digits[(unsigned char)bytes[i] & 15];
    }
    hex[2 * size_bytes] = '\0';
    *ret = hex;
    return 0;
}

static int add_row(json_t *rows, const struct job_entry *e, struct fail *f)
{
    scoped(free_p) char *hex = NULL;
    scoped(job_error_done) struct job_error error = { .message = NULL };
    char digest[ID_SHA256_HEX_BYTES], died_at[CLOCK_TEXT_BYTES];
    const struct job *job = e->job;

    TRY(job_error_read(e->payload, e->payload_bytes, &error, f));
    TRY(to_hex(e->payload, e->payload_bytes, &hex, f));
    id_sha256_hex(e->payload, e->payload_bytes, digest);
    clock_format(e->at_us, died_at);
    json_t *row = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:s}", "digest", digest, "jid",
                            text_or_null(job != NULL ? job->jid : NULL), "class",
                            text_or_null(job != NULL ? job->type : NULL), "queue",
                            text_or_null(job != NULL ? job->queue : NULL), "error_class",
                            text_or_null(error.name), "error_message", text_or_null(error.message),
                            "payload", hex, "died_at", died_at);
    return row != NULL && json_array_append_new(rows, row) == 0 ? 0 : fail_memory(f);
}

static int keep_page(struct db *db, const struct job_entries *entries, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    scoped(json_clear_p) json_t *rows = json_array();
    scoped(free_p) char *text = NULL;

    for (size_t i = 0; i < entries->count; i++) {
        TRY(add_row(rows, &entries->items[i], f));
    }
    TRY(json_write(rows, &text, f));
    TRY(db_begin(db, &tx, f));
    TRY(db_exec(tx, &sql_model_dead_job_add, (const char *[]){ text }, f));
    return db_commit(&tx, f);
}

int dead_jobs_archive(struct db *db, struct redis *r, const struct dead_archiving *what,
                      int64_t *ret_archived, struct fail *f)
{
    int64_t kept = 0;

    *ret_archived = 0;
    for (bool more = true; more && kept < what->most;) {
        scoped(job_entries_free) struct job_entries entries = { .items = NULL };
        int64_t dropped = 0;

        TRY(queue_dead_over(r, &what->limits, &entries, f));
        if (entries.count > 0) {
            TRY(keep_page(db, &entries, f));
            TRY(queue_dead_drop(r, &entries, &dropped, f));
        }
        *ret_archived += dropped;
        kept += (int64_t)entries.count;
        more = entries.total > (int64_t)entries.count;
    }
    return 0;
}

int dead_jobs_list(struct db *db, const struct dead_jobs_page *page, char **ret_json,
                   struct fail *f)
{
    char limit[NUMBER_BYTES], offset[NUMBER_BYTES];

    (void)snprintf(limit, sizeof limit, "%" PRId64, page->limit);
    (void)snprintf(offset, sizeof offset, "%" PRId64, page->offset);
    return one_json(db, &sql_model_dead_job_page,
                    (const char *[]){ page->queue, limit, offset, page->type, page->error_class },
                    ret_json, f);
}

/* Hex of the database's own making. */
static size_t from_hex(const char *hex, char *bytes)
{
    static const char digits[] = "0123456789abcdef";
    size_t count = strlen(hex) / 2;

    for (size_t i = 0; i < count; i++) {
        bytes[i] = (char)((strchr(digits, hex[2 * i]) - digits) << 4 |
                          (strchr(digits, hex[2 * i + 1]) - digits));
    }
    return count;
}

int dead_jobs_retry(struct db *tx, struct redis *r, const char *jid, const char *who,
                    struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(free_p) char *payload = NULL;
    const char *hex;

    TRY(db_query(tx, &sql_model_dead_job_take, (const char *[]){ jid, who }, &rows, f));
    if (PQntuples(rows) == 0) {
        return fail_set(f, FAIL_MISSING, "no job %s in Redis, and none in the archive to run again",
                        jid);
    }
    hex = db_text(rows, 0, "payload");
    payload = malloc(strlen(hex) / 2 + 1);
    if (payload == NULL) {
        return fail_memory(f);
    }
    return queue_run_again(r, payload, from_hex(hex, payload), f);
}
