#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/listen.h"
#include "common/model/health.h"

static bool answer_healthz(void *ctx, struct str *body)
{
    str_add(body, "{}");
    return *(const bool *)ctx;
}

static void answer_metrics(void *ctx, struct str *body)
{
    (void)ctx;
    str_add(body, "figure 1\n");
}

static int dial(const struct health *h)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)health_port(h)) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void ask(const struct health *h, const char *request, char *text, size_t text_bytes)
{
    int fd = dial(h);
    size_t have = 0;
    ssize_t got = 0;

    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
    while (have + 1 < text_bytes && (got = recv(fd, text + have, text_bytes - 1 - have, 0)) > 0) {
        have += (size_t)got;
    }
    text[have] = '\0';
    close(fd);
}

static struct health *start(bool *well)
{
    const struct health_source source = { .healthz = answer_healthz,
                                          .metrics = answer_metrics,
                                          .ctx = well };
    struct health *h = NULL;
    struct fail f = { 0 };
    const struct listen_at any_port = { .host = "127.0.0.1" };
    assert_int_equal(health_open(&any_port, &source, &h, &f), 0);
    return h;
}

static void healthz_says_whether_all_is_well(void **state)
{
    (void)state;
    bool well = true;
    char text[1024];
    struct health *h = start(&well);

    ask(h, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", text, sizeof text);
    assert_non_null(strstr(text, "HTTP/1.1 200 OK\r\n"));
    well = false;
    ask(h, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", text, sizeof text);
    assert_non_null(strstr(text, "HTTP/1.1 503 "));
    health_close(h);
}

static void metrics_and_strangers_are_answered(void **state)
{
    (void)state;
    bool well = true;
    char text[1024];
    struct health *h = start(&well);

    ask(h, "GET /metrics HTTP/1.1\r\n\r\n", text, sizeof text);
    assert_non_null(strstr(text, "figure 1\n"));
    ask(h, "POST /healthz HTTP/1.1\r\n\r\n", text, sizeof text);
    assert_non_null(strstr(text, "404"));
    ask(h, "GET /healthzz HTTP/1.1\r\n\r\n", text, sizeof text);
    assert_non_null(strstr(text, "404"));
    health_close(h);
}

static void a_silent_client_does_not_keep_it_from_ending(void **state)
{
    (void)state;
    bool well = true;
    struct health *h = start(&well);
    int fd = dial(h);
    int64_t from_ms = clock_mono_ms();

    health_close(h);
    assert_true(clock_mono_ms() - from_ms < 4000);
    close(fd);
}

/* A byte now and then, for ever; ends when the other side hangs up. */
static void *trickle(void *arg)
{
    int fd = *(const int *)arg;
    while (send(fd, "x", 1, MSG_NOSIGNAL) == 1) {
        clock_sleep_ms(100);
    }
    return NULL;
}

static void a_trickling_client_holds_up_neither_probes_nor_the_end(void **state)
{
    (void)state;
    bool well = true;
    char text[1024];
    struct health *h = start(&well);
    int fds[2] = { dial(h), -1 };
    pthread_t threads[2];
    int64_t from_ms = clock_mono_ms();

    assert_int_equal(pthread_create(&threads[0], NULL, trickle, &fds[0]), 0);
    ask(h, "GET /healthz HTTP/1.1\r\n\r\n", text, sizeof text);
    assert_non_null(strstr(text, "HTTP/1.1 200 OK\r\n"));
    assert_true(clock_mono_ms() - from_ms < 4000);

    fds[1] = dial(h);
    assert_int_equal(pthread_create(&threads[1], NULL, trickle, &fds[1]), 0);
    from_ms = clock_mono_ms();
    health_close(h);
    assert_true(clock_mono_ms() - from_ms < 4000);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        close(fds[i]);
    }
}

static void a_broken_or_taken_address_is_refused(void **state)
{
    (void)state;
    bool well = true;
    struct health *h = start(&well), *other = NULL;
    const struct health_source source = { .healthz = answer_healthz,
                                          .metrics = answer_metrics,
                                          .ctx = &well };
    struct fail f = { 0 };
    const struct listen_at taken = { .host = "127.0.0.1", .port = (uint16_t)health_port(h) };
    const struct listen_at strange = { .host = "192.0.2.1", .port = 9100 };

    assert_int_equal(health_open(&strange, &source, &other, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_int_equal(health_open(&taken, &source, &other, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_non_null(strstr(f.text, "DROPSHIP_HEALTH_LISTEN: cannot listen on 127.0.0.1 port "));
    health_close(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(healthz_says_whether_all_is_well),
        cmocka_unit_test(metrics_and_strangers_are_answered),
        cmocka_unit_test(a_silent_client_does_not_keep_it_from_ending),
        cmocka_unit_test(a_trickling_client_holds_up_neither_probes_nor_the_end),
        cmocka_unit_test(a_broken_or_taken_address_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
