/* dropship-api: REST, webhooks, the dashboard. */
#include <signal.h>

#include "api/http/auth.h"
#include "api/http/hands.h"
#include "api/http/live.h"
#include "api/http/server.h"
#include "api/http/static.h"
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

/* What answers need, then the server. */
static int open_all(struct api *api, struct server **ret, struct fail *f)
{
    TRY(auth_open(&api->auth, f));
    TRY(hands_open(api->conf, &api->hands, f));
    TRY(live_open(api->conf, &api->live, f));
    TRY(static_open(conf_text(api->conf, CONF_DASHBOARD_DIR), &api->files, f));
    return server_open(api, ret, f);
}

static void close_all(struct api *api, struct server *server)
{
    server_close(server, STOP_MS);
    live_close(api->live);
    static_close(api->files);
    hands_close(api->hands);
    auth_close(api->auth);
}

int main(int argc, char **argv)
{
    struct conf *conf = NULL;
    struct server *server = NULL;
    struct api api = { .started_us = clock_now_us() };
    struct fail f;
    sigset_t ends;
    int signal_number = 0;

    int code = conf_refuse_arguments("dropship-api", argc, argv);
    if (code < 0) {
        code = conf_start("dropship-api", argc, argv, &conf);
    }
    if (code >= 0) {
        return code;
    }
    hold_signals(&ends);
    api.conf = conf;
    if (open_all(&api, &server, &f) < 0) {
        log_error("api.failed", kv_fail(&f));
        code = f.kind == FAIL_INPUT ? 2 : 1;
    } else {
        log_info("api.listening", kv_str("address", conf_text(conf, CONF_LISTEN)),
                 kv_bool("tls", api.tls), kv_int("dashboard_files", static_count(api.files)));
        sigwait(&ends, &signal_number);
        log_info("api.stopping", kv_int("signal", signal_number));
        code = 0;
    }
    close_all(&api, server);
    conf_free(conf);
    return code;
}
