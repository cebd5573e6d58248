/* flow, stop, resume-all, settings */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/model/flow.h"
#include "common/model/flow_kinds.h"
#include "common/model/flow_view.h"
#include "common/model/stop_view.h"

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
static const struct column flow_columns[] = {
    { "FLOW", "name", CELL_TEXT },        { "MODE", "mode", CELL_TEXT },
    { "STATE", "state.word", CELL_TEXT }, { "NEXT", "next_run_at", CELL_DUE },
    { "LAST", "last_run.at", CELL_AGE },  { "RESULT", "last_run.outcome", CELL_TEXT },
    { "WHY", "state.reason", CELL_LONG },
};
static const struct column flow_fields[] = {
    { "flow", "name", CELL_TEXT },
    { "mode", "mode", CELL_TEXT },
    { "state", "state.word", CELL_TEXT },
    { "why", "state.reason", CELL_LONG },
    { "every (s)", "interval.value_s", CELL_INT },
    { "next run", "next_run_at", CELL_DUE },
    { "last run", "last_run.at", CELL_AGE },
    { "last result", "last_run.outcome", CELL_TEXT },
    { "last words", "last_run.text", CELL_LONG },
};
static const struct column part_columns[] = {
    { "PART", "name", CELL_TEXT },
    { "STATE", "state", CELL_TEXT },
    { "WHAT", "text", CELL_LONG },
};

enum { READ_BACK_MS = 5000, READ_BACK_LOOK_MS = 250 };

/* A handle only: Redis may be away, which the view then says. */
static int read_flows(struct cli *c, struct db *db, json_t **ret, struct fail *f)
{
    scoped(redis_close_p) struct redis *r = NULL;

    TRY(redis_open(conf_text(c->conf, CONF_REDIS_URL), &r, f));
    return flow_view_read(db, r, c->conf, ret, f);
}

static void show_flows(const struct cli *c, const json_t *view, const char *name)
{
    const json_t *shown = name != NULL ? flow_view_find(view, name) : view;

    if (c->json) {
        out_json(shown);
    } else if (name != NULL) {
        out_fields(shown, flow_fields, COUNT_OF(flow_fields));
    } else {
        out_table(json_object_get(view, "flows"), flow_columns, COUNT_OF(flow_columns));
        printf("STOP: %s\n",
               json_truth(view, "stop.on", false) ? "ON, nothing is ordered, paid or sent" : "off");
    }
}

/* The setting that a mode goes to; FAIL_INPUT when the flow has none. */
static int find_mode(const char *name, enum setting_id *ret, struct fail *f)
{
    const struct flow_kind *k = flow_kind_find(name);

    *ret = flow_find(name);
    if (k == NULL) {
        return fail_set(f, FAIL_INPUT, "no flow '%.40s'", name);
    }
    return *ret != SETTING_COUNT ? 0
                                 : fail_set(f, FAIL_INPUT, "%s has no mode of its own", k->name);
}

int cmd_flow(struct cli *c, struct fail *f)
{
    scoped(json_clear_p) json_t *view = NULL;
    const char *name = cli_word(c, 0), *mode = cli_word(c, 1);
    enum setting_id id = SETTING_COUNT;
    struct db *db;

    if (name != NULL && flow_kind_find(name) == NULL) {
        return fail_set(f, FAIL_INPUT, "no flow '%.40s'", name);
    }
    if (mode != NULL) {
        TRY(find_mode(name, &id, f));
        TRY(settings_check(id, mode, f));
    }
    TRY(cli_db(c, &db, f));
    TRY(mode != NULL ? settings_write(db, id, mode, c->who, f) : 0);
    TRY(read_flows(c, db, &view, f)); /* what is shown is what is stored */
    show_flows(c, view, name);
    return 0;
}

static bool is_confirmed(const json_t *stop)
{
    return json_int(stop, "confirmed", 0) >= json_int(stop, "of", 0);
}

/* STOP read back until all of it is confirmed, for some seconds at most. */
static int read_back(struct cli *c, struct db *db, json_t **ret, struct fail *f)
{
    scoped(redis_close_p) struct redis *r = NULL;
    int64_t until_ms = clock_mono_ms() + READ_BACK_MS;

    TRY(redis_open(conf_text(c->conf, CONF_REDIS_URL), &r, f));
    TRY(stop_read(db, r, ret, f));
    while (!is_confirmed(*ret) && clock_mono_ms() < until_ms) {
        clock_sleep_ms(READ_BACK_LOOK_MS);
        json_decref(take_ptr(*ret));
        TRY(stop_read(db, r, ret, f));
    }
    return 0;
}

static void show_stop(const struct cli *c, bool is_on, json_t *stop)
{
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:b, s:O?}", "stop", is_on, "read_back", stop);
        out_json(answer);
        return;
    }
    printf("STOP is %s\n", is_on ? "ON (read back): nothing is ordered, paid or sent"
                                 : "off (read back): the flows go on in their modes");
    if (is_on && stop != NULL) {
        printf("%" PRId64 " of %" PRId64 " parts confirmed%s\n\n", json_int(stop, "confirmed", 0),
               json_int(stop, "of", 0),
               is_confirmed(stop) ? "" : "; dropship flow shows when the others are");
        out_table(json_object_get(stop, "parts"), part_columns, COUNT_OF(part_columns));
    }
}

/* STOP depends on one small write; reading it back may fail and says so. */
static int set_stop(struct cli *c, bool on, struct fail *f)
{
    scoped(json_clear_p) json_t *stop = NULL;
    struct fail unread = { 0 };
    struct db *db;

    TRY(cli_db(c, &db, f));
    int stored = flow_stop(db, on, cli_word(c, 0), c->who, f);
    TRY(stored);
    bool is_on = stored == 1;
    if (read_back(c, db, &stop, &unread) < 0) {
        (void)fprintf(stderr, "the parts could not be read back: %s\n", unread.text);
    }
    show_stop(c, is_on, stop);
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
