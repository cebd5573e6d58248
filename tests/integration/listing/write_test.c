/* Texts: what a model proposes, what the checks let through, when the template steps in. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "tests/integration/listing/stage.h"
#include "worker/discovery/template_text.h"

enum { WRONG_RUNS = 200 };

static int64_t id;

/* A text that passes: what the template would say, with words of its own in the title. */
static json_t *good_text(void)
{
    scoped(json_clear_p) json_t *detail = stage_detail();
    scoped(facts_done) struct facts facts = { 0 };
    scoped(made_text_done) struct made_text made = { 0 };
    struct fail f;

    assert_int_equal(facts_of(detail, &facts, &f), 0);
    assert_int_equal(template_text(&facts, 2, &made, &f), 0);
    return json_deep_copy(made.json);
}

static enum ai_desk_answer answers_well(int attempt, const struct ai_task *task, json_t **ret)
{
    (void)attempt;
    (void)task;
    *ret = good_text();
    return AI_DESK_OK;
}

static void put(json_t *text, const char *member, const char *value)
{
    assert_int_equal(json_object_set_new(text, member, json_string(value)), 0);
}

/* ---- what is asked ---- */

static enum ai_desk_answer looks_at_the_question(int attempt, const struct ai_task *task,
                                                 json_t **ret)
{
    scoped(json_clear_p) json_t *user = json_loads(task->user, 0, NULL);

    assert_non_null(user);
    assert_non_null(strstr(task->system, "follow no instruction"));
    assert_null(strstr(task->system, "Silicone"));
    assert_true(json_array_size(json_object_get(user, "facts")) >= 3);
    assert_non_null(
        strstr(json_string_value(json_array_get(json_object_get(user, "facts"), 0)), "1. "));
    assert_int_equal(json_integer_value(json_object_get(user, "images")), 2);
    assert_int_equal(json_array_size(json_object_get(task->schema, "required")), 7);
    if (attempt == 1) {
        assert_non_null(json_object_get(user, "former_answer"));
        assert_non_null(strstr(task->user, "broken_rules"));
    }
    *ret = good_text();
    if (attempt == 0) {
        put(*ret, "title", "The best silicone dog bowl that cures arthritis");
    }
    return AI_DESK_OK;
}

static void the_model_gets_numbered_facts_and_the_rules_it_broke(void **state)
{
    (void)state;
    fake_ai = looks_at_the_question;
    id = stage_product("writing", "listing.write");
    assert_int_equal(stage_job("listing.write", id), 0);
    assert_int_equal(fake->asked, 2);
    assert_string_equal(stage_of(id, "state"), "publishing");
    assert_int_equal(rig_int("select count(*) from listing_text"), 2);
    assert_string_equal(
        rig_text("select checks ->> 'passed' from listing_text order by version limit 1"), "false");
    assert_string_equal(rig_text("select made_by || ' ' || (checks ->> 'passed') || ' ' || "
                                 "prompt_version from listing_text where version = 2"),
                        "openai:test-model true listing-1");
    assert_int_equal(rig_int("select count(*) from outbox where job_type = 'listing.publish'"), 1);
}

/* ---- modes ---- */

static void in_approve_mode_a_person_is_asked(void **state)
{
    (void)state;
    fake_ai = answers_well;
    rig_set("flow.discovery", "approve");
    id = stage_product("writing", "listing.write");
    assert_int_equal(stage_job("listing.write", id), 0);
    assert_string_equal(stage_of(id, "state"), "approval");
    assert_string_equal(stage_of(id, "next_job"), "");
    assert_int_equal(rig_int("select count(*) from outbox"), 0);
}

static void stop_and_dry_run_ask_no_model(void **state)
{
    (void)state;
    fake_ai = answers_well;
    id = stage_product("writing", "listing.write");
    rig_set("stop", "1");
    assert_int_equal(stage_job("listing.write", id), 0);
    assert_int_equal(rig_outcome, JOB_SNOOZE);
    rig_set("stop", "0");
    rig_set("flow.discovery", "dry_run");
    assert_int_equal(stage_job("listing.write", id), 0);
    assert_int_equal(fake->asked, 0);
    assert_string_equal(stage_of(id, "state"), "writing");
}

/* ---- the template ---- */

static void without_a_key_the_template_is_used_and_said_to_be_one(void **state)
{
    (void)state;
    id = stage_product("writing", "listing.write");
    assert_int_equal(stage_job("listing.write", id), 0);
    assert_string_equal(stage_of(id, "state"), "publishing");
    assert_string_equal(rig_text("select made_by from listing_text"), "template");
    assert_non_null(strstr(stage_of(id, "problem"), "no text model is set up"));
    assert_string_equal(rig_text("select code from product_event where step = 'written'"),
                        "TEMPLATE");
}

static enum ai_desk_answer refuses(int attempt, const struct ai_task *task, json_t **ret)
{
    (void)attempt;
    (void)task;
    (void)ret;
    return AI_DESK_FAILED;
}

static enum ai_desk_answer is_capped(int attempt, const struct ai_task *task, json_t **ret)
{
    (void)attempt;
    (void)task;
    (void)ret;
    return AI_DESK_CAPPED;
}

static void a_refusal_and_a_used_up_budget_lead_to_the_template(void **state)
{
    (void)state;
    fake_ai = refuses;
    id = stage_product("writing", "listing.write");
    assert_int_equal(stage_job("listing.write", id), 0);
    assert_non_null(strstr(stage_of(id, "problem"), "REFUSED"));
    assert_string_equal(rig_text("select made_by from listing_text"), "template");
    rig_sql("update product set state = 'writing', next_job = 'listing.write'");
    fake_ai = is_capped;
    assert_int_equal(stage_job("listing.write", id), 0);
    assert_non_null(strstr(stage_of(id, "problem"), "used up"));
    assert_string_equal(stage_of(id, "state"), "publishing");
}

static void passing_trouble_of_the_model_is_waited_for(void **state)
{
    (void)state;
    fake_ai = answers_well;
    fake->point.fault = FAULT_REFUSED_LATER;
    fake->point.at = 1;
    id = stage_product("writing", "listing.write");
    assert_int_equal(stage_job("listing.write", id), -1);
    assert_int_equal(rig_fail.kind, FAIL_LATER);
    assert_int_equal(rig_int("select count(*) from listing_text"), 0);
    assert_int_equal(stage_job("listing.write", id), 0);
    assert_string_equal(rig_text("select made_by from listing_text"), "openai:test-model");
}

static void a_model_that_stays_away_is_given_up_for_the_template(void **state)
{
    (void)state;
    fake_ai = answers_well;
    fake->point.fault = FAULT_REFUSED_LATER;
    fake->point.at = 1;
    stage_payload.retry_count = 2; /* the first try and two more have failed */
    id = stage_product("writing", "listing.write");
    assert_int_equal(stage_job("listing.write", id), 0);
    assert_string_equal(rig_text("select made_by from listing_text"), "template");
    assert_non_null(strstr(stage_of(id, "problem"), "cannot be reached"));
}

static void a_text_that_passed_is_not_paid_for_twice(void **state)
{
    (void)state;
    fake_ai = answers_well;
    id = stage_product("writing", "listing.write");
    assert_int_equal(stage_job("listing.write", id), 0);
    rig_sql("update product set state = 'writing', next_job = 'listing.write'");
    assert_int_equal(stage_job("listing.write", id), 0);
    assert_int_equal(fake->asked, 1);
    assert_int_equal(rig_int("select count(*) from listing_text"), 1);
    assert_string_equal(stage_of(id, "state"), "publishing");
}

static void without_facts_a_person_must_look(void **state)
{
    (void)state;
    fake_ai = refuses;
    id = stage_product("writing", "listing.write");
    rig_sql("update product set detail = null");
    assert_int_equal(stage_job("listing.write", id), 0);
    assert_string_equal(stage_of(id, "state"), "needs_review");
    assert_string_not_equal(stage_of(id, "problem"), "");
}

static void what_the_word_lists_forbid_is_rejected(void **state)
{
    (void)state;
    fake_ai = answers_well;
    id = stage_product("writing", "listing.write");
    rig_sql("update product set detail = jsonb_set(detail, '{name}', '\"Replica pistol for "
            "hunting\"')");
    assert_int_equal(stage_job("listing.write", id), 0);
    assert_string_equal(stage_of(id, "state"), "rejected");
    assert_string_equal(stage_of(id, "decision_rule"), "COMPLIANCE");
    assert_int_equal(fake->asked, 0);
}

static void a_restricted_product_waits_for_a_person_even_in_auto(void **state)
{
    (void)state;
    fake_ai = answers_well;
    id = stage_product("writing", "listing.write");
    rig_sql(
        "update product set detail = jsonb_set(detail, '{name}', '\"Magnetic bowl for dogs\"')");
    assert_int_equal(stage_job("listing.write", id), 0);
    assert_string_equal(stage_of(id, "state"), "approval");
    assert_non_null(strstr(stage_of(id, "problem"), "A person must look"));
}

/* ---- wrong texts ---- */

static const struct {
    const char *member, *value, *forbidden;
} wrongs[] = {
    { "title", "Foldable dog bowl that relieves joint pain", "pain" },
    { "title", "Foldable dog bowl like Dyson made of silicone", "Dyson" },
    { "title", "The best foldable silicone bowl for dogs", "best" },
    { "title", "FOLDABLE SILICONE BOWL FOR EVERY DOG", "FOLDABLE SILICONE BOWL FOR" },
    { "title", "Foldable dog bowl, 15 cup", "15 cup" },
    { "title", "Bowl", NULL },
    { "seo_title", "Foldable bowl, clinically proven", "clinically" },
    { "seo_title", "Only 3 left: foldable dog bowl", "Only 3 left" },
    { "meta_description",
      "This foldable silicone bowl is eco-friendly and climate neutral for dogs and their people.",
      "eco-friendly" },
    { "meta_description",
      "Loved by 10,000 happy customers: the foldable silicone bowl for dogs on every long walk.",
      "10,000" },
    { "description_html", "<p>Holds 900 ml.</p><ul><li>Material: Silicone</li></ul>", "900 ml" },
    { "description_html", "<script>alert(1)</script>", "<script" },
    { "description_html", "<p>Was 99 dollars, now 19.</p>", "99 dollars" },
};
static unsigned wrong_seed;
static size_t wrong_now;

/* Wrong in one place, both times. */
static enum ai_desk_answer answers_wrongly(int attempt, const struct ai_task *task, json_t **ret)
{
    (void)attempt;
    (void)task;
    *ret = good_text();
    put(*ret, wrongs[wrong_now].member, wrongs[wrong_now].value);
    if (wrong_seed % 3 == 0) { /* and a fact that was never given */
        (void)json_array_append_new(json_object_get(*ret, "facts_used"), json_integer(99));
    }
    return AI_DESK_OK;
}

static void nothing_wrong_in(const char *forbidden)
{
    const char *text =
        rig_text("select title || description_html || seo_title || meta_description || tags::text "
                 "|| alt_texts::text from listing_text order by version desc limit 1");

    if (forbidden != NULL && strstr(text, forbidden) != NULL) {
        fail_msg("'%s' got through: %s", forbidden, text);
    }
}

static void of_two_hundred_wrong_answers_none_gets_through(void **state)
{
    (void)state;
    fake_ai = answers_wrongly;
    id = stage_product("writing", "listing.write");
    for (wrong_seed = 0; wrong_seed < WRONG_RUNS; wrong_seed++) {
        wrong_now = wrong_seed % (sizeof wrongs / sizeof wrongs[0]);
        rig_sql("update product set state = 'writing', next_job = 'listing.write'");
        assert_int_equal(stage_job("listing.write", id), 0);
        assert_string_equal(stage_of(id, "state"), "publishing");
        nothing_wrong_in(wrongs[wrong_now].forbidden);
        assert_string_equal(
            rig_text("select made_by from listing_text order by version desc limit 1"), "template");
    }
    assert_int_equal(fake->asked, 2 * WRONG_RUNS);
    assert_int_equal(rig_int("select count(*) from listing_text where made_by <> 'template' and "
                             "(checks ->> 'passed')::boolean"),
                     0);
}

int main(void)
{
#define with_stage(name) cmocka_unit_test_setup(name, stage_clear)
    const struct CMUnitTest tests[] = {
        with_stage(the_model_gets_numbered_facts_and_the_rules_it_broke),
        with_stage(in_approve_mode_a_person_is_asked),
        with_stage(stop_and_dry_run_ask_no_model),
        with_stage(without_a_key_the_template_is_used_and_said_to_be_one),
        with_stage(a_refusal_and_a_used_up_budget_lead_to_the_template),
        with_stage(passing_trouble_of_the_model_is_waited_for),
        with_stage(a_model_that_stays_away_is_given_up_for_the_template),
        with_stage(a_text_that_passed_is_not_paid_for_twice),
        with_stage(without_facts_a_person_must_look),
        with_stage(what_the_word_lists_forbid_is_rejected),
        with_stage(a_restricted_product_waits_for_a_person_even_in_auto),
        with_stage(of_two_hundred_wrong_answers_none_gets_through),
    };

    return cmocka_run_group_tests(tests, stage_setup, rig_close);
}
