/* The checks of `dropship doctor` about discovery and listing. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/cli/doctor.h"
#include "api/cli/show.h"
#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/db/migrate.h"
#include "common/model/discovery_ready.h"
#include "common/model/flow.h"
#include "common/model/overview.h"

#define CHECK "discovery"

enum { SCANS_MISSED = 3, US_PER_S = 1000000 };

/* Is a text model set up that ai.provider lets the workers use? */
static bool has_model(const struct conf *conf, const struct settings *now)
{
    static const struct {
        const char *provider; /* of the choices of ai.provider */
        enum conf_id needs;
        enum setting_id model;
    } providers[] = { { "openai", CONF_OPENAI_API_KEY, SETTING_AI_OPENAI_MODEL },
                      { "anthropic", CONF_ANTHROPIC_API_KEY, SETTING_AI_ANTHROPIC_MODEL },
                      { "compatible", CONF_AI_BASE_URL, SETTING_AI_COMPATIBLE_MODEL } };
    const char *choice = setting_text(now, SETTING_AI_PROVIDER);

    for (size_t i = 0; i < COUNT_OF(providers); i++) {
        bool chosen = strcmp(choice, "auto") == 0 || strcmp(choice, providers[i].provider) == 0;
        if (chosen && conf_is_set(conf, providers[i].needs) &&
            setting_text(now, providers[i].model)[0] != '\0') {
            return true;
        }
    }
    return false;
}

/* Without a model listings are written from templates: that works, and is said. */
static void check_ai(struct cli *c, const struct settings *now, json_t *findings)
{
    bool wanted = strcmp(setting_text(now, SETTING_AI_PROVIDER), "none") != 0;

    if (wanted && !has_model(c->conf, now)) {
        finding_add(findings, FINDING_WARN, "ai",
                    "set OPENAI_API_KEY, ANTHROPIC_API_KEY, or AI_BASE_URL and "
                    "ai.compatible_model, as ai.provider wants it; or dropship settings "
                    "ai.provider none",
                    "no text model is set up: listings are written from templates");
        return;
    }
    finding_add(findings, FINDING_OK, "ai", NULL,
                wanted ? "a text model is set up" : "listings are written from templates, as set");
}

static void check_market(const struct discovery_market *m, const char *origin, json_t *findings)
{
    char mend[160];

    if (!m->known) {
        finding_add(findings, FINDING_BAD, CHECK, "dropship settings discovery.markets COUNTRIES",
                    "%s is no market that is known", m->country);
    } else if (!m->has_duty) {
        snprintf(mend, sizeof mend, "dropship duty set %s %.2s DAY --percent P --source WHERE",
                 m->country, origin);
        finding_add(findings, FINDING_WARN, CHECK, mend,
                    "no duty rule holds today for goods from %.2s to %s: no product can be judged",
                    origin, m->country);
    } else {
        finding_add(findings, FINDING_OK, CHECK, NULL, "duty from %.2s to %s is known", origin,
                    m->country);
    }
}

static void check_markets(struct db *db, const struct settings *now, json_t *findings)
{
    struct discovery_markets markets;
    const char *origin = setting_text(now, SETTING_WAREHOUSE);
    struct fail f;

    if (discovery_markets(db, setting_text(now, SETTING_MARKETS), origin, &markets, &f) < 0) {
        finding_add(findings, FINDING_BAD, CHECK, "see the check of Postgres", "%s", f.text);
        return;
    }
    for (size_t i = 0; i < markets.count; i++) {
        check_market(&markets.rows[i], origin, findings);
    }
}

static void check_scan(const json_t *discovery, const struct settings *now, json_t *findings)
{
    int64_t started_us = 0, limit_s = now->num[SETTING_DISCOVERY_S] * SCANS_MISSED;
    const char *started = json_text(discovery, "run.started_at", NULL);
    struct fail f;

    if (started == NULL || clock_parse(started, &started_us, &f) < 0) {
        finding_add(findings, FINDING_WARN, CHECK, "dropship discovery-run",
                    "the supplier's catalogue was never searched");
        return;
    }
    int64_t age_s = (clock_now_us() - started_us) / US_PER_S;
    bool late = age_s > limit_s;
    finding_add(findings, late ? FINDING_WARN : FINDING_OK, CHECK,
                late ? "dropship jobs --queue discovery, and the workers' log" : NULL,
                "the catalogue was searched %" PRId64 " s ago", age_s);
}

/* What the set-up job found at the shop, in its own words. */
static void add_setup(const json_t *setup, json_t *findings)
{
    const json_t *row;
    size_t index;

    if (json_array_size(setup) == 0) {
        finding_add(findings, FINDING_WARN, "store", "dropship enqueue store.setup",
                    "the set-up of the store was not checked yet");
    }
    json_array_foreach(setup, index, row)
    {
        const char *level = json_text(row, "level", "");
        bool ok = strcmp(level, "ok") == 0;
        finding_add(findings,
                    ok                           ? FINDING_OK
                    : strcmp(level, "fail") == 0 ? FINDING_BAD
                                                 : FINDING_WARN,
                    "store", ok ? NULL : json_text(row, "mend", "see the shop's admin"), "%s: %s",
                    json_text(row, "name", ""), json_text(row, "text", ""));
    }
}

void doctor_discovery(struct cli *c, json_t *findings)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *discovery = NULL;
    struct settings now;
    struct db *db;
    struct fail f;

    if (cli_db(c, &db, &f) < 0 || migrate_check(db, migrations, &f) != 0 ||
        settings_read(db, &now, &f) < 0) {
        return; /* said already */
    }
    if (now.num[SETTING_FLOW_DISCOVERY] == FLOW_OFF) {
        finding_add(findings, FINDING_OK, CHECK, NULL, "the flow is off");
        return;
    }
    if (overview_discovery(db, &text, &f) < 0 || show_parsed(text, &discovery, &f) < 0) {
        finding_add(findings, FINDING_BAD, CHECK, "see the check of Postgres", "%s", f.text);
        return;
    }
    check_ai(c, &now, findings);
    check_markets(db, &now, findings);
    check_scan(discovery, &now, findings);
    add_setup(json_object_get(discovery, "setup"), findings);
}
