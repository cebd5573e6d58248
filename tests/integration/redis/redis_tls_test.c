/* rediss:// against real servers with certificates of an authority of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base/clock.h"
#include "common/redis/redis.h"
#include "tests/integration/redis/tls_fixture.h"
#include "tests/integration/redis/tls_peer.h"

enum { URL_BYTES = 256, HANDSHAKE_MS = 3000, LARGE_BYTES = 3000000 };

static struct redis *open_url(const char *url)
{
    struct redis *r = NULL;
    struct fail f = { .text = "" };

    if (redis_open(url, &r, &f) < 0) {
        fail_msg("%s", f.text);
        abort();
    }
    return r;
}

/* A handle for host:port that trusts our authority. */
static struct redis *open_port(const struct tls_fixture *x, const char *host, int port)
{
    char url[URL_BYTES];

    (void)snprintf(url, sizeof url, "rediss://%s:%d/3?cacert=%s/ca.pem", host, port, x->folder);
    return open_url(url);
}

static struct redis *open_server(const struct tls_fixture *x, const char *host,
                                 enum tls_server which)
{
    return open_port(x, host, x->servers[which].port);
}

static int64_t number(struct redis *r, const char *a, const char *b)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { .text = "" };

    if (redis_do(r, &reply, &f, a, b, NULL) < 0) {
        fail_msg("%s %s: %s", a, b, f.text);
        abort();
    }
    return reply->integer;
}

static void trusted_server_serves_by_name_and_by_address(void **state)
{
    static const char *const hosts[] = { "localhost", "127.0.0.1" };

    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        scoped(redis_close_p) struct redis *r = open_server(*state, hosts[i], TLS_LOCALHOST);
        scoped(redis_reply_clear_p) redisReply *info = NULL;
        struct fail f = { .text = "" };
        int64_t id = number(r, "CLIENT", "ID");

        assert_int_equal(redis_do(r, &info, &f, "CLIENT", "INFO", NULL), 0);
        assert_non_null(strstr(info->str, "db=3"));
        assert_non_null(strstr(info->str, "name=dropship"));
        assert_int_equal(number(r, "CLIENT", "ID"), id);
        assert_true(redis_last_ok_ms(r) > 0);
    }
}

static void refused(struct redis *r, const char *why)
{
    struct fail f = { .text = "" };

    assert_int_equal(redis_connect(r, &f), -1);
    if (f.kind != FAIL_DENIED || strstr(f.text, why) == NULL) {
        fail_msg("not refused for '%s': %s", why, f.text);
    }
    assert_string_equal(f.code, REDIS_CERTIFICATE);
    assert_non_null(strstr(f.text, "certificate of Redis"));
    assert_int_equal(redis_last_ok_ms(r), 0); /* nothing was said to it */
    redis_close(r);
}

static void certificate_for_another_name_is_refused(void **state)
{
    refused(open_server(*state, "localhost", TLS_OTHER), "hostname mismatch");
    refused(open_server(*state, "127.0.0.1", TLS_OTHER), "IP address mismatch");
    refused(open_server(*state, "127.0.0.1", TLS_NAME_ONLY), "IP address mismatch");
}

static void certificate_of_an_unknown_authority_is_refused(void **state)
{
    const struct tls_fixture *x = *state;
    char url[URL_BYTES];

    (void)snprintf(url, sizeof url, "rediss://localhost:%d", x->servers[TLS_LOCALHOST].port);
    refused(open_url(url), "signed certificate in certificate chain"); /* unknown to the system */
    (void)snprintf(url, sizeof url, "rediss://localhost:%d?cacert=%s/other.pem",
                   x->servers[TLS_LOCALHOST].port, x->folder);
    refused(open_url(url), "signed certificate in certificate chain");
}

static void refused_server_is_left_alone_between_attempts(void **state)
{
    scoped(redis_close_p) struct redis *r = open_server(*state, "localhost", TLS_OTHER);
    struct fail f = { .text = "" };

    assert_int_equal(redis_connect(r, &f), -1);
    assert_int_equal(redis_connect(r, &f), -1);
    assert_non_null(strstr(f.text, "next attempt"));
}

static void unreadable_authority_is_named_before_any_connection(void **state)
{
    const struct tls_fixture *x = *state;
    char url[URL_BYTES];
    struct redis *r = NULL;
    struct fail f = { .text = "" };

    (void)snprintf(url, sizeof url, "rediss://:hunter2@localhost?cacert=%s/config", x->folder);
    assert_int_equal(redis_open(url, &r, &f), -1);
    assert_null(r);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_non_null(strstr(f.text, "/config"));
    assert_null(strstr(f.text, "hunter2"));
}

static void server_without_tls_or_wanting_a_certificate_is_for_later(void **state)
{
    static const enum tls_server which[] = { TLS_PLAIN, TLS_MUTUAL };

    for (size_t i = 0; i < COUNT_OF(which); i++) {
        scoped(redis_close_p) struct redis *r = open_server(*state, "localhost", which[i]);
        struct fail f = { .text = "" };

        assert_int_equal(redis_connect(r, &f), -1);
        assert_int_equal(f.kind, FAIL_LATER);
        assert_string_equal(f.code, REDIS_CONNECTION);
        assert_in_range(f.retry_after_ms, 50, 200);
    }
}

static void trickling_handshake_ends_at_the_deadline(void **state)
{
    struct tls_peer peer;
    struct redis *r;
    struct fail f = { .text = "" };
    int64_t began_ms = clock_mono_ms();

    tls_peer_start_trickle(&peer);
    r = open_port(*state, "localhost", peer.port);
    assert_int_equal(redis_connect(r, &f), -1);
    assert_in_range(clock_mono_ms() - began_ms, HANDSHAKE_MS, HANDSHAKE_MS + 2000);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_non_null(strstr(f.text, "timed out"));
    redis_close(r);
    tls_peer_stop(&peer);
    assert_int_equal(peer.came, 1);
}

static void name_is_sent_and_session_tickets_do_not_end_a_session(void **state)
{
    static const char *const rows[][2] = { { "localhost", "localhost" },
                                           { "127.0.0.1", "(none)" } };
    char pem[URL_BYTES], key[URL_BYTES];

    tls_path(*state, "localhost.pem", pem, sizeof pem);
    tls_path(*state, "localhost.key", key, sizeof key);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct tls_peer peer;
        struct redis *r;

        tls_peer_start_ok(&peer, pem, key);
        r = open_port(*state, rows[i][0], peer.port);
        for (int n = 0; n < 50; n++) {
            (void)number(r, "PING", NULL);
        }
        redis_close(r);
        tls_peer_stop(&peer);
        assert_int_equal(peer.came, 1);
        assert_string_equal(peer.asked, rows[i][1]);
    }
}

static void killed_idle_tls_session_is_replaced_unnoticed(void **state)
{
    scoped(redis_close_p) struct redis *r = open_server(*state, "localhost", TLS_LOCALHOST);
    scoped(redis_close_p) struct redis *other = open_server(*state, "localhost", TLS_LOCALHOST);

    for (int i = 0; i < 20; i++) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;
        struct fail f = { .text = "" };
        int64_t id = number(r, "CLIENT", "ID");
        char text[32];

        (void)snprintf(text, sizeof text, "%lld", (long long)id);
        assert_int_equal(redis_do(other, &reply, &f, "CLIENT", "KILL", "ID", text, NULL), 0);
        assert_int_equal(reply->integer, 1);
        (void)number(other, "DBSIZE", NULL); /* by now the server has closed it */
        assert_true(number(r, "CLIENT", "ID") > id);
    }
}

static void tls_session_lost_while_waiting_is_unknown(void **state)
{
    scoped(redis_close_p) struct redis *r = open_server(*state, "localhost", TLS_LOCALHOST);
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { .text = "" };
    int64_t began_ms = clock_mono_ms();

    redis_set_timeout(r, 200);
    assert_int_equal(redis_do(r, &reply, &f, "BLPOP", "nothing", "5", NULL), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    assert_string_equal(f.code, REDIS_CONNECTION);
    assert_in_range(clock_mono_ms() - began_ms, 200, 4000);
    assert_int_equal(number(r, "EXISTS", "nothing"), 0);
}

static void large_value_goes_and_comes_whole(void **state)
{
    scoped(redis_close_p) struct redis *r = open_server(*state, "localhost", TLS_LOCALHOST);
    scoped(free_p) char *value = malloc(LARGE_BYTES);
    scoped(redis_reply_clear_p) redisReply *set = NULL;
    scoped(redis_reply_clear_p) redisReply *got = NULL;
    struct fail f = { .text = "" };

    assert_non_null(value);
    for (size_t i = 0; i < LARGE_BYTES; i++) {
        value[i] = (char)(i * i >> 7);
    }
    assert_int_equal(
        redis_command(r,
                      &(struct redis_args){ .argv = (const char *[]){ "SET", "large", value },
                                            .lens = (size_t[]){ 3, 5, LARGE_BYTES },
                                            .argc = 3 },
                      &set, &f),
        0);
    assert_int_equal(redis_do(r, &got, &f, "GET", "large", NULL), 0);
    assert_int_equal(got->len, LARGE_BYTES);
    assert_memory_equal(got->str, value, LARGE_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trusted_server_serves_by_name_and_by_address),
        cmocka_unit_test(certificate_for_another_name_is_refused),
        cmocka_unit_test(certificate_of_an_unknown_authority_is_refused),
        cmocka_unit_test(refused_server_is_left_alone_between_attempts),
        cmocka_unit_test(unreadable_authority_is_named_before_any_connection),
        cmocka_unit_test(server_without_tls_or_wanting_a_certificate_is_for_later),
        cmocka_unit_test(trickling_handshake_ends_at_the_deadline),
        cmocka_unit_test(name_is_sent_and_session_tickets_do_not_end_a_session),
        cmocka_unit_test(killed_idle_tls_session_is_replaced_unnoticed),
        cmocka_unit_test(tls_session_lost_while_waiting_is_unknown),
        cmocka_unit_test(large_value_goes_and_comes_whole),
    };

    return cmocka_run_group_tests(tests, tls_setup, tls_teardown);
}
