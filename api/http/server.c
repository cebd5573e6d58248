#include "api/http/server.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "api/http/server_priv.h"
#include "api/http/server_tls.h"
#include "common/base/clock.h"
#include "common/base/listen.h"
#include "common/base/log.h"

/* Threads are for clients, who can be slow; what costs memory and sessions is borrowed (hands.h).  A thread's stack is 100 KiB of
 * which a tenth is ever touched. */
enum { THREADS = 192 };
#define THREADS_TEXT "192"
#define REQUEST_TIMEOUT                                                                            \
    "5500" /* ms: each piece of a body or of an answer; the guard limits heads */
#define IDLE_TIMEOUT      "20000" /* ms between two requests of a connection; REPLY_IDLE_S is less */
#define HEAD_MAX_BYTES    "16384"
#define WAITING_IN_QUEUE  "1024" /* accepted, no thread yet */
#define WAITING_IN_KERNEL "1024"

/* Threads that may wait for bytes of bodies at once, so that some are left for those who ask for nothing but an answer: bodies
 * sent without a key, with a key, and ones that nobody wants.  A place is waited for as long as honest bursts need. */
enum { OPEN_BODIES = 8, KEYED_BODIES = 16, DRAINS = 4 };
enum { DRAIN_POLL_MS = 10, DRAIN_QUIET_MS = 50 };
/* Each of glibc's arenas keeps what its threads have freed; two are enough for what is not in Postgres anyway. */
enum { ARENAS = 2, FILES_WANTED = 8192 };

/* ---- connections ---- */

static int connection_begins(const struct mg_connection *c, void **connection_data)
{
    struct server *s = mg_get_user_data(mg_get_context(c));

    guard_next(s->guard); /* the library does not tell yet whose it is */
    *connection_data = NULL;
    return 0;
}

static void connection_ends(const struct mg_connection *c)
{
    struct server *s = mg_get_user_data(mg_get_context(c));
    const struct mg_request_info *info = mg_get_request_info(c);
    struct guest *guest = mg_get_user_connection_data(c);

    if (guest == NULL && info != NULL) {
        guest = guard_meet(s->guard, info->remote_addr, info->remote_port);
    }
    guard_leave(s->guard, guest);
}

/* What it says about one connection (a handshake that failed, mostly) anybody can cause as often as they like. */
static int library_logs(const struct mg_connection *c, const char *message)
{
    const struct mg_request_info *info = c != NULL ? mg_get_request_info(c) : NULL;
    log_at(info != NULL && info->remote_addr[0] != '\0' ? LOG_DEBUG : LOG_WARN, "http.server",
           kv_str("message", message));
    return 1;
}

/* ---- life ---- */

/* The address as the library wants it. */
static void read_listen(const struct api *api, char *out, size_t out_bytes)
{
    struct listen_at at = { 0 };

    (void)conf_listen(api->conf, CONF_LISTEN, &at); /* it has a default */
    snprintf(out, out_bytes, "%s%s%d%s", at.host, at.host[0] != '\0' ? ":" : "", at.port,
             api->tls ? "s" : "");
    if (!api->tls && strncmp(at.host, "127.", 4) != 0) {
        log_warn("api.without_tls", kv_str("address", conf_text(api->conf, CONF_LISTEN)),
                 kv_str("advice", "keys travel readable: put a proxy with TLS before this address, "
                                  "or set DROPSHIP_TLS_CERTIFICATE"));
    }
}

static struct mg_context *start_library(struct server *s, const char *listen)
{
    static const struct mg_callbacks callbacks = { .begin_request = serve_request,
                                                   .http_error = serve_error,
                                                   .log_message = library_logs,
                                                   .init_connection = connection_begins,
                                                   .connection_close = connection_ends,
                                                   .init_ssl = server_tls_set };
    const char *certificate = conf_text(s->api->conf, CONF_TLS_CERTIFICATE);
    /* The last pair is left out without TLS: a NULL name ends the list. */
    const char *options[] = { "listening_ports",
                              listen,
                              "num_threads",
                              THREADS_TEXT,
                              "request_timeout_ms",
                              REQUEST_TIMEOUT,
                              "keep_alive_timeout_ms",
                              IDLE_TIMEOUT,
                              "enable_keep_alive",
                              "yes",
                              "max_request_size",
                              HEAD_MAX_BYTES,
                              "connection_queue",
                              WAITING_IN_QUEUE,
                              "listen_backlog",
                              WAITING_IN_KERNEL,
                              "decode_url",
                              "no",
                              "tcp_nodelay",
                              "1",
                              "enable_auth_domain_check",
                              "no",
                              certificate != NULL ? "ssl_certificate" : NULL,
                              certificate,
                              "ssl_protocol_version",
                              "4",
                              NULL };
    return mg_start(&callbacks, s, options);
}

static void set_places(struct api *api)
{
    sem_init(&api->open_bodies, 0, OPEN_BODIES);
    sem_init(&api->keyed_bodies, 0, KEYED_BODIES);
    sem_init(&api->drains, 0, DRAINS);
}

/* Sockets beyond the usual 1024 descriptors; as many as we may have. */
static void allow_files(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < FILES_WANTED) {
        limit.rlim_cur = limit.rlim_max < FILES_WANTED ? limit.rlim_max : FILES_WANTED;
        (void)setrlimit(RLIMIT_NOFILE, &limit); /* then accept() says what is too much */
    }
}

static void close_p(struct server **s)
{
    if (*s != NULL) {
        guard_close((*s)->guard);
        free(*s);
    }
}

int server_open(struct api *api, struct server **ret, struct fail *f)
{
    scoped(close_p) struct server *s = calloc(1, sizeof *s);
    char listen[64];

    if (s == NULL) {
        return fail_memory(f);
    }
    s->api = api;
    api->tls = conf_text(api->conf, CONF_TLS_CERTIFICATE) != NULL;
    TRY(proxies_parse(conf_text(api->conf, CONF_TRUSTED_PROXIES), &api->proxies, f));
    read_listen(api, listen, sizeof listen);
    TRY(api->tls ? server_tls_check(api->conf, f) : 0);
    (void)mallopt(M_ARENA_MAX, ARENAS);
    allow_files();
    set_places(api);
    TRY(guard_open(&(struct guard_setup){ THREADS, api->tls, &api->proxies }, &s->guard, f));
    mg_init_library(api->tls ? MG_FEATURES_TLS : MG_FEATURES_DEFAULT);
    s->web = start_library(s, listen);
    if (s->web == NULL) {
        mg_exit_library();
        return fail_set(f, FAIL_INPUT, "cannot listen on %s (is the port taken?)",
                        conf_text(api->conf, CONF_LISTEN));
    }
    *ret = take_ptr(s);
    return 0;
}

/* The library cuts answers off when it is told to stop: wait until none is being given. */
static void wait_for_answers(const struct api *api, int64_t drain_ms)
{
    int64_t now_ms = clock_mono_ms(), until_ms = now_ms + drain_ms, quiet_since_ms = now_ms;
    while (now_ms < until_ms && now_ms - quiet_since_ms < DRAIN_QUIET_MS) {
        clock_sleep_ms(DRAIN_POLL_MS);
        now_ms = clock_mono_ms();
        if (atomic_load(&api->in_flight) > 0) {
            quiet_since_ms = now_ms;
        }
    }
}

void server_close(struct server *s, int64_t drain_ms)
{
    if (s != NULL) {
        atomic_store(&s->api->draining, true);
        guard_end_idle(s->guard);
        wait_for_answers(s->api, drain_ms);
        mg_stop(s->web);
        mg_exit_library();
        guard_close(s->guard);
        free(s);
    }
}
