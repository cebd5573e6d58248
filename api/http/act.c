#include "api/http/act.h"

#include "common/model/audit.h"

int act_do(struct request *rq, const struct act *act, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    char who[REQUEST_WHO_BYTES];

    request_who(rq, who);
    TRY(db_begin(rq->db, &tx, f));
    TRY(audit_add(tx, who, act->action, act->subject, NULL, f));
    TRY(act->run(rq->redis, act->name, f));
    return db_commit(&tx, f);
}
