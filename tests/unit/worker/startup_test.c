/* What the log says at start about outside services. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "tests/unit/base/capture.h"
#include "worker/core/startup.h"

/* The log of a start with the environment as it is now; the caller's to free(). */
static char *log_of_start(void)
{
    scoped(str_done) struct str mistakes;
    struct conf *conf = NULL;
    struct fail f = { 0 };

    str_init(&mistakes, 4000);
    assert_int_equal(conf_load(&conf, &mistakes, &f), 0);
    log_set_level(LOG_INFO);
    capture_start(2);
    startup_warn_missing(conf);
    conf_free(conf);
    return capture_end();
}

static int no_credentials(void **unused)
{
    static const char *const names[] = { "SHOPIFY_SHOP",      "SHOPIFY_ACCESS_TOKEN",
                                         "SHOPIFY_CLIENT_ID", "SHOPIFY_CLIENT_SECRET",
                                         "SHOPIFY_BASE_URL",  "CJ_API_KEY",
                                         "DROPSHIP_ENV_FILE" };
    (void)unused;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        unsetenv(names[i]);
    }
    return 0;
}

static size_t lines(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += *text == '\n';
    }
    return count;
}

static void each_service_without_credentials_is_warned_of_once(void **unused)
{
    (void)unused;
    scoped(free_p) char *text = log_of_start();

    assert_int_equal(lines(text), 2);
    assert_non_null(strstr(text, "startup.shopify"));
    assert_non_null(strstr(text, "startup.cj"));
}

static void a_service_with_credentials_is_not_mentioned(void **unused)
{
    (void)unused;
    setenv("CJ_API_KEY", "CJ000000000", 1);
    scoped(free_p) char *half = log_of_start();
    assert_int_equal(lines(half), 1);
    assert_non_null(strstr(half, "startup.shopify"));

    setenv("SHOPIFY_SHOP", "x", 1);
    setenv("SHOPIFY_ACCESS_TOKEN", "shpat_00000000", 1);
    scoped(free_p) char *none = log_of_start();
    assert_string_equal(none, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_service_without_credentials_is_warned_of_once, no_credentials),
        cmocka_unit_test_setup(a_service_with_credentials_is_not_mentioned, no_credentials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
