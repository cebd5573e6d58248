#include "worker/discovery/text_utf8.h"

#include <string.h>

struct range {
    uint32_t from, to;
};

static bool within(uint32_t c, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (c >= ranges[i].from && c <= ranges[i].to) {
            return true;
        }
    }
    return false;
}

#define WITHIN(c, ranges) within(c, ranges, COUNT_OF(ranges))

size_t utf8_next(const char *text, size_t left, uint32_t *ret)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *b = (const unsigned char *)text;
    size_t size = b[0] < 0x80 ? 1 : b[0] >= 0xF0 ? 4 : b[0] >= 0xE0 ? 3 : b[0] >= 0xC0 ? 2 : 0;
    uint32_t c = size == 1 ? b[0] : size == 0 ? 0 : b[0] & (0x7Fu >> size);

    *ret = UTF8_REPLACEMENT;
    if (size == 0 || b[0] > 0xF4 || size > left) {
        return 1;
    }
    for (size_t i = 1; i < size; i++) {
        if ((b[i] & 0xC0) != 0x80) {
            return 1;
        }
        c = c << 6 | (b[i] & 0x3Fu);
    }
    if (c < least[size] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) {
        return 1;
    }
    *ret = c;
    return size;
}

void utf8_add(struct str *s, uint32_t c)
{
    static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    char bytes[4];

    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) || c == 0) {
        c = UTF8_REPLACEMENT;
    }
    if (c < 0x80) {
        str_add_char(s, (char)c);
        return;
    }
    size_t size = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    bytes[0] = (char)(lead[size] | c);
    str_add_bytes(s, bytes, size);
}

bool char_is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c & 0xFFFE) == 0xFFFE ||
           (c >= 0xFDD0 && c <= 0xFDEF);
}

bool char_is_hidden(uint32_t c)
{
    static const struct range ranges[] = {
        { 0xAD, 0xAD },     { 0x34F, 0x34F },   { 0x61C, 0x61C },     { 0x115F, 0x1160 },
        { 0x17B4, 0x17B5 }, { 0x180B, 0x180F }, { 0x200B, 0x200F },   { 0x202A, 0x202E },
        { 0x2060, 0x206F }, { 0x3164, 0x3164 }, { 0xFE00, 0xFE0F },   { 0xFEFF, 0xFEFF },
        { 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFFB }, { 0x1BCA0, 0x1BCA3 }, { 0xE0000, 0xE0FFF },
    };
    return WITHIN(c, ranges);
}

bool char_is_mark(uint32_t c)
{
    static const struct range ranges[] = {
        { 0x300, 0x36F },   { 0x483, 0x489 },   { 0x591, 0x5BD },   { 0x5BF, 0x5C7 },
        { 0x610, 0x61A },   { 0x64B, 0x65F },   { 0x670, 0x670 },   { 0x6D6, 0x6ED },
        { 0x900, 0x903 },   { 0x93A, 0x94F },   { 0x951, 0x957 },   { 0x981, 0x983 },
        { 0x9BC, 0x9CD },   { 0xA3C, 0xA4D },   { 0xB3C, 0xB4D },   { 0xBBE, 0xBCD },
        { 0xE31, 0xE31 },   { 0xE33, 0xE3A },   { 0xE47, 0xE4E },   { 0x1AB0, 0x1AFF },
        { 0x1DC0, 0x1DFF }, { 0x20D0, 0x20FF }, { 0x3099, 0x309A }, { 0xFE20, 0xFE2F },
    };
    return WITHIN(c, ranges);
}

bool char_is_picture(uint32_t c)
{
    static const struct range ranges[] = {
        { 0x2190, 0x21FF }, { 0x2300, 0x23FF }, { 0x2460, 0x27BF }, { 0x2900, 0x297F },
        { 0x2B00, 0x2BFF }, { 0x3030, 0x3030 }, { 0x303D, 0x303D }, { 0x3297, 0x3299 },
        { 0xE000, 0xF8FF }, { 0x203C, 0x203C }, { 0x2049, 0x2049 }, { 0x1F000, 0x1FAFF },
    };
    return WITHIN(c, ranges);
}

bool char_is_space(uint32_t c)
{
    return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
           c == 0x205F || c == 0x3000;
}

static bool is_flag(uint32_t c)
{
    return c >= 0x1F1E6 && c <= 0x1F1FF;
}

enum hangul { HANGUL_NO, HANGUL_L, HANGUL_V, HANGUL_T, HANGUL_LV, HANGUL_LVT };

static enum hangul hangul_of(uint32_t c)
{
    if (c >= 0xAC00 && c <= 0xD7A3) {
        return (c - 0xAC00) % 28 == 0 ? HANGUL_LV : HANGUL_LVT;
    }
    return c >= 0x1100 && c <= 0x115F   ? HANGUL_L
           : c >= 0x1160 && c <= 0x11A7 ? HANGUL_V
           : c >= 0x11A8 && c <= 0x11FF ? HANGUL_T
                                        : HANGUL_NO;
}

static bool hangul_joins(enum hangul a, enum hangul b)
{
    return (a == HANGUL_L && b != HANGUL_NO && b != HANGUL_T) ||
           ((a == HANGUL_LV || a == HANGUL_V) && (b == HANGUL_V || b == HANGUL_T)) ||
           ((a == HANGUL_LVT || a == HANGUL_T) && b == HANGUL_T);
}

/* Whether `c` belongs to the cluster that ends in `before`; flags: how many regional letters stand before it. */
static bool joins(uint32_t before, uint32_t c, size_t flags)
{
    if (before == '\r' && c == '\n') {
        return true;
    }
    if (char_is_control(before) || char_is_control(c)) {
        return false;
    }
    if (char_is_mark(c) || (char_is_hidden(c) && c != 0x200B) || (c >= 0x1F3FB && c <= 0x1F3FF)) {
        return true;
    }
    if (before == 0x200D && char_is_picture(c)) {
        return true;
    }
    return (is_flag(c) && flags % 2 == 1) || hangul_joins(hangul_of(before), hangul_of(c));
}

size_t text_length(const char *text)
{
    size_t left = strlen(text), count = 0, flags = 0;
    uint32_t before = '\n', c = 0;

    for (size_t size = 0; left > 0; left -= size, text += size) {
        size = utf8_next(text, left, &c);
        count += !joins(before, c, flags);
        flags = is_flag(c) ? flags + 1 : 0;
        before = c;
    }
    return count;
}
