#include "api/http/server.h"

#include <civetweb.h>
#include <inttypes.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/http/dispatch.h"
#include "api/http/text.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/str.h"

/* Each thread may hold one connection to Postgres, whose usual limit is 100 for all programs. */
#define THREADS           "24"
#define REQUEST_TIMEOUT   "5000" /* ms: a whole head; each piece of a body */
#define HEAD_MAX_BYTES    "16384"
#define WAITING_IN_QUEUE  "512" /* accepted, no thread yet */
#define WAITING_IN_KERNEL "1024"

/* A body is read in small pieces beyond what came with the head: the library waits for a piece to be complete, so a large one
 * would let a client that drips bytes hold a thread for hours. */
enum {
    PIECE_BYTES = 16,
    BODY_MS = 5000,
    BODY_BYTES_PER_MS = 256,
    DRAIN_MAX_BYTES = 1024 * 1024,
    DRAIN_BODY_MS = 1000
};
/* Threads that may wait for bytes of bodies at once, so that some are left for those who ask for nothing but an answer: bodies
 * sent without a key, with a key, and ones that nobody wants.  A place is waited for as long as honest bursts need. */
enum { OPEN_BODIES = 8, KEYED_BODIES = 8, DRAINS = 4, PLACE_WAIT_MS = 50 };
enum { DRAIN_POLL_MS = 10, DRAIN_QUIET_MS = 50, HEADERS_ROOM_BYTES = 8192 };

struct server {
    struct mg_context *web;
    struct api *api;
};

/* What one thread owns. */
struct hands {
    struct db *db;
    struct redis *redis;
};

/* ---- threads ---- */

static void hands_free(struct hands *h)
{
    if (h != NULL) {
        db_close(h->db);
        redis_close(h->redis);
        free(h);
    }
}

static struct hands *hands_new(const struct conf *conf, struct fail *f)
{
    struct hands *h = calloc(1, sizeof *h);
    if (h == NULL) {
        (void)fail_memory(f);
        return NULL;
    }
    if (db_open(conf_text(conf, CONF_DATABASE_URL), "dropship-api", &h->db, f) < 0 ||
        redis_open(conf_text(conf, CONF_REDIS_URL), &h->redis, f) < 0) {
        hands_free(h);
        return NULL;
    }
    return h;
}

static void *thread_starts(const struct mg_context *web, int type)
{
    struct fail f;
    const struct api *api = mg_get_user_data(web);
    struct hands *h = type == 1 ? hands_new(api->conf, &f) : NULL;
    if (type == 1 && h == NULL) {
        log_error("http.thread_failed", kv_fail(&f));
    }
    return h;
}

static void thread_ends(const struct mg_context *web, int type, void *hands)
{
    (void)web;
    if (type == 1) {
        hands_free(hands);
    }
}

/* ---- one request ---- */

static int read_piece(struct mg_connection *c, char *bytes, size_t size_bytes)
{
    size_t piece = size_bytes < PIECE_BYTES ? size_bytes : PIECE_BYTES;
    return mg_read(c, bytes, piece);
}

static int read_bytes(struct request *rq, char *bytes, size_t size_bytes)
{
    int64_t until_ms = clock_mono_ms() + BODY_MS + (int64_t)size_bytes / BODY_BYTES_PER_MS;
    size_t done = 0;

    while (done < size_bytes) {
        int got = read_piece(rq->source, bytes + done, size_bytes - done);
        if (got <= 0 || clock_mono_ms() > until_ms) {
            return -1;
        }
        done += (size_t)got;
        rq->unread_bytes -= got;
    }
    return 0;
}

/* Closing with bytes unread makes the kernel throw our answer away: take in what is already under way.  A client that waits
 * for leave to send has nothing under way, nor has one that was too slow.  The library does not tell whether anything has
 * arrived and waits for it: when all places are taken the connection is closed as it is. */
static void drain_body(struct request *rq, const struct reply *re)
{
    char bytes[PIECE_BYTES];
    int64_t until_ms = clock_mono_ms() + DRAIN_BODY_MS;
    int64_t left = rq->unread_bytes < DRAIN_MAX_BYTES ? rq->unread_bytes : DRAIN_MAX_BYTES;

    if (left == 0 || re->status == 408 || request_header(rq, "Expect") != NULL ||
        sem_trywait(&rq->api->drains) != 0) {
        return;
    }
    while (left > 0 && clock_mono_ms() < until_ms) {
        int got = read_piece(rq->source, bytes, sizeof bytes);
        if (got <= 0) {
            break;
        }
        left -= got;
    }
    sem_post(&rq->api->drains);
}

static void send_reply(struct mg_connection *c, const struct request *rq, struct reply *re)
{
    scoped(str_done) struct str out;
    bool bodiless = rq->method != NULL && strcmp(rq->method, "HEAD") == 0;

    str_init(&out, REPLY_MAX_BYTES + HEADERS_ROOM_BYTES);
    reply_head(re, rq, &out);
    if (!bodiless) {
        str_add_bytes(&out, re->body.data, re->body.len);
    }
    if (out.failed) {
        log_error("http.unsent", kv_str("request_id", rq->id));
        return;
    }
    (void)mg_write(c, out.data, out.len); /* a client that left is no failure of ours */
}

/* Probes and pages that went well come every few seconds: they are no news. */
static bool is_news(const struct request *rq, const struct reply *re)
{
    return re->status >= 400 || rq->route == NULL || rq->route->access != ACCESS_OPEN ||
           strcmp(rq->route->method, "GET") != 0;
}

static void note(const struct request *rq, const struct reply *re, int64_t started_ms)
{
    int digit = re->status / 100;
    atomic_fetch_add(&rq->api->answered[digit >= 1 && digit <= 5 ? digit : 5], 1);
    log_at(is_news(rq, re) ? LOG_INFO : LOG_DEBUG, "http.request", kv_str("method", rq->method),
           kv_str("path", rq->path), kv_int("status", re->status),
           kv_int("ms", clock_mono_ms() - started_ms), kv_str("key", rq->key.name),
           kv_str("address", rq->address), kv_str("request_id", rq->id));
}

/* What the library leaves open about the framing of a body.  NULL = fine. */
static const char *framing_problem(const struct request *rq, int *ret_status)
{
    const char *length = request_header(rq, "Content-Length");
    const char *expect = request_header(rq, "Expect");
    int64_t unused;

    if (rq->header_count >= MG_MAX_HEADERS) { /* the library drops what is beyond */
        *ret_status = 431;
        return "The request has too many headers.";
    }
    *ret_status = 400;
    if (request_header(rq, "Transfer-Encoding") != NULL) {
        *ret_status = 411;
        return "Send the body with Content-Length, not chunked.";
    }
    if (length != NULL && (request_header_count(rq, "Content-Length") != 1 ||
                           !text_to_int(length, 0, INT64_MAX, &unused))) {
        return "Content-Length must be one whole number.";
    }
    if (expect != NULL && strcmp(expect, "100-continue") != 0) {
        *ret_status = 417;
        return "Only 100-continue can be expected.";
    }
    return text_is_utf8(rq->path, strlen(rq->path)) ? NULL : "The path is not valid UTF-8.";
}

static void serve(struct mg_connection *c, struct request *rq)
{
    struct reply re;
    int status;
    int64_t started_ms = clock_mono_ms();

    reply_init(&re);
    request_start(rq);
    const char *problem = framing_problem(rq, &status);
    if (problem != NULL) {
        reply_problem(&re, rq, status, problem, NULL);
    } else {
        dispatch(rq, &re);
    }
    send_reply(c, rq, &re);
    if (problem == NULL) {
        drain_body(rq, &re);
    }
    note(rq, &re, started_ms);
    request_done(rq);
    reply_done(&re);
}

/* Whether a place became free in time. */
static bool take_place(sem_t *places)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += PLACE_WAIT_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    return sem_clockwait(places, CLOCK_MONOTONIC, &until) == 0;
}

/* A client that waits for leave to send its body gets it when we want to read. */
static int read_after_leave(struct request *rq, char *bytes, size_t size_bytes)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    sem_t *places =
        rq->route->access == ACCESS_OPEN ? &rq->api->open_bodies : &rq->api->keyed_bodies;

    if (!take_place(places)) {
        return 1;
    }
    if (request_header(rq, "Expect") != NULL) {
        (void)mg_write(rq->source, go_on, sizeof go_on - 1);
    }
    int done = read_bytes(rq, bytes, size_bytes);
    sem_post(places);
    return done;
}

static int request_begins(struct mg_connection *c)
{
    const struct mg_request_info *info = mg_get_request_info(c);
    struct hands *hands = mg_get_thread_pointer(c);
    struct http_header headers[MG_MAX_HEADERS];
    struct request rq = { .api = info->user_data,
                          .method = info->request_method,
                          .path = info->local_uri_raw,
                          .query = info->query_string,
                          .address = info->remote_addr,
                          .headers = headers,
                          .header_count = (size_t)info->num_headers,
                          .read = read_after_leave,
                          .source = c,
                          .expected_bytes = info->content_length > 0 ? info->content_length : 0 };

    mg_disable_connection_keep_alive(c);
    if (hands == NULL) {
        mg_send_http_error(c, 503, "%s", "no memory");
        return 503;
    }
    rq.db = hands->db;
    rq.redis = hands->redis;
    for (int i = 0; i < info->num_headers; i++) {
        headers[i].name = info->http_headers[i].name;
        headers[i].value = info->http_headers[i].value;
    }
    atomic_fetch_add(&rq.api->in_flight, 1);
    serve(c, &rq);
    atomic_fetch_sub(&rq.api->in_flight, 1);
    return 200;
}

/* What the library refuses by itself: broken or oversized heads. */
static int error_happens(struct mg_connection *c, int status, const char *message)
{
    struct api *api = mg_get_user_data(mg_get_context(c));
    const struct mg_request_info *info = mg_get_request_info(c);
    struct request rq = { .api = api, .method = "-", .path = "-", .address = info->remote_addr };
    struct reply re;

    reply_init(&re);
    request_start(&rq);
    status = status == 413 ? 431 : status == 500 ? 400 : status;
    reply_problem(&re, &rq, status,
                  status == 431 ? "The request's head is too large." : "The request is malformed.",
                  NULL);
    log_debug("http.refused", kv_str("why", message), kv_int("status", status));
    send_reply(c, &rq, &re);
    note(&rq, &re, clock_mono_ms());
    request_done(&rq);
    reply_done(&re);
    return 0;
}

static int library_logs(const struct mg_connection *c, const char *message)
{
    (void)c;
    log_warn("http.server", kv_str("message", message));
    return 1;
}

/* ---- life ---- */

/* "HOST:PORT" with a numeric IPv4 host, or ":PORT" for all addresses; the library knows suffixes and lists that we do not want. */
static int read_listen(const char *listen, char *out, size_t out_bytes, struct fail *f)
{
    const char *colon = strrchr(listen, ':');
    int64_t port;
    if (colon == NULL || !text_to_int(colon + 1, 1, 65535, &port) ||
        strspn(listen, "0123456789.") != (size_t)(colon - listen)) {
        return fail_set(f, FAIL_INPUT,
                        "DROPSHIP_LISTEN is '%s'; it must be IPV4:PORT or :PORT (all addresses)",
                        listen);
    }
    snprintf(out, out_bytes, "%s", colon == listen ? colon + 1 : listen);
    return 0;
}

static struct mg_context *start_library(struct api *api, const char *listen)
{
    static const struct mg_callbacks callbacks = { .begin_request = request_begins,
                                                   .http_error = error_happens,
                                                   .log_message = library_logs,
                                                   .init_thread = thread_starts,
                                                   .exit_thread = thread_ends };
    const char *options[] = { "listening_ports",
                              listen,
                              "num_threads",
                              THREADS,
                              "request_timeout_ms",
                              REQUEST_TIMEOUT,
                              "max_request_size",
                              HEAD_MAX_BYTES,
                              "connection_queue",
                              WAITING_IN_QUEUE,
                              "listen_backlog",
                              WAITING_IN_KERNEL,
                              "enable_keep_alive",
                              "no",
                              "decode_url",
                              "no",
                              "tcp_nodelay",
                              "1",
                              "enable_auth_domain_check",
                              "no",
                              NULL };
    return mg_start(&callbacks, api, options);
}

static void set_places(struct api *api)
{
    sem_init(&api->open_bodies, 0, OPEN_BODIES);
    sem_init(&api->keyed_bodies, 0, KEYED_BODIES);
    sem_init(&api->drains, 0, DRAINS);
}

int server_open(struct api *api, struct server **ret, struct fail *f)
{
    char listen[64];
    const char *listen_text = conf_text(api->conf, CONF_LISTEN);

    TRY(read_listen(listen_text, listen, sizeof listen, f));
    struct server *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return fail_memory(f);
    }
    set_places(api);
    mg_init_library(MG_FEATURES_DEFAULT);
    s->api = api;
    s->web = start_library(api, listen);
    if (s->web == NULL) {
        mg_exit_library();
        free(s);
        return fail_set(f, FAIL_INPUT, "cannot listen on %s (is the port taken?)", listen_text);
    }
    *ret = s;
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
        wait_for_answers(s->api, drain_ms);
        mg_stop(s->web);
        mg_exit_library();
        free(s);
    }
}
