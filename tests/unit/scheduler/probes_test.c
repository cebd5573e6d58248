#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "scheduler/scheduler_priv.h"

/* Two duties are well, one never had a round, one has been silent for a minute. */
static struct scheduler *example(void)
{
    struct scheduler *s = calloc(1, sizeof *s);

    assert_non_null(s);
    for (size_t i = 0; i < DUTY_COUNT; i++) {
        atomic_store(&s->threads[i].stats.ok_ms, clock_mono_ms());
    }
    atomic_store(&s->threads[DUTY_PROMOTER].stats.ok_ms, 0);
    atomic_store(&s->threads[DUTY_RELAY].stats.ok_ms, clock_mono_ms() - 60000);
    atomic_store(&s->threads[DUTY_RELAY].stats.items, 7);
    atomic_store(&s->threads[DUTY_RELAY].stats.lag_us, 42500);
    atomic_store(&s->threads[DUTY_RECOVERY].stats.canary_ms, 2100);
    return s;
}

static void each_figure_is_one_group_of_lines(void **state)
{
    (void)state;
    struct scheduler *s = example();
    scoped(str_done) struct str body;
    char name[80] = "", *rest = NULL, *line = NULL;
    int figures = 0, samples = 0;

    str_init(&body, 65536);
    scheduler_metrics(s, &body);
    rest = body.data;
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (strncmp(line, "# TYPE ", 7) == 0) {
            (void)str_fit(name, strcspn(line + 7, " ") + 1, line + 7);
            figures++;
        } else if (line[0] != '#' && line[0] != '\0') {
            assert_int_equal(strncmp(line, name, strlen(name)), 0);
            assert_non_null(strchr("{ ", line[strlen(name)]));
            samples++;
        }
    }
    assert_int_equal(figures, 5 + DUTY_COUNT);
    assert_int_equal(samples, 4 * DUTY_COUNT + 2);
    free(s);
}

static void figures_tell_each_duty_apart(void **state)
{
    (void)state;
    struct scheduler *s = example();
    scoped(str_done) struct str body;

    str_init(&body, 65536);
    scheduler_metrics(s, &body);
    assert_non_null(strstr(body.data, "\ndropship_scheduler_relay_items_total 7\n"));
    assert_non_null(strstr(body.data, "\ndropship_scheduler_recovery_items_total 0\n"));
    assert_non_null(strstr(body.data, "\ndropship_scheduler_relay_lag_seconds 0.0425\n"));
    assert_non_null(strstr(body.data, "\ndropship_scheduler_well{duty=\"recovery\"} 1\n"));
    assert_non_null(strstr(body.data, "\ndropship_scheduler_well{duty=\"relay\"} 0\n"));
    assert_non_null(strstr(body.data, "\ndropship_scheduler_canary_away_seconds 2.1\n"));
    free(s);
}

static void a_duty_without_a_round_makes_it_unwell(void **state)
{
    (void)state;
    struct scheduler *s = example();
    scoped(str_done) struct str body;

    str_init(&body, 65536);
    assert_false(scheduler_healthz(s, &body));
    assert_non_null(strstr(body.data, "\"promoter\":{\"well\":false,\"silent_ms\":-1}"));
    str_clear(&body);
    atomic_store(&s->threads[DUTY_PROMOTER].stats.ok_ms, clock_mono_ms());
    assert_false(scheduler_healthz(s, &body)); /* the relay */
    atomic_store(&s->threads[DUTY_RELAY].stats.ok_ms, clock_mono_ms());
    assert_true(scheduler_healthz(s, &body));
    free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_figure_is_one_group_of_lines),
        cmocka_unit_test(figures_tell_each_duty_apart),
        cmocka_unit_test(a_duty_without_a_round_makes_it_unwell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
