/* URL parsing, backoff bounds, error table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "common/redis/redis.h"
#include "common/redis/redis_backoff.h"
#include "common/redis/redis_error.h"
#include "common/redis/redis_url.h"

static void same_place(const struct redis_place *got, const struct redis_place *want)
{
    assert_string_equal(got->host, want->host);
    assert_int_equal(got->port, want->port);
}

static void same_login(const struct redis_login *got, const struct redis_login *want)
{
    assert_string_equal(got->user, want->user);
    assert_string_equal(got->password, want->password);
}

static const struct {
    const char *text;
    struct redis_url want;
} good_urls[] = {
    { "redis://localhost", { .server = { "localhost", 6379 } } },
    { "redis://127.0.0.1:7000/12", { .server = { "127.0.0.1", 7000 }, .db = 12 } },
    { "redis://h/", { .server = { "h", 6379 } } },
    { "redis://:secret@h", { .server = { "h", 6379 }, .login = { "", "secret" } } },
    { "redis://worker:p%40ss%3A%2F@h:1/0",
      { .server = { "h", 1 }, .login = { "worker", "p@ss:/" } } },
    { "redis://u:a@b@h", { .server = { "h", 6379 }, .login = { "u", "a@b" } } },
    { "redis://[::1]:7001/3", { .server = { "::1", 7001 }, .db = 3 } },
    { "redis://[fe80::1]", { .server = { "fe80::1", 6379 } } },
    { "rediss://h", { .server = { "h", 6379 }, .tls = true } },
    { "rediss://u:p@[::1]:7001/3?cacert=/etc/my%20ca.pem",
      { .server = { "::1", 7001 },
        .db = 3,
        .login = { "u", "p" },
        .tls = true,
        .cacert = "/etc/my ca.pem" } },
    { "rediss://h?cacert=/ca", { .server = { "h", 6379 }, .tls = true, .cacert = "/ca" } },
    { "unix:///run/redis.sock", { .path = "/run/redis.sock" } },
    { "unix:///run/redis.sock?db=4", { .path = "/run/redis.sock", .db = 4 } },
    { "unix://u:p@/run/a%20b", { .path = "/run/a b", .login = { "u", "p" } } },
    { "redis+sentinel://s1/mymaster",
      { .service = "mymaster", .sentinels = { { "s1", 26379 } }, .sentinel_count = 1 } },
    { "redis+sentinel://u:p@s1:5000,[::1]:5001,s3/my%2Fmaster/7"
      "?sentinel_username=su&sentinel_password=s%26p",
      { .service = "my/master",
        .sentinels = { { "s1", 5000 }, { "::1", 5001 }, { "s3", 26379 } },
        .sentinel_count = 3,
        .db = 7,
        .login = { "u", "p" },
        .sentinel_login = { "su", "s&p" } } },
    { "rediss+sentinel://s1/m?sentinel_password=x&cacert=/ca",
      { .service = "m",
        .sentinels = { { "s1", 26379 } },
        .sentinel_count = 1,
        .tls = true,
        .cacert = "/ca",
        .sentinel_login = { "", "x" } } },
};

static void good_urls_are_taken_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good_urls); i++) {
        struct redis_url u;
        struct fail f = { .text = "" };

        if (redis_url_parse(good_urls[i].text, &u, &f) < 0) {
            fail_msg("%s: %s", good_urls[i].text, f.text);
        }
        same_place(&u.server, &good_urls[i].want.server);
        assert_string_equal(u.path, good_urls[i].want.path);
        same_login(&u.login, &good_urls[i].want.login);
        assert_string_equal(u.cacert, good_urls[i].want.cacert);
        assert_int_equal(u.tls, good_urls[i].want.tls);
        assert_int_equal(u.db, good_urls[i].want.db);
        assert_string_equal(u.service, good_urls[i].want.service);
        same_login(&u.sentinel_login, &good_urls[i].want.sentinel_login);
        assert_int_equal(u.sentinel_count, good_urls[i].want.sentinel_count);
        for (size_t j = 0; j < u.sentinel_count; j++) {
            same_place(&u.sentinels[j], &good_urls[i].want.sentinels[j]);
        }
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
    { "redis://h/0?x=1", "option is not known" },
    { "redis://h#x", "%23" },
    { "redis://hunter2@h", "password is given" },
    { "redis://u:hunter2%@h", "password" },
    { "redis://u:hunter2%zz@h", "password" },
    { "redis://u:hunter2%00@h", "password" },
    { "redis://[::1", "host" },
    { "redis://[::1]x", "after the host" },
    { "rediss://", "host" },
    { "rediss://h/x?cacert=/ca", "database" },
    { "rediss://h?verify=no", "option is not known" },
    { "rediss://h?cacert=/ca&verify=no", "option is not known" },
    { "rediss://h#x", "%23" },
    { "rediss://h?cacert=", "begin with '/'" },
    { "rediss://h?cacert=ca.pem", "begin with '/'" },
    { "rediss://u:hunter2@h?cacert=%2", "cacert" },
    { "rediss://u:hunter2@h?cacert=/nowhere/ca.pem",
      DROPSHIP_REDIS_TLS ? "/nowhere/ca.pem: No such file" : "has no TLS" },
    { "unix://run/x", "begin with '/'" },
    { "unix:///x?database=1", "option" },
    { "unix:///x?db=", "database" },
    { "redis+sentinel://", "host" },
    { "redis+sentinel://s1", "NAME" },
    { "redis+sentinel://s1:0/m", "port" },
    { "redis+sentinel://s1,,s2/m", "host" },
    { "redis+sentinel://s1//3", "NAME" },
    { "redis+sentinel://s1/m/x", "database" },
    { "redis+sentinel://1,2,3,4,5,6,7,8,9/m", "more than 8" },
    { "redis+sentinel://hunter2@s1/m", "password is given" },
    { "redis+sentinel://s1/m?password=hunter2", "option is not known" },
    { "redis+sentinel://s1/m?sentinel_password=hunter2%", "sentinel_password" },
    { "redis+sentinel://s1/m?sentinel_username=u", "without sentinel_password" },
    { "redis+sentinel://s1/m?cacert=/ca", "option is not known" },
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

static const struct {
    const char *text;
    enum fail_kind kind;
    bool drop;
} error_replies[] = {
    { "READONLY You can't write against a read only replica.", FAIL_LATER, true },
    { "UNBLOCKED client unblocked", FAIL_LATER, true },
    { "LOADING Redis is loading the dataset in memory", FAIL_LATER, false },
    { "MASTERDOWN Link with MASTER is down", FAIL_LATER, true },
    { "NOREPLICAS Not enough good replicas to write.", FAIL_LATER, false },
    { "MISCONF Redis is configured to save RDB snapshots", FAIL_LATER, false },
    { "BUSY Redis is busy running a script.", FAIL_LATER, false },
    { "TRYAGAIN Multiple keys", FAIL_LATER, false },
    { "OOM command not allowed when used memory > 'maxmemory'.", FAIL_LATER, false },
    { "NOAUTH Authentication required.", FAIL_DENIED, true },
    { "NOPERM this user has no permissions", FAIL_DENIED, false },
    { "WRONGPASS invalid username-password pair", FAIL_DENIED, true },
    { "NOSCRIPT No matching script.", FAIL_LATER, false },
    { "CLUSTERDOWN Hash slot not served", FAIL_LATER, false },
    { "CROSSSLOT Keys in request don't hash to the same slot", FAIL_DENIED, false },
    { "MOVED 866 127.0.0.1:1", FAIL_DENIED, false },
    { "WRONGTYPE Operation against a key", FAIL_BUG, false },
    { "ERR unknown command", FAIL_BUG, false },
    { "ERR max number of keys", FAIL_BUG, false },
    { "BUSYGROUP Consumer Group name already exists", FAIL_BUG, false },
    { "", FAIL_BUG, false },
};

static void each_error_reply_has_its_kind(void **state)
{
    char word[REDIS_ERROR_WORD_BYTES];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(error_replies); i++) {
        const struct redis_error_rule *rule = redis_error_find(error_replies[i].text, word);

        assert_int_equal(rule->kind, error_replies[i].kind);
        assert_int_equal(rule->drop, error_replies[i].drop);
        assert_memory_equal(word, error_replies[i].text, strlen(word));
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

static void each_end_of_a_connection_has_its_row(void **state)
{
    static const struct {
        int context_error, system_error;
        const char *start;
    } rows[] = {
        { REDIS_ERR_EOF, 0, REDIS_BREAK_EOF },
        { REDIS_ERR_PROTOCOL, 0, REDIS_BREAK_PROTOCOL },
        { REDIS_ERR_OOM, 0, REDIS_BREAK_MEMORY },
        { REDIS_ERR_IO, EAGAIN, REDIS_BREAK_TIMEOUT },
        { REDIS_ERR_IO, ETIMEDOUT, REDIS_BREAK_TIMEOUT },
        { REDIS_ERR_IO, ECONNRESET, REDIS_BREAK_IO },
        { REDIS_ERR_OTHER, EAGAIN, REDIS_BREAK_IO },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct redis_error_rule *rule =
            redis_break_find(rows[i].context_error, rows[i].system_error);

        assert_string_equal(rule->start, rows[i].start);
        assert_int_equal(rule->kind, FAIL_UNKNOWN);
        assert_true(rule->drop);
        assert_string_equal(rule->code, REDIS_CONNECTION);
        assert_true(rule->advice[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_urls_are_taken_apart),
        cmocka_unit_test(bad_urls_name_the_part_and_never_the_password),
        cmocka_unit_test(long_fields_are_refused),
        cmocka_unit_test(backoff_stays_within_its_bounds_and_grows),
        cmocka_unit_test(each_error_reply_has_its_kind),
        cmocka_unit_test(each_end_of_a_connection_has_its_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
