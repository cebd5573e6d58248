/* /api/v1/flows: state, mode, interval and the next run of each flow. */
#include "api/http/resources.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/http/flows_json.h"
#include "api/http/reply.h"
#include "common/base/json.h"
#include "common/model/flow.h"
#include "common/model/flow_kinds.h"
#include "common/model/flow_preview.h"
#include "common/model/flow_view.h"
#include "common/model/settings.h"

enum { NUMBER_BYTES = 24 };

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
    scoped(json_clear_p) json_t *body = NULL;

    TRY(flow_view_read(rq->db, rq->redis, rq->api->conf, &body, f));
    return reply_value(re, 200, body, f);
}

/* The flow as it is now, after a change. */
static int reply_flow(struct request *rq, const char *name, struct reply *re, struct fail *f)
{
    scoped(json_clear_p) json_t *view = NULL;

    TRY(flow_view_read(rq->db, rq->redis, rq->api->conf, &view, f));
    return reply_value(re, 200, flow_view_find(view, name), f);
}

/* The flow of the path, which must be built. */
static int find_flow(const struct request *rq, const struct flow_kind **ret, struct fail *f)
{
    const char *name = request_text(rq, "name");

    *ret = flow_kind_find(name);
    if (*ret == NULL) {
        return fail_set(f, FAIL_MISSING, "there is no flow '%s'", name);
    }
    if (!flow_kind_built(*ret)) {
        return fail_set(f, FAIL_CONFLICT, "the flow '%s' is not built yet", name);
    }
    return 0;
}

int put_flow(struct request *rq, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES];
    const struct flow_kind *k = NULL;

    TRY(find_flow(rq, &k, f));
    if (!flow_kind_has_mode(k)) {
        return fail_set(f, FAIL_CONFLICT, "'%s' has no mode of its own; it follows %s", k->name,
                        k->mode_setting);
    }
    request_who(rq, who);
    TRY(settings_write(rq->db, flow_kind_mode(k), request_text(rq, "mode"), who, f));
    return reply_flow(rq, k->name, re, f);
}

int put_flow_interval(struct request *rq, struct reply *re, struct fail *f)
{
    char who[REQUEST_WHO_BYTES], seconds[NUMBER_BYTES];
    const struct flow_kind *k = NULL;

    TRY(find_flow(rq, &k, f));
    (void)snprintf(seconds, sizeof seconds, "%" PRId64, request_int(rq, "seconds", 0));
    request_who(rq, who);
    TRY(settings_write(rq->db, flow_kind_interval(k), seconds, who, f));
    return reply_flow(rq, k->name, re, f);
}

int preview_flow(struct request *rq, struct reply *re, struct fail *f)
{
    const struct flow_kind *k = NULL;
    scoped(free_p) char *json = NULL;

    TRY(find_flow(rq, &k, f));
    TRY(flow_preview(rq->db, k, request_text(rq, "mode"), &json, f));
    reply_json(re, 200, json);
    return 0;
}
