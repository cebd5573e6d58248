/* libssl.so as Debian's libcivetweb1 looks for it: it was built for OpenSSL 1.1, finds libssl only by the name that the development
 * package gives it, and wants a function that OpenSSL 3 has under another name.  This library has that name, brings the real one
 * along, and adds the function; server_tls.c loads it before the web server looks.  Threads: any. */
#include <openssl/ssl.h>

#undef SSL_get_peer_certificate
X509 *SSL_get_peer_certificate(const SSL *ssl);
X509 *SSL_get_peer_certificate(const SSL *ssl)
{
    return SSL_get1_peer_certificate(ssl);
}
