/* Which addresses belong to the public internet: IANA's special-purpose registries for IPv4 and IPv6, as tables. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "common/base/attr.h"
#include "common/http/http_priv.h"

static const struct range {
    uint32_t net;
    int bits;
} special[] = {
    { 0x00000000, 8 },  /* 0/8: this network */
    { 0x0a000000, 8 },  /* 10/8: private */
    { 0x64400000, 10 }, /* 100.64/10: carrier's */
    { 0x7f000000, 8 },  /* 127/8: this machine */
    { 0xa9fe0000, 16 }, /* 169.254/16: link, metadata services */
    { 0xac100000, 12 }, /* 172.16/12: private */
    { 0xc0000000, 24 }, /* 192.0.0/24: protocol assignments */
    { 0xc0000200, 24 }, /* 192.0.2/24: documentation */
    { 0xc0586300, 24 }, /* 192.88.99/24: 6to4 relays */
    { 0xc0a80000, 16 }, /* 192.168/16: private */
    { 0xc6120000, 15 }, /* 198.18/15: measuring */
    { 0xc6336400, 24 }, /* 198.51.100/24: documentation */
    { 0xcb007100, 24 }, /* 203.0.113/24: documentation */
    { 0xe0000000, 3 },  /* 224/3: multicast, reserved, broadcast */
};

static bool public4(uint32_t address)
{
    for (size_t i = 0; i < COUNT_OF(special); i++) {
        if (((address ^ special[i].net) >> (32 - special[i].bits)) == 0) {
            return false;
        }
    }
    return true;
}

static uint32_t take4(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool begins(const unsigned char *address, const unsigned char *with, size_t bytes)
{
    return memcmp(address, with, bytes) == 0;
}

static bool public6(const unsigned char a[16])
{
    static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };     /* ::ffff:a.b.c.d */
    static const unsigned char nat64[12] = { 0x00, 0x64, 0xff, 0x9b };        /* 64:ff9b::a.b.c.d */
    static const unsigned char documentation[4] = { 0x20, 0x01, 0x0d, 0xb8 }; /* 2001:db8::/32 */
    static const unsigned char documentation_new[2] = { 0x3f, 0xff };         /* 3fff::/20 */
    static const unsigned char sixtofour[2] = { 0x20, 0x02 };                 /* 2002:a.b.c.d:: */

    if (begins(a, mapped, sizeof mapped) || begins(a, nat64, sizeof nat64)) {
        return public4(take4(a + 12));
    }
    if (begins(a, sixtofour, sizeof sixtofour)) {
        return public4(take4(a + 2));
    }
    if (begins(a, documentation, sizeof documentation) ||
        (begins(a, documentation_new, sizeof documentation_new) && a[2] >> 4 == 0)) {
        return false;
    }
    /* 2001::/23 holds protocol assignments, Teredo among them. */
    return a[0] >> 5 == 1 && !(a[0] == 0x20 && a[1] == 0x01 && a[2] >> 1 == 0);
}

bool http_address_public(const struct sockaddr *address)
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;

    if (address->sa_family == AF_INET) {
        memcpy(&four, address, sizeof four);
        return public4(ntohl(four.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        memcpy(&six, address, sizeof six);
        return public6(six.sin6_addr.s6_addr);
    }
    return false;
}
