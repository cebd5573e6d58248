/* A person's word about a product, as the model gives it: all of it or nothing, one at a time, never against a running job. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/model/products.h"
#include "common/model/proposals.h"
#include "tests/integration/model/fixture.h"

static struct fixture x;
static struct fail f;

static int clear(void **state)
{
    (void)state;
    f = (struct fail){ 0 };
    fixture_clear(&x);
    fixture_sql(&x, "truncate product, variant, product_event, listing_text, proposal, "
                    "supplier_snapshot, ai_call restart identity cascade");
    return 0;
}

static int64_t product(const char *state, bool text)
{
    char sql[700];

    snprintf(sql, sizeof sql,
             "insert into product (pid, name, state, shop_currency, waits_for, swept_at) "
             "select 'p' || count(*), 'Lamp', '%s', 'USD', 'stop', now() from product",
             state);
    fixture_sql(&x, sql);
    int64_t id = fixture_number(&x, "select max(id) from product");
    if (text) {
        snprintf(sql, sizeof sql,
                 "insert into listing_text (product_id, version, made_by, title, "
                 "description_html, seo_title, meta_description, tags, alt_texts, facts, checks, "
                 "list_version) values (%" PRId64 ", 1, 'template', 't', '<p>d</p>', 's', 'm', "
                 "'[\"a\"]', '[]', '[\"f\"]', '{\"passed\":true,\"failed\":[]}', 'w1')",
                 id);
        fixture_sql(&x, sql);
    }
    return id;
}

static int64_t of_product(int64_t id, const char *condition)
{
    char sql[300];

    snprintf(sql, sizeof sql, "select count(*) from product where id = %" PRId64 " and %s", id,
             condition);
    return fixture_number(&x, sql);
}

static void an_approval_wakes_what_waited_for_stop(void **state)
{
    (void)state;
    const struct product_word word = { product("approval", true), "cli:anna" };

    assert_int_equal(product_approve_by(x.db, &word, NULL, &f), 0);
    assert_int_equal(of_product(word.id, "state = 'publishing' and approved_by = 'cli:anna' and "
                                         "next_job = 'listing.publish' and next_run_at <= now() "
                                         "and waits_for is null and swept_at is null"),
                     1);
    assert_int_equal(product_approve_by(x.db, &word, NULL, &f), 1);
    assert_int_equal(fixture_number(&x, "select count(*) from outbox"), 1);
}

static void a_word_that_is_refused_leaves_no_trace(void **state)
{
    (void)state;
    const struct product_word word = { product("listed", true), "t" };
    const struct product_word nobody = { 999, "t" };
    scoped(json_clear_p) json_t *texts = json_pack("{s:s}", "title", "new");

    assert_int_equal(product_approve_by(x.db, &word, texts, &f), -1);
    assert_int_equal(f.kind, FAIL_CONFLICT);
    assert_int_equal(product_reject_by(x.db, &word, "no", &f), -1);
    assert_int_equal(product_reprice_by(x.db, &word, -1, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_int_equal(product_unlist_by(x.db, &nobody, NULL, &f), -1);
    assert_int_equal(f.kind, FAIL_MISSING);
    assert_int_equal(fixture_number(&x, "select (select count(*) from outbox) + "
                                        "(select count(*) from audit) + "
                                        "(select count(*) from product_event) + "
                                        "(select count(*) from proposal) + "
                                        "(select count(*) from listing_text where version > 1)"),
                     0);
}

static void a_price_withdraws_what_was_proposed_and_is_kept(void **state)
{
    (void)state;
    const struct product_word word = { product("on_hold", true), "t" };

    fixture_sql(&x, "insert into proposal (kind, subject, text) values "
                    "('product.price', 'product:1', 'x'), ('product.hold', 'product:1', 'y')");
    assert_int_equal(product_reprice_by(x.db, &word, 2499, &f), 0);
    assert_int_equal(fixture_number(&x, "select count(*) from proposal where state = 'withdrawn' "
                                        "and kind = 'product.price'"),
                     1);
    assert_int_equal(fixture_number(&x, "select (detail ->> 'price_minor')::int from proposal "
                                        "where state = 'accepted'"),
                     2499);
    assert_int_equal(fixture_number(&x, "select count(*) from proposal where state = 'open'"), 1);
    assert_int_equal(of_product(word.id, "state = 'on_hold' and next_job = 'product.reprice'"), 1);
}

static void a_proposal_whose_job_is_unknown_stays_open(void **state)
{
    (void)state;
    (void)product("listed", false);

    fixture_sql(&x, "insert into proposal (kind, subject, text) values "
                    "('moon.buy', 'product:1', 'x')");
    assert_int_equal(proposal_accept_by(x.db, 1, "t", &f), -1);
    assert_int_equal(f.kind, FAIL_CONFLICT);
    assert_int_equal(fixture_number(&x, "select count(*) from proposal where state = 'open'"), 1);
    assert_int_equal(proposal_reject_by(x.db, 1, "no moon", "t", &f), 0);
    assert_int_equal(proposal_reject_by(x.db, 1, "again", "t", &f), 1);
}

static void a_proposal_is_not_accepted_while_its_product_is_on_its_way(void **state)
{
    static const char *const states[] = { "unlisting", "publishing", "unlisted", "rejected" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        int64_t id = product(states[i], true);
        char sql[300];

        snprintf(sql, sizeof sql,
                 "update product set next_job = 'listing.unlist' where id = %" PRId64 "; "
                 "insert into proposal (kind, subject, text, detail) values ('product.price', "
                 "'product:%" PRId64 "', 'x', '{\"price_minor\": 2999}')",
                 id, id);
        fixture_sql(&x, sql);
        int64_t proposal = fixture_number(&x, "select max(id) from proposal");
        assert_int_equal(proposal_accept_by(x.db, proposal, "t", &f), -1);
        assert_int_equal(f.kind, FAIL_CONFLICT);
        assert_non_null(strstr(f.text, states[i]));
        assert_int_equal(of_product(id, "next_job = 'listing.unlist'"), 1);
        assert_int_equal(proposal_reject_by(x.db, proposal, "no", "t", &f), 0);
    }
    assert_int_equal(fixture_number(&x, "select count(*) from outbox"), 0);
}

/* 199 bytes, then letters of two: a cut after 200 bytes would halve the first. */
static void a_proposal_with_long_words_is_decided(void **state)
{
    (void)state;
    (void)product("listed", false);

    fixture_sql(&x, "insert into proposal (kind, subject, text) values ('product.price', "
                    "'product:1', repeat('a', 199) || repeat(chr(233), 50))");
    assert_int_equal(proposal_accept_by(x.db, 1, "t", &f), 0);
    assert_int_equal(fixture_number(&x, "select count(*) from product_event where text like "
                                        "'A person accepted: aaa%'"),
                     1);
}

static void an_edit_does_not_take_the_place_of_a_price(void **state)
{
    (void)state;
    const struct product_word word = { product("listed", true), "t" };
    scoped(json_clear_p) json_t *texts = json_pack("{s:s}", "title", "new");

    assert_int_equal(product_reprice_by(x.db, &word, 2499, &f), 0);
    assert_int_equal(product_edit_by(x.db, &word, texts, &f), -1);
    assert_int_equal(f.kind, FAIL_CONFLICT);
    assert_int_equal(of_product(word.id, "state = 'listed' and next_job = 'product.reprice'"), 1);
    fixture_sql(&x, "update product set next_job = null"); /* it was carried out */
    assert_int_equal(product_edit_by(x.db, &word, texts, &f), 0);
    assert_int_equal(of_product(word.id, "state = 'publishing'"), 1);
}

static void a_product_is_found_by_any_of_its_names(void **state)
{
    static const char *const words[] = { "am", "pid-X", "pid-x", "sku-y", "Lamp-Of-Z" };

    (void)state;
    fixture_sql(&x, "insert into product (pid, name, state, supplier_sku, handle) values "
                    "('PID-X', 'Lamp', 'found', 'SKU-Y', 'lamp-of-z')");
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        scoped(free_p) char *text = NULL;
        scoped(json_clear_p) json_t *answer = NULL;
        const struct product_filter filter = { .text = words[i], .limit = 5 };

        assert_int_equal(products_page(x.db, &filter, &text, &f), 0);
        answer = json_loads(text, 0, NULL);
        assert_int_equal(json_array_size(json_object_get(answer, "products")), 1);
    }
}

/* Counts of a product that was worked on for years. */
static void what_grows_without_end_is_shown_in_part(void **state)
{
    static const struct {
        const char *list;
        size_t most;
    } parts[] = { { "texts", 20 },
                  { "ai_calls", 50 },
                  { "effects", 200 },
                  { "proposals", 100 },
                  { "events", 500 } };

    (void)state;
    int64_t id = product("listed", true);
    fixture_sql(
        &x,
        "insert into listing_text (product_id, version, made_by, title, description_html, "
        "seo_title, meta_description, tags, alt_texts, facts, checks, list_version) select 1, n, "
        "'t', 't', 'd', 's', 'm', '[]', '[]', '[]', '{}', 'w' from generate_series(2, 30) n; "
        "insert into ai_call (task, subject, provider, model, status) select 'listing', "
        "'product:1', 'o', 'm', 'OK' from generate_series(1, 60); "
        "insert into effect (key, kind, subject, intent, state) select 'k' || n, 'shop.prices', "
        "'product:1', '{}', 'done' from generate_series(1, 250) n; "
        "insert into proposal (kind, subject, text) values ('product.price', 'product:1', 'open'); "
        "insert into proposal (kind, subject, text, state) select 'product.price', 'product:1', "
        "'old', 'rejected' from generate_series(1, 150); "
        "insert into product_event (product_id, step, text) select 1, 'found', 'n' || n from "
        "generate_series(1, 600) n");
    scoped(free_p) char *text = NULL;
    assert_int_equal(product_detail(x.db, id, &text, &f), 0);
    scoped(json_clear_p) json_t *all = json_loads(text, 0, NULL);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        assert_int_equal(json_array_size(json_object_get(all, parts[i].list)), parts[i].most);
    }
    assert_int_equal(json_int(all, "texts.0.version", 0), 30);
    assert_string_equal(json_text(all, "proposals.0.text", ""), "open");
    assert_string_equal(json_text(all, "events.0.text", ""), "n101");
    assert_string_equal(json_text(all, "events.499.text", ""), "n600");
}

static void a_word_waits_for_no_job_for_ever(void **state)
{
    (void)state;
    const struct product_word word = { product("approval", true), "t" };
    char lock[40];

    snprintf(lock, sizeof lock, PRODUCT_LOCK_FORMAT, word.id);
    assert_int_equal(db_try_lock(x.other, lock, &f), 0);
    assert_int_equal(product_reject_by(x.db, &word, "no", &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_true(f.retry_after_ms > 0);
    db_unlock(x.other, lock);
    assert_int_equal(product_reject_by(x.db, &word, "no", &f), 0);
    assert_int_equal(db_try_lock(x.other, lock, &f), 0); /* and the word keeps it from nobody */
    db_unlock(x.other, lock);
}

/* ---- two people at once ---- */

struct speaker {
    struct product_word word;
    bool approve;
    int said;
};

static void *speak(void *arg)
{
    struct speaker *s = arg;
    scoped(db_close_p) struct db *db = NULL;
    struct fail why;

    if (db_open(fixture_database_url(), "test", &db, &why) < 0) {
        return NULL;
    }
    s->said = s->approve ? product_approve_by(db, &s->word, NULL, &why)
                         : product_reject_by(db, &s->word, "no", &why);
    return NULL;
}

static void of_two_people_at_once_one_is_heard(void **state)
{
    (void)state;
    for (int round = 0; round < 10; round++) {
        int64_t id = product("approval", true);
        struct speaker both[] = { { { id, "one" }, true, -2 }, { { id, "two" }, false, -2 } };
        pthread_t threads[2];
        char sql[160];

        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, speak, &both[i]), 0);
        }
        for (size_t i = 0; i < 2; i++) {
            pthread_join(threads[i], NULL);
        }
        assert_true((both[0].said == 0) != (both[1].said == 0));
        snprintf(sql, sizeof sql, "select count(*) from product_event where product_id = %" PRId64,
                 id);
        assert_int_equal(fixture_number(&x, sql), 1);
        assert_int_equal(
            of_product(id, both[0].said == 0 ? "state = 'publishing'" : "state = 'rejected'"), 1);
    }
}

static void pages_by_opportunity_pass_over_nobody(void **state)
{
    (void)state;
    char after[64] = "";
    int seen = 0;

    fixture_sql(&x, "insert into product (pid, name, state, opportunity_e4) "
                    "select n::text, 'P', 'found', case when n % 3 = 0 then null else n % 4 - 2 "
                    "end from generate_series(1, 50) n");
    for (int page = 0; page < 12; page++) {
        scoped(free_p) char *text = NULL;
        scoped(json_clear_p) json_t *answer = NULL;
        const struct product_filter filter = { .sort = "opportunity",
                                               .after = page > 0 ? after : NULL,
                                               .limit = 7 };
        assert_int_equal(products_page(x.db, &filter, &text, &f), 0);
        answer = json_loads(text, 0, NULL);
        seen += (int)json_array_size(json_object_get(answer, "products"));
        const char *next = json_text(answer, "next", NULL);
        if (next == NULL) {
            break;
        }
        snprintf(after, sizeof after, "%s", next);
    }
    assert_int_equal(seen, 50);
}

/* Whether a plan for one row of a large table would read all of it. */
static bool reads_all(const char *query)
{
    char sql[400];
    bool all = false;

    snprintf(sql, sizeof sql, "explain %s", query);
    PGresult *rows = PQexec(x.look, sql);
    assert_int_equal(PQresultStatus(rows), PGRES_TUPLES_OK);
    for (int i = 0; i < PQntuples(rows); i++) {
        all = all || strstr(PQgetvalue(rows, i, 0), "Seq Scan") != NULL;
    }
    PQclear(rows);
    return all;
}

static void what_belongs_to_a_product_is_found_without_reading_all(void **state)
{
    (void)state;
    PQclear(PQexec(x.look, "set enable_seqscan = off")); /* only what has no index is read whole */
    bool sold = reads_all("select from order_line where sku = 'S-1'");
    bool accepted = reads_all("select from proposal where subject = 'product:1' and "
                              "state = 'accepted'");
    bool calls = reads_all("select from ai_call where subject = 'product:1' order by id desc "
                           "limit 50");
    PQclear(PQexec(x.look, "reset enable_seqscan"));
    assert_false(sold || accepted || calls);
}

int main(void)
{
#define ROW(test) cmocka_unit_test_setup(test, clear)
    const struct CMUnitTest tests[] = {
        ROW(an_approval_wakes_what_waited_for_stop),
        ROW(a_word_that_is_refused_leaves_no_trace),
        ROW(a_price_withdraws_what_was_proposed_and_is_kept),
        ROW(a_proposal_whose_job_is_unknown_stays_open),
        ROW(a_proposal_is_not_accepted_while_its_product_is_on_its_way),
        ROW(a_proposal_with_long_words_is_decided),
        ROW(an_edit_does_not_take_the_place_of_a_price),
        ROW(a_product_is_found_by_any_of_its_names),
        ROW(what_grows_without_end_is_shown_in_part),
        ROW(a_word_waits_for_no_job_for_ever),
        ROW(of_two_people_at_once_one_is_heard),
        ROW(pages_by_opportunity_pass_over_nobody),
        ROW(what_belongs_to_a_product_is_found_without_reading_all),
    };
    fixture_open(&x);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_close(&x);
    return failed;
}
