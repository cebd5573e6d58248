/* Failures as values.  A fallible function returns 0 (done), -1 (failed, *f filled) or a positive number for another
 * expected outcome that its header names.  The kind tells the caller what to do next; nobody decides by the text.
 * A struct fail lives in the caller's memory and has a fixed size, so reporting "out of memory" needs none.
 * Threads: no shared state; one record belongs to one thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/attr.h"

enum fail_kind {
    FAIL_NONE,
    FAIL_LATER,    /* passing trouble; nothing was done; the same call may succeed later */
    FAIL_UNKNOWN,  /* the act may or may not have happened: read back before repeating a write */
    FAIL_LIMITED,  /* a quota or rate limit said no; nothing was done; see retry_after_ms */
    FAIL_INPUT,    /* what we were given is wrong and will stay wrong */
    FAIL_MISSING,  /* the named thing does not exist */
    FAIL_DENIED,   /* credentials, scope or permission */
    FAIL_CONFLICT, /* it exists already, or its state forbids the act */
    FAIL_BUG,      /* a broken invariant of ours or of a contract we rely on */
    FAIL_KINDS
};

struct fail {
    enum fail_kind kind;
    int64_t retry_after_ms; /* advice with FAIL_LATER and FAIL_LIMITED; 0 = none */
    char code[48];          /* machine-readable reason ("PRICE_RISE", "1604000"), or "" */
    char text[400];         /* sentence for people; never a secret */
};

/* What follows from a kind; the only place where this is written down. */
struct fail_rule {
    const char *name;        /* "later" */
    const char *error_class; /* Sidekiq error_class: "TemporaryError" */
    int http_status;         /* what the API answers */
    bool retry;              /* whether a job that failed so is tried again */
};
/* The rule of a kind; lives for ever. */
const struct fail_rule *fail_rule(enum fail_kind kind);

/* Fill *f (code and advice are cleared).  Text longer than the field is cut at a UTF-8 boundary.  Always -1. */
int fail_set(struct fail *f, enum fail_kind kind, const char *fmt, ...) printf_like(3, 4);
/* The same with a machine-readable code. */
int fail_code(struct fail *f, enum fail_kind kind, const char *code, const char *fmt, ...)
    printf_like(4, 5);
/* FAIL_LATER or FAIL_LIMITED with advice in milliseconds. */
int fail_later(struct fail *f, enum fail_kind kind, int64_t retry_after_ms, const char *fmt, ...)
    printf_like(4, 5);
/* Put context in front of the present text: "context: text".  Kind and code stay.  Always -1. */
int fail_wrap(struct fail *f, const char *fmt, ...) printf_like(2, 3);
/* FAIL_LATER "out of memory".  Always -1. */
int fail_memory(struct fail *f);

/* Leave the function with -1 when `call` failed.  Cleanup is left to scopes. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        if ((call) < 0) {                                                                          \
            return -1;                                                                             \
        }                                                                                          \
    } while (0)
