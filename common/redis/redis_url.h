/* Redis URLs.  Threads: pure functions.
 *   redis://[user:password@]host[:port][/db]
 *   rediss://[user:password@]host[:port][/db][?cacert=/path]     TLS; whether this build has it is redis_tls.h's matter
 *   unix://[user:password@]/path[?db=N]
 *   redis+sentinel://[user:password@]host[:port][,host[:port]...]/NAME[/db][?sentinel_username=U&sentinel_password=P]
 *   rediss+sentinel://...[?cacert=/path&...]                     TLS to the sentinels and to the primary
 * In the last two the hosts are sentinels (port 26379 when not given), NAME is what they call the primary, and
 * user:password is for the primary; the sentinels have a login of their own, or none. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

enum {
    REDIS_DEFAULT_PORT = 6379,
    REDIS_SENTINEL_PORT = 26379,
    REDIS_SENTINELS_MAX = 8,
    REDIS_DATABASES_MAX = 65535
};

/* Where a server is. */
struct redis_place {
    char host[256]; /* IPv6 without brackets */
    int port;
};

/* Who we are to a server. */
struct redis_login {
    char user[128];     /* "" = default user */
    char password[512]; /* "" = no AUTH */
};

struct redis_url {
    struct redis_place
        server;     /* host "" for unix sockets, and for Sentinel until a primary was found */
    char path[108]; /* unix socket; "" for tcp */
    bool tls;
    char cacert[256]; /* PEM file of the only CAs to trust; "" = those of the system */
    int db;
    struct redis_login login;
    char service[128]; /* what the sentinels call the primary; "" = no Sentinel */
    struct redis_place sentinels[REDIS_SENTINELS_MAX];
    size_t sentinel_count;
    struct redis_login sentinel_login;
};

/* Parse `text`; users, passwords, hosts, names and paths may be percent-encoded.  FAIL_INPUT names the faulty
 * part and never repeats user, password or the URL itself. */
must_check int redis_url_parse(const char *text, struct redis_url *ret, struct fail *f);
