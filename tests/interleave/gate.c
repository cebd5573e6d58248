#include "tests/interleave/gate.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/interleave/canon.h"

enum { WAIT_MS = 10000 };

static void broken(const char *what)
{
    perror(what);
    abort();
}

static void must_write(int fd, const char *bytes, size_t size_bytes)
{
    while (size_bytes > 0) {
        ssize_t n = write(fd, bytes, size_bytes);

        if (n <= 0) {
            broken("write");
        }
        bytes += n;
        size_bytes -= (size_t)n;
    }
}

/* ---- the wire ---- */

/* Length of the first request in the buffer, 0 = not complete.  Its first word is pointed out. */
static size_t request_length(const char *bytes, size_t size_bytes, const char **word)
{
    const char *end = bytes + size_bytes;
    const char *at = memchr(bytes, '\n', size_bytes);
    long long words = at == NULL ? 0 : strtoll(bytes + 1, NULL, 10);

    *word = NULL;
    if (at == NULL) {
        return 0;
    }
    for (at++; words > 0; words--) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        long long length = line == NULL ? 0 : strtoll(at + 1, NULL, 10);

        if (line == NULL || end - line - 1 < length + 2) {
            return 0;
        }
        *word = *word == NULL ? line + 1 : *word;
        at = line + 1 + length + 2;
    }
    return (size_t)(at - bytes);
}

/* Steps are what touches jobs; the rest (greetings, a script's text after NOSCRIPT) passes. */
static bool is_step(const char *word)
{
    return strncmp(word, "EVALSHA", 7) == 0;
}

/* Do the request; its answer, in a static buffer. */
static const char *perform(struct actor *actor, size_t request_bytes, size_t *ret_bytes)
{
    static char answer[GATE_BUFFER_BYTES];
    redisReader *reader = redisReaderCreate();
    void *reply = NULL;
    size_t used = 0;

    must_write(actor->gate->upstream->fd, actor->request, request_bytes);
    while (reply == NULL) {
        ssize_t n = read(actor->gate->upstream->fd, answer + used, sizeof answer - used);

        if (n <= 0) {
            broken("Redis");
        }
        if (redisReaderFeed(reader, answer + used, (size_t)n) != REDIS_OK ||
            redisReaderGetReply(reader, &reply) != REDIS_OK) {
            broken("reply");
        }
        used += (size_t)n;
    }
    freeReplyObject(reply);
    redisReaderFree(reader);
    memmove(actor->request, actor->request + request_bytes, actor->request_bytes - request_bytes);
    actor->request_bytes -= request_bytes;
    *ret_bytes = used;
    return answer;
}

/* ---- waiting for an actor ---- */

static void drop(struct actor *actor)
{
    if (actor->fd >= 0) {
        (void)close(actor->fd);
    }
    actor->fd = -1;
    actor->request_bytes = 0;
}

static void receive(struct actor *actor)
{
    ssize_t n = read(actor->fd, actor->request + actor->request_bytes,
                     sizeof actor->request - actor->request_bytes);

    if (n <= 0) {
        drop(actor);
        return;
    }
    actor->request_bytes += (size_t)n;
}

/* Whether a step waits in the buffer; all before it is done at once. */
static bool look(struct actor *actor)
{
    const char *word, *answer;
    size_t length, answer_bytes;

    while ((length = request_length(actor->request, actor->request_bytes, &word)) > 0) {
        if (is_step(word)) {
            return true;
        }
        answer = perform(actor, length, &answer_bytes);
        must_write(actor->fd, answer, answer_bytes);
    }
    return false;
}

/* Until the actor, the only one that runs, has sent its next request or ended. */
static void wait_for(struct actor *actor)
{
    for (;;) {
        struct pollfd fds[] = { { .fd = actor->done_fds[0], .events = POLLIN },
                                { .fd = actor->gate->listen_fd, .events = POLLIN },
                                { .fd = actor->fd, .events = POLLIN } };
        char byte;

        if (poll(fds, 3, WAIT_MS) <= 0) {
            broken("an actor neither asks nor ends");
        }
        if (fds[1].revents != 0) {
            drop(actor);
            actor->fd = accept(actor->gate->listen_fd, NULL, NULL);
        } else if (fds[2].revents != 0) {
            receive(actor);
            if (look(actor)) {
                actor->state = ACTOR_PARKED;
                return;
            }
        } else if (fds[0].revents != 0 && read(actor->done_fds[0], &byte, 1) == 1) {
            actor->state = ACTOR_FINISHED;
            return;
        }
    }
}

void gate_step(struct actor *actor, bool lose_reply)
{
    const char *word, *answer;
    size_t answer_bytes;
    size_t length = request_length(actor->request, actor->request_bytes, &word);

    answer = perform(actor, length, &answer_bytes);
    if (lose_reply) {
        actor->history = canon_digest(actor->history, "lost", 4);
        drop(actor);
    } else {
        if (strncmp(answer, "-NOSCRIPT", 9) != 0) {
            actor->history = canon_digest(actor->history, answer, answer_bytes);
        }
        must_write(actor->fd, answer, answer_bytes);
    }
    wait_for(actor);
}

void gate_kill(struct actor *actor)
{
    static const char refusal[] = "-ERR stopped\r\n";

    actor->stopped = true;
    actor->history = canon_digest(actor->history, "killed", 6);
    while (actor->state == ACTOR_PARKED) { /* a program may ask once more, to clean up */
        actor->request_bytes = 0;
        must_write(actor->fd, refusal, strlen(refusal));
        wait_for(actor);
    }
}

void gate_stop(struct gate *gate)
{
    for (int i = 0; i < GATE_ACTORS_MAX; i++) {
        gate_kill(&gate->actors[i]);
    }
}

void gate_start(struct gate *gate)
{
    canon_begin();
    for (int i = 0; i < GATE_ACTORS_MAX; i++) {
        struct actor *actor = &gate->actors[i];

        actor->stopped = false;
        actor->history = 0;
        actor->phase = ' ';
        actor->state = ACTOR_FINISHED;
        if (actor->program != NULL) {
            (void)sem_post(&actor->go);
            wait_for(actor);
        }
    }
}

/* ---- actors ---- */

void actor_reconnect(struct actor *actor)
{
    struct fail f = { .text = "" };

    redis_close(actor->redis);
    actor->redis = NULL;
    if (redis_open(actor->gate->url, &actor->redis, &f) < 0) {
        (void)fprintf(stderr, "%s\n", f.text);
        abort();
    }
}

static void *live(void *arg)
{
    struct actor *actor = arg;

    for (;;) {
        (void)sem_wait(&actor->go);
        if (actor->gate->closing) {
            redis_close(actor->redis);
            return NULL;
        }
        actor->program(actor);
        must_write(actor->done_fds[1], "", 1);
    }
}

static void listen_on(struct gate *gate)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/gate", gate->server.folder);
    (void)snprintf(gate->url, sizeof gate->url, "unix://%s", address.sun_path);
    gate->listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (gate->listen_fd < 0 ||
        bind(gate->listen_fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(gate->listen_fd, GATE_ACTORS_MAX) < 0) {
        broken("listen");
    }
}

void gate_open(struct gate *gate)
{
    redis_server_start(&gate->server);
    gate->upstream = redis_server_connect(&gate->server);
    listen_on(gate);
    for (int i = 0; i < GATE_ACTORS_MAX; i++) {
        struct actor *actor = &gate->actors[i];

        actor->gate = gate;
        actor->number = i;
        actor->fd = -1;
        if (sem_init(&actor->go, 0, 0) < 0 || pipe(actor->done_fds) < 0) {
            broken("actor");
        }
        actor_reconnect(actor);
        if (pthread_create(&actor->thread, NULL, live, actor) != 0) {
            broken("thread");
        }
    }
}

void gate_close(struct gate *gate)
{
    gate->closing = true;
    for (int i = 0; i < GATE_ACTORS_MAX; i++) {
        struct actor *actor = &gate->actors[i];

        (void)sem_post(&actor->go);
        (void)pthread_join(actor->thread, NULL);
        drop(actor);
        (void)close(actor->done_fds[0]);
        (void)close(actor->done_fds[1]);
        (void)sem_destroy(&actor->go);
    }
    (void)close(gate->listen_fd);
    (void)unlink(gate->url + strlen("unix://"));
    redisFree(gate->upstream);
    redis_server_stop(&gate->server);
}
