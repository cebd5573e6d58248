/* A process dies at each fault point of each operation, once: before and after every step that others can see.  A first run
 * counts the points; then as many children each die at another one.  What they leave is recovered and worked off, and the
 * ledger of runs, which is not Redis's, tells what was lost (nothing may be) and what ran twice (only what died unsettled). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/fault_point.h"
#include "common/queue/queue.h"
#include "tests/support/redis_server.h"

#define CHILD "child:1:aaaaaaaaaaaa"
#define HEIR  "heir:1:bbbbbbbbbbbb"

enum { DIED = 77, JOBS_MAX = 26, POINTS_MAX = 200, WAIT_MS = 10000, DRAIN_MAX = 50 };

static struct redis_server server;
static redisContext *eye;

/* ---- the ledger: what a child did, told through a pipe that outlives it ---- */

struct ledger {
    int points;                 /* met so far */
    char names[POINTS_MAX][48]; /* "after lua_claim" */
    int runs[JOBS_MAX];         /* of each job, by its letter */
    bool settled[JOBS_MAX];     /* the script that settles it has run */
};

static int report_fd = -1; /* in the child */
static int die_at = -1;    /* the point at which it dies; -1 = none */
static int met;
static bool settling[JOBS_MAX]; /* what the child's present settlement is about */

static void report(char kind, const char *where, const char *what)
{
    char line[128];
    int length = snprintf(line, sizeof line, "%c%s %s\n", kind, where, what);

    assert_true(write(report_fd, line, (size_t)length) == length);
}

void fault_point(const char *where, const char *step)
{
    if (report_fd < 0) {
        return; /* the parent puts things right */
    }
    report('p', where, step);
    if (strcmp(where, "after") == 0 && strncmp(step, "lua_settle", 10) == 0) {
        for (int i = 0; i < JOBS_MAX; i++) {
            if (settling[i]) {
                report('s', (char[]){ (char)('a' + i), '\0' }, "");
            }
        }
    }
    if (met++ == die_at) {
        _exit(DIED);
    }
}

static void read_ledger(FILE *pipe, struct ledger *ledger)
{
    char line[128];

    *ledger = (struct ledger){ .points = 0 };
    while (fgets(line, sizeof line, pipe) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == 'r') {
            ledger->runs[line[1] - 'a']++;
        } else if (line[0] == 's') {
            ledger->settled[line[1] - 'a'] = true;
        } else if (ledger->points < POINTS_MAX) {
            (void)snprintf(ledger->names[ledger->points++], 48, "%.47s", line + 1);
        }
    }
}

/* ---- what is done ---- */

typedef int operation_fn(struct redis *r, struct fail *f);

/* Run a job: its letter goes to the ledger. */
static int job_letter(const char *payload, size_t bytes)
{
    scoped(job_free_p) struct job *job = NULL;
    struct fail f;

    return job_parse(payload, bytes, &job, &f) == 0 && job->jid[0] >= 'a' && job->jid[0] <= 'z'
               ? job->jid[0] - 'a'
               : -1;
}

static void begin_settling(const struct settlement *batch, size_t count)
{
    memset(settling, 0, sizeof settling);
    for (size_t i = 0; i < count; i++) {
        int letter = job_letter(batch[i].payload, batch[i].payload_bytes);

        if (letter >= 0 && batch[i].kind != SETTLE_BACK) {
            settling[letter] = true;
        }
    }
}

/* Claim up to two, run them, settle them with the given outcomes. */
static int work(struct redis *r, unsigned serial, const enum settle_kind *outcomes, bool whole,
                struct fail *f)
{
    scoped(claimed_done) struct claimed jobs = { .count = 0 };
    struct claim_list list;
    struct settlement batch[2];

    queue_claim_list(CHILD, "q", serial, &list);
    TRY(queue_claim(r, &(struct claim_request){ &list, 2, 2000 }, &jobs, f));
    for (size_t i = 0; i < jobs.count; i++) {
        size_t bytes;
        const char *payload = claimed_payload(&jobs, i, &bytes);

        report('r', (char[]){ (char)('a' + job_letter(payload, bytes)), '\0' }, "");
        batch[i] = (struct settlement){ .kind = outcomes[i],
                                        .payload = payload,
                                        .payload_bytes = bytes,
                                        .next = payload,
                                        .next_bytes = bytes,
                                        .at_us = 1000000 };
        if (outcomes[i] == SETTLE_DEAD) {
            batch[i].at_us = clock_now_us();
        }
        batch[i].counts_as_failed = outcomes[i] == SETTLE_RETRY;
    }
    begin_settling(batch, jobs.count);
    return whole ? queue_settle_whole(
                       r, &list, &(struct settle_batch){ batch, jobs.count, clock_now_us() }, f)
                 : queue_settle(r, &list,
                                &(struct settle_batch){ batch, jobs.count, clock_now_us() }, f);
}

static int do_claim_and_settle(struct redis *r, struct fail *f)
{
    TRY(queue_lease(r, CHILD, 600000, f));
    TRY(work(r, 1, (enum settle_kind[]){ SETTLE_DONE, SETTLE_RETRY }, true, f));
    TRY(work(r, 2, (enum settle_kind[]){ SETTLE_DEAD, SETTLE_SNOOZE }, false, f));
    return queue_unregister(r, CHILD, f);
}

/* Two are claimed, and the child gives them back. */
static int do_claim_and_release(struct redis *r, struct fail *f)
{
    scoped(claimed_done) struct claimed jobs = { .count = 0 };
    struct claim_list list;
    int64_t released;

    TRY(queue_lease(r, CHILD, 600000, f));
    queue_claim_list(CHILD, "q", 1, &list);
    TRY(queue_claim(r, &(struct claim_request){ &list, 2, 0 }, &jobs, f));
    TRY(queue_claim_release(r, &list, &released, f));
    return queue_unregister(r, CHILD, f);
}

/* The queue is empty until the parent sees the child wait. */
static int do_wait_for_a_job(struct redis *r, struct fail *f)
{
    TRY(queue_lease(r, CHILD, 600000, f));
    return work(r, 1, (enum settle_kind[]){ SETTLE_DONE, SETTLE_DONE }, true, f);
}

static int do_promote(struct redis *r, struct fail *f)
{
    int64_t moved, next_ms;

    return queue_promote(r, 100, &moved, &next_ms, f);
}

static int do_recover(struct redis *r, struct fail *f)
{
    struct recovery recovery = { .lease_ms = 0 };

    return queue_recover(r, clock_now_us(), &recovery, f);
}

static int do_enqueue(struct redis *r, struct fail *f)
{
    struct job_spec spec = { .type = "t", .queue = "q", .jid = "a" };
    char jid[JOB_JID_BYTES];

    TRY(queue_enqueue(r, &spec, jid, f));
    spec.jid = "b";
    spec.run_at_us = clock_now_us() + 3600000000;
    return queue_enqueue(r, &spec, jid, f);
}

/* ---- what is there before ---- */

static void tell(const char *format, ...)
{
    va_list args;
    redisReply *reply;

    va_start(args, format);
    reply = redisvCommand(eye, format, args);
    va_end(args);
    assert_non_null(reply);
    if (reply->type == REDIS_REPLY_ERROR) {
        fail_msg("%s: %s", format, reply->str);
    }
    freeReplyObject(reply);
}

#define JOB "{\"class\":\"t\",\"args\":[\"%c\"],\"queue\":\"q\",\"jid\":\"%c\",\"retry\":3}"

static const char *job_text(char letter)
{
    static char texts[JOBS_MAX][128];

    (void)snprintf(texts[letter - 'a'], sizeof texts[0], JOB, letter, letter);
    return texts[letter - 'a'];
}

static void fill_queue(void)
{
    tell("SADD queues q");
    for (char c = 'a'; c <= 'd'; c++) {
        tell("LPUSH queue:q %s", job_text(c));
    }
}

static void fill_nothing(void) {}

static void fill_sets(void)
{
    for (char c = 'a'; c <= 'c'; c++) {
        tell("ZADD retry %d %s", 1 + c - 'a', job_text(c));
        tell("ZADD schedule %d %s", 1 + c - 'a', job_text((char)(c + 3)));
    }
    tell("ZADD retry 9 broken");
}

/* Two workers that are no more; b has been recovered twice before. */
static void fill_orphans(void)
{
    tell("SADD queues q");
    tell("RPUSH dropship:claimed:gone:1:cccccccccccc:q#1 %s %s", job_text('b'), job_text('a'));
    tell("RPUSH dropship:claimed:gone:2:dddddddddddd:q#1 %s %s", job_text('d'), job_text('c'));
    tell("SADD dropship:lists dropship:claimed:gone:1:cccccccccccc:q#1 "
         "dropship:claimed:gone:2:dddddddddddd:q#1");
    tell("EVAL %s 1 %s", "redis.call('SET', 'dropship:recovered:' .. redis.sha1hex(KEYS[1]), 2)",
         job_text('b'));
}

/* ---- one life and death ---- */

struct operation {
    const char *name;
    operation_fn *run;
    void (*fill)(void);
    int jobs;        /* letters a.. that must not be lost */
    bool makes_jobs; /* they are only there once the operation has made them */
    bool feeds;      /* the parent pushes job a once the child waits */
};

static void live(const struct operation *op)
{
    struct redis *r = NULL;
    struct fail f;

    if (redis_open(server.url, &r, &f) < 0 || op->run(r, &f) < 0) {
        (void)fprintf(stderr, "%s: %s\n", op->name, f.text);
        _exit(1);
    }
    redis_close(r);
    _exit(0);
}

static int64_t blocked_clients(void)
{
    redisReply *reply = redisCommand(eye, "INFO clients");
    const char *at = strstr(reply->str, "blocked_clients:");
    int64_t count = at == NULL ? 0 : strtoll(at + strlen("blocked_clients:"), NULL, 10);

    freeReplyObject(reply);
    return count;
}

/* Push a job when the child waits for one, unless it dies before. */
static void feed(pid_t child, int *status)
{
    int64_t deadline_ms = clock_mono_ms() + WAIT_MS;

    while (blocked_clients() == 0) {
        if (waitpid(child, status, WNOHANG) == child) {
            tell("LPUSH queue:q %s", job_text('a'));
            return;
        }
        assert_true(clock_mono_ms() < deadline_ms);
        clock_sleep_ms(1);
    }
    tell("LPUSH queue:q %s", job_text('a'));
    assert_int_equal(waitpid(child, status, 0), child);
}

/* Let a child do it and die at a point (-1 = nowhere); its exit status. */
static int run_child(const struct operation *op, int point, struct ledger *ledger)
{
    int fds[2], status = 0;
    pid_t child;
    FILE *in;

    tell("FLUSHALL");
    op->fill();
    assert_int_equal(pipe(fds), 0);
    child = fork();
    if (child == 0) {
        (void)close(fds[0]);
        report_fd = fds[1];
        die_at = point;
        live(op);
    }
    assert_true(child > 0);
    (void)close(fds[1]);
    if (op->feeds) {
        feed(child, &status);
    } else {
        assert_int_equal(waitpid(child, &status, 0), child);
    }
    in = fdopen(fds[0], "r");
    read_ledger(in, ledger);
    (void)fclose(in);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* ---- what is left of it ---- */

static void run_heir(struct redis *r, int *runs)
{
    scoped(claimed_done) struct claimed jobs = { .count = 0 };
    struct claim_list list;
    struct settlement batch[JOBS_MAX];
    struct fail f;

    queue_claim_list(HEIR, "q", 1, &list);
    assert_int_equal(queue_claim(r, &(struct claim_request){ &list, JOBS_MAX, 0 }, &jobs, &f), 0);
    for (size_t i = 0; i < jobs.count; i++) {
        size_t bytes;
        const char *payload = claimed_payload(&jobs, i, &bytes);

        runs[job_letter(payload, bytes)]++;
        batch[i] =
            (struct settlement){ .kind = SETTLE_DONE, .payload = payload, .payload_bytes = bytes };
    }
    assert_int_equal(
        queue_settle(r, &list, &(struct settle_batch){ batch, jobs.count, clock_now_us() }, &f), 0);
}

/* Recover, promote and work off what there is; all of it must go. */
static void inherit(int *runs)
{
    struct redis *r = NULL;
    struct queue_stats stats = { .waiting = 1 };
    struct fail f;
    int64_t moved, next_ms;

    memset(runs, 0, JOBS_MAX * sizeof *runs);
    assert_int_equal(redis_open(server.url, &r, &f), 0);
    tell("DEL dropship:lease:" CHILD);
    tell("EVAL %s 0", "for _, s in ipairs({'schedule', 'retry'}) do for _, p in ipairs(redis.call("
                      "'ZRANGE', s, 0, -1)) do redis.call('ZADD', s, 1, p) end end");
    assert_int_equal(queue_lease(r, HEIR, 600000, &f), 0);
    for (int i = 0;
         i < DRAIN_MAX && stats.waiting + stats.running + stats.scheduled + stats.retry > 0; i++) {
        struct recovery recovery = { .search_ms = -1 }; /* no list may be unknown at any death */

        assert_int_equal(queue_recover(r, clock_now_us(), &recovery, &f), 0);
        assert_int_equal(queue_promote(r, 100, &moved, &next_ms, &f), 0);
        run_heir(r, runs);
        assert_int_equal(queue_stats(r, &stats, &f), 0);
    }
    assert_int_equal(stats.waiting + stats.running + stats.scheduled + stats.retry, 0);
    redis_close(r);
}

static bool is_dead(char letter)
{
    redisReply *reply = redisCommand(eye, "ZRANGE dead 0 -1");
    char jid[16];
    bool found = false;

    (void)snprintf(jid, sizeof jid, "\"jid\":\"%c\"", letter);
    for (size_t i = 0; i < reply->elements; i++) {
        found = found || strstr(reply->element[i]->str, jid) != NULL;
    }
    freeReplyObject(reply);
    return found;
}

/* How many jobs must be there: those of an enqueue are once its script has run. */
static int jobs_certain(const struct operation *op, const struct ledger *child)
{
    int made = 0;

    for (int p = 0; p < child->points; p++) {
        made += strcmp(child->names[p], "after lua_enqueue") == 0;
    }
    return op->makes_jobs ? made : op->jobs;
}

/* Each job was settled, or is run by the heir, or lies with the dead; nowhere was it twice. */
static void judge(const struct operation *op, const struct ledger *child, const int *heir,
                  const char *where)
{
    for (int i = 0; i < op->jobs; i++) {
        char letter = (char)('a' + i);

        if (i < jobs_certain(op, child) && heir[i] == 0 && !child->settled[i] && !is_dead(letter)) {
            fail_msg("%s, death %s: job %c is lost", op->name, where, letter);
        }
        if (heir[i] > 1 || child->runs[i] > 1) {
            fail_msg("%s, death %s: job %c was in two places", op->name, where, letter);
        }
    }
}

/* A job that the child settled as done is not run by the heir (a, c and so on are settled for good; b and d go on). */
static void judge_settled(const struct operation *op, const struct ledger *child, const int *heir,
                          const char *where)
{
    for (int i = 0; i < op->jobs; i += 2) {
        if (child->settled[i] && heir[i] > 0) {
            fail_msg("%s, death %s: job %c ran again after it was settled", op->name, where,
                     'a' + i);
        }
    }
}

static void dies_at_every_point(void **state)
{
    const struct operation *op = *state;
    struct ledger whole, child;
    int heir[JOBS_MAX];

    assert_int_equal(run_child(op, -1, &whole), 0);
    assert_in_range(whole.points, 2, POINTS_MAX - 1);
    for (int point = 0; point < whole.points; point++) {
        assert_int_equal(run_child(op, point, &child), DIED);
        assert_int_equal(child.points, point + 1);
        assert_string_equal(child.names[point], whole.names[point]);
        inherit(heir);
        judge(op, &child, heir, whole.names[point]);
        judge_settled(op, &child, heir, whole.names[point]);
    }
    print_message("%s: died at each of %d points:", op->name, whole.points);
    for (int point = 0; point < whole.points; point++) {
        print_message("%s %s", point > 0 ? "," : "", whole.names[point]);
    }
    print_message("\n");
}

static const struct operation operations[] = {
    { "claim and settle", do_claim_and_settle, fill_queue, 4, false, false },
    { "claim and give back", do_claim_and_release, fill_queue, 4, false, false },
    { "wait for a job", do_wait_for_a_job, fill_nothing, 1, false, true },
    { "promote", do_promote, fill_sets, 6, false, false },
    { "recover", do_recover, fill_orphans, 4, false, false },
    { "enqueue", do_enqueue, fill_nothing, 2, true, false },
};

/* The steps that the design names; a point that was forgotten would be noticed here. */
static const struct {
    int operation;
    const char *name;
} wanted[] = {
    { 0, "before lua_claim" },        { 0, "after lua_claim" },
    { 0, "before lua_settle_whole" }, { 0, "after lua_settle_whole" },
    { 0, "before lua_settle" },       { 0, "after lua_settle" },
    { 0, "before lua_lease" },        { 0, "after lua_unregister" },
    { 1, "before lua_release" },      { 1, "after lua_release" },
    { 2, "before BLMOVE" },           { 2, "after BLMOVE" },
    { 3, "before lua_promote" },      { 3, "after lua_promote" },
    { 4, "before lua_lists_search" }, { 4, "after lua_lists_search" },
    { 4, "before lua_lists" },        { 4, "after lua_lists" },
    { 4, "before lua_recover" },      { 4, "after lua_recover" },
    { 4, "before lua_bury" },         { 4, "after lua_bury" },
    { 5, "before lua_enqueue" },      { 5, "after lua_enqueue" },
};

static void the_points_of_the_design_are_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        struct ledger ledger;
        bool found = false;

        assert_int_equal(run_child(&operations[wanted[i].operation], -1, &ledger), 0);
        for (int p = 0; p < ledger.points; p++) {
            found = found || strcmp(ledger.names[p], wanted[i].name) == 0;
        }
        if (!found) {
            fail_msg("%s has no point %s", operations[wanted[i].operation].name, wanted[i].name);
        }
    }
}

static int start(void **state)
{
    (void)state;
    redis_server_start(&server);
    eye = redis_server_connect(&server);
    return 0;
}

static int end(void **state)
{
    (void)state;
    redisFree(eye);
    redis_server_stop(&server);
    return 0;
}

int main(void)
{
    struct CMUnitTest tests[COUNT_OF(operations) + 1];

    for (size_t i = 0; i < COUNT_OF(operations); i++) {
        tests[i] = (struct CMUnitTest){ .name = operations[i].name,
                                        .test_func = dies_at_every_point,
                                        .initial_state = (void *)(uintptr_t)&operations[i] };
    }
    tests[COUNT_OF(operations)] =
        (struct CMUnitTest)cmocka_unit_test(the_points_of_the_design_are_there);
    return _cmocka_run_group_tests("fault points", tests, COUNT_OF(tests), start, end);
}
