/* Connections that end, stall or talk nonsense: every wait has an end, and the handle goes on afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/redis/redis.h"
#include "common/redis/redis_priv.h"
#include "tests/integration/redis/proxy.h"
#include "tests/integration/redis/server.h"

enum { SLACK_MS = 500, BUSY_MACHINE_MS = 3000 };

static struct server server;

static int start_server(void **state)
{
    (void)state;
    server_start(&server, "");
    return 0;
}

static int stop_server(void **state)
{
    (void)state;
    server_stop(&server);
    return 0;
}

static struct redis *open_port(int port)
{
    char url[64];
    struct redis *r = NULL;
    struct fail f = { .text = "" };

    (void)snprintf(url, sizeof url, "redis://127.0.0.1:%d", port);
    if (redis_open(url, &r, &f) < 0) {
        fail_msg("%s", f.text);
    }
    return r;
}

static void must_ping(struct redis *r)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { .text = "" };

    if (redis_do(r, &reply, &f, "PING", NULL) < 0) {
        fail_msg("%s", f.text);
    }
}

/* Ends as the row `start` of the error table says. */
static void ends(const struct fail *f, const struct redis *r, const char *start)
{
    char word[REDIS_ERROR_WORD_BYTES];
    const struct redis_error_rule *rule = redis_error_find(start, word);

    assert_string_equal(rule->start, start);
    if (f->kind != rule->kind || strstr(f->text, rule->advice) == NULL) {
        fail_msg("want '%s', got kind %s: %s", rule->advice, fail_rule(f->kind)->name, f->text);
    }
    assert_string_equal(f->code, REDIS_CONNECTION);
    assert_null(r->context);
}

static void blocked_pop_returns_when_its_peer_has_vanished(void **state)
{
    struct proxy *proxy = proxy_start(server.port);
    struct redis *r = open_port(proxy_port(proxy));
    int64_t before_ms;

    (void)state;
    must_ping(r);
    proxy_set(proxy, PROXY_MUTE);
    redis_set_timeout(r, 1000 + SLACK_MS);
    before_ms = clock_mono_ms();
    {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;
        struct fail f = { .text = "" };

        assert_int_equal(redis_do(r, &reply, &f, "BLMOVE", "a", "b", "LEFT", "LEFT", "1", NULL),
                         -1);
        ends(&f, r, REDIS_BREAK_TIMEOUT);
    }
    assert_in_range(clock_mono_ms() - before_ms, 1000, 1000 + SLACK_MS + BUSY_MACHINE_MS);
    proxy_set(proxy, PROXY_FORWARD);
    must_ping(r);
    redis_close(r);
    proxy_stop(proxy);
}

static void peer_that_drips_bytes_does_not_hold_the_thread(void **state)
{
    struct proxy *proxy = proxy_start(server.port);
    struct redis *r = open_port(proxy_port(proxy));
    int64_t before_ms;
    struct fail f = { .text = "" };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    (void)state;
    must_ping(r);
    proxy_set(proxy, PROXY_DRIP);
    redis_set_timeout(r, 400);
    before_ms = clock_mono_ms();
    assert_int_equal(redis_do(r, &reply, &f, "INFO", NULL), -1);
    ends(&f, r, REDIS_BREAK_TIMEOUT);
    assert_in_range(clock_mono_ms() - before_ms, 400, 2 * 400 + BUSY_MACHINE_MS);
    redis_close(r);
    proxy_stop(proxy);
}

static void reply_cut_in_the_middle_is_unknown(void **state)
{
    struct proxy *proxy = proxy_start(server.port);
    struct redis *r = open_port(proxy_port(proxy));
    struct fail f = { .text = "" };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    (void)state;
    must_ping(r);
    proxy_set(proxy, PROXY_TRUNCATE);
    assert_int_equal(redis_do(r, &reply, &f, "INFO", NULL), -1);
    ends(&f, r, REDIS_BREAK_EOF);
    proxy_set(proxy, PROXY_FORWARD);
    must_ping(r);
    redis_close(r);
    proxy_stop(proxy);
}

static void reset_connection_is_unknown(void **state)
{
    struct proxy *proxy = proxy_start(server.port);
    struct redis *r = open_port(proxy_port(proxy));
    struct fail f = { .text = "" };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    (void)state;
    must_ping(r);
    proxy_set(proxy, PROXY_RESET);
    assert_int_equal(redis_do(r, &reply, &f, "PING", NULL), -1);
    ends(&f, r, REDIS_BREAK_IO);
    proxy_set(proxy, PROXY_FORWARD);
    must_ping(r);
    redis_close(r);
    proxy_stop(proxy);
}

static void other_protocols_are_named(void **state)
{
    struct proxy *proxy = proxy_start(server.port);
    struct redis *r = open_port(proxy_port(proxy));
    struct fail f = { .text = "" };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    (void)state;
    must_ping(r);
    proxy_set(proxy, PROXY_GARBAGE);
    assert_int_equal(redis_do(r, &reply, &f, "PING", NULL), -1);
    ends(&f, r, REDIS_BREAK_PROTOCOL);
    proxy_set(proxy, PROXY_FORWARD);
    must_ping(r);
    redis_close(r);
    proxy_stop(proxy);
}

/* The listener's queue takes the connection, nobody ever reads from it. */
static void server_that_accepts_and_says_nothing_is_given_up(void **state)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int64_t before_ms = clock_mono_ms();
    struct redis *r;
    struct fail f = { .text = "" };

    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    r = open_port(ntohs(address.sin_port));
    redis_set_timeout(r, 300);
    assert_int_equal(redis_connect(r, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_string_equal(f.code, REDIS_CONNECTION);
    assert_in_range(clock_mono_ms() - before_ms, 300, 300 + BUSY_MACHINE_MS);
    redis_close(r);
    close(fd);
}

static void large_command_to_a_peer_that_does_not_read_has_an_end(void **state)
{
    enum { MUCH = 32 << 20 };
    struct proxy *proxy = proxy_start(server.port);
    struct redis *r = open_port(proxy_port(proxy));
    char *much = malloc(MUCH + 1);
    int64_t before_ms;
    struct fail f = { .text = "" };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    (void)state;
    must_ping(r);
    memset(much, 'x', MUCH);
    much[MUCH] = '\0';
    proxy_set(proxy, PROXY_MUTE);
    redis_set_timeout(r, 500);
    before_ms = clock_mono_ms();
    assert_int_equal(redis_do(r, &reply, &f, "SET", "a", much, NULL), -1);
    assert_int_equal(f.kind, FAIL_LATER); /* not all of it left, so it was not done */
    assert_string_equal(f.code, REDIS_CONNECTION);
    assert_in_range(clock_mono_ms() - before_ms, 400, 2 * 500 + BUSY_MACHINE_MS);
    free(much);
    redis_close(r);
    proxy_stop(proxy);
}

static int option(const struct redis *r, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof value;

    assert_int_equal(getsockopt(r->context->fd, level, name, &value, &size), 0);
    return value;
}

static void sockets_notice_a_dead_peer_by_themselves(void **state)
{
    struct redis *r = open_port(server.port);
    struct timeval wait = { 0 };
    socklen_t size = sizeof wait;

    (void)state;
    must_ping(r);
    assert_int_equal(option(r, SOL_SOCKET, SO_KEEPALIVE), 1);
    assert_in_range(option(r, IPPROTO_TCP, TCP_KEEPIDLE), 1, 60);
    assert_in_range(option(r, IPPROTO_TCP, TCP_USER_TIMEOUT), 1000, 30000);
    assert_int_equal(option(r, IPPROTO_TCP, TCP_NODELAY), 1);
    assert_int_equal(getsockopt(r->context->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, &size), 0);
    assert_int_equal(wait.tv_sec, 5);
    assert_int_equal(getsockopt(r->context->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, &size), 0);
    assert_int_equal(wait.tv_sec, 5);
    redis_close(r);
}

static void unix_socket_has_database_and_user_too(void **state)
{
    struct server local;
    struct redis *r = NULL;
    struct fail f = { .text = "" };
    char url[200], lines[200];

    (void)state;
    (void)snprintf(lines, sizeof lines,
                   "unixsocket /tmp/dropship-%d.sock\nuser anna on >p@ss ~* +@all",
                   server_free_port());
    server_start(&local, lines);
    (void)snprintf(url, sizeof url, "unix://anna:p%%40ss@%.*s?db=5",
                   (int)strcspn(lines + strlen("unixsocket "), "\n"),
                   lines + strlen("unixsocket "));
    assert_int_equal(redis_open(url, &r, &f), 0);
    {
        scoped(redis_reply_clear_p) redisReply *info = NULL;

        if (redis_do(r, &info, &f, "CLIENT", "INFO", NULL) < 0) {
            fail_msg("%s", f.text);
        }
        assert_non_null(strstr(info->str, " db=5 "));
        assert_non_null(strstr(info->str, " user=anna "));
    }
    redis_close(r);
    server_ask(&local, url, sizeof url, "SHUTDOWN", "NOSAVE", NULL); /* removes the socket */
    server_stop(&local);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocked_pop_returns_when_its_peer_has_vanished),
        cmocka_unit_test(peer_that_drips_bytes_does_not_hold_the_thread),
        cmocka_unit_test(reply_cut_in_the_middle_is_unknown),
        cmocka_unit_test(reset_connection_is_unknown),
        cmocka_unit_test(other_protocols_are_named),
        cmocka_unit_test(server_that_accepts_and_says_nothing_is_given_up),
        cmocka_unit_test(large_command_to_a_peer_that_does_not_read_has_an_end),
        cmocka_unit_test(sockets_notice_a_dead_peer_by_themselves),
        cmocka_unit_test(unix_socket_has_database_and_user_too),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
