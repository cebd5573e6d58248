/* Addresses to listen on: "IPV4:PORT", "[IPV6]:PORT", or ":PORT" for all (IPv4) addresses.  The one rule for every setting that
 * holds one.  Pure; any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { LISTEN_HOST_BYTES = 46 }; /* the longest IPv6 address */

struct listen_at {
    char host[LISTEN_HOST_BYTES]; /* numeric, without brackets; "" = all addresses */
    bool v6;
    uint16_t port; /* 0 = any that is free; never from a text */
};

/* Is text such an address, with a port from 1 to 65535?  *ret is written only then. */
bool listen_parse(const char *text, struct listen_at *ret);
