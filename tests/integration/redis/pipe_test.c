/* Pipes against a real server: order, scripts that the server forgot, single failures, lost connections. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/redis/redis.h"
#include "common/redis/redis_priv.h"
#include "tests/integration/redis/proxy.h"
#include "tests/integration/redis/server.h"

static const struct embedded add = { "add", "return redis.call('INCRBY', KEYS[1], ARGV[1])",
                                     sizeof "return redis.call('INCRBY', KEYS[1], ARGV[1])" - 1,
                                     NULL };

static struct server server;
static struct redis *handle;
static struct redis_pipe *pipe_;
static struct fail why;

static int set_up(void **state)
{
    (void)state;
    server_start(&server, "");
    assert_int_equal(redis_open(server.url, &handle, &why), 0);
    assert_int_equal(redis_pipe_open(handle, &pipe_, &why), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    redis_pipe_close(pipe_);
    redis_close(handle);
    server_stop(&server);
    return 0;
}

#define command(p, ...)                                                                            \
    assert_int_equal(redis_pipe_command((p),                                                       \
                                        &(struct redis_args){                                      \
                                            .argv = (const char *[]){ __VA_ARGS__ },               \
                                            .argc = COUNT_OF(((const char *[]){ __VA_ARGS__ })) }, \
                                        &why),                                                     \
                     0)

static void add_script(struct redis_pipe *p, const char *key, const char *amount)
{
    const struct redis_args args = { .argv = (const char *[]){ key, amount },
                                     .argc = 2,
                                     .keys = 1 };

    assert_int_equal(redis_pipe_eval(p, &add, &args, &why), 0);
}

/* The next reply, which must be this integer. */
static void gives(struct redis_pipe *p, int64_t want)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    if (redis_pipe_next(p, &reply, &why) != 0) {
        fail_msg("%s", why.text);
    }
    assert_int_equal(reply->type, REDIS_REPLY_INTEGER);
    assert_int_equal(reply->integer, want);
}

static void gives_failure(struct redis_pipe *p, enum fail_kind kind, const char *code)
{
    redisReply *reply = NULL;

    assert_int_equal(redis_pipe_next(p, &reply, &why), -1);
    assert_null(reply);
    if (why.kind != kind || strcmp(why.code, code) != 0) {
        fail_msg("%s, %s: %s", fail_rule(why.kind)->name, why.code, why.text);
    }
}

static void is_over(struct redis_pipe *p)
{
    redisReply *reply = NULL;

    assert_int_equal(redis_pipe_next(p, &reply, &why), 1);
    assert_null(reply);
}

static int64_t value(const char *key)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    assert_int_equal(redis_do(handle, &reply, &why, "GET", key, NULL), 0);
    return reply->str == NULL ? 0 : strtoll(reply->str, NULL, 10);
}

static void replies_come_in_the_order_of_the_commands(void **state)
{
    (void)state;
    is_over(pipe_);
    for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < 1000; i++) {
            command(pipe_, "INCR", "a");
        }
        assert_int_equal(redis_pipe_send(pipe_, &why), 0);
        for (int i = 0; i < 1000; i++) {
            gives(pipe_, turn * 1000 + i + 1);
        }
        is_over(pipe_);
    }
    assert_int_equal(value("a"), 3000);
}

static void words_may_hold_any_byte_and_be_large(void **state)
{
    enum { MUCH = 3 << 20 };
    char *much = malloc(MUCH);
    const char *argv[] = { "SET", "k\0k", much };
    const struct redis_args set = { .argv = argv, .lens = (size_t[]){ 3, 3, MUCH }, .argc = 3 };
    const struct redis_args length = { .argv = (const char *[]){ "STRLEN", "k\0k" },
                                       .lens = (size_t[]){ 6, 3 },
                                       .argc = 2 };

    (void)state;
    memset(much, '\r', MUCH);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(redis_pipe_command(pipe_, &set, &why), 0);
        memset(much, '\n', 100); /* words are copied */
        assert_int_equal(redis_pipe_command(pipe_, &length, &why), 0);
    }
    for (int i = 0; i < 3; i++) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;

        assert_int_equal(redis_pipe_next(pipe_, &reply, &why), 0);
        assert_string_equal(reply->str, "OK");
        gives(pipe_, MUCH);
    }
    is_over(pipe_);
    free(much);
}

static void forgotten_scripts_run_once_and_keep_their_place(void **state)
{
    (void)state;
    for (int turn = 0; turn < 3; turn++) {
        server_do(&server, "SCRIPT", "FLUSH", NULL);
        server_do(&server, "DEL", "a", "b", NULL);
        command(pipe_, "INCR", "b");
        add_script(pipe_, "a", "1");
        command(pipe_, "INCR", "b");
        add_script(pipe_, "a", "10");
        add_script(pipe_, "b", "100");
        command(pipe_, "INCR", "b");
        gives(pipe_, 1);
        gives(pipe_, 1);
        gives(pipe_, 2);
        gives(pipe_, 11);
        gives(pipe_, 103); /* behind the last INCR, as redis.h says */
        gives(pipe_, 3);
        is_over(pipe_);
        assert_int_equal(value("a"), 11);
        assert_int_equal(value("b"), 103);
    }
    add_script(pipe_, "a", "1");
    gives(pipe_, 12);
    is_over(pipe_);
}

static void one_failure_takes_no_other_reply_along(void **state)
{
    (void)state;
    server_do(&server, "SET", "text", "x", NULL);
    command(pipe_, "INCR", "a");
    command(pipe_, "INCR", "text");
    add_script(pipe_, "text", "1");
    command(pipe_, "INCR", "a");
    gives(pipe_, 1);
    gives_failure(pipe_, FAIL_BUG, "ERR");
    gives_failure(pipe_, FAIL_BUG, "ERR");
    assert_non_null(strstr(why.text, "add"));
    gives(pipe_, 2);
    is_over(pipe_);
}

static void session_ends_behind_the_last_reply_when_one_says_so(void **state)
{
    (void)state;
    server_do(&server, "SET", "a", "1", NULL);
    server_do(&server, "REPLICAOF", "127.0.0.1", "1", NULL);
    command(pipe_, "STRLEN", "a");
    command(pipe_, "INCR", "a");
    command(pipe_, "STRLEN", "a");
    gives(pipe_, 1);
    gives_failure(pipe_, FAIL_LATER, "READONLY");
    gives(pipe_, 1);
    assert_null(handle->context);
    is_over(pipe_);
    server_do(&server, "REPLICAOF", "NO", "ONE", NULL);
    command(pipe_, "INCR", "a");
    gives(pipe_, 2);
    is_over(pipe_);
}

/* Ten INCRs and a script, of whose replies half of the bytes came. */
static void count_to_the_end(struct redis_pipe *p)
{
    int64_t known = 0;

    for (int i = 0; i < 11; i++) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;

        if (redis_pipe_next(p, &reply, &why) == 0) {
            assert_int_equal(reply->integer, ++known + 1);
        } else {
            assert_int_equal(why.kind, FAIL_UNKNOWN);
            assert_string_equal(why.code, REDIS_CONNECTION);
        }
    }
    assert_in_range(known, 1, 10); /* the last reply is the longest */
}

static void lost_connection_leaves_the_rest_unknown(void **state)
{
    struct proxy *proxy = proxy_start(server.port);
    struct redis *r = NULL;
    struct redis_pipe *p = NULL;
    char url[64];

    (void)state;
    (void)snprintf(url, sizeof url, "redis://127.0.0.1:%d", proxy_port(proxy));
    assert_int_equal(redis_open(url, &r, &why), 0);
    assert_int_equal(redis_pipe_open(r, &p, &why), 0);
    command(p, "INCR", "a");
    gives(p, 1);
    is_over(p);
    proxy_set(proxy, PROXY_TRUNCATE);
    for (int i = 0; i < 10; i++) {
        command(p, "INCR", "a");
    }
    add_script(p, "a", "1");
    assert_int_equal(redis_pipe_send(p, &why), 0);
    count_to_the_end(p);
    is_over(p);
    proxy_set(proxy, PROXY_FORWARD);
    server_do(&server, "SET", "a", "5", NULL);
    command(p, "INCR", "a");
    gives(p, 6);
    is_over(p);
    redis_pipe_close(p);
    redis_close(r);
    proxy_stop(proxy);
}

static void handle_takes_nothing_else_while_replies_are_to_come(void **state)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    (void)state;
    command(pipe_, "INCR", "a");
    command(pipe_, "INCR", "a");
    assert_int_equal(redis_pipe_send(pipe_, &why), 0);
    gives(pipe_, 1);
    assert_int_equal(redis_do(handle, &reply, &why, "PING", NULL), -1);
    assert_int_equal(why.kind, FAIL_BUG);
    assert_int_equal(
        redis_pipe_command(
            pipe_, &(struct redis_args){ .argv = (const char *[]){ "PING" }, .argc = 1 }, &why),
        -1);
    assert_int_equal(why.kind, FAIL_BUG);
    gives(pipe_, 2);
    is_over(pipe_);
    assert_int_equal(value("a"), 2);
}

static void closing_with_replies_to_come_leaves_a_clean_handle(void **state)
{
    (void)state;
    command(pipe_, "INCR", "a");
    command(pipe_, "INCR", "a");
    assert_int_equal(redis_pipe_send(pipe_, &why), 0);
    redis_pipe_close(pipe_);
    assert_null(handle->context);
    assert_int_equal(redis_pipe_open(handle, &pipe_, &why), 0);
    command(pipe_, "STRLEN", "a");
    gives(pipe_, 1);
    is_over(pipe_);
}

static void unreachable_server_leaves_the_pipe_to_be_sent_again(void **state)
{
    (void)state;
    command(pipe_, "INCR", "a");
    command(pipe_, "INCR", "a");
    server_kill(&server);
    assert_int_equal(redis_pipe_send(pipe_, &why), -1);
    assert_int_equal(why.kind, FAIL_LATER);
    server_restart(&server, "");
    while (redis_pipe_send(pipe_, &why) < 0) {
        assert_int_equal(why.kind, FAIL_LATER);
    }
    gives(pipe_, 1);
    gives(pipe_, 2);
    is_over(pipe_);
    server_kill(&server);
    command(pipe_, "INCR", "a");
    command(pipe_, "INCR", "a");
    gives_failure(pipe_, FAIL_LATER, REDIS_CONNECTION); /* who does not send gets it with each */
    gives_failure(pipe_, FAIL_LATER, REDIS_CONNECTION);
    is_over(pipe_);
}

int main(void)
{
#define with_pipe(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        with_pipe(replies_come_in_the_order_of_the_commands),
        with_pipe(words_may_hold_any_byte_and_be_large),
        with_pipe(forgotten_scripts_run_once_and_keep_their_place),
        with_pipe(one_failure_takes_no_other_reply_along),
        with_pipe(session_ends_behind_the_last_reply_when_one_says_so),
        with_pipe(lost_connection_leaves_the_rest_unknown),
        with_pipe(handle_takes_nothing_else_while_replies_are_to_come),
        with_pipe(closing_with_replies_to_come_leaves_a_clean_handle),
        with_pipe(unreachable_server_leaves_the_pipe_to_be_sent_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
