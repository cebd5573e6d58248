/* HTML of unknown make cut into text and tags.  Nothing is believed of its structure: comments, declarations, scripts, styles and
 * embedded documents are passed over, and a "<" that begins no tag is text.  Time is linear in the input, whatever it is.
 * Threads: a reader belongs to one thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/str.h"

enum html_kind { HTML_TEXT, HTML_OPEN, HTML_CLOSE, HTML_END };

enum { HTML_NAME_BYTES = 16 };

struct html_reader {
    const char *at, *end;
    size_t budget;  /* bytes that may still be looked at for the end of a tag with quotes */
    bool no_closer; /* there is no further ">" */
};

struct html_token {
    enum html_kind kind;
    bool literal;               /* text in which "&" means itself (CDATA) */
    char name[HTML_NAME_BYTES]; /* of a tag, lower case; "" when longer than any we know */
    const char *text;           /* of HTML_TEXT: borrowed from the input, entities as they stand */
    size_t size_bytes;
};

/* Begin to read html, which must outlive the reader. */
void html_reader_init(struct html_reader *r, const char *html);
/* The next token; HTML_END for good at the end. */
struct html_token html_next(struct html_reader *r);

/* Append text with its entities decoded: named ones (the common 120), decimal and hexadecimal, also encoded twice ("&amp;lt;");
 * what is none stays.  Control characters and bytes that are no UTF-8 are dropped or replaced. */
void html_add_decoded(struct str *s, const struct html_token *text);
