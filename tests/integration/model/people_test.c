/* What people change: settings, STOP, keys, mappings, orders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/model/api_key.h"
#include "common/model/flow.h"
#include "common/model/mapping.h"
#include "common/model/orders.h"
#include "common/model/overview.h"
#include "tests/integration/model/fixture.h"

static struct fixture x;
static struct fail f;

static int clear(void **state)
{
    (void)state;
    f = (struct fail){ 0 };
    fixture_clear(&x);
    return 0;
}

static json_t *parsed(char *take_text)
{
    json_t *value = json_loads(take_text, 0, NULL);
    assert_non_null(value);
    free(take_text);
    return value;
}

static void without_rows_everything_is_at_its_default(void **state)
{
    (void)state;
    struct settings now;
    assert_int_equal(settings_read(x.db, &now, &f), 0);
    assert_int_equal(now.num[SETTING_ORDERS_CHECK_S], 300);
    assert_string_equal(setting_text(&now, SETTING_FLOW_FULFILLMENT), "approve");
    assert_int_equal(now.num[SETTING_FLOW_FULFILLMENT], 2);
    assert_int_equal(now.num[SETTING_STOP], 0);
}

static void a_change_is_stored_in_one_form_and_audited(void **state)
{
    (void)state;
    struct settings now;
    assert_int_equal(settings_write(x.db, SETTING_ORDERS_CHECK_S, "0060", "cli:anna", &f), 0);
    assert_int_equal(settings_read(x.db, &now, &f), 0);
    assert_int_equal(now.num[SETTING_ORDERS_CHECK_S], 60);
    assert_string_equal(setting_text(&now, SETTING_ORDERS_CHECK_S), "60");
    assert_int_equal(
        fixture_number(
            &x,
            "select count(*) from audit where who = 'cli:anna' and action = 'setting.change' and "
            "subject = 'orders.check_s' and detail = '{\"old\":\"300\",\"new\":\"60\"}'"),
        1);
}

static void back_at_the_default_there_is_no_row(void **state)
{
    (void)state;
    assert_int_equal(settings_write(x.db, SETTING_ORDERS_CHECK_S, "60", "t", &f), 0);
    assert_int_equal(settings_write(x.db, SETTING_ORDERS_CHECK_S, "300", "t", &f), 0);
    assert_int_equal(fixture_number(&x, "select count(*) from setting"), 0);
    assert_int_equal(fixture_number(&x, "select count(*) from audit"), 2);
}

/* As an undo does it: somebody else's change in between is not lost. */
static void a_change_of_what_is_not_there_any_more_is_refused(void **state)
{
    (void)state;
    struct setting_change back = {
        .id = SETTING_ORDERS_CHECK_S, .expected = "60", .value = "300", .who = "t"
    };
    assert_int_equal(settings_write(x.db, SETTING_ORDERS_CHECK_S, "61", "t", &f), 0);
    assert_int_equal(settings_change(x.db, &back, &f), -1);
    assert_int_equal(f.kind, FAIL_CONFLICT);
    assert_int_equal(fixture_number(&x, "select count(*) from audit"), 1);
    back.expected = "61";
    assert_int_equal(settings_change(x.db, &back, &f), 0);
    assert_int_equal(settings_change(x.db, &back, &f), -1);
    assert_int_equal(f.kind, FAIL_CONFLICT);
    assert_int_equal(fixture_number(&x, "select count(*) from setting"), 0);
    assert_int_equal(fixture_number(&x, "select count(*) from audit"), 2);
}

static void a_refused_value_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(settings_write(x.db, SETTING_ORDERS_CHECK_S, "1", "t", &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_int_equal(settings_write(x.db, SETTING_COUNT, "1", "t", &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_int_equal(fixture_number(&x, "select count(*) from audit"), 0);
}

static void a_stored_text_of_another_form_is_read_as_it_is(void **state)
{
    (void)state;
    struct settings now;
    fixture_sql(&x, "insert into setting (name, value, updated_by) values ('orders.warehouse', "
                    "'XX', 'hand'), ('money.endings', 'ninety-nine', 'hand')");
    assert_int_equal(settings_read(x.db, &now, &f), 0);
    assert_string_equal(setting_text(&now, SETTING_WAREHOUSE), "XX");
    assert_string_equal(setting_text(&now, SETTING_ENDINGS), "ninety-nine");
    assert_int_equal(settings_write(x.db, SETTING_WAREHOUSE, "XX", "t", &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_int_equal(settings_write(x.db, SETTING_WAREHOUSE, "US", "t", &f), 0);
    assert_int_equal(fixture_number(&x, "select count(*) from audit"), 1);
}

static void a_broken_stored_value_is_told_and_never_becomes_the_default(void **state)
{
    (void)state;
    struct settings now;
    fixture_sql(&x,
                "insert into setting (name, value, updated_by) values ('stop', 'perhaps', 'hand')");
    assert_int_equal(settings_read(x.db, &now, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_non_null(strstr(f.text, "stop"));
    fixture_sql(&x, "delete from setting; insert into setting (name, value, updated_by) values "
                    "('of.another.version', '1', 'x')");
    assert_int_equal(settings_read(x.db, &now, &f), 0);
}

static void stop_is_set_and_told_though_another_setting_is_broken(void **state)
{
    (void)state;
    fixture_sql(&x, "insert into setting (name, value, updated_by) values "
                    "('orders.page', 'many', 'hand')");
    assert_int_equal(flow_stop(x.db, true, "now", "cli:anna", &f), 1);
    assert_int_equal(fixture_number(&x, "select count(*) from setting where name = 'stop'"), 1);
    assert_int_equal(fixture_number(&x, "select count(*) from audit where action = 'stop.on'"), 1);
}

static void stop_is_read_back_and_its_reason_kept(void **state)
{
    (void)state;
    assert_int_equal(flow_stop(x.db, true, "too many \"orders\"", "cli:anna", &f), 1);
    assert_int_equal(fixture_number(&x, "select count(*) from audit where action = 'stop.on' and "
                                        "detail->>'reason' = 'too many \"orders\"'"),
                     1);
    assert_int_equal(flow_stop(x.db, false, NULL, "cli:anna", &f), 0);
}

static void a_key_opens_until_it_is_revoked(void **state)
{
    (void)state;
    char text[API_KEY_TEXT_BYTES];
    struct api_key key;

    assert_int_equal(
        api_key_create(x.db, &(struct api_key_new){ "ops", API_SCOPE_OPERATE }, "t", text, &f), 0);
    assert_int_equal(strncmp(text, "ds_", 3), 0);
    assert_int_equal(strlen(text), 67);
    assert_int_equal(api_key_find(x.db, text, &key, &f), 0);
    assert_string_equal(key.name, "ops");
    assert_int_equal(key.scope, API_SCOPE_OPERATE);
    assert_int_equal(
        fixture_number(&x, "select count(*) from api_key where last_used_at is not null"), 1);
    assert_int_equal(api_key_revoke(x.db, "ops", "t", &f), 0);
    assert_int_equal(api_key_find(x.db, text, &key, &f), -1);
    assert_int_equal(f.kind, FAIL_DENIED);
}

static void the_key_itself_is_nowhere_in_the_database(void **state)
{
    (void)state;
    char text[API_KEY_TEXT_BYTES], sql[300];
    assert_int_equal(
        api_key_create(x.db, &(struct api_key_new){ "ops", API_SCOPE_READ }, "t", text, &f), 0);
    snprintf(sql, sizeof sql, "select count(*) from api_key k where k::text like '%%%s%%'",
             text + 16);
    assert_int_equal(fixture_number(&x, sql), 0);
    snprintf(sql, sizeof sql, "select count(*) from audit a where a::text like '%%%s%%'",
             text + 16);
    assert_int_equal(fixture_number(&x, sql), 0);
}

static void wrong_keys_and_names_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "ds_", "ds_0000000000000000000000000000000000000000000000000000000000000000",
        "' or 1=1 --"
    };
    char text[API_KEY_TEXT_BYTES], huge[5000];
    struct api_key key;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_int_equal(api_key_find(x.db, texts[i], &key, &f), -1);
        assert_int_equal(f.kind, FAIL_DENIED);
    }
    memset(huge, 'a', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    assert_int_equal(api_key_find(x.db, huge, &key, &f), -1);
    assert_int_equal(f.kind, FAIL_DENIED);
    assert_int_equal(
        api_key_create(x.db, &(struct api_key_new){ "two words", API_SCOPE_READ }, "t", text, &f),
        -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_int_equal(
        api_key_create(x.db, &(struct api_key_new){ "ops", API_SCOPE_READ }, "t", text, &f), 0);
    assert_int_equal(
        api_key_create(x.db, &(struct api_key_new){ "ops", API_SCOPE_READ }, "t", text, &f), -1);
    assert_int_equal(f.kind, FAIL_CONFLICT);
    assert_int_equal(api_key_revoke(x.db, "nobody", "t", &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
}

static void a_mapping_counts_only_when_confirmed(void **state)
{
    (void)state;
    char *text = NULL;
    const struct mapping_new m = { "SKU", "V1", "S1", { 850, "USD" } };
    struct mapping_new second = m;
    second.vid = "V2";

    assert_int_equal(mapping_add(x.db, &m, "t", &f), 0);
    assert_int_equal(mapping_add(x.db, &second, "t", &f), 0);
    assert_int_equal(mapping_add(x.db, &m, "t", &f), -1);
    assert_int_equal(f.kind, FAIL_CONFLICT);
    assert_int_equal(mapping_confirm(x.db, "SKU", "V1", "cli:anna", &f), 0);
    assert_int_equal(mapping_confirm(x.db, "SKU", "V1", "cli:anna", &f), -1);
    assert_int_equal(f.kind, FAIL_CONFLICT);
    assert_int_equal(mapping_confirm(x.db, "SKU", "V9", "cli:anna", &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_int_equal(mapping_list(x.db, &text, &f), 0);
    scoped(json_clear_p) json_t *list = parsed(text);
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_text(json_array_get(list, 0), "confirmed_by", ""), "cli:anna");
    assert_int_equal(json_int(json_array_get(list, 1), "rank", 0), 2);
    assert_null(json_text(json_array_get(list, 1), "confirmed_by", NULL));
    assert_int_equal(mapping_remove(x.db, "SKU", "V2", "t", &f), 0);
    assert_int_equal(mapping_remove(x.db, "SKU", "V2", "t", &f), -1);
}

static void a_released_order_gets_its_job_event_and_audit_together(void **state)
{
    (void)state;
    int64_t id = fixture_order(&x, "#1", "held");
    assert_int_equal(order_release_by(x.db, id, "cli:anna", &f), 0);
    assert_int_equal(
        fixture_number(&x,
                       "select count(*) from shop_order where state = 'waiting' and released_by = "
                       "'cli:anna' and "
                       "next_job = 'order.release' and next_run_at <= now() and hold_code is null"),
        1);
    assert_int_equal(fixture_number(&x, "select count(*) from outbox where job_type = "
                                        "'order.release' and queue = 'fulfillment'"),
                     1);
    assert_int_equal(
        fixture_number(
            &x, "select count(*) from order_event where step = 'released' and code = 'PERSON'"),
        1);
    assert_int_equal(
        fixture_number(
            &x, "select count(*) from audit where action = 'order.release' and who = 'cli:anna'"),
        1);
}

static void a_held_order_says_who_and_why_and_has_nothing_to_run(void **state)
{
    (void)state;
    int64_t id = fixture_order(&x, "#1", "waiting");
    assert_int_equal(order_hold_by(x.db, id, "50% off? call", "cli:anna", &f), 0);
    assert_int_equal(
        fixture_number(
            &x, "select count(*) from shop_order where state = 'held' and hold_code = 'PERSON' and "
                "next_job is null and hold_reasons->0->>'text' = '50% off? call'"),
        1);
    assert_int_equal(
        fixture_number(
            &x, "select count(*) from order_event where text = 'Held by cli:anna: 50% off? call'"),
        1);
    assert_int_equal(order_hold_by(x.db, id, "", "cli:anna", &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
}

static void an_order_at_the_supplier_is_neither_released_nor_held(void **state)
{
    (void)state;
    static const char *const states[] = { "placing",   "placed",    "shipped", "fulfilled",
                                          "delivered", "cancelled", "ignored" };
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        int64_t id = fixture_order(&x, states[i], states[i]);
        assert_int_equal(order_release_by(x.db, id, "t", &f), -1);
        assert_int_equal(f.kind, FAIL_CONFLICT);
        assert_int_equal(order_hold_by(x.db, id, "why", "t", &f), -1);
        assert_int_equal(f.kind, FAIL_CONFLICT);
    }
    assert_int_equal(order_release_by(x.db, 4711, "t", &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_int_equal(fixture_number(&x, "select count(*) from outbox"), 0);
    assert_int_equal(fixture_number(&x, "select count(*) from audit"), 0);
}

static void a_persons_word_does_not_cut_into_a_running_job(void **state)
{
    (void)state;
    int64_t id = fixture_order(&x, "#1", "waiting");
    char lock[ORDER_LOCK_BYTES];
    snprintf(lock, sizeof lock, ORDER_LOCK_FORMAT, id);
    assert_int_equal(db_try_lock(x.other, lock, &f), 0);
    assert_int_equal(order_hold_by(x.db, id, "why", "t", &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    db_unlock(x.other, lock);
    assert_int_equal(order_hold_by(x.db, id, "why", "t", &f), 0);
    assert_int_equal(db_try_lock(x.other, lock, &f), 0); /* and it was given back */
    db_unlock(x.other, lock);
}

static void pages_follow_each_other_without_gap_or_double(void **state)
{
    (void)state;
    char name[16], next[64] = "", *text = NULL;
    size_t seen = 0;

    for (int i = 0; i < 7; i++) {
        snprintf(name, sizeof name, "#%d", i);
        (void)fixture_order(&x, name, i % 2 == 0 ? "held" : "waiting");
    }
    fixture_sql(
        &x, "update shop_order set created_at = '2026-01-01Z'"); /* equal times: the id decides */
    do {
        const struct order_filter filter = { .limit = 3, .after = next[0] != '\0' ? next : NULL };
        assert_int_equal(orders_page(x.db, &filter, &text, &f), 0);
        scoped(json_clear_p) json_t *page = parsed(text);
        const json_t *orders = json_object_get(page, "orders");
        for (size_t i = 0; i < json_array_size(orders); i++, seen++) {
            assert_int_equal(json_int(json_array_get(orders, i), "id", 0), 7 - seen);
        }
        snprintf(next, sizeof next, "%s", json_text(page, "next", ""));
    } while (next[0] != '\0');
    assert_int_equal(seen, 7);
    const struct order_filter held = { .limit = 100, .state = "held", .text = "EXAMPLE.org" };
    assert_int_equal(orders_page(x.db, &held, &text, &f), 0);
    scoped(json_clear_p) json_t *page = parsed(text);
    assert_int_equal(json_array_size(json_object_get(page, "orders")), 4);
}

static void a_bad_filter_is_refused(void **state)
{
    (void)state;
    const struct order_filter bad[] = {
        { .limit = 0 },
        { .limit = ORDER_PAGE_MAX + 1 },
        { .limit = 5, .state = "lost" },
        { .limit = 5, .after = "x" },
        { .limit = 5, .after = "1-" },
        { .limit = 5, .after = "1-2-3" },
        { .limit = 5, .after = "99999999999999999999999999-1" },
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        char *text = NULL;
        assert_int_equal(orders_page(x.db, &bad[i], &text, &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
    }
}

static void an_order_is_found_by_name_gid_and_id(void **state)
{
    (void)state;
    int64_t first = fixture_order(&x, "#2", "held"), second = fixture_order(&x, "#1002", "held"),
            id = 0;
    assert_int_equal(order_resolve(x.db, "#1002", &id, &f), 0);
    assert_int_equal(id, second);
    assert_int_equal(order_resolve(x.db, "1002", &id, &f), 0);
    assert_int_equal(id, second);
    assert_int_equal(order_resolve(x.db, "gid://shopify/Order/1000", &id, &f), 0);
    assert_int_equal(id, first);
    assert_int_equal(order_resolve(x.db, "1", &id, &f), 0);
    assert_int_equal(id, first);
    assert_int_equal(order_resolve(x.db, "2", &id, &f), 0); /* the name goes before the id */
    assert_int_equal(id, first);
    assert_int_equal(order_resolve(x.db, "#9", &id, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    (void)fixture_order(&x, "#1002", "held");
    assert_int_equal(order_resolve(x.db, "#1002", &id, &f), -1);
    assert_int_equal(f.kind, FAIL_CONFLICT);
}

static void the_whole_order_is_told(void **state)
{
    (void)state;
    char *text = NULL;
    int64_t id = fixture_order(&x, "#1", "placed");
    fixture_sql(&x, "insert into supplier_order (order_id, our_number, state, lines) values (1, "
                    "'S-1', 'paid', '[]');"
                    "insert into parcel (supplier_order_id, cj_order_id, tracking_number, "
                    "tracking_url, carrier) "
                    "values (1, 'C', 'T1', 'https://t/T1', 'Post');"
                    "insert into effect (key, kind, subject, intent, state) values ('k', 'cj.pay', "
                    "'order:1', '{}', 'done');"
                    "insert into order_event (order_id, step, text) values (1, 'received', 'a'), "
                    "(1, 'placed', 'b')");
    assert_int_equal(order_detail(x.db, id, &text, &f), 0);
    scoped(json_clear_p) json_t *order = parsed(text);
    const json_t *supplier = json_array_get(json_object_get(order, "supplier_orders"), 0);
    assert_string_equal(
        json_text(json_array_get(json_object_get(supplier, "parcels"), 0), "tracking_number", ""),
        "T1");
    assert_int_equal(json_array_size(json_object_get(order, "effects")), 1);
    assert_string_equal(json_text(json_array_get(json_object_get(order, "events"), 1), "step", ""),
                        "placed");
    assert_int_equal(order_detail(x.db, 99, &text, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
}

static void the_overview_counts_what_is_there(void **state)
{
    (void)state;
    char *text = NULL;
    (void)fixture_order(&x, "#1", "held");
    (void)fixture_order(&x, "#2", "placed");
    fixture_sql(&x, "update shop_order set placed_at = now() where name = '#2';"
                    "insert into supplier_order (order_id, our_number, state, lines, paid_at, "
                    "charged_minor) values (2, 'S', 'paid', '[]', now(), 700);"
                    "insert into effect (key, kind, subject, intent, state) values ('k', 'cj.pay', "
                    "'order:2', '{}', 'unknown');"
                    "insert into reconcile_run (orders, missing, doubled, detail) values (2, 1, 0, "
                    "'{}'), (2, 0, 0, '{}')");
    assert_int_equal(overview_read(x.db, &text, &f), 0);
    scoped(json_clear_p) json_t *all = parsed(text);
    assert_int_equal(json_int(all, "orders.held", -1), 1);
    assert_int_equal(json_int(all, "received", -1), 2);
    assert_int_equal(json_int(all, "placed", -1), 1);
    assert_int_equal(json_int(all, "paid", -1), 1);
    assert_int_equal(json_int(all, "fulfilled", -1), 0);
    assert_int_equal(json_int(all, "effects.unknown", -1), 1);
    assert_int_equal(json_int(all, "reconcile.missing", -1), 0);
    assert_int_equal(json_int(json_array_get(json_object_get(all, "spent"), 0), "minor", -1), 700);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup(test, clear)
    const struct CMUnitTest tests[] = {
        ROW(without_rows_everything_is_at_its_default),
        ROW(a_change_is_stored_in_one_form_and_audited),
        ROW(back_at_the_default_there_is_no_row),
        ROW(a_change_of_what_is_not_there_any_more_is_refused),
        ROW(a_refused_value_changes_nothing),
        ROW(a_stored_text_of_another_form_is_read_as_it_is),
        ROW(a_broken_stored_value_is_told_and_never_becomes_the_default),
        ROW(stop_is_set_and_told_though_another_setting_is_broken),
        ROW(stop_is_read_back_and_its_reason_kept),
        ROW(a_key_opens_until_it_is_revoked),
        ROW(the_key_itself_is_nowhere_in_the_database),
        ROW(wrong_keys_and_names_are_refused),
        ROW(a_mapping_counts_only_when_confirmed),
        ROW(a_released_order_gets_its_job_event_and_audit_together),
        ROW(a_held_order_says_who_and_why_and_has_nothing_to_run),
        ROW(an_order_at_the_supplier_is_neither_released_nor_held),
        ROW(a_persons_word_does_not_cut_into_a_running_job),
        ROW(pages_follow_each_other_without_gap_or_double),
        ROW(a_bad_filter_is_refused),
        ROW(an_order_is_found_by_name_gid_and_id),
        ROW(the_whole_order_is_told),
        ROW(the_overview_counts_what_is_there),
    };
    fixture_open(&x);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_close(&x);
    return failed;
}
