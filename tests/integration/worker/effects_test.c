/* The effects ledger against a provider that remembers every act, with a crash, a lost answer or
 * a refusal at every step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/json.h"
#include "tests/integration/worker/fixture.h"
#include "worker/core/effects.h"

static struct fixture fixture;

enum look { LOOK_TELLS, LOOK_CANNOT_TELL, LOOK_FAILS };

struct provider { /* the outside world */
    int acts;     /* really done */
    int calls, looks;
    enum fail_kind answer; /* FAIL_NONE = done and said so */
    bool works;            /* whether a call that answers otherwise has done the work */
    enum look look;
};

static int act(struct job_context *c, void *ctx, json_t **ret, struct fail *f)
{
    struct provider *p = ctx;

    (void)c;
    p->calls++;
    if (p->answer == FAIL_NONE || p->works) {
        p->acts++;
    }
    if (p->answer != FAIL_NONE) {
        return fail_code(f, p->answer, "TEST", "answer %d", (int)p->answer);
    }
    *ret = json_pack("{s:s}", "id", "made");
    return 0;
}

static int read_back(struct job_context *c, void *ctx, json_t **ret, struct fail *f)
{
    struct provider *p = ctx;

    (void)c;
    p->looks++;
    if (p->look == LOOK_FAILS) {
        return fail_set(f, FAIL_DENIED, "may not look");
    }
    if (p->look == LOOK_CANNOT_TELL) {
        return 2;
    }
    if (p->acts == 0) {
        return 1;
    }
    *ret = json_pack("{s:s}", "id", "found");
    return 0;
}

struct ended {
    int got;
    struct fail f;
    char id[16];
};

static struct ended run_with(struct provider *p, bool with_look, bool look_first)
{
    struct job_context c;
    scoped(json_clear_p) json_t *intent = json_pack("{s:i}", "amount", 5);
    scoped(json_clear_p) json_t *result = NULL;
    struct ended ended = { 0 };
    const struct effect e = { .key = "test.act:1",
                              .kind = "test.act",
                              .subject = "order:1",
                              .intent = intent,
                              .ctx = p,
                              .read_back = with_look ? read_back : NULL,
                              .act = act,
                              .read_first = look_first };

    fixture_context(&fixture, &c);
    ended.got = effect_run(&c, &e, &result, &ended.f);
    (void)str_fit(ended.id, sizeof ended.id, json_text(result, "id", ""));
    return ended;
}

static struct ended run(struct provider *p)
{
    return run_with(p, true, false);
}

static const char *state(void)
{
    return fixture_value(&fixture, "select state from effect");
}

/* What a process leaves that dies between two steps. */
static void leave(const char *sql)
{
    struct fail f = { 0 };
    assert_int_equal(db_script(fixture.db, sql, &f), 0);
}

#define LEAVE_INTENT                                                                               \
    "insert into effect (key, kind, subject, intent, state, attempts) values "                     \
    "('test.act:1', 'test.act', 'order:1', '{}', 'intent', 1)"

static void a_done_effect_gives_its_result_without_a_call(void **unused)
{
    struct provider p = { 0 };

    (void)unused;
    assert_int_equal(run(&p).got, 0);
    struct ended again = run(&p);
    assert_int_equal(again.got, 0);
    assert_string_equal(again.id, "made");
    assert_int_equal(p.calls, 1);
    assert_int_equal(p.looks, 0);
    assert_string_equal(state(), "done");
}

static void a_crash_before_the_act_ends_with_one_act(void **unused)
{
    struct provider p = { 0 };

    (void)unused;
    leave(LEAVE_INTENT);
    assert_int_equal(run(&p).got, 0);
    assert_int_equal(p.looks, 1);
    assert_int_equal(p.acts, 1);
    assert_string_equal(state(), "done");
    assert_string_equal(fixture_value(&fixture, "select attempts from effect"), "2");
}

static void a_crash_after_the_act_is_adopted(void **unused)
{
    struct provider p = { .acts = 1 };

    (void)unused;
    leave(LEAVE_INTENT);
    struct ended ended = run(&p);
    assert_int_equal(ended.got, 0);
    assert_string_equal(ended.id, "found");
    assert_int_equal(p.calls, 0);
    assert_string_equal(state(), "done");
}

static void a_lost_answer_is_found_at_once(void **unused)
{
    struct provider p = { .answer = FAIL_UNKNOWN, .works = true };

    (void)unused;
    struct ended ended = run(&p);
    assert_int_equal(ended.got, 0);
    assert_string_equal(ended.id, "found");
    assert_int_equal(p.acts, 1);
    assert_string_equal(state(), "done");
}

static void a_lost_request_is_repeated_once_by_a_later_run(void **unused)
{
    struct provider p = { .answer = FAIL_UNKNOWN };

    (void)unused;
    struct ended first = run(&p);
    assert_int_equal(first.got, -1);
    assert_int_equal(first.f.kind, FAIL_LATER);
    assert_true(first.f.retry_after_ms > 0);
    assert_int_equal(p.calls, 1); /* not at once: it may still be on its way */
    assert_string_equal(state(), "unknown");
    p.answer = FAIL_NONE;
    assert_int_equal(run(&p).got, 0);
    assert_int_equal(p.calls, 2);
    assert_int_equal(p.acts, 1);
    assert_int_equal(run(&p).got, 0);
    assert_int_equal(p.calls, 2);
}

static void a_request_that_arrives_late_is_adopted(void **unused)
{
    struct provider p = { .answer = FAIL_UNKNOWN };

    (void)unused;
    assert_int_equal(run(&p).got, -1);
    p.acts = 1; /* it was on its way */
    struct ended ended = run(&p);
    assert_int_equal(ended.got, 0);
    assert_string_equal(ended.id, "found");
    assert_int_equal(p.calls, 1);
}

static void what_cannot_be_told_yet_is_asked_later_and_not_repeated(void **unused)
{
    struct provider p = { .answer = FAIL_UNKNOWN, .look = LOOK_CANNOT_TELL };

    (void)unused;
    for (int i = 0; i < 3; i++) {
        struct ended ended = run(&p);
        assert_int_equal(ended.got, -1);
        assert_int_equal(ended.f.kind, FAIL_LATER);
    }
    assert_int_equal(p.calls, 1);
    assert_string_equal(state(), "unknown");
}

static void a_look_that_fails_is_no_refusal(void **unused)
{
    struct provider p = { .look = LOOK_FAILS };

    (void)unused;
    leave(LEAVE_INTENT);
    struct ended ended = run(&p);
    assert_int_equal(ended.got, -1);
    assert_int_equal(ended.f.kind, FAIL_LATER);
    assert_int_equal(p.calls, 0);
    assert_string_equal(state(), "intent");
}

static void without_a_look_an_unknown_act_stays_unknown(void **unused)
{
    struct provider p = { .answer = FAIL_UNKNOWN, .works = true };

    (void)unused;
    for (int i = 0; i < 2; i++) {
        struct ended ended = run_with(&p, false, false);
        assert_int_equal(ended.got, -1);
        assert_string_equal(ended.f.code, "EFFECT_UNKNOWN");
        assert_string_equal(state(), "unknown");
    }
    assert_int_equal(p.acts, 1);
}

static void without_a_look_a_crash_leaves_it_to_a_person(void **unused)
{
    struct provider p = { 0 };

    (void)unused;
    leave(LEAVE_INTENT);
    assert_int_equal(run_with(&p, false, false).got, -1);
    assert_int_equal(p.calls, 0);
    assert_string_equal(state(), "unknown");
}

static void what_certainly_did_not_happen_is_tried_again_without_a_look(void **unused)
{
    static const enum fail_kind kinds[] = { FAIL_LATER, FAIL_LIMITED };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct provider p = { .answer = kinds[i] };
        struct ended ended = run_with(&p, false, false);
        assert_int_equal(ended.got, -1);
        assert_int_equal(ended.f.kind, kinds[i]);
        p.answer = FAIL_NONE;
        assert_int_equal(run_with(&p, false, false).got, 0);
        assert_int_equal(p.acts, 1);
        leave("truncate effect");
    }
}

static void a_conflict_is_read_back_and_adopted(void **unused)
{
    struct provider p = { .acts = 1, .answer = FAIL_CONFLICT };

    (void)unused;
    struct ended ended = run(&p);
    assert_int_equal(ended.got, 0);
    assert_string_equal(ended.id, "found");
    assert_int_equal(p.acts, 1);
    assert_string_equal(state(), "done");
}

static void a_conflict_about_nothing_is_a_refusal(void **unused)
{
    struct provider p = { .answer = FAIL_CONFLICT };

    (void)unused;
    struct ended ended = run(&p);
    assert_int_equal(ended.got, -1);
    assert_int_equal(ended.f.kind, FAIL_CONFLICT);
    assert_string_equal(ended.f.code, "TEST");
    assert_string_equal(state(), "failed");
}

static void a_refusal_is_kept_and_a_later_call_acts_anew(void **unused)
{
    struct provider p = { .answer = FAIL_INPUT };

    (void)unused;
    struct ended ended = run(&p);
    assert_int_equal(ended.got, -1);
    assert_int_equal(ended.f.kind, FAIL_INPUT);
    assert_string_equal(state(), "failed");
    assert_string_equal(fixture_value(&fixture, "select error from effect"), "answer 4");
    p.answer = FAIL_NONE;
    assert_int_equal(run(&p).got, 0);
    assert_int_equal(p.acts, 1);
    assert_string_equal(state(), "done");
    assert_string_equal(fixture_value(&fixture, "select coalesce(error, 'none') from effect"),
                        "none");
}

static void withdraw(void)
{
    struct fail f = { 0 };
    assert_int_equal(effects_withdraw(fixture.db, "order:1", "Held", &f), 0);
}

static void what_is_known_not_to_have_happened_is_withdrawn_and_acts_anew(void **unused)
{
    struct provider p = { .answer = FAIL_LATER };

    (void)unused;
    assert_int_equal(run(&p).got, -1);
    withdraw();
    assert_string_equal(state(), "failed");
    assert_string_equal(fixture_value(&fixture, "select error from effect"), "Held: answer 1");
    p.answer = FAIL_NONE;
    assert_int_equal(run(&p).got, 0);
    assert_int_equal(p.acts, 1);
    assert_int_equal(p.looks, 0);
    withdraw();
    assert_string_equal(state(), "done");
}

static void what_may_have_happened_is_not_withdrawn(void **unused)
{
    struct provider p = { .answer = FAIL_UNKNOWN, .look = LOOK_CANNOT_TELL };

    (void)unused;
    assert_int_equal(run(&p).got, -1);
    withdraw();
    assert_string_equal(state(), "unknown");
    leave("delete from effect; " LEAVE_INTENT);
    withdraw();
    assert_string_equal(state(), "intent");
}

static void a_look_for_another_reason_settles_what_is_open(void **unused)
{
    struct provider p = { .answer = FAIL_UNKNOWN, .look = LOOK_CANNOT_TELL };
    scoped(json_clear_p) json_t *seen = json_pack("{s:s}", "id", "seen");
    struct fail f = { 0 };

    (void)unused;
    assert_int_equal(run(&p).got, -1);
    assert_int_equal(effect_told(fixture.db, "test.act:1", NULL, &f), 0);
    withdraw();
    assert_string_equal(state(), "failed");
    leave("delete from effect; " LEAVE_INTENT "; update effect set error = 'the answer was lost'");
    assert_int_equal(effect_told(fixture.db, "test.act:1", seen, &f), 0);
    assert_string_equal(state(), "done");
    assert_string_equal(fixture_value(&fixture, "select error is null from effect"), "t");
    assert_int_equal(effect_told(fixture.db, "test.act:1", NULL, &f), 0);
    assert_string_equal(state(), "done");
    assert_string_equal(run(&p).id, "seen");
}

static void read_first_finds_an_act_of_a_lost_ledger(void **unused)
{
    struct provider p = { .acts = 1 };

    (void)unused;
    struct ended ended = run_with(&p, true, true);
    assert_int_equal(ended.got, 0);
    assert_string_equal(ended.id, "found");
    assert_int_equal(p.calls, 0);
}

static void read_first_acts_when_there_is_nothing(void **unused)
{
    struct provider p = { 0 };

    (void)unused;
    assert_int_equal(run_with(&p, true, true).got, 0);
    assert_int_equal(p.looks, 1);
    assert_int_equal(p.acts, 1);
}

/* The connection to the ledger breaks while the act runs: the result cannot be stored. */
static int act_and_lose_the_ledger(struct job_context *c, void *ctx, json_t **ret, struct fail *f)
{
    scoped(db_close_p) struct db *killer = fixture_db();
    static const char text[] = "select pg_terminate_backend(pid) from pg_stat_activity where "
                               "application_name = 'worker-test' "
                               "and pid <> pg_backend_pid() and datname = current_database()";
    static const struct embedded query = { "kill", text, sizeof text - 1, NULL };
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(killer, &query, NULL, &rows, f));
    return act(c, ctx, ret, f);
}

static void a_result_that_cannot_be_stored_is_adopted_later(void **unused)
{
    struct provider p = { 0 };
    struct job_context c;
    scoped(json_clear_p) json_t *intent = json_object();
    scoped(json_clear_p) json_t *result = NULL;
    struct fail f = { 0 };
    const struct effect e = { .key = "test.act:1",
                              .kind = "test.act",
                              .subject = "order:1",
                              .intent = intent,
                              .ctx = &p,
                              .read_back = read_back,
                              .act = act_and_lose_the_ledger };

    (void)unused;
    fixture_context(&fixture, &c);
    assert_int_equal(effect_run(&c, &e, &result, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_null(result);
    db_close(fixture.db);
    fixture.db = fixture_db();
    struct ended ended = run(&p);
    assert_int_equal(ended.got, 0);
    assert_string_equal(ended.id, "found");
    assert_int_equal(p.acts, 1);
}

static int set_up(void **unused)
{
    (void)unused;
    fixture_open(&fixture);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    fixture_close(&fixture);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_done_effect_gives_its_result_without_a_call),
        TEST(a_crash_before_the_act_ends_with_one_act),
        TEST(a_crash_after_the_act_is_adopted),
        TEST(a_lost_answer_is_found_at_once),
        TEST(a_lost_request_is_repeated_once_by_a_later_run),
        TEST(a_request_that_arrives_late_is_adopted),
        TEST(what_cannot_be_told_yet_is_asked_later_and_not_repeated),
        TEST(a_look_that_fails_is_no_refusal),
        TEST(without_a_look_an_unknown_act_stays_unknown),
        TEST(without_a_look_a_crash_leaves_it_to_a_person),
        TEST(what_certainly_did_not_happen_is_tried_again_without_a_look),
        TEST(a_conflict_is_read_back_and_adopted),
        TEST(a_conflict_about_nothing_is_a_refusal),
        TEST(a_refusal_is_kept_and_a_later_call_acts_anew),
        TEST(what_is_known_not_to_have_happened_is_withdrawn_and_acts_anew),
        TEST(what_may_have_happened_is_not_withdrawn),
        TEST(a_look_for_another_reason_settles_what_is_open),
        TEST(read_first_finds_an_act_of_a_lost_ledger),
        TEST(read_first_acts_when_there_is_nothing),
        TEST(a_result_that_cannot_be_stored_is_adopted_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
