/* The command line of dropship-worker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/model/job_catalog.h"
#include "worker/core/args.h"

enum { WORDS_MAX = 80 };

static struct worker_args args;
static char said[20000]; /* out and err */

/* Words up to NULL. */
static int parse(const char *first, ...)
{
    static char copies[WORDS_MAX][64];
    char *argv[WORDS_MAX + 1] = { copies[0] };
    FILE *out = fmemopen(said, sizeof said, "w");
    int argc = 1;
    va_list words;

    (void)snprintf(copies[0], sizeof copies[0], "dropship-worker");
    va_start(words, first);
    for (const char *word = first; word != NULL; word = va_arg(words, const char *)) {
        (void)snprintf(copies[argc], sizeof copies[argc], "%s", word);
        argv[argc] = copies[argc];
        argc++;
    }
    va_end(words);
    assert_non_null(out);
    int code = worker_args_parse(argc, argv, &args, out, out);
    fclose(out);
    return code;
}

static void without_words_every_queue_gets_a_lane(void **unused)
{
    bool has_default = false;

    (void)unused;
    assert_int_equal(parse(NULL), -1);
    for (size_t k = 0; k < job_kind_count; k++) {
        size_t lanes = 0;
        for (size_t i = 0; i < args.lane_count; i++) {
            lanes += strcmp(args.lanes[i].queue, job_kinds[k].queue) == 0;
            has_default = has_default || strcmp(args.lanes[i].queue, "default") == 0;
            assert_int_equal(args.lanes[i].threads, ARGS_DEFAULT_THREADS);
        }
        assert_int_equal(lanes, 1);
    }
    assert_true(has_default);
}

static void named_queues_get_their_threads(void **unused)
{
    (void)unused;
    assert_int_equal(parse("--queue", "a=2", "--queue=b.c=1024", "--queue", "d", NULL), -1);
    assert_int_equal(args.lane_count, 3);
    assert_string_equal(args.lanes[0].queue, "a");
    assert_int_equal(args.lanes[0].threads, 2);
    assert_string_equal(args.lanes[1].queue, "b.c");
    assert_int_equal(args.lanes[1].threads, 1024);
    assert_int_equal(args.lanes[2].threads, ARGS_DEFAULT_THREADS);
}

static void mistakes_end_with_two_and_a_sentence(void **unused)
{
    static const char *const bad[] = {
        "--queue=a=0", "--queue=a=1025", "--queue=a=", "--queue=a=x", "--queue=a=2x", "--queue==3",
        "--queue=",    "--queue=a b=2",  "--queue",    "--threads=3", "a=3"
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(parse(bad[i], NULL), 2);
        assert_non_null(strstr(said, "dropship-worker: "));
    }
    assert_int_equal(parse("--queue=a=2", "--queue=a=3", NULL), 2);
    assert_non_null(strstr(said, "twice"));
}

static void too_many_queues_are_refused(void **unused)
{
    struct worker_args many;
    char words[ARGS_MAX_LANES + 1][16];
    char *argv[ARGS_MAX_LANES + 2] = { words[0] };
    FILE *err = fmemopen(said, sizeof said, "w");

    (void)unused;
    for (int i = 0; i <= ARGS_MAX_LANES; i++) {
        (void)snprintf(words[i], sizeof words[i], "--queue=q%d", i);
        argv[i + 1] = words[i];
    }
    assert_int_equal(worker_args_parse(ARGS_MAX_LANES + 2, argv, &many, err, err), 2);
    fclose(err);
}

static void help_names_job_types_and_settings(void **unused)
{
    (void)unused;
    assert_int_equal(parse("--help", NULL), 0);
    assert_non_null(strstr(said, "--queue NAME=THREADS"));
    assert_non_null(strstr(said, "order.release"));
    assert_non_null(strstr(said, "DROPSHIP_DRAIN_MS"));
}

static void words_of_the_configuration_pass(void **unused)
{
    (void)unused;
    assert_int_equal(parse("--version", NULL), -1);
    assert_int_equal(parse("--print-config", NULL), -1);
}

/* Lanes of DROPSHIP_WORKER_QUEUES with these words on the command line. */
static int configure(const char *queues, const char *word)
{
    scoped(str_done) struct str mistakes;
    struct conf *conf = NULL;
    struct fail f = { 0 };

    str_init(&mistakes, 10000);
    assert_int_equal(parse(word, NULL), -1);
    setenv("DROPSHIP_WORKER_QUEUES", queues, 1);
    assert_int_equal(conf_load(&conf, &mistakes, &f), 0);
    unsetenv("DROPSHIP_WORKER_QUEUES");
    int result = worker_args_configure(&args, conf, &f);
    conf_free(conf);
    (void)snprintf(said, sizeof said, "%s", f.text);
    return result;
}

static void queues_may_come_from_the_configuration(void **state)
{
    (void)state;
    assert_int_equal(configure("a=2,b", NULL), 0);
    assert_int_equal(args.lane_count, 2);
    assert_string_equal(args.lanes[1].queue, "b");
    assert_int_equal(args.lanes[0].threads, 2);
    assert_int_equal(args.lanes[1].threads, ARGS_DEFAULT_THREADS);
}

static void command_line_goes_before_the_configuration(void **state)
{
    (void)state;
    assert_int_equal(configure("a=2,b", "--queue=c=3"), 0);
    assert_int_equal(args.lane_count, 1);
    assert_string_equal(args.lanes[0].queue, "c");
}

static void mistake_in_the_configured_queues_is_named(void **state)
{
    (void)state;
    assert_int_equal(configure("a=0", NULL), -1);
    assert_non_null(strstr(said, "DROPSHIP_WORKER_QUEUES"));
    assert_int_equal(configure("a,a", NULL), -1);
    assert_int_equal(configure("a,,b", NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_words_every_queue_gets_a_lane),
        cmocka_unit_test(named_queues_get_their_threads),
        cmocka_unit_test(mistakes_end_with_two_and_a_sentence),
        cmocka_unit_test(too_many_queues_are_refused),
        cmocka_unit_test(help_names_job_types_and_settings),
        cmocka_unit_test(words_of_the_configuration_pass),
        cmocka_unit_test(queues_may_come_from_the_configuration),
        cmocka_unit_test(command_line_goes_before_the_configuration),
        cmocka_unit_test(mistake_in_the_configured_queues_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
