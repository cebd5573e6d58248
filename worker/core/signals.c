#include "worker/core/signals.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "common/base/attr.h"

/* One row per signal; `remote` is the name under which it comes through Redis (NULL = never). */
static const struct signal_row {
    int number;
    const char *remote;
    enum worker_signal means;
} rows[] = {
    { SIGTERM, "TERM", SIGNAL_STOP },  { SIGINT, NULL, SIGNAL_STOP },
    { SIGTSTP, "TSTP", SIGNAL_QUIET }, { SIGTTIN, "TTIN", SIGNAL_SHOW },
    { SIGHUP, NULL, SIGNAL_RELOAD },
};

static void fill_set(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        sigaddset(set, rows[i].number);
    }
}

void signals_block(void)
{
    sigset_t set;

    fill_set(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

enum worker_signal signals_wait(int64_t wait_ms)
{
    sigset_t set;
    struct timespec wait = { .tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000 };

    fill_set(&set);
    int number = sigtimedwait(&set, NULL, &wait);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].number == number) {
            return rows[i].means;
        }
    }
    return SIGNAL_NONE;
}

int signals_number(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rows[i].remote != NULL && strcmp(rows[i].remote, name) == 0) {
            return rows[i].number;
        }
    }
    return 0;
}
