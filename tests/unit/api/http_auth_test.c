/* The doors without servers: addresses, failed attempts, known callers, cookies, origins, rates while Redis is away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "api/http/auth_failures.h"
#include "api/http/auth_known.h"
#include "api/http/cors.h"
#include "api/http/rate.h"
#include "api/http/session_cookie.h"

#define HEX16 "0123456789abcdef"
#define TOKEN HEX16 HEX16 HEX16 HEX16

static struct fail f;

/* ---- addresses and failed attempts ---- */

static void an_ipv6_client_is_its_network(void **state)
{
    static const struct {
        const char *address, *group;
    } cases[] = {
        { "192.0.2.1", "192.0.2.1" },
        { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
        { "2001:db8:1:2::9", "2001:db8:1:2::/64" },
        { "2001:db8:1:3::9", "2001:db8:1:3::/64" },
        { "::1", "::/64" },
        { "::ffff:192.0.2.1", "192.0.2.1" },
        { "nonsense", "nonsense" },
        { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff::/64" },
        { "", "" },
    };
    char group[AUTH_ADDRESS_BYTES];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        address_group(cases[i].address, group);
        assert_string_equal(group, cases[i].group);
    }
}

static void all_addresses_together_have_an_end(void **state)
{
    struct failures *t = NULL;
    char address[32];

    (void)state;
    assert_int_equal(failures_open(&t, &f), 0);
    for (int i = 0; i < AUTH_ALL_BURST - 1; i++) {
        snprintf(address, sizeof address, "10.0.%d.%d", i / 200, i % 200);
        failures_count(t, address, 5000);
    }
    assert_int_equal(failures_left(t, "203.0.113.1", 5000), 1);
    failures_count(t, "203.0.113.2", 5000);
    assert_int_equal(failures_left(t, "203.0.113.1", 5000), 0);
    assert_int_equal(failures_left(t, "203.0.113.1", 5000 + AUTH_ALL_REFILL_MS), 1);
    failures_close(t);
}

/* ---- who was looked up ---- */

static void digest_of(int i, char digest[static ID_SHA256_HEX_BYTES])
{
    char text[16];

    snprintf(text, sizeof text, "%d", i);
    id_sha256_hex(text, strlen(text), digest);
}

static void a_caller_is_known_for_a_while(void **state)
{
    struct known *k = NULL;
    struct session who = { .key = { .id = 7, .name = "ops", .scope = API_SCOPE_OPERATE } }, got;
    char digest[ID_SHA256_HEX_BYTES], other[ID_SHA256_HEX_BYTES];

    (void)state;
    digest_of(1, digest);
    digest_of(2, other);
    assert_int_equal(known_open(&k, &f), 0);
    assert_false(known_get(k, digest, 1000, &got));
    known_put(k, digest, &who, 1000);
    assert_true(known_get(k, digest, 1000 + KNOWN_MS - 1, &got));
    assert_int_equal(got.key.id, 7);
    assert_string_equal(got.key.name, "ops");
    assert_false(known_get(k, other, 1000, &got));
    assert_false(known_get(k, digest, 1000 + KNOWN_MS, &got));
    known_put(k, digest, &who, 2000);
    known_forget(k);
    assert_false(known_get(k, digest, 2000, &got));
    known_close(k);
}

static void however_many_callers_come_the_newest_is_known(void **state)
{
    struct known *k = NULL;
    struct session who = { .id = 0 }, got;
    char digest[ID_SHA256_HEX_BYTES];

    (void)state;
    assert_int_equal(known_open(&k, &f), 0);
    for (int i = 0; i < 20000; i++) {
        who.key.id = i;
        digest_of(i, digest);
        known_put(k, digest, &who, 1000 + i / 100);
        assert_true(known_get(k, digest, 1000 + i / 100, &got));
        assert_int_equal(got.key.id, i);
    }
    known_close(k);
}

/* ---- cookies and origins ---- */

static struct request with(const struct http_header *headers, size_t count)
{
    return (struct request){ .method = "POST", .headers = headers, .header_count = count };
}

static void only_one_cookie_of_the_exact_form_counts(void **state)
{
    static const struct {
        const char *value;
        enum session_cookie wanted;
    } cases[] = {
        { "", COOKIE_NONE },
        { ";;; ;", COOKIE_NONE },
        { "a=b; c", COOKIE_NONE },
        { "dropship_session", COOKIE_NONE },
        { "Dropship_session=" TOKEN, COOKIE_NONE },
        { "x=dropship_session=" TOKEN, COOKIE_NONE },
        { "dropship_session=" TOKEN, COOKIE_GOOD },
        { "a=b;dropship_session=" TOKEN " \t;c=d", COOKIE_GOOD },
        { "  dropship_session=" TOKEN, COOKIE_GOOD },
        { "dropship_session=", COOKIE_BAD },
        { "dropship_session=" TOKEN "0", COOKIE_BAD },
        { "dropship_session=\"" TOKEN "\"", COOKIE_BAD },
        { "dropship_session=" HEX16 HEX16 HEX16 "0123456789abcdeg", COOKIE_BAD },
        { "dropship_session=" HEX16 HEX16 HEX16 "0123456789ABCDEF", COOKIE_BAD },
        { "dropship_session=" TOKEN "; dropship_session=" TOKEN, COOKIE_BAD },
        { "dropship_session=x; dropship_session=" TOKEN, COOKIE_BAD },
    };
    char token[SESSION_TOKEN_BYTES];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct http_header header = { "cookie", cases[i].value };
        struct request rq = with(&header, 1);
        assert_int_equal(session_cookie(&rq, token), cases[i].wanted);
        if (cases[i].wanted == COOKIE_GOOD) {
            assert_string_equal(token, TOKEN);
        }
    }
    struct http_header twice[] = { { "Cookie", "dropship_session=" TOKEN },
                                   { "Cookie", "dropship_session=" TOKEN } };
    struct request rq = with(twice, 2);
    assert_int_equal(session_cookie(&rq, token), COOKIE_BAD);
}

static void a_page_of_our_own_is_told_by_site_or_origin(void **state)
{
    static const struct {
        struct http_header headers[3];
        bool same;
    } cases[] = {
        { { { "Host", "shop:8080" } }, true },
        { { { "Host", "shop:8080" }, { "Origin", "http://shop:8080" } }, true },
        { { { "Host", "Shop:8080" }, { "Origin", "https://shop:8080" } }, true },
        { { { "Host", "shop:8080" }, { "Origin", "http://shop" } }, false },
        { { { "Host", "shop:8080" }, { "Origin", "http://shop:8080/" } }, false },
        { { { "Host", "shop:8080" }, { "Origin", "null" } }, false },
        { { { "Host", "shop:8080" }, { "Origin", "" } }, false },
        { { { "Origin", "http://shop" } }, false },
        { { { "Sec-Fetch-Site", "same-origin" }, { "Origin", "http://dev:5173" } }, true },
        { { { "Sec-Fetch-Site", "none" } }, true },
        { { { "Sec-Fetch-Site", "same-site" } }, false },
        { { { "Sec-Fetch-Site", "cross-site" } }, false },
        { { { "Sec-Fetch-Site", "" } }, false },
        { { { "Sec-Fetch-Site", "none" }, { "Sec-Fetch-Site", "none" } }, false },
        { { { "Host", "a" }, { "Host", "b" }, { "Origin", "http://a" } }, false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t count = 0;
        while (count < 3 && cases[i].headers[count].name != NULL) {
            count++;
        }
        struct request rq = with(cases[i].headers, count);
        assert_int_equal(session_same_origin(&rq), cases[i].same);
    }
}

static void an_origin_is_listed_exactly_or_not(void **state)
{
    static const char list[] = "https://a.example, https://b.example:8443,*,null,,";

    (void)state;
    assert_true(cors_is_listed(list, "https://a.example"));
    assert_true(cors_is_listed(list, "https://b.example:8443"));
    static const char *const others[] = { "",
                                          "*",
                                          "null",
                                          "https://a.exampl",
                                          "https://a.example.evil",
                                          "https://A.example",
                                          "http://a.example",
                                          "https://a.example, https://b.example:8443",
                                          "https://b.example" };
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        assert_false(cors_is_listed(list, others[i]));
    }
    assert_false(cors_is_listed("", "https://a.example"));
}

/* ---- rates ---- */

static void without_redis_a_minutes_requests_are_granted_and_then_refill(void **state)
{
    const struct rate rate = { .name = "key", .subject = "key:1", .per_minute = 60 };
    const struct rate other = { .name = "key", .subject = "key:2", .per_minute = 60 };
    struct rate_state s;
    struct rates *t = NULL;
    int granted = 0;

    (void)state;
    assert_int_equal(rates_open(&t, &f), 0);
    for (int i = 0; i < 100; i++) {
        rate_spend(t, NULL, &rate, 1000, &s);
        granted += s.granted;
    }
    assert_int_equal(granted, 60);
    assert_false(s.granted);
    assert_in_range(s.wait_ms, 1, 1001);
    rate_spend(t, NULL, &other, 1000, &s);
    assert_true(s.granted);
    rate_spend(t, NULL, &rate, 2100, &s);
    assert_true(s.granted);
    rate_spend(t, NULL, &rate, 2100, &s);
    assert_false(s.granted);
    rates_close(t);
}

static void a_changed_rate_holds_at_once(void **state)
{
    struct rate rate = { .name = "key", .subject = "key:1", .per_minute = 100000 };
    struct rate_state s;
    struct rates *t = NULL;
    int granted = 0;

    (void)state;
    assert_int_equal(rates_open(&t, &f), 0);
    rate_spend(t, NULL, &rate, 1000, &s);
    assert_int_equal(s.left, 99999);
    rate.per_minute = 60;
    for (int i = 0; i < 100; i++) {
        rate_spend(t, NULL, &rate, 1000, &s);
        granted += s.granted;
    }
    assert_int_equal(granted, 60);
    rates_close(t);
}

static void a_lease_that_is_not_used_is_forgotten(void **state)
{
    const struct rate rate = { .name = "key", .subject = "key:1", .per_minute = 5000 };
    struct rate_state s;
    struct rates *t = NULL;

    (void)state;
    assert_int_equal(rates_open(&t, &f), 0);
    rate_spend(t, NULL, &rate, 1000, &s);
    assert_int_equal(s.left, 4999);
    rate_spend(t, NULL, &rate, 1000 + RATE_LEASE_MS, &s);
    assert_int_equal(s.left, 4999); /* the bucket is full again */
    rates_close(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ipv6_client_is_its_network),
        cmocka_unit_test(all_addresses_together_have_an_end),
        cmocka_unit_test(a_caller_is_known_for_a_while),
        cmocka_unit_test(however_many_callers_come_the_newest_is_known),
        cmocka_unit_test(only_one_cookie_of_the_exact_form_counts),
        cmocka_unit_test(a_page_of_our_own_is_told_by_site_or_origin),
        cmocka_unit_test(an_origin_is_listed_exactly_or_not),
        cmocka_unit_test(without_redis_a_minutes_requests_are_granted_and_then_refill),
        cmocka_unit_test(a_changed_rate_holds_at_once),
        cmocka_unit_test(a_lease_that_is_not_used_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
