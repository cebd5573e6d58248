#include "api/http/proxies.h"

#include <arpa/inet.h>
#include <string.h>

#include "api/http/text.h"
#include "common/base/str.h"

static int parse_one(const char *text, struct proxies *p, struct fail *f)
{
    const char *slash = strchr(text, '/');
    size_t size = slash != NULL ? (size_t)(slash - text) : strlen(text);
    char address[INET_ADDRSTRLEN] = "";
    struct in_addr in;
    int64_t bits = 32;

    if (size < sizeof address) {
        memcpy(address, text, size);
    }
    if (inet_pton(AF_INET, address, &in) != 1 ||
        (slash != NULL && !text_to_int(slash + 1, 1, 32, &bits))) {
        return fail_set(f, FAIL_INPUT,
                        "DROPSHIP_TRUSTED_PROXIES: '%.60s' is no IPv4 address or network", text);
    }
    if (p->count == PROXIES_MAX) {
        return fail_set(f, FAIL_INPUT, "DROPSHIP_TRUSTED_PROXIES: at most %d", PROXIES_MAX);
    }
    uint32_t mask = UINT32_MAX << (32 - bits);
    p->list[p->count].mask = mask;
    p->list[p->count++].network = ntohl(in.s_addr) & mask;
    return 0;
}

int proxies_parse(const char *text, struct proxies *ret, struct fail *f)
{
    struct proxies p = { .count = 0 };

    for (const char *at = text; at != NULL && *at != '\0';) {
        char one[64];
        size_t size = strcspn(at, ",");
        const char *end = at + size;

        at += strspn(at, " ");
        size = (size_t)(end - at);
        while (size > 0 && at[size - 1] == ' ') {
            size--;
        }
        if (size >= sizeof one) {
            return fail_set(f, FAIL_INPUT, "DROPSHIP_TRUSTED_PROXIES: '%.60s' is too long", at);
        }
        memcpy(one, at, size);
        one[size] = '\0';
        TRY(parse_one(one, &p, f));
        at = *end == ',' ? end + 1 : end;
    }
    *ret = p;
    return 0;
}

bool proxies_has_peer(const struct proxies *p, struct in_addr address)
{
    for (size_t i = 0; i < p->count; i++) {
        if ((ntohl(address.s_addr) & p->list[i].mask) == p->list[i].network) {
            return true;
        }
    }
    return false;
}

bool proxies_has(const struct proxies *p, const char *address)
{
    struct in_addr in;
    return p->count > 0 && inet_pton(AF_INET, address, &in) == 1 && proxies_has_peer(p, in);
}

static bool is_address(const char *text)
{
    struct in6_addr any;
    return inet_pton(AF_INET, text, &any) == 1 || inet_pton(AF_INET6, text, &any) == 1;
}

/* The last address before `end`, cut off there; false when there is none. */
static bool last_before(const char *list, const char **end, char one[static PROXIES_ADDRESS_BYTES])
{
    const char *start = *end;

    while (start > list && start[-1] != ',') {
        start--;
    }
    const char *from = start + strspn(start, " ");
    size_t size = from < *end ? (size_t)(*end - from) : 0;
    while (size > 0 && from[size - 1] == ' ') {
        size--;
    }
    if (size == 0 || size >= PROXIES_ADDRESS_BYTES) {
        return false;
    }
    memcpy(one, from, size);
    one[size] = '\0';
    *end = start > list ? start - 1 : list;
    return is_address(one);
}

void proxies_client(const struct proxies *p, const char *peer, const char *forwarded,
                    char client[static PROXIES_ADDRESS_BYTES])
{
    char one[PROXIES_ADDRESS_BYTES];
    const char *end = forwarded != NULL ? forwarded + strlen(forwarded) : NULL;

    str_fit(client, PROXIES_ADDRESS_BYTES, peer);
    while (end != NULL && proxies_has(p, client) && last_before(forwarded, &end, one)) {
        memcpy(client, one, sizeof one);
    }
}
