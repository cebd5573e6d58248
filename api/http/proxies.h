/* Which peers are proxies of ours (DROPSHIP_TRUSTED_PROXIES), and who speaks through them.  Of anybody else, the headers
 * X-Forwarded-For and X-Forwarded-Proto are ignored.
 * Threads: immutable after proxies_parse. */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

enum { PROXIES_MAX = 32, PROXIES_ADDRESS_BYTES = INET6_ADDRSTRLEN };

struct proxies {
    struct {
        uint32_t network, mask; /* host byte order */
    } list[PROXIES_MAX];
    size_t count;
};

/* Parse "10.0.0.0/8,192.0.2.7"; NULL is none.  FAIL_INPUT names what is wrong. */
must_check int proxies_parse(const char *text, struct proxies *ret, struct fail *f);
/* Is this address (IPv4, as text) one of them? */
bool proxies_has(const struct proxies *p, const char *address);
/* The same for an address in network byte order. */
bool proxies_has_peer(const struct proxies *p, struct in_addr address);
/* Who the client is, when `peer` is a trusted proxy that sent `forwarded` ("client, proxy, proxy"; NULL = no such header): the last
 * address that is not itself a trusted proxy; what is not an address ends the search.  Otherwise the peer. */
void proxies_client(const struct proxies *p, const char *peer, const char *forwarded,
                    char client[static PROXIES_ADDRESS_BYTES]);
