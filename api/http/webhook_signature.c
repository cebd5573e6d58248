#include "api/http/webhook_signature.h"

#include <string.h>

#include "common/base/id.h"
#include "common/base/str.h"

enum { MAC_BYTES = 32, HEADER_CHARS = 44 };

bool webhook_signature_possible(const char *header)
{
    return header != NULL && strlen(header) == HEADER_CHARS;
}

bool webhook_signed(const char *secret, const void *body, size_t body_bytes, const char *header)
{
    unsigned char mac[MAC_BYTES];
    char text[HEADER_CHARS + 1];

    if (header == NULL) {
        return false;
    }
    id_hmac_sha256(secret, body, body_bytes, mac);
    id_base64(mac, sizeof mac, text);
    return str_same_secret(text, HEADER_CHARS, header, strlen(header));
}
