/* analytics.sessions []: the store's visits of the last days, as the shop's own statistics count them; a later count of a day
 * takes the place of the earlier one.  A shop that does not tell (missing scope, another plan) is asked again at the next
 * turn only, and says so among the findings of the set-up: the conversion rate stays unknown. */
#include <string.h>

#include "common/base/log.h"
#include "common/model/books.h"
#include "sql/analytics.h"
#include "worker/analytics/jobs.h"
#include "worker/providers/shopify/shopify.h"

enum { DAYS = 8 };

static const char SOURCE[] = "shopifyql";

static int store(struct db *db, const struct shopify_day_sessions *days, size_t count,
                 struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;

    TRY(db_begin(db, &tx, f));
    for (size_t i = 0; i < count; i++) {
        const struct books_sessions visits = { .day = days[i].day,
                                               .source = SOURCE,
                                               .all = days[i].sessions,
                                               .with_order = days[i].with_order };
        TRY(books_sessions_store(tx, &visits, f));
    }
    TRY(db_exec(tx, &sql_analytics_finding_drop, NULL, f));
    TRY(db_commit(&tx, f));
    log_info("sessions.read", kv_int("days", (int64_t)count));
    return 0;
}

/* Told once, as long as it is the same. */
static int not_told(struct db *db, const struct fail *why, struct fail *f)
{
    const char *mend =
        why->kind == FAIL_DENIED
            ? "Give the app the scope read_reports and access to protected customer "
              "data, level 2; until then the conversion rate is unknown."
            : "Look whether the shop's plan has ShopifyQL; until then the conversion "
              "rate is unknown.";
    int64_t fresh = db_exec(db, &sql_analytics_finding_put, (const char *[]){ why->text, mend }, f);

    TRY(fresh);
    if (fresh > 0) {
        log_warn("sessions.not_told", kv_fail(why));
    }
    return 0;
}

int analytics_sessions(struct job_context *c, struct fail *f)
{
    scoped(free_p) struct shopify_day_sessions *days = NULL;
    size_t count = 0;
    struct fail why;

    if (c->shopify == NULL) {
        return 0; /* no shop, no visits */
    }
    if (shopify_sessions(c->shopify, DAYS, &days, &count, f) == 0) {
        return store(c->db, days, count, f);
    }
    why = *f;
    return fail_rule(why.kind)->retry || why.kind == FAIL_LIMITED ? -1 : not_told(c->db, &why, f);
}
