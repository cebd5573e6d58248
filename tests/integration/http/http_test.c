#include "tests/unit/base/check.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/http/http.h"

extern char **environ;

static struct {
    pid_t pid;
    int input; /* the server ends when this closes */
    int port, mute_port, tls_port;
} server;

static struct http *http;
static struct http_response answer;
static struct fail f;

/* What the server prints first: its ports. */
static int read_ports(int from)
{
    FILE *in = fdopen(from, "r");
    int rc = -1;

    if (in != NULL) {
        rc =
            fscanf(in, "%d %d %d", &server.port, &server.mute_port, &server.tls_port) == 3 ? 0 : -1;
        (void)fclose(in);
    }
    return rc;
}

static int start_server(void **state)
{
    static char node[] = "node";
    static char script[] = HTTP_TEST_SERVER;
    char *argv[] = { node, script, NULL };
    posix_spawn_file_actions_t actions;
    int in[2];
    int out[2];
    int rc = 0;

    (void)state;
    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0) {
        return -1;
    }
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    (void)posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    rc = posix_spawnp(&server.pid, node, &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(in[0]);
    (void)close(out[1]);
    server.input = in[1];
    return rc != 0 ? -1 : read_ports(out[0]);
}

static int stop_server(void **state)
{
    int status = 0;

    (void)state;
    (void)close(server.input);
    return waitpid(server.pid, &status, 0) == server.pid && status == 0 ? 0 : -1;
}

static int open_client(void **state)
{
    (void)state;
    http_response_init(&answer);
    return http_open(&http, &f);
}

static int close_client(void **state)
{
    (void)state;
    http_response_done(&answer);
    http_close(http);
    http = NULL;
    return 0;
}

/* Ask the plain port for /path by `req`, whose URL is filled in here. */
static int call(struct http_request req, const char *path)
{
    char url[200];

    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/%s", server.port, path);
    req.url = url;
    return http_call(http, &req, &answer, &f);
}

#define get_with(path, ...) call((struct http_request){ .method = "GET", __VA_ARGS__ }, (path))
#define get(path)           get_with(path, .body = NULL)
#define post_with(path, ...)                                                                       \
    call(                                                                                          \
        (struct http_request){                                                                     \
            .method = "POST", .body = "{\"a\":1}", .body_bytes = 7, __VA_ARGS__ },                 \
        (path))
#define post(path) post_with(path, .max_bytes = 0)

static int64_t echoed(const char *path)
{
    scoped(json_clear_p) json_t *root = NULL;

    check_ok(json_parse(answer.body.data, answer.body.len, "echo", &root, &f), &f);
    return json_int(root, path, -1);
}

/* How often the server has been asked for an act, read over a connection of its own. */
static int64_t seen(const char *act)
{
    scoped(http_close_p) struct http *own = NULL;
    struct http_response got;
    char url[200];
    int64_t count = -1;

    http_response_init(&got);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%d/seen/%s", server.port, act);
    check_ok(http_open(&own, &f), &f);
    check_ok(http_call(own, &(struct http_request){ .method = "GET", .url = url }, &got, &f), &f);
    check_ok(str_to_int(got.body.data, 0, 1000, "seen", &count, &f), &f);
    http_response_done(&got);
    return count;
}

static void every_status_is_an_answer(void **state)
{
    static const int statuses[] = { 200, 201, 400, 401, 404, 429, 500, 503 };
    char text[20];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        (void)snprintf(text, sizeof text, "status/%d", statuses[i]);
        check_ok(get(text), &f);
        assert_int_equal(answer.status, statuses[i]);
        text[6] = ' ';
        assert_string_equal(answer.body.data, text);
    }
}

static void a_request_arrives_as_it_was_given(void **state)
{
    static const char *const headers[] = { "X-Shopify-Access-Token: t0ken",
                                           "Content-Type: application/json", NULL };
    scoped(json_clear_p) json_t *root = NULL;

    (void)state;
    check_ok(call(
                 (struct http_request){
                     .method = "PATCH", .headers = headers, .body = "{\"a\":1}", .body_bytes = 7 },
                 "echo"),
             &f);
    check_ok(json_parse(answer.body.data, answer.body.len, "echo", &root, &f), &f);
    assert_string_equal(json_text(root, "method", ""), "PATCH");
    assert_string_equal(json_text(root, "body", ""), "{\"a\":1}");
    assert_string_equal(json_text(root, "headers.x-shopify-access-token", ""), "t0ken");
    assert_string_equal(json_text(root, "headers.content-type", ""), "application/json");
    assert_string_equal(json_text(root, "headers.content-length", ""), "7");
    assert_null(json_at(root, "headers.expect"));
    assert_string_equal(answer.content_type, "application/json; charset=utf-8");
    assert_string_equal(answer.request_id, "req-1");
    assert_string_equal(answer.served_version, "2026-10");
}

static void a_header_cannot_smuggle_another(void **state)
{
    static const char *const headers[] = { "X-A: 1\r\nX-B: 2", NULL };

    (void)state;
    check_fails(get_with("echo", .headers = headers), &f, FAIL_INPUT);
}

static void connections_are_used_again(void **state)
{
    int64_t first = 0;

    (void)state;
    check_ok(get("echo"), &f);
    first = echoed("connection");
    check_ok(post("echo"), &f);
    assert_int_equal(echoed("connection"), first);
    check_ok(get("status/500"), &f);
    check_ok(get("echo"), &f);
    assert_int_equal(echoed("connection"), first);
}

static void an_answer_up_to_the_limit_is_taken_and_no_larger_one(void **state)
{
    (void)state;
    check_ok(get_with("bytes/1000", .max_bytes = 1000), &f);
    assert_int_equal(answer.body.len, 1000);
    check_fails(get_with("bytes/1001", .max_bytes = 1000), &f, FAIL_UNKNOWN);
    assert_non_null(strstr(f.text, "too large"));
    check_fails(get_with("drip", .max_bytes = 50), &f, FAIL_UNKNOWN);
    check_ok(get("bytes/1"), &f); /* and the handle works on */
}

static void a_packed_answer_counts_unpacked(void **state)
{
    (void)state;
    check_fails(get("bomb"), &f, FAIL_UNKNOWN);
    assert_non_null(strstr(f.text, "too large"));
}

static void the_deadline_covers_silence_and_dripping(void **state)
{
    int64_t before = clock_mono_ms();

    (void)state;
    check_fails(post_with("silence", .timeout_ms = 150), &f, FAIL_UNKNOWN);
    check_fails(get_with("drip", .timeout_ms = 150), &f, FAIL_UNKNOWN);
    assert_in_range(clock_mono_ms() - before, 290, 5000);
    assert_true(answer.spent_ms >= 140);
}

static void no_request_outlasts_the_work_it_belongs_to(void **state)
{
    int64_t before = clock_mono_ms();
    int64_t calls = seen("silence");

    (void)state;
    http_set_deadline(http, before + 1300);
    check_fails(post("silence"), &f, FAIL_UNKNOWN); /* its own timeout would be 30 s */
    assert_in_range(clock_mono_ms() - before, 1000, 10000);
    check_fails(post("silence"), &f, FAIL_LATER); /* too late to begin: surely not sent */
    assert_string_equal(f.code, "DEADLINE");
    http_set_deadline(http, 0);
    assert_int_equal(seen("silence"), calls + 1);
}

static void without_a_connection_nothing_was_sent(void **state)
{
    char url[100];
    struct http_request req = { .method = "POST", .body = "x", .body_bytes = 1, .timeout_ms = 300 };

    (void)state;
    req.url = "http://127.0.0.1:1/";
    check_fails(http_call(http, &req, &answer, &f), &f, FAIL_LATER);
    /* The handshake never ends. */
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%d/", server.mute_port);
    req.url = url;
    check_fails(http_call(http, &req, &answer, &f), &f, FAIL_LATER);
    req.connect_ms = 100;
    check_fails(http_call(http, &req, &answer, &f), &f, FAIL_LATER);
}

static void a_certificate_that_nobody_vouches_for_is_refused(void **state)
{
    int64_t before = seen("echo");
    char url[100];
    struct http_request req = { .method = "POST", .url = url, .body = "x", .body_bytes = 1 };

    (void)state;
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%d/echo", server.tls_port);
    check_fails(http_call(http, &req, &answer, &f), &f, FAIL_LATER);
    assert_int_equal(seen("echo"), before);
}

static void a_cut_or_senseless_answer_is_unknown(void **state)
{
    (void)state;
    check_fails(post("cut"), &f, FAIL_UNKNOWN);
    check_fails(post("cutchunk"), &f, FAIL_UNKNOWN);
    check_fails(post("garbage"), &f, FAIL_UNKNOWN);
    check_fails(post("reset"), &f, FAIL_UNKNOWN);
    check_fails(post("vanish"), &f, FAIL_UNKNOWN);
}

/* Else a supplier order could be placed twice. */
static void a_write_is_never_repeated_by_itself(void **state)
{
    static const char *const acts[] = { "reset", "vanish" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(acts); i++) {
        int64_t before = seen(acts[i]);

        check_ok(post("echo"), &f); /* so that the connection is a reused one */
        check_fails(post(acts[i]), &f, FAIL_UNKNOWN);
        assert_int_equal(seen(acts[i]), before + 1);
        check_ok(post("echo"), &f);
        check_fails(call((struct http_request){ .method = "DELETE" }, acts[i]), &f, FAIL_UNKNOWN);
        assert_int_equal(seen(acts[i]), before + 2);
        check_ok(post("echo"), &f);
        check_fails(call((struct http_request){ .method = "POST", .body = "" }, acts[i]), &f,
                    FAIL_UNKNOWN);
        assert_int_equal(seen(acts[i]), before + 3);
    }
}

static void a_connection_closed_while_idle_costs_no_request(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        check_ok(post("goodbye"), &f);
        assert_int_equal(seen("goodbye"),
                         i + 1); /* by then the server has closed, and we can know */
    }
}

static void redirects_are_answers_and_not_followed(void **state)
{
    int64_t before = seen("echo");

    (void)state;
    check_ok(post("redirect"), &f);
    assert_int_equal(answer.status, 302);
    assert_int_equal(seen("echo"), before);
}

static void retry_after_comes_in_seconds_or_as_a_date(void **state)
{
    (void)state;
    check_ok(get("retry/120"), &f);
    assert_int_equal(answer.retry_after_ms, 120000);
    check_ok(get("retry/2.5"), &f);
    assert_int_equal(answer.retry_after_ms, 2500);
    check_ok(get("retry/Fri,%2001%20Jan%202100%2000:00:00%20GMT"), &f);
    assert_int_equal(answer.retry_after_ms, 86400000); /* a day at most */
    check_ok(get("retry/Thu,%2001%20Jan%202015%2000:00:00%20GMT"), &f);
    assert_int_equal(answer.retry_after_ms, 0);
    check_ok(get("status/503"), &f);
    assert_int_equal(answer.retry_after_ms, 0); /* that of another answer is forgotten */
}

static void interim_answers_do_not_count(void **state)
{
    (void)state;
    check_ok(get("early"), &f);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body.data, "final");
    assert_int_equal(answer.retry_after_ms, 0);
    assert_string_equal(answer.request_id, "");
}

static void other_protocols_and_nonsense_are_refused(void **state)
{
    static const char *const wrong[] = { "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://x/",
                                         "http://", "http://a b/" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct http_request req = { .method = "GET", .url = wrong[i] };

        check_fails(http_call(http, &req, &answer, &f), &f, FAIL_INPUT);
    }
}

static void messages_show_neither_user_nor_query(void **state)
{
    struct http_request req = { .method = "GET",
                                .url =
                                    "http://me:hunter2@127.0.0.1:1/path/x?token=hunter2#hunter2" };

    (void)state;
    check_fails(http_call(http, &req, &answer, &f), &f, FAIL_LATER);
    assert_null(strstr(f.text, "hunter2"));
    assert_non_null(strstr(f.text, "GET http://127.0.0.1:1/path/x:"));
}

static void a_request_for_the_internet_alone_never_reaches_this_machine(void **state)
{
    static const char *const hosts[] = { "127.0.0.1", "localhost", "[::1]", "2130706433", "0" };
    char url[80];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        struct http_request req = { .method = "GET", .url = url, .public_only = true };

        (void)snprintf(url, sizeof url, "http://%s:%d/status/200", hosts[i], server.port);
        check_fails(http_call(http, &req, &answer, &f), &f, FAIL_DENIED);
        assert_string_equal(f.code, "PRIVATE_ADDRESS");
    }
    check_ok(get("status/200"), &f); /* the next request is free again */
    assert_int_equal(answer.status, 200);
}

int main(void)
{
#define with_client(name) cmocka_unit_test_setup_teardown(name, open_client, close_client)
    const struct CMUnitTest tests[] = {
        with_client(every_status_is_an_answer),
        with_client(a_request_arrives_as_it_was_given),
        with_client(a_header_cannot_smuggle_another),
        with_client(connections_are_used_again),
        with_client(an_answer_up_to_the_limit_is_taken_and_no_larger_one),
        with_client(a_packed_answer_counts_unpacked),
        with_client(the_deadline_covers_silence_and_dripping),
        with_client(no_request_outlasts_the_work_it_belongs_to),
        with_client(without_a_connection_nothing_was_sent),
        with_client(a_certificate_that_nobody_vouches_for_is_refused),
        with_client(a_cut_or_senseless_answer_is_unknown),
        with_client(a_write_is_never_repeated_by_itself),
        with_client(a_connection_closed_while_idle_costs_no_request),
        with_client(redirects_are_answers_and_not_followed),
        with_client(retry_after_comes_in_seconds_or_as_a_date),
        with_client(interim_answers_do_not_count),
        with_client(other_protocols_and_nonsense_are_refused),
        with_client(messages_show_neither_user_nor_query),
        with_client(a_request_for_the_internet_alone_never_reaches_this_machine),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
