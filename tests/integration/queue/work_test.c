/* queue_work: a whole worker in one call, on a real Redis that is stopped, restarted and cut off under it. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/queue/cancel.h"
#include "common/queue/unique.h"
#include "common/queue/work.h"
#include "tests/integration/queue/fixture.h"
#include "tests/support/fault/fault.h"

enum { JOBS_MAX = 1000, WAIT_MS = 30000 };

/* What the handler has seen, by the number in args. */
static atomic_int runs[JOBS_MAX];
static atomic_int events[WORK_TROUBLE + 1];
static atomic_int total;
static atomic_bool stopping, gate; /* jobs of class "gate" wait for it */
static atomic_int fault;           /* how the next read or write after the job fails; -1 = not */
static atomic_int fault_at;
static atomic_int waiting; /* jobs at the gate */

static int handle(void *ctx, const struct job *job, struct fail *f)
{
    int n = (int)strtoll(job->args + 1, NULL, 10);

    (void)ctx;
    atomic_fetch_add(&runs[n], 1);
    atomic_fetch_add(&total, 1);
    if (strcmp(job->type, "later") == 0) {
        return fail_set(f, FAIL_LATER, "not now");
    } else if (strcmp(job->type, "advised") == 0) {
        return fail_later(f, FAIL_LIMITED, 100000, "not for 100 s");
    } else if (strcmp(job->type, "input") == 0) {
        return fail_set(f, FAIL_INPUT, "never");
    } else if (strcmp(job->type, "silent") == 0) {
        return -1;
    } else if (strcmp(job->type, "gate") == 0) {
        atomic_fetch_add(&waiting, 1);
        while (!atomic_load(&gate)) {
            clock_sleep_ms(2);
        }
    } else if (strcmp(job->type, "fault") == 0) {
        fault_arm((enum fault_kind)atomic_load(&fault), atomic_load(&fault_at));
    }
    return 0;
}

static void note(void *ctx, const struct work_note *n)
{
    (void)ctx;
    atomic_fetch_add(&events[n->event], 1);
    if (getenv("WORK_TEST_TALKS") != NULL) {
        print_message("event %d: %s\n", (int)n->event, n->fail != NULL ? n->fail->text : "");
    }
}

/* ---- a worker in a thread of the test ---- */

struct worker {
    struct queue_work setup;
    pthread_t thread;
    int result;
    struct fail fail;
};

static void *worker_main(void *arg)
{
    struct worker *w = arg;

    w->result = queue_work(&w->setup, &w->fail);
    return NULL;
}

static const char *test_url(void)
{
    static char url[1024];
    const char *env = getenv("DROPSHIP_TEST_REDIS_URL");

    assert_non_null(env);
    const char *host = strstr(env, "://") + 3;
    (void)snprintf(url, sizeof url, "%.*s/9", (int)(host - env) + (int)strcspn(host, "/"), env);
    return url;
}

static struct queue_work setup_for(const char *url, int threads)
{
    return (struct queue_work){ .redis_url = url,
                                .queues = { { "q", threads } },
                                .run = handle,
                                .note = note,
                                .stop = &stopping,
                                .lease_ms = 2000 };
}

static void begin(struct worker *w, const struct queue_work *setup)
{
    *w = (struct worker){ .setup = *setup, .result = -2 };
    assert_int_equal(pthread_create(&w->thread, NULL, worker_main, w), 0);
}

static void end(struct worker *w)
{
    atomic_store(&stopping, true);
    assert_int_equal(pthread_join(w->thread, NULL), 0);
    fixture_must(w->result, &w->fail, "queue_work", __FILE__, __LINE__);
}

static int setup(void **state)
{
    memset(runs, 0, sizeof runs);
    memset(events, 0, sizeof events);
    atomic_store(&total, 0);
    atomic_store(&waiting, 0);
    atomic_store(&stopping, false);
    atomic_store(&gate, false);
    return fixture_setup(state);
}

#define until(condition)                                                                           \
    do {                                                                                           \
        int64_t late_ms_ = clock_mono_ms() + WAIT_MS;                                              \
        while (!(condition)) {                                                                     \
            if (clock_mono_ms() > late_ms_) {                                                      \
                fail_msg("not within %d ms: %s", WAIT_MS, #condition);                             \
            }                                                                                      \
            clock_sleep_ms(5);                                                                     \
        }                                                                                          \
    } while (0)

static void enqueue(struct fixture *fx, const char *type, int n, struct job_spec spec)
{
    char args[32];
    char jid[JOB_JID_BYTES];

    (void)snprintf(args, sizeof args, "[%d]", n);
    spec.type = type;
    spec.queue = "q";
    spec.args = args;
    must(queue_enqueue(fx->redis, &spec, jid, &fx->fail), fx);
}
#define plain ((struct job_spec){ .max_retries = -1 })

static int64_t count(struct fixture *fx, const char *set)
{
    return fixture_int(fx, "ZCARD", set, NULL);
}

/* Seconds from now until the first member is due. */
static double due_in_s(struct fixture *fx, const char *set)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_do(fx->redis, &reply, &fx->fail, "ZRANGE", set, "0", "0", "WITHSCORES", NULL), fx);
    assert_int_equal(reply->elements, 2);
    return strtod(reply->element[1]->str, NULL) - (double)clock_now_us() / 1e6;
}

static void nothing_is_left(struct fixture *fx)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_do(fx->redis, &reply, &fx->fail, "KEYS", "dropship:claimed:*", NULL), fx);
    assert_int_equal(reply->elements, 0);
    redis_reply_clear_p(&reply);
    reply = NULL;
    must(redis_do(fx->redis, &reply, &fx->fail, "KEYS", "dropship:lease:*", NULL), fx);
    assert_int_equal(reply->elements, 0);
    assert_int_equal(fixture_int(fx, "SCARD", "processes", NULL), 0);
}

/* ---- outcomes ---- */

static void jobs_are_done_and_counted(void **state)
{
    enum { JOBS = 500 };
    struct fixture *fx = *state;
    struct queue_work s = setup_for(test_url(), 3);
    struct worker w;

    for (int n = 0; n < JOBS; n++) {
        enqueue(fx, "t", n, plain);
    }
    begin(&w, &s);
    until(atomic_load(&total) == JOBS);
    end(&w);
    for (int n = 0; n < JOBS; n++) {
        assert_int_equal(atomic_load(&runs[n]), 1);
    }
    assert_int_equal(fixture_int(fx, "GET", "stat:processed", NULL), JOBS);
    assert_int_equal(fixture_int(fx, "EXISTS", "stat:failed", "queue:q"), 0);
    assert_int_equal(atomic_load(&events[WORK_DONE]), JOBS);
    assert_int_equal(atomic_load(&events[WORK_TROUBLE]), 0);
    nothing_is_left(fx);
}

/* One job of the type, and what becomes of it in `set`, whose text is the test's to free. */
static char *run_one(struct fixture *fx, const char *type, struct job_spec spec, const char *set)
{
    struct queue_work s = setup_for(test_url(), 1);
    struct worker w;

    enqueue(fx, type, 1, spec);
    begin(&w, &s);
    until(count(fx, set) == 1);
    end(&w);
    assert_int_equal(atomic_load(&total), 1);
    assert_int_equal(fixture_int(fx, "GET", "stat:failed", NULL), 1);
    nothing_is_left(fx);
    return fixture_first(fx, set);
}

static void passing_failure_is_tried_again_as_sidekiq_does(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *job = run_one(fx, "later", plain, "retry");

    assert_non_null(strstr(job, "\"retry_count\":0"));
    assert_non_null(strstr(job, "\"error_class\":\"TemporaryError\""));
    assert_non_null(strstr(job, "\"error_message\":\"not now\""));
    assert_true(due_in_s(fx, "retry") > 12 && due_in_s(fx, "retry") < 26);
    assert_int_equal(atomic_load(&events[WORK_RETRY]), 1);
}

static void advice_sets_the_time_of_the_next_attempt(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *job = run_one(fx, "advised", plain, "retry");

    assert_non_null(strstr(job, "\"error_class\":\"RateLimited\""));
    assert_true(due_in_s(fx, "retry") > 95 && due_in_s(fx, "retry") < 121);
}

static void lasting_failure_goes_to_dead(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *job = run_one(fx, "input", plain, "dead");

    assert_non_null(strstr(job, "\"error_class\":\"InputError\""));
    assert_int_equal(atomic_load(&events[WORK_DEAD]), 1);
    assert_int_equal(count(fx, "retry"), 0);
}

static void last_attempt_goes_to_dead(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *job = run_one(fx, "later", (struct job_spec){ .max_retries = 0 }, "dead");

    assert_non_null(strstr(job, "\"retry_count\":0"));
}

static void handler_that_gives_no_reason_is_a_bug_and_tried_again(void **state)
{
    struct fixture *fx = *state;
    scoped(free_p) char *job = run_one(fx, "silent", plain, "retry");

    assert_non_null(strstr(job, "\"error_class\":\"InternalError\""));
}

static void attempts_of_a_job_that_does_not_say_come_from_the_setup(void **state)
{
    struct fixture *fx = *state;
    struct queue_work s = setup_for(test_url(), 1);
    struct worker w;

    s.tries = 2;
    command(fx, "LPUSH", "queue:q",
            "{\"class\":\"later\",\"args\":[1],\"jid\":\"a\",\"retry_count\":0}");
    command(fx, "LPUSH", "queue:q",
            "{\"class\":\"later\",\"args\":[2],\"jid\":\"b\",\"retry_count\":1}");
    begin(&w, &s);
    until(count(fx, "dead") == 1 && count(fx, "retry") == 1);
    end(&w);
    scoped(free_p) char *dead = fixture_first(fx, "dead");
    assert_non_null(strstr(dead, "\"jid\":\"b\""));
}

static void what_is_no_job_goes_to_dead_and_can_be_shown(void **state)
{
    static const char *const payloads[] = {
        "no JSON",           "[1,2]", "7", "{\"args\":[]}", "{\"class\":\"t\",\"args\":{}}",
        "{\"class\":\"t\"}", ""
    };
    struct fixture *fx = *state;
    struct queue_work s = setup_for(test_url(), 1);
    struct worker w;
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    size_t plain_bytes = 0;

    for (size_t i = 0; i < COUNT_OF(payloads); i++) {
        command(fx, "LPUSH", "queue:q", payloads[i]);
    }
    begin(&w, &s);
    until(count(fx, "dead") == (int64_t)COUNT_OF(payloads));
    end(&w);
    assert_int_equal(atomic_load(&total), 0);
    must(redis_do(fx->redis, &reply, &fx->fail, "ZRANGE", "dead", "0", "-1", NULL), fx);
    for (size_t i = 0; i < reply->elements; i++) {
        plain_bytes += reply->element[i]->str[0] != '{' ? reply->element[i]->len : 0;
    }
    assert_int_equal(plain_bytes, strlen("no JSON")); /* all others are objects now, or empty */
    assert_int_equal(fixture_int(fx, "GET", "stat:failed", NULL), (int64_t)COUNT_OF(payloads));
    nothing_is_left(fx);
}

static void late_and_cancelled_jobs_end_unrun(void **state)
{
    struct fixture *fx = *state;
    struct queue_work s = setup_for(test_url(), 1);
    struct worker w;

    command(fx, "LPUSH", "queue:q",
            "{\"class\":\"t\",\"args\":[1],\"jid\":\"late\",\"dropship_expires_at\":1.5}");
    enqueue(fx, "t", 2, (struct job_spec){ .jid = "0123456789abcdef01234567" });
    must(queue_cancel(fx->redis, "0123456789abcdef01234567", &fx->fail), fx);
    enqueue(fx, "t", 3, plain);
    begin(&w, &s);
    until(atomic_load(&total) == 1);
    end(&w);
    assert_int_equal(atomic_load(&runs[3]), 1);
    assert_int_equal(atomic_load(&events[WORK_EXPIRED]), 1);
    assert_int_equal(atomic_load(&events[WORK_CANCELLED]), 1);
    assert_int_equal(fixture_int(fx, "EXISTS", KEY_CANCELLED, "queue:q"), 0);
    nothing_is_left(fx);
}

static void due_jobs_are_moved_and_unique_locks_released(void **state)
{
    struct fixture *fx = *state;
    struct queue_work s = setup_for(test_url(), 1);
    struct worker w;

    enqueue(fx, "t", 1, (struct job_spec){ .run_at_us = clock_now_us() + 300000 });
    enqueue(fx, "t", 2, (struct job_spec){ .unique_for_s = 60, .unique_key = "k" });
    begin(&w, &s);
    until(atomic_load(&total) == 2);
    end(&w);
    enqueue(fx, "t", 2, (struct job_spec){ .unique_for_s = 60, .unique_key = "k" });
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1);
}

static void unusable_setups_are_refused(void **state)
{
    struct fail f = { 0 };
    struct queue_work bad[7];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        bad[i] = setup_for(test_url(), 1);
    }
    bad[0].redis_url = "http://x";
    bad[1].run = NULL;
    bad[2].queues[0].name = NULL;
    bad[3].queues[0].name = "no queue";
    bad[4].queues[0].threads = WORK_THREADS_MAX + 1;
    bad[5].lease_ms = 10;
    bad[6].tries = -1;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        f.kind = FAIL_NONE;
        assert_int_equal(queue_work(&bad[i], &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
    }
    bad[0].redis_url = "redis://127.0.0.1:1/0";
    assert_int_equal(queue_work(&bad[0], &f), -1);
    assert_int_equal(f.kind, FAIL_LATER);
}

/* ---- stop, quiet, long jobs ---- */

static void stop_lets_the_running_job_end_and_hands_back_the_others_in_order(void **state)
{
    struct fixture *fx = *state;
    struct queue_work s = setup_for(test_url(), 1);
    struct worker w;

    for (int n = 0; n < 300; n++) {
        enqueue(fx, n == 250 ? "gate" : "t", n, plain);
    }
    begin(&w, &s);
    until(atomic_load(&waiting) == 1);
    atomic_store(&stopping, true);
    atomic_store(&gate, true);
    end(&w);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 49);
    assert_int_equal(fixture_int(fx, "GET", "stat:processed", NULL), 251);
    scoped(free_p) char *first = fixture_lindex(fx, "queue:q", "-1");
    scoped(free_p) char *last = fixture_lindex(fx, "queue:q", "0");
    assert_non_null(strstr(first, "[251]"));
    assert_non_null(strstr(last, "[299]"));
    nothing_is_left(fx);
}

static void a_long_job_holds_up_no_other(void **state)
{
    struct fixture *fx = *state;
    struct queue_work s = setup_for(test_url(), 2);
    struct worker w;

    for (int n = 0; n < 400; n++) {
        enqueue(fx, n == 250 ? "gate" : "t", n, plain);
    }
    begin(&w, &s);
    until(fixture_int(fx, "GET", "stat:processed", NULL) == 399); /* those of its batch, too */
    assert_int_equal(atomic_load(&waiting), 1);
    atomic_store(&gate, true);
    until(fixture_int(fx, "GET", "stat:processed", NULL) == 400);
    end(&w);
    for (int n = 0; n < 400; n++) {
        assert_int_equal(atomic_load(&runs[n]), 1);
    }
    assert_int_equal(fixture_int(fx, "EXISTS", "dropship:stat:fenced", NULL), 0);
    nothing_is_left(fx);
}

static bool is_quiet(struct fixture *fx, const char *identity)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    must(redis_do(fx->redis, &reply, &fx->fail, "HGET", identity, "quiet", NULL), fx);
    return reply->str != NULL && strcmp(reply->str, "true") == 0;
}

static void it_is_shown_and_obeys_through_redis(void **state)
{
    struct fixture *fx = *state;
    struct queue_work s = setup_for(test_url(), 2);
    struct process_info *all = NULL;
    struct worker w;
    size_t n = 0;

    enqueue(fx, "gate", 1, plain);
    begin(&w, &s);
    until(fixture_int(fx, "SCARD", "processes", NULL) == 1);
    must(queue_processes(fx->redis, &all, &n, &fx->fail), fx);
    assert_int_equal(n, 1);
    assert_true(all[0].alive && all[0].ours && !all[0].quiet);
    assert_int_equal(all[0].concurrency, 2);
    must(queue_signal(fx->redis, all[0].identity, "TSTP", &fx->fail), fx);
    until(is_quiet(fx, all[0].identity));
    atomic_store(&gate, true);
    until(atomic_load(&events[WORK_DONE]) == 1);
    enqueue(fx, "t", 2, plain);
    must(queue_signal(fx->redis, all[0].identity, "TERM", &fx->fail), fx);
    assert_int_equal(pthread_join(w.thread, NULL), 0); /* nobody set `stop` */
    assert_int_equal(w.result, 0);
    assert_int_equal(atomic_load(&total), 1);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1);
    queue_processes_free(all, n);
    nothing_is_left(fx);
}

/* ---- faults ---- */

/* The handler arms a fault that strikes this thread's next read or write, or the one after, ...: the settlement's.  kinds: reset,
 * end, timeout, and allocations. */
static void lost_settlements_are_repeated_and_no_job_is_run_again(void **state)
{
    static const enum fault_kind kinds[] = { FAULT_RESET, FAULT_EOF, FAULT_TIMEOUT, FAULT_SHORT,
                                             FAULT_ALLOC };
    struct fixture *fx = *state;
    struct queue_work s = setup_for(test_url(), 1);
    struct worker w;
    int expected = 0;

    begin(&w, &s);
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        for (int at = 0; at < (kinds[k] == FAULT_ALLOC ? 40 : 4); at++) {
            atomic_store(&fault, (int)kinds[k]);
            atomic_store(&fault_at, at);
            enqueue(fx, "fault", expected++, plain);
            until(fixture_int(fx, "GET", "stat:processed", NULL) == expected);
        }
    }
    end(&w);
    for (int n = 0; n < expected; n++) {
        assert_int_equal(atomic_load(&runs[n]), 1);
    }
    assert_in_range(atomic_load(&events[WORK_TROUBLE]), 6, expected);
    assert_int_equal(atomic_load(&events[WORK_FENCED]), 0);
    assert_int_equal(atomic_load(&events[WORK_DONE]), expected);
    assert_int_equal(count(fx, "retry") + count(fx, "dead"), 0);
    nothing_is_left(fx);
}

static void without_a_lease_nothing_is_claimed(void **state)
{
    struct fixture *fx = *state;
    char url[1024];
    const char *host = strstr(test_url(), "://") + 3;
    struct queue_work s = setup_for(url, 1);
    struct worker w;

    (void)snprintf(url, sizeof url, "redis://simple:pw@%s", host);
    command(fx, "ACL", "SETUSER", "simple", "reset", "on", ">pw", "~*", "+@all");
    begin(&w, &s);
    enqueue(fx, "t", 1, plain);
    until(atomic_load(&total) == 1);
    command(fx, "ACL", "SETUSER", "simple", "resetkeys", "~queue*", "~dropship:c*", "~dropship:s*",
            "~paused", "~stat:*", "~schedule", "~retry", "~dead", "~processes", "~*:work",
            "~*:workers");
    until(atomic_load(&events[WORK_TROUBLE]) > 0);
    until(fixture_int(fx, "EXISTS", "dropship:recovery", NULL) == 1);
    clock_sleep_ms(s.lease_ms + 600); /* what is waited for is that nothing happens */
    enqueue(fx, "t", 2, plain);
    clock_sleep_ms(700);
    assert_int_equal(atomic_load(&total), 1);
    assert_int_equal(fixture_int(fx, "LLEN", "queue:q", NULL), 1);
    command(fx, "ACL", "SETUSER", "simple", "~*");
    until(atomic_load(&total) == 2);
    end(&w);
    command(fx, "ACL", "DELUSER", "simple");
    nothing_is_left(fx);
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
    char clean[96];

    (void)state;
    assert_non_null(mkdtemp(server.folder));
    (void)snprintf(server.socket, sizeof server.socket, "%s/s", server.folder);
    (void)snprintf(server.url, sizeof server.url, "unix://%s", server.socket);
    server_start(&server);
    must(redis_open(server.url, &own.redis, &own.fail), &own);
    until(server_answers(&own));
    s = setup_for(server.url, 3);
    s.lease_ms =
        WORK_LEASE_MS; /* longer than the restart: no lease is lost, no job runs twice but those in flight */
    for (int n = 0; n < JOBS; n++) {
        enqueue(&own, n % 200 == 100 ? "gate" : "t", n, plain);
    }
    begin(&w, &s);
    until(atomic_load(&waiting) >= 1);
    server_kill(&server);
    atomic_store(&gate, true); /* ends while Redis is away */
    until(atomic_load(&events[WORK_TROUBLE]) > 0);
    server_start(&server);
    until(server_answers(&own));
    until(fixture_int(&own, "GET", "stat:processed", NULL) == JOBS);
    end(&w);
    for (int n = 0; n < JOBS; n++) {
        assert_int_equal(atomic_load(&runs[n]), 1);
    }
    assert_int_equal(fixture_int(&own, "EXISTS", "queue:q", "retry"), 0);
    nothing_is_left(&own);
    redis_close(own.redis);
    server_kill(&server);
    (void)snprintf(clean, sizeof clean, "rm -r %s", server.folder);
    assert_int_equal(system(clean), 0);
}

/* ---- two processes ---- */

/* A worker process whose jobs of class "gate" never end. */
static pid_t spawn(const char *url)
{
    pid_t pid = fork();

    if (pid == 0) {
        struct queue_work s = setup_for(url, 2);
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
    pid_t first = spawn(test_url());
    struct queue_work s = setup_for(test_url(), 2);
    struct worker w;

    enqueue(fx, "gate", 0, plain);
    enqueue(fx, "gate", 1, plain);
    until(fixture_int(fx, "EXISTS", "queue:q", NULL) == 0); /* both run there */
    for (int n = 2; n < 202; n++) {
        enqueue(fx, "t", n, plain);
    }
    atomic_store(&gate, true); /* here only */
    begin(&w, &s);
    until(atomic_load(&total) == 200);
    assert_int_equal(kill(first, SIGKILL), 0);
    assert_int_equal(waitpid(first, NULL, 0), first);
    until(atomic_load(&total) == 202);
    end(&w);
    assert_int_equal(atomic_load(&runs[0]) + atomic_load(&runs[1]), 2);
    assert_int_equal(fixture_int(fx, "GET", "stat:processed", NULL), 202);
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    must(redis_do(fx->redis, &reply, &fx->fail, "KEYS", "dropship:claimed:*", NULL), fx);
    assert_int_equal(reply->elements, 0);
}

#define work_test(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        work_test(jobs_are_done_and_counted),
        work_test(passing_failure_is_tried_again_as_sidekiq_does),
        work_test(advice_sets_the_time_of_the_next_attempt),
        work_test(lasting_failure_goes_to_dead),
        work_test(last_attempt_goes_to_dead),
        work_test(handler_that_gives_no_reason_is_a_bug_and_tried_again),
        work_test(attempts_of_a_job_that_does_not_say_come_from_the_setup),
        work_test(what_is_no_job_goes_to_dead_and_can_be_shown),
        work_test(late_and_cancelled_jobs_end_unrun),
        work_test(due_jobs_are_moved_and_unique_locks_released),
        work_test(unusable_setups_are_refused),
        work_test(stop_lets_the_running_job_end_and_hands_back_the_others_in_order),
        work_test(a_long_job_holds_up_no_other),
        work_test(it_is_shown_and_obeys_through_redis),
        work_test(lost_settlements_are_repeated_and_no_job_is_run_again),
        work_test(without_a_lease_nothing_is_claimed),
        work_test(redis_that_is_killed_and_restarted_costs_no_job),
        work_test(jobs_of_a_killed_process_are_done_by_the_other),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
