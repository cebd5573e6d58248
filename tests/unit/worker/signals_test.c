/* Signals: the closed list of names that may come through Redis, and what the kernel's mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <signal.h>
#include <unistd.h>

#include "common/base/attr.h"
#include "worker/core/signals.h"

static void only_three_names_come_through_redis(void **unused)
{
    static const char *const others[] = { "KILL", "SIGTERM", "term", "INT", "TERM ",
                                          "",     "TSTP\n",  "USR1", "15" };

    (void)unused;
    assert_int_equal(signals_number("TERM"), SIGTERM);
    assert_int_equal(signals_number("TSTP"), SIGTSTP);
    assert_int_equal(signals_number("TTIN"), SIGTTIN);
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        assert_int_equal(signals_number(others[i]), 0);
    }
}

static void each_signal_has_one_meaning(void **unused)
{
    static const struct {
        int number;
        enum worker_signal means;
    } cases[] = {
        { SIGTERM, SIGNAL_STOP },
        { SIGINT, SIGNAL_STOP },
        { SIGTSTP, SIGNAL_QUIET },
        { SIGTTIN, SIGNAL_SHOW },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(kill(getpid(), cases[i].number), 0);
        assert_int_equal(signals_wait(2000), cases[i].means);
    }
    assert_int_equal(signals_wait(0), SIGNAL_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_three_names_come_through_redis),
        cmocka_unit_test(each_signal_has_one_meaning),
    };

    signals_block();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
