/* Whose look-ups may use the supplier's points that are kept for paid orders: the worker's own services, a real Redis and
 * Postgres, and a supplier that nobody answers for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/str.h"
#include "tests/integration/worker/fixture.h"
#include "worker/core/gates.h"
#include "worker/core/limits.h"
#include "worker/core/services.h"
#include "worker/core/tokens.h"
#include "worker/providers/cj/cj.h"

static struct fixture fixture;

static int grant(void *ctx, struct token *ret, struct fail *f)
{
    (void)ctx, (void)f;
    (void)str_fit(ret->access, sizeof ret->access, "access-1");
    (void)str_fit(ret->refresh, sizeof ret->refresh, "refresh-1");
    ret->lives_ms = INT64_C(10) * 24 * 3600 * 1000;
    ret->refresh_lives_ms = 10 * ret->lives_ms;
    ret->qps_limit = 6;
    return 0;
}

/* A token that lasts, and all points spent but those kept for orders. */
static void spend_down_to_the_reserve(void)
{
    const struct token_source source = { .provider = "cj", .login_gap_ms = 300000, .login = grant };
    struct token_use use;
    struct limits *l = NULL;
    struct fail f = { 0 };
    int64_t allowance = conf_int(fixture.conf, CONF_CJ_POINTS_PER_DAY);
    int64_t reserve = allowance / CJ_POINTS_RESERVE_PART;

    assert_int_equal(token_get(fixture.db, &source, NULL, &use, &f), 0);
    assert_int_equal(limits_open(fixture.redis, 1000, &l, &f), 0);
    assert_int_equal(limits_points(l, "cj", allowance - reserve,
                                   &(struct day_points){ allowance, reserve, false }, &f),
                     0);
    limits_close(l);
}

static int quote(struct cj *cj, struct fail *f)
{
    const struct cj_item item = { .vid = "2509180000000000777", .quantity = 1 };
    struct cj_freight *list = NULL;
    size_t count = 0;

    *f = (struct fail){ 0 };
    return cj_freight_quote(cj, &(struct cj_consignment){ { "CN", "US", NULL }, &item, 1 }, &list,
                            &count, f);
}

static void the_next_job_does_not_inherit_the_reserve_of_orders(void **unused)
{
    scoped(services_close_p) struct services *s = NULL;
    struct job_context c = { 0 };
    struct fail f = { 0 };
    (void)unused;

    spend_down_to_the_reserve();
    assert_int_equal(services_new(fixture.conf, &s, &f), 0);
    assert_int_equal(services_ready(s, 0, &f), 0);
    services_lend(s, &c);
    assert_int_equal(quote(c.cj, &f), -1);
    assert_int_equal(f.kind, FAIL_LIMITED);
    assert_string_equal(f.code, "POINTS");
    cj_for(c.cj, CJ_FOR_ORDERS);
    assert_int_equal(quote(c.cj, &f), -1); /* sent, though to nobody */
    assert_int_equal(f.kind, FAIL_LATER);
    assert_string_not_equal(f.code, "POINTS");
    services_lend(s, &c);
    assert_int_equal(quote(c.cj, &f), -1);
    assert_string_equal(f.code, "POINTS");
}

/* As the fixture's, with an account at the supplier. */
static struct conf *load_conf(void)
{
    struct conf *conf = NULL;
    struct str mistakes;
    struct fail f = { 0 };

    (void)setenv("CJ_API_KEY", "CJ1@api@0", 1);
    (void)setenv("CJ_BASE_URL", "http://127.0.0.1:1/", 1);
    str_init(&mistakes, 10000);
    if (conf_load(&conf, &mistakes, &f) < 0) {
        fail_msg("conf: %s", mistakes.data);
    }
    str_done(&mistakes);
    return conf;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_job_does_not_inherit_the_reserve_of_orders),
    };
    int failed = 0;

    fixture_open(&fixture);
    conf_free(fixture.conf);
    fixture.conf = load_conf();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_close(&fixture);
    return failed;
}
