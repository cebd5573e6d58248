/* Random identifiers and digests (OpenSSL).  Threads: any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

enum { ID_JID_BYTES = 25, ID_TRACE_BYTES = 33, ID_SHA256_HEX_BYTES = 65 };

/* n random bytes as lower-case hex; text has 2n+1 bytes.  Aborts when the system has no randomness. */
void id_random_hex(char *text, size_t random_bytes);
/* A job id: 24 hex digits, of which the first 8 are the present second since the epoch and the others random.  Readers need not
 * care; a search for the job in a list that is ordered by time does (id_jid_second). */
void id_new_jid(char text[static ID_JID_BYTES]);
/* The second an id was made in, if it has the form above and the second lies in 2020 to 2100; 0 = it tells nothing.  A foreign
 * id of 24 random digits may pass by chance. */
int64_t id_jid_second(const char *jid);
/* A trace id: 32 hex digits. */
void id_new_trace(char text[static ID_TRACE_BYTES]);
/* SHA-256 as hex. */
void id_sha256_hex(const void *bytes, size_t size_bytes, char text[static ID_SHA256_HEX_BYTES]);
/* HMAC-SHA256; out has 32 bytes. */
void id_hmac_sha256(const char *key, const void *bytes, size_t size_bytes,
                    unsigned char out[static 32]);
/* Base64 (RFC 4648) of n bytes into text, which needs 4*((n+2)/3)+1 bytes; decode returns the length or -1. */
void id_base64(const unsigned char *bytes, size_t size_bytes, char *text);
/* The bytes of such a text into out: how many there are, or -1 when it is no base64 or they do not fit. */
long id_base64_decode(const char *text, unsigned char *out, size_t out_bytes);
