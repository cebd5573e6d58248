/* /api/v1/flows, /stop and /resume-all. */
#include "api/http/resources.h"

#include <string.h>

#include "api/http/flows_json.h"
#include "api/http/reply.h"
#include "common/base/json.h"
#include "common/model/flow.h"
#include "common/model/settings.h"

json_t *flows_json(const struct settings *now)
{
    json_t *list = json_array();
    for (unsigned id = 0; id < SETTING_COUNT; id++) {
        const char *name = flow_name((enum setting_id)id);
        if (name != NULL) {
            json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "name", name, "mode",
                                                  setting_text(now, id), "modes",
                                                  setting_rules[id].choices, "help",
                                                  setting_rules[id].help));
        }
    }
    return list;
}

int get_flows(struct request *rq, struct reply *re, struct fail *f)
{
    struct settings now;

    TRY(settings_read(rq->db, &now, f));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:b, s:o}", "stop", now.num[SETTING_STOP] != 0, "flows", flows_json(&now));
    return reply_value(re, 200, body, f);
}

int put_flow(struct request *rq, struct reply *re, struct fail *f)
{
    struct settings now;
    char who[REQUEST_WHO_BYTES];
    const char *name = request_text(rq, "name");
    enum setting_id id = flow_find(name);

    if (id == SETTING_COUNT) {
        return fail_set(f, FAIL_MISSING, "there is no flow '%s'", name);
    }
    request_who(rq, who);
    TRY(settings_write(rq->db, id, request_text(rq, "mode"), who, f));
    TRY(settings_read(rq->db, &now, f));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s, s:b}", "name", name, "mode", setting_text(&now, id), "stop",
                  now.num[SETTING_STOP] != 0);
    return reply_value(re, 200, body, f);
}

static int set_stop(struct request *rq, bool on, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    bool read_back;

    request_who(rq, who);
    TRY(flow_stop(rq->db, on, request_text(rq, "reason"), who, &read_back, f));
    scoped(json_clear_p) json_t *body = json_pack("{s:b}", "stop", read_back);
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
