#include "tests/unit/base/check.h"

#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "tests/unit/base/capture.h"

/* The one line that has been logged, parsed strictly. */
static json_t *line(void)
{
    scoped(free_p) char *text = capture_end();
    json_error_t error;
    json_t *root = NULL;
    size_t size = strlen(text);

    assert_true(size > 0 && text[size - 1] == '\n');
    assert_ptr_equal(strchr(text, '\n'), text + size - 1);
    root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        fail_msg("no JSON: %s: %s", error.text, text);
    }
    return root;
}

static int start(void **state)
{
    (void)state;
    log_start("tester", LOG_DEBUG);
    log_context(NULL, NULL);
    return 0;
}

static void a_line_is_one_object_with_typed_fields(void **state)
{
    scoped(json_clear_p) json_t *root = NULL;

    (void)state;
    capture_start(2);
    log_info("job.done", kv_str("type", "order.release"), kv_int("spent_ms", -7),
             kv_bool("last", true), kv_real("share", 0.25), kv_str("none", NULL));
    root = line();
    assert_string_equal(json_text(root, "level", ""), "info");
    assert_string_equal(json_text(root, "program", ""), "tester");
    assert_string_equal(json_text(root, "event", ""), "job.done");
    assert_string_equal(json_text(root, "type", ""), "order.release");
    assert_int_equal(json_int(root, "spent_ms", 0), -7);
    assert_true(json_is_true(json_object_get(root, "last")));
    assert_true(json_real_value(json_object_get(root, "share")) == 0.25);
    assert_true(json_is_null(json_object_get(root, "none")));
    assert_int_equal(strlen(json_text(root, "time", "")), 27);
    assert_null(json_object_get(root, "jid"));
}

static void hostile_text_stays_inside_its_value(void **state)
{
    static const char hostile[] =
        "\",\"level\":\"error\"}\n{\"a\":\"\\ \x01\x1b\x7f\t\r caf\xc3\xa9 "
        "\xff\xfe \xc0\xaf \xed\xa0\x80 \xf5\x80\x80\x80 \xe2\x82";
    scoped(json_clear_p) json_t *root = NULL;
    const char *got = NULL;

    (void)state;
    capture_start(2);
    log_warn("x", kv_str("text", hostile));
    root = line();
    got = json_text(root, "text", "");
    assert_string_equal(json_text(root, "level", ""), "warn");
    assert_int_equal(strncmp(got, hostile, 39), 0);
    assert_non_null(strstr(got, "\xef\xbf\xbd")); /* the replacement character */
}

static void numbers_that_json_cannot_say_are_null(void **state)
{
    scoped(json_clear_p) json_t *root = NULL;

    (void)state;
    capture_start(2);
    log_info("x", kv_real("a", NAN), kv_real("b", INFINITY), kv_real("c", -1e300));
    root = line();
    assert_true(json_is_null(json_object_get(root, "a")));
    assert_true(json_is_null(json_object_get(root, "b")));
    assert_true(json_is_real(json_object_get(root, "c")));
}

static void endless_values_are_cut_and_the_line_stays_json(void **state)
{
    scoped(free_p) char *text = malloc(200001);
    scoped(json_clear_p) json_t *root = NULL;

    (void)state;
    assert_non_null(text);
    memset(text, '\x01', 200000); /* six bytes each when escaped */
    text[200000] = '\0';
    capture_start(2);
    log_info("x", kv_str("a", text), kv_str("b", text), kv_str("c", text), kv_str("d", text));
    root = line();
    assert_true(json_is_true(json_object_get(root, "cut")));
    assert_non_null(json_object_get(root, "a"));
}

static void secrets_are_masked_wherever_they_occur(void **state)
{
    scoped(json_clear_p) json_t *root = NULL;

    (void)state;
    log_redact("s3cr\"et\\\n!");
    log_redact("98765432");
    log_redact("short"); /* five bytes: ignored */
    log_redact(NULL);
    capture_start(2);
    log_error("x", kv_str("a", "key=s3cr\"et\\\n!;short"), kv_int("b", 198765432),
              kv_str("c", "9876543298765432"), kv_int("d", 9876543));
    root = line();
    assert_string_equal(json_text(root, "a", ""), "key=***;short");
    assert_string_equal(json_text(root, "b", ""), "***");
    assert_string_equal(json_text(root, "c", ""), "******");
    assert_int_equal(json_int(root, "d", 0), 9876543);
}

static void a_secret_across_the_cut_is_masked_and_long_ones_are_swallowed_whole(void **state)
{
    char text[4096 + 64];
    char token[1501];
    scoped(json_clear_p) json_t *root = NULL;
    scoped(json_clear_p) json_t *other = NULL;

    (void)state;
    log_redact("across-the-cut");
    memset(text, 'a', sizeof text);
    memcpy(text + 4090, "across-the-cut", 15);
    capture_start(2);
    log_info("x", kv_str("a", text));
    root = line();
    assert_null(strstr(json_text(root, "a", ""), "across"));

    memset(token, 'T', 1500);
    token[1500] = '\0';
    log_redact(token);
    (void)snprintf(text, sizeof text, "Bearer %s end", token);
    capture_start(2);
    log_info("x", kv_str("a", text));
    other = line();
    assert_string_equal(json_text(other, "a", ""), "Bearer *** end");
}

/* Runs last: it fills all places. */
static void early_secrets_stay_and_late_ones_make_room_for_newer(void **state)
{
    char secret[32];
    char text[80];
    scoped(json_clear_p) json_t *root = NULL;

    (void)state;
    log_redact("pinned-from-the-start");
    for (int i = 0; i < 500; i++) {
        (void)snprintf(secret, sizeof secret, "token-%04d", i);
        log_redact(secret);
        log_redact(secret); /* the same again takes no place */
    }
    (void)snprintf(text, sizeof text, "s3cr\"et\\\n! token-0499 token-0470 token-0300");
    capture_start(2);
    log_info("x", kv_str("a", text));
    root = line();
    assert_string_equal(json_text(root, "a", ""), "*** *** *** token-0300");
}

static void *other_thread(void *unused)
{
    (void)unused;
    assert_string_equal(log_trace_id(), "");
    log_context("other", "other");
    return NULL;
}

static void context_belongs_to_its_thread(void **state)
{
    pthread_t thread;
    scoped(json_clear_p) json_t *root = NULL;
    scoped(json_clear_p) json_t *cleared = NULL;

    (void)state;
    log_context("j1", "t1");
    assert_int_equal(pthread_create(&thread, NULL, other_thread, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(log_trace_id(), "t1");
    capture_start(2);
    log_info("x", kv_int("n", 1));
    root = line();
    assert_string_equal(json_text(root, "jid", ""), "j1");
    assert_string_equal(json_text(root, "trace_id", ""), "t1");
    log_context(NULL, NULL);
    capture_start(2);
    log_info("x", kv_int("n", 1));
    cleared = line();
    assert_null(json_object_get(cleared, "jid"));
    assert_null(json_object_get(cleared, "trace_id"));
}

static int evaluated;

static const char *count_evaluation(void)
{
    evaluated++;
    return "x";
}

static void a_level_below_the_limit_costs_nothing(void **state)
{
    scoped(free_p) char *text = NULL;

    (void)state;
    log_set_level(LOG_WARN);
    capture_start(2);
    log_info("x", kv_str("a", count_evaluation()));
    text = capture_end();
    assert_string_equal(text, "");
    assert_int_equal(evaluated, 0);
    assert_true(log_wants(LOG_ERROR));
    assert_int_equal(log_level_parse("debug"), LOG_DEBUG);
    assert_int_equal(log_level_parse("error"), LOG_ERROR);
    assert_int_equal(log_level_parse("INFO"), -1);
}

static void a_failure_becomes_three_fields(void **state)
{
    scoped(json_clear_p) json_t *root = NULL;
    struct fail f;

    (void)state;
    (void)fail_code(&f, FAIL_CONFLICT, "TWICE", "seen before");
    capture_start(2);
    log_warn("job.dead", kv_fail(&f));
    root = line();
    assert_string_equal(json_text(root, "kind", ""), "conflict");
    assert_string_equal(json_text(root, "code", ""), "TWICE");
    assert_string_equal(json_text(root, "error", ""), "seen before");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_line_is_one_object_with_typed_fields, start),
        cmocka_unit_test_setup(hostile_text_stays_inside_its_value, start),
        cmocka_unit_test_setup(numbers_that_json_cannot_say_are_null, start),
        cmocka_unit_test_setup(endless_values_are_cut_and_the_line_stays_json, start),
        cmocka_unit_test_setup(secrets_are_masked_wherever_they_occur, start),
        cmocka_unit_test_setup(a_secret_across_the_cut_is_masked_and_long_ones_are_swallowed_whole,
                               start),
        cmocka_unit_test_setup(context_belongs_to_its_thread, start),
        cmocka_unit_test_setup(a_level_below_the_limit_costs_nothing, start),
        cmocka_unit_test_setup(a_failure_becomes_three_fields, start),
        cmocka_unit_test_setup(early_secrets_stay_and_late_ones_make_room_for_newer, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
