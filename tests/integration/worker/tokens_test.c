/* One token for all workers: who renews it, when, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "tests/integration/worker/fixture.h"
#include "worker/core/tokens.h"

static struct fixture fixture;

struct issuer { /* the provider */
    atomic_int logins, refreshes;
    enum fail_kind login_answer, refresh_answer; /* FAIL_NONE = works */
    const char *login_code;
    int64_t slow_ms, lives_ms;
};

static void issue(struct issuer *p, const char *how, int n, struct token *ret)
{
    (void)snprintf(ret->access, sizeof ret->access, "access-%s-%d", how, n);
    (void)snprintf(ret->refresh, sizeof ret->refresh, "refresh-%s-%d", how, n);
    ret->lives_ms = p->lives_ms;
    ret->refresh_lives_ms = 10 * p->lives_ms;
    ret->qps_limit = 2;
}

static int login(void *ctx, struct token *ret, struct fail *f)
{
    struct issuer *p = ctx;
    int n = atomic_fetch_add(&p->logins, 1) + 1;

    clock_sleep_ms(p->slow_ms);
    if (p->login_answer != FAIL_NONE) {
        return fail_code(f, p->login_answer, p->login_code, "no login today");
    }
    issue(p, "login", n, ret);
    return 0;
}

static int refresh(void *ctx, const char *refresh_token, struct token *ret, struct fail *f)
{
    struct issuer *p = ctx;
    int n = atomic_fetch_add(&p->refreshes, 1) + 1;

    assert_true(strncmp(refresh_token, "refresh-", 8) == 0);
    if (p->refresh_answer != FAIL_NONE) {
        return fail_code(f, p->refresh_answer, "1600003", "refresh token refused");
    }
    issue(p, "refresh", n, ret);
    return 0;
}

static struct token_source source_of(struct issuer *p)
{
    return (struct token_source){ .provider = "cj",
                                  .renew_before_ms = 60000,
                                  .login_gap_ms = 300000,
                                  .ctx = p,
                                  .login = login,
                                  .refresh = refresh };
}

static const char *get(struct issuer *p, const char *stale, struct fail *f)
{
    static struct token_use use;
    const struct token_source source = source_of(p);

    *f = (struct fail){ 0 };
    return token_get(fixture.db, &source, stale, &use, f) == 0 ? use.access : NULL;
}

static void age_login(void)
{
    struct fail f = { 0 };
    assert_int_equal(db_script(fixture.db,
                               "update provider_token set login_at = login_at - interval '301 s'",
                               &f),
                     0);
}

/* The last renewal, or try at one, was more than ten minutes ago. */
static void age_try(void)
{
    struct fail f = { 0 };
    assert_int_equal(db_script(fixture.db,
                               "update provider_token set updated_at = now() - interval '601 s'",
                               &f),
                     0);
}

static void the_first_use_logs_in_and_later_ones_read(void **unused)
{
    struct issuer p = { .lives_ms = 3600000 };
    struct fail f;

    (void)unused;
    assert_string_equal(get(&p, NULL, &f), "access-login-1");
    assert_string_equal(get(&p, NULL, &f), "access-login-1");
    assert_int_equal(p.logins, 1);
    assert_int_equal(p.refreshes, 0);
    assert_string_equal(fixture_value(&fixture, "select qps_limit from provider_token"), "2");
}

static void a_token_that_ends_soon_is_refreshed(void **unused)
{
    struct issuer p = { .lives_ms = 30000 };
    struct fail f;

    (void)unused;
    assert_string_equal(get(&p, NULL, &f), "access-login-1");
    p.lives_ms = 3600000;
    age_try();
    assert_string_equal(get(&p, NULL, &f), "access-refresh-1");
    assert_string_equal(get(&p, NULL, &f), "access-refresh-1");
    assert_int_equal(p.logins, 1);
}

static void a_refused_token_is_renewed_once(void **unused)
{
    struct issuer p = { .lives_ms = 3600000 };
    struct fail f;

    (void)unused;
    assert_non_null(get(&p, NULL, &f));
    assert_string_equal(get(&p, "access-login-1", &f), "access-refresh-1");
    assert_string_equal(get(&p, "access-login-1", &f),
                        "access-refresh-1"); /* somebody has renewed it */
    assert_int_equal(p.refreshes, 1);
}

static void a_refused_refresh_ends_in_one_login(void **unused)
{
    struct issuer p = { .lives_ms = 3600000, .refresh_answer = FAIL_DENIED };
    struct fail f;

    (void)unused;
    assert_non_null(get(&p, NULL, &f));
    age_login();
    assert_string_equal(get(&p, "access-login-1", &f), "access-login-2");
    assert_int_equal(p.logins, 2);
}

static void a_second_login_waits_for_the_gap(void **unused)
{
    struct issuer p = { .lives_ms = 3600000, .refresh_answer = FAIL_DENIED };
    struct fail f;

    (void)unused;
    assert_non_null(get(&p, NULL, &f));
    assert_null(get(&p, "access-login-1", &f));
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_true(f.retry_after_ms > 250000 && f.retry_after_ms <= 300000);
    assert_int_equal(p.logins, 1);
}

static void a_login_without_a_clear_answer_counts(void **unused)
{
    struct issuer p = { .lives_ms = 3600000, .login_answer = FAIL_UNKNOWN, .login_code = "" };
    struct fail f;

    (void)unused;
    assert_null(get(&p, NULL, &f));
    assert_int_equal(f.kind, FAIL_LATER); /* without a token nothing else was done */
    assert_int_equal(f.retry_after_ms, 300000);
    assert_null(get(&p, NULL, &f));
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_int_equal(p.logins, 1);
}

/* The network, Redis, the breaker or the spacing of calls was in the way: CJ has seen nothing, so
 * its five minutes must not be waited for. */
static void a_login_that_was_surely_not_sent_does_not_count(void **unused)
{
    static const struct {
        enum fail_kind kind;
        const char *code;
    } list[] = { { FAIL_LATER, "" }, { FAIL_LATER, "CONNECTION" }, { FAIL_LIMITED, "BREAKER" } };
    struct issuer p = { .lives_ms = 3600000 };
    struct fail f;

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(list); i++) {
        p.login_answer = list[i].kind;
        p.login_code = list[i].code;
        assert_null(get(&p, NULL, &f));
        assert_int_equal(f.kind, list[i].kind);
        assert_string_equal(f.code, list[i].code);
        assert_int_equal(p.logins, i + 1);
    }
    p.login_answer = FAIL_NONE;
    assert_string_equal(get(&p, NULL, &f), "access-login-4");
}

/* If it was carried out the old refresh token is worth nothing now; the next refresh finds out. */
static void a_refresh_whose_answer_was_lost_is_passing_trouble(void **unused)
{
    struct issuer p = { .lives_ms = 3600000, .refresh_answer = FAIL_UNKNOWN };
    struct fail f;

    (void)unused;
    assert_non_null(get(&p, NULL, &f));
    age_login();
    assert_null(get(&p, "access-login-1", &f));
    assert_int_equal(f.kind, FAIL_LATER);
    assert_int_equal(p.logins, 1);
    p.refresh_answer = FAIL_DENIED;
    assert_string_equal(get(&p, "access-login-1", &f), "access-login-2");
}

static void a_token_that_still_works_is_used_when_renewing_fails(void **unused)
{
    struct issuer p = { .lives_ms = 30000 };
    struct fail f;

    (void)unused;
    assert_non_null(get(&p, NULL, &f));
    age_try();
    p.refresh_answer = FAIL_LATER;
    assert_string_equal(get(&p, NULL, &f), "access-login-1");
    assert_int_equal(p.refreshes, 1);
}

/* Every call asks for the token; a refresh that fails or changes nothing must not double them
 * all until the token ends. */
static void a_token_that_still_works_is_not_renewed_at_every_call(void **unused)
{
    static const enum fail_kind answers[] = { FAIL_NONE, FAIL_LATER, FAIL_DENIED };
    struct fail f;

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct issuer p = { .lives_ms = 30000 }; /* what is handed out ends soon, too */
        assert_int_equal(db_script(fixture.db, "delete from provider_token", &f), 0);
        assert_non_null(get(&p, NULL, &f));
        age_try();
        p.refresh_answer = answers[i];
        for (int call = 0; call < 5; call++) {
            assert_non_null(get(&p, NULL, &f));
        }
        assert_int_equal(p.refreshes, 1);
        age_try();
        assert_non_null(get(&p, NULL, &f));
        assert_int_equal(p.refreshes, 2);
        assert_int_equal(p.logins, 1);
    }
}

struct owner {
    struct issuer *issuer;
    struct token_use use;
    int got;
};

static void *own(void *arg)
{
    struct owner *o = arg;
    const struct token_source source = source_of(o->issuer);
    scoped(db_close_p) struct db *db = fixture_db();
    struct fail f = { 0 };

    o->got = token_get(db, &source, NULL, &o->use, &f);
    return NULL;
}

/* Its login may take longer than any job has tries. */
static void waiting_for_another_owner_costs_no_attempt(void **unused)
{
    struct issuer p = { .lives_ms = 3600000 };
    struct token_source source = source_of(&p);
    struct token_use use;
    scoped(db_close_p) struct db *other = fixture_db();
    struct fail f = { 0 };

    (void)unused;
    source.wait_ms = 300;
    assert_int_equal(db_try_lock(other, "token:cj", &f), 0);
    assert_int_equal(token_get(fixture.db, &source, NULL, &use, &f), -1);
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_int_equal(f.retry_after_ms, 5000);
    assert_int_equal(p.logins, 0);
    db_unlock(other, "token:cj");
    assert_int_equal(token_get(fixture.db, &source, NULL, &use, &f), 0);
}

static void owners_at_once_log_in_once(void **unused)
{
    struct issuer p = { .lives_ms = 3600000, .slow_ms = 300 };
    struct owner owners[6];
    pthread_t threads[6];

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(owners); i++) {
        owners[i] = (struct owner){ .issuer = &p };
        assert_int_equal(pthread_create(&threads[i], NULL, own, &owners[i]), 0);
    }
    for (size_t i = 0; i < COUNT_OF(owners); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(owners[i].got, 0);
        assert_string_equal(owners[i].use.access, "access-login-1");
    }
    assert_int_equal(p.logins, 1);
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
        TEST(the_first_use_logs_in_and_later_ones_read),
        TEST(a_token_that_ends_soon_is_refreshed),
        TEST(a_refused_token_is_renewed_once),
        TEST(a_refused_refresh_ends_in_one_login),
        TEST(a_second_login_waits_for_the_gap),
        TEST(a_login_without_a_clear_answer_counts),
        TEST(a_login_that_was_surely_not_sent_does_not_count),
        TEST(a_refresh_whose_answer_was_lost_is_passing_trouble),
        TEST(a_token_that_still_works_is_used_when_renewing_fails),
        TEST(a_token_that_still_works_is_not_renewed_at_every_call),
        TEST(waiting_for_another_owner_costs_no_attempt),
        TEST(owners_at_once_log_in_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
