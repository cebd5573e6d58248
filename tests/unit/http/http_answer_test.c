#include "tests/unit/base/check.h"

#include <string.h>

#include "common/http/http_priv.h"
#include "tests/unit/base/faults.h"

static const int64_t now_us = 1795197791000000; /* Fri, 20 Nov 2026 18:03:11 GMT */

static void advice_is_read_in_every_form(void **state)
{
    static const struct {
        const char *value;
        int64_t wait_ms;
    } rows[] = {
        { "0", 0 },
        { "1", 1000 },
        { "2.0", 2000 },
        { "0.25", 250 },
        { "86401", 86400000 },
        { "1000000000", 86400000 },
        { "9999999999999", 0 },
        { "-5", 0 },
        { "soon", 0 },
        { "", 0 },
        { "Fri, 20 Nov 2026 18:04:11 GMT", 60000 },
        { "Fri, 20 Nov 2026 18:03:11 GMT", 0 },
        { "Fri, 20 Nov 2026 18:03:10 GMT", 0 },
        { "Friday, 20-Nov-26 18:03:21 GMT", 10000 },
        { "Sun, 20 Dec 2026 18:03:11 GMT", 86400000 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(http_retry_after_ms(rows[i].value, now_us), rows[i].wait_ms);
    }
}

static void take(struct http_response *r, const char *line)
{
    char copy[400];
    size_t size = strlen(line);

    memcpy(copy, line, size); /* not terminated, as from the network */
    assert_int_equal(http_take_header(copy, 1, size, r), size);
}

static void headers_are_known_in_any_case_and_cut_to_their_field(void **state)
{
    struct http_response r;
    char line[300];

    (void)state;
    http_response_init(&r);
    take(&r, "CONTENT-TYPE:text/html\r\n");
    take(&r, "x-request-id: \t abc def \r\n");
    take(&r, "Content-Type-Extra: no\r\n");
    take(&r, "Content-Typ");
    take(&r, "\r\n");
    assert_string_equal(r.content_type, "text/html");
    assert_string_equal(r.request_id, "abc def");
    take(&r, "request-id: req_7\r\n");
    assert_string_equal(r.request_id, "req_7");
    (void)memset(line, 'v', sizeof line);
    (void)memcpy(line, "X-Request-Id: ", 14);
    line[sizeof line - 1] = '\0';
    take(&r, line);
    assert_int_equal(strlen(r.request_id), sizeof r.request_id - 1);
    http_response_done(&r);
}

static void open_once(void)
{
    scoped(http_close_p) struct http *h = NULL;
    struct fail f;

    if (http_open(&h, &f) < 0) {
        assert_int_equal(f.kind, FAIL_LATER);
        assert_null(h);
    }
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    torture(open_once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(advice_is_read_in_every_form),
        cmocka_unit_test(headers_are_known_in_any_case_and_cut_to_their_field),
        cmocka_unit_test(every_failed_allocation_is_reported_and_leaks_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
