/* flow, stop, resume-all, settings */
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "common/base/json.h"
#include "common/model/flow.h"

static const struct column setting_columns[] = {
    { "SETTING", "name", CELL_TEXT },    { "VALUE", "value", CELL_TEXT },
    { "DEFAULT", "default", CELL_TEXT }, { "UNIT", "unit", CELL_TEXT },
    { "TUNED", "tuned", CELL_YES },      { "MEANING", "help", CELL_LONG },
};
static const struct column setting_fields[] = {
    { "setting", "name", CELL_TEXT },    { "value", "value", CELL_TEXT },
    { "default", "default", CELL_TEXT }, { "choices", "choices", CELL_LONG },
    { "smallest", "min", CELL_INT },     { "largest", "max", CELL_INT },
    { "unit", "unit", CELL_TEXT },       { "meaning", "help", CELL_LONG },
};
static const struct column flow_columns[] = { { "FLOW", "name", CELL_TEXT },
                                              { "MODE", "mode", CELL_TEXT } };

static json_t *flows_of(const struct settings *now)
{
    json_t *flows = json_array();
    for (unsigned id = 0; id < SETTING_COUNT; id++) {
        const char *name = flow_name((enum setting_id)id);
        if (name != NULL) {
            json_array_append_new(
                flows, json_pack("{s:s, s:s}", "name", name, "mode", setting_text(now, id)));
        }
    }
    return json_pack("{s:o, s:b}", "flows", flows, "stop", now->num[SETTING_STOP] != 0);
}

int cmd_flow(struct cli *c, struct fail *f)
{
    scoped(json_clear_p) json_t *answer = NULL;
    const char *name = cli_word(c, 0), *mode = cli_word(c, 1);
    enum setting_id id = name != NULL ? flow_find(name) : SETTING_COUNT;
    struct settings now;
    struct db *db;

    if (name != NULL && id == SETTING_COUNT) {
        return fail_set(f, FAIL_INPUT, "no flow '%.40s'", name);
    }
    TRY(mode != NULL ? settings_check(id, mode, f) : 0);
    TRY(cli_db(c, &db, f));
    TRY(mode != NULL ? settings_write(db, id, mode, c->who, f) : 0);
    TRY(settings_read(db, &now, f)); /* what is shown is what is stored */
    answer = name != NULL ? json_pack("{s:s, s:s}", "name", name, "mode", setting_text(&now, id))
                          : flows_of(&now);
    if (c->json) {
        out_json(answer);
    } else if (name != NULL) {
        printf("%s: %s\n", name, setting_text(&now, id));
    } else {
        out_table(json_object_get(answer, "flows"), flow_columns, COUNT_OF(flow_columns));
        printf("STOP: %s\n",
               now.num[SETTING_STOP] != 0 ? "ON, nothing is ordered, paid or sent" : "off");
    }
    return 0;
}

static int set_stop(struct cli *c, bool on, struct fail *f)
{
    bool is_on = !on;
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(flow_stop(db, on, cli_word(c, 0), c->who, &is_on, f));
    if (c->json) {
        scoped(json_clear_p) json_t *answer = json_pack("{s:b}", "stop", is_on);
        out_json(answer);
    } else {
        printf("STOP is %s\n", is_on ? "ON (read back): nothing is ordered, paid or sent"
                                     : "off (read back): the flows go on in their modes");
    }
    return is_on == on
               ? 0
               : fail_set(f, FAIL_CONFLICT, "somebody else changed STOP at the same moment");
}

int cmd_stop(struct cli *c, struct fail *f)
{
    return set_stop(c, true, f);
}

int cmd_resume_all(struct cli *c, struct fail *f)
{
    return set_stop(c, false, f);
}

static void show_one(const struct cli *c, const struct settings *now, enum setting_id id)
{
    scoped(json_clear_p) json_t *all = show_settings(now);
    const json_t *one = json_array_get(all, id);

    if (c->json) {
        out_json(one);
    } else {
        out_fields(one, setting_fields, COUNT_OF(setting_fields));
    }
}

static void show_all(const struct cli *c, const struct settings *now)
{
    scoped(json_clear_p) json_t *all = show_settings(now);
    if (c->json) {
        out_json(all);
    } else {
        out_table(all, setting_columns, COUNT_OF(setting_columns));
    }
}

int cmd_settings(struct cli *c, struct fail *f)
{
    const char *name = cli_word(c, 0), *value = cli_word(c, 1);
    enum setting_id id = name != NULL ? settings_find(name) : SETTING_COUNT;
    struct settings now;
    struct db *db;

    if (name != NULL && id == SETTING_COUNT) {
        return fail_set(f, FAIL_INPUT, "no setting '%.60s'; dropship settings lists them", name);
    }
    TRY(value != NULL ? settings_check(id, value, f) : 0);
    TRY(cli_db(c, &db, f));
    TRY(value != NULL ? settings_write(db, id, value, c->who, f) : 0);
    TRY(settings_read(db, &now, f));
    if (name != NULL) {
        show_one(c, &now, id);
    } else {
        show_all(c, &now);
    }
    return 0;
}
