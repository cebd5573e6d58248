/* Redis URLs: redis://[user:password@]host[:port][/db],
 * rediss://[user:password@]host[:port][/db][?cacert=/path] (TLS; whether this build has it is
 * redis_tls.h's matter), unix://[user:password@]/path[?db=N].  Threads: pure functions. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

enum { REDIS_DEFAULT_PORT = 6379, REDIS_DATABASES_MAX = 65535 };

struct redis_url {
    char host[256]; /* "" for unix sockets; IPv6 without brackets */
    char path[108]; /* unix socket; "" for tcp */
    bool tls;
    char cacert[256]; /* PEM file of the only CAs to trust; "" = those of the system */
    int port;
    int db;
    char user[128];     /* "" = default user */
    char password[512]; /* "" = no AUTH */
};

/* Parse `text`; user, password, host and paths may be percent-encoded.  FAIL_INPUT names the faulty
 * part and never repeats user, password or the URL itself. */
must_check int redis_url_parse(const char *text, struct redis_url *ret, struct fail *f);
