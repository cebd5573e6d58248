/* The job format: reading liberally, writing exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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
        parse("{\"retry\":3,\"queue\":\"sync\",\"tags\":[\"supplier\",\"price\"],\"backtrace\":5,"
              "\"class\":\"PriceSyncJob\","
              "\"args\":[\"b2\",2],\"jid\":\"f166d2a1b0c3e4f5a6978812\",\"created_at\":1795223323."
              "0264807,"
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
        parse("{\"retry\":3,\"queue\":\"sync\",\"tags\":[],\"backtrace\":5,\"args\":[\"SKU-2\","
              "2999,{\"fail\":true}],"
              "\"class\":\"PriceSyncJob\",\"jid\":\"3c61aa\",\"created_at\":1795223323.024302,"
              "\"enqueued_at\":1795223323.0243523,"
              "\"error_message\":\"supplier said no: "
              "SKU-2\",\"error_class\":\"ArgumentError\",\"failed_at\":1795223335.8400187,"
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
        parse("{\"jid\":12345,\"class\":null,\"queue\":[\"q\"],\"args\":{\"not\":\"array\"},"
              "\"retry_count\":-1,\"failed_at\":null,"
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
    static const char *const bad[] = { "",  "[]",       "\"text\"",         "5",      "null",
                                       "{", "{\"a\":1", "{\"a\":\"\xFF\"}", "junk {}" };

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
    const struct job_spec spec = { .type = "order.release",
                                   .queue = "fulfillment",
                                   .args = "[42, \"x\"]",
                                   .jid = "0123456789abcdef01234567",
                                   .trace_id = "aabb",
                                   .max_retries = -1 };
    scoped(str_done) struct str out;
    struct fail f;

    (void)state;
    str_init(&out, 2 * JOB_MAX_BYTES);
    assert_int_equal(job_build(&spec, 1795223323000000, true, &out, &f), 0);
    assert_string_equal(out.data,
                        "{\"retry\":true,\"queue\":\"fulfillment\",\"class\":\"order.release\","
                        "\"args\":[42, \"x\"],"
                        "\"jid\":\"0123456789abcdef01234567\",\"created_at\":1795223323.000000,"
                        "\"dropship_trace\":\"aabb\",\"enqueued_at\":1795223323.000000}");
}

static void new_ids_are_24_hex_digits_and_differ(void **state)
{
    const struct job_spec spec = { .type = "a", .queue = "q" };
    char jids[2][JOB_JID_BYTES];

    (void)state;
    for (int i = 0; i < 2; i++) {
        scoped(str_done) struct str out;
        scoped(job_free_p) struct job *job = NULL;
        struct fail f;

        str_init(&out, JOB_MAX_BYTES);
        assert_int_equal(job_build(&spec, now_us, false, &out, &f), 0);
        assert_int_equal(job_parse(out.data, out.len, &job, &f), 0);
        assert_true(str_fit(jids[i], sizeof jids[i], job->jid));
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
        { "orders.check", "class", true },
        { "A::B/c-d_1", "class", true },
        { "A/b", "queue", false },
        { "low:prio-1.x_y", "queue", true },
        { "", "queue", false },
        { NULL, "queue", false },
        { "a b", "queue", false },
        { "a\n", "queue", false },
        { "<script>", "class", false },
        { "caf\xC3\xA9", "queue", false },
        { "a#b", "queue", false },
        { "a*", "queue", false },
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

static void expiry_of_our_own_jobs_is_one_instant(void **state)
{
    scoped(job_free_p) struct job *job = parse(
        "{\"expires_in\":60,\"dropship_expires_at\":1795223383.250000,\"created_at\":1795223000.0,"
        "\"enqueued_at\":1795229999.0}");

    (void)state;
    assert_int_equal(job->expires_us, 1795223383250000);
}

static void expiry_of_foreign_jobs_is_read_liberally(void **state)
{
    static const struct {
        const char *text;
        int64_t want_us;
    } rows[] = {
        { "{\"expires_in\":60,\"created_at\":1000.5}", 1060500000 },
        { "{\"expires_in\":60.25,\"created_at\":1000.5}", 1060750000 },
        { "{\"expires_in\":\"60\",\"created_at\":1000.5}", 1060500000 },
        { "{\"expires_in\":60,\"created_at\":1000.5,\"enqueued_at\":2000.5}", 2060500000 },
        { "{\"expires_in\":60,\"created_at\":1795223323022}", 1795223383022000 },
        { "{\"expires_in\":60}", 0 },
        { "{\"created_at\":1000.5}", 0 },
        { "{\"expires_in\":0,\"created_at\":1000.5}", 0 },
        { "{\"expires_in\":-5,\"created_at\":1000.5}", 0 },
        { "{\"expires_in\":\"soon\",\"created_at\":1000.5}", 0 },
        { "{\"expires_in\":\"\",\"created_at\":1000.5}", 0 },
        { "{\"expires_in\":[60],\"created_at\":1000.5}", 0 },
        { "{\"expires_in\":1e300,\"created_at\":1000.5}", 0 },
        { "{\"expires_in\":null,\"created_at\":1000.5}", 0 },
        { "{\"expires_in\":60,\"created_at\":1000.5,\"dropship_expires_at\":\"x\"}", 1060500000 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        scoped(job_free_p) struct job *job = parse(rows[i].text);

        if (job->expires_us != rows[i].want_us) {
            fail_msg("%s gave %lld", rows[i].text, (long long)job->expires_us);
        }
    }
}

static void only_a_whole_digest_names_a_lock(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        { "{\"dropship_unique\":\"0123456789abcdef0123456789abcdef01234567\"}", true },
        { "{\"dropship_unique\":\"0123456789ABCDEF0123456789abcdef01234567\"}", false },
        { "{\"dropship_unique\":\"0123456789abcdef0123456789abcdef0123456\"}", false },
        { "{\"dropship_unique\":\"0123456789abcdef0123456789abcdef012345678\"}", false },
        { "{\"dropship_unique\":\"x\\\" y\"}", false },
        { "{\"dropship_unique\":5}", false },
        { "{}", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        scoped(job_free_p) struct job *job = parse(rows[i].text);

        assert_int_equal(job->unique[0] != '\0', rows[i].good);
    }
}

/* A spec as a payload; test's to release. */
static void build(const struct job_spec *spec, struct str *out)
{
    struct fail f;

    str_init(out, 2 * JOB_MAX_BYTES);
    if (job_build(spec, now_us, spec->run_at_us <= now_us, out, &f) < 0) {
        fail_msg("%s", f.text);
    }
}

static void expiry_and_lock_are_written_as_they_are_read(void **state)
{
    const struct job_spec spec = { .type = "a",
                                   .queue = "q",
                                   .expires_in_s = 60,
                                   .unique_for_s = 300,
                                   .run_at_us = now_us + 10000000 };
    scoped(str_done) struct str out;
    scoped(job_free_p) struct job *job = NULL;
    char digest[JOB_LOCK_BYTES];
    struct fail f;

    (void)state;
    build(&spec, &out);
    job = parse(out.data);
    assert_non_null(strstr(out.data, ",\"expires_in\":60,"));
    assert_non_null(strstr(out.data, ",\"unique_for\":300,"));
    assert_int_equal(job->expires_us, now_us + 70000000); /* from when it is due */
    assert_int_equal(job->unique_for_s, 300);
    assert_int_equal(job_unique_digest(&spec, digest, &f), 0);
    assert_string_equal(job->unique, digest);
    assert_int_equal(strlen(digest), JOB_LOCK_BYTES - 1);
}

static void the_same_job_is_the_same_whatever_its_white_space(void **state)
{
    static const struct {
        struct job_spec spec;
        bool same;
    } rows[] = {
        { { .type = "a", .queue = "q", .args = "[1,\"x y\",{\"b\":\"\\\" \"}]" }, true },
        { { .type = "a", .queue = "q", .args = " [ 1 ,\t\"x y\"\n, {\"b\" : \"\\\" \"} ]" }, true },
        { { .type = "a", .queue = "q", .args = "[1,\"xy\",{\"b\":\"\\\" \"}]" }, false },
        { { .type = "a", .queue = "q", .args = "[1,\"x y\",{\"b\":\"\\\"\"}]" }, false },
        { { .type = "b", .queue = "q", .args = "[1,\"x y\",{\"b\":\"\\\" \"}]" }, false },
        { { .type = "a", .queue = "r", .args = "[1,\"x y\",{\"b\":\"\\\" \"}]" }, false },
        { { .type = "a", .queue = "q", .unique_key = "k" }, false },
    };
    char first[JOB_LOCK_BYTES], digest[JOB_LOCK_BYTES];
    struct fail f;

    (void)state;
    assert_int_equal(job_unique_digest(&rows[0].spec, first, &f), 0);
    for (size_t i = 1; i < COUNT_OF(rows); i++) {
        assert_int_equal(job_unique_digest(&rows[i].spec, digest, &f), 0);
        assert_int_equal(strcmp(digest, first) == 0, rows[i].same);
    }
}

static void a_key_decides_alone(void **state)
{
    const struct job_spec one = { .type = "a", .queue = "q", .args = "[1]", .unique_key = "k" };
    const struct job_spec two = { .type = "b", .queue = "r", .unique_key = "k" };
    const struct job_spec other = { .type = "a", .queue = "q", .args = "[1]", .unique_key = "K" };
    char digests[3][JOB_LOCK_BYTES];
    struct fail f;

    (void)state;
    assert_int_equal(job_unique_digest(&one, digests[0], &f), 0);
    assert_int_equal(job_unique_digest(&two, digests[1], &f), 0);
    assert_int_equal(job_unique_digest(&other, digests[2], &f), 0);
    assert_string_equal(digests[0], digests[1]);
    assert_string_not_equal(digests[0], digests[2]);
}

static void impossible_limits_are_refused(void **state)
{
    char long_key[JOB_UNIQUE_KEY_MAX + 2];
    struct job_spec rows[] = {
        { .type = "a", .queue = "q", .expires_in_s = -1 },
        { .type = "a", .queue = "q", .expires_in_s = INT64_MAX },
        { .type = "a", .queue = "q", .unique_for_s = -1 },
        { .type = "a", .queue = "q", .run_at_us = JOB_TIME_MAX_US + 1 },
        { .type = "a", .queue = "q", .run_at_us = INT64_MAX, .expires_in_s = 60 },
        { .type = "a", .queue = "q", .unique_for_s = INT64_MAX },
        { .type = "a", .queue = "q", .unique_key = "k" },
        { .type = "a", .queue = "q", .unique_for_s = 1, .unique_key = "" },
        { .type = "a", .queue = "q", .unique_for_s = 1, .unique_key = long_key },
    };
    struct fail f;

    (void)state;
    memset(long_key, 'k', sizeof long_key);
    long_key[sizeof long_key - 1] = '\0';
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(job_check(&rows[i], &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
    }
    long_key[JOB_UNIQUE_KEY_MAX] = '\0';
    assert_int_equal(job_check(&rows[COUNT_OF(rows) - 1], &f), 0);
}

static void a_payload_may_have_64_KiB_and_no_more(void **state)
{
    static char args[JOB_MAX_BYTES + 8];
    struct job_spec spec = { .type = "a", .queue = "q", .args = args, .max_retries = -1 };
    scoped(str_done) struct str out;
    struct fail f;
    size_t fixed;

    (void)state;
    (void)snprintf(args, sizeof args, "[]");
    build(&spec, &out);
    fixed = out.len - 2;
    memset(args, ' ', sizeof args);
    args[0] = '[';
    args[JOB_MAX_BYTES - fixed - 1] = ']';
    args[JOB_MAX_BYTES - fixed] = '\0';
    str_done(&out);
    build(&spec, &out);
    assert_int_equal(out.len, JOB_MAX_BYTES);
    args[JOB_MAX_BYTES - fixed - 1] = ' ';
    args[JOB_MAX_BYTES - fixed] = ']';
    args[JOB_MAX_BYTES - fixed + 1] = '\0';
    assert_int_equal(job_check(&spec, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
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
        cmocka_unit_test(expiry_of_our_own_jobs_is_one_instant),
        cmocka_unit_test(expiry_of_foreign_jobs_is_read_liberally),
        cmocka_unit_test(only_a_whole_digest_names_a_lock),
        cmocka_unit_test(expiry_and_lock_are_written_as_they_are_read),
        cmocka_unit_test(the_same_job_is_the_same_whatever_its_white_space),
        cmocka_unit_test(a_key_decides_alone),
        cmocka_unit_test(impossible_limits_are_refused),
        cmocka_unit_test(a_payload_may_have_64_KiB_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
