/* The job format: reading liberally, writing exactly, changing without touching other bytes. */
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

/* As the Ruby client 6.4.1 pushed it. */
static void recorded_payload_is_read(void **state)
{
    scoped(job_free_p) struct job *job =
        parse("{\"retry\":3,\"queue\":\"sync\",\"tags\":[\"supplier\",\"price\"],\"backtrace\":5,\"class\":\"PriceSyncJob\","
              "\"args\":[\"b2\",2],\"jid\":\"f166d2a1b0c3e4f5a6978812\",\"created_at\":1795223323.0264807,"
              "\"enqueued_at\":1795223323.026511}");

    (void)state;
    assert_string_equal(job->type, "PriceSyncJob");
    assert_string_equal(job->queue, "sync");
    assert_string_equal(job->jid, "f166d2a1b0c3e4f5a6978812");
    assert_memory_equal(job->args, "[\"b2\",2]", job->args_bytes);
    assert_int_equal(job->args_bytes, 8);
    assert_true(job->args_is_array);
    assert_int_equal(job->max_retries, 3);
    assert_int_equal(job->retry_count, -1);
    assert_int_equal(job->created_us, 1795223323026481);
    assert_int_equal(job->enqueued_us, 1795223323026511);
    assert_int_equal(job->failed_us, 0);
}

static void recorded_retry_entry_is_read(void **state)
{
    scoped(job_free_p) struct job *job =
        parse("{\"retry\":3,\"queue\":\"sync\",\"tags\":[],\"backtrace\":5,\"args\":[\"SKU-2\",2999,{\"fail\":true}],"
              "\"class\":\"PriceSyncJob\",\"jid\":\"3c61aa\",\"created_at\":1795223323.024302,\"enqueued_at\":1795223323.0243523,"
              "\"error_message\":\"supplier said no: SKU-2\",\"error_class\":\"ArgumentError\",\"failed_at\":1795223335.8400187,"
              "\"retry_count\":0,\"error_backtrace\":\"eJy1z1tuwjAQ\\n\"}");

    (void)state;
    assert_int_equal(job->retry_count, 0);
    assert_int_equal(job->failed_us, 1795223335840019);
    assert_memory_equal(job->args, "[\"SKU-2\",2999,{\"fail\":true}]", job->args_bytes);
}

static void every_form_of_time_is_read(void **state)
{
    static const struct {
        const char *text;
        int64_t want_us;
    } rows[] = {
        { "1795223323.5", 1795223323500000 },
        { "1795223323.0", 1795223323000000 },
        { "1.7952233235e9", 1795223323500000 },
        { "1795223323", 1795223323000000 },
        { "1795223323022", 1795223323022000 },
        { "\"1795223323.5\"", 1795223323500000 },
        { "\"2026-11-21T01:08:43Z\"", 1795223323000000 },
        { "\"yesterday\"", 0 },
        { "\"\"", 0 },
        { "null", 0 },
        { "true", 0 },
        { "[]", 0 },
        { "{}", 0 },
        { "-5", 0 },
        { "0", 0 },
        { "1e300", 0 },
        { "99999999999999999999999", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char text[128];
        scoped(job_free_p) struct job *job = NULL;

        (void)snprintf(text, sizeof text, "{\"created_at\":%s}", rows[i].text);
        job = parse(text);
        if (job->created_us != rows[i].want_us) {
            fail_msg("%s gave %lld", rows[i].text, (long long)job->created_us);
        }
    }
}

static void every_form_of_retry_is_read(void **state)
{
    static const struct {
        const char *text;
        int want;
    } rows[] = {
        { "{}", -1 },
        { "{\"retry\":true}", 25 },
        { "{\"retry\":false}", 0 },
        { "{\"retry\":0}", 0 },
        { "{\"retry\":7}", 7 },
        { "{\"retry\":-1}", 0 },
        { "{\"retry\":\"true\"}", 25 },
        { "{\"retry\":\"5\"}", 25 },
        { "{\"retry\":5.0}", 25 },
        { "{\"retry\":null}", 25 },
        { "{\"retry\":[]}", 25 },
        { "{\"retry\":99999999999999999999}", INT32_MAX },
        { "{\"retry\":3,\"retry\":4}", 4 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        scoped(job_free_p) struct job *job = parse(rows[i].text);

        assert_int_equal(job->max_retries, rows[i].want);
    }
}

static void odd_members_are_survived(void **state)
{
    scoped(job_free_p) struct job *job =
        parse("{\"jid\":12345,\"class\":null,\"queue\":[\"q\"],\"args\":{\"not\":\"array\"},\"retry_count\":-1,\"failed_at\":null,"
              "\"tags\":\"text\",\"dropship_trace\":7,\"cl\\u0061ss\":\"Real\"}");
    scoped(job_free_p) struct job *empty = parse("{}");

    (void)state;
    assert_string_equal(job->jid, "");
    assert_string_equal(job->type, "Real"); /* an escaped name is the same name; the last wins */
    assert_string_equal(job->queue, "");
    assert_false(job->args_is_array);
    assert_non_null(job->args);
    assert_int_equal(job->retry_count, -1);
    assert_null(empty->args);
}

static void what_is_not_an_object_is_refused(void **state)
{
    static const char *const bad[] = { "", "[]", "\"text\"", "5", "null", "{", "{\"a\":1", "{\"a\":\"\xFF\"}", "junk {}" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct job *job = NULL;
        struct fail f;

        assert_int_equal(job_parse(bad[i], strlen(bad[i]), &job, &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
        assert_null(job);
    }
}

static void built_payload_has_the_exact_form(void **state)
{
    const struct job_spec spec = { .type = "order.release", .queue = "fulfillment", .args = "[42, \"x\"]",
                                   .jid = "0123456789abcdef01234567", .trace_id = "aabb", .max_retries = -1 };
    scoped(str_done) struct str out;
    char jid[JOB_JID_BYTES];
    struct fail f;

    (void)state;
    str_init(&out, 2 * JOB_MAX_BYTES);
    assert_int_equal(job_build(&spec, 1795223323000000, true, &out, jid, &f), 0);
    assert_string_equal(out.data, "{\"retry\":true,\"queue\":\"fulfillment\",\"class\":\"order.release\",\"args\":[42, \"x\"],"
                                  "\"jid\":\"0123456789abcdef01234567\",\"created_at\":1795223323.000000,"
                                  "\"dropship_trace\":\"aabb\",\"enqueued_at\":1795223323.000000}");
    assert_string_equal(jid, spec.jid);
}

static void new_ids_are_24_hex_digits_and_differ(void **state)
{
    const struct job_spec spec = { .type = "a", .queue = "q" };
    char jids[2][JOB_JID_BYTES];

    (void)state;
    for (int i = 0; i < 2; i++) {
        scoped(str_done) struct str out;
        struct fail f;

        str_init(&out, JOB_MAX_BYTES);
        assert_int_equal(job_build(&spec, now_us, false, &out, jids[i], &f), 0);
        assert_int_equal(strlen(jids[i]), 24);
        assert_int_equal(strspn(jids[i], "0123456789abcdef"), 24);
        assert_null(strstr(out.data, "enqueued_at"));
        assert_non_null(strstr(out.data, "\"args\":[]"));
        assert_non_null(strstr(out.data, "\"retry\":0"));
    }
    assert_string_not_equal(jids[0], jids[1]);
}

static void names_are_checked(void **state)
{
    static const struct {
        const char *name, *what;
        bool good;
    } rows[] = {
        { "orders.check", "class", true },  { "A::B/c-d_1", "class", true }, { "A/b", "queue", false },
        { "low:prio-1.x_y", "queue", true }, { "", "queue", false },          { NULL, "queue", false },
        { "a b", "queue", false },           { "a\n", "queue", false },       { "<script>", "class", false },
        { "caf\xC3\xA9", "queue", false },   { "a#b", "queue", false },       { "a*", "queue", false },
    };
    char longest[JOB_NAME_BYTES + 1];
    struct fail f;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(job_check_name(rows[i].name, rows[i].what, &f), rows[i].good ? 0 : -1);
    }
    memset(longest, 'a', sizeof longest);
    longest[JOB_NAME_BYTES] = '\0';
    assert_int_equal(job_check_name(longest, "queue", &f), -1);
    longest[JOB_NAME_BYTES - 1] = '\0';
    assert_int_equal(job_check_name(longest, "queue", &f), 0);
}

static char *mark_failed(const char *text, const char *message, int *retry_count)
{
    scoped(job_free_p) struct job *job = parse(text);
    scoped(str_done) struct str out;
    struct fail f;

    str_init(&out, 1024 * 1024);
    if (job_mark_failed(job, "q", "TemporaryError", message, now_us, &out, retry_count, &f) < 0) {
        fail_msg("%s", f.text);
    }
    return str_steal(&out);
}

static void first_failure_appends_its_members(void **state)
{
    int n;
    scoped(free_p) char *text = mark_failed("{\"args\":[1],\"queue\":\"q\",\"jid\":\"a\"}", "said \"no\"\n", &n);

    (void)state;
    assert_int_equal(n, 0);
    assert_string_equal(text, "{\"args\":[1],\"queue\":\"q\",\"jid\":\"a\",\"error_message\":\"said \\\"no\\\"\\u000a\","
                              "\"error_class\":\"TemporaryError\",\"failed_at\":1795223335.840019,\"retry_count\":0}");
}

static void further_failure_keeps_the_first_time(void **state)
{
    int n;
    scoped(free_p) char *text =
        mark_failed("{\"retry_count\":0,\"queue\":\"q\",\"failed_at\":1795223000.5,\"error_class\":\"Old\",\"error_message\":\"x\",\"z\":{}}",
                    "new", &n);

    (void)state;
    assert_int_equal(n, 1);
    assert_string_equal(text, "{\"retry_count\":1,\"queue\":\"q\",\"failed_at\":1795223000.5,\"error_class\":\"TemporaryError\","
                              "\"error_message\":\"new\",\"z\":{},\"retried_at\":1795223335.840019}");
}

static void entries_stay_showable_in_sidekiq_web(void **state)
{
    int n;
    scoped(free_p) char *minus = mark_failed("{\"retry_count\":-1,\"failed_at\":1795223000.5}", "m", &n);
    scoped(free_p) char *dated = NULL;
    scoped(free_p) char *nulls = NULL;

    (void)state;
    assert_int_equal(n, 0);
    assert_non_null(strstr(minus, "\"retried_at\":"));
    dated = mark_failed("{\"retry_count\":2,\"failed_at\":\"2026-11-21T01:08:43Z\",\"retried_at\":\"x\"}", "m", &n);
    assert_int_equal(n, 3);
    assert_non_null(strstr(dated, "\"failed_at\":1795223323.000000"));
    assert_non_null(strstr(dated, "\"retried_at\":1795223335.840019"));
    nulls = mark_failed("{\"retry_count\":null,\"failed_at\":null,\"error_class\":null}", "m", &n);
    assert_int_equal(n, 0);
    assert_string_equal(nulls, "{\"retry_count\":0,\"failed_at\":1795223335.840019,\"error_class\":\"TemporaryError\","
                               "\"queue\":\"q\",\"error_message\":\"m\"}");
}

static void retry_queue_is_honoured(void **state)
{
    int n;
    scoped(free_p) char *text = mark_failed("{\"queue\":\"q\",\"retry_queue\":\"slow\"}", "m", &n);
    scoped(free_p) char *bad = mark_failed("{\"queue\":\"q\",\"retry_queue\":\"no good\"}", "m", &n);

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
    assert_int_equal(strlen(json_string_value(json_object_get(root, "error_message"))), 20000); /* 10000 characters */
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
        { "{\"retry_count\":0,\"enqueued_at\":1}", true, "{\"retry_count\":-1,\"enqueued_at\":1795223335.840019}" },
        { "{\"retry_count\":4}", false, "{\"retry_count\":4,\"enqueued_at\":1795223335.840019}" },
        { "{\"enqueued_at\":1,\"enqueued_at\":2}", false, "{\"enqueued_at\":1,\"enqueued_at\":1795223335.840019}" },
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
        "9223372036854775808", "12345678901234567890", "0.1", "1e-7", "1E+400", "-0.0", "-0", "\"\xE2\x80\xA8\xE2\x80\xA9\"",
        "\"\xF0\x9F\x98\x80\"", "\"\\u003c\\/script\\u003e\"", "\"\\ud83d\\ude00\"", "\"enqueued_at\"", "null", "true", "[]", "{ }",
        "\"\\\"}],\"", "\"\"",
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
        str_addf(&text, "{\"x\":%u,\"args\": %s ,\"queue\":\"q\",\"jid\":\"j\"}", next_random(&seed), args.data);
        for (int move = 0; move < 12; move++) {
            scoped(job_free_p) struct job *job = parse(text.data);
            struct fail f;
            int count;

            str_clear(&text);
            at_us += 1000000;
            if (next_random(&seed) % 2 == 0) {
                assert_int_equal(job_mark_failed(job, "q", "E", "m\\\"", at_us, &text, &count, &f), 0);
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
    scoped(free_p) char *moved = NULL;
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
        assert_int_equal(job_mark_failed(job, "q", "E", "m", now_us, &out, &n, &f), 0);
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
            assert_in_range(job_backoff_s(n, random), job_backoff_s(n, 0), job_backoff_s(n, 0) + 10 * (n + 1) - 1);
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
        cmocka_unit_test(recorded_payload_is_read),
        cmocka_unit_test(recorded_retry_entry_is_read),
        cmocka_unit_test(every_form_of_time_is_read),
        cmocka_unit_test(every_form_of_retry_is_read),
        cmocka_unit_test(odd_members_are_survived),
        cmocka_unit_test(what_is_not_an_object_is_refused),
        cmocka_unit_test(built_payload_has_the_exact_form),
        cmocka_unit_test(new_ids_are_24_hex_digits_and_differ),
        cmocka_unit_test(names_are_checked),
        cmocka_unit_test(first_failure_appends_its_members),
        cmocka_unit_test(further_failure_keeps_the_first_time),
        cmocka_unit_test(entries_stay_showable_in_sidekiq_web),
        cmocka_unit_test(retry_queue_is_honoured),
        cmocka_unit_test(error_message_is_cut_and_scrubbed),
        cmocka_unit_test(marking_enqueued_replaces_or_appends),
        cmocka_unit_test(args_keep_their_bytes_through_any_number_of_moves),
        cmocka_unit_test(deep_and_large_args_survive),
        cmocka_unit_test(backoff_follows_the_formula),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
