/* dropship-api: REST, webhooks, the status page. */
#include <signal.h>

#include "api/http/auth.h"
#include "api/http/server.h"
#include "common/base/clock.h"
#include "common/base/log.h"

enum { STOP_MS = 10000 };

/* Blocks the signals that end the program; all later threads inherit that. */
static void hold_signals(sigset_t *ends)
{
    sigemptyset(ends);
    sigaddset(ends, SIGTERM);
    sigaddset(ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, ends, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char **argv)
{
    struct conf *conf = NULL;
    struct server *server = NULL;
    struct api api = { .started_us = clock_now_us() };
    struct fail f;
    sigset_t ends;
    int signal_number = 0;

    int code = conf_start("dropship-api", argc, argv, &conf);
    if (code >= 0) {
        return code;
    }
    hold_signals(&ends);
    api.conf = conf;
    if (auth_open(&api.auth, &f) < 0 || server_open(&api, &server, &f) < 0) {
        log_error("api.failed", kv_fail(&f));
        code = f.kind == FAIL_INPUT ? 2 : 1;
    } else {
        log_info("api.listening", kv_str("address", conf_text(conf, CONF_LISTEN)));
        sigwait(&ends, &signal_number);
        log_info("api.stopping", kv_int("signal", signal_number));
        code = 0;
    }
    server_close(server, STOP_MS);
    auth_close(api.auth);
    conf_free(conf);
    return code;
}
