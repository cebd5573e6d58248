#include "worker/discovery/html_token.h"

#include <string.h>
#include <strings.h>

#include "worker/discovery/text_utf8.h"
#include "worker/discovery/words/entities.h"

enum { LOOKS_PER_BYTE = 8, ENTITY_BYTES = 12 };

/* Elements whose content is not text for people. */
static const char *const skipped[] = {
    "script", "style",  "iframe",   "object",  "svg",      "math",     "title",
    "select", "canvas", "video",    "audio",   "textarea", "template", "applet",
    "xmp",    "button", "frameset", "noembed", "noframes", "noscript",
};

void html_reader_init(struct html_reader *r, const char *html)
{
    size_t size = strlen(html);

    *r = (struct html_reader){ .at = html, .end = html + size, .budget = size * LOOKS_PER_BYTE };
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == ':' || c == '-' || c == '_';
}

static const char *past(const struct html_reader *r, const char *from, const char *mark)
{
    size_t size = strlen(mark);
    const char *found = from < r->end ? memmem(from, (size_t)(r->end - from), mark, size) : NULL;

    return found == NULL ? r->end : found + size;
}

/* Behind the tag that begins at r->at; NULL when nothing ends it.  A ">" in a quoted value does not end a tag, as long as the
 * budget lasts: quotes that never close would otherwise be looked for again and again. */
static const char *tag_end(struct html_reader *r, const char *p)
{
    const char *from = p;
    char quote = 0;

    for (; p < r->end && r->budget > 0; p++, r->budget--) {
        if (quote != 0) {
            quote = *p == quote ? 0 : quote;
        } else if ((*p == '"' || *p == '\'') && p > from && p[-1] == '=') {
            quote = *p;
        } else if (*p == '>') {
            return p + 1;
        }
    }
    p = r->no_closer ? NULL : memchr(from, '>', (size_t)(r->end - from));
    r->no_closer = p == NULL;
    return p == NULL ? NULL : p + 1;
}

static void take_name(const char *from, const char *end, char name[static HTML_NAME_BYTES])
{
    size_t size = 0;

    while (from + size < end && is_name(from[size])) {
        size++;
    }
    name[0] = '\0';
    if (size >= HTML_NAME_BYTES) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        name[i] = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] + 'a' - 'A') : from[i];
    }
    name[size] = '\0';
}

static bool is_skipped(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(skipped); i++) {
        if (strcmp(name, skipped[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Only these may be empty by "/>". */
static bool is_foreign(const char *name)
{
    return strcmp(name, "svg") == 0 || strcmp(name, "math") == 0;
}

/* Pass over the content of a skipped element and its closing tag; without one the rest of the input is its content. */
static void skip_content(struct html_reader *r, const char *name)
{
    size_t size = strlen(name);

    while (r->at < r->end) {
        r->at = past(r, r->at, "</");
        if ((size_t)(r->end - r->at) >= size && strncasecmp(r->at, name, size) == 0 &&
            (r->at + size == r->end || !is_name(r->at[size]))) {
            const char *end = tag_end(r, r->at);

            r->at = end == NULL ? r->end : end;
            return;
        }
    }
}

/* Comments, declarations and processing instructions at r->at; true when one was passed over. */
static bool skip_aside(struct html_reader *r)
{
    size_t left = (size_t)(r->end - r->at);

    if (left >= 4 && memcmp(r->at, "<!--", 4) == 0) {
        const char *from = r->at + 4;

        r->at = left >= 5 && *from == '>'                       ? from + 1
                : left >= 6 && from[0] == '-' && from[1] == '>' ? from + 2
                                                                : past(r, from, "-->");
        return true;
    }
    if (left >= 2 && (r->at[1] == '!' || r->at[1] == '?')) {
        r->at = past(r, r->at, ">");
        return true;
    }
    return false;
}

static bool take_cdata(struct html_reader *r, struct html_token *ret)
{
    static const char begin[] = "<![CDATA[", end[] = "]]>";
    size_t left = (size_t)(r->end - r->at);
    const char *close = NULL;

    if (left < sizeof begin - 1 || memcmp(r->at, begin, sizeof begin - 1) != 0) {
        return false;
    }
    r->at += sizeof begin - 1;
    close = past(r, r->at, end);
    *ret = (struct html_token){ .kind = HTML_TEXT, .literal = true, .text = r->at };
    ret->size_bytes = (size_t)(close - r->at);
    if (ret->size_bytes >= sizeof end - 1 &&
        memcmp(close - sizeof end + 1, end, sizeof end - 1) == 0) {
        ret->size_bytes -= sizeof end - 1;
    }
    r->at = close;
    return true;
}

static bool take_tag(struct html_reader *r, struct html_token *ret)
{
    bool closes = r->end - r->at >= 2 && r->at[1] == '/';
    const char *name = r->at + 1 + closes, *end = NULL;

    if (name >= r->end || !is_letter(*name)) {
        return false;
    }
    end = tag_end(r, name);
    if (end == NULL) {
        return false;
    }
    *ret = (struct html_token){ .kind = closes ? HTML_CLOSE : HTML_OPEN };
    take_name(name, end, ret->name);
    r->at = end;
    if (!closes && is_skipped(ret->name) && !(is_foreign(ret->name) && end[-2] == '/')) {
        skip_content(r, ret->name);
    }
    return true;
}

/* Text up to the next "<" after the first byte. */
static void take_text(struct html_reader *r, struct html_token *ret)
{
    const char *next =
        r->end - r->at > 1 ? memchr(r->at + 1, '<', (size_t)(r->end - r->at - 1)) : NULL;

    next = next == NULL ? r->end : next;
    *ret = (struct html_token){ .kind = HTML_TEXT,
                                .text = r->at,
                                .size_bytes = (size_t)(next - r->at) };
    r->at = next;
}

struct html_token html_next(struct html_reader *r)
{
    struct html_token token = { .kind = HTML_END };

    while (r->at < r->end) {
        if (*r->at == '<') {
            if (take_cdata(r, &token) || take_tag(r, &token)) {
                return token;
            }
            if (skip_aside(r)) {
                continue;
            }
        }
        take_text(r, &token);
        return token;
    }
    return token;
}

/* The number of "&#65;" or "&#x41;"; *ret_size is its length, 0 when it is none. */
static uint32_t numbered(const char *p, size_t left, size_t *ret_size)
{
    bool hex = left > 2 && (p[2] == 'x' || p[2] == 'X');
    size_t i = hex ? 3 : 2, first = i;
    uint32_t code = 0;

    for (; i < left; i++) {
        uint32_t digit = p[i] >= '0' && p[i] <= '9'            ? (uint32_t)(p[i] - '0')
                         : hex && strchr("abcdefABCDEF", p[i]) ? (uint32_t)((p[i] | 32) - 'a' + 10)
                                                               : 16;
        if (digit == 16 || p[i] == '\0') {
            break;
        }
        code = code > 0x10FFFF ? code : code * (hex ? 16 : 10) + digit;
    }
    *ret_size = i == first ? 0 : i < left && p[i] == ';' ? i + 1 : i;
    return code;
}

static uint32_t named(const char *p, size_t left, size_t *ret_size)
{
    size_t size = 0;

    while (size + 1 < left && size < ENTITY_BYTES && is_name(p[size + 1])) {
        size++;
    }
    *ret_size = 0;
    for (size_t i = 0; i < COUNT_OF(entities); i++) {
        bool closed = size + 1 < left && p[size + 1] == ';';

        if (strlen(entities[i].name) == size && memcmp(entities[i].name, p + 1, size) == 0 &&
            (closed || entities[i].loose)) {
            *ret_size = size + 1 + closed;
            return entities[i].code;
        }
    }
    return 0;
}

/* The entity at p, which is "&": its code and length, length 0 when it is none. */
static uint32_t entity(const char *p, size_t left, size_t *ret_size)
{
    if (left > 2 && p[1] == '#') {
        return numbered(p, left, ret_size);
    }
    return named(p, left, ret_size);
}

/* Decode at p; "&amp;" followed by what makes another entity is that one. */
static size_t decode(const char *p, size_t left, uint32_t *ret)
{
    size_t size = 0, amp = 0;

    *ret = entity(p, left, &size);
    while (size > 0 && *ret == '&' && size >= 4 && p[size - 1] == ';') {
        char again[ENTITY_BYTES + 2] = "&";
        size_t more = left - size < ENTITY_BYTES ? left - size : ENTITY_BYTES;
        uint32_t code = 0;

        memcpy(again + 1, p + size, more);
        code = entity(again, more + 1, &amp);
        if (amp == 0 || again[amp - 1] != ';') {
            break;
        }
        *ret = code;
        size += amp - 1;
    }
    return size;
}

static void add_code(struct str *s, uint32_t code)
{
    if (code == '\n' || code == '\t' || code == '\r') {
        str_add_char(s, (char)code);
    } else if (!char_is_control(code) && !(code >= 0x202A && code <= 0x202E) &&
               !(code >= 0x2066 && code <= 0x2069) && code != 0xFEFF) {
        utf8_add(s, code);
    }
}

void html_add_decoded(struct str *s, const struct html_token *text)
{
    const char *p = text->text;
    size_t left = text->size_bytes;

    for (size_t size = 0; left > 0; left -= size, p += size) {
        uint32_t code = 0;

        size = *p == '&' && !text->literal ? decode(p, left, &code) : 0;
        if (size == 0) {
            size = utf8_next(p, left, &code);
        }
        add_code(s, code);
    }
}
