/* Publishing: one whole, live product, whatever happens on the way. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "tests/integration/listing/stage.h"

static int64_t id;

static void expect_whole(void)
{
    const struct fake_listing *p = fake_sole();

    assert_non_null(p);
    assert_string_equal(p->status, "ACTIVE");
    assert_true(p->published);
    assert_int_equal(p->variant_count, 2);
    assert_int_equal(p->variants[0].price, 2199);
    assert_int_equal(p->variants[0].cost, 850);
    assert_int_equal(p->variants[0].quantity, 195);
    assert_string_equal(p->variants[0].values[0], "Black");
    assert_int_equal(p->media, 2);
    assert_string_equal(stage_of(id, "state"), "listed");
    assert_string_equal(stage_of(id, "handle"), p->handle);
    assert_int_equal(rig_int("select count(*) from variant where shop_gid is not null and "
                             "inventory_item_gid is not null and shop_quantity = 195"),
                     2);
    assert_int_equal(rig_int("select count(*) from variant_mapping where confirmed_by = "
                             "'rule:listing' and rank = 1 and snapshot_minor in (850, 900)"),
                     2);
    assert_int_equal(rig_int("select count(*) from product_event where step = 'listed'"), 1);
    assert_int_equal(rig_int("select count(*) from effect where state <> 'done'"), 0);
    assert_int_equal(rig_int("select count(*) from product where check_due_at is not null and "
                             "listed_version = 1"),
                     1);
}

static void a_product_becomes_one_whole_live_listing(void **state)
{
    (void)state;
    id = stage_live();
    expect_whole();
    assert_int_equal(fake->sets, 1);
    assert_int_equal(fake->publishes, 1);
    assert_int_equal(fake->statuses, 1);
    assert_string_equal(stage_of(id, "problem"), "");
}

/* One product, written already, published with call number `at` failing so; true when it came to that call. */
static bool publish_with(enum fault fault, int at)
{
    assert_int_equal(stage_clear(NULL), 0);
    id = stage_product("writing", "listing.write");
    assert_int_equal(stage_job("listing.write", id), 0);
    fake->media_looks = 1;
    fake->point.calls = 0;
    fake->point.fault = fault;
    fake->point.at = at;
    stage_drive(id, NULL);
    return fake->point.fired;
}

static void publish_through(enum fault fault)
{
    int at = 1;

    while (publish_with(fault, at)) {
        expect_whole();
        assert_int_equal(fake->publishes, 1);
        at++;
    }
    expect_whole();
    assert_true(at > 12);
}

static void killed_before_any_step_it_ends_whole(void **state)
{
    (void)state;
    publish_through(FAULT_KILLED_BEFORE);
}

static void killed_after_any_step_it_ends_whole(void **state)
{
    (void)state;
    publish_through(FAULT_KILLED_AFTER);
}

static void with_any_answer_lost_it_ends_whole(void **state)
{
    (void)state;
    publish_through(FAULT_ANSWER_LOST);
}

static void with_any_call_refused_for_now_it_ends_whole(void **state)
{
    (void)state;
    publish_through(FAULT_REFUSED_LATER);
}

/* ---- pictures ---- */

static int64_t written(void)
{
    int64_t product = stage_product("writing", "listing.write");

    assert_int_equal(stage_job("listing.write", product), 0);
    fake->point.calls = 0;
    return product;
}

static void pictures_that_are_still_processed_are_waited_for(void **state)
{
    (void)state;
    fake->media_looks = 3;
    id = written();
    assert_int_equal(stage_job("listing.publish", id), 0);
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    assert_string_equal(fake_sole()->status, "DRAFT");
    assert_string_equal(stage_of(id, "state"), "publishing");
    stage_drive(id, NULL);
    expect_whole();
    assert_int_equal(fake->sets, 1);
}

static void a_picture_the_shop_cannot_take_is_left_out(void **state)
{
    (void)state;
    fake->media_fail = 1;
    id = written();
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "listed");
}

static void without_any_picture_a_person_must_look(void **state)
{
    (void)state;
    fake->media_fail = 2;
    id = written();
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "needs_review");
    assert_non_null(strstr(stage_of(id, "problem"), "IMAGE_DOWNLOAD_FAILURE"));
    assert_string_equal(fake_sole()->status, "DRAFT");
    assert_false(fake_sole()->published);
}

static void pictures_that_are_none_never_reach_the_shop(void **state)
{
    (void)state;
    id = written();
    rig_sql("update product set detail = jsonb_set(detail, '{images}', (select "
            "jsonb_agg(replace(x, 'good-1', 'page')) from "
            "jsonb_array_elements_text(detail -> 'images') x))");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "listed");
    assert_int_equal(fake_sole()->media, 1);
    assert_string_equal(rig_text("select result -> 'refused' -> 0 ->> 'why' from effect where "
                                 "kind = 'shop.set'"),
                        "what came (26 bytes) is no JPEG, PNG, WebP or GIF picture");
}

static void with_pictures_that_are_all_bad_nothing_is_set(void **state)
{
    (void)state;
    id = written();
    rig_sql("update product set detail = jsonb_set(detail, '{images}', (select "
            "jsonb_agg(replace(x, 'good', 'none')) from "
            "jsonb_array_elements_text(detail -> 'images') x))");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "needs_review");
    assert_null(fake_sole());
    assert_int_equal(fake->sets, 0);
}

static void without_a_picture_nothing_is_listed(void **state)
{
    (void)state;
    id = written();
    rig_set("listing.image_hosts", "img.example");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "needs_review");
    assert_non_null(strstr(stage_of(id, "problem"), "listing.image_hosts"));
    assert_null(fake_sole());
}

/* ---- what the shop says ---- */

static void what_is_read_back_wrongly_never_goes_live(void **state)
{
    (void)state;
    fake->spoil_title = true;
    id = written();
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "needs_review");
    assert_non_null(strstr(stage_of(id, "problem"), "the title is"));
    assert_string_equal(fake_sole()->status, "DRAFT");
    /* A person approves it again: it is done anew, not taken for done. */
    fake->spoil_title = false;
    rig_sql("update product set state = 'publishing', next_job = 'listing.publish'");
    stage_drive(id, NULL);
    expect_whole();
    assert_int_equal(fake->sets, 2);
}

static void spoil_when_published(const char *call)
{
    fake->spoil_title = fake->spoil_title || strcmp(call, "publish") == 0;
}

static void what_is_read_back_wrongly_once_live_is_a_draft_again(void **state)
{
    (void)state;
    fake->point.before = spoil_when_published;
    id = written();
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "needs_review");
    assert_int_equal(fake->publishes, 1);
    assert_string_equal(fake_sole()->status, "DRAFT");
    assert_false(fake_sole()->published);
    fake->point.before = NULL;
    fake->spoil_title = false;
    rig_sql("update product set state = 'publishing', next_job = 'listing.publish'");
    stage_drive(id, NULL);
    expect_whole();
}

static void what_the_shop_refuses_goes_to_a_person(void **state)
{
    (void)state;
    fake->refuse_set = FAIL_INPUT;
    id = written();
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "needs_review");
    assert_string_equal(stage_of(id, "problem"), "the shop refuses it");
}

static void a_burnt_key_is_replaced(void **state)
{
    (void)state;
    (void)str_fit(fake->burnt_key, sizeof fake->burnt_key, "?");
    id = written();
    stage_drive(id, NULL);
    expect_whole();
    assert_int_equal(fake->quantities, 1);
}

static void stop_on_the_way_leaves_a_draft(void **state)
{
    (void)state;
    fake->media_looks = 1;
    id = written();
    assert_int_equal(stage_job("listing.publish", id), 0);
    rig_set("stop", "1");
    assert_int_equal(stage_job("listing.publish", id), 0);
    assert_string_equal(fake_sole()->status, "DRAFT");
    rig_set("stop", "0");
    stage_drive(id, NULL);
    expect_whole();
}

static void where_a_person_decides_by_now_nothing_is_set(void **state)
{
    (void)state;
    id = written();
    rig_set("flow.discovery", "approve");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "approval");
    assert_null(fake_sole());
    rig_sql("update product set state = 'publishing', next_job = 'listing.publish', approved_by "
            "= 'ann'");
    stage_drive(id, NULL);
    expect_whole();
}

static void what_may_be_at_the_shop_is_settled_before_a_person_is_asked(void **state)
{
    (void)state;
    fake->refuse_set = FAIL_UNKNOWN;
    id = written();
    assert_int_equal(stage_job("listing.publish", id), -1);
    assert_int_equal(rig_int("select count(*) from effect where state <> 'done'"), 1);
    fake->refuse_set = FAIL_NONE;
    rig_set("flow.discovery", "approve");
    rig_sql("update effect set created_at = created_at - interval '5 minutes'");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "approval");
    assert_string_equal(fake_sole()->status, "DRAFT");
    assert_int_equal(rig_int("select count(*) from effect where state <> 'done'"), 0);
}

static void what_never_reached_the_shop_is_not_wanted_while_a_person_is_asked(void **state)
{
    (void)state;
    fake->refuse_set = FAIL_LATER;
    id = written();
    assert_int_equal(stage_job("listing.publish", id), -1);
    assert_int_equal(rig_int("select count(*) from effect where state = 'intent'"), 1);
    fake->refuse_set = FAIL_NONE;
    rig_set("flow.discovery", "approve");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "approval");
    assert_null(fake_sole());
    assert_string_equal(rig_text("select state || ', ' || error from effect"),
                        "failed, Given up when the product became 'approval': the shop refuses it");
    rig_sql("update product set state = 'publishing', next_job = 'listing.publish', approved_by "
            "= 'ann'");
    stage_drive(id, NULL);
    expect_whole();
    assert_int_equal(fake->sets, 1);
    assert_int_equal(rig_int("select count(*) from effect where state <> 'done'"), 0);
}

static void what_was_sent_with_other_contents_is_over_once_it_is_live(void **state)
{
    (void)state;
    fake->refuse_set = FAIL_UNKNOWN;
    id = written();
    assert_int_equal(stage_job("listing.publish", id), -1);
    fake->refuse_set = FAIL_NONE;
    rig_sql("update variant set price_minor = price_minor + 100");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "listed");
    assert_int_equal(rig_int("select count(*) from effect where kind = 'shop.set'"), 2);
    assert_int_equal(rig_int("select count(*) from effect where state <> 'done'"), 0);
}

static void die_before_it_goes_live(const char *call)
{
    if (strcmp(call, "status") == 0) {
        fake->point.at = fake->point.calls;
    }
}

static void what_was_to_go_live_is_settled_before_a_person_is_asked(void **state)
{
    (void)state;
    id = written();
    fake->point.fault = FAULT_KILLED_BEFORE;
    fake->point.before = die_before_it_goes_live;
    assert_int_equal(stage_job("listing.publish", id), -2);
    fake->point.before = NULL;
    assert_int_equal(rig_int("select count(*) from effect where settled_at is null"), 1);
    rig_set("flow.discovery", "approve");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "approval");
    assert_string_equal(fake_sole()->status, "DRAFT");
    assert_int_equal(rig_int("select count(*) from effect where state in ('intent', 'unknown')"),
                     0);
    rig_sql("update product set state = 'publishing', next_job = 'listing.publish', approved_by "
            "= 'ann'");
    stage_drive(id, NULL);
    expect_whole();
}

static const char *mode_on_the_way;

static void switch_mode(const char *call)
{
    if (mode_on_the_way != NULL && strcmp(call, "quantities") == 0) {
        rig_set("flow.discovery", mode_on_the_way);
        mode_on_the_way = NULL;
    }
}

static void a_mode_that_is_switched_on_the_way_holds_for_what_is_a_draft(void **state)
{
    (void)state;
    mode_on_the_way = "approve";
    fake->point.before = switch_mode;
    id = written();
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "approval");
    assert_string_equal(fake_sole()->status, "DRAFT");
    assert_int_equal(stage_clear(NULL), 0);
    mode_on_the_way = "dry_run";
    fake->point.before = switch_mode;
    id = written();
    assert_int_equal(stage_job("listing.publish", id), 0);
    assert_string_equal(stage_of(id, "waits_for"), "approve");
    assert_string_equal(fake_sole()->status, "DRAFT");
    assert_int_equal(fake->publishes, 0);
    rig_set("flow.discovery", "auto");
    stage_drive(id, NULL);
    expect_whole();
}

static void a_shop_without_a_channel_is_waited_for_with_a_reason(void **state)
{
    (void)state;
    fake->no_channel = true;
    id = written();
    assert_int_equal(stage_job("listing.publish", id), 0);
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    assert_null(fake_sole());
    fake->no_channel = false;
    stage_drive(id, NULL);
    expect_whole();
}

/* ---- texts of a person ---- */

static void edit(const char *title)
{
    char sql[500];

    (void)snprintf(
        sql, sizeof sql,
        "insert into listing_text (product_id, version, made_by, title, description_html, "
        "seo_title, "
        "meta_description, tags, alt_texts, facts, checks, list_version) select product_id, "
        "version + "
        "1, 'ann', '%s', description_html, seo_title, meta_description, tags, alt_texts, facts, "
        "'{\"passed\": null, \"failed\": []}', list_version from listing_text order by version "
        "desc "
        "limit 1",
        title);
    rig_sql(sql);
}

static void a_persons_text_is_checked_before_it_is_published(void **state)
{
    (void)state;
    id = written();
    edit("The best bowl in the world, guaranteed");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "needs_review");
    assert_string_equal(rig_text("select checks ->> 'passed' from listing_text where version = 2"),
                        "false");
    assert_null(fake_sole());
}

static void a_text_edited_while_live_reaches_the_shop(void **state)
{
    (void)state;
    id = stage_live();
    edit("Silicone bowl for dogs that folds");
    rig_sql("update product set state = 'publishing', next_job = 'listing.publish'");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "listed");
    assert_string_equal(fake_sole()->title, "Silicone bowl for dogs that folds");
    assert_string_equal(stage_of(id, "listed_version"), "2");
    assert_string_equal(fake_sole()->status, "ACTIVE");
    assert_int_equal(fake->sets, 1);
    edit("The best bowl in the world, guaranteed");
    rig_sql("update product set state = 'publishing', next_job = 'listing.publish'");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "listed");
    assert_string_equal(fake_sole()->title, "Silicone bowl for dogs that folds");
    assert_non_null(strstr(stage_of(id, "problem"), "Text version 3 breaks rule"));
}

int main(void)
{
#define with_stage(name) cmocka_unit_test_setup(name, stage_clear)
    const struct CMUnitTest tests[] = {
        with_stage(a_product_becomes_one_whole_live_listing),
        with_stage(killed_before_any_step_it_ends_whole),
        with_stage(killed_after_any_step_it_ends_whole),
        with_stage(with_any_answer_lost_it_ends_whole),
        with_stage(with_any_call_refused_for_now_it_ends_whole),
        with_stage(pictures_that_are_still_processed_are_waited_for),
        with_stage(a_picture_the_shop_cannot_take_is_left_out),
        with_stage(without_any_picture_a_person_must_look),
        with_stage(pictures_that_are_none_never_reach_the_shop),
        with_stage(with_pictures_that_are_all_bad_nothing_is_set),
        with_stage(without_a_picture_nothing_is_listed),
        with_stage(what_is_read_back_wrongly_never_goes_live),
        with_stage(what_is_read_back_wrongly_once_live_is_a_draft_again),
        with_stage(what_the_shop_refuses_goes_to_a_person),
        with_stage(a_burnt_key_is_replaced),
        with_stage(stop_on_the_way_leaves_a_draft),
        with_stage(where_a_person_decides_by_now_nothing_is_set),
        with_stage(what_may_be_at_the_shop_is_settled_before_a_person_is_asked),
        with_stage(what_never_reached_the_shop_is_not_wanted_while_a_person_is_asked),
        with_stage(what_was_to_go_live_is_settled_before_a_person_is_asked),
        with_stage(what_was_sent_with_other_contents_is_over_once_it_is_live),
        with_stage(a_mode_that_is_switched_on_the_way_holds_for_what_is_a_draft),
        with_stage(a_shop_without_a_channel_is_waited_for_with_a_reason),
        with_stage(a_persons_text_is_checked_before_it_is_published),
        with_stage(a_text_edited_while_live_reaches_the_shop),
    };

    return cmocka_run_group_tests(tests, stage_setup, rig_close);
}
