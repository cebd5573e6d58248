/* POST /api/v1/flows/NAME/run */
#include "common/model/flow_run.h"

#include "api/http/reply.h"
#include "api/http/resources.h"
#include "common/base/json.h"

int run_flow(struct request *rq, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];

    request_who(rq, who);
    struct flow_run run = { .flow = request_text(rq, "name"), .who = who, .trace_id = rq->trace };
    int duplicate = flow_run_now(rq->db, rq->redis, &run, f);
    TRY(duplicate);
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s, s:s, s:s, s:b}", "flow", run.flow, "jid", run.jid, "type", run.type,
                  "queue", run.queue, "duplicate", duplicate == 1);
    return reply_value(re, 200, body, f);
}
