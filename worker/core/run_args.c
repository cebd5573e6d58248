#include "worker/core/run_args.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"

enum { NUMBER_BYTES = 512, ESCAPE_BYTES = 6 };

static const char number_bytes[] = "+-.0123456789eE";

static bool is_high(const char *escape)
{
    return escape[1] == 'u' && (escape[2] | 0x20) == 'd' && strchr("89abAB", escape[3]) != NULL;
}

static bool is_low(const char *escape)
{
    return escape[1] == 'u' && (escape[2] | 0x20) == 'd' && strchr("cdefCDEF", escape[3]) != NULL;
}

/* An escape at `at`; returns what follows it. */
static const char *copy_escape(const char *at, const char *end, struct str *out)
{
    size_t size = at[1] == 'u' ? ESCAPE_BYTES : 2;

    if (is_high(at) && end - at > 2 * ESCAPE_BYTES && at[ESCAPE_BYTES] == '\\' &&
        is_low(at + ESCAPE_BYTES)) {
        size = (size_t)2 * ESCAPE_BYTES; /* a whole pair */
    } else if (is_high(at) || is_low(at)) {
        str_add(out, "\\ufffd");
        return at + size;
    }
    str_add_bytes(out, at, size);
    return at + size;
}

static const char *copy_string(const char *at, const char *end, struct str *out)
{
    str_add_char(out, *at++);
    while (*at != '"') {
        if (*at == '\\') {
            at = copy_escape(at, end, out);
        } else {
            str_add_char(out, *at++);
        }
    }
    str_add_char(out, *at);
    return at + 1;
}

/* Whether the digits fit a C type; a number that is longer than any that does is not looked at. */
static bool fits(const char *text, size_t size_bytes)
{
    char number[NUMBER_BYTES];

    if (size_bytes >= sizeof number) {
        return false;
    }
    memcpy(number, text, size_bytes);
    number[size_bytes] = '\0';
    errno = 0;
    if (strpbrk(number, ".eE") == NULL) {
        (void)strtoll(number, NULL, 10);
        return errno == 0;
    }
    double value = strtod(number, NULL);
    return value <= 1.7976931348623157e308 && value >= -1.7976931348623157e308;
}

static const char *copy_number(const char *at, const char *end, struct str *out)
{
    size_t size = 0;

    while (at + size < end && memchr(number_bytes, at[size], sizeof number_bytes - 1) != NULL) {
        size++;
    }
    bool plain = fits(at, size);
    str_add(out, plain ? "" : "\"");
    str_add_bytes(out, at, size);
    str_add(out, plain ? "" : "\"");
    return at + size;
}

int run_args_parse(const char *text, size_t size_bytes, json_t **ret, struct fail *f)
{
    scoped(str_done) struct str fitting;
    const char *end = text + size_bytes;

    str_init(&fitting, 2 * size_bytes + NUMBER_BYTES); /* two quotes for a long number */
    if (json_parse(text, size_bytes, "args", ret, f) == 0) {
        return 0;
    }
    for (const char *at = text; at < end;) {
        if (*at == '"') {
            at = copy_string(at, end, &fitting);
        } else if (*at == '-' || (*at >= '0' && *at <= '9')) {
            at = copy_number(at, end, &fitting);
        } else {
            str_add_char(&fitting, *at++);
        }
    }
    TRY(str_ok(&fitting, f));
    return json_parse(fitting.data, fitting.len, "args", ret, f);
}
