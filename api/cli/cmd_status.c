/* status: everything at one look; what cannot be asked is said, and the rest is shown. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "api/cli/show_discovery.h"
#include "api/cli/views.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/model/flow.h"
#include "common/model/overview.h"
#include "common/model/points.h"

static const struct column limit_columns[] = {
    { "SERVICE", "provider", CELL_TEXT },
    { "UNTIL", "until", CELL_DUE },
    { "WAITING FOR", "text", CELL_LONG },
};
static const struct column tuned_columns[] = {
    { "TUNED SETTING", "name", CELL_TEXT },
    { "VALUE", "value", CELL_TEXT },
    { "UNIT", "unit", CELL_TEXT },
    { "DEFAULT", "default", CELL_TEXT },
};

static json_t *tuned_of(const struct settings *now)
{
    scoped(json_clear_p) json_t *all = show_settings(now);
    json_t *tuned = json_array(), *setting;
    size_t index;

    json_array_foreach(all, index, setting)
    {
        if (json_is_true(json_object_get(setting, "tuned"))) {
            json_array_append(tuned, setting);
        }
    }
    return tuned;
}

static json_t *modes_of(const struct settings *now)
{
    json_t *modes = json_object();
    for (unsigned id = 0; id < SETTING_COUNT; id++) {
        const char *name = flow_name((enum setting_id)id);
        if (name != NULL) {
            json_object_set_new(modes, name, json_string(setting_text(now, id)));
        }
    }
    return modes;
}

static int ask_postgres(struct cli *c, json_t *answer, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(free_p) char *discovery_text = NULL;
    struct settings now;
    json_t *business = NULL, *discovery = NULL;
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(settings_read(db, &now, f));
    json_object_set_new(answer, "stop", json_boolean(now.num[SETTING_STOP] != 0));
    json_object_set_new(answer, "flows", modes_of(&now));
    json_object_set_new(answer, "tuned", tuned_of(&now));
    TRY(overview_read(db, &text, f));
    TRY(show_parsed(text, &business, f));
    json_object_set_new(answer, "business", business);
    TRY(overview_discovery(db, &discovery_text, f));
    TRY(show_parsed(discovery_text, &discovery, f));
    json_object_set_new(answer, "discovery", discovery);
    return 0;
}

/* {"cj":{"used","of"}}: points of today. */
static int add_points(struct cli *c, struct redis *r, json_t *answer, struct fail *f)
{
    int64_t used = 0;

    TRY(points_used_today(r, "cj", &used, f));
    json_object_set_new(answer, "points",
                        json_pack("{s:{s:I, s:I}}", "cj", "used", (json_int_t)used, "of",
                                  (json_int_t)conf_int(c->conf, CONF_CJ_POINTS_PER_DAY)));
    return 0;
}

static int ask_redis(struct cli *c, json_t *answer, struct fail *f)
{
    static const struct {
        const char *name;
        int (*show)(struct redis *, json_t **, struct fail *);
    } views[] = { { "jobs", show_stats },
                  { "queues", show_queues },
                  { "workers", show_workers },
                  { "limits", show_limits } };
    struct redis *r;

    TRY(cli_redis(c, &r, f));
    for (size_t i = 0; i < COUNT_OF(views); i++) {
        json_t *view = NULL;
        TRY(views[i].show(r, &view, f));
        json_object_set_new(answer, views[i].name, view);
    }
    return add_points(c, r, answer, f);
}

static void show_head(const json_t *answer)
{
    const char *sandbox = json_text(answer, "sandbox", NULL);
    const char *mode;
    json_t *value;

    if (sandbox != NULL) {
        printf("SANDBOX: simulated are %s\n", sandbox);
    }
    if (json_truth(answer, "stop", false)) {
        printf("STOP is ON: nothing is ordered, paid or sent (dropship resume-all ends it)\n");
    }
    json_object_foreach(json_object_get(answer, "flows"), mode, value)
    {
        printf("%s: %s\n", mode, json_string_value(value));
    }
}

static void show_reconcile(const json_t *business)
{
    static const struct column at = { "", "reconcile.at", CELL_AGE };
    char age[OUT_CELL_BYTES];

    if (json_at(business, "reconcile") == NULL) {
        printf("reconciled   never yet\n");
        return;
    }
    out_cell(business, &at, clock_now_us(), age);
    printf("reconciled   %s ago: %" PRId64 " orders, %" PRId64 " missing, %" PRId64 " double\n",
           age, json_int(business, "reconcile.orders", 0),
           json_int(business, "reconcile.missing", 0), json_int(business, "reconcile.doubled", 0));
}

static void show_business(const json_t *business)
{
    const char *state;
    json_t *count;

    printf("\norders       %s",
           json_object_size(json_object_get(business, "orders")) == 0 ? "none yet" : "");
    json_object_foreach(json_object_get(business, "orders"), state, count)
    {
        printf("%s %" JSON_INTEGER_FORMAT "  ", state, json_integer_value(count));
    }
    printf("\nso far       received %" PRId64 "  placed %" PRId64 "  paid %" PRId64
           "  fulfilled %" PRId64 "\n",
           json_int(business, "received", 0), json_int(business, "placed", 0),
           json_int(business, "paid", 0), json_int(business, "fulfilled", 0));
    printf("to look at   problems %" PRId64 "  effects unknown %" PRId64
           "  events not relayed %" PRId64 "\n",
           json_int(business, "problems", 0), json_int(business, "effects.unknown", 0),
           json_int(business, "outbox_unsent", 0));
    show_reconcile(business);
}

static void show_queue_side(const json_t *answer)
{
    char overdue[OUT_CELL_BYTES];

    out_duration(json_int(answer, "jobs.overdue_ms", 0), overdue);
    printf("\njobs         waiting %" PRId64 "  running %" PRId64 "  scheduled %" PRId64
           "  retry %" PRId64 "  dead %" PRId64 "  processed %" PRId64 "  failed %" PRId64 "\n",
           json_int(answer, "jobs.waiting", 0), json_int(answer, "jobs.running", 0),
           json_int(answer, "jobs.scheduled", 0), json_int(answer, "jobs.retry", 0),
           json_int(answer, "jobs.dead", 0), json_int(answer, "jobs.processed", 0),
           json_int(answer, "jobs.failed", 0));
    printf("             overdue %s  recovered %" PRId64 "  fenced %" PRId64
           "  dead archived %" PRId64 "  dead dropped %" PRId64 "\n\n",
           json_int(answer, "jobs.overdue_ms", 0) > 0 ? overdue : "none",
           json_int(answer, "jobs.recovered", 0), json_int(answer, "jobs.fenced", 0),
           json_int(answer, "jobs.archived", 0), json_int(answer, "jobs.trimmed", 0));
    out_table(json_object_get(answer, "queues"), queue_columns, QUEUE_COLUMNS);
    printf("\n");
    out_table(json_object_get(answer, "workers"), worker_columns, WORKER_COLUMNS);
    printf("\nCJ points    %" PRId64 " of %" PRId64 " used today\n",
           json_int(answer, "points.cj.used", 0), json_int(answer, "points.cj.of", 0));
    if (json_array_size(json_object_get(answer, "limits")) > 0) {
        printf("\n");
        out_table(json_object_get(answer, "limits"), limit_columns, COUNT_OF(limit_columns));
    }
}

/* A failure's text, without the server's name that stands before it here. */
static const char *reason_of(const json_t *answer, const char *name, const char *server)
{
    const char *text = json_text(answer, name, "");
    return strncmp(text, server, strlen(server)) == 0 ? text + strlen(server) : text;
}

static void show_status(const json_t *answer)
{
    show_head(answer);
    if (json_object_get(answer, "discovery") != NULL) {
        show_business(json_object_get(answer, "business"));
        show_discovery(json_object_get(answer, "discovery"));
    } else {
        printf("\nPostgres cannot be asked: %s\n",
               reason_of(answer, "postgres_error", "Postgres: "));
    }
    if (json_object_get(answer, "limits") != NULL) {
        show_queue_side(answer);
    } else {
        printf("\nRedis cannot be asked: %s\n", reason_of(answer, "redis_error", "Redis: "));
    }
    if (json_array_size(json_object_get(answer, "tuned")) > 0) {
        printf("\n");
        out_table(json_object_get(answer, "tuned"), tuned_columns, COUNT_OF(tuned_columns));
    }
}

int cmd_status(struct cli *c, struct fail *f)
{
    scoped(json_clear_p) json_t *answer = json_object();
    const char *sandbox = conf_text(c->conf, CONF_SANDBOX_NOTICE);
    int code = CLI_DONE;

    json_object_set_new(answer, "sandbox",
                        sandbox != NULL && sandbox[0] != '\0' ? json_string(sandbox) : json_null());
    if (ask_postgres(c, answer, f) < 0) {
        json_object_set_new(answer, "postgres_error", json_string(f->text));
        code = CLI_FAILED;
    }
    if (ask_redis(c, answer, f) < 0) {
        json_object_set_new(answer, "redis_error", json_string(f->text));
        code = CLI_FAILED;
    }
    if (c->json) {
        out_json(answer);
    } else {
        show_status(answer);
    }
    return code;
}
