/* Every interleaving of the queue's steps, for the bounds of the scenes: two workers, two jobs, recovery, promotion, leases
 * that run out, deaths and lost replies.  interleave_test [--large] [SCENE]; --large also plays what takes minutes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "tests/interleave/explore.h"

static struct gate gate;

static int open_gate(void **state)
{
    (void)state;
    gate_open(&gate);
    return 0;
}

static int close_gate(void **state)
{
    (void)state;
    gate_close(&gate);
    return 0;
}

static void play(const struct scene *scene, bool merge, struct exploration *result)
{
    int64_t began_ms = clock_mono_ms();

    explore(&gate, scene, merge, result);
    print_message("%-40s %14.0f interleavings, %7ld states, %6ld ends, %8ld steps, %5.1f s\n",
                  scene->name, result->interleavings, result->states, result->ends, result->steps,
                  (double)(clock_mono_ms() - began_ms) / 1000);
    if (result->broken[0] != '\0') {
        print_error("%s\n", result->broken);
        fail();
    }
}

static void no_interleaving_breaks_a_rule(void **state)
{
    struct exploration result;

    play(*state, true, &result);
    assert_true(result.interleavings >= 2 && result.ends > 0);
}

/* Playing each interleaving to its end finds as many as counting the merged ones does. */
static void merging_leaves_nothing_out(void **state)
{
    static const struct scene scene = { .name = "without merging",
                                        .worker_rounds = { 1, 1 },
                                        .claim_max = 1,
                                        .whole = true,
                                        .outcomes = { SETTLE_DONE, SETTLE_DONE },
                                        .recover_rounds = { 1 } };
    struct exploration merged, single;

    (void)state;
    play(&scene, true, &merged);
    play(&scene, false, &single);
    assert_true(merged.interleavings == single.interleavings);
    assert_true((double)single.ends == single.interleavings);
    assert_true(merged.states < single.states);
}

static bool is_wanted(const struct scene *scene, int argc, char **argv)
{
    bool large = false;
    const char *name = NULL;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--large") == 0) {
            large = true;
        } else {
            name = argv[i];
        }
    }
    return name != NULL ? strcmp(name, scene->name) == 0 : large || !scene->large;
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[32] = { cmocka_unit_test(merging_leaves_nothing_out) };
    size_t count = 1;

    for (size_t i = 0; i < scene_count && count < COUNT_OF(tests); i++) {
        if (is_wanted(&scenes[i], argc, argv)) {
            tests[count++] = (struct CMUnitTest){ .name = scenes[i].name,
                                                  .test_func = no_interleaving_breaks_a_rule,
                                                  .initial_state = (void *)(uintptr_t)&scenes[i] };
        }
    }
    return _cmocka_run_group_tests("interleave", tests, count, open_gate, close_gate);
}
