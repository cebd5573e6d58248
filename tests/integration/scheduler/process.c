#include "tests/integration/scheduler/process.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "tests/integration/model/fixture.h"

enum { END_LIMIT_MS = 10000 };

struct process process_start(const char *database, const char *health)
{
    struct process p = { .pid = fork() };
    if (p.pid != 0) {
        return p;
    }
    setenv("DROPSHIP_DATABASE_URL", database != NULL ? database : fixture_database_url(), 1);
    setenv("DROPSHIP_REDIS_URL", fixture_redis_url(), 1);
    unsetenv("DROPSHIP_ENV_FILE");
    unsetenv("DROPSHIP_HEALTH_LISTEN");
    if (health != NULL) {
        setenv("DROPSHIP_HEALTH_LISTEN", health, 1);
    }
    execl(SCHEDULER_PATH, "dropship-scheduler", (char *)NULL);
    _exit(127);
}

int process_end(struct process *p, int64_t *ret_ms)
{
    int64_t from_ms = clock_mono_ms();
    int status = 0;

    kill(p->pid, SIGTERM);
    while (waitpid(p->pid, &status, WNOHANG) == 0) {
        if (clock_mono_ms() - from_ms > END_LIMIT_MS) {
            process_kill(p);
            return -1;
        }
        clock_sleep_ms(5);
    }
    p->pid = 0;
    *ret_ms = clock_mono_ms() - from_ms;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void process_kill(struct process *p)
{
    if (p->pid > 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
        p->pid = 0;
    }
}
