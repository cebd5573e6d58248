#include "tests/support/redis_server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { START_MS = 10000, LOOK_MS = 5 };

static void give_up(const char *what, const char *why)
{
    (void)fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static void become_server(const struct redis_server *server)
{
    char log[96];

    (void)snprintf(log, sizeof log, "%s/log", server->folder);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", server->socket, "--save",
           "", "--appendonly", "no", "--dir", server->folder, "--logfile", log,
           "--maxmemory-policy", "noeviction", (char *)NULL);
    perror("redis-server");
    _exit(127);
}

static redisContext *try_connect(const struct redis_server *server)
{
    redisContext *c = redisConnectUnix(server->socket);

    if (c != NULL && c->err != 0) {
        redisFree(c);
        return NULL;
    }
    return c;
}

/* The socket appears when the server is ready for it. */
static void wait_ready(const struct redis_server *server)
{
    for (int waited_ms = 0; waited_ms < START_MS; waited_ms += LOOK_MS) {
        redisContext *c = try_connect(server);

        if (c != NULL) {
            redisFree(c);
            return;
        }
        if (waitpid(server->pid, NULL, WNOHANG) != 0) {
            give_up("redis-server", "ended at its start; is it installed?");
        }
        (void)nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000L }, NULL);
    }
    give_up("redis-server", "did not answer in time");
}

void redis_server_start(struct redis_server *server)
{
    (void)snprintf(server->folder, sizeof server->folder, "/tmp/dropship-redis-XXXXXX");
    if (mkdtemp(server->folder) == NULL) {
        give_up("mkdtemp", "no temporary folder");
    }
    (void)snprintf(server->socket, sizeof server->socket, "%s/socket", server->folder);
    (void)snprintf(server->url, sizeof server->url, "unix://%s", server->socket);
    server->pid = fork();
    if (server->pid < 0) {
        give_up("fork", "no process for redis-server");
    }
    if (server->pid == 0) {
        become_server(server);
    }
    wait_ready(server);
}

void redis_server_stop(struct redis_server *server)
{
    char path[128];

    (void)kill(server->pid, SIGKILL);
    (void)waitpid(server->pid, NULL, 0);
    (void)unlink(server->socket);
    (void)snprintf(path, sizeof path, "%s/log", server->folder);
    (void)unlink(path);
    (void)rmdir(server->folder);
}

redisContext *redis_server_connect(const struct redis_server *server)
{
    redisContext *c = try_connect(server);

    if (c == NULL) {
        give_up(server->socket, "cannot connect");
    }
    return c;
}
