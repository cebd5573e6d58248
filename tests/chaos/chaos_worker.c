/* A real worker with the job types of the queue storm: chaos_worker --queue NAME=THREADS ...
 * Each run writes to the ledger $CHAOS_LEDGER/handlers: S (start), then F (finished) or E (ended in another way).  What an
 * evil job does, it does once; its second run finishes.  Only a pill never learns. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/conf.h"
#include "common/base/id.h"
#include "tests/chaos/chaos_ledger.h"
#include "worker/core/args.h"
#include "worker/core/job_types.h"
#include "worker/core/signals.h"
#include "worker/core/worker.h"

enum {
    PATH_BYTES = 400,
    TOKEN_BYTES = 17,
    DEADLINE_MS = 60000,
    HANG_DEADLINE_MS = 3000,
    TRIES = 25,
    RETRY_MS = 500,
    FORK_LIVES_S = 4,
    FIRST_DESCRIPTOR = 3,
    EAT_STEP_BYTES = 1 << 20,
    EAT_ROOM_BYTES = 128 << 20,
    EAT_HOLDS_MS = 300
};

struct attempt {
    char token[TOKEN_BYTES];
    const struct job_context *c;
};

static void ledger_path(const char *name, char path[static PATH_BYTES])
{
    const char *folder = getenv("CHAOS_LEDGER");

    if (folder == NULL || snprintf(path, PATH_BYTES, "%s/%s", folder, name) >= PATH_BYTES) {
        abort();
    }
}

static void note(const struct attempt *a, char what)
{
    char path[PATH_BYTES];

    ledger_path("handlers", path);
    ledger_line(path, false, "%c %s %s %d %lld %s", what, a->c->job->jid, a->token, (int)getpid(),
                (long long)ledger_now_ms(), a->c->job->type);
}

static struct attempt begin(const struct job_context *c)
{
    struct attempt a = { .c = c };

    id_random_hex(a.token, (TOKEN_BYTES - 1) / 2);
    note(&a, 'S');
    return a;
}

/* args[index], 0 when it is no number. */
static int64_t number(const struct job_context *c, size_t index)
{
    return json_integer_value(json_array_get(c->args, index));
}

/* Which run of this job this is, from 1, counted in a file: a job that kills its process has no other memory. */
static int64_t run_number(const struct job_context *c)
{
    char name[PATH_BYTES], path[PATH_BYTES];
    struct stat st = { .st_size = 0 };

    (void)snprintf(name, sizeof name, "attempts/%s", c->job->jid);
    ledger_path(name, path);
    ledger_hold();
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, "x", 1) != 1 || fstat(fd, &st) != 0) {
        abort();
    }
    close(fd);
    ledger_let_go();
    return st.st_size;
}

static int finish(const struct attempt *a)
{
    note(a, 'F');
    return 0;
}

static int run_ok(struct job_context *c, struct fail *f)
{
    struct attempt a = begin(c);

    (void)f;
    if (number(c, 0) > 0) {
        clock_sleep_ms(number(c, 0));
    }
    return finish(&a);
}

/* Fails args[0] times. */
static int run_fail(struct job_context *c, struct fail *f)
{
    struct attempt a = begin(c);

    if (c->job->retry_count + 1 < number(c, 0)) {
        note(&a, 'E');
        return fail_later(f, FAIL_LATER, RETRY_MS, "not yet");
    }
    return finish(&a);
}

static int run_snooze(struct job_context *c, struct fail *f)
{
    struct attempt a = begin(c);

    (void)f;
    if (run_number(c) == 1) {
        note(&a, 'E');
        return job_snooze(c, 1);
    }
    return finish(&a);
}

static int run_segv(struct job_context *c, struct fail *f)
{
    struct attempt a = begin(c);

    (void)f;
    if (run_number(c) == 1) {
        signal(SIGSEGV, SIG_DFL); /* not into a sanitizer's report */
        raise(SIGSEGV);
    }
    return finish(&a);
}

static int run_exit(struct job_context *c, struct fail *f)
{
    struct attempt a = begin(c);

    (void)f;
    if (run_number(c) == 1) {
        exit(7);
    }
    return finish(&a);
}

static int64_t address_space(void)
{
    char text[64] = "";
    char *rest = text;
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0) {
        abort();
    }
    close(fd);
    return (int64_t)strtoull(text, &rest, 10) * sysconf(_SC_PAGESIZE);
}

/* All that the limit allows, until nobody in this process gets any more; then the process is killed for it. */
static int run_eat(struct job_context *c, struct fail *f)
{
    struct attempt a = begin(c);
    struct rlimit limit;

    (void)f;
    if (run_number(c) > 1) {
        return finish(&a);
    }
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = (rlim_t)(address_space() + EAT_ROOM_BYTES);
    setrlimit(RLIMIT_AS, &limit);
    for (size_t size = EAT_STEP_BYTES; size >= 4096;) {
        char *more = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (more == MAP_FAILED) {
            size /= 2;
            continue;
        }
        memset(more, 1, size);
    }
    clock_sleep_ms(EAT_HOLDS_MS);
    raise(SIGKILL);
    return -1;
}

static int run_hang(struct job_context *c, struct fail *f)
{
    struct attempt a = begin(c);

    (void)f;
    if (run_number(c) == 1) {
        for (;;) {
            pause();
        }
    }
    return finish(&a);
}

/* Closes what the whole process has open but the standard three, then ends as if nothing were. */
static int run_close(struct job_context *c, struct fail *f)
{
    struct attempt a = begin(c);

    (void)f;
    if (run_number(c) == 1) {
        ledger_hold();
        for (int fd = FIRST_DESCRIPTOR; fd < 1024; fd++) {
            close(fd);
        }
        ledger_let_go();
    }
    return finish(&a);
}

/* The child lives on with copies of all connections, and says nothing. */
static int run_fork(struct job_context *c, struct fail *f)
{
    struct attempt a = begin(c);

    (void)f;
    if (run_number(c) == 1 && fork() == 0) {
        sleep(FORK_LIVES_S);
        _exit(0);
    }
    return finish(&a);
}

static int run_pill(struct job_context *c, struct fail *f)
{
    (void)begin(c);
    (void)f;
    clock_sleep_ms(20);
    raise(SIGKILL);
    return -1;
}

static const struct job_type rows[] = {
#define ROW(type, function, ms)                                                                    \
    {                                                                                              \
        .name = (type), .queue = "chaos", .run = (function), .deadline_ms = (ms), .tries = TRIES   \
    }
    ROW("chaos.ok", run_ok, DEADLINE_MS),         ROW("chaos.slow", run_ok, DEADLINE_MS),
    ROW("chaos.fail", run_fail, DEADLINE_MS),     ROW("chaos.snooze", run_snooze, DEADLINE_MS),
    ROW("chaos.segv", run_segv, DEADLINE_MS),     ROW("chaos.exit", run_exit, DEADLINE_MS),
    ROW("chaos.eat", run_eat, DEADLINE_MS),       ROW("chaos.hang", run_hang, HANG_DEADLINE_MS),
    ROW("chaos.close", run_close, DEADLINE_MS),   ROW("chaos.fork", run_fork, DEADLINE_MS),
    ROW("chaos.pill", run_pill, HANG_DEADLINE_MS)
#undef ROW
};
static const struct job_types types = { .items = rows, .count = sizeof rows / sizeof *rows };

int main(int argc, char **argv)
{
    struct worker_args args;
    struct conf *conf = NULL;
    int code = worker_args_parse(argc, argv, &args, stdout, stderr);

    if (code < 0) {
        code = conf_start("chaos-worker", argc, argv, &conf);
    }
    if (code >= 0) {
        return code;
    }
    signals_block();
    code = worker_run(&(struct worker_setup){ .conf = conf, .args = &args, .types = &types });
    conf_free(conf);
    return code;
}
