/* The timetable: recurring jobs by intervals a person may change while it runs.  A slot is claimed and pushed by one script, so
 * any number of schedulers push it once. */
#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/model/job_catalog.h"
#include "common/queue/queue.h"
#include "scheduler/duty.h"

enum { SETTINGS_EVERY_MS = 3000, REST_MAX_MS = 3000, REST_MIN_MS = 20 };

/* To add a recurring job: its type in common/model/job_table.h, its interval in settings_table.h, a line here. */
static const struct entry {
    const char *type;
    enum setting_id interval_s;
    enum setting_id flow; /* not run while this flow is off; SETTING_COUNT = runs always */
} timetable[] = {
    { "orders.check", SETTING_ORDERS_CHECK_S, SETTING_FLOW_FULFILLMENT },
    { "orders.sweep", SETTING_SWEEP_S, SETTING_FLOW_FULFILLMENT },
    { "orders.reconcile", SETTING_RECONCILE_S, SETTING_FLOW_FULFILLMENT },
    { "orders.money", SETTING_ORDERS_MONEY_S, SETTING_COUNT },
    { "analytics.sessions", SETTING_SESSIONS_S, SETTING_COUNT },
    { "stock.watch", SETTING_WATCH_S, SETTING_FLOW_DISCOVERY },
    { "store.setup", SETTING_SETUP_S, SETTING_COUNT },
    { "discovery.scan", SETTING_DISCOVERY_S, SETTING_FLOW_DISCOVERY },
    { "products.sweep", SETTING_PRODUCTS_SWEEP_S, SETTING_FLOW_DISCOVERY },
    { "housekeeping", SETTING_HOUSEKEEPING_S, SETTING_COUNT },
};

/* Without Postgres the timetable goes on by what was last read; before the first reading nothing is known, also not STOP
 * and modes, so nothing is pushed. */
static int look_at_settings(struct hands *h, struct fail *f)
{
    int64_t now_ms = clock_mono_ms();

    if (h->has_settings && now_ms - h->settings_ms < SETTINGS_EVERY_MS) {
        return 0;
    }
    h->settings_ms = now_ms;
    if (db_ready(h->db, f) == 0 && settings_read(h->db, &h->settings, f) == 0) {
        h->has_settings = true;
        return 0;
    }
    if (!h->has_settings) {
        return fail_wrap(f, "settings were never read");
    }
    log_warn("settings.stale", kv_fail(f));
    return 0;
}

static bool is_off(const struct settings *now, const struct entry *e)
{
    return e->flow != SETTING_COUNT && strcmp(setting_text(now, e->flow), "off") == 0;
}

static int run_entry(struct hands *h, const struct entry *e, int64_t *ret_wait_ms, struct fail *f)
{
    const struct job_kind *kind = job_kind_find(e->type);
    const struct slot slot = {
        .name = e->type,
        .interval_ms = h->settings.num[e->interval_s] * 1000,
        .job = { .type = kind->name, .queue = kind->queue, .max_retries = kind->tries },
    };
    int outcome = queue_slot(h->redis, &slot, ret_wait_ms, f);

    TRY(outcome);
    if (outcome == 0) {
        atomic_fetch_add(&h->stats->items, 1);
        log_info("slot.pushed", kv_str("type", e->type), kv_int("interval_ms", slot.interval_ms));
    }
    return 0;
}

int timetable_round(struct hands *h, int64_t *ret_wait_ms, struct fail *f)
{
    int64_t rest_ms = REST_MAX_MS;

    TRY(look_at_settings(h, f));
    for (size_t i = 0; i < COUNT_OF(timetable); i++) {
        int64_t wait_ms = REST_MAX_MS;
        if (is_off(&h->settings, &timetable[i])) {
            continue;
        }
        TRY(run_entry(h, &timetable[i], &wait_ms, f));
        rest_ms = wait_ms < rest_ms ? wait_ms : rest_ms;
    }
    *ret_wait_ms = rest_ms > REST_MIN_MS ? rest_ms : REST_MIN_MS;
    return 0;
}
