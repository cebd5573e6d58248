/* A folder with a CA of our own and certificates signed by it, and Redis servers that use them.
 * Threads: one. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

enum tls_server {
    TLS_LOCALHOST, /* certificate for localhost and 127.0.0.1 */
    TLS_OTHER,     /* for other.example */
    TLS_NAME_ONLY, /* for localhost, not for 127.0.0.1 */
    TLS_MUTUAL,    /* as the first, and wants a certificate of the client */
    TLS_PLAIN,     /* no TLS at all */
    TLS_SERVERS
};

struct tls_fixture {
    char folder[64];
    struct {
        pid_t pid; /* 0 = not running */
        int port;
    } servers[TLS_SERVERS];
};

/* cmocka group setup and teardown; *state is a struct tls_fixture. */
int tls_setup(void **state);
int tls_teardown(void **state);

/* A file of the folder: "ca.pem", "localhost.pem", "localhost.key" ... */
void tls_path(const struct tls_fixture *x, const char *name, char *ret, size_t ret_bytes);
