#include "common/base/id.h"

#include <assert.h>
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/base/clock.h"

enum { JID_TIME_BYTES = 4 };
static const int64_t JID_EARLIEST_S = 1577836800; /* 2020 */
static const int64_t JID_LATEST_S = 4102444800;   /* 2100 */

static void to_hex(const unsigned char *bytes, size_t count, char *text)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i++) {
        text[2 * i] = hex[bytes[i] >> 4];
        text[2 * i + 1] = hex[bytes[i] & 15];
    }
    text[2 * count] = '\0';
}

void id_random_hex(char *text, size_t random_bytes)
{
    unsigned char bytes[64];

    assert(random_bytes <= sizeof bytes);
    for (size_t got = 0;
         got < random_bytes;) { /* at once for so few bytes, but a signal may come first */
        ssize_t more = getrandom(bytes + got, random_bytes - got, 0);
        if (more < 0 && errno != EINTR) {
            abort(); /* an identifier that is not unique would do worse than stop us */
        }
        got += more > 0 ? (size_t)more : 0;
    }
    to_hex(bytes, random_bytes, text);
}

void id_new_jid(char text[static ID_JID_BYTES])
{
    uint32_t second = (uint32_t)(clock_now_us() / 1000000);
    const unsigned char bytes[JID_TIME_BYTES] = { (unsigned char)(second >> 24),
                                                  (unsigned char)(second >> 16),
                                                  (unsigned char)(second >> 8),
                                                  (unsigned char)second };

    to_hex(bytes, JID_TIME_BYTES, text);
    id_random_hex(text + 2 * JID_TIME_BYTES, (ID_JID_BYTES - 1) / 2 - JID_TIME_BYTES);
}

int64_t id_jid_second(const char *jid)
{
    static const char digits[] = "0123456789abcdef";
    int64_t second = 0;

    if (strlen(jid) != ID_JID_BYTES - 1 || strspn(jid, digits) != ID_JID_BYTES - 1) {
        return 0;
    }
    for (size_t i = 0; i < (size_t)2 * JID_TIME_BYTES; i++) {
        second = second * 16 + (strchr(digits, jid[i]) - digits);
    }
    return second >= JID_EARLIEST_S && second <= JID_LATEST_S ? second : 0;
}

void id_new_trace(char text[static ID_TRACE_BYTES])
{
    id_random_hex(text, (ID_TRACE_BYTES - 1) / 2);
}

void id_sha256_hex(const void *bytes, size_t size_bytes, char text[static ID_SHA256_HEX_BYTES])
{
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (EVP_Digest(bytes, size_bytes, digest, NULL, EVP_sha256(), NULL) != 1) {
        abort(); /* only without memory for the digest's state; there is no answer to give */
    }
    to_hex(digest, 32, text);
}

void id_hmac_sha256(const char *key, const void *bytes, size_t size_bytes,
                    unsigned char out[static 32])
{
    unsigned int size = 32;

    if (HMAC(EVP_sha256(), key, (int)strlen(key), bytes, size_bytes, out, &size) == NULL) {
        abort();
    }
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void id_base64(const unsigned char *bytes, size_t size_bytes, char *text)
{
    for (size_t i = 0; i < size_bytes; i += 3) {
        size_t left = size_bytes - i;
        uint32_t group = (uint32_t)bytes[i] << 16;

        group |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)bytes[i + 2] : 0;
        *text++ = alphabet[group >> 18];
        *text++ = alphabet[group >> 12 & 63];
        *text++ = left > 1 ? alphabet[group >> 6 & 63] : '=';
        *text++ = left > 2 ? alphabet[group & 63] : '=';
    }
    *text = '\0';
}

/* Value of four characters, the last `padding` of which are '='; false for a foreign character or left-over bits. */
static bool group_value(const char *text, size_t padding, uint32_t *ret)
{
    uint32_t group = 0;

    for (size_t i = 0; i < 4; i++) {
        const char *found = i < 4 - padding && text[i] != '\0' ? strchr(alphabet, text[i]) : NULL;

        if (i < 4 - padding && found == NULL) {
            return false;
        }
        group = group << 6 | (found != NULL ? (uint32_t)(found - alphabet) : 0);
    }
    *ret = group;
    return (padding == 0 || (group & 0xff) == 0) && (padding < 2 || (group & 0xffff) == 0);
}

long id_base64_decode(const char *text, unsigned char *out, size_t out_bytes)
{
    size_t size = strlen(text);
    size_t padding = 0;
    size_t done = 0;

    if (size % 4 != 0) {
        return -1;
    }
    for (size_t i = 0; i < size; i += 4) {
        uint32_t group = 0;

        if (i + 4 == size) {
            padding = text[i + 3] != '=' ? 0 : text[i + 2] != '=' ? 1 : 2;
        }
        if (!group_value(text + i, padding, &group) || 3 - padding > out_bytes - done) {
            return -1;
        }
        for (size_t byte = 0; byte < 3 - padding; byte++) {
            out[done++] = (unsigned char)(group >> (16 - 8 * byte));
        }
    }
    return (long)done;
}
