#include "common/model/flow_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/model/flow_limits.h"
#include "common/model/flow_state.h"
#include "common/model/one_json.h"
#include "common/model/settings.h"
#include "common/model/stop_view.h"
#include "common/model/service_conf.h"
#include "sql/ops.h"

enum { NAMES_BYTES = 600, RUNNING_MAX = 20, LINE_BYTES = 200 };

/* All that is looked at, once for all flows. */
struct look {
    const struct conf *conf;
    struct settings set;
    json_t *facts; /* of Postgres: sql/queries/ops/flow_facts.sql */
    bool asked;    /* Redis has answered */
    struct pool_view pool;
    struct limit_view limits[2]; /* cj, shopify */
    int64_t now_us;
};

static void look_free_p(struct look **l)
{
    if (*l != NULL) {
        json_decref((*l)->facts);
        pool_view_done(&(*l)->pool);
        free(*l);
    }
}

/* ---- reading ---- */

/* Settings and job types of all flows, each as a Postgres array. */
static int read_facts(struct db *db, struct look *l, struct fail *f)
{
    scoped(str_done) struct str settings, types;
    scoped(free_p) char *text = NULL;

    str_init(&settings, NAMES_BYTES);
    str_init(&types, NAMES_BYTES);
    str_add(&settings, "{stop");
    for (size_t i = 0; i < FLOW_KINDS; i++) {
        str_addf(&settings, ",%s", flow_kinds[i].mode_setting);
        str_addf(&types, "%c%s", i == 0 ? '{' : ',', flow_kinds[i].look);
    }
    str_add_char(&settings, '}');
    str_add_char(&types, '}');
    TRY(str_ok(&settings, f));
    TRY(str_ok(&types, f));
    const char *params[] = { settings.data, types.data };
    TRY(one_json(db, &sql_ops_flow_facts, params, &text, f));
    return json_parse(text, strlen(text), "the flows", &l->facts, f);
}

static void read_redis(struct redis *r, struct look *l)
{
    static const char *const accounts[] = { "cj", "shopify" };
    struct fail away = { 0 };

    l->asked = pool_view_read(r, &l->pool, &away) == 0 &&
               limit_views_read(r, accounts, COUNT_OF(accounts), l->limits, &away) == 0;
    if (!l->asked) {
        log_warn("flows.incomplete", kv_fail(&away));
    }
    l->now_us = l->asked ? l->pool.now_us : clock_now_us();
}

/* ---- one flow ---- */

static int64_t instant_of(const json_t *root, const char *path)
{
    struct fail none;
    const char *text = json_text(root, path, NULL);
    int64_t at_us = 0;

    return text != NULL && clock_parse(text, &at_us, &none) == 0 ? at_us : 0;
}

static json_t *instant(int64_t at_us)
{
    char text[CLOCK_TEXT_BYTES];

    if (at_us <= 0) {
        return json_null();
    }
    clock_format(at_us, text);
    return json_string(text);
}

/* A member of the facts below `group`, whose names hold dots. */
static const json_t *fact(const struct look *l, const char *group, const char *name)
{
    return json_object_get(json_object_get(l->facts, group), name);
}

static int64_t died(const struct look *l, const struct flow_kind *k)
{
    int64_t count = 0;

    for (size_t i = 0; i < FLOW_TYPES_MAX && k->types[i] != NULL; i++) {
        count += json_integer_value(fact(l, "died", k->types[i]));
    }
    return count;
}

/* Jobs of the flow that run now, the first RUNNING_MAX of them in the list; how many and since when in *s. */
static json_t *running_of(const struct look *l, struct flow_sight *s)
{
    json_t *list = json_array();

    for (size_t i = 0; i < l->pool.job_count; i++) {
        const struct pool_job *job = &l->pool.jobs[i];
        if (!flow_kind_has_type(s->kind, job->type)) {
            continue;
        }
        if (s->running_since_us == 0 || job->since_us < s->running_since_us) {
            s->running_since_us = job->since_us;
        }
        if (s->running++ < RUNNING_MAX) {
            json_array_append_new(list, json_pack("{s:s, s:s, s:o}", "jid", job->jid, "type",
                                                  job->type, "since", instant(job->since_us)));
        }
    }
    return list;
}

static void see_redis(const struct look *l, size_t i, struct flow_sight *s)
{
    enum setting_id interval = flow_kind_interval(s->kind);

    s->redis_away = !l->asked;
    if (!l->asked) {
        return;
    }
    s->paused = l->pool.paused[i];
    s->serving = pool_view_serving(&l->pool, s->kind->queue);
    s->cj = &l->limits[0];
    s->shopify = &l->limits[1];
    s->points_most = flow_points_most(l->conf);
    if (s->built && s->on) {
        s->next_us =
            flow_next_us(l->now_us, l->set.num[interval], l->pool.slots[i], s->mode_since_us);
    }
}

static struct flow_sight see(const struct look *l, size_t i)
{
    const struct flow_kind *k = &flow_kinds[i];
    enum setting_id mode = flow_kind_mode(k);
    struct flow_sight s = {
        .kind = k,
        .now_us = l->now_us,
        .built = flow_kind_built(k),
        .mode_since_us = instant_of(fact(l, "set", k->mode_setting), "at"),
        .stop = l->set.num[SETTING_STOP] != 0,
        .stop_by = json_text(fact(l, "set", "stop"), "by", NULL),
        .stop_reason = json_text(l->facts, "stop_reason", NULL),
        .stop_since_us = instant_of(fact(l, "set", "stop"), "at"),
        .has_shop = service_has_shop(l->conf),
        .has_supplier = conf_text(l->conf, CONF_CJ_API_KEY) != NULL,
        .setup = json_text(l->facts, "setup.text", NULL),
        .wallet_empty = json_truth(l->facts, "wallet", false),
        .died = died(l, k),
        .ran_us = instant_of(fact(l, "runs", k->look), "at"),
    };

    s.on = s.built && strcmp(setting_text(&l->set, mode), "off") != 0;
    see_redis(l, i, &s);
    return s;
}

static json_t *interval_json(const struct look *l, const struct flow_kind *k)
{
    enum setting_id id = flow_kind_interval(k);

    if (id == SETTING_COUNT) {
        return json_null();
    }
    return json_pack("{s:s, s:I, s:I, s:I}", "setting", k->interval_setting, "value_s",
                     (json_int_t)l->set.num[id], "min_s", (json_int_t)setting_rules[id].min,
                     "max_s", (json_int_t)setting_rules[id].max);
}

/* "off|auto" -> ["off","auto"]; none for a flow that follows another. */
static json_t *modes_json(const struct flow_kind *k)
{
    json_t *list = json_array();
    enum setting_id id = flow_kind_has_mode(k) ? flow_kind_mode(k) : SETTING_COUNT;
    const char *word = id != SETTING_COUNT ? setting_rules[id].choices : "";

    while (*word != '\0') {
        size_t length = strcspn(word, "|");
        json_array_append_new(list, json_stringn(word, length));
        word += length + (word[length] == '|');
    }
    return list;
}

/* The row as it is, with a sentence where the run left none. */
static json_t *last_run(const struct look *l, const struct flow_kind *k)
{
    json_t *run = json_deep_copy(fact(l, "runs", k->look));
    const json_t *scan = json_object_get(l->facts, "scan");
    char text[LINE_BYTES];

    if (run == NULL) {
        return json_null();
    }
    if (json_is_null(json_object_get(run, "text")) && strcmp(k->look, "discovery.scan") == 0 &&
        json_is_object(scan)) {
        (void)snprintf(text, sizeof text,
                       "%" PRId64 " seen, %" PRId64 " new, %" PRId64 " candidates, %" PRId64
                       " points",
                       json_int(scan, "seen", 0), json_int(scan, "added", 0),
                       json_int(scan, "candidates", 0), json_int(scan, "points", 0));
        json_object_set_new(run, "text", json_string(text));
    }
    return run;
}

static json_t *types_json(const struct flow_kind *k)
{
    json_t *list = json_array();

    for (size_t i = 0; i < FLOW_TYPES_MAX && k->types[i] != NULL; i++) {
        json_array_append_new(list, json_string(k->types[i]));
    }
    return list;
}

static json_t *flow_json(const struct look *l, size_t i)
{
    const struct flow_kind *k = &flow_kinds[i];
    struct flow_sight sight = see(l, i);
    struct flow_state state;
    json_t *running = running_of(l, &sight);
    const struct flow_limits_of of = { .kind = k,
                                       .conf = l->conf,
                                       .set = &l->set,
                                       .facts = l->facts,
                                       .cj = sight.cj,
                                       .shopify = sight.shopify };

    flow_state_of(&sight, &state);
    return json_pack("{s:s, s:s, s:s, s:o, s:{s:s, s:s, s:o}, s:o, s:o, s:o, s:o, s:o, s:o, s:s}",
                     "name", k->name, "title", k->title, "mode",
                     sight.built ? setting_text(&l->set, flow_kind_mode(k)) : "off", "modes",
                     modes_json(k), "state", "word", flow_words[state.word], "reason", state.reason,
                     "since", instant(state.since_us), "interval", interval_json(l, k),
                     "next_run_at", instant(sight.next_us), "last_run", last_run(l, k), "running",
                     running, "limits", flow_limits(&of), "jobs", types_json(k), "help", k->help);
}

/* ---- all ---- */

/* ACTIVE when any flow runs, else IDLE when any is on, else OFF. */
static json_t *overall_json(const json_t *flows)
{
    int running = 0, on = 0, bad = 0;
    const json_t *flow;
    size_t i;
    char text[LINE_BYTES];

    json_array_foreach(flows, i, flow)
    {
        const char *word = json_text(flow, "state.word", "");
        running += json_array_size(json_object_get(flow, "running")) > 0 ? 1 : 0;
        on += strcmp(word, "OFF") != 0 ? 1 : 0;
        bad += strcmp(word, "DEGRADED") == 0 || strcmp(word, "BLOCKED") == 0 ? 1 : 0;
    }
    (void)snprintf(text, sizeof text, "%d of %zu flows running, %d on, %d in trouble", running,
                   json_array_size(flows), on, bad);
    return json_pack("{s:s, s:s, s:i, s:i, s:i}", "word",
                     running > 0 ? "ACTIVE" : (on > 0 ? "IDLE" : "OFF"), "text", text, "running",
                     running, "on", on, "trouble", bad);
}

static json_t *stop_of(const struct look *l)
{
    struct stop_row row = { .on = l->set.num[SETTING_STOP] != 0 };

    if (row.on) {
        row.since_us = json_int(l->facts, "stop_at_us", 0);
        row.since = json_text(fact(l, "set", "stop"), "at", NULL);
        row.by = json_text(fact(l, "set", "stop"), "by", NULL);
        row.reason = json_text(l->facts, "stop_reason", NULL);
    }
    return stop_json(&row, l->asked ? &l->pool : NULL);
}

int flow_view_read(struct db *db, struct redis *r, const struct conf *conf, json_t **ret,
                   struct fail *f)
{
    scoped(look_free_p) struct look *l = calloc(1, sizeof *l);
    scoped(json_clear_p) json_t *flows = json_array();

    if (l == NULL) {
        return fail_memory(f);
    }
    l->conf = conf;
    read_redis(r, l);
    TRY(settings_read(db, &l->set, f));
    TRY(read_facts(db, l, f));
    for (size_t i = 0; i < FLOW_KINDS; i++) {
        json_array_append_new(flows, flow_json(l, i));
    }
    *ret = json_pack("{s:o, s:o, s:O}", "stop", stop_of(l), "overall", overall_json(flows), "flows",
                     flows);
    return *ret != NULL ? 0 : fail_memory(f);
}

json_t *flow_view_find(const json_t *view, const char *name)
{
    json_t *flow;
    size_t i;

    json_array_foreach(json_object_get(view, "flows"), i, flow)
    {
        if (strcmp(json_text(flow, "name", ""), name) == 0) {
            return flow;
        }
    }
    return NULL;
}
