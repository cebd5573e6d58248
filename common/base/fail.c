#include "common/base/fail.h"

#include "common/base/str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* To add a kind: a line in fail.h and one here. */
static const struct fail_rule rules[FAIL_KINDS] = {
    /* kind            name        error_class       http  retry */
    [FAIL_NONE] = { "none", "", 200, false },
    [FAIL_LATER] = { "later", "TemporaryError", 503, true },
    [FAIL_UNKNOWN] = { "unknown", "UnknownOutcome", 502, true },
    [FAIL_LIMITED] = { "limited", "RateLimited", 429, true },
    [FAIL_INPUT] = { "input", "InputError", 400, false },
    [FAIL_MISSING] = { "missing", "NotFound", 404, false },
    [FAIL_DENIED] = { "denied", "AccessDenied", 403, false },
    [FAIL_CONFLICT] = { "conflict", "Conflict", 409, false },
    /* Tried again: the next release may have mended it, and meanwhile the job shows in the retry set. */
    [FAIL_BUG] = { "bug", "InternalError", 500, true },
};

const struct fail_rule *fail_rule(enum fail_kind kind)
{
    assert((int)kind >= 0 && kind < FAIL_KINDS);
    return &rules[kind];
}

static void printf_like(3, 0)
    fill(struct fail *f, enum fail_kind kind, const char *fmt, va_list args)
{
    /* The arguments may point into f->text, so it is written last. */
    char text[2 * sizeof f->text];

    assert(f != NULL);
    if (vsnprintf(text, sizeof text, fmt, args) < 0) {
        text[0] = '\0';
    }
    f->kind = kind;
    f->retry_after_ms = 0;
    f->code[0] = '\0';
    (void)str_fit(f->text, sizeof f->text, text); /* a long sentence is cut by contract */
}

int fail_set(struct fail *f, enum fail_kind kind, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fill(f, kind, fmt, args);
    va_end(args);
    return -1;
}

int fail_code(struct fail *f, enum fail_kind kind, const char *code, const char *fmt, ...)
{
    char kept[sizeof f->code];
    va_list args;

    (void)str_fit(kept, sizeof kept, code); /* before fill: `code` may be f->code */
    va_start(args, fmt);
    fill(f, kind, fmt, args);
    va_end(args);
    memcpy(f->code, kept, sizeof kept);
    return -1;
}

int fail_later(struct fail *f, enum fail_kind kind, int64_t retry_after_ms, const char *fmt, ...)
{
    va_list args;

    assert(kind == FAIL_LATER || kind == FAIL_LIMITED);
    va_start(args, fmt);
    fill(f, kind, fmt, args);
    va_end(args);
    f->retry_after_ms = retry_after_ms > 0 ? retry_after_ms : 0;
    return -1;
}

int fail_wrap(struct fail *f, const char *fmt, ...)
{
    char context[sizeof f->text];
    char text[2 * sizeof f->text + 2];
    va_list args;

    va_start(args, fmt);
    if (vsnprintf(context, sizeof context, fmt, args) < 0) {
        context[0] = '\0';
    }
    va_end(args);
    (void)snprintf(text, sizeof text, "%s: %s", context, f->text); /* the buffer holds both */
    (void)str_fit(f->text, sizeof f->text, text);
    return -1;
}

int fail_memory(struct fail *f)
{
    return fail_set(f, FAIL_LATER, "out of memory");
}
