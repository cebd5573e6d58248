/* URL parsing, backoff bounds, error table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/redis/redis.h"
#include "common/redis/redis_backoff.h"
#include "common/redis/redis_error.h"
#include "common/redis/redis_url.h"

static void good_urls_are_taken_apart(void **state)
{
    static const struct {
        const char *text;
        struct redis_url want;
    } rows[] = {
        { "redis://localhost", { .host = "localhost", .port = 6379 } },
        { "redis://127.0.0.1:7000/12", { .host = "127.0.0.1", .port = 7000, .db = 12 } },
        { "redis://h/", { .host = "h", .port = 6379 } },
        { "redis://:secret@h", { .host = "h", .port = 6379, .password = "secret" } },
        { "redis://worker:p%40ss%3A%2F@h:1/0",
          { .host = "h", .port = 1, .user = "worker", .password = "p@ss:/" } },
        { "redis://u:a@b@h", { .host = "h", .port = 6379, .user = "u", .password = "a@b" } },
        { "redis://[::1]:7001/3", { .host = "::1", .port = 7001, .db = 3 } },
        { "redis://[fe80::1]", { .host = "fe80::1", .port = 6379 } },
        { "rediss://h", { .host = "h", .port = 6379, .tls = true } },
        { "rediss://u:p@[::1]:7001/3?cacert=/etc/my%20ca.pem",
          { .host = "::1",
            .port = 7001,
            .db = 3,
            .user = "u",
            .password = "p",
            .tls = true,
            .cacert = "/etc/my ca.pem" } },
        { "rediss://h?cacert=/ca", { .host = "h", .port = 6379, .tls = true, .cacert = "/ca" } },
        { "unix:///run/redis.sock", { .path = "/run/redis.sock", .port = 6379 } },
        { "unix:///run/redis.sock?db=4", { .path = "/run/redis.sock", .port = 6379, .db = 4 } },
        { "unix://u:p@/run/a%20b",
          { .path = "/run/a b", .port = 6379, .user = "u", .password = "p" } },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct redis_url u;
        struct fail f = { .text = "" };

        if (redis_url_parse(rows[i].text, &u, &f) < 0) {
            fail_msg("%s: %s", rows[i].text, f.text);
        }
        assert_string_equal(u.host, rows[i].want.host);
        assert_string_equal(u.path, rows[i].want.path);
        assert_string_equal(u.user, rows[i].want.user);
        assert_string_equal(u.password, rows[i].want.password);
        assert_string_equal(u.cacert, rows[i].want.cacert);
        assert_int_equal(u.tls, rows[i].want.tls);
        assert_int_equal(u.port, rows[i].want.port);
        assert_int_equal(u.db, rows[i].want.db);
    }
}

static const struct {
    const char *text, *part;
} bad_urls[] = {
    { "", "begin with" },
    { "http://h", "begin with" },
    { "localhost:6379", "begin with" },
    { "redis://", "host" },
    { "redis://:6379", "host" },
    { "redis://h:0", "port" },
    { "redis://h:65536", "port" },
    { "redis://h:12x", "port" },
    { "redis://h:", "port" },
    { "redis://h/x", "database" },
    { "redis://h/-1", "database" },
    { "redis://h/1/2", "database" },
    { "redis://h/0?x=1", "options" },
    { "redis://hunter2@h", "password is given" },
    { "redis://u:hunter2%@h", "password" },
    { "redis://u:hunter2%zz@h", "password" },
    { "redis://u:hunter2%00@h", "password" },
    { "redis://[::1", "host" },
    { "redis://[::1]x", "after the host" },
    { "rediss://", "host" },
    { "rediss://h/x?cacert=/ca", "database" },
    { "rediss://h?verify=no", "only option" },
    { "rediss://h?cacert=/ca&verify=no", "only option" },
    { "rediss://h#x", "only option" },
    { "rediss://h?cacert=", "begin with '/'" },
    { "rediss://h?cacert=ca.pem", "begin with '/'" },
    { "rediss://u:hunter2@h?cacert=%2", "cacert" },
    { "rediss://u:hunter2@h?cacert=/nowhere/ca.pem",
      DROPSHIP_REDIS_TLS ? "/nowhere/ca.pem: No such file" : "has no TLS" },
    { "unix://run/x", "begin with '/'" },
    { "unix:///x?database=1", "option" },
    { "unix:///x?db=", "database" },
};

static void bad_urls_name_the_part_and_never_the_password(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad_urls); i++) {
        struct redis *r = NULL;
        struct fail f = { .text = "" };

        assert_int_equal(redis_open(bad_urls[i].text, &r, &f), -1);
        assert_null(r);
        assert_int_equal(f.kind, FAIL_INPUT);
        if (strstr(f.text, bad_urls[i].part) == NULL || strstr(f.text, "hunter2") != NULL) {
            fail_msg("'%s' gave: %s", bad_urls[i].text, f.text);
        }
    }
}

static void long_fields_are_refused(void **state)
{
    char url[2048] = "redis://u:";
    struct redis_url u;
    struct fail f;

    (void)state;
    memset(url + strlen(url), 'p', 600);
    memcpy(url + 610, "@h", 3);
    assert_int_equal(redis_url_parse(url, &u, &f), -1);
    assert_non_null(strstr(f.text, "password is too long"));
}

static void backoff_stays_within_its_bounds_and_grows(void **state)
{
    (void)state;
    for (unsigned failures = 1; failures < 100; failures++) {
        int64_t least = redis_backoff_ms(failures, 0);

        for (uint32_t random = 0; random < 10000; random += 37) {
            int64_t ms = redis_backoff_ms(failures, random);

            assert_in_range(ms, REDIS_BACKOFF_MIN_MS, REDIS_BACKOFF_MAX_MS);
            assert_true(ms >= least);
        }
        assert_true(failures == 1 || least >= redis_backoff_ms(failures - 1, 0));
    }
    assert_int_equal(redis_backoff_ms(1, 0), 100);
    assert_int_equal(redis_backoff_ms(50, 2500), 5000);
}

static void each_error_reply_has_its_kind(void **state)
{
    static const struct {
        const char *text;
        enum fail_kind kind;
        bool drop;
    } rows[] = {
        { "READONLY You can't write against a read only replica.", FAIL_LATER, true },
        { "UNBLOCKED client unblocked", FAIL_LATER, true },
        { "LOADING Redis is loading the dataset in memory", FAIL_LATER, false },
        { "MASTERDOWN Link with MASTER is down", FAIL_LATER, false },
        { "NOREPLICAS Not enough good replicas to write.", FAIL_LATER, false },
        { "MISCONF Redis is configured to save RDB snapshots", FAIL_LATER, false },
        { "BUSY Redis is busy running a script.", FAIL_LATER, false },
        { "TRYAGAIN Multiple keys", FAIL_LATER, false },
        { "OOM command not allowed when used memory > 'maxmemory'.", FAIL_LATER, false },
        { "NOAUTH Authentication required.", FAIL_DENIED, true },
        { "NOPERM this user has no permissions", FAIL_DENIED, false },
        { "WRONGPASS invalid username-password pair", FAIL_DENIED, true },
        { "WRONGTYPE Operation against a key", FAIL_BUG, false },
        { "ERR unknown command", FAIL_BUG, false },
        { "ERR max number of keys", FAIL_BUG, false },
        { "BUSYGROUP Consumer Group name already exists", FAIL_BUG, false },
        { "", FAIL_BUG, false },
    };
    char word[REDIS_ERROR_WORD_BYTES];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct redis_error_rule *rule = redis_error_find(rows[i].text, word);

        assert_int_equal(rule->kind, rows[i].kind);
        assert_int_equal(rule->drop, rows[i].drop);
        assert_memory_equal(word, rows[i].text, strlen(word));
    }
    {
        const struct redis_error_rule *full =
            redis_error_find("ERR max number of clients reached", word);

        assert_int_equal(full->kind, FAIL_LATER);
        assert_true(full->drop);
        assert_string_equal(word, "CONNECTION");
    }
    (void)redis_error_find("AVERYLONGWORDTHATDOESNOTFITINTOITSFIELD x", word);
    assert_int_equal(strlen(word), REDIS_ERROR_WORD_BYTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_urls_are_taken_apart),
        cmocka_unit_test(bad_urls_name_the_part_and_never_the_password),
        cmocka_unit_test(long_fields_are_refused),
        cmocka_unit_test(backoff_stays_within_its_bounds_and_grows),
        cmocka_unit_test(each_error_reply_has_its_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
