#include "common/base/listen.h"

#include <arpa/inet.h>
#include <string.h>

#include "common/base/str.h"

static bool parse_port(const char *text, uint16_t *ret)
{
    int64_t port = 0;
    struct fail unused;

    if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text) ||
        str_to_int(text, 1, UINT16_MAX, "port", &port, &unused) < 0) {
        return false;
    }
    *ret = (uint16_t)port;
    return true;
}

bool listen_parse(const char *text, struct listen_at *ret)
{
    struct listen_at at = { .v6 = text[0] == '[' };
    const char *host = text + at.v6;
    size_t length = strcspn(host, at.v6 ? "]" : ":");
    const char *colon = host + length + at.v6;
    struct in6_addr number; /* the larger of the two kinds */

    if (length >= sizeof at.host || host[length] == '\0' || *colon != ':' ||
        !parse_port(colon + 1, &at.port)) {
        return false;
    }
    memcpy(at.host, host, length);
    if ((length > 0 || at.v6) && inet_pton(at.v6 ? AF_INET6 : AF_INET, at.host, &number) != 1) {
        return false;
    }
    *ret = at;
    return true;
}
