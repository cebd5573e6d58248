/* Sentinel with a real primary, replica and sentinels: a command follows the primary wherever it goes, and no write is
 * taken by a server that is no primary any more. */
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
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/redis/redis.h"
#include "common/redis/redis_priv.h"
#include "tests/integration/redis/server.h"

enum { SENTINELS = 3, FAILOVER_MS = 20000, WITHOUT_FAILOVER_MS = 2000 };

/* servers[0] begins as the primary, servers[1] as its replica. */
struct fixture {
    struct server servers[2], sentinels[SENTINELS];
    struct redis *redis;
    char url[256];
};

static void open_sentinels(struct fixture *fx, const char *options)
{
    struct fail f = { .text = "" };

    redis_close(fx->redis);
    fx->redis = NULL;
    (void)snprintf(fx->url, sizeof fx->url,
                   "redis+sentinel://127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d/primary/3%s",
                   fx->sentinels[0].port, fx->sentinels[1].port, fx->sentinels[2].port, options);
    if (redis_open(fx->url, &fx->redis, &f) < 0) {
        fail_msg("%s", f.text);
    }
}

static int set_up(void **state)
{
    struct fixture *fx = calloc(1, sizeof *fx);
    char lines[128];

    server_start(&fx->servers[0], "");
    (void)snprintf(lines, sizeof lines, "replicaof 127.0.0.1 %d", fx->servers[0].port);
    server_start(&fx->servers[1], lines);
    server_wait(&fx->servers[1], "master_link_status:up", "INFO", "replication", NULL);
    for (int i = 0; i < SENTINELS; i++) {
        server_start_sentinel(&fx->sentinels[i], fx->servers[0].port, 2);
    }
    for (int i = 0; i < SENTINELS; i++) {
        server_wait(&fx->sentinels[i], "slaves=1,sentinels=3", "INFO", "sentinel", NULL);
        /* a replica that no sentinel has asked for its offset yet cannot be chosen */
        server_wait(&fx->sentinels[i], "master-link-status\nok", "SENTINEL", "replicas", "primary",
                    NULL);
    }
    open_sentinels(fx, "");
    *state = fx;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fx = *state;

    redis_close(fx->redis);
    for (int i = 0; i < SENTINELS; i++) {
        server_stop(&fx->sentinels[i]);
    }
    server_stop(&fx->servers[0]);
    server_stop(&fx->servers[1]);
    free(fx);
    return 0;
}

/* Write until a write is taken, and by that server; returns after how long.  Failures on the way must be passing ones. */
static int64_t writes_reach(struct redis *r, const struct server *s)
{
    int64_t before_ms = clock_mono_ms();

    for (;;) {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;
        struct fail f = { .text = "" };
        bool done = redis_do(r, &reply, &f, "INCR", "writes", NULL) == 0;

        if (done && r->url.server.port == s->port) {
            return clock_mono_ms() - before_ms;
        }
        if (!done && f.kind != FAIL_LATER && f.kind != FAIL_UNKNOWN) {
            fail_msg("%s: %s", fail_rule(f.kind)->name, f.text);
        }
        if (clock_mono_ms() - before_ms > FAILOVER_MS) {
            fail_msg("no write reached the server at %d: %s", s->port, f.text);
        }
        clock_sleep_ms(done ? 10 : 20);
    }
}

static void primary_is_found_and_the_database_chosen(void **state)
{
    struct fixture *fx = *state;
    scoped(redis_reply_clear_p) redisReply *info = NULL;
    struct fail f = { .text = "" };

    assert_in_range(writes_reach(fx->redis, &fx->servers[0]), 0, WITHOUT_FAILOVER_MS);
    assert_int_equal(redis_do(fx->redis, &info, &f, "CLIENT", "INFO", NULL), 0);
    assert_non_null(strstr(info->str, " db=3 "));
}

static void ordered_failover_is_followed(void **state)
{
    struct fixture *fx = *state;
    char before[64], after[64];

    (void)writes_reach(fx->redis, &fx->servers[0]);
    server_do(&fx->sentinels[1], "SENTINEL", "FAILOVER", "primary", NULL);
    print_message("after SENTINEL FAILOVER: %lld ms\n",
                  (long long)writes_reach(fx->redis, &fx->servers[1]));
    /* The old one is a replica now; what it holds comes from the new one alone. */
    server_wait(&fx->servers[0], "role:slave", "INFO", "replication", NULL);
    server_wait(&fx->servers[0], "master_link_status:up", "INFO", "replication", NULL);
    server_ask(&fx->servers[1], before, sizeof before, "WAIT", "1", "5000", NULL);
    for (int i = 0; i < 100; i++) {
        (void)writes_reach(fx->redis, &fx->servers[1]);
    }
    server_ask(&fx->servers[0], after, sizeof after, "ROLE", NULL);
    assert_memory_equal(after, "slave", 5);
}

static void killed_primary_is_replaced(void **state)
{
    struct fixture *fx = *state;

    (void)writes_reach(fx->redis, &fx->servers[0]);
    server_kill(&fx->servers[0]);
    print_message("after kill -9: %lld ms (1000 ms of them the sentinels' patience)\n",
                  (long long)writes_reach(fx->redis, &fx->servers[1]));
    /* It comes back believing that it is the primary; nobody is led there. */
    server_restart(&fx->servers[0], "");
    open_sentinels(fx, "");
    (void)writes_reach(fx->redis, &fx->servers[1]);
    server_wait(&fx->servers[0], "role:slave", "INFO", "replication", NULL);
    assert_in_range(writes_reach(fx->redis, &fx->servers[1]), 0, WITHOUT_FAILOVER_MS);
}

/* A primary that was frozen while another took its place believes in itself when it wakes, and so does a session
 * that was open all the time: until the sentinels have told it, and then the session is closed by it. */
static void frozen_primary_gets_no_write_after_it_became_a_replica(void **state)
{
    struct fixture *fx = *state;
    int64_t count;
    char text[64];

    (void)writes_reach(fx->redis, &fx->servers[0]);
    redis_set_timeout(fx->redis, 500);
    assert_int_equal(kill(fx->servers[0].pid, SIGSTOP), 0);
    (void)writes_reach(fx->redis, &fx->servers[1]);
    assert_int_equal(kill(fx->servers[0].pid, SIGCONT), 0);
    server_wait(&fx->servers[0], "role:slave", "INFO", "replication", NULL);
    server_wait(&fx->servers[0], "master_link_status:up", "INFO", "replication", NULL);
    for (int i = 0; i < 20; i++) {
        (void)writes_reach(fx->redis, &fx->servers[1]);
    }
    {
        scoped(redis_reply_clear_p) redisReply *reply = NULL;
        struct fail f = { .text = "" };

        assert_int_equal(redis_do(fx->redis, &reply, &f, "GET", "writes", NULL), 0);
        count = strtoll(reply->str, NULL, 10);
        assert_true(count >= 20);
    }
    (void)snprintf(text, sizeof text, "%lld", (long long)count);
    server_ask(&fx->servers[1], text, sizeof text, "WAIT", "1", "5000", NULL);
    assert_string_equal(text, "1"); /* the old one holds the same writes */
}

static void demoted_server_is_left_at_its_first_refusal(void **state)
{
    struct fixture *fx = *state;
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct fail f = { .text = "" };
    char port[16];

    (void)writes_reach(fx->redis, &fx->servers[0]);
    /* Roles are exchanged behind the sentinels' backs, the session stays. */
    server_do(&fx->servers[1], "REPLICAOF", "NO", "ONE", NULL);
    (void)snprintf(port, sizeof port, "%d", fx->servers[1].port);
    server_do(&fx->servers[0], "REPLICAOF", "127.0.0.1", port, NULL);
    assert_int_equal(redis_do(fx->redis, &reply, &f, "INCR", "writes", NULL), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    /* And a server that says it is a replica is not taken for the primary, whatever the sentinels say. */
    assert_int_equal(redis_connect(fx->redis, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_string_equal(f.code, REDIS_CONNECTION);
    assert_non_null(strstr(f.text, "it is a replica"));
    server_do(&fx->servers[0], "REPLICAOF", "NO", "ONE", NULL);
    (void)writes_reach(fx->redis, &fx->servers[0]);
}

static void dead_sentinel_is_replaced_while_the_primary_serves_on(void **state)
{
    struct fixture *fx = *state;

    (void)writes_reach(fx->redis, &fx->servers[0]);
    assert_non_null(fx->redis->watch);
    server_kill(&fx->sentinels[0]);
    assert_in_range(writes_reach(fx->redis, &fx->servers[0]), 0, 500);
    assert_int_equal(fx->redis->sentinel, 1);
    assert_non_null(fx->redis->watch);
    server_kill(&fx->sentinels[1]);
    server_kill(&fx->sentinels[2]);
    assert_in_range(writes_reach(fx->redis, &fx->servers[0]), 0, 500);
    assert_null(fx->redis->watch);
    assert_in_range(writes_reach(fx->redis, &fx->servers[0]), 0, 500);
}

static void dead_sentinels_are_passed_over_and_the_living_remembered(void **state)
{
    struct fixture *fx = *state;

    server_kill(&fx->sentinels[0]);
    server_kill(&fx->sentinels[1]);
    open_sentinels(fx, "");
    assert_in_range(writes_reach(fx->redis, &fx->servers[0]), 0, WITHOUT_FAILOVER_MS);
    assert_int_equal(fx->redis->sentinel, 2);
}

static void silent_sentinel_costs_its_deadline_alone(void **state)
{
    struct fixture *fx = *state;
    int64_t spent_ms;

    assert_int_equal(kill(fx->sentinels[0].pid, SIGSTOP), 0);
    open_sentinels(fx, "");
    spent_ms = writes_reach(fx->redis, &fx->servers[0]);
    assert_int_equal(kill(fx->sentinels[0].pid, SIGCONT), 0);
    assert_in_range(spent_ms, 600, 3000);
    assert_int_equal(fx->redis->sentinel, 1);
}

static void every_sentinels_word_is_in_the_failure(void **state)
{
    struct fixture *fx = *state;
    struct redis *r = NULL;
    struct fail f = { .text = "" };
    char url[256], want[64];

    (void)snprintf(url, sizeof url, "redis+sentinel://127.0.0.1:1,127.0.0.1:%d,127.0.0.1:%d/nobody",
                   fx->sentinels[1].port, fx->servers[0].port);
    assert_int_equal(redis_open(url, &r, &f), 0);
    assert_int_equal(redis_connect(r, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_string_equal(f.code, REDIS_CONNECTION);
    assert_true(f.retry_after_ms > 0);
    assert_non_null(strstr(f.text, "no primary 'nobody'"));
    assert_non_null(strstr(f.text, "127.0.0.1:1: cannot reach"));
    (void)snprintf(want, sizeof want, "127.0.0.1:%d: knows no primary", fx->sentinels[1].port);
    assert_non_null(strstr(f.text, want));
    (void)snprintf(want, sizeof want, "127.0.0.1:%d: Redis refused SENTINEL", fx->servers[0].port);
    assert_non_null(strstr(f.text, want));
    redis_close(r);
}

static void sentinels_have_a_login_of_their_own(void **state)
{
    struct fixture *fx = *state;
    struct fail f = { .text = "" };

    for (int i = 0; i < SENTINELS; i++) {
        server_do(&fx->sentinels[i], "ACL", "SETUSER", "default", ">other", NULL);
    }
    open_sentinels(fx, "?sentinel_password=hunter2");
    assert_int_equal(redis_connect(fx->redis, &f), -1);
    if (f.kind != FAIL_DENIED || strstr(f.text, "WRONGPASS") == NULL) {
        fail_msg("%s: %s", fail_rule(f.kind)->name, f.text);
    }
    assert_null(strstr(f.text, "hunter2"));
}

static void sentinel_user_is_let_in(void **state)
{
    struct fixture *fx = *state;

    for (int i = 0; i < SENTINELS; i++) {
        server_do(&fx->sentinels[i], "ACL", "SETUSER", "anna", "on", ">hunter2", "+@all", NULL);
        server_do(&fx->sentinels[i], "ACL", "SETUSER", "default", "resetpass", "-@all", "+auth",
                  "+ping", NULL);
    }
    open_sentinels(fx, "?sentinel_username=anna&sentinel_password=hunter2");
    assert_in_range(writes_reach(fx->redis, &fx->servers[0]), 0, WITHOUT_FAILOVER_MS);
}

/* ---- a sentinel that a test plays ---- */

struct played {
    int listener, port, peer;
    char primary[8]; /* its port */
    int asked;       /* so often; read after the thread has ended */
};

/* Names the primary: the first time with a failover behind the answer, in the same bytes. */
static void play_answer(const struct played *p)
{
    static const char failover[] = "*3\r\n$7\r\nmessage\r\n$14\r\n+switch-master\r\n$1\r\nx\r\n";
    char answer[512];
    int length = snprintf(answer, sizeof answer,
                          "*2\r\n$9\r\n127.0.0.1\r\n$%zu\r\n%s\r\n"
                          "*3\r\n$9\r\nsubscribe\r\n$14\r\n+switch-master\r\n:1\r\n%s",
                          strlen(p->primary), p->primary, p->asked == 1 ? failover : "");

    (void)send(p->peer, answer, (size_t)length, MSG_NOSIGNAL);
}

/* Until it was asked twice; the last connection stays open. */
static void *play(void *arg)
{
    struct played *p = arg;

    while (p->asked < 2) {
        char bytes[512];
        ssize_t n;

        p->peer = accept(p->listener, NULL, NULL);
        while (p->asked < 2 && (n = recv(p->peer, bytes, sizeof bytes - 1, 0)) > 0) {
            bytes[n] = '\0';
            if (strstr(bytes, "SUBSCRIBE") == NULL) {
                (void)send(p->peer, "+OK\r\n", 5, MSG_NOSIGNAL);
            } else {
                p->asked++;
                play_answer(p);
            }
        }
        if (p->asked < 2) {
            close(p->peer);
        }
    }
    return NULL;
}

static void played_listen(struct played *p)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;

    p->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(p->listener >= 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(p->listener, 4), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&address, &size), 0);
    p->port = ntohs(address.sin_port);
}

static void failover_told_with_the_answer_is_heeded(void **state)
{
    struct fixture *fx = *state;
    struct played p = { .asked = 0 };
    struct redis *r = NULL;
    struct fail f = { .text = "" };
    int64_t until_ms = clock_mono_ms() + FAILOVER_MS;
    char url[128];
    pthread_t thread;

    played_listen(&p);
    (void)snprintf(p.primary, sizeof p.primary, "%d", fx->servers[0].port);
    (void)snprintf(url, sizeof url, "redis+sentinel://127.0.0.1:%d/primary", p.port);
    assert_int_equal(redis_open(url, &r, &f), 0);
    assert_int_equal(pthread_create(&thread, NULL, play, &p), 0);
    assert_int_equal(redis_connect(r, &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
    assert_non_null(strstr(f.text, "failover"));
    while (redis_connect(r, &f) < 0) {
        assert_true(clock_mono_ms() < until_ms);
        clock_sleep_ms(f.retry_after_ms);
    }
    pthread_join(thread, NULL);
    assert_int_equal(p.asked, 2);
    redis_close(r);
    close(p.peer);
    close(p.listener);
}

int main(void)
{
#define with_sentinels(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        with_sentinels(primary_is_found_and_the_database_chosen),
        with_sentinels(ordered_failover_is_followed),
        with_sentinels(killed_primary_is_replaced),
        with_sentinels(frozen_primary_gets_no_write_after_it_became_a_replica),
        with_sentinels(demoted_server_is_left_at_its_first_refusal),
        with_sentinels(dead_sentinel_is_replaced_while_the_primary_serves_on),
        with_sentinels(dead_sentinels_are_passed_over_and_the_living_remembered),
        with_sentinels(silent_sentinel_costs_its_deadline_alone),
        with_sentinels(every_sentinels_word_is_in_the_failure),
        with_sentinels(sentinels_have_a_login_of_their_own),
        with_sentinels(sentinel_user_is_let_in),
        with_sentinels(failover_told_with_the_answer_is_heeded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
