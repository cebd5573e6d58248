/* Who may connect, and who is cut off: over real sockets of this machine, with a clock of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/http/server_guard.h"
#include "common/base/attr.h"
#include "common/base/clock.h"

enum { THREADS = 20 };

static struct proxies trusted;
static struct guard *guard;

static int start(void **state)
{
    struct fail f;
    (void)state;
    if (proxies_parse("10.0.0.0/8", &trusted, &f) < 0) {
        return -1;
    }
    return guard_open(&(struct guard_setup){ THREADS, false, &trusted }, &guard, &f);
}

static int stop(void **state)
{
    (void)state;
    guard_close(guard);
    return 0;
}

static struct sockaddr_in peer_of(const char *address, int port)
{
    struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    assert_int_equal(inet_pton(AF_INET, address, &peer.sin_addr), 1);
    return peer;
}

/* Connections that are only counted; they have no socket. */
static size_t admit_many(const char *address, size_t count)
{
    size_t admitted = 0;
    for (size_t i = 0; i < count; i++) {
        struct sockaddr_in peer = peer_of(address, (int)(1000 + i));
        admitted += guard_admit(guard, -1, &peer, clock_mono_ms());
    }
    return admitted;
}

static void an_address_has_its_share_and_a_trusted_proxy_all(void **state)
{
    (void)state;
    assert_int_equal(admit_many("192.0.2.1", GUARD_PER_ADDRESS + 9), GUARD_PER_ADDRESS);
    assert_int_equal(admit_many("192.0.2.2", 5), 5);
    guard_leave(guard, guard_meet(guard, "192.0.2.1", 1000));
    assert_int_equal(admit_many("192.0.2.1", 2), 1);
    assert_null(guard_meet(guard, "192.0.2.9", 1000));
    assert_int_equal(admit_many("10.1.2.3", GUARD_TOTAL), GUARD_TOTAL - GUARD_PER_ADDRESS - 5);
    assert_int_equal(guard_count(guard), GUARD_TOTAL);
    assert_int_equal(admit_many("192.0.2.3", 1), 0);
}

/* A real connection from this address: the ends of client and server. */
struct pair {
    int client, server;
    struct sockaddr_in peer;
};

static struct pair connect_from(const char *address)
{
    struct sockaddr_in at = peer_of("127.0.0.1", 0), from = peer_of(address, 0);
    socklen_t size = sizeof at;
    struct pair p;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    p.client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
    assert_int_equal(bind(p.client, (struct sockaddr *)&from, sizeof from), 0);
    assert_int_equal(connect(p.client, (struct sockaddr *)&at, sizeof at), 0);
    size = sizeof p.peer;
    p.server = accept4(listener, (struct sockaddr *)&p.peer, &size, 0);
    assert_true(p.server >= 0);
    close(listener);
    return p;
}

static struct guest *admit(const struct pair *p, int64_t now_ms)
{
    char text[INET_ADDRSTRLEN];
    assert_true(guard_admit(guard, p->server, &p->peer, now_ms));
    return guard_meet(guard, inet_ntop(AF_INET, &p->peer.sin_addr, text, sizeof text),
                      ntohs(p->peer.sin_port));
}

static void hang_up(struct pair *p, struct guest *guest)
{
    guard_leave(guard, guest);
    close(p->client);
    close(p->server);
}

static void who_misses_a_deadline_is_cut(void **state)
{
    int64_t now_ms = clock_mono_ms();
    struct pair p = connect_from("127.0.0.5");
    struct guest *guest = admit(&p, now_ms);

    (void)state;
    guard_say(guest, GUARD_BUSY, now_ms + 1000);
    guard_look(guard, now_ms + 1000);
    assert_false(guard_was_cut(guest));
    guard_look(guard, now_ms + 1001);
    assert_true(guard_was_cut(guest));
    assert_int_equal(send(p.server, "x", 1, MSG_NOSIGNAL), -1);
    hang_up(&p, guest);
}

static void idle_connections_make_room_only_when_threads_are_short(void **state)
{
    int64_t now_ms = clock_mono_ms();
    struct pair p = connect_from("127.0.0.5");
    struct guest *guest = admit(&p, now_ms);

    (void)state;
    guard_say(guest, GUARD_IDLE, 0);
    guard_look(guard, now_ms + 60000);
    assert_false(guard_was_cut(guest));
    for (int port = 1; port < THREADS + 3; port++) { /* all threads are taken, and some wait */
        struct sockaddr_in peer = peer_of("192.0.2.1", port);
        assert_true(guard_admit(guard, -1, &peer, now_ms));
        if (port < THREADS) {
            guard_say(guard_meet(guard, "192.0.2.1", port), GUARD_BUSY, 0);
        }
    }
    assert_true(guard_is_pressed(guard));
    char byte = 'G'; /* the next request has come: its thread is about to read it */
    assert_int_equal(send(p.client, &byte, 1, 0), 1);
    guard_look(guard, now_ms + 60000);
    assert_false(guard_was_cut(guest));
    assert_int_equal(recv(p.server, &byte, 1, 0), 1);
    guard_look(guard, now_ms + 60000);
    assert_true(guard_was_cut(guest));
    hang_up(&p, guest);
}

static void many_slow_ones_of_an_address_cost_it_its_share(void **state)
{
    int64_t now_ms = clock_mono_ms();

    (void)state;
    for (int i = 0; i < GUARD_STRIKES; i++) {
        struct pair p = connect_from("127.0.0.5");
        struct guest *guest = admit(&p, now_ms);
        guard_say(guest, GUARD_BUSY, now_ms);
        guard_look(guard, now_ms + 1);
        assert_true(guard_was_cut(guest));
        hang_up(&p, guest);
    }
    assert_int_equal(admit_many("127.0.0.5", 100), GUARD_AFTER_SLOW);
    assert_int_equal(admit_many("127.0.0.6", 100), 100);
    struct sockaddr_in later = peer_of("127.0.0.5", 9);
    assert_true(guard_admit(guard, -1, &later, now_ms + GUARD_PENANCE_MS + 2));
}

static void the_end_of_the_program_ends_what_is_idle(void **state)
{
    struct pair idle = connect_from("127.0.0.5"), busy = connect_from("127.0.0.5");
    struct guest *one = admit(&idle, clock_mono_ms()), *two = admit(&busy, clock_mono_ms());

    (void)state;
    guard_say(one, GUARD_IDLE, 0);
    guard_say(two, GUARD_BUSY, 0);
    guard_end_idle(guard);
    assert_true(guard_was_cut(one));
    assert_false(guard_was_cut(two));
    hang_up(&idle, one);
    hang_up(&busy, two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_address_has_its_share_and_a_trusted_proxy_all, start,
                                        stop),
        cmocka_unit_test_setup_teardown(who_misses_a_deadline_is_cut, start, stop),
        cmocka_unit_test_setup_teardown(idle_connections_make_room_only_when_threads_are_short,
                                        start, stop),
        cmocka_unit_test_setup_teardown(many_slow_ones_of_an_address_cost_it_its_share, start,
                                        stop),
        cmocka_unit_test_setup_teardown(the_end_of_the_program_ends_what_is_idle, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
