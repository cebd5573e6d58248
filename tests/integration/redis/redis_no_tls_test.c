/* rediss:// in a build whose hiredis has no TLS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/redis/redis.h"

static void tls_is_refused_with_a_way_out_and_never_goes_plain(void **state)
{
    static const char *const urls[] = {
        "rediss://u:hunter2@localhost",
        "rediss://localhost:6379/1?cacert=/etc/ssl/certs/ca-certificates.crt",
    };

    (void)state;
    assert_int_equal(DROPSHIP_REDIS_TLS, 0);
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        struct redis *r = NULL;
        struct fail f = { .text = "" };

        assert_int_equal(redis_open(urls[i], &r, &f), -1);
        assert_null(r);
        assert_int_equal(f.kind, FAIL_INPUT);
        assert_non_null(strstr(f.text, "this build's hiredis has no TLS"));
        assert_non_null(strstr(f.text, "TLS tunnel"));
        assert_null(strstr(f.text, "hunter2"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tls_is_refused_with_a_way_out_and_never_goes_plain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
