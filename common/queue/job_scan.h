/* A JSON reader that only looks: it checks a whole document (RFC 8259, UTF-8) and reports where the
 * members of the top object stand, without building anything and without recursion.  This is what
 * allows a payload to be changed in place. Threads: pure functions; reported positions point into
 * the caller's text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"

enum json_kind {
    JSON_SPAN_OBJECT,
    JSON_SPAN_ARRAY,
    JSON_SPAN_STRING,
    JSON_SPAN_NUMBER,
    JSON_SPAN_TRUE,
    JSON_SPAN_FALSE,
    JSON_SPAN_NULL
};

/* One value in the text; a string with its quotes. */
struct json_span {
    const char *text;
    size_t size_bytes;
    enum json_kind kind;
};

/* Called for each member of the top object, in order; name is the raw text between the quotes. */
typedef void json_member_fn(void *context, const char *name, size_t name_bytes,
                            const struct json_span *value);
struct json_visitor {
    json_member_fn *member;
    void *context; /* its first argument */
};

/* What a scan has found. */
struct json_scanned {
    struct json_span top; /* the whole value; set after 0 only */
    const char *why;      /* a constant sentence; set after -1 only */
};
/* Check that the bytes are one JSON value, nested at most max_depth (at most 512) deep, and nothing
 * else; 0 or -1.  visitor: who is told of the members; NULL = nobody. */
must_check int json_scan(const char *bytes, size_t size_bytes, int max_depth,
                         const struct json_visitor *visitor, struct json_scanned *ret);

/* Decode a string span (or a raw name) into a field: escapes resolved, always terminated.  False
 * when it does not fit or holds U+0000 or half a surrogate pair; field is then "". */
bool json_span_text(const char *raw, size_t raw_bytes, char *field, size_t field_bytes);
