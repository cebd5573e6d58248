/* Every Lua script alone, by the contract in its head comment: raw KEYS and ARGV in, the answer and what is in Redis out.
 * The name of a test begins with that of its script; a script that no test names fails the first one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/lua/lua.h"

static const struct CMUnitTest *const groups[] = {
    lua_claim_tests, lua_live_tests, lua_place_tests,  lua_look_tests,
    lua_limit_tests, lua_pool_tests, lua_unique_tests, lua_rate_tests,
};
enum { GROUPS = sizeof groups / sizeof groups[0], TESTS_MAX = 400 };

/* The .lua files of the tree, without folder and suffix; from CMake. */
static const char *const scripts[] = { LUA_SCRIPTS };
enum { SCRIPTS = sizeof scripts / sizeof scripts[0] };

/* The script whose tests begin so: slot_done, and not slot, for slot_done_clears_its_own_marker. */
static int script_of(const char *test)
{
    size_t best = 0;
    int found = -1;

    for (int i = 0; i < SCRIPTS; i++) {
        size_t length = strlen(scripts[i]);

        if (length > best && strncmp(test, scripts[i], length) == 0 && test[length] == '_') {
            best = length;
            found = i;
        }
    }
    return found;
}

static void every_script_has_a_test(void **state)
{
    bool tested[SCRIPTS] = { false };
    int missing = 0;

    (void)state;
    for (int g = 0; g < GROUPS; g++) {
        for (const struct CMUnitTest *t = groups[g]; t->name != NULL; t++) {
            int script = script_of(t->name);

            if (script < 0) {
                print_error("%s is named after no script\n", t->name);
                missing++;
            } else {
                tested[script] = true;
            }
        }
    }
    for (int i = 0; i < SCRIPTS; i++) {
        if (!tested[i]) {
            print_error("%s.lua has no test: add %s_... to tests/unit/lua\n", scripts[i],
                        scripts[i]);
            missing++;
        }
    }
    assert_int_equal(missing, 0);
}

int main(void)
{
    static struct CMUnitTest tests[TESTS_MAX];
    size_t count = 0;

    tests[count++] = (struct CMUnitTest)cmocka_unit_test(every_script_has_a_test);
    for (int g = 0; g < GROUPS; g++) {
        for (const struct CMUnitTest *t = groups[g]; t->name != NULL && count < TESTS_MAX; t++) {
            tests[count++] = *t;
        }
    }
    return _cmocka_run_group_tests("lua", tests, count, lua_start, lua_stop);
}
