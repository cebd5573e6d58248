/* What the tests of the Lua scripts share: a Redis of their own, emptied before each test, and answers as text, so that a
 * test reads as a dialogue.  A number is written 5, a string as it is, nothing nil, an array (a b (c)), an error !text.
 * A * in what is wanted stands for any text.  Everything here fails the running test rather than returning failures. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/embedded.h"

/* cmocka's setup of the group and of each test, and the end. */
int lua_start(void **state);
int lua_empty(void **state);
int lua_stop(void **state);
#define lua_test(f) cmocka_unit_test_setup(f, lua_empty)

/* Where a dialogue stands in the tests, and its words. */
struct lua_line {
    const char *file;
    int line;
    const char *const *words;
    size_t count;
};
#define LUA_LINE(...)                                                                              \
    (&(const struct lua_line){ __FILE__, __LINE__, (const char *const[]){ __VA_ARGS__ },           \
                               sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *) })

/* A command answers so. */
#define says(want, ...) lua_command((want), LUA_LINE(__VA_ARGS__))
/* A script, called by its SHA-1 with `keys` KEYS and the rest as ARGV, answers so. */
#define runs(want, ...)               RUNS(want, __VA_ARGS__)
#define RUNS(want, script, keys, ...) lua_script((want), &(script), (keys), LUA_LINE(__VA_ARGS__))
/* A command whose answer does not matter. */
#define does(...) lua_command("*", LUA_LINE(__VA_ARGS__))
/* The number that a command answers. */
#define number(...) lua_number(LUA_LINE(__VA_ARGS__))
void lua_command(const char *want, const struct lua_line *line);
void lua_script(const char *want, const struct embedded *script, int keys,
                const struct lua_line *line);
int64_t lua_number(const struct lua_line *line);
/* The first number of the array that a script answers. */
int64_t lua_script_number(const struct embedded *script, int keys, const struct lua_line *line);

/* The server's clock in microseconds. */
int64_t lua_now_us(void);
/* A number as text, in one of a few buffers used in turn. */
const char *text_of(int64_t number);
/* Microseconds as a sorted set's score. */
const char *score_of(int64_t at_us);
/* SHA-1 of a payload in hex, as scripts remember it; with a prefix. */
const char *digest_of(const char *prefix, const char *payload);

/* The tests of each file, ended by one without a name. */
extern const struct CMUnitTest lua_claim_tests[];
extern const struct CMUnitTest lua_live_tests[];
extern const struct CMUnitTest lua_place_tests[];
extern const struct CMUnitTest lua_look_tests[];
extern const struct CMUnitTest lua_limit_tests[];
extern const struct CMUnitTest lua_pool_tests[];
extern const struct CMUnitTest lua_rate_tests[];
extern const struct CMUnitTest lua_unique_tests[];
