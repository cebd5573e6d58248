/* /api/v1/export: whole lists as files, streamed from a cursor; memory holds one batch, whatever the size.  An export has a
 * connection of its own, so that the pool stays with those who wait for a page; a few may run at once.  The audit keeps who
 * took what out, as it may hold people's names and addresses. */
#include "api/http/resources.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/http/hands.h"
#include "api/http/order_query.h"
#include "api/http/reply.h"
#include "api/http/sheet.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/db/db_cursor.h"
#include "common/model/analytics.h"
#include "common/model/audit.h"
#include "common/model/idempotency.h"
#include "sql/export.h"

enum { AT_ONCE = 4, BATCH_ROWS = 500, PARAMS = 10, BATCH_MAX_BYTES = 64 * 1024 * 1024 };

/* Of a query; the texts may point into numbers and query, or into the request. */
struct params {
    const char *values[PARAMS];
    size_t count;
    char numbers[PARAMS][24];
    struct order_query query;
};

/* Fill *ret, of zeroes, from the request's fields. */
typedef void take_fn(const struct request *rq, struct params *ret);

/* What an export is: its query, and the fields of the route that are its parameters, in their order. */
struct kind {
    const char *name;
    const struct embedded *sql;
    take_fn *take; /* instead of fields, where a field is not a parameter as it is */
    const char
        *fields[PARAMS]; /* "from" and "to" of type FIELD_TIME are handed over in microseconds */
};

/* While it runs. */
struct export
{
    const struct kind *kind;
    struct db *db;
    PGresult *rows; /* the first batch, read before the answer began */
    atomic_int *running;
    bool csv;
};

static void export_free(void *state)
{
    struct export *e = state;

    if (e != NULL) {
        PQclear(e->rows);
        db_close(e->db);
        atomic_fetch_sub(e->running, 1);
        free(e);
    }
}

static void export_free_p(struct export **e)
{
    export_free(*e);
}

/* ---- giving rows ---- */

static void add_rows(const struct export *e, bool first_batch, struct str *out)
{
    if (first_batch && e->csv) {
        sheet_csv_names(e->rows, out);
    }
    for (int row = 0; row < PQntuples(e->rows); row++) {
        if (e->csv) {
            sheet_csv_row(e->rows, row, out);
        } else {
            str_add(out, first_batch && row == 0 ? "\n" : ",\n");
            sheet_json_row(e->rows, row, out);
        }
    }
}

static int next_batch(struct export *e, struct fail *f)
{
    PQclear(e->rows);
    e->rows = NULL;
    return db_cursor_next(e->db, BATCH_ROWS, &e->rows, f);
}

static int write_text(struct reply_sink *out, const char *text, struct fail *f)
{
    return reply_write(out, text, strlen(text), f);
}

static int give_rows(struct request *rq, struct reply_sink *out, void *state, struct fail *f)
{
    scoped(export_free_p) struct export *e = state;
    scoped(str_done) struct str text;
    bool first = true;

    str_init(&text, BATCH_MAX_BYTES);
    TRY(e->csv ? 0 : write_text(out, "[", f));
    do {
        str_clear(&text);
        add_rows(e, first, &text);
        TRY(str_ok(&text, f));
        TRY(reply_write(out, text.data, text.len, f));
        if (PQntuples(e->rows) < BATCH_ROWS) {
            break;
        }
        first = false;
        TRY(next_batch(e, f));
    } while (!atomic_load(&rq->api->draining));
    if (atomic_load(&rq->api->draining) && PQntuples(e->rows) == BATCH_ROWS) {
        return fail_set(f, FAIL_LATER, "the program ends");
    }
    TRY(e->csv ? 0 : write_text(out, "\n]\n", f));
    return db_cursor_close(e->db, f);
}

/* ---- beginning ---- */

static bool is_number(const struct request *rq, const char *name)
{
    size_t i = 0;
    while (strcmp(rq->route->fields[i].name, name) != 0) {
        i++;
    }
    return rq->route->fields[i].type == FIELD_INT || rq->route->fields[i].type == FIELD_TIME;
}

/* Parameters as text; times are numbers. */
static void take_fields(const struct request *rq, const struct kind *kind, struct params *ret)
{
    size_t count = 0;

    for (; count < PARAMS && kind->fields[count] != NULL; count++) {
        const char *name = kind->fields[count], *text = request_text(rq, name);
        bool number = is_number(rq, name);
        if (text != NULL && number) {
            snprintf(ret->numbers[count], sizeof ret->numbers[count], "%" PRId64,
                     request_int(rq, name, 0));
        }
        ret->values[count] = text != NULL && number ? ret->numbers[count] : text;
    }
    ret->count = count;
}

static void take_orders(const struct request *rq, struct params *ret)
{
    struct order_query *of = &ret->query;

    order_query_read(rq, of);
    const char *const values[] = { of->states,  of->q,    of->since,   of->until, of->reason,
                                   of->country, of->risk, of->problem, of->cost,  of->currency };
    static_assert(COUNT_OF(values) == PARAMS, "all fit");
    memcpy(ret->values, values, sizeof values);
    ret->count = COUNT_OF(values);
}

/* The filters as they were given, for the audit. */
static int note_export(struct request *rq, const struct kind *kind, struct fail *f)
{
    scoped(json_clear_p) json_t *detail = json_object();
    scoped(db_rollback_p) struct db *tx = NULL;
    char who[REQUEST_WHO_BYTES];

    for (size_t i = 0; i < route_fields(rq->route); i++) {
        const char *text = request_text(rq, rq->route->fields[i].name);
        if (text != NULL) {
            json_object_set_new(detail, rq->route->fields[i].name, json_string(text));
        }
    }
    request_who(rq, who);
    TRY(request_take(rq, REQUEST_WRITE, f));
    TRY(idempotency_note_request(rq->db, rq->id, f)); /* of a GET nobody else does */
    TRY(db_begin(rq->db, &tx, f));
    TRY(audit_add(tx, who, "export", kind->name, detail, f));
    return db_commit(&tx, f);
}

static void add_head(const struct export *e, struct reply *re)
{
    char day[CLOCK_TEXT_BYTES];

    clock_format_day(clock_now_us(), day);
    re->status = 200;
    re->type = e->csv ? "text/csv; charset=utf-8" : "application/json";
    reply_header(re, "Content-Disposition: attachment; filename=\"dropship-%s-%s.%s\"",
                 e->kind->name, day, e->csv ? "csv" : "json");
}

/* The first batch is read before the answer begins, so that whatever is wrong can still be told. */
static int start(struct request *rq, struct export *e, struct fail *f)
{
    struct params params = { .count = 0 };

    if (e->kind->take != NULL) {
        e->kind->take(rq, &params);
    } else {
        take_fields(rq, e->kind, &params);
    }
    TRY(hands_open_reader(rq->api->hands, &e->db, f));
    TRY(db_cursor_open(e->db, e->kind->sql, params.values, params.count, f));
    return db_cursor_next(e->db, BATCH_ROWS, &e->rows, f);
}

static int export(struct request *rq, const struct kind *kind, struct reply *re, struct fail *f)
{
    const char *format = request_text(rq, "format");
    int running = atomic_fetch_add(&rq->api->exports, 1);
    scoped(export_free_p) struct export *e = calloc(1, sizeof *e);

    if (e == NULL) {
        atomic_fetch_sub(&rq->api->exports, 1);
        return fail_memory(f);
    }
    *e = (struct export){ .kind = kind,
                          .running = &rq->api->exports,
                          .csv = format == NULL || strcmp(format, "csv") == 0 };
    if (running >= AT_ONCE) {
        return fail_later(f, FAIL_LATER, 5000, "%d exports are running already", running);
    }
    TRY(start(rq, e, f));
    TRY(note_export(rq, kind, f));
    add_head(e, re);
    re->stream = give_rows;
    re->stream_drop = export_free;
    re->stream_state = take_ptr(e);
    return 0;
}

/* To add an export: a query, a function here, a route. */

int export_orders(struct request *rq, struct reply *re, struct fail *f)
{
    static const struct kind kind = { "orders", &sql_export_orders, .take = take_orders };
    return export(rq, &kind, re, f);
}

int export_products(struct request *rq, struct reply *re, struct fail *f)
{
    static const struct kind kind = {
        "products", &sql_export_products, NULL, { "state", "label", "category", "q", "score_min" }
    };
    return export(rq, &kind, re, f);
}

int export_activity(struct request *rq, struct reply *re, struct fail *f)
{
    static const struct kind kind = {
        "activity", &sql_export_activity, NULL, { "who", "what", "object", "from", "to" }
    };
    return export(rq, &kind, re, f);
}

int export_sales(struct request *rq, struct reply *re, struct fail *f)
{
    static const struct kind kind = {
        "sales", &sql_export_sales, NULL, { "from", "to", "currency" }
    };

    TRY(analytics_check_days(request_text(rq, "from"), request_text(rq, "to"), f));
    return export(rq, &kind, re, f);
}

int export_jobs(struct request *rq, struct reply *re, struct fail *f)
{
    static const struct kind kind = {
        "jobs", &sql_export_jobs, NULL, { "type", "queue", "outcome", "from", "to" }
    };
    return export(rq, &kind, re, f);
}
