/* What every test includes: cmocka with the headers it forgets to include, and checks of failures.  Test programs only. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/base/fail.h"

#define check_ok(call, f)                                                                          \
    do {                                                                                           \
        if ((call) < 0) {                                                                          \
            fail_msg("%s: %s: %s", #call, fail_rule((f)->kind)->name, (f)->text);                  \
        }                                                                                          \
    } while (0)
#define check_fails(call, f, wanted)                                                               \
    do {                                                                                           \
        assert_int_equal((call), -1);                                                              \
        assert_string_equal(fail_rule((f)->kind)->name, fail_rule(wanted)->name);                  \
        assert_true((f)->text[0] != '\0');                                                         \
    } while (0)
