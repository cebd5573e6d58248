/* Every row of the error table, said by a real server: its kind, its code, whether the connection goes, and that the
 * next command works once the cause has gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <sys/stat.h>

#include "common/base/clock.h"
#include "common/redis/redis.h"
#include "common/redis/redis_priv.h"
#include "tests/integration/redis/server.h"

enum { RULES_MAX = 64, TRIES_MS = 20000 };

static bool seen[RULES_MAX];

/* A server and a handle of its own for each test. */
struct fixture {
    struct server server;
    struct redis *redis;
};

static struct redis *open_at(const char *url)
{
    struct redis *r = NULL;
    struct fail f = { .text = "" };

    if (redis_open(url, &r, &f) < 0) {
        fail_msg("%s", f.text);
    }
    return r;
}

static int set_up(void **state)
{
    struct fixture *fx = calloc(1, sizeof *fx);

    server_start(&fx->server, "");
    fx->redis = open_at(fx->server.url);
    *state = fx;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fx = *state;

    redis_close(fx->redis);
    server_stop(&fx->server);
    free(fx);
    return 0;
}

static const struct redis_error_rule *rule_of(const char *start)
{
    size_t count;
    const struct redis_error_rule *rules = redis_error_rules(&count);

    for (size_t i = 0; i < count; i++) {
        if (strcmp(rules[i].start, start) == 0) {
            seen[i] = true;
            return &rules[i];
        }
    }
    fail_msg("no row '%s'", start);
    return NULL;
}

/* `f` is what the row `start` of the table promises; the connection is as the row says. */
static void check(struct redis *r, const char *start, const struct fail *f)
{
    const struct redis_error_rule *rule = rule_of(start);
    const char *code = rule->code != NULL ? rule->code : rule->start;

    if (f->kind != rule->kind || strcmp(f->code, code) != 0) {
        fail_msg("%s: kind %s, code '%s': %s", start, fail_rule(f->kind)->name, f->code, f->text);
    }
    assert_non_null(strstr(f->text, rule->advice));
    assert_true(f->retry_after_ms >= 0);
    if (rule->kind == FAIL_LATER && strcmp(code, REDIS_CONNECTION) != 0) {
        assert_int_equal(f->retry_after_ms, rule->retry_after_ms);
    }
    assert_int_equal(r->context == NULL, rule->drop);
}

#define refused(r, start, ...)                                                                     \
    do {                                                                                           \
        scoped(redis_reply_clear_p) redisReply *none_ = NULL;                                      \
        struct fail why_ = { .text = "" };                                                         \
                                                                                                   \
        assert_int_equal(redis_do((r), &none_, &why_, __VA_ARGS__, NULL), -1);                     \
        check((r), (start), &why_);                                                                \
    } while (0)

/* The command works again, at once or when the handle's backoff has passed. */
static void works(struct redis *r, const char *a, const char *b, const char *c)
{
    int64_t deadline_ms = clock_mono_ms() + TRIES_MS;

    for (;;) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;
        struct fail f = { .text = "" };

        if (redis_do(r, &reply, &f, a, b, c, NULL) == 0) {
            return;
        }
        if (clock_mono_ms() > deadline_ms) {
            fail_msg("%s does not work again: %s", a, f.text);
        }
        clock_sleep_ms(f.retry_after_ms > 0 ? f.retry_after_ms : 1);
    }
}

static void replica_refuses_writes(void **state)
{
    struct fixture *fx = *state;

    works(fx->redis, "SET", "a", "1");
    server_do(&fx->server, "REPLICAOF", "127.0.0.1", "1", NULL);
    refused(fx->redis, "READONLY", "SET", "a", "2");
    server_do(&fx->server, "REPLICAOF", "NO", "ONE", NULL);
    works(fx->redis, "SET", "a", "3");
}

static void replica_without_primary_refuses_reads(void **state)
{
    struct fixture *fx = *state;

    works(fx->redis, "SET", "a", "1");
    server_do(&fx->server, "CONFIG", "SET", "replica-serve-stale-data", "no", NULL);
    server_do(&fx->server, "REPLICAOF", "127.0.0.1", "1", NULL);
    refused(fx->redis, "MASTERDOWN", "GET", "a");
    server_do(&fx->server, "REPLICAOF", "NO", "ONE", NULL);
    works(fx->redis, "GET", "a", NULL);
}

struct blocked {
    struct redis *redis;
    struct fail fail;
    int result;
};

static void *pop(void *arg)
{
    struct blocked *b = arg;
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    b->result = redis_do(b->redis, &reply, &b->fail, "BLPOP", "nothing", "20", NULL);
    return NULL;
}

static void unblocked_wait_is_begun_on_a_new_session(void **state)
{
    struct fixture *fx = *state;
    struct blocked b = { .redis = fx->redis };
    scoped(redis_reply_clear_p) redisReply *id = NULL;
    pthread_t thread;
    char text[32];

    redis_set_timeout(fx->redis, 25000);
    assert_int_equal(redis_do(fx->redis, &id, &b.fail, "CLIENT", "ID", NULL), 0);
    (void)snprintf(text, sizeof text, "%lld", id->integer);
    assert_int_equal(pthread_create(&thread, NULL, pop, &b), 0);
    server_wait(&fx->server, "blocked_clients:1", "INFO", "clients", NULL);
    server_do(&fx->server, "CLIENT", "UNBLOCK", text, "ERROR", NULL);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(b.result, -1);
    check(fx->redis, "UNBLOCKED", &b.fail);
    works(fx->redis, "SET", "a", "1");
}

static void loading_server_answers_later(void **state)
{
    struct fixture *fx = *state;

    server_do(&fx->server, "DEBUG", "POPULATE", "2000", NULL);
    server_do(&fx->server, "SAVE", NULL);
    works(fx->redis, "SET", "a", "1");
    server_kill(&fx->server);
    server_restart(&fx->server, "key-load-delay 1000\nloading-process-events-interval-bytes 1024");
    refused(fx->redis, "LOADING", "GET", "a");
    works(fx->redis, "GET", "key:1", NULL);
}

static void primary_that_misses_replicas_refuses_writes(void **state)
{
    struct fixture *fx = *state;

    server_do(&fx->server, "CONFIG", "SET", "min-replicas-to-write", "1", NULL);
    refused(fx->redis, "NOREPLICAS", "SET", "a", "1");
    server_do(&fx->server, "CONFIG", "SET", "min-replicas-to-write", "0", NULL);
    works(fx->redis, "SET", "a", "1");
}

/* Root may write everywhere; but nobody can rename a file over a directory. */
static void server_that_cannot_save_refuses_writes(void **state)
{
    struct fixture *fx = *state;
    char folder[96];

    (void)snprintf(folder, sizeof folder, "%s/full", fx->server.folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    server_do(&fx->server, "CONFIG", "SET", "dbfilename", "full", NULL);
    server_do(&fx->server, "CONFIG", "SET", "save", "3600 1", NULL);
    works(fx->redis, "SET", "a", "1");
    server_do(&fx->server, "BGSAVE", NULL);
    server_wait(&fx->server, "rdb_last_bgsave_status:err", "INFO", "persistence", NULL);
    refused(fx->redis, "MISCONF", "SET", "a", "2");
    server_do(&fx->server, "CONFIG", "SET", "dbfilename", "dump.rdb", NULL);
    server_do(&fx->server, "BGSAVE", NULL);
    server_wait(&fx->server, "rdb_last_bgsave_status:ok", "INFO", "persistence", NULL);
    works(fx->redis, "SET", "a", "3");
}

static void full_server_refuses_writes(void **state)
{
    struct fixture *fx = *state;
    static const struct embedded set = { "set", "return redis.call('SET', KEYS[1], 'x')", 38,
                                         NULL };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { .text = "" };

    server_do(&fx->server, "CONFIG", "SET", "maxmemory", "1", NULL);
    refused(fx->redis, "OOM", "SET", "a", "1");
    assert_int_equal(
        redis_eval(fx->redis, &set,
                   &(struct redis_args){ .argv = (const char *[]){ "a" }, .argc = 1, .keys = 1 },
                   &reply, &f),
        -1);
    check(fx->redis, "OOM", &f);
    server_do(&fx->server, "CONFIG", "SET", "maxmemory", "0", NULL);
    works(fx->redis, "SET", "a", "1");
}

static void looping_script_makes_others_wait(void **state)
{
    struct fixture *fx = *state;
    redisContext *other = redisConnect("127.0.0.1", fx->server.port);
    int done = 0;

    server_do(&fx->server, "CONFIG", "SET", "busy-reply-threshold", "20", NULL);
    works(fx->redis, "GET", "a", NULL);
    assert_int_equal(redisAppendCommand(other, "EVAL %s 0", "while true do end"), REDIS_OK);
    while (done == 0) {
        assert_int_equal(redisBufferWrite(other, &done), REDIS_OK);
    }
    server_wait(&fx->server, "BUSY", "PING", NULL);
    refused(fx->redis, "BUSY", "GET", "a");
    server_do(&fx->server, "SCRIPT", "KILL", NULL);
    redisFree(other);
    works(fx->redis, "GET", "a", NULL);
}

static void missing_login_is_asked_for(void **state)
{
    struct fixture *fx = *state;

    server_do(&fx->server, "CONFIG", "SET", "requirepass", "hunter2", NULL);
    refused(fx->redis, "NOAUTH", "GET", "a");
}

static void password_that_nobody_asked_for_is_a_mistake_in_the_url(void **state)
{
    struct fixture *fx = *state;
    scoped(redis_reply_clear_p) redisReply *none = NULL;
    struct fail f = { .text = "" };
    struct redis *r;
    char url[128];

    (void)snprintf(url, sizeof url, "redis://:hunter2@127.0.0.1:%d", fx->server.port);
    r = open_at(url);
    assert_int_equal(redis_do(r, &none, &f, "GET", "a", NULL), -1);
    assert_int_equal(f.kind, rule_of("ERR AUTH")->kind);
    assert_non_null(strstr(f.text, rule_of("ERR AUTH")->advice));
    assert_null(strstr(f.text, "hunter2"));
    redis_close(r);
}

static void login_in_the_url_is_used(void **state)
{
    struct fixture *fx = *state;
    struct redis *r;
    char url[128];

    server_do(&fx->server, "CONFIG", "SET", "requirepass", "hunter2", NULL);
    (void)snprintf(url, sizeof url, "redis://:hunter2@127.0.0.1:%d", fx->server.port);
    r = open_at(url);
    works(r, "GET", "a", NULL);
    redis_close(r);
    (void)snprintf(url, sizeof url, "redis://:hunter3@127.0.0.1:%d", fx->server.port);
    r = open_at(url);
    refused(r, "WRONGPASS", "GET", "a");
    redis_close(r);
}

static void denied_command_names_itself_and_the_user(void **state)
{
    struct fixture *fx = *state;
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { .text = "" };
    struct redis *r;
    char url[128];

    server_do(&fx->server, "ACL", "SETUSER", "anna", "on", ">hunter2", "~*", "+@all", "-flushall",
              NULL);
    (void)snprintf(url, sizeof url, "redis://anna:hunter2@127.0.0.1:%d", fx->server.port);
    r = open_at(url);
    assert_int_equal(redis_do(r, &reply, &f, "FLUSHALL", NULL), -1);
    check(r, "NOPERM", &f);
    assert_non_null(strstr(f.text, "FLUSHALL to user anna"));
    assert_null(strstr(f.text, "hunter2"));
    server_do(&fx->server, "ACL", "SETUSER", "anna", "+flushall", NULL);
    works(r, "FLUSHALL", NULL, NULL);
    redis_close(r);
}

/* Before Redis 6 a login with a user was answered with its words. */
static void login_that_is_not_understood_is_not_repeated(void **state)
{
    struct fixture *fx = *state;
    struct fail f = { .text = "" };
    struct redis *r;
    char url[128];

    server_kill(&fx->server);
    server_restart(&fx->server, "rename-command AUTH \"\"");
    (void)snprintf(url, sizeof url, "redis://anna:hunter2@127.0.0.1:%d", fx->server.port);
    r = open_at(url);
    assert_int_equal(redis_connect(r, &f), -1);
    assert_non_null(strstr(f.text, "AUTH"));
    assert_null(strstr(f.text, "hunter2"));
    redis_close(r);
}

static void forgotten_script_is_no_failure_of_redis_eval(void **state)
{
    struct fixture *fx = *state;

    refused(fx->redis, "NOSCRIPT", "EVALSHA", "0123456789012345678901234567890123456789", "0");
}

static void full_house_is_a_failed_connection(void **state)
{
    struct fixture *fx = *state;
    redisContext *inside = redisConnect("127.0.0.1", fx->server.port);

    freeReplyObject(redisCommand(inside, "CONFIG SET maxclients 1"));
    refused(fx->redis, "ERR max number of clients", "GET", "a");
    freeReplyObject(redisCommand(inside, "CONFIG SET maxclients 100"));
    redisFree(inside);
    works(fx->redis, "GET", "a", NULL);
}

static void word_beyond_the_servers_limit_is_refused_before_it_is_read(void **state)
{
    enum { MUCH = 8 << 20 };
    struct fixture *fx = *state;
    char *much = malloc(MUCH + 1);

    memset(much, 'x', MUCH);
    much[MUCH] = '\0';
    server_do(&fx->server, "CONFIG", "SET", "proto-max-bulk-len", "1mb", NULL);
    {
        scoped(redis_reply_clear_p) redisReply *none = NULL;
        struct fail why = { .text = "" };

        assert_int_equal(redis_do(fx->redis, &none, &why, "SET", "a", much, NULL), -1);
        assert_string_equal(why.code, "ERR");
        assert_int_equal(why.kind, rule_of("ERR Protocol error")->kind);
        assert_non_null(strstr(why.text, "proto-max-bulk-len"));
        assert_null(fx->redis->context);
    }
    free(much);
    works(fx->redis, "SET", "a", "1");
}

/* Two nodes: the first owns all slots, one of which moves to the second. */
static void cluster_is_named_as_what_it_is(void **state)
{
    struct server a, b;
    struct redis *r;
    char port[16], bus[16], id[64], lines[128];

    (void)state;
    (void)snprintf(bus, sizeof bus, "%d", server_free_port());
    (void)snprintf(lines, sizeof lines, "cluster-enabled yes\ncluster-port %d", server_free_port());
    server_start(&b, lines);
    (void)snprintf(lines, sizeof lines, "cluster-enabled yes\ncluster-port %s", bus);
    server_start(&a, lines);
    r = open_at(a.url);
    refused(r, "CLUSTERDOWN", "GET", "{a}1");
    server_do(&a, "CLUSTER", "ADDSLOTSRANGE", "0", "16383", NULL);
    server_wait(&a, "cluster_state:ok", "CLUSTER", "INFO", NULL);
    works(r, "SET", "{a}1", "x");
    refused(r, "CROSSSLOT", "MGET", "{a}1", "{b}1");
    (void)snprintf(port, sizeof port, "%d", a.port);
    server_do(&b, "CLUSTER", "MEET", "127.0.0.1", port, bus, NULL);
    server_wait(&a, "cluster_known_nodes:2", "CLUSTER", "INFO", NULL);
    server_ask(&b, id, sizeof id, "CLUSTER", "MYID", NULL);
    server_wait(&a, id, "CLUSTER", "NODES", NULL);
    server_do(&a, "CLUSTER", "SETSLOT", "15495", "MIGRATING", id, NULL);
    refused(r, "TRYAGAIN", "MGET", "{a}1", "{a}2");
    server_do(&a, "CLUSTER", "SETSLOT", "15495", "STABLE", NULL);
    works(r, "MGET", "{a}1", "{a}2");
    redis_close(r);
    server_wait(&b, "cluster_state:ok", "CLUSTER", "INFO", NULL);
    r = open_at(b.url);
    refused(r, "MOVED", "GET", "{a}1");
    redis_close(r);
    server_stop(&a);
    server_stop(&b);
}

static void every_row_was_seen(void **state)
{
    size_t count;
    const struct redis_error_rule *rules = redis_error_rules(&count);

    (void)state;
    assert_true(count < RULES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (rules[i].start[0] != '(' && !seen[i]) { /* the others: deadline_test.c, torture */
            fail_msg("no server said %s", rules[i].start);
        }
    }
}

int main(void)
{
#define with_server(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        with_server(replica_refuses_writes),
        with_server(replica_without_primary_refuses_reads),
        with_server(unblocked_wait_is_begun_on_a_new_session),
        with_server(loading_server_answers_later),
        with_server(primary_that_misses_replicas_refuses_writes),
        with_server(server_that_cannot_save_refuses_writes),
        with_server(full_server_refuses_writes),
        with_server(looping_script_makes_others_wait),
        with_server(missing_login_is_asked_for),
        with_server(password_that_nobody_asked_for_is_a_mistake_in_the_url),
        with_server(login_in_the_url_is_used),
        with_server(denied_command_names_itself_and_the_user),
        with_server(login_that_is_not_understood_is_not_repeated),
        with_server(forgotten_script_is_no_failure_of_redis_eval),
        with_server(full_house_is_a_failed_connection),
        with_server(word_beyond_the_servers_limit_is_refused_before_it_is_read),
        cmocka_unit_test(cluster_is_named_as_what_it_is),
        cmocka_unit_test(every_row_was_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
