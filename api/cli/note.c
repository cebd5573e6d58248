#include "api/cli/note.h"

#include <stdio.h>

#include "common/model/audit.h"
#include "common/queue/queue.h"

static int add(struct cli *c, const char *action, const char *subject, const json_t *detail,
               struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(db_begin(db, &tx, f));
    TRY(audit_add(tx, c->who, action, subject, detail, f));
    return db_commit(&tx, f);
}

void note_act(struct cli *c, const char *action, const char *subject, const json_t *detail)
{
    struct fail f;

    if (add(c, action, subject, detail, &f) < 0) {
        fprintf(stderr, "dropship: done, but not in the audit: %s\n", f.text);
    }
}

void note_job(struct cli *c, const char *action, const char *jid, const json_t *detail)
{
    char subject[JOB_JID_BYTES + 8];

    (void)snprintf(subject, sizeof subject, "job:%s", jid);
    note_act(c, action, subject, detail);
}
