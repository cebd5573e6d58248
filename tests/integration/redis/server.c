#include "tests/integration/redis/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/str.h"

enum { WAIT_MS = 20000, LOOK_MS = 5, WORDS_MAX = 16 };

int server_free_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static void add_lines(const struct server *s, const char *lines)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/conf", s->folder);
    file = fopen(path, "a");
    assert_non_null(file);
    (void)fprintf(file, "%s\n", lines);
    assert_int_equal(fclose(file), 0);
}

static void become_server(const struct server *s)
{
    char conf[128];

    (void)snprintf(conf, sizeof conf, "%s/conf", s->folder);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    execlp("redis-server", "redis-server", conf, s->sentinel ? "--sentinel" : (char *)NULL,
           (char *)NULL);
    perror("redis-server");
    _exit(127);
}

static redisReply *converse(const struct server *s, int argc, const char **argv)
{
    redisContext *c = redisConnectWithTimeout("127.0.0.1", s->port, (struct timeval){ 2, 0 });
    redisReply *reply = NULL;

    if (c != NULL && c->err == 0) {
        (void)redisSetTimeout(c, (struct timeval){ 5, 0 });
        reply = redisCommandArgv(c, argc, argv, NULL);
    }
    redisFree(c);
    return reply;
}

static void launch(struct server *s)
{
    const char *ping[] = { "PING" };
    int64_t deadline_ms = clock_mono_ms() + WAIT_MS;
    redisReply *reply = NULL;

    s->pid = fork();
    assert_true(s->pid >= 0);
    if (s->pid == 0) {
        become_server(s);
    }
    while ((reply = converse(s, 1, ping)) == NULL) {
        if (waitpid(s->pid, NULL, WNOHANG) != 0 || clock_mono_ms() > deadline_ms) {
            fail_msg("redis-server in %s did not come up", s->folder);
        }
        clock_sleep_ms(LOOK_MS);
    }
    freeReplyObject(reply);
}

static void prepare(struct server *s)
{
    *s = (struct server){ .port = server_free_port() };
    (void)snprintf(s->folder, sizeof s->folder, "/tmp/dropship-redis-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    (void)snprintf(s->url, sizeof s->url, "redis://127.0.0.1:%d", s->port);
}

void server_start(struct server *s, const char *lines)
{
    char common[512];

    prepare(s);
    (void)snprintf(common, sizeof common,
                   "port %d\nbind 127.0.0.1\ndir %s\nlogfile %s/log\nsave \"\"\nappendonly no\n"
                   "enable-debug-command yes\nenable-protected-configs yes\n"
                   "repl-diskless-sync-delay 0\nmaxmemory-policy noeviction",
                   s->port, s->folder, s->folder);
    add_lines(s, common);
    add_lines(s, lines);
    launch(s);
}

void server_start_sentinel(struct server *s, int port, int quorum)
{
    char common[512];

    prepare(s);
    s->sentinel = true;
    (void)snprintf(common, sizeof common,
                   "port %d\nbind 127.0.0.1\ndir %s\nlogfile %s/log\n"
                   "sentinel monitor primary 127.0.0.1 %d %d\n"
                   "sentinel down-after-milliseconds primary 1000\n"
                   "sentinel failover-timeout primary 6000",
                   s->port, s->folder, s->folder, port, quorum);
    add_lines(s, common);
    launch(s);
}

void server_restart(struct server *s, const char *lines)
{
    assert_int_equal(s->pid, 0);
    add_lines(s, lines);
    launch(s);
}

void server_kill(struct server *s)
{
    if (s->pid > 0) {
        (void)kill(s->pid, SIGKILL);
        (void)waitpid(s->pid, NULL, 0);
        s->pid = 0;
    }
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

void server_stop(struct server *s)
{
    server_kill(s);
    (void)nftw(s->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void add_answer(struct str *text, const redisReply *reply)
{
    if (reply->type == REDIS_REPLY_INTEGER) {
        str_addf(text, "%lld", reply->integer);
    } else if (reply->type == REDIS_REPLY_ARRAY) {
        for (size_t i = 0; i < reply->elements; i++) {
            add_answer(text, reply->element[i]);
            str_add(text, "\n");
        }
    } else if (reply->str != NULL) {
        str_add_bytes(text, reply->str, reply->len);
    }
}

/* The reply's type; REDIS_REPLY_ERROR too when there is no reply. */
static int ask(const struct server *s, char *answer, size_t answer_bytes, va_list args)
{
    const char *words[WORDS_MAX];
    int count = 0, type = REDIS_REPLY_ERROR;
    struct str text;
    redisReply *reply;

    while (count < WORDS_MAX && (words[count] = va_arg(args, const char *)) != NULL) {
        count++;
    }
    str_init(&text, 1 << 20);
    reply = converse(s, count, words);
    if (reply != NULL) {
        type = reply->type;
        add_answer(&text, reply);
        freeReplyObject(reply);
    }
    (void)snprintf(answer, answer_bytes, "%s", text.data);
    str_done(&text);
    return type;
}

void server_ask(const struct server *s, char *answer, size_t answer_bytes, ...)
{
    va_list args;

    va_start(args, answer_bytes);
    (void)ask(s, answer, answer_bytes, args);
    va_end(args);
}

void server_do(const struct server *s, ...)
{
    char answer[512];
    va_list args;
    int type;

    va_start(args, s);
    type = ask(s, answer, sizeof answer, args);
    va_end(args);
    if (type == REDIS_REPLY_ERROR) {
        fail_msg("the server at %d answered '%s'", s->port, answer);
    }
}

void server_wait(const struct server *s, const char *text, ...)
{
    int64_t deadline_ms = clock_mono_ms() + WAIT_MS;
    char answer[8192] = "";

    for (;;) {
        va_list args;

        va_start(args, text);
        (void)ask(s, answer, sizeof answer, args);
        va_end(args);
        if (strstr(answer, text) != NULL) {
            return;
        }
        if (clock_mono_ms() > deadline_ms) {
            fail_msg("the server at %d never said '%s', but '%s'", s->port, text, answer);
        }
        clock_sleep_ms(LOOK_MS);
    }
}
