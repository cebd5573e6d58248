#include "tests/integration/listing/pictures.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TALL_BYTES = 12 * 1024 * 1024 };

static void put(int to, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t done = send(to, bytes, size, MSG_NOSIGNAL);
        if (done <= 0) {
            return;
        }
        bytes += done;
        size -= (size_t)done;
    }
}

static void answer(int to, int status, const char *body, size_t size)
{
    char head[120];
    int n =
        snprintf(head, sizeof head,
                 "HTTP/1.1 %d X\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", status, size);

    put(to, head, (size_t)n);
    put(to, body, size);
}

static void serve(int to)
{
    static const char jpeg[] = "\xff\xd8\xff\xe0 a picture";
    static const char page[] = "<html>not a picture</html>";
    static char tall[TALL_BYTES] = "\xff\xd8\xff";
    char request[2000] = "";

    if (recv(to, request, sizeof request - 1, 0) <= 0) {
        return;
    }
    if (strncmp(request, "GET /good", 9) == 0) {
        answer(to, 200, jpeg, sizeof jpeg - 1);
    } else if (strncmp(request, "GET /page", 9) == 0) {
        answer(to, 200, page, sizeof page - 1);
    } else if (strncmp(request, "GET /tall", 9) == 0) {
        answer(to, 200, tall, sizeof tall);
    } else if (strncmp(request, "GET /away", 9) == 0) {
        answer(to, 503, "", 0);
    } else {
        answer(to, 404, "", 0);
    }
}

int pictures_start(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof at;
    int door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (door < 0 || bind(door, (struct sockaddr *)&at, sizeof at) < 0 || listen(door, 16) < 0 ||
        getsockname(door, (struct sockaddr *)&at, &size) < 0) {
        return -1;
    }
    if (fork() == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
            int to = accept(door, NULL, NULL);
            serve(to);
            (void)close(to);
        }
    }
    (void)close(door);
    return ntohs(at.sin_port);
}
