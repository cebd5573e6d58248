/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "tests/integration/discovery/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/str.h"
#include "common/db/db.h"

void rig_points(const char *per_day)
{
    assert_int_equal(setenv("CJ_POINTS_PER_DAY", per_day, 1), 0);
    rig_configure();
}

int rig_setup(void **state)
{
    /* Many points, so that tests do not depend on the time of day. */
    return setenv("CJ_POINTS_PER_DAY", "1000000000", 1) == 0 ? rig_open("discovery-test", state)
                                                             : -1;
}

const char *rig_of(const char *pid, const char *column)
{
    char sql[300];

    (void)snprintf(sql, sizeof sql, "select %s from product where pid = '%s'", column, pid);
    return rig_text(sql);
}

int rig_clear(void **state)
{
    (void)state;
    cat_reset(8);
    /* Not truncate: with so few rows that takes longer. */
    rig_sql("delete from setting; delete from variant; delete from supplier_snapshot; delete from "
            "product_event; delete from product; delete from discovery_run; delete from "
            "discovery_search; delete from supplier_category; delete from discovery_day; delete "
            "from freight_quote; delete from shop_info; delete from duty_rule; delete from "
            "pricing_rule; delete from order_line; delete from shop_order; delete from "
            "provider_token; delete from audit; delete from outbox; alter table product alter id "
            "restart");
    rig_sql("insert into duty_rule (dest, origin, valid_from, currency, ad_valorem_ppm, source) "
            "values ('US', 'CN', '2025-08-29', 'USD', 100000, 'test')");
    rig_set("money.salvage_ppm", "300000");
    return 0;
}

void rig_scan(void)
{
    if (rig_run(discovery_scan, "[]") != 0) {
        fail_msg("discovery.scan: %s", rig_fail.text);
    }
}

static void args_of(const char *pid, char args[static 64])
{
    (void)snprintf(args, 64, "[%s, \"now\"]", rig_of(pid, "id"));
}

int rig_assess(const char *pid)
{
    char args[64];

    args_of(pid, args);
    bool kills = (cat->fault == CAT_KILLED_BEFORE || cat->fault == CAT_KILLED_AFTER) && !cat->fired;
    return kills ? rig_run_killable(product_assess, args) : rig_run(product_assess, args);
}

void rig_assess_all(void)
{
    char pid[48];

    for (int i = 0; i < CAT_PRODUCTS; i++) {
        (void)str_fit(pid, sizeof pid,
                      rig_text("select pid from product where state = 'candidate' order by id "
                               "limit 1"));
        if (pid[0] == '\0') {
            return;
        }
        if (rig_assess(pid) != 0) {
            fail_msg("product.assess: %s", rig_fail.text);
        }
    }
}

void rig_days_pass(int days)
{
    char sql[600];

    (void)snprintf(sql, sizeof sql,
                   "update supplier_snapshot set day = day - %d;"
                   "update product set decided_at = decided_at - interval '%d days', seen_at = "
                   "seen_at - interval '%d days';"
                   "update discovery_day set day = day - %d;"
                   "update discovery_search set searched_at = searched_at - interval '%d days';"
                   "update freight_quote set quoted_at = quoted_at - interval '%d days'",
                   days, days, days, days, days, days);
    rig_sql(sql);
}

void rig_lock(const char *name, bool taken)
{
    struct fail f;

    if (!taken) {
        db_unlock(rig_other_db(), name);
    } else {
        assert_int_equal(db_try_lock(rig_other_db(), name, &f), 0);
    }
}
