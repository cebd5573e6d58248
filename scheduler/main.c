/* dropship-scheduler: timetable, outbox relay, promotion of due jobs, recovery of lost ones. */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "common/base/conf.h"
#include "common/base/listen.h"
#include "common/base/log.h"
#include "common/model/health.h"
#include "scheduler/scheduler.h"

static int run(const struct conf *conf, const sigset_t *ends, struct fail *f)
{
    struct scheduler *s = NULL;
    struct health *health = NULL;
    struct listen_at at;
    int signal_number = 0;

    TRY(scheduler_start(conf, &s, f));
    const struct health_source source = { .healthz = scheduler_healthz,
                                          .metrics = scheduler_metrics,
                                          .ctx = s };
    if (conf_listen(conf, CONF_HEALTH_LISTEN, &at) && health_open(&at, &source, &health, f) < 0) {
        (void)scheduler_stop(s);
        return -1;
    }
    log_info("scheduler.started", kv_int("pid", getpid()));
    sigwait(ends, &signal_number);
    health_close(health);
    bool clean = scheduler_stop(s);
    log_info("scheduler.stopped", kv_int("signal", signal_number), kv_bool("clean", clean));
    if (!clean) {
        _exit(0); /* a thread hangs in the network; nothing of ours is lost with it */
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct conf *conf = NULL;
    struct fail f = { 0 };
    sigset_t ends;

    int code = conf_refuse_arguments("dropship-scheduler", argc, argv);
    if (code < 0) {
        code = conf_start("dropship-scheduler", argc, argv, &conf);
    }
    if (code >= 0) {
        return code;
    }
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    signal(SIGPIPE, SIG_IGN);
    code = run(conf, &ends, &f);
    if (code < 0) {
        log_error("scheduler.failed", kv_fail(&f));
    }
    conf_free(conf);
    return code < 0 ? (f.kind == FAIL_INPUT ? 2 : 1) : 0;
}
