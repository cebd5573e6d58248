#include "tests/integration/model/books_fixture.h"

#include "common/model/books_rebuild.h"
#include "tests/unit/base/check.h"

void books_fixture_clear(struct fixture *x)
{
    fixture_clear(x);
    fixture_sql(x, "truncate ad_metric, store_sessions, sold_item, daily_ads cascade; delete from "
                   "shop_info; insert into shop_info (name, currency, timezone) values ('Shop', "
                   "'USD', 'America/New_York')");
}

void books_fixture_agree(struct fixture *x)
{
    struct books_findings found;
    struct fail f;

    check_ok(books_rebuild(x->db, false, &found, &f), &f);
    assert_true(books_agree(&found));
}
