#include "tests/unit/base/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "common/base/attr.h"
#include "common/http/http_priv.h"

static bool judge(const char *text)
{
    struct sockaddr_storage any = { 0 };
    struct sockaddr_in *four = (struct sockaddr_in *)&any;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&any;

    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        any.ss_family = AF_INET;
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &six->sin6_addr), 1);
        any.ss_family = AF_INET6;
    }
    return http_address_public((const struct sockaddr *)&any);
}

static void addresses_of_the_internet_are_public(void **state)
{
    static const char *const list[] = {
        "1.1.1.1",         "9.255.255.255",        "11.0.0.0",       "100.63.255.255",
        "100.128.0.0",     "126.255.255.255",      "128.0.0.0",      "169.253.1.1",
        "172.15.255.255",  "172.32.0.0",           "192.0.1.1",      "192.167.1.1",
        "192.169.0.1",     "198.17.1.1",           "198.20.0.0",     "223.255.255.255",
        "2606:4700::1111", "2001:4860:4860::8888", "::ffff:8.8.8.8", "64:ff9b::808:808",
        "2002:808:808::1", "2a00:1450::1",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(list); i++) {
        if (!judge(list[i])) {
            fail_msg("%s is public", list[i]);
        }
    }
}

static void addresses_of_this_machine_and_of_inner_networks_are_not(void **state)
{
    static const char *const list[] = {
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "3fff:1::",
        "2001::1",
        "100::1",
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(list); i++) {
        if (judge(list[i])) {
            fail_msg("%s is not public", list[i]);
        }
    }
}

static void a_socket_of_another_kind_is_not(void **state)
{
    struct sockaddr_un local = { .sun_family = AF_UNIX, .sun_path = "/run/x" };

    (void)state;
    assert_false(http_address_public((const struct sockaddr *)&local));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_the_internet_are_public),
        cmocka_unit_test(addresses_of_this_machine_and_of_inner_networks_are_not),
        cmocka_unit_test(a_socket_of_another_kind_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
