/* /api/v1/health: each outside service with its limits. */
#include "api/http/resources.h"

#include "api/http/reply.h"
#include "common/base/json.h"
#include "common/model/service_view.h"

int get_health(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(json_clear_p) json_t *body = NULL;

    TRY(service_view_read(rq->db, rq->redis, rq->api->conf, &body, f));
    return reply_value(re, 200, body, f);
}
