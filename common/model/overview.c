#include "common/model/overview.h"

#include "common/model/one_json.h"
#include "sql/model.h"

int overview_read(struct db *db, char **ret_json, struct fail *f)
{
    return one_json(db, &sql_model_overview, NULL, ret_json, f);
}

int overview_discovery(struct db *db, char **ret_json, struct fail *f)
{
    return one_json(db, &sql_model_discovery_overview, NULL, ret_json, f);
}

int overview_job_runs(struct db *db, const char *jid, char **ret_json, struct fail *f)
{
    return one_json(db, &sql_model_job_runs, (const char *[]){ jid }, ret_json, f);
}
