/* Replies lost after the command has run.  A small proxy in front of Redis cuts the connection
 * instead of passing the n-th reply on; the same work is done for n = 1, 2, ... until no cut
 * happens any more.  Whoever repeats as queue.h says must end with every job done: none lost, none
 * stuck, and run twice only if its enqueue was repeated. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "tests/integration/queue/fixture.h"

#define ME "host:1:aaaaaaaaaaaa"
enum { JOBS = 6, TRIES = 20 };

/* ---- proxy ---- */

struct proxy {
    int listener;
    int port;
    int target_port;
    atomic_int replies;
    atomic_int cut_at; /* this reply is not passed on */
    atomic_bool ending;
    pthread_t thread;
};

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* Pass bytes on; false when the connection is to end. */
static bool pump(struct proxy *p, int from, int to, bool is_reply)
{
    char bytes[65536];
    ssize_t got = read(from, bytes, sizeof bytes);

    if (got <= 0) {
        return false;
    }
    if (is_reply && atomic_fetch_add(&p->replies, 1) + 1 == atomic_load(&p->cut_at)) {
        return false;
    }
    return send(to, bytes, (size_t)got, MSG_NOSIGNAL) == got;
}

static void serve(struct proxy *p, int client)
{
    struct sockaddr_in target = loopback(p->target_port);
    int server = socket(AF_INET, SOCK_STREAM, 0);
    bool open = connect(server, (struct sockaddr *)&target, sizeof target) == 0;
    struct pollfd fds[2] = { { client, POLLIN, 0 }, { server, POLLIN, 0 } };

    while (open && !atomic_load(&p->ending)) {
        if (poll(fds, 2, 50) > 0) {
            open = (fds[0].revents == 0 || pump(p, client, server, false)) &&
                   (fds[1].revents == 0 || pump(p, server, client, true));
        }
    }
    close(server);
    close(client);
}

static void *proxy_main(void *arg)
{
    struct proxy *p = arg;

    while (!atomic_load(&p->ending)) {
        struct pollfd fd = { p->listener, POLLIN, 0 };

        if (poll(&fd, 1, 50) > 0) {
            serve(p, accept(p->listener, NULL, NULL));
        }
    }
    return NULL;
}

static void proxy_start(struct proxy *p)
{
    const char *env = getenv("DROPSHIP_TEST_REDIS_URL");
    const char *colon = env == NULL ? NULL : strrchr(env, ':');
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;

    assert_non_null(colon);
    p->target_port = (int)strtoll(colon + 1, NULL, 10);
    p->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(p->listener, 8), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&address, &size), 0);
    p->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&p->thread, NULL, proxy_main, p), 0);
}

static void proxy_stop(struct proxy *p)
{
    atomic_store(&p->ending, true);
    assert_int_equal(pthread_join(p->thread, NULL), 0);
    close(p->listener);
}

/* ---- the work ---- */

struct worker {
    struct redis *redis;
    struct fail fail;
    int done[JOBS];
    int repeated_enqueues;
};

/* Wait as advised before trying again; anything but passing trouble is a defect. */
static void pause_or_fail(const struct fail *f)
{
    if (f->kind != FAIL_LATER && f->kind != FAIL_UNKNOWN) {
        fail_msg("%s", f->text);
    }
    clock_sleep_ms(f->retry_after_ms);
}

static void enqueue_repeating(struct worker *w, int n)
{
    char args[16], jid[JOB_JID_BYTES], own[ID_JID_BYTES];
    const struct job_spec spec = { .type = "t", .queue = "q", .args = args, .jid = own };

    (void)snprintf(args, sizeof args, "[%d]", n);
    id_new_jid(own);
    for (int i = 0; i < TRIES && queue_enqueue(w->redis, &spec, jid, &w->fail) < 0; i++) {
        pause_or_fail(&w->fail);
        w->repeated_enqueues += w->fail.kind == FAIL_UNKNOWN;
    }
}

static void settle_repeating(struct worker *w, struct batch *b)
{
    struct settlement s[QUEUE_BATCH_MAX];

    for (size_t i = 0; i < b->count; i++) {
        s[i] = (struct settlement){ .kind = SETTLE_DONE,
                                    .payload = b->payloads[i],
                                    .payload_bytes = b->sizes[i] };
        w->done[payload_number(b->payloads[i], b->sizes[i])]++;
    }
    for (int i = 0; i < TRIES && queue_settle(w->redis, &b->list,
                                              &(struct settle_batch){ s, b->count, clock_now_us() },
                                              &w->fail) < 0;
         i++) {
        pause_or_fail(&w->fail);
    }
}

static void work_until_empty(struct worker *w)
{
    static struct batch b;
    size_t max = 4;

    queue_claim_list(ME, "q", 1, &b.list);
    for (int i = 0; i < TRIES; i++) {
        b.count = 0;
        if (fixture_take(w->redis, &b, max, 20, &w->fail) < 0) {
            pause_or_fail(&w->fail);
            max = 2; /* less room than before: the surplus of a lost claim must not be stuck */
            continue;
        }
        if (b.count == 0) {
            return;
        }
        settle_repeating(w, &b);
        batch_free(&b);
    }
    fail_msg("%s", "the queue does not become empty");
}

static void check_outcome(struct fixture *fx, const struct worker *w, int cut_at)
{
    int runs = 0;

    for (int n = 0; n < JOBS; n++) {
        if (w->done[n] == 0) {
            fail_msg("cut at reply %d: job %d is lost", cut_at, n);
        }
        runs += w->done[n];
    }
    assert_in_range(runs, JOBS, JOBS + w->repeated_enqueues);
    assert_int_equal(fixture_int(fx, "EXISTS", "queue:q", NULL), 0);
    assert_int_equal(fixture_int(fx, "EXISTS", "dropship:claimed:" ME ":q#1", NULL), 0);
    assert_int_equal(fixture_int(fx, "GET", "stat:processed", NULL), runs);
}

/* Returns whether the cut happened. */
static bool run_with_cut(struct fixture *fx, int cut_at)
{
    struct proxy p = { .cut_at = cut_at };
    struct worker w = { .repeated_enqueues = 0 };
    char url[64];

    proxy_start(&p);
    (void)snprintf(url, sizeof url, "redis://127.0.0.1:%d/9", p.port);
    must(redis_open(url, &w.redis, &w.fail), fx);
    for (int n = 0; n < JOBS; n++) {
        enqueue_repeating(&w, n);
    }
    work_until_empty(&w);
    redis_close(w.redis);
    proxy_stop(&p);
    check_outcome(fx, &w, cut_at);
    return atomic_load(&p.replies) >= cut_at;
}

static void no_lost_reply_loses_or_sticks_a_job(void **state)
{
    struct fixture *fx = *state;
    int cut_at = 0;

    do {
        command(fx, "FLUSHDB");
        command(fx, "SCRIPT", "FLUSH");
    } while (run_with_cut(fx, ++cut_at));
    print_message("cut at each of %d replies\n", cut_at - 1);
    assert_true(cut_at > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = { queue_test(no_lost_reply_loses_or_sticks_a_job) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
