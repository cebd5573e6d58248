#include "worker/discovery/setup_findings.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/base/log.h"
#include "common/base/str.h"
#include "sql/listing.h"

static const char *const levels[] = {
    [SETUP_OK] = "ok", [SETUP_WARN] = "warn", [SETUP_FAIL] = "fail"
};

void setup_found(struct setup_findings *s, const char *name, enum setup_level level,
                 const char *mend, const char *fmt, ...)
{
    va_list args;

    if (s->count == SETUP_FINDINGS_MAX) {
        return;
    }
    struct setup_finding *row = &s->rows[s->count++];
    (void)str_fit(row->name, sizeof row->name, name);
    row->level = level;
    row->mend = level != SETUP_OK ? mend : NULL;
    va_start(args, fmt);
    (void)vsnprintf(row->text, sizeof row->text, fmt, args);
    va_end(args);
}

int setup_findings_store(struct db *db, const struct setup_findings *s, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    int64_t bad = 0;

    TRY(db_begin(db, &tx, f));
    for (size_t i = 0; i < s->count; i++) {
        const struct setup_finding *row = &s->rows[i];
        bad += row->level != SETUP_OK;
        TRY(db_exec(tx, &sql_listing_finding_put,
                    (const char *[]){ row->name, levels[row->level], row->text, row->mend }, f));
    }
    TRY(db_exec(tx, &sql_listing_findings_drop, NULL, f));
    TRY(db_commit(&tx, f));
    log_info("store.checked", kv_int("findings", (int64_t)s->count), kv_int("to_mend", bad));
    return 0;
}
