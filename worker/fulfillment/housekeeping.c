/* housekeeping []: partitions of the history ahead of time, old ones away, sent events, webhook deliveries and spam trimmed, dead jobs
 * beyond their limits archived. */
#include "common/base/log.h"
#include "common/model/dead_jobs.h"
#include "common/model/settings.h"
#include "sql/discovery.h"
#include "sql/ops.h"
#include "sql/orders.h"
#include "worker/fulfillment/jobs.h"
#include "common/db/sqltext.h"

enum {
    DAYS_AHEAD = 3,
    EVENTS_KEPT_DAYS = 7,
    DELIVERIES_KEPT_DAYS = 7,
    INBOX_KEPT_DAYS = 30,
    SPAM_KEPT_DAYS = 30, /* for somebody to find what was none */
    SNAPSHOTS_KEPT_DAYS = 400,
    QUOTES_KEPT_DAYS = 30,
    BATCH = 5000,
    BATCHES_MAX = 40,
    DEAD_MOST = 200000,
    DAY_S = 24 * 3600
};

/* Small deletes, so that nobody waits behind a large one. */
static int trim(struct db *db, const struct embedded *sql, int64_t days, int64_t *ret,
                struct fail *f)
{
    struct sql_text keep, batch;

    for (int i = 0; i < BATCHES_MAX; i++) {
        int64_t gone =
            db_exec(db, sql, (const char *[]){ sql_int(&keep, days), sql_int(&batch, BATCH) }, f);
        TRY(gone);
        *ret += gone;
        if (gone < BATCH) {
            break;
        }
    }
    return 0;
}

/* How many days were made or dropped; -1 failed. */
static int64_t days(struct db *db, const struct embedded *sql, int64_t parameter,
                    const char *column, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text text;

    TRY(db_query(db, sql, (const char *[]){ sql_int(&text, parameter) }, &rows, f));
    return db_int(rows, 0, column, 0);
}

/* What discovery keeps: its time series, its scans, its quotes. */
static int trim_discovery(struct db *db, const struct settings *set, int64_t *ret, struct fail *f)
{
    TRY(trim(db, &sql_discovery_trim_snapshots, SNAPSHOTS_KEPT_DAYS, ret, f));
    TRY(trim(db, &sql_discovery_trim_runs, set->num[SETTING_HISTORY_DAYS], ret, f));
    return trim(db, &sql_discovery_trim_quotes, QUOTES_KEPT_DAYS, ret, f);
}

/* Last, and after a failure of Redis again in an hour: recovery drops nothing for long. */
static int archive(struct job_context *c, const struct settings *set, int64_t *ret, struct fail *f)
{
    const struct dead_archiving what = { .limits = { .keep = set->num[SETTING_DEAD_KEEP],
                                                     .keep_s =
                                                         set->num[SETTING_DEAD_KEEP_DAYS] * DAY_S },
                                         .most = DEAD_MOST };

    return dead_jobs_archive(c->db, c->redis, &what, ret, f);
}

int housekeeping(struct job_context *c, struct fail *f)
{
    struct settings set;
    struct sql_text keep;
    int64_t events = 0, deliveries = 0, seen = 0, dead = 0;

    TRY(settings_read(c->db, &set, f));
    int64_t made = days(c->db, &sql_orders_days_make, DAYS_AHEAD, "made", f);
    TRY(made);
    int64_t dropped =
        days(c->db, &sql_orders_days_drop, set.num[SETTING_HISTORY_DAYS], "dropped", f);
    TRY(dropped);
    TRY(trim(c->db, &sql_orders_trim_outbox, EVENTS_KEPT_DAYS, &events, f));
    TRY(trim(c->db, &sql_orders_trim_webhooks, DELIVERIES_KEPT_DAYS, &deliveries, f));
    TRY(trim(c->db, &sql_ops_trim_inbox, INBOX_KEPT_DAYS, &deliveries, f));
    TRY(trim(c->db, &sql_ops_trim_spam, SPAM_KEPT_DAYS, &deliveries, f));
    TRY(db_exec(c->db, &sql_orders_trim_reconciles,
                (const char *[]){ sql_int(&keep, set.num[SETTING_HISTORY_DAYS]) }, f));
    TRY(trim_discovery(c->db, &set, &seen, f));
    TRY(archive(c, &set, &dead, f));
    log_info("housekeeping.done", kv_int("days_made", made), kv_int("days_dropped", dropped),
             kv_int("events", events), kv_int("deliveries", deliveries), kv_int("discovery", seen),
             kv_int("dead_archived", dead));
    return 0;
}
