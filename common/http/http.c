#include "common/http/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/http/http_priv.h"

enum { CONNECT_MS = 10000, TIMEOUT_MS = 30000, LEAST_MS = 1000, BODY_BYTES = 8 * 1024 * 1024 };

struct http {
    CURL *curl;
    int64_t deadline_ms; /* monotonic; 0 = none */
    char error[CURL_ERROR_SIZE];
};

/* A request under way. */
struct call {
    struct http *http;
    const struct http_request *req;
    struct http_response *ret;
    struct curl_slist *headers;
    size_t sent_bytes; /* of the body */
    bool refused;      /* an address that public_only forbids */
};

static void slist_free_p(struct curl_slist **list)
{
    curl_slist_free_all(*list);
}

/* Not at the start of the program: TLS libraries are several megabytes that a worker without HTTP never needs. */
static void start_curl(void)
{
    /* TLS libraries write to sockets that the other end may have closed. */
    (void)signal(SIGPIPE, SIG_IGN);
    if (curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK) {
        abort(); /* out of memory at start; there is nothing to be saved */
    }
}

int http_open(struct http **ret, struct fail *f)
{
    static pthread_once_t started = PTHREAD_ONCE_INIT;
    scoped(http_close_p) struct http *h = calloc(1, sizeof *h);

    if (h == NULL) {
        return fail_memory(f);
    }
    (void)pthread_once(&started, start_curl);
    h->curl = curl_easy_init();
    if (h->curl == NULL) {
        return fail_memory(f);
    }
    *ret = take_ptr(h);
    return 0;
}

void http_close(struct http *h)
{
    if (h == NULL) {
        return;
    }
    curl_easy_cleanup(h->curl);
    free(h);
}

/* The body is read through a callback that cannot rewind, on purpose.  When a reused connection dies without an answer, libcurl
 * would send the request again by itself; a POST that had been carried out would be carried out twice.  Without a way back to
 * the body's start it gives up (CURLE_SEND_FAIL_REWIND) and we can say what we know: nothing. */
static size_t give_body(char *to, size_t one, size_t room, void *user)
{
    struct call *call = user;
    size_t left = call->req->body_bytes - call->sent_bytes;

    room *= one;
    left = left < room ? left : room;
    if (left > 0) {
        memcpy(to, call->req->body + call->sent_bytes, left);
    }
    call->sent_bytes += left;
    return left;
}

static int add_header(struct curl_slist **list, const char *line, struct fail *f)
{
    struct curl_slist *more = curl_slist_append(*list, line);

    if (more == NULL) {
        return fail_memory(f);
    }
    *list = more;
    return 0;
}

static int make_headers(const struct http_request *req, struct curl_slist **ret, struct fail *f)
{
    TRY(add_header(ret, "Expect:", f)); /* no waiting for 100 Continue */
    for (const char *const *line = req->headers; line != NULL && *line != NULL; line++) {
        if (strpbrk(*line, "\r\n") != NULL) {
            return fail_set(f, FAIL_INPUT, "a header with a line break in it");
        }
        TRY(add_header(ret, *line, f));
    }
    return 0;
}

static int64_t or_default(int64_t value, int64_t otherwise)
{
    return value > 0 ? value : otherwise;
}

void http_set_deadline(struct http *h, int64_t mono_ms)
{
    h->deadline_ms = mono_ms;
}

int64_t http_left_ms(const struct http *h)
{
    return h == NULL || h->deadline_ms == 0 ? INT64_MAX : h->deadline_ms - clock_mono_ms();
}

/* The request's own timeout, or what is left of the work it belongs to.  A request cut off in its first second would tell us
 * nothing and leave an unknown outcome behind. */
static int whole_timeout(const struct call *call, int64_t *ret_ms, struct fail *f)
{
    int64_t own_ms = or_default(call->req->timeout_ms, TIMEOUT_MS);
    int64_t left_ms = http_left_ms(call->http);

    if (own_ms <= left_ms) {
        *ret_ms = own_ms;
        return 0;
    }
    if (left_ms < LEAST_MS) {
        return fail_code(f, FAIL_LATER, HTTP_DEADLINE, "no time is left for another request");
    }
    *ret_ms = left_ms;
    return 0;
}

/* Non-zero when libcurl refused one of them. */
static unsigned set_policy(CURL *c)
{
    unsigned bad = 0;

    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_USERAGENT, "dropship/" DROPSHIP_VERSION);
    return bad;
}

static unsigned set_method(CURL *c, struct call *call)
{
    const struct http_request *req = call->req;
    unsigned bad = 0;

    if (req->body != NULL) {
        bad |= (unsigned)curl_easy_setopt(c, CURLOPT_POST, 1L);
        bad |=
            (unsigned)curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body_bytes);
        bad |= (unsigned)curl_easy_setopt(c, CURLOPT_READFUNCTION, give_body);
        bad |= (unsigned)curl_easy_setopt(c, CURLOPT_READDATA, call);
    }
    if (strcmp(req->method, "GET") != 0 && req->body_bytes == 0) {
        /* With nothing to rewind, only a new connection keeps libcurl from repeating it. */
        bad |= (unsigned)curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
    }
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, req->method);
    return bad;
}

/* libcurl asks here for a socket, after the name has become an address. */
static curl_socket_t open_public(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct call *call = user;

    if (purpose != CURLSOCKTYPE_IPCXN || !http_address_public(&address->addr)) {
        call->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static unsigned set_public_only(CURL *c, struct call *call)
{
    unsigned bad = 0;

    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_public);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, call);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_PROXY, ""); /* the address must be the host's */
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_FORBID_REUSE, 1L);
    return bad;
}

static int prepare(struct call *call, struct fail *f)
{
    CURL *c = call->http->curl;
    const struct http_request *req = call->req;
    int64_t timeout_ms = 0;
    unsigned bad = 0;

    TRY(whole_timeout(call, &timeout_ms, f));
    curl_easy_reset(c); /* keeps its connections */
    call->http->error[0] = '\0';
    bad |= set_policy(c) | set_method(c, call);
    bad |= req->public_only ? set_public_only(c, call) : 0;
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_URL, req->url);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_HTTPHEADER, call->headers);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_ERRORBUFFER, call->http->error);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
                                      (long)or_default(req->connect_ms, CONNECT_MS));
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, http_take_header);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_HEADERDATA, call->ret);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, http_take_body);
    bad |= (unsigned)curl_easy_setopt(c, CURLOPT_WRITEDATA, call->ret);
    return bad != 0 ? fail_memory(f) : 0; /* every option is known, so only memory can be short */
}

/* "https://host/path": without user, query and fragment, which may hold secrets. */
static void show_url(const char *url, char *text, size_t text_bytes)
{
    const char *start = strstr(url, "://");
    size_t host = start != NULL ? (size_t)(start - url) + 3 : 0;
    size_t end = host + strcspn(url + host, "/?#");
    const char *at = memrchr(url + host, '@', end - host);
    size_t from = at != NULL ? (size_t)(at - url) + 1 : host;

    end += strcspn(url + end, "?#");
    (void)snprintf(text, text_bytes, "%.*s%.*s", (int)host, url, (int)(end - from), url + from);
}

/* What libcurl's code means by our kinds.  Only before anything left us does the code say more: an answer that is not HTTP is
 * called an unsupported protocol, too. */
static enum fail_kind kind_of(CURLcode code, bool sent)
{
    if (sent) {
        return FAIL_UNKNOWN;
    }
    return code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ? FAIL_INPUT
                                                                             : FAIL_LATER;
}

static int explain(const struct call *call, CURLcode code, struct fail *f)
{
    const char *text = call->http->error[0] != '\0' ? call->http->error : curl_easy_strerror(code);
    long request_bytes = 0;
    char url[160];

    (void)curl_easy_getinfo(call->http->curl, CURLINFO_REQUEST_SIZE, &request_bytes);
    if (call->ret->body.failed) {
        text =
            call->ret->body.no_memory ? "out of memory for the answer" : "the answer is too large";
    }
    show_url(call->req->url, url, sizeof url);
    if (call->refused && request_bytes == 0) {
        return fail_code(f, FAIL_DENIED, "PRIVATE_ADDRESS",
                         "%s %s: the host's address is not of the public internet",
                         call->req->method, url);
    }
    return fail_set(f, kind_of(code, request_bytes > 0 || call->sent_bytes > 0), "%s %s: %s",
                    call->req->method, url, text);
}

int http_call(struct http *h, const struct http_request *req, struct http_response *ret,
              struct fail *f)
{
    scoped(slist_free_p) struct curl_slist *headers = NULL;
    struct call call = { .http = h, .req = req, .ret = ret };
    int64_t start_ms = clock_mono_ms();
    CURLcode code = CURLE_OK;
    long status = 0;

    http_response_done(ret);
    http_response_init(ret);
    str_init(&ret->body, req->max_bytes > 0 ? req->max_bytes : BODY_BYTES);
    TRY(make_headers(req, &headers, f));
    call.headers = headers;
    TRY(prepare(&call, f));
    code = curl_easy_perform(h->curl);
    ret->spent_ms = clock_mono_ms() - start_ms;
    (void)curl_easy_getinfo(h->curl, CURLINFO_RESPONSE_CODE, &status);
    ret->status = (int)status;
    return code == CURLE_OK ? 0 : explain(&call, code, f);
}
