/* A route: one line of the table in routes.c, from which matching, checks, the OpenAPI document and the 405 answers are made.
 * Constant data; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

struct request;
struct reply;

/* Answer a request whose fields are all checked.  0 = *re is filled; -1 = *f says why not, and is told to the client as far as
 * it is the client's business (dispatch.h). */
typedef int route_fn(struct request *rq, struct reply *re, struct fail *f);

/* Refuse by the head alone, before the body is read.  0 = go on, 1 = *re is the answer. */
typedef int route_head_fn(struct request *rq, struct reply *re);

enum field_place { FIELD_IN_PATH, FIELD_IN_QUERY, FIELD_IN_BODY };
enum field_type {
    FIELD_TEXT,   /* UTF-8 without control characters */
    FIELD_INT,    /* whole number; a JSON integer in a body */
    FIELD_CHOICE, /* one of `choices` */
    FIELD_TIME,   /* RFC 3339 */
    FIELD_SCALAR, /* body only: text, integer or boolean; handed over as text */
    FIELD_ARRAY,  /* body only: a JSON array; handed over as compact JSON, its numbers as parsed */
    FIELD_OBJECT, /* body only: a JSON object; handed over like an array */
    FIELD_LINES   /* body only: text that may have line breaks and tabs */
};

struct field {
    const char *name;
    enum field_place place;
    enum field_type type;
    bool required;       /* fields of the path always are */
    int64_t min, max;    /* INT: range; others: bytes */
    const char *set;     /* TEXT: allowed characters (text_has_only); NULL = any */
    const char *choices; /* CHOICE: "a|b|c" */
    const char *help;
};

/* Who may call; each includes the ones before. */
enum route_access { ACCESS_OPEN, ACCESS_READ, ACCESS_OPERATE, ACCESS_ADMIN };

enum { ROUTE_FIELDS_MAX = 14, ROUTE_BODY_BYTES = 256 * 1024 };

struct route {
    const char *method, *path; /* "GET", "/api/v1/orders/{id}" */
    enum route_access access;
    route_fn *run;
    const char *help;
    struct field fields[ROUTE_FIELDS_MAX]; /* ended by name == NULL unless full */
    size_t
        raw_bytes; /* > 0: the body is taken as it is, up to so many bytes; 0: JSON, ROUTE_BODY_BYTES */
    route_head_fn *check_head; /* NULL = nothing to check */
    /* Of the answer 200: name of its schema in api/http/openapi/; or, when it is not JSON, its media
     * types ("text/csv|application/json").  "202 Name": of another status.  NULL = not said. */
    const char *answer;
};

extern const struct route routes[];
extern const size_t route_count;

/* Fields in use. */
size_t route_fields(const struct route *route);
