/* Changing payloads without touching other bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "common/queue/job.h"

static const int64_t now_us = 1795223335840019;

static struct job *parse(const char *text)
{
    struct job *job = NULL;
    struct fail f = { .text = "" };

    if (job_parse(text, strlen(text), &job, &f) < 0) {
        fail_msg("%s: %s", f.text, text);
    }
    return job;
}

static char *mark_failed(const char *text, const char *message, int *retry_count)
{
    scoped(job_free_p) struct job *job = parse(text);
    scoped(str_done) struct str out;
    struct fail f;

    str_init(&out, 1024 * 1024);
    if (job_mark_failed(job, &(struct job_failure){ "q", "TemporaryError", message, now_us }, &out,
                        retry_count, &f) < 0) {
        fail_msg("%s", f.text);
    }
    return str_steal(&out);
}

static void first_failure_appends_its_members(void **state)
{
    int n;
    scoped(free_p) char *text =
        mark_failed("{\"args\":[1],\"queue\":\"q\",\"jid\":\"a\"}", "said \"no\"\n", &n);

    (void)state;
    assert_int_equal(n, 0);
    assert_string_equal(
        text,
        "{\"args\":[1],\"queue\":\"q\",\"jid\":\"a\",\"error_message\":\"said \\\"no\\\"\\u000a\","
        "\"error_class\":\"TemporaryError\",\"failed_at\":1795223335.840019,\"retry_count\":0}");
}

/* The marked payload has, or has not, these bytes. */
static void check_marked(const char *text, const char *part, bool is_there)
{
    int n;
    scoped(free_p) char *marked = mark_failed(text, "no", &n);

    if ((strstr(marked, part) != NULL) != is_there) {
        fail_msg("%s: %s %s", is_there ? "missing" : "unwanted", part, marked);
    }
}

static void members_that_break_pages_are_mended(void **state)
{
    (void)state;
    check_marked("{\"tags\":\"x\"}", "\"tags\":[\"x\"]", true);
    check_marked("{\"tags\":{\"a\":1}}", "\"tags\":[]", true);
    check_marked("{\"created_at\":\"1795223323.25\"}", "\"created_at\":1795223323.250000", true);
    check_marked("{\"enqueued_at\":\"soon\"}", "\"enqueued_at\":1795223335.840019", true);
    check_marked("{\"error_backtrace\":\"line 1\"}", "\"error_backtrace\":null", true);
    check_marked("{\"error_backtrace\":[\"a\"]}", "\"error_backtrace\":null", true);
}

static void members_that_pages_can_show_stay(void **state)
{
    static const char *const kept[] = {
        "\"tags\":[\"a\",2]",       "\"created_at\":1795223323",
        "\"created_at\":null",      "\"enqueued_at\":1795223323.5",
        "\"error_backtrace\":null", "\"error_backtrace\":\"eJyLVkpU0lEqKUpNVYoFAB0iBJk=\"",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        scoped(str_done) struct str text;

        str_init(&text, 1000);
        str_addf(&text, "{%s}", kept[i]);
        check_marked(text.data, kept[i], true);
    }
    check_marked("{}", "tags", false);
}

static void further_failure_keeps_the_first_time(void **state)
{
    int n;
    scoped(free_p) char *text =
        mark_failed("{\"retry_count\":0,\"queue\":\"q\",\"failed_at\":1795223000.5,\"error_class\":"
                    "\"Old\",\"error_message\":\"x\",\"z\":{}}",
                    "new", &n);

    (void)state;
    assert_int_equal(n, 1);
    assert_string_equal(text,
                        "{\"retry_count\":1,\"queue\":\"q\",\"failed_at\":1795223000.5,\"error_"
                        "class\":\"TemporaryError\","
                        "\"error_message\":\"new\",\"z\":{},\"retried_at\":1795223335.840019}");
}

static void entries_stay_showable_in_sidekiq_web(void **state)
{
    int n;
    scoped(free_p) char *minus =
        mark_failed("{\"retry_count\":-1,\"failed_at\":1795223000.5}", "m", &n);
    scoped(free_p) char *dated = NULL;
    scoped(free_p) char *nulls = NULL;

    (void)state;
    assert_int_equal(n, 0);
    assert_non_null(strstr(minus, "\"retried_at\":"));
    dated = mark_failed(
        "{\"retry_count\":2,\"failed_at\":\"2026-11-21T01:08:43Z\",\"retried_at\":\"x\"}", "m", &n);
    assert_int_equal(n, 3);
    assert_non_null(strstr(dated, "\"failed_at\":1795223323.000000"));
    assert_non_null(strstr(dated, "\"retried_at\":1795223335.840019"));
    nulls = mark_failed("{\"retry_count\":null,\"failed_at\":null,\"error_class\":null}", "m", &n);
    assert_int_equal(n, 0);
    assert_string_equal(
        nulls,
        "{\"retry_count\":0,\"failed_at\":1795223335.840019,\"error_class\":\"TemporaryError\","
        "\"queue\":\"q\",\"error_message\":\"m\"}");
}

static void retry_queue_is_honoured(void **state)
{
    int n;
    scoped(free_p) char *text = mark_failed("{\"queue\":\"q\",\"retry_queue\":\"slow\"}", "m", &n);
    scoped(free_p) char *bad =
        mark_failed("{\"queue\":\"q\",\"retry_queue\":\"no good\"}", "m", &n);

    (void)state;
    assert_non_null(strstr(text, "{\"queue\":\"slow\""));
    assert_non_null(strstr(bad, "{\"queue\":\"q\""));
}

static void error_message_is_cut_and_scrubbed(void **state)
{
    scoped(free_p) char *message = calloc(1, 40001);
    scoped(job_free_p) struct job *job = NULL;
    scoped(free_p) char *text = NULL;
    scoped(free_p) char *scrubbed = NULL;
    json_t *root;
    int n;

    (void)state;
    for (size_t i = 0; i < 20000; i++) {
        memcpy(message + 2 * i, "\xC3\xA9", 2);
    }
    text = mark_failed("{}", message, &n);
    root = json_loads(text, 0, NULL);
    assert_non_null(root);
    assert_int_equal(strlen(json_string_value(json_object_get(root, "error_message"))),
                     20000); /* 10000 characters */
    json_decref(root);
    scrubbed = mark_failed("{}", "a\xFF\xC3(\xF0\x9F\x98\x80\xE2\x82z\xF0\x9F", &n);
    job = parse(scrubbed); /* which checks UTF-8 */
    assert_non_null(strstr(scrubbed, "\"a\xEF\xBF\xBD\xEF\xBF\xBD(\xF0\x9F\x98\x80\xEF\xBF\xBD"));
}

static void marking_enqueued_replaces_or_appends(void **state)
{
    static const struct {
        const char *text;
        bool retry;
        const char *want;
    } rows[] = {
        { "{}", false, "{\"enqueued_at\":1795223335.840019}" },
        { " { \"a\" : 1 } ", false, " { \"a\" : 1 ,\"enqueued_at\":1795223335.840019} " },
        { "{\"enqueued_at\":5,\"b\":2}", false, "{\"enqueued_at\":1795223335.840019,\"b\":2}" },
        { "{\"retry_count\":4}", true, "{\"retry_count\":3,\"enqueued_at\":1795223335.840019}" },
        { "{\"retry_count\":0,\"enqueued_at\":1}", true,
          "{\"retry_count\":-1,\"enqueued_at\":1795223335.840019}" },
        { "{\"retry_count\":4}", false, "{\"retry_count\":4,\"enqueued_at\":1795223335.840019}" },
        { "{\"enqueued_at\":1,\"enqueued_at\":2}", false,
          "{\"enqueued_at\":1,\"enqueued_at\":1795223335.840019}" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        scoped(job_free_p) struct job *job = parse(rows[i].text);
        scoped(str_done) struct str out;
        struct fail f;

        str_init(&out, 4096);
        assert_int_equal(job_mark_enqueued(job, now_us, rows[i].retry, &out, &f), 0);
        assert_string_equal(out.data, rows[i].want);
    }
}

/* ---- byte identity ---- */

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* A random JSON value in odd spellings. */
static void add_value(struct str *out, uint32_t *seed, int depth)
{
    static const char *const scalars[] = {
        "9223372036854775808",
        "12345678901234567890",
        "0.1",
        "1e-7",
        "1E+400",
        "-0.0",
        "-0",
        "\"\xE2\x80\xA8\xE2\x80\xA9\"",
        "\"\xF0\x9F\x98\x80\"",
        "\"\\u003c\\/script\\u003e\"",
        "\"\\ud83d\\ude00\"",
        "\"enqueued_at\"",
        "null",
        "true",
        "[]",
        "{ }",
        "\"\\\"}],\"",
        "\"\"",
    };
    uint32_t choice = next_random(seed) % 10;

    if (depth > 6 || choice < 6) {
        str_add(out, scalars[next_random(seed) % COUNT_OF(scalars)]);
        return;
    }
    str_add_char(out, choice < 8 ? '[' : '{');
    for (uint32_t i = 0, count = next_random(seed) % 4; i <= count; i++) {
        str_add(out, i > 0 ? " , " : " ");
        if (choice >= 8) {
            str_addf(out, "\"%s%u\" :\t", i % 2 == 0 ? "args" : "retry_count", i);
        }
        add_value(out, seed, depth + 1);
    }
    str_add(out, choice < 8 ? "\n]" : "\n}");
}

static void check_args(const char *text, const struct str *args)
{
    scoped(job_free_p) struct job *job = parse(text);

    assert_int_equal(job->args_bytes, args->len);
    assert_memory_equal(job->args, args->data, args->len);
}

static void args_keep_their_bytes_through_any_number_of_moves(void **state)
{
    uint32_t seed = 20261121;

    (void)state;
    for (int round = 0; round < 300; round++) {
        scoped(str_done) struct str args;
        scoped(str_done) struct str text;
        int64_t at_us = now_us;

        str_init(&args, 1 << 20);
        str_init(&text, 1 << 20);
        str_add(&args, "[");
        add_value(&args, &seed, 0);
        str_add(&args, "]");
        str_addf(&text, "{\"x\":%u,\"args\": %s ,\"queue\":\"q\",\"jid\":\"j\"}",
                 next_random(&seed), args.data);
        for (int move = 0; move < 12; move++) {
            scoped(job_free_p) struct job *job = parse(text.data);
            struct fail f;
            int count;

            str_clear(&text);
            at_us += 1000000;
            if (next_random(&seed) % 2 == 0) {
                assert_int_equal(job_mark_failed(job,
                                                 &(struct job_failure){ "q", "E", "m\\\"", at_us },
                                                 &text, &count, &f),
                                 0);
            } else {
                assert_int_equal(job_mark_enqueued(job, at_us, move % 3 == 0, &text, &f), 0);
            }
            check_args(text.data, &args);
        }
    }
}

static void deep_and_large_args_survive(void **state)
{
    scoped(str_done) struct str args;
    scoped(str_done) struct str text;
    int n;

    (void)state;
    str_init(&args, 4 << 20);
    str_init(&text, 4 << 20);
    for (int i = 0; i < 200; i++) {
        str_add(&args, i % 2 == 0 ? "[" : "{\"k\":");
    }
    str_add(&args, "\"");
    for (int i = 0; i < 100000; i++) {
        str_add(&args, "0123456789");
    }
    str_add(&args, "\"");
    for (int i = 199; i >= 0; i--) {
        str_add(&args, i % 2 == 0 ? "]" : "}");
    }
    str_addf(&text, "{\"args\":%s}", args.data);
    {
        scoped(job_free_p) struct job *job = parse(text.data);
        scoped(str_done) struct str out;
        struct fail f;

        str_init(&out, 4 << 20);
        assert_int_equal(
            job_mark_failed(job, &(struct job_failure){ "q", "E", "m", now_us }, &out, &n, &f), 0);
        check_args(out.data, &args);
    }
}

static void backoff_follows_the_formula(void **state)
{
    static const int64_t base[] = { 15, 16, 31, 96, 271, 640, 1311, 2416 };
    int64_t total = 0;

    (void)state;
    for (int n = 0; n < 25; n++) {
        total += job_backoff_s(n, 0);
        for (uint32_t random = 0; random < 3000; random += 7) {
            assert_in_range(job_backoff_s(n, random), job_backoff_s(n, 0),
                            job_backoff_s(n, 0) + 10 * (n + 1) - 1);
        }
    }
    for (size_t n = 0; n < COUNT_OF(base); n++) {
        assert_int_equal(job_backoff_s((int)n, 0), base[n]);
    }
    assert_int_equal(total, 1763395);
    assert_int_equal(job_backoff_s(-1, 0), 15);
    assert_true(job_backoff_s(INT32_MAX, UINT32_MAX) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_failure_appends_its_members),
        cmocka_unit_test(further_failure_keeps_the_first_time),
        cmocka_unit_test(entries_stay_showable_in_sidekiq_web),
        cmocka_unit_test(retry_queue_is_honoured),
        cmocka_unit_test(error_message_is_cut_and_scrubbed),
        cmocka_unit_test(marking_enqueued_replaces_or_appends),
        cmocka_unit_test(args_keep_their_bytes_through_any_number_of_moves),
        cmocka_unit_test(deep_and_large_args_survive),
        cmocka_unit_test(members_that_break_pages_are_mended),
        cmocka_unit_test(members_that_pages_can_show_stay),
        cmocka_unit_test(backoff_follows_the_formula),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
