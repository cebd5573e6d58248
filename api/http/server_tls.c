#include "api/http/server_tls.h"

#include <civetweb.h>
#include <dlfcn.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/http/server_priv.h"
#include "common/base/log.h"

static void free_context_p(SSL_CTX **context)
{
    SSL_CTX_free(*context);
}

static const char *key_of(const struct conf *conf)
{
    const char *key = conf_text(conf, CONF_TLS_KEY);
    return key != NULL ? key : conf_text(conf, CONF_TLS_CERTIFICATE);
}

/* The reason that OpenSSL gives; it names no content of a file. */
static const char *reason(char text[static 200])
{
    ERR_error_string_n(ERR_get_error(), text, 200);
    ERR_clear_error();
    return text;
}

/* Certificate with its chain, and the key that belongs to it. */
static int set_files(SSL_CTX *context, const struct conf *conf, struct fail *f)
{
    const char *certificate = conf_text(conf, CONF_TLS_CERTIFICATE);
    char text[200];

    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1) {
        return fail_set(f, FAIL_INPUT,
                        "DROPSHIP_TLS_CERTIFICATE: '%.100s' holds no certificate: %s", certificate,
                        reason(text));
    }
    if (SSL_CTX_use_PrivateKey_file(context, key_of(conf), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return fail_set(f, FAIL_INPUT,
                        "DROPSHIP_TLS_KEY: '%.100s' holds no private key of the certificate: %s",
                        key_of(conf), reason(text));
    }
    return 0;
}

/* Debian's libcivetweb1 was built for OpenSSL 1.1.  The libraries that we bring (tls_shim.c) bear the names it asks for, so it gets
 * them once they are loaded; they stay for the program's life.  Without them the system's own are tried. */
static void load_shims(void)
{
    static const char *const names[] = { "libdropship_tls_crypto.so", "libdropship_tls_ssl.so" };
    char path[PATH_MAX];

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        ssize_t size = readlink("/proc/self/exe", path, sizeof path - 64);
        path[size > 0 ? size : 0] = '\0';
        char *slash = strrchr(path, '/');
        if (slash != NULL) {
            snprintf(slash + 1, 64, "%s", names[i]);
            (void)!dlopen(path, RTLD_NOW | RTLD_LOCAL); /* check_loader says what is missing then */
        }
    }
}

static int check_loader(struct fail *f)
{
    static const char *const names[] = { "libcrypto.so", "libssl.so" };

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        void *library = dlopen(names[i], RTLD_LAZY);
        if (library == NULL) {
            return fail_set(
                f, FAIL_INPUT,
                "DROPSHIP_TLS_CERTIFICATE is set, but %s cannot be loaded (put "
                "libdropship_tls_*.so beside the program, or a proxy with TLS before it)",
                names[i]);
        }
        bool complete = i == 0 || dlsym(library, "SSL_get_peer_certificate") != NULL;
        (void)dlclose(library);
        if (!complete) {
            return fail_set(
                f, FAIL_INPUT,
                "DROPSHIP_TLS_CERTIFICATE is set, but the web server library cannot use "
                "this system's libssl.so (put libdropship_tls_ssl.so beside the program, "
                "or a proxy with TLS before it)");
        }
    }
    return 0;
}

int server_tls_check(const struct conf *conf, struct fail *f)
{
    scoped(free_context_p) SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    if (context == NULL) {
        return fail_memory(f);
    }
    TRY(set_files(context, conf, f));
    load_shims();
    return check_loader(f);
}

int server_tls_set(void *ssl_ctx, void *user_data)
{
    const struct server *s = user_data;
    struct fail f;

    if (set_files(ssl_ctx, s->api->conf, &f) < 0) {
        log_error("api.tls", kv_fail(&f));
        return -1;
    }
    (void)SSL_CTX_set_min_proto_version(ssl_ctx, TLS1_2_VERSION);
    return 1;
}
