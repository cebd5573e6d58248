#include "common/model/health.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/listen.h"

enum {
    REQUEST_BYTES = 2048,
    BODY_MAX_BYTES = 256 * 1024,
    CLIENT_MS = 2000, /* from accepting a client to dropping it */
    PAUSE_MS = 100    /* after a client that cannot be accepted (descriptors, memory) */
};

struct health {
    int listen_fd, stop_fd, port;
    struct health_source source;
    pthread_t thread;
};

/* One client; all that it may take together has one deadline, so that a trickle of bytes holds up neither probes nor the end. */
struct client {
    int fd, stop_fd;
    int64_t until_ms; /* monotonic */
};

static void close_p(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

/* Returns its size. */
static socklen_t socket_address(const struct listen_at *at, struct sockaddr_storage *ret)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;

    *ret = (struct sockaddr_storage){ .ss_family = at->v6 ? AF_INET6 : AF_INET };
    if (at->v6) {
        v6->sin6_port = htons(at->port);
        (void)inet_pton(AF_INET6, at->host, &v6->sin6_addr); /* was checked with the text */
        return sizeof *v6;
    }
    v4->sin_port = htons(at->port);
    if (at->host[0] != '\0') {
        (void)inet_pton(AF_INET, at->host, &v4->sin_addr); /* left 0, it is all addresses */
    }
    return sizeof *v4;
}

static int bind_address(const struct listen_at *at, struct health *h, struct fail *f)
{
    struct sockaddr_storage address;
    socklen_t size = socket_address(at, &address);
    int yes = 1;

    h->listen_fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (h->listen_fd < 0 ||
        setsockopt(h->listen_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0 ||
        bind(h->listen_fd, (struct sockaddr *)&address, size) < 0 || listen(h->listen_fd, 16) < 0) {
        return fail_set(f, FAIL_INPUT, "DROPSHIP_HEALTH_LISTEN: cannot listen on %s port %d: %s",
                        at->host[0] != '\0' ? at->host : "all addresses", at->port,
                        strerrordesc_np(errno));
    }
    return 0;
}

static int bound_port(int fd)
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof address;

    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
        return 0;
    }
    return ntohs(address.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&address)->sin6_port
                                               : ((const struct sockaddr_in *)&address)->sin_port);
}

/* Until the client's socket is ready for `events`; false when it must be dropped instead. */
static bool client_ready(const struct client *c, short events)
{
    for (;;) {
        struct pollfd waits[] = { { .fd = c->fd, .events = events },
                                  { .fd = c->stop_fd, .events = POLLIN } };
        int64_t left_ms = c->until_ms - clock_mono_ms();
        int ready = left_ms > 0 ? poll(waits, COUNT_OF(waits), (int)left_ms) : 0;

        if (ready < 0 && errno == EINTR) {
            continue;
        }
        return ready > 0 && waits[1].revents == 0;
    }
}

static void send_all(const struct client *c, const char *bytes, size_t left)
{
    while (left > 0 && client_ready(c, POLLOUT)) {
        ssize_t sent = send(c->fd, bytes, left, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent <= 0) {
            return;
        }
        bytes += sent;
        left -= (size_t)sent;
    }
}

static void respond(const struct client *c, const char *status, const char *type,
                    const struct str *body)
{
    char head[256];
    int length = snprintf(head, sizeof head,
                          "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                          "Cache-Control: no-store\r\nConnection: close\r\n\r\n",
                          status, type, body->len);
    send_all(c, head, (size_t)length);
    send_all(c, body->data, body->len);
}

/* The first line is all we want; a client that does not send it in time is dropped. */
static bool read_request(const struct client *c, char line[static REQUEST_BYTES])
{
    size_t have = 0;
    while (have < REQUEST_BYTES - 1) {
        ssize_t got = 0;

        if (!client_ready(c, POLLIN)) {
            return false;
        }
        got = recv(c->fd, line + have, REQUEST_BYTES - 1 - have, MSG_DONTWAIT);
        if (got <= 0) {
            return false;
        }
        have += (size_t)got;
        line[have] = '\0';
        if (strstr(line, "\r\n\r\n") != NULL || strstr(line, "\n\n") != NULL) {
            return true;
        }
    }
    return true;
}

static bool asks_for(const char *line, const char *path)
{
    size_t length = strlen(path);
    return strncmp(line, "GET ", 4) == 0 && strncmp(line + 4, path, length) == 0 &&
           strchr(" ?\r\n", line[4 + length]) != NULL;
}

static void answer(const struct health *h, const struct client *c)
{
    scoped(str_done) struct str body;
    char line[REQUEST_BYTES] = "";

    str_init(&body, BODY_MAX_BYTES);
    if (!read_request(c, line)) {
        return;
    }
    if (asks_for(line, "/healthz")) {
        bool well = h->source.healthz(h->source.ctx, &body);
        respond(c, well ? "200 OK" : "503 Service Unavailable", "application/json", &body);
    } else if (asks_for(line, "/metrics")) {
        h->source.metrics(h->source.ctx, &body);
        respond(c, "200 OK", "text/plain; version=0.0.4", &body);
    } else {
        str_add(&body, "GET /healthz or /metrics\n");
        respond(c, "404 Not Found", "text/plain", &body);
    }
}

/* The listening socket does not block: the client that woke us may be gone by now. */
static void serve_one(const struct health *h)
{
    scoped(close_p) int fd = accept4(h->listen_fd, NULL, NULL, SOCK_CLOEXEC);

    if (fd >= 0) {
        answer(h, &(struct client){
                      .fd = fd, .stop_fd = h->stop_fd, .until_ms = clock_mono_ms() + CLIENT_MS });
    } else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
        clock_sleep_ms(PAUSE_MS); /* it stays in the backlog: do not spin over it */
    }
}

static void *serve(void *arg)
{
    const struct health *h = arg;

    for (;;) {
        struct pollfd waits[] = { { .fd = h->listen_fd, .events = POLLIN },
                                  { .fd = h->stop_fd, .events = POLLIN } };

        if (poll(waits, COUNT_OF(waits), -1) < 0 && errno != EINTR) {
            return NULL;
        }
        if (waits[1].revents != 0) {
            return NULL;
        }
        if (waits[0].revents != 0) {
            serve_one(h);
        }
    }
}

int health_open(const struct listen_at *at, const struct health_source *source, struct health **ret,
                struct fail *f)
{
    struct health *h = malloc(sizeof *h);
    if (h == NULL) {
        return fail_memory(f);
    }
    *h = (struct health){ .listen_fd = -1, .stop_fd = eventfd(0, EFD_CLOEXEC), .source = *source };
    int done = h->stop_fd < 0 ? fail_memory(f) : bind_address(at, h, f);
    if (done == 0 && pthread_create(&h->thread, NULL, serve, h) != 0) {
        done = fail_memory(f);
    }
    if (done < 0) {
        close_p(&h->listen_fd);
        close_p(&h->stop_fd);
        free(h);
        return -1;
    }
    h->port = bound_port(h->listen_fd);
    *ret = h;
    return 0;
}

int health_port(const struct health *h)
{
    return h->port;
}

void health_close(struct health *h)
{
    if (h == NULL) {
        return;
    }
    (void)eventfd_write(h->stop_fd, 1); /* cannot fail: the counter is far from full */
    pthread_join(h->thread, NULL);
    close_p(&h->listen_fd);
    close_p(&h->stop_fd);
    free(h);
}
