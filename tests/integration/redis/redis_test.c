/* The connection against a real server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/redis/redis.h"

enum { TEST_DATABASE = 8 };

static const struct embedded echo_script = { "echo_script", "return ARGV[1]",
                                             sizeof "return ARGV[1]" - 1, NULL };

static void url_with(char *url, size_t url_bytes, const char *login, int db)
{
    const char *env = getenv("DROPSHIP_TEST_REDIS_URL");
    const char *host = env == NULL ? NULL : strstr(env, "://");

    if (host == NULL) {
        fail_msg("%s", "DROPSHIP_TEST_REDIS_URL is not set; tests/run sets it");
        abort();
    }
    host += 3;
    (void)snprintf(url, url_bytes, "%.*s%s%.*s/%d", (int)(host - env), env, login,
                   (int)strcspn(host, "/"), host, db);
}

static struct redis *open_test(void)
{
    char url[512];
    struct redis *r = NULL;
    struct fail f = { .text = "" };

    url_with(url, sizeof url, "", TEST_DATABASE);
    if (redis_open(url, &r, &f) < 0) {
        fail_msg("%s", f.text);
    }
    return r;
}

static int64_t number(struct redis *r, const char *a, const char *b)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { .text = "" };

    if (redis_do(r, &reply, &f, a, b, NULL) < 0) {
        fail_msg("%s %s: %s", a, b, f.text);
    }
    return reply->integer;
}

/* End the session of `r` from a second one, and wait until the server has closed it. */
static void kill_session(struct redis *r)
{
    scoped(redis_close_p) struct redis *other = open_test();
    char id[32];
    struct fail f;

    (void)snprintf(id, sizeof id, "%lld", (long long)number(r, "CLIENT", "ID"));
    {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;

        assert_int_equal(redis_do(other, &reply, &f, "CLIENT", "KILL", "ID", id, NULL), 0);
        assert_int_equal(reply->integer, 1);
    }
    for (int i = 0; i < 1000; i++) {
        scoped(redis_reply_clear_p) redisReply *list = NULL;

        assert_int_equal(redis_do(other, &list, &f, "CLIENT", "LIST", "ID", id, NULL), 0);
        if (list->len == 0) {
            return;
        }
        clock_sleep_ms(2);
    }
    fail_msg("%s", "the session did not end");
}

static void killed_idle_session_is_replaced_unnoticed(void **state)
{
    scoped(redis_close_p) struct redis *r = open_test();
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    scoped(redis_reply_clear_p) redisReply *info = NULL;
    struct fail f = { .text = "" };
    int64_t before = number(r, "CLIENT", "ID");

    (void)state;
    assert_int_equal(redis_do(r, &reply, &f, "SET", "kept", "1", NULL), 0);
    kill_session(r);
    assert_int_not_equal(number(r, "CLIENT", "ID"), before);
    assert_int_equal(number(r, "EXISTS", "kept"), 1); /* SELECT was repeated */
    assert_int_equal(redis_do(r, &info, &f, "CLIENT", "GETNAME", NULL), 0);
    assert_string_equal(info->str, "dropship");
    assert_true(redis_last_ok_ms(r) > 0);
    assert_int_equal(number(r, "DEL", "kept"), 1);
}

static void session_lost_while_waiting_is_unknown(void **state)
{
    scoped(redis_close_p) struct redis *r = open_test();
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { .text = "" };

    (void)state;
    redis_set_timeout(r, 200);
    assert_int_equal(redis_timeout(r), 200);
    assert_int_equal(redis_do(r, &reply, &f, "BLPOP", "nothing", "5", NULL), -1);
    assert_int_equal(f.kind, FAIL_UNKNOWN);
    assert_string_equal(f.code, REDIS_CONNECTION);
    assert_int_equal(number(r, "EXISTS", "nothing"),
                     0); /* and the next command has a new session */
}

static void flushed_scripts_are_loaded_again(void **state)
{
    scoped(redis_close_p) struct redis *r = open_test();
    struct fail f = { .text = "" };

    (void)state;
    for (int i = 0; i < 3; i++) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;
        scoped(redis_reply_clear_p) redisReply *flushed = NULL;

        assert_int_equal(redis_do(r, &flushed, &f, "SCRIPT", "FLUSH", NULL), 0);
        assert_int_equal(redis_eval(r, &echo_script,
                                    &(struct redis_args){ .argv = (const char *[]){ "a\0b" },
                                                          .lens = (size_t[]){ 3 },
                                                          .argc = 1 },
                                    &reply, &f),
                         0);
        assert_int_equal(reply->len, 3);
        assert_memory_equal(reply->str, "a\0b", 3);
    }
}

static void script_errors_carry_the_script_name(void **state)
{
    static const struct embedded wrong = { "wrong_script", "return redis.call('LLEN')", 25, NULL };
    scoped(redis_close_p) struct redis *r = open_test();
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { .text = "" };

    (void)state;
    assert_int_equal(redis_eval(r, &wrong, &(struct redis_args){ .argc = 0 }, &reply, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
    assert_non_null(strstr(f.text, "wrong_script"));
    assert_null(reply);
}

static void absent_server_is_left_alone_between_attempts(void **state)
{
    struct redis *r = NULL;
    struct fail f = { .text = "" };
    int64_t wait_ms;

    (void)state;
    assert_int_equal(redis_open("redis://127.0.0.1:1/0", &r, &f), 0);
    assert_int_equal(redis_connect(r, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_in_range(f.retry_after_ms, 90, 200);
    assert_string_equal(f.code, REDIS_CONNECTION);
    assert_int_equal(redis_connect(r, &f), -1);
    assert_string_equal(f.code, REDIS_CONNECTION);
    assert_non_null(strstr(f.text, "next attempt"));
    wait_ms = f.retry_after_ms;
    clock_sleep_ms(wait_ms + 1); /* the end of the backoff is the event */
    assert_int_equal(redis_connect(r, &f), -1);
    assert_null(strstr(f.text, "next attempt"));
    assert_in_range(f.retry_after_ms, 190, 400);
    assert_int_equal(redis_last_ok_ms(r), 0);
    redis_close(r);
}

/* A server at its limit of clients: it says so to whoever comes, and hangs up. */
struct full_server {
    int listener;
    int came;
    pthread_t thread;
};

static void *turn_away(void *arg)
{
    static const char answer[] = "-ERR max number of clients reached\r\n";
    struct full_server *server = arg;
    char byte;
    int client;

    while ((client = accept(server->listener, NULL, NULL)) >= 0) {
        server->came++;
        (void)!send(client, answer, sizeof answer - 1, MSG_NOSIGNAL);
        shutdown(client, SHUT_WR);
        while (recv(client, &byte, 1, 0) > 0) {
        }
        close(client);
    }
    return NULL;
}

static int full_server_start(struct full_server *server)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;

    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(server->listener, 8), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(pthread_create(&server->thread, NULL, turn_away, server), 0);
    return ntohs(address.sin_port);
}

static void full_server_stop(struct full_server *server)
{
    shutdown(server->listener, SHUT_RDWR); /* ends accept */
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    close(server->listener);
}

static void server_full_of_clients_is_left_alone_between_attempts(void **state)
{
    static const struct {
        const char *login;
        int db;
    } rows[] = { { "", 0 }, { "", 3 }, { ":secret@", 0 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct full_server server = { 0 };
        scoped(redis_reply_clear_p) redisReply *reply = NULL;
        struct redis *r = NULL;
        struct fail f = { .text = "" };
        char url[64];

        (void)snprintf(url, sizeof url, "redis://%s127.0.0.1:%d/%d", rows[i].login,
                       full_server_start(&server), rows[i].db);
        assert_int_equal(redis_open(url, &r, &f), 0);
        assert_int_equal(redis_connect(r, &f), -1);
        assert_int_equal(f.kind, FAIL_LATER);
        assert_string_equal(f.code, REDIS_CONNECTION);
        assert_non_null(strstr(f.text, "max number of clients"));
        assert_in_range(f.retry_after_ms, 50, 200);
        assert_int_equal(redis_do(r, &reply, &f, "PING", NULL), -1);
        assert_non_null(strstr(f.text, "next attempt"));
        redis_close(r);
        full_server_stop(&server);
        assert_int_equal(server.came, 1);
    }
}

static void wrong_password_is_denied_and_not_repeated_in_the_text(void **state)
{
    char url[512];
    struct redis *r = NULL;
    struct fail f = { .text = "" };

    (void)state;
    url_with(url, sizeof url, "nobody:hunter2@", 0);
    assert_int_equal(redis_open(url, &r, &f), 0);
    assert_int_equal(redis_connect(r, &f), -1);
    assert_int_equal(f.kind, FAIL_DENIED);
    assert_null(strstr(f.text, "hunter2"));
    redis_close(r);
}

static void acl_user_logs_in_again_after_a_lost_session(void **state)
{
    scoped(redis_close_p) struct redis *admin = open_test();
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    scoped(redis_reply_clear_p) redisReply *gone = NULL;
    char url[512];
    struct redis *r = NULL;
    struct fail f = { .text = "" };

    (void)state;
    assert_int_equal(redis_do(admin, &reply, &f, "ACL", "SETUSER", "dropshiptest", "on", ">p@ss",
                              "~*", "+@all", NULL),
                     0);
    url_with(url, sizeof url, "dropshiptest:p%40ss@", TEST_DATABASE);
    assert_int_equal(redis_open(url, &r, &f), 0);
    assert_int_equal(number(r, "EXISTS", "x"), 0);
    kill_session(r);
    assert_int_equal(number(r, "EXISTS", "x"), 0);
    redis_close(r);
    assert_int_equal(redis_do(admin, &gone, &f, "ACL", "DELUSER", "dropshiptest", NULL), 0);
}

static void server_that_evicts_is_refused(void **state)
{
    scoped(redis_close_p) struct redis *r = open_test();
    scoped(redis_reply_clear_p) redisReply *first = NULL;
    scoped(redis_reply_clear_p) redisReply *second = NULL;
    struct fail f = { .text = "" };

    (void)state;
    assert_int_equal(redis_check_policy(r, &f), 0);
    assert_int_equal(
        redis_do(r, &first, &f, "CONFIG", "SET", "maxmemory-policy", "allkeys-lru", NULL), 0);
    assert_int_equal(redis_check_policy(r, &f), -1);
    assert_int_equal(f.kind, FAIL_DENIED);
    assert_non_null(strstr(f.text, "allkeys-lru"));
    assert_int_equal(
        redis_do(r, &second, &f, "CONFIG", "SET", "maxmemory-policy", "noeviction", NULL), 0);
    assert_int_equal(redis_check_policy(r, &f), 0);
}

static void server_time_is_in_microseconds(void **state)
{
    scoped(redis_close_p) struct redis *r = open_test();
    struct fail f = { .text = "" };
    int64_t at_us = 0;

    (void)state;
    assert_int_equal(redis_time_us(r, &at_us, &f), 0);
    assert_in_range(at_us, clock_now_us() - 60000000, clock_now_us() + 60000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_idle_session_is_replaced_unnoticed),
        cmocka_unit_test(session_lost_while_waiting_is_unknown),
        cmocka_unit_test(flushed_scripts_are_loaded_again),
        cmocka_unit_test(script_errors_carry_the_script_name),
        cmocka_unit_test(absent_server_is_left_alone_between_attempts),
        cmocka_unit_test(server_full_of_clients_is_left_alone_between_attempts),
        cmocka_unit_test(wrong_password_is_denied_and_not_repeated_in_the_text),
        cmocka_unit_test(acl_user_logs_in_again_after_a_lost_session),
        cmocka_unit_test(server_that_evicts_is_refused),
        cmocka_unit_test(server_time_is_in_microseconds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
