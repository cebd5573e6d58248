#include "tests/integration/providers/sandbox.h"

#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/str.h"

enum { READY_MS = 60000 };

static void run_node(int out)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)dup2(out, STDOUT_FILENO);
    (void)execlp("node", "node", SANDBOX_MAIN, "--port", "0", "--cj-qps", "0", "--cj-login-seconds",
                 "0", "--ship-after", "3600", "--deliver-after", "3600", (char *)NULL);
    _exit(127);
}

/* The line {"ready":true,"port":N}. */
static int read_port(int in)
{
    char line[200] = "";
    size_t len = 0;
    int64_t end_ms = clock_mono_ms() + READY_MS;
    scoped(json_clear_p) json_t *ready = NULL;
    struct fail f;

    while (strchr(line, '\n') == NULL) {
        struct pollfd wait = { .fd = in, .events = POLLIN };
        ssize_t got = 0;
        int64_t left_ms = end_ms - clock_mono_ms();

        assert(left_ms > 0 && poll(&wait, 1, (int)left_ms) == 1 &&
               "the sandbox does not get ready");
        got = read(in, line + len, sizeof line - 1 - len);
        assert(got > 0 && "the sandbox ended");
        len += (size_t)got;
        line[len] = '\0';
    }
    assert(json_parse(line, len, "ready", &ready, &f) == 0);
    return (int)json_int(ready, "port", 0);
}

void sandbox_start(struct sandbox *s)
{
    int ends[2];
    struct fail f;

    assert(pipe(ends) == 0);
    s->pid = fork();
    assert(s->pid >= 0);
    if (s->pid == 0) {
        run_node(ends[1]);
    }
    (void)close(ends[1]);
    snprintf(s->base, sizeof s->base, "http://127.0.0.1:%d", read_port(ends[0]));
    (void)close(ends[0]);
    assert(http_open(&s->http, &f) == 0);
}

void sandbox_stop(struct sandbox *s)
{
    http_close(s->http);
    (void)kill(s->pid, SIGTERM);
    (void)waitpid(s->pid, NULL, 0);
}

const char *sandbox_url(const struct sandbox *s, const char *path, char *buf, size_t buf_bytes)
{
    snprintf(buf, buf_bytes, "%s%s", s->base, path);
    return buf;
}

static json_t *call(struct sandbox *s, const char *method, const char *path, const char *body)
{
    scoped(http_response_done) struct http_response answer;
    char url[400];
    struct http_request request = { .method = method,
                                    .body = body,
                                    .body_bytes = body != NULL ? strlen(body) : 0 };
    json_t *root = NULL;
    struct fail f;

    http_response_init(&answer);
    request.url = sandbox_url(s, path, url, sizeof url);
    assert(http_call(s->http, &request, &answer, &f) == 0);
    if (answer.status != 200) {
        fprintf(stderr, "%s %s: %d %s\n", method, path, answer.status, answer.body.data);
    }
    assert(answer.status == 200);
    assert(json_parse(answer.body.data, answer.body.len, "control", &root, &f) == 0);
    return root;
}

json_t *sandbox_control(struct sandbox *s, const char *path, const char *body)
{
    return call(s, body != NULL ? "POST" : "GET", path, body);
}

void sandbox_do(struct sandbox *s, const char *path, const char *body)
{
    json_decref(sandbox_control(s, path, body));
}

void sandbox_fault(struct sandbox *s, const char *service, const char *operation, const char *more)
{
    char body[300];

    (void)snprintf(body, sizeof body, "{\"service\":\"%s\",\"operation\":\"%s\",%s}", service,
                   operation, more);
    sandbox_do(s, "/control/faults", body);
}

void sandbox_no_faults(struct sandbox *s)
{
    json_decref(call(s, "DELETE", "/control/faults", NULL));
}

void sandbox_wish(struct sandbox *s, const char *text)
{
    json_decref(call(s, "DELETE", "/control/ai", NULL));
    if (text != NULL) {
        sandbox_do(s, "/control/ai", text);
    }
}

size_t sandbox_done(struct sandbox *s, const char *operation, const char *key, const char *value)
{
    scoped(json_clear_p) json_t *ledger = sandbox_control(s, "/control/ledger", NULL);
    size_t count = 0;
    size_t i;
    json_t *entry;

    json_array_foreach(ledger, i, entry)
    {
        bool fits = strcmp(json_text(entry, "operation", ""), operation) == 0 &&
                    !json_truth(entry, "refused", false);
        count += fits && (key == NULL || strcmp(json_text(entry, key, ""), value) == 0);
    }
    return count;
}

static int enter(void *ctx, const char *operation, double cost, struct fail *f)
{
    struct open_gate *gate = ctx;

    (void)operation;
    (void)cost;
    (void)f;
    gate->enters++;
    return 0;
}

static void leave(void *ctx, bool healthy, int64_t throttled_ms)
{
    struct open_gate *gate = ctx;

    gate->leaves++;
    gate->unhealthy += !healthy;
    gate->throttled_ms += throttled_ms;
}

static void bucket(void *ctx, double available, double maximum, double restore_per_s)
{
    struct open_gate *gate = ctx;

    (void)maximum;
    (void)restore_per_s;
    gate->available = available;
}

static void points_gone(void *ctx, int64_t retry_ms)
{
    struct open_gate *gate = ctx;

    gate->points_gone_ms = retry_ms;
}

static int token(void *ctx, const char *stale, char *ret, size_t ret_bytes, struct fail *f)
{
    struct open_gate *gate = ctx;

    if (stale != NULL && strcmp(stale, gate->token) == 0) {
        gate->renewed++;
        TRY(gate->renew(gate, f));
    }
    return str_fit(ret, ret_bytes, gate->token) ? 0 : fail_set(f, FAIL_BUG, "token too long");
}

struct provider_gate open_gate(struct open_gate *state)
{
    return (struct provider_gate){ .ctx = state,
                                   .enter = enter,
                                   .leave = leave,
                                   .bucket = bucket,
                                   .points_gone = points_gone,
                                   .token = token };
}
