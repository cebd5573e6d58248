/* Out of the shop again, whatever happens on the way. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "tests/integration/listing/stage.h"

static int64_t id;

static int64_t open_acts(void)
{
    return rig_int("select count(*) from effect where state in ('intent', 'unknown')");
}

static int64_t written(void)
{
    int64_t product = stage_product("writing", "listing.write");

    assert_int_equal(stage_job("listing.write", product), 0);
    fake->point.calls = 0;
    return product;
}

static void expect_out(void)
{
    const struct fake_listing *p = fake_sole();

    assert_string_equal(stage_of(id, "state"), "unlisted");
    assert_non_null(p);
    assert_string_equal(p->status, "ARCHIVED");
    assert_false(p->published);
    assert_int_equal(p->variants[0].quantity, 0);
    assert_int_equal(p->variants[1].quantity, 0);
    assert_string_equal(stage_of(id, "check_due_at"), "");
    assert_int_equal(rig_int("select count(*) from variant_mapping"), 2);
    assert_int_equal(open_acts(), 0);
}

static bool unlist_with(enum fault fault, int at)
{
    assert_int_equal(stage_clear(NULL), 0);
    id = stage_live();
    rig_sql("update product set state = 'unlisting', next_job = 'listing.unlist'");
    fake->point.calls = 0;
    fake->point.fault = fault;
    fake->point.at = at;
    stage_drive(id, NULL);
    return fake->point.fired;
}

static void unlisting_ends_whole_whatever_happens(void **state)
{
    (void)state;
    for (enum fault fault = FAULT_REFUSED_LATER; fault < FAULTS; fault++) {
        int at = 1;
        while (unlist_with(fault, at)) {
            expect_out();
            at++;
        }
        expect_out();
        assert_true(at > 6);
    }
}

static void unlist_now(void)
{
    rig_sql("update product set state = 'unlisting', next_job = 'listing.unlist'");
}

static void what_is_unlisted_on_its_way_in_leaves_no_draft(void **state)
{
    (void)state;
    fake->media_looks = 3;
    id = written();
    assert_int_equal(stage_job("listing.publish", id), 0);
    unlist_now();
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "unlisted");
    assert_string_equal(fake_sole()->status, "ARCHIVED");
}

static void what_was_never_there_is_unlisted_at_once(void **state)
{
    (void)state;
    id = written();
    unlist_now();
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "unlisted");
    assert_null(fake_sole());
}

static void a_draft_whose_answer_was_lost_is_found_by_its_handle(void **state)
{
    (void)state;
    id = written();
    fake->point.fault = FAULT_KILLED_AFTER;
    fake->point.at = 3; /* locations, publications, set */
    assert_int_equal(stage_job("listing.publish", id), -2);
    assert_int_equal(fake->sets, 1);
    assert_string_equal(stage_of(id, "shop_gid"), "");
    unlist_now();
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "unlisted");
    assert_string_equal(fake_sole()->status, "ARCHIVED");
    assert_int_equal(open_acts(), 0);
    assert_string_equal(rig_text("select state from effect where kind = 'shop.set'"), "done");
}

static void a_draft_that_may_be_on_its_way_is_waited_for(void **state)
{
    (void)state;
    id = written();
    fake->point.fault = FAULT_KILLED_BEFORE;
    fake->point.at = 3;
    assert_int_equal(stage_job("listing.publish", id), -2);
    unlist_now();
    assert_int_equal(rig_run(listing_unlist, "[1, \"now\"]"), 0);
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    assert_string_equal(stage_of(id, "state"), "unlisting");
    stage_drive(id, NULL); /* minutes later */
    assert_string_equal(stage_of(id, "state"), "unlisted");
    assert_null(fake_sole());
    assert_string_equal(rig_text("select state || ', ' || error from effect"),
                        "failed, Nothing of it was at the shop.");
}

static void a_product_a_person_deleted_at_the_shop_is_out(void **state)
{
    (void)state;
    id = stage_live();
    fake->products[0].used = false;
    unlist_now();
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "unlisted");
}

static void under_stop_unlisting_only_empties(void **state)
{
    (void)state;
    id = stage_live();
    rig_sql("update product set state = 'unlisting', next_job = 'listing.unlist'");
    rig_set("stop", "1");
    assert_int_equal(stage_job("listing.unlist", id), 0);
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    assert_int_equal(fake_sole()->variants[0].quantity, 0);
    assert_string_equal(fake_sole()->status, "ACTIVE");
    rig_set("stop", "0");
    stage_drive(id, NULL);
    expect_out();
}

static void listed_again_it_is_the_same_product(void **state)
{
    (void)state;
    id = stage_live();
    rig_sql("update product set state = 'unlisting', next_job = 'listing.unlist'");
    stage_drive(id, NULL);
    expect_out();
    rig_sql("update product set state = 'publishing', next_job = 'listing.publish'");
    stage_drive(id, NULL);
    assert_string_equal(stage_of(id, "state"), "listed");
    assert_non_null(fake_sole());
    assert_string_equal(fake_sole()->status, "ACTIVE");
    assert_true(fake_sole()->published);
    assert_int_equal(fake_sole()->variants[0].quantity, 195);
    assert_int_equal(rig_int("select count(*) from variant_mapping"), 2);
}

int main(void)
{
#define with_stage(name) cmocka_unit_test_setup(name, stage_clear)
    const struct CMUnitTest tests[] = {
        with_stage(unlisting_ends_whole_whatever_happens),
        with_stage(what_is_unlisted_on_its_way_in_leaves_no_draft),
        with_stage(what_was_never_there_is_unlisted_at_once),
        with_stage(a_draft_whose_answer_was_lost_is_found_by_its_handle),
        with_stage(a_draft_that_may_be_on_its_way_is_waited_for),
        with_stage(a_product_a_person_deleted_at_the_shop_is_out),
        with_stage(under_stop_unlisting_only_empties),
        with_stage(listed_again_it_is_the_same_product),
    };

    return cmocka_run_group_tests(tests, stage_setup, rig_close);
}
