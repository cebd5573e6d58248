/* Signature of a Shopify webhook: base64 of HMAC-SHA256 over the raw body, keyed with the app's client secret.  Pure; any
 * thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Has header (may be NULL) the length of a signature?  Says so before there is a body to check. */
bool webhook_signature_possible(const char *header);
/* Is header (may be NULL) the signature of body?  Compared in constant time. */
bool webhook_signed(const char *secret, const void *body, size_t body_bytes, const char *header);
