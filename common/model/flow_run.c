#include "common/model/flow_run.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/model/audit.h"
#include "common/model/flow.h"
#include "common/model/flow_kinds.h"
#include "common/model/job_catalog.h"
#include "common/queue/queue.h"

enum { UNIQUE_S = 3600 };

static int check_mode(struct db *db, const struct flow_kind *flow, struct fail *f)
{
    int64_t mode = FLOW_AUTO;

    TRY(settings_read_one(db, flow_kind_mode(flow), &mode, f));
    return mode == FLOW_OFF ? fail_set(f, FAIL_CONFLICT, "%s is off: dropship flow %s MODE",
                                       flow->name, flow->mode_setting + strlen("flow."))
                            : 0;
}

/* The audit line and the job: both, or (but for a crash between them) neither. */
static int enqueue(struct db *db, struct redis *r, const struct job_spec *spec,
                   struct flow_run *run, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    char subject[JOB_JID_BYTES + 8];
    scoped(json_clear_p) json_t *detail =
        json_pack("{s:s, s:s}", "type", spec->type, "flow", run->flow);

    (void)snprintf(subject, sizeof subject, "flow:%s", run->flow);
    TRY(db_begin(db, &tx, f));
    TRY(audit_add(tx, run->who, "flow.run", subject, detail, f));
    int duplicate = queue_enqueue(r, spec, run->jid, f);
    TRY(duplicate);
    return duplicate == 1 ? 1 : db_commit(&tx, f);
}

int flow_run_now(struct db *db, struct redis *r, struct flow_run *run, struct fail *f)
{
    char key[64];
    const struct flow_kind *flow = flow_kind_find(run->flow);
    const struct job_kind *kind =
        flow != NULL && flow_kind_built(flow) ? job_kind_find(flow->look) : NULL;

    if (kind == NULL) {
        return fail_set(f, FAIL_INPUT, "no flow '%.40s' to run", run->flow);
    }
    TRY(check_mode(db, flow, f));
    run->type = kind->name;
    run->queue = kind->queue;
    (void)snprintf(key, sizeof key, "flow.run:%s", run->flow);
    const struct job_spec spec = { .type = kind->name,
                                   .queue = kind->queue,
                                   .trace_id = run->trace_id,
                                   .max_retries = kind->tries,
                                   .unique_for_s = UNIQUE_S,
                                   .unique_key = key };
    return enqueue(db, r, &spec, run, f);
}
