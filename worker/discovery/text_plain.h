/* Text brought to one plain form, in which words and numbers are looked for: lower-case ASCII without accents; look-alike letters,
 * full-width and decorated ones become the letter they show; dashes, quotes, multiplication signs and fractions one spelling each;
 * what is not seen is dropped.  What it met on the way that honest text does not need is told as signs.
 * Threads: pure functions. */
#pragma once

#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/base/str.h"

enum text_sign {
    SIGN_HIDDEN = 1 << 0, /* signs nobody sees: zero width, soft hyphens, direction marks */
    SIGN_FOREIGN =
        1 << 1, /* letters or digits outside the Latin alphabet, or dressed up as signs */
    SIGN_PICTURE = 1 << 2,   /* emoji and the like */
    SIGN_STAR = 1 << 3,      /* rating stars */
    SIGN_PLAY = 1 << 4,      /* buttons, bells, pointing hands */
    SIGN_CLOCK = 1 << 5,     /* clocks, hour glasses, alarm */
    SIGN_CURRENCY = 1 << 6,  /* signs of money other than the dollar in a word ("be$t") */
    SIGN_TRADEMARK = 1 << 7, /* (R), TM, (C) signs */
    SIGN_BROKEN = 1 << 8,    /* no UTF-8, control characters */
    SIGN_QUOTE = 1 << 9      /* quotation marks; not the apostrophe */
};

/* Append the plain form of text to *ret: printable ASCII and '\n'; words of unknown scripts become spaces.  *ret_signs gets a
 * set of enum text_sign.  FAIL_INPUT when *ret's maximum is passed. */
must_check int text_plain(const char *text, struct str *ret, unsigned *ret_signs, struct fail *f);
