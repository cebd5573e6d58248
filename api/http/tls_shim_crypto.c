/* libcrypto.so under the name that Debian's libcivetweb1 looks for; brings the real one along.  See tls_shim.c.  Threads: any. */
#include <openssl/crypto.h>

/* Something of the real library, so that the linker keeps it. */
unsigned long dropship_tls_crypto_version(void);
unsigned long dropship_tls_crypto_version(void)
{
    return OpenSSL_version_num();
}
