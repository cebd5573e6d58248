/* What clients and proxies say in headers: entity tags, codings, addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "api/http/accepts.h"
#include "api/http/etag.h"
#include "api/http/proxies.h"
#include "common/base/attr.h"

static void a_tag_tells_any_two_bodies_apart(void **state)
{
    char tags[70][ETAG_BYTES];
    char body[70];

    (void)state;
    memset(body, 'x', sizeof body);
    for (size_t i = 0; i < COUNT_OF(tags); i++) {
        etag_of(body, i, tags[i]);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(tags[i], tags[j]);
        }
    }
    for (size_t i = 0; i < sizeof body; i++) { /* one byte, anywhere */
        char tag[ETAG_BYTES], whole[ETAG_BYTES];
        etag_of(body, sizeof body, whole);
        body[i] = 'y';
        etag_of(body, sizeof body, tag);
        body[i] = 'x';
        assert_string_not_equal(tag, whole);
    }
    etag_of(body, 9, tags[0]);
    assert_string_equal(tags[0], tags[9]);
}

static void a_known_tag_is_found_in_the_list(void **state)
{
    static const struct {
        const char *header;
        bool known;
    } cases[] = {
        { NULL, false },
        { "", false },
        { "*", true },
        { "W/\"12\"", true },
        { "\"12\"", true },
        { "\"1\", W/\"12\"", true },
        { "W/\"12\",\"3\"", true },
        { "\"123\"", false },
        { "W/\"1", false },
        { "12", false },
        { "\"x\" \"12\"", false },
        { ",,, ,", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(etag_is_known(cases[i].header, "W/\"12\""), cases[i].known);
    }
}

static void a_coding_is_used_only_when_it_is_wanted(void **state)
{
    static const struct {
        const char *header;
        bool accepted;
    } cases[] = {
        { NULL, false },           { "", false },
        { "gzip", true },          { "GZIP", true },
        { "br, gzip", true },      { "br,gzip;q=0.5", true },
        { "gzip;q=0", false },     { "gzip; q=0.000", false },
        { "gzip;q=0.001", true },  { "gzipped", false },
        { "x-gzip", false },       { "*", false },
        { "identity", false },     { "deflate;q=1, gzip ", true },
        { "gzip;q=0, br", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(accepts_encoding(cases[i].header, "gzip"), cases[i].accepted);
    }
}

static void proxies_are_networks_and_mistakes_are_told(void **state)
{
    static const char *const bad[] = { "x",         "10.0.0.0/0",  "10.0.0.0/33",
                                       "10.0.0",    "10.0.0.0/8,", "::1",
                                       "1.2.3.4,,", "1.2.3.4/08",  "1.2.3.4 5" };
    struct proxies p = { .count = 0 };
    struct fail f;

    (void)state;
    assert_int_equal(proxies_parse(NULL, &p, &f), 0);
    assert_false(proxies_has(&p, "127.0.0.1"));
    assert_int_equal(proxies_parse("10.0.0.0/8, 192.0.2.7", &p, &f), 0);
    assert_true(proxies_has(&p, "10.255.0.1"));
    assert_true(proxies_has(&p, "192.0.2.7"));
    assert_false(proxies_has(&p, "192.0.2.8"));
    assert_false(proxies_has(&p, "11.0.0.1"));
    assert_false(proxies_has(&p, "::1"));
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(proxies_parse(bad[i], &p, &f),
                         strcmp(bad[i], "10.0.0.0/8,") == 0 ? 0 : -1);
    }
}

static void the_client_is_the_last_address_nobody_of_ours_vouches_for(void **state)
{
    static const struct {
        const char *peer, *forwarded, *client;
    } cases[] = {
        { "203.0.113.1", "192.0.2.1", "203.0.113.1" }, /* not ours: nothing is believed */
        { "10.0.0.1", NULL, "10.0.0.1" },
        { "10.0.0.1", "", "10.0.0.1" },
        { "10.0.0.1", "192.0.2.1", "192.0.2.1" },
        { "10.0.0.1", "6.6.6.6, 192.0.2.1", "192.0.2.1" },
        { "10.0.0.1", "6.6.6.6,192.0.2.1 , 10.9.9.9", "192.0.2.1" },
        { "10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.2" },
        { "10.0.0.1", "6.6.6.6, unknown", "10.0.0.1" },
        { "10.0.0.1", "6.6.6.6, unknown, 10.0.0.3", "10.0.0.3" },
        { "10.0.0.1", "2001:db8::1", "2001:db8::1" },
        { "10.0.0.1", "192.0.2.1:1234", "10.0.0.1" },
        { "10.0.0.1", ",", "10.0.0.1" },
    };
    struct proxies p = { .count = 0 };
    struct fail f;

    (void)state;
    assert_int_equal(proxies_parse("10.0.0.0/8", &p, &f), 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char client[PROXIES_ADDRESS_BYTES];
        proxies_client(&p, cases[i].peer, cases[i].forwarded, client);
        assert_string_equal(client, cases[i].client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tag_tells_any_two_bodies_apart),
        cmocka_unit_test(a_known_tag_is_found_in_the_list),
        cmocka_unit_test(a_coding_is_used_only_when_it_is_wanted),
        cmocka_unit_test(proxies_are_networks_and_mistakes_are_told),
        cmocka_unit_test(the_client_is_the_last_address_nobody_of_ours_vouches_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
