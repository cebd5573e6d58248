/* /api/v1/stop and /api/v1/resume-all, each answered with how far it is confirmed. */
#include "api/http/resources.h"

#include "api/http/reply.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/model/flow.h"
#include "common/model/stop_view.h"

static int set_stop(struct request *rq, bool on, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    json_t *stop = NULL;

    request_who(rq, who);
    int is_on = flow_stop(rq->db, on, request_text(rq, "reason"), who, f);
    TRY(is_on);
    if (stop_read(rq->db, rq->redis, &stop, f) < 0) {
        log_warn("stop.not_read_back", kv_fail(f)); /* it is stored: that must not look undone */
        stop = json_pack("{s:b, s:n, s:n, s:n, s:i, s:i, s:[]}", "on", is_on, "since", "by",
                         "reason", "confirmed", 0, "of", is_on, "parts");
    }
    scoped(json_clear_p) json_t *body = json_pack("{s:o}", "stop", stop);
    return reply_value(re, 200, body, f);
}

int stop_all(struct request *rq, struct reply *re, struct fail *f)
{
    return set_stop(rq, true, re, f);
}

int resume_all(struct request *rq, struct reply *re, struct fail *f)
{
    return set_stop(rq, false, re, f);
}
