/* queue_work under faults: its Redis is stopped, restarted and cut off, its lease ends, another process is killed. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/integration/queue/work_rig.h"
#include "tests/support/fault/fault.h"

/* ---- faults ---- */

/* The handler arms a fault that strikes this thread's next read or write, or the one after, ...: the settlement's.  kinds: reset,
 * end, timeout, and allocations. */
static void lost_settlements_are_repeated_and_no_job_is_run_again(void **state)
{
    static const enum fault_kind kinds[] = { FAULT_RESET, FAULT_EOF, FAULT_TIMEOUT, FAULT_SHORT,
                                             FAULT_ALLOC };
    struct fixture *fx = *state;
    struct queue_work s = rig_setup_for(rig_test_url(), 1);
    struct worker w;
    int expected = 0;

    rig_begin(&w, &s);
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        for (int at = 0; at < (kinds[k] == FAULT_ALLOC ? 40 : 4); at++) {
            atomic_store(&rig.fault, (int)kinds[k]);
            atomic_store(&rig.fault_at, at);
            rig_enqueue(fx, "fault", expected++, plain);
            until(fixture_int(fx, "GET", "stat:processed", NULL) == expected);
        }
    }
    rig_end(&w);
    for (int n = 0; n < expected; n++) {
        assert_int_equal(atomic_load(&rig.runs[n]), 1);
    }
    assert_in_range(atomic_load(&rig.events[WORK_TROUBLE]), 6, expected);
    assert_int_equal(atomic_load(&rig.events[WORK_FENCED]), 0);
    assert_int_equal(atomic_load(&rig.events[WORK_DONE]), expected);
    assert_int_equal(rig_count(fx, "retry") + rig_count(fx, "dead"), 0);
    rig_nothing_is_left(fx);
}

static void without_a_lease_nothing_is_claimed(void **state)
{
    struct fixture *fx = *state;
    char url[1024];
    const char *host = strstr(rig_test_url(), "://") + 3;
    struct queue_work s = rig_setup_for(url, 1);
    struct worker w;

    (void)snprintf(url, sizeof url, "redis://simple:pw@%s", host);
    command(fx, "ACL", "SETUSER", "simple", "reset", "on", ">pw", "~*", "+@all");
    rig_begin(&w, &s);
    rig_enqueue(fx, "t", 1, plain);
    until(atomic_load(&rig.total) == 1);
    command(fx, "ACL", "SETUSER", "simple", "resetkeys", "~queue*", "~dropship:c*", "~dropship:s*",
            "~paused", "~stat:*", "~schedule", "~retry", "~dead", "~processes", "~*:work",
            "~*:workers");
    until(atomic_load(&rig.events[WORK_TROUBLE]) > 0);
    until(fixture_int(fx, "EXISTS", "dropship:recovery", NULL) == 1);
    clock_sleep_ms(s.lease_ms + 600); /* what is waited for is that nothing happens */
    rig_enqueue(fx, "t", 2, plain);
    clock_sleep_ms(700);
    assert_int_equal(atomic_load(&rig.total), 1);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1);
    command(fx, "ACL", "SETUSER", "simple", "~*");
    until(atomic_load(&rig.total) == 2);
    rig_end(&w);
    command(fx, "ACL", "DELUSER", "simple");
    rig_nothing_is_left(fx);
}

/* ---- a Redis of its own, with its file ---- */

struct server {
    char folder[64], socket[96], url[128];
    pid_t pid;
};

static void server_start(struct server *server)
{
    server->pid = fork();
    if (server->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", server->socket,
               "--dir", server->folder, "--appendonly", "yes", "--appendfsync", "always", "--save",
               "", "--logfile", "log", "--maxmemory-policy", "noeviction", (char *)NULL);
        _exit(127);
    }
    assert_true(server->pid > 0);
}

static void server_kill(struct server *server)
{
    assert_int_equal(kill(server->pid, SIGKILL), 0);
    assert_int_equal(waitpid(server->pid, NULL, 0), server->pid);
}

static void server_forget(struct server *server)
{
    pid_t pid = fork();

    if (pid == 0) {
        execlp("rm", "rm", "-r", server->folder, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Whether it answers, loaded and all. */
static bool server_answers(struct fixture *own)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    return redis_do(own->redis, &reply, &own->fail, "PING", NULL) == 0;
}

static void redis_that_is_killed_and_restarted_costs_no_job(void **state)
{
    enum { JOBS = 600 };
    struct server server = { .folder = "/tmp/dropship-work-XXXXXX" };
    struct fixture own = { 0 };
    struct queue_work s;
    struct worker w;

    (void)state;
    assert_non_null(mkdtemp(server.folder));
    (void)snprintf(server.socket, sizeof server.socket, "%s/s", server.folder);
    (void)snprintf(server.url, sizeof server.url, "unix://%s", server.socket);
    server_start(&server);
    must(redis_open(server.url, &own.redis, &own.fail), &own);
    until(server_answers(&own));
    s = rig_setup_for(server.url, 3);
    s.lease_ms =
        WORK_LEASE_MS; /* longer than the restart: no lease is lost, no job runs twice but those in flight */
    for (int n = 0; n < JOBS; n++) {
        rig_enqueue(&own, n % 200 == 100 ? "gate" : "t", n, plain);
    }
    rig_begin(&w, &s);
    until(atomic_load(&rig.waiting) >= 1);
    server_kill(&server);
    atomic_store(&rig.gate, true); /* ends while Redis is away */
    until(atomic_load(&rig.events[WORK_TROUBLE]) > 0);
    server_start(&server);
    until(server_answers(&own));
    until(fixture_int(&own, "GET", "stat:processed", NULL) == JOBS);
    rig_end(&w);
    for (int n = 0; n < JOBS; n++) {
        assert_int_equal(atomic_load(&rig.runs[n]), 1);
    }
    assert_int_equal(fixture_int(&own, "EXISTS", "queue:q", "retry"), 0);
    rig_nothing_is_left(&own);
    redis_close(own.redis);
    server_kill(&server);
    server_forget(&server);
}

/* ---- two processes ---- */

/* A worker process whose jobs of class "gate" never end. */
static pid_t spawn(const char *url)
{
    pid_t pid = fork();

    if (pid == 0) {
        struct queue_work s = rig_setup_for(url, 2);
        struct fail f;

        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(queue_work(&s, &f) == 0 ? 0 : 1);
    }
    assert_true(pid > 0);
    return pid;
}

static void jobs_of_a_killed_process_are_done_by_the_other(void **state)
{
    struct fixture *fx = *state;
    pid_t first = spawn(rig_test_url());
    struct queue_work s = rig_setup_for(rig_test_url(), 2);
    struct worker w;

    rig_enqueue(fx, "gate", 0, plain);
    rig_enqueue(fx, "gate", 1, plain);
    until(fixture_int(fx, "EXISTS", "queue:q", NULL) == 0); /* both run there */
    for (int n = 2; n < 202; n++) {
        rig_enqueue(fx, "t", n, plain);
    }
    atomic_store(&rig.gate, true); /* here only */
    rig_begin(&w, &s);
    until(atomic_load(&rig.total) == 200);
    assert_int_equal(kill(first, SIGKILL), 0);
    assert_int_equal(waitpid(first, NULL, 0), first);
    until(atomic_load(&rig.total) == 202);
    rig_end(&w);
    assert_int_equal(atomic_load(&rig.runs[0]) + atomic_load(&rig.runs[1]), 2);
    assert_int_equal(fixture_int(fx, "GET", "stat:processed", NULL), 202);
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    must(redis_do(fx->redis, &reply, &fx->fail, "KEYS", "dropship:claimed:*", NULL), fx);
    assert_int_equal(reply->elements, 0);
}

#define work_test(f) cmocka_unit_test_setup_teardown(f, rig_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        work_test(lost_settlements_are_repeated_and_no_job_is_run_again),
        work_test(without_a_lease_nothing_is_claimed),
        work_test(redis_that_is_killed_and_restarted_costs_no_job),
        work_test(jobs_of_a_killed_process_are_done_by_the_other),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
