/* /api/v1/settings: the table of rules with the values that hold now. */
#include "api/http/resources.h"

#include <string.h>

#include "api/http/reply.h"
#include "common/base/json.h"
#include "common/model/settings.h"
#include "sql/api.h"

static const char *const type_names[] = { [SETTING_INT] = "integer",
                                          [SETTING_BOOL] = "boolean",
                                          [SETTING_CHOICE] = "choice",
                                          [SETTING_TEXT] = "text" };

/* Row of the setting in `changes`; -1 = it has its default. */
static int find_change(const PGresult *changes, const char *name)
{
    for (int row = 0; row < PQntuples(changes); row++) {
        if (strcmp(db_text(changes, row, "name"), name) == 0) {
            return row;
        }
    }
    return -1;
}

static json_t *setting_json(enum setting_id id, const char *value, const PGresult *changes)
{
    const struct setting_rule *rule = &setting_rules[id];
    int row = find_change(changes, rule->name);
    bool ranged = rule->type == SETTING_INT;
    json_t *out = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "name", rule->name, "type",
                            type_names[rule->type], "value", value, "default", rule->otherwise,
                            "unit", rule->unit, "help", rule->help);

    json_object_set_new(out, "min", ranged ? json_integer(rule->min) : json_null());
    json_object_set_new(out, "max", ranged ? json_integer(rule->max) : json_null());
    json_object_set_new(out, "choices",
                        rule->type == SETTING_CHOICE ? json_string(rule->choices) : json_null());
    json_object_set_new(out, "updated_at",
                        row >= 0 ? json_string(db_text(changes, row, "updated_at")) : json_null());
    json_object_set_new(out, "updated_by",
                        row >= 0 ? json_string(db_text(changes, row, "updated_by")) : json_null());
    return out;
}

int get_settings(struct request *rq, struct reply *re, struct fail *f)
{
    struct settings now;
    scoped(pg_clear_p) PGresult *changes = NULL;
    scoped(json_clear_p) json_t *list = json_array();

    TRY(settings_read(rq->db, &now, f));
    TRY(db_query(rq->db, &sql_api_setting_changes, NULL, &changes, f));
    for (unsigned id = 0; id < SETTING_COUNT; id++) {
        json_array_append_new(list, setting_json((enum setting_id)id,
                                                 setting_text(&now, (enum setting_id)id), changes));
    }
    scoped(json_clear_p) json_t *body = json_pack("{s:O}", "settings", list);
    return reply_value(re, 200, body, f);
}

int put_setting(struct request *rq, struct reply *re, struct fail *f)
{
    struct settings now;
    char who[REQUEST_WHO_BYTES];
    const char *name = request_text(rq, "name");
    enum setting_id id = settings_find(name);

    if (id == SETTING_COUNT) {
        return fail_set(f, FAIL_MISSING, "there is no setting '%s'", name);
    }
    request_who(rq, who);
    TRY(settings_write(rq->db, id, request_text(rq, "value"), who, f));
    TRY(settings_read(rq->db, &now, f));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:s, s:s}", "name", name, "value", setting_text(&now, id));
    return reply_value(re, 200, body, f);
}
