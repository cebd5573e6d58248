/* TLS of the web server: the library loads libssl itself, at run time, as libssl.so and libcrypto.so.
 * Threads: at start only. */
#pragma once

#include "common/base/attr.h"
#include "common/base/conf.h"
#include "common/base/fail.h"

/* Can the library do TLS here, and are certificate and key files that belong together?  Everything that would otherwise show as a
 * server that does not start is said.  FAIL_INPUT. */
must_check int server_tls_check(const struct conf *conf, struct fail *f);
/* init_ssl callback of the library: a key in a file of its own, TLS 1.2 at least.  ssl_ctx is its SSL_CTX; user_data the
 * struct server.  1: certificate and key are set; 0: the library sets them; -1: it cannot be. */
int server_tls_set(void *ssl_ctx, void *user_data);
