#include "api/http/text.h"

#include <string.h>

#include "common/base/str.h"

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    return at != NULL ? (int)(at - digits) % 16 : -1;
}

/* One byte of the decoded text; *at moves past what it took.  -1 for a broken escape. */
static int decode_one(const char *in, size_t in_bytes, bool form, size_t *at)
{
    char c = in[*at];
    if (c != '%') {
        *at += 1;
        return form && c == '+' ? ' ' : (unsigned char)c;
    }
    if (in_bytes - *at < 3) {
        return -1;
    }
    int high = hex_digit(in[*at + 1]), low = hex_digit(in[*at + 2]);
    *at += 3;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

int text_decode(const char *in, size_t in_bytes, bool form, char **ret, struct fail *f)
{
    scoped(free_p) char *out = malloc(in_bytes + 1);
    size_t length = 0;

    if (out == NULL) {
        return fail_memory(f);
    }
    for (size_t at = 0; at < in_bytes;) {
        int byte = decode_one(in, in_bytes, form, &at);
        if (byte <= 0) {
            return fail_set(f, FAIL_INPUT,
                            byte == 0 ? "NUL is not allowed" : "broken percent-encoding");
        }
        out[length++] = (char)byte;
    }
    out[length] = '\0';
    if (!text_is_utf8(out, length)) {
        return fail_set(f, FAIL_INPUT, "not valid UTF-8");
    }
    *ret = take_ptr(out);
    return 0;
}

/* Length of the sequence that a first byte announces, with the smallest code point that needs it; 0 = no first byte. */
static size_t sequence(unsigned char first, uint32_t *ret_bits, uint32_t *ret_least)
{
    static const struct {
        unsigned char mask, mark;
        size_t length;
        uint32_t least;
    } forms[] = { { 0x80, 0x00, 1, 0 },
                  { 0xE0, 0xC0, 2, 0x80 },
                  { 0xF0, 0xE0, 3, 0x800 },
                  { 0xF8, 0xF0, 4, 0x10000 } };
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if ((first & forms[i].mask) == forms[i].mark) {
            *ret_bits = first & (unsigned char)~forms[i].mask;
            *ret_least = forms[i].least;
            return forms[i].length;
        }
    }
    return 0;
}

bool text_is_utf8(const char *text, size_t size_bytes)
{
    const unsigned char *bytes = (const unsigned char *)text;
    for (size_t at = 0; at < size_bytes;) {
        uint32_t point = 0, least = 0;
        size_t length = sequence(bytes[at], &point, &least);
        if (length == 0 || length > size_bytes - at) {
            return false;
        }
        for (size_t i = 1; i < length; i++) {
            if ((bytes[at + i] & 0xC0) != 0x80) {
                return false;
            }
            point = point << 6 | (bytes[at + i] & 0x3F);
        }
        if (point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
            return false;
        }
        at += length;
    }
    return true;
}

bool text_is_plain(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7F) {
            return false;
        }
    }
    return true;
}

static bool in_set(char c, const char *set)
{
    while (*set != '\0') {
        if (set[1] == '-' && set[2] != '\0') {
            if (c >= set[0] && c <= set[2]) {
                return true;
            }
            set += 3;
        } else if (*set++ == c) {
            return true;
        }
    }
    return false;
}

bool text_has_only(const char *text, const char *set)
{
    while (*text != '\0' && in_set(*text, set)) {
        text++;
    }
    return *text == '\0';
}

bool text_is_choice(const char *word, const char *choices)
{
    size_t length = strlen(word);
    while (*choices != '\0') {
        size_t choice = strcspn(choices, "|");
        if (choice == length && length > 0 && strncmp(choices, word, length) == 0) {
            return true;
        }
        choices += choice + (choices[choice] == '|');
    }
    return false;
}

bool text_to_int(const char *text, int64_t min, int64_t max, int64_t *ret)
{
    struct fail unsaid;
    const char *digits = text + (text[0] == '-');
    if (digits[0] == '0' && (digits[1] != '\0' || digits != text)) {
        return false;
    }
    return str_to_int(text, min, max, "number", ret, &unsaid) == 0;
}

bool text_is_shallow_json(const char *json, size_t size_bytes)
{
    size_t depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < size_bytes; i++) {
        char c = json[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JSON_DEPTH_MAX) {
                return false;
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return true;
}
