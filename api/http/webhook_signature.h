/* Signature of a Shopify webhook: base64 of HMAC-SHA256 over the raw body, keyed with the app's client secret.  Pure; any
 * thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Is header (may be NULL) the signature of body?  Compared in constant time. */
bool webhook_signed(const char *secret, const void *body, size_t body_bytes, const char *header);
