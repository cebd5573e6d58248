#include "worker/discovery/text_plain.h"

#include <string.h>

#include "worker/discovery/text_utf8.h"
#include "worker/discovery/words/characters.h"

enum { LATIN_FIRST = 0xC0, LATIN_LAST = 0x17F, ALPHABET = 26 };

_Static_assert(sizeof latin == 2 * (LATIN_LAST - LATIN_FIRST + 1) + 1,
               "two places for each letter");

static const struct character *listed(uint32_t c)
{
    size_t low = 0, high = COUNT_OF(characters);

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (characters[middle].code == c) {
            return &characters[middle];
        }
        if (characters[middle].code < c) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* The letter or digit that a decorated one shows; 0 = none. */
static char undressed(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E) { /* full width */
        return (char)(c - 0xFF01 + '!');
    }
    for (size_t i = 0; i < COUNT_OF(dressed); i++) {
        if (c >= dressed[i].from && c <= dressed[i].to) {
            return dressed[i].row != NULL ? dressed[i].row[c - dressed[i].from]
                                          : (char)('a' + (c - dressed[i].from) % ALPHABET);
        }
    }
    for (size_t i = 0; i < COUNT_OF(phonetic); i++) {
        if (phonetic[i].code == c) {
            return phonetic[i].plain;
        }
    }
    return 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void add_latin(struct str *ret, uint32_t c)
{
    const char *two = latin + (size_t)2 * (c - LATIN_FIRST);

    str_add_bytes(ret, two, two[1] == ' ' ? 1 : 2);
}

/* Signs that are not letters of ours: symbols become a space, letters of other scripts too, but they are told. */
static unsigned add_stranger(struct str *ret, uint32_t c)
{
    char shown = undressed(c);

    if (shown != 0) {
        str_add_char(ret, lower(shown));
        return c >= 0xFF01 && c <= 0xFF0F ? 0 : SIGN_FOREIGN;
    }
    str_add_char(ret, ' ');
    if (char_is_picture(c)) {
        return SIGN_PICTURE;
    }
    if (c >= 0x20A0 && c <= 0x20CF) {
        return SIGN_CURRENCY;
    }
    return (c >= 0x2010 && c <= 0x2052) || (c >= 0x2200 && c <= 0x22FF) ||
                   (c >= 0x3000 && c <= 0x3030) || c < LATIN_FIRST
               ? 0
               : SIGN_FOREIGN;
}

static unsigned add_wide(struct str *ret, uint32_t c)
{
    const struct character *row = listed(c);

    if (row != NULL) {
        str_add(ret, row->plain);
        return row->sign;
    }
    if (c >= LATIN_FIRST && c <= LATIN_LAST) {
        add_latin(ret, c);
        return 0;
    }
    return add_stranger(ret, c);
}

/* A mark: accents are taken off in silence, strokes through letters and frames around them are a disguise. */
static unsigned sign_of_mark(uint32_t c)
{
    return (c >= 0x334 && c <= 0x338) || (c >= 0x20D0 && c <= 0x20FF) || c > 0x36F ? SIGN_FOREIGN
                                                                                   : 0;
}

static unsigned add_character(struct str *ret, uint32_t c, uint32_t before)
{
    if (c == '\n') {
        str_add_char(ret, '\n');
        return 0;
    }
    if (char_is_space(c)) {
        str_add_char(ret, ' ');
        return 0;
    }
    if (char_is_control(c) || c == UTF8_REPLACEMENT) {
        return SIGN_BROKEN;
    }
    if (c < 0x80) {
        str_add_char(ret, lower((char)c));
        return c == '"' ? SIGN_QUOTE : 0;
    }
    if (char_is_mark(c)) {
        return sign_of_mark(c);
    }
    if (char_is_hidden(c)) { /* joiners and selectors belong to pictures */
        return char_is_picture(before) ? 0 : SIGN_HIDDEN;
    }
    return add_wide(ret, c);
}

int text_plain(const char *text, struct str *ret, unsigned *ret_signs, struct fail *f)
{
    size_t left = strlen(text);
    uint32_t c = 0, before = 0;
    unsigned signs = 0;

    for (size_t size = 0; left > 0; left -= size, text += size) {
        size = utf8_next(text, left, &c);
        signs |= add_character(ret, c, before);
        before = char_is_hidden(c) ? before : c;
    }
    TRY(str_ok(ret, f));
    *ret_signs = signs;
    return 0;
}
