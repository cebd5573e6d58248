#include "common/queue/job_scan.h"

#include <stdint.h>
#include <string.h>

#include "common/base/fail.h"

enum { DEPTH_MAX = 512, TOP = 1 };

/* Position in the text and the open containers: bit set = object. */
struct scan {
    const char *at, *end;
    const char *why;
    int depth, max_depth;
    uint8_t is_object[DEPTH_MAX / 8 + 1];
    json_member_fn *member;
    void *context;
    const char *name; /* of the present member of the top object */
    size_t name_bytes;
    struct json_span value; /* the one being read at the top, or below it */
    struct json_span top;
};

static int broken(struct scan *s, const char *why)
{
    s->why = why;
    return -1;
}

static void skip_space(struct scan *s)
{
    while (s->at < s->end &&
           (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r')) {
        s->at++;
    }
}

static bool next_is(const struct scan *s, char c)
{
    return s->at < s->end && *s->at == c;
}

static bool is_digit(const struct scan *s)
{
    return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* First bytes of UTF-8 sequences: range, further bytes, range of the second byte (Unicode, table
 * 3-7). */
static const struct utf8_row {
    uint8_t first, last, more, low, high;
} utf8_rows[] = {
    { 0xC2, 0xDF, 1, 0x80, 0xBF }, { 0xE0, 0xE0, 2, 0xA0, 0xBF }, { 0xE1, 0xEC, 2, 0x80, 0xBF },
    { 0xED, 0xED, 2, 0x80, 0x9F }, { 0xEE, 0xEF, 2, 0x80, 0xBF }, { 0xF0, 0xF0, 3, 0x90, 0xBF },
    { 0xF1, 0xF3, 3, 0x80, 0xBF }, { 0xF4, 0xF4, 3, 0x80, 0x8F },
};

/* Length of the multi-byte character at `at`; 0 = malformed. */
static size_t utf8_length(const char *at, const char *end)
{
    uint8_t first = (uint8_t)*at;

    for (size_t i = 0; i < COUNT_OF(utf8_rows); i++) {
        const struct utf8_row *row = &utf8_rows[i];

        if (first < row->first || first > row->last) {
            continue;
        }
        if (end - at <= row->more || (uint8_t)at[1] < row->low || (uint8_t)at[1] > row->high) {
            return 0;
        }
        for (int k = 2; k <= row->more; k++) {
            if (((uint8_t)at[k] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return row->more + 1U;
    }
    return 0;
}

static int scan_escape(struct scan *s)
{
    s->at++;
    if (s->at == s->end || memchr("\"\\/bfnrtu", *s->at, 9) == NULL) {
        return broken(s, "unknown escape in a string");
    }
    if (*s->at == 'u') {
        for (int i = 1; i <= 4; i++) {
            if (s->end - s->at <= i || !is_hex(s->at[i])) {
                return broken(s, "\\u without four hex digits");
            }
        }
        s->at += 4;
    }
    s->at++;
    return 0;
}

/* Top bit of each byte of `word` that is zero (and perhaps of some above it). */
static uint64_t zero_bytes(uint64_t word)
{
    return (word - 0x0101010101010101U) & ~word & 0x8080808080808080U;
}

/* Pass characters that need no look of their own, eight at a time: most of most payloads. */
static void skip_plain(struct scan *s)
{
    static const uint64_t ones = 0x0101010101010101U;
    uint64_t word;

    while (s->end - s->at >= (ptrdiff_t)sizeof word) {
        memcpy(&word, s->at, sizeof word);
        if (((word & 0x8080808080808080U) | zero_bytes(word ^ ones * '"') |
             zero_bytes(word ^ ones * '\\') | zero_bytes(word & ones * 0xE0)) != 0) {
            return;
        }
        s->at += sizeof word;
    }
}

/* At an opening quote; leaves after the closing one. */
static int scan_string(struct scan *s)
{
    s->at++;
    skip_plain(s);
    while (s->at < s->end && *s->at != '"') {
        uint8_t c = (uint8_t)*s->at;

        if (c < 0x20) {
            return broken(s, "control character in a string");
        }
        if (c == '\\') {
            TRY(scan_escape(s));
        } else if (c < 0x80) {
            s->at++;
        } else {
            size_t length = utf8_length(s->at, s->end);

            if (length == 0) {
                return broken(s, "not UTF-8");
            }
            s->at += length;
        }
    }
    if (s->at == s->end) {
        return broken(s, "string without end");
    }
    s->at++;
    return 0;
}

static int scan_digits(struct scan *s)
{
    if (!is_digit(s)) {
        return broken(s, "number without digits");
    }
    while (is_digit(s)) {
        s->at++;
    }
    return 0;
}

static int scan_number(struct scan *s)
{
    if (next_is(s, '-')) {
        s->at++;
    }
    if (next_is(s, '0')) {
        s->at++;
    } else {
        TRY(scan_digits(s));
    }
    if (next_is(s, '.')) {
        s->at++;
        TRY(scan_digits(s));
    }
    if (next_is(s, 'e') || next_is(s, 'E')) {
        s->at++;
        if (next_is(s, '+') || next_is(s, '-')) {
            s->at++;
        }
        TRY(scan_digits(s));
    }
    return 0;
}

static const struct word {
    const char *text;
    enum json_kind kind;
} words[] = { { "true", JSON_SPAN_TRUE },
              { "false", JSON_SPAN_FALSE },
              { "null", JSON_SPAN_NULL } };

/* A value that is not a container. */
static int scan_scalar(struct scan *s, enum json_kind *ret_kind)
{
    if (next_is(s, '"')) {
        *ret_kind = JSON_SPAN_STRING;
        return scan_string(s);
    }
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t length = strlen(words[i].text);

        if ((size_t)(s->end - s->at) >= length && memcmp(s->at, words[i].text, length) == 0) {
            *ret_kind = words[i].kind;
            s->at += length;
            return 0;
        }
    }
    *ret_kind = JSON_SPAN_NUMBER;
    return next_is(s, '-') || is_digit(s) ? scan_number(s) : broken(s, "value expected");
}

static bool in_object(const struct scan *s)
{
    return s->depth > 0 && (s->is_object[s->depth / 8] >> (s->depth % 8) & 1) != 0;
}

static int enter(struct scan *s)
{
    if (s->depth >= s->max_depth) {
        return broken(s, "nested too deeply");
    }
    s->depth++;
    if (*s->at == '{') {
        s->is_object[s->depth / 8] = (uint8_t)(s->is_object[s->depth / 8] | 1U << (s->depth % 8));
    } else {
        s->is_object[s->depth / 8] =
            (uint8_t)(s->is_object[s->depth / 8] & ~(1U << (s->depth % 8)));
    }
    s->at++;
    skip_space(s);
    return 0;
}

/* Name and colon of the next member. */
static int scan_name(struct scan *s)
{
    const char *begin = s->at + 1;

    if (!next_is(s, '"')) {
        return broken(s, "member name expected");
    }
    TRY(scan_string(s));
    if (s->depth == TOP) {
        s->name = begin;
        s->name_bytes = (size_t)(s->at - 1 - begin);
    }
    skip_space(s);
    if (!next_is(s, ':')) {
        return broken(s, "':' expected");
    }
    s->at++;
    skip_space(s);
    return 0;
}

/* A value begins: remember where, if it is the whole document or a direct child of it. */
static void begin_value(struct scan *s)
{
    struct json_span *span = s->depth == 0 ? &s->top : &s->value;

    if (s->depth <= TOP) {
        *span =
            (struct json_span){ s->at, 0, next_is(s, '{') ? JSON_SPAN_OBJECT : JSON_SPAN_ARRAY };
    }
}

static void end_value(struct scan *s)
{
    struct json_span *span = s->depth == 0 ? &s->top : &s->value;

    if (s->depth > TOP) {
        return;
    }
    span->size_bytes = (size_t)(s->at - span->text);
    if (s->depth == TOP && in_object(s) && s->member != NULL) {
        s->member(s->context, s->name, s->name_bytes, span);
    }
}

/* After a value: close every container that ends here.  1 = another value follows, 0 = document
 * done, -1 broken. */
static int scan_after(struct scan *s)
{
    while (s->depth > 0) {
        skip_space(s);
        if (next_is(s, ',')) {
            s->at++;
            skip_space(s);
            return 1;
        }
        if (!next_is(s, in_object(s) ? '}' : ']')) {
            return broken(s, "',' or end of container expected");
        }
        s->at++;
        s->depth--;
        end_value(s);
    }
    skip_space(s);
    return s->at == s->end ? 0 : broken(s, "text after the document");
}

/* One value, up to the first that is not a non-empty container. */
static int scan_value(struct scan *s)
{
    for (;;) {
        if (in_object(s)) {
            TRY(scan_name(s));
        }
        begin_value(s);
        if (!next_is(s, '{') && !next_is(s, '[')) {
            enum json_kind kind;

            TRY(scan_scalar(s, &kind));
            if (s->depth <= TOP) {
                *(s->depth == 0 ? &s->top.kind : &s->value.kind) = kind;
            }
            end_value(s);
            return 0;
        }
        TRY(enter(s));
        if (next_is(s, in_object(s) ? '}' : ']')) {
            s->at++;
            s->depth--;
            end_value(s);
            return 0;
        }
    }
}

int json_scan(const char *bytes, size_t size_bytes, int max_depth,
              const struct json_visitor *visitor, struct json_scanned *ret)
{
    struct scan s = { .at = bytes,
                      .end = bytes + size_bytes,
                      .max_depth = max_depth,
                      .member = visitor != NULL ? visitor->member : NULL,
                      .context = visitor != NULL ? visitor->context : NULL };
    int more = 1;

    if (max_depth > DEPTH_MAX) {
        s.max_depth = DEPTH_MAX;
    }
    skip_space(&s);
    while (more > 0) {
        more = scan_value(&s) < 0 ? -1 : scan_after(&s);
    }
    if (more < 0) {
        ret->why = s.why;
        return -1;
    }
    ret->top = s.top;
    return 0;
}

static uint32_t hex4(const char *at)
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++) {
        uint32_t c = (uint8_t)at[i];

        value = value * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
}

/* UTF-8 of a code point; its length. */
static size_t encode_utf8(uint32_t point, char out[static 4])
{
    static const uint8_t marks[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    for (size_t i = length; i-- > 1; point >>= 6) {
        out[i] = (char)(0x80 | (point & 0x3F));
    }
    out[0] = (char)(length == 1 ? point : marks[length] | point);
    return length;
}

/* The escape at raw[*at] (a backslash), moved past; bytes written to out, 0 = unusable.  raw has
 * been checked by json_scan. */
static size_t decode_escape(const char *raw, size_t raw_bytes, size_t *at, char out[static 4])
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    const char *plain = memchr(from, raw[*at + 1], sizeof from - 1);
    uint32_t point;

    if (plain != NULL) {
        out[0] = to[plain - from];
        *at += 2;
        return 1;
    }
    point = hex4(raw + *at + 2);
    *at += 6;
    if (point >= 0xD800 && point <= 0xDBFF && raw_bytes - *at >= 6 && raw[*at] == '\\' &&
        raw[*at + 1] == 'u') {
        uint32_t low = hex4(raw + *at + 2);

        if (low >= 0xDC00 && low <= 0xDFFF) {
            point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
            *at += 6;
        }
    }
    return point == 0 || (point >= 0xD800 && point <= 0xDFFF) ? 0 : encode_utf8(point, out);
}

bool json_span_text(const char *raw, size_t raw_bytes, char *field, size_t field_bytes)
{
    size_t used = 0;
    size_t at = 0;

    field[0] = '\0';
    if (raw_bytes >= 2 && raw[0] == '"') { /* a raw name cannot begin with a quote */
        raw++;
        raw_bytes -= 2;
    }
    while (at < raw_bytes) {
        char piece[4] = { raw[at] };
        size_t length = 1;

        if (raw[at] == '\\') {
            length = decode_escape(raw, raw_bytes, &at, piece);
        } else {
            at++;
        }
        if (length == 0 || used + length >= field_bytes) {
            field[0] = '\0';
            return false;
        }
        memcpy(field + used, piece, length);
        used += length;
    }
    field[used] = '\0';
    return true;
}
