/* The frame around jobs about a product, and how its row moves. */
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
#include "tests/integration/discovery/rig.h"
#include "worker/discovery/run.h"

/* What the step does, and how often it ran. */
static struct fail step_fails;
static int steps;

static int step(struct product_run *r, struct fail *f)
{
    (void)r;
    steps++;
    *f = step_fails;
    return step_fails.kind == FAIL_NONE ? 0 : -1;
}

static int run_job(struct job_context *c, struct fail *f)
{
    static const struct product_job job = {
        .type = "listing.write", .step = step, .least_mode = FLOW_APPROVE, .stops = true
    };
    return product_job_run(c, &job, f);
}

static int one_product(void **state)
{
    if (rig_clear(state) != 0) {
        return -1;
    }
    steps = 0;
    step_fails = (struct fail){ 0 };
    rig_sql(
        "insert into product (pid, name, state, next_job, next_run_at) values ('P000', 'Brush', "
        "'writing', 'listing.write', now())");
    return 0;
}

static void in_state(const char *state)
{
    char sql[200];

    (void)snprintf(sql, sizeof sql,
                   "update product set state = '%s', next_job = 'listing.write', next_run_at = "
                   "now(), waits_for = null, problem = null",
                   state);
    rig_sql(sql);
}

static const char *row(void)
{
    return rig_of("P000",
                  "state || ' ' || coalesce(next_job, '-') || ' ' || coalesce(waits_for, '-')");
}

static int64_t wait_s(void)
{
    return rig_int("select round(extract(epoch from next_run_at - now()))::bigint from product");
}

/* ---- whether it runs ---- */

static void it_runs_when_the_row_names_it_and_it_is_due(void **state)
{
    (void)state;
    assert_int_equal(rig_run(run_job, "[1]"), 0);
    assert_int_equal(steps, 1);
    rig_sql("update product set next_run_at = now() + interval '1 minute'");
    assert_int_equal(rig_run(run_job, "[1]"), 0);
    assert_int_equal(steps, 1);
    assert_int_equal(rig_run(run_job, "[1, \"now\"]"), 0);
    assert_int_equal(steps, 2);
    rig_sql("update product set next_job = 'listing.publish', next_run_at = now()");
    assert_int_equal(rig_run(run_job, "[1, \"now\"]"), 0);
    rig_sql("update product set next_job = null");
    assert_int_equal(rig_run(run_job, "[1, \"now\"]"), 0);
    assert_int_equal(steps, 2);
}

static void arguments_that_name_no_product_are_refused(void **state)
{
    (void)state;
    assert_int_equal(rig_run(run_job, "[]"), -1);
    assert_int_equal(rig_fail.kind, FAIL_INPUT);
    assert_int_equal(rig_run(run_job, "[99]"), -1);
    assert_int_equal(rig_fail.kind, FAIL_MISSING);
}

static void it_comes_back_while_another_run_holds_the_product(void **state)
{
    (void)state;
    rig_lock("product:1", true);
    assert_int_equal(rig_run(run_job, "[1]"), 0);
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    assert_int_equal(rig_snooze_s, 3);
    assert_int_equal(steps, 0);
    rig_lock("product:1", false);
    assert_int_equal(rig_run(run_job, "[1]"), 0);
    assert_int_equal(steps, 1);
}

static void it_waits_while_stop_is_on_or_the_mode_is_too_low(void **state)
{
    (void)state;
    rig_set("stop", "1");
    assert_int_equal(rig_run(run_job, "[1]"), 0);
    assert_string_equal(row(), "writing listing.write stop");
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    assert_int_equal(rig_run(run_job, "[1, \"now\"]"), 0);
    assert_int_equal(rig_int("select count(*) from product_event where code = 'STOP'"), 1);
    rig_set("stop", "0");
    rig_set("flow.discovery", "dry_run");
    assert_int_equal(rig_run(run_job, "[1, \"now\"]"), 0);
    assert_string_equal(row(), "writing listing.write approve");
    assert_int_equal(steps, 0);
}

/* ---- what a failure means ---- */

static void passing_trouble_is_for_the_worker(void **state)
{
    static const enum fail_kind kinds[] = { FAIL_LATER, FAIL_UNKNOWN, FAIL_BUG };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        step_fails = (struct fail){ .kind = kinds[i], .text = "no" };
        assert_int_equal(rig_run(run_job, "[1]"), -1);
        assert_int_equal(rig_fail.kind, kinds[i]);
        assert_string_equal(row(), "writing listing.write -");
    }
    step_fails = (struct fail){ .kind = FAIL_LIMITED, .retry_after_ms = 2000, .text = "no" };
    assert_int_equal(rig_run(run_job, "[1]"), -1);
    assert_int_equal(rig_fail.kind, FAIL_LIMITED);
}

static void a_long_wait_is_written_into_the_row(void **state)
{
    (void)state;
    step_fails = (struct fail){ .kind = FAIL_LIMITED, .retry_after_ms = 7200500, .text = "no" };
    assert_int_equal(rig_run(run_job, "[1]"), 0);
    assert_int_equal(rig_snooze_s, 7201);
    assert_in_range(wait_s(), 7195, 7201);
    step_fails = (struct fail){ .kind = FAIL_DENIED, .text = "no" };
    assert_int_equal(rig_run(run_job, "[1, \"now\"]"), 0);
    assert_in_range(wait_s(), 295, 300);
    assert_string_equal(rig_text("select string_agg(code, ' ' order by id) from product_event"),
                        "LIMIT ACCOUNT");
}

static void a_refusal_puts_aside_what_is_not_in_the_shop(void **state)
{
    static const struct {
        const char *from, *after;
    } cases[] = {
        { "candidate", "needs_data - -" },        { "writing", "needs_review - -" },
        { "publishing", "needs_review - -" },     { "listed", "listed listing.write -" },
        { "on_hold", "on_hold listing.write -" }, { "unlisting", "unlisting listing.write -" },
    };

    (void)state;
    step_fails = (struct fail){ .kind = FAIL_INPUT, .code = "TITLE", .text = "the title is taken" };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        in_state(cases[i].from);
        rig_sql("delete from product_event");
        assert_int_equal(rig_run(run_job, "[1]"), 0);
        assert_string_equal(row(), cases[i].after);
        assert_string_equal(rig_of("P000", "problem"), "the title is taken");
        assert_string_equal(
            rig_text("select step || ' ' || code || ' ' || text from product_event"),
            "problem TITLE the title is taken");
    }
    assert_in_range(wait_s(), 3590, 3600);
    assert_string_equal(rig_of("P000", "decision_rule || ' ' || decided_by"),
                        "REFUSED rule:REFUSED"); /* of the candidate */
}

static void a_refusal_forgets_no_reason_of_a_hold(void **state)
{
    (void)state;
    step_fails = (struct fail){ .kind = FAIL_INPUT, .text = "the price is refused" };
    in_state("on_hold");
    rig_sql("update product set hold_code = 'UNPROFITABLE'");
    assert_int_equal(rig_run(run_job, "[1]"), 0);
    assert_string_equal(rig_of("P000", "state || ' ' || coalesce(hold_code, '-')"),
                        "on_hold UNPROFITABLE");
}

static void texts_that_are_refused_leave_a_live_product_live(void **state)
{
    (void)state;
    step_fails = (struct fail){ .kind = FAIL_INPUT, .text = "the title is refused" };
    in_state("publishing");
    rig_sql("update product set listed_at = now()");
    assert_int_equal(rig_run(run_job, "[1]"), 0);
    assert_string_equal(row(), "listed - -");
    assert_string_equal(rig_of("P000", "problem"), "the title is refused");
    in_state("publishing");
    rig_sql("update product set hold_code = 'UNPROFITABLE'");
    assert_int_equal(rig_run(run_job, "[1]"), 0);
    assert_string_equal(rig_of("P000", "state || ' ' || coalesce(hold_code, '-')"),
                        "on_hold UNPROFITABLE");
}

/* ---- moves ---- */

static int move_fails(struct job_context *c, struct fail *f, enum product_state to)
{
    scoped(product_done) struct product p = { 0 };

    TRY(product_load(c->db, 1, &p, f));
    if (to == PRODUCT_APPROVAL) {
        rig_sql("update product set state = 'rejected', decision_rule = 'PERSON'");
    }
    const struct product_move move = { .to = to,
                                       .next_job = "listing.publish",
                                       .note = { .step = "x", .text = "y" } };
    return product_move_now(c->db, &p, &move, f);
}

static int to_listed(struct job_context *c, struct fail *f)
{
    return move_fails(c, f, PRODUCT_LISTED);
}

static int to_approval(struct job_context *c, struct fail *f)
{
    return move_fails(c, f, PRODUCT_APPROVAL);
}

static void a_move_that_is_forbidden_or_late_writes_nothing(void **state)
{
    (void)state;
    assert_int_equal(rig_run(to_listed, "[]"), -1);
    assert_int_equal(rig_fail.kind, FAIL_BUG);
    assert_int_equal(rig_run(to_approval, "[]"), -1);
    assert_int_equal(rig_fail.kind, FAIL_LATER);
    assert_string_equal(rig_of("P000", "state || decision_rule"), "rejectedPERSON");
    assert_int_equal(rig_int("select count(*) from product_event"), 0);
    assert_int_equal(rig_int("select count(*) from outbox"), 0);
}

static struct product loaded;
static struct product_variants variants;

static int load(struct job_context *c, struct fail *f)
{
    TRY(product_load(c->db, 1, &loaded, f));
    return product_variants_load(c->db, 1, &variants, f);
}

static void what_is_not_known_is_told_from_zero(void **state)
{
    (void)state;
    rig_sql(
        "update product set margin_minor = -5, detail = '{\"name\": \"x\"}'; insert into variant "
        "(product_id, vid, sku, name, stock, options) values (1, 'V1', 'S1', 'a', 0, "
        "'{\"Color\": \"Red\"}'), (1, 'V2', 'S2', 'b', null, '{}')");
    assert_int_equal(rig_run(load, "[]"), 0);
    assert_int_equal(loaded.margin_minor, -5);
    assert_int_equal(loaded.price_minor, PRODUCT_UNKNOWN);
    assert_int_equal(loaded.score_e4, PRODUCT_UNKNOWN);
    assert_string_equal(json_string_value(json_object_get(loaded.detail, "name")), "x");
    assert_null(loaded.decision);
    assert_int_equal(variants.count, 2);
    assert_int_equal(variants.rows[0].stock, 0);
    assert_int_equal(variants.rows[1].stock, PRODUCT_UNKNOWN);
    assert_string_equal(json_string_value(json_object_get(variants.rows[0].options, "Color")),
                        "Red");
    product_done(&loaded);
    product_variants_done(&variants);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_runs_when_the_row_names_it_and_it_is_due, one_product),
        cmocka_unit_test_setup(arguments_that_name_no_product_are_refused, one_product),
        cmocka_unit_test_setup(it_comes_back_while_another_run_holds_the_product, one_product),
        cmocka_unit_test_setup(it_waits_while_stop_is_on_or_the_mode_is_too_low, one_product),
        cmocka_unit_test_setup(passing_trouble_is_for_the_worker, one_product),
        cmocka_unit_test_setup(a_long_wait_is_written_into_the_row, one_product),
        cmocka_unit_test_setup(a_refusal_puts_aside_what_is_not_in_the_shop, one_product),
        cmocka_unit_test_setup(a_refusal_forgets_no_reason_of_a_hold, one_product),
        cmocka_unit_test_setup(texts_that_are_refused_leave_a_live_product_live, one_product),
        cmocka_unit_test_setup(a_move_that_is_forbidden_or_late_writes_nothing, one_product),
        cmocka_unit_test_setup(what_is_not_known_is_told_from_zero, one_product),
    };
    return cmocka_run_group_tests_name("discovery.run", tests, rig_setup, rig_close);
}
