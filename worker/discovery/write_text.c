#include "worker/discovery/write_text.h"

#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/listing.h"
#include "worker/discovery/write_prompt.h"

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text) != NULL ? (text) : ""))

/* {"passed": bool, "failed": [...]} */
static int checks_json(const struct text_report *report, char **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *checks =
        json_pack("{s:b, s:o}", "passed", report->count == 0, "failed", text_report_json(report));

    return checks != NULL ? json_write(checks, ret, f) : fail_memory(f);
}

/* A member of the text as JSON; "[]" when it is not there. */
static int member_json(const json_t *text, const char *name, char **ret, struct fail *f)
{
    const json_t *value = json_at(text, name);

    return value != NULL ? json_write(value, ret, f) : str_copy("[]", ret, f);
}

int write_text_add(struct db *db, int64_t product_id, const struct text_new *text,
                   int64_t *ret_version, struct fail *f)
{
    scoped(free_p) char *tags = NULL, *alts = NULL, *used = NULL, *checks = NULL, *facts = NULL;
    scoped(json_clear_p) json_t *lines = write_facts_json(text->facts);
    scoped(pg_clear_p) PGresult *rows = NULL;
    const json_t *made = text->made->json;
    struct sql_text id, call;

    if (lines == NULL) {
        return fail_memory(f);
    }
    TRY(json_write(lines, &facts, f));
    TRY(member_json(made, "tags", &tags, f));
    TRY(member_json(made, "alt_texts", &alts, f));
    TRY(member_json(made, "facts_used", &used, f));
    TRY(checks_json(text->report, &checks, f));
    TRY(db_query(
        db, &sql_listing_text_add,
        (const char *[]){ sql_int(&id, product_id), text->by, json_text(made, "title", ""),
                          json_text(made, "description_html", ""), json_text(made, "seo_title", ""),
                          json_text(made, "meta_description", ""), tags, alts, facts, used, checks,
                          text_lists_version, text->prompt_version,
                          text->ai_call_id != 0 ? sql_int(&call, text->ai_call_id) : NULL },
        &rows, f));
    *ret_version = db_int(rows, 0, "version", 0);
    return 0;
}

void write_text_done(struct text_row *t)
{
    made_text_done(&t->made);
    json_decref(t->facts);
    *t = (struct text_row){ 0 };
}

static int read_json(const PGresult *rows, const char *column, json_t **ret, struct fail *f)
{
    const char *text = db_text(rows, 0, column);

    return json_parse(text, strlen(text), column, ret, f);
}

static int read_row(const PGresult *rows, struct text_row *t, struct fail *f)
{
    scoped(json_clear_p) json_t *text = NULL, *checks = NULL;

    t->version = db_int(rows, 0, "version", 0);
    FIT(t->by, db_text(rows, 0, "made_by"));
    FIT(t->list_version, db_text(rows, 0, "list_version"));
    FIT(t->prompt_version, db_text(rows, 0, "prompt_version"));
    TRY(read_json(rows, "checks", &checks, f));
    TRY(read_json(rows, "facts", &t->facts, f));
    TRY(read_json(rows, "text", &text, f));
    t->checked = json_is_boolean(json_at(checks, "passed"));
    t->passed = json_truth(checks, "passed", false);
    return made_text_of_json(text, &t->made, f);
}

int write_text_last(struct db *db, int64_t product_id, struct text_row *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(write_text_done) struct text_row t = { 0 };
    struct sql_text id;

    TRY(db_query(db, &sql_listing_text_last, (const char *[]){ sql_int(&id, product_id) }, &rows,
                 f));
    if (PQntuples(rows) == 0) {
        return 1;
    }
    TRY(read_row(rows, &t, f));
    *ret = t;
    t = (struct text_row){ 0 };
    return 0;
}

int write_text_checked(struct db *db, int64_t product_id, int64_t version,
                       const struct text_report *report, struct fail *f)
{
    scoped(free_p) char *checks = NULL;
    struct sql_text id, number;

    TRY(checks_json(report, &checks, f));
    TRY(db_exec(db, &sql_listing_text_checked,
                (const char *[]){ sql_int(&id, product_id), sql_int(&number, version), checks,
                                  text_lists_version },
                f));
    return 0;
}
