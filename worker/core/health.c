#include "worker/core/health.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/base/log.h"

enum {
    REQUEST_BYTES = 2048,
    TEXT_MAX_BYTES = 1 << 20,
    CLIENT_MS = 2000,
    LOOK_MS = 200,
    BACKLOG = 16
};

struct health {
    struct health_view view;
    int listener;
    pthread_t thread;
    atomic_bool stopping;
};

struct answer {
    int status;
    const char *reason, *type;
    struct str body;
};

static void make_answer(const struct health_view *view, const char *request, struct answer *ret)
{
    ret->status = 200;
    ret->reason = "OK";
    ret->type = "application/json";
    if (strncmp(request, "GET /healthz ", 13) == 0) {
        if (!health_json(view, &ret->body)) {
            ret->status = 503;
            ret->reason = "Service Unavailable";
        }
    } else if (strncmp(request, "GET /metrics ", 13) == 0) {
        ret->type = "text/plain; version=0.0.4";
        health_metrics(view, &ret->body);
    } else {
        ret->status = 404;
        ret->reason = "Not Found";
        str_add(&ret->body, "{\"title\":\"try /healthz or /metrics\"}");
    }
}

static void send_all(int client, const char *bytes, size_t size_bytes)
{
    while (size_bytes > 0) {
        ssize_t sent = send(client, bytes, size_bytes, MSG_NOSIGNAL);
        if (sent <= 0) {
            return; /* a probe that went away */
        }
        bytes += sent;
        size_bytes -= (size_t)sent;
    }
}

static void serve(const struct health *h, int client)
{
    char request[REQUEST_BYTES];
    struct timeval limit = { .tv_sec = CLIENT_MS / 1000, .tv_usec = CLIENT_MS % 1000 * 1000 };
    struct answer answer = { 0 };
    struct str head;

    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ssize_t got =
        recv(client, request, sizeof request - 1, 0); /* the request line is all that matters */
    if (got <= 0) {
        return;
    }
    request[got] = '\0';
    str_init(&answer.body, TEXT_MAX_BYTES);
    str_init(&head, REQUEST_BYTES);
    make_answer(&h->view, request, &answer);
    str_addf(
        &head,
        "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
        answer.status, answer.reason, answer.type, answer.body.len);
    send_all(client, head.data, head.len);
    send_all(client, answer.body.data, answer.body.len);
    str_done(&head);
    str_done(&answer.body);
}

static void *health_main(void *arg)
{
    struct health *h = arg;

    while (!atomic_load(&h->stopping)) {
        struct pollfd look = { .fd = h->listener, .events = POLLIN };
        if (poll(&look, 1, LOOK_MS) <= 0) {
            continue;
        }
        int client = accept4(h->listener, NULL, NULL, SOCK_CLOEXEC);
        if (client >= 0) {
            serve(h, client);
            close(client);
        }
    }
    return NULL;
}

/* "127.0.0.1:9100", "[::1]:9100", ":9100". */
static int split_listen(const char *text, char *host, size_t host_bytes, const char **ret_port,
                        struct fail *f)
{
    const char *colon = strrchr(text, ':');
    size_t length = colon != NULL ? (size_t)(colon - text) : 0;
    bool bracketed = length >= 2 && text[0] == '[' && text[length - 1] == ']';

    if (colon == NULL || colon[1] == '\0' || length >= host_bytes) {
        return fail_set(f, FAIL_INPUT, "'%s' is not ADDRESS:PORT", text);
    }
    memcpy(host, text + (bracketed ? 1 : 0), length - (bracketed ? 2 : 0));
    host[length - (bracketed ? 2 : 0)] = '\0';
    *ret_port = colon + 1;
    return 0;
}

static void free_addresses(struct addrinfo **list)
{
    if (*list != NULL) {
        freeaddrinfo(*list);
    }
}

static int bind_listener(const char *listen_at, int *ret, struct fail *f)
{
    char host[256];
    const char *port = NULL;
    scoped(free_addresses) struct addrinfo *list = NULL;
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
                                    .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    int on = 1;

    TRY(split_listen(listen_at, host, sizeof host, &port, f));
    if (getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &list) != 0) {
        return fail_set(f, FAIL_INPUT, "'%s' is no address to listen on", listen_at);
    }
    int fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, list->ai_addr, list->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        if (fd >= 0) {
            close(fd);
        }
        return fail_set(f, FAIL_LATER, "cannot listen on '%s'", listen_at);
    }
    *ret = fd;
    return 0;
}

int health_start(const char *listen, const struct health_view *view, struct health **ret,
                 struct fail *f)
{
    struct health *h = calloc(1, sizeof *h);

    if (h == NULL) {
        return fail_memory(f);
    }
    h->view = *view;
    if (bind_listener(listen, &h->listener, f) < 0) {
        free(h);
        return -1;
    }
    if (pthread_create(&h->thread, NULL, health_main, h) != 0) {
        close(h->listener);
        free(h);
        return fail_set(f, FAIL_LATER, "cannot start a thread");
    }
    *ret = h;
    return 0;
}

void health_stop(struct health *h)
{
    if (h == NULL) {
        return;
    }
    atomic_store(&h->stopping, true);
    pthread_join(h->thread, NULL);
    close(h->listener);
    free(h);
}

int health_port(const struct health *h)
{
    struct sockaddr_storage at;
    socklen_t size = sizeof at;

    if (getsockname(h->listener, (struct sockaddr *)&at, &size) != 0) {
        return -1;
    }
    return ntohs(at.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&at)->sin6_port
                                          : ((const struct sockaddr_in *)&at)->sin_port);
}
