#include <string.h>
#include <strings.h>

#include "api/http/dispatch.h"
#include "api/http/reply.h"
#include "api/http/resources.h"
#include "api/http/server_priv.h"
#include "api/http/server_send.h"
#include "api/http/static.h"
#include "common/base/clock.h"
#include "common/base/log.h"

/* ---- borrowed connections ---- */

/* Answers that are in memory: they must be given also when all connections are in use.  To add one: a line. */
static route_fn *const without_hands[] = { get_healthz, get_openapi };

static bool wants_hands(const struct route *route)
{
    for (size_t i = 0; route != NULL && i < COUNT_OF(without_hands); i++) {
        if (route->run == without_hands[i]) {
            return false;
        }
    }
    return true;
}

static int take_hands(struct request *rq, enum request_need need, struct fail *f)
{
    const struct db *before = rq->db;

    if (!wants_hands(rq->route)) {
        return 0;
    }
    TRY(hands_take(&visit_of(rq)->grip, need, &rq->db, &rq->redis, f));
    bool keyed = rq->route != NULL && rq->route->access != ACCESS_OPEN;
    return keyed && rq->db != before ? db_ready(rq->db, f) : 0;
}

static void give_hands(struct request *rq)
{
    hands_give(&visit_of(rq)->grip);
    rq->db = NULL;
    rq->redis = NULL;
}

/* ---- the log ---- */

/* Probes and pages that went well come every few seconds: they are no news. */
static bool is_news(const struct request *rq, const struct reply *re)
{
    return re->status >= 400 || (rq->route != NULL && (rq->route->access != ACCESS_OPEN ||
                                                       strcmp(rq->route->method, "GET") != 0));
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

/* ---- one request ---- */

struct guest *serve_guest(struct mg_connection *c)
{
    const struct mg_request_info *info = mg_get_request_info(c);
    struct guest *guest = mg_get_user_connection_data(c);

    if (guest == NULL && info != NULL) {
        struct server *server = info->user_data;
        guest = guard_meet(server->guard, info->remote_addr, info->remote_port);
        mg_set_user_connection_data(c, guest);
    }
    return guest;
}

/* Who speaks, and how: a trusted proxy tells. */
static void hear_proxy(struct visit *v, const struct mg_request_info *info)
{
    struct request *rq = &v->rq;
    const struct proxies *trusted = &rq->api->proxies;
    bool believed = proxies_has(trusted, info->remote_addr);
    const char *proto = believed ? request_header(rq, "X-Forwarded-Proto") : NULL;

    proxies_client(trusted, info->remote_addr,
                   believed && request_header_count(rq, "X-Forwarded-For") == 1
                       ? request_header(rq, "X-Forwarded-For")
                       : NULL,
                   v->client);
    rq->address = v->client;
    rq->secure = rq->api->tls || (proto != NULL && strcasecmp(proto, "https") == 0);
}

/* May a next request come on this connection?  After a refusal it must be made anew: what else the client sent is not worth
 * finding out. */
static bool may_stay(const struct visit *v, const struct guard *guard, const struct reply *re)
{
    const struct request *rq = &v->rq;
    const char *wish = request_header(rq, "Connection");
    const char *version = mg_get_request_info(v->web)->http_version;

    return re->status < 400 && rq->unread_bytes == 0 && strcmp(version, "1.1") == 0 &&
           (wish == NULL || strcasecmp(wish, "keep-alive") == 0) &&
           !atomic_load(&rq->api->draining) && !guard_is_pressed(guard);
}

static void answer(struct visit *v, struct reply *re)
{
    struct request *rq = &v->rq;
    int status;
    const char *problem = body_problem(rq, &status);

    if (problem != NULL) {
        reply_problem(re, rq, status, problem, NULL);
        rq->unread_bytes = 0; /* nobody knows where it would end */
    } else if (!static_answer(rq->api->files, rq, re)) {
        dispatch(rq, re);
    }
    give_hands(rq);
}

static void serve(struct visit *v, const struct guard *guard)
{
    struct reply re;
    int64_t started_ms = clock_mono_ms();

    reply_init(&re);
    request_start(&v->rq);
    answer(v, &re);
    struct delivery d = { .to = v->web,
                          .guest = v->guest,
                          .keep = may_stay(v, guard, &re),
                          .old = strcmp(mg_get_request_info(v->web)->http_version, "1.1") != 0 };
    if (!d.keep) {
        mg_disable_connection_keep_alive(v->web);
    }
    server_send(&d, &v->rq, &re);
    guard_say(v->guest, d.keep ? GUARD_IDLE : GUARD_BUSY, 0);
    body_drain(&v->rq, re.status == 408);
    if (!d.keep) {
        mg_disable_connection_keep_alive(v->web);
    }
    note(&v->rq, &re, started_ms);
    request_done(&v->rq);
    reply_done(&re);
}

int serve_request(struct mg_connection *c)
{
    const struct mg_request_info *info = mg_get_request_info(c);
    struct server *server = info->user_data;
    struct http_header headers[MG_MAX_HEADERS];
    struct visit v = { .rq = { .api = server->api,
                               .take = take_hands,
                               .give = give_hands,
                               .method = info->request_method,
                               .path = info->local_uri_raw,
                               .query = info->query_string,
                               .headers = headers,
                               .header_count = (size_t)info->num_headers,
                               .read = body_read,
                               .source = c,
                               .expected_bytes =
                                   info->content_length > 0 ? info->content_length : 0 },
                       .grip = { .hands = server->api->hands },
                       .guest = serve_guest(c),
                       .web = c };

    for (int i = 0; i < info->num_headers; i++) {
        headers[i].name = info->http_headers[i].name;
        headers[i].value = info->http_headers[i].value;
    }
    hear_proxy(&v, info);
    guard_say(v.guest, GUARD_BUSY, 0);
    atomic_fetch_add(&server->api->in_flight, 1);
    serve(&v, server->guard);
    atomic_fetch_sub(&server->api->in_flight, 1);
    return 200;
}

/* The library's word for it is not always ours. */
static int refusal(int status, bool late, const char **detail)
{
    if (late) {
        *detail = "The request's head did not arrive in time.";
        return 408;
    }
    status = status == 413 ? 431 : status == 500 ? 400 : status;
    *detail = status == 431 ? "The request's head is too large." : "The request is malformed.";
    return status;
}

int serve_error(struct mg_connection *c, int status, const char *message)
{
    const struct mg_request_info *info = mg_get_request_info(c);
    struct server *server = mg_get_user_data(mg_get_context(c));
    struct request rq = { .api = server->api,
                          .method = "-",
                          .path = "-",
                          .address = info != NULL ? info->remote_addr : "-" };
    struct reply re;
    const char *detail;
    struct guest *guest = serve_guest(c);
    bool late = guard_was_cut(guest);

    reply_init(&re);
    request_start(&rq);
    status = refusal(status, late, &detail);
    reply_problem(&re, &rq, status, detail, NULL);
    log_debug("http.refused", kv_str("why", message), kv_int("status", re.status));
    server_send(&(struct delivery){ .to = c, .guest = guest }, &rq, &re);
    if (!late) { /* a flood of those is told once, by the guard */
        note(&rq, &re, clock_mono_ms());
    }
    request_done(&rq);
    reply_done(&re);
    return 0;
}
