#include "common/base/str.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <openssl/crypto.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static char empty[1]; /* what `data` shows before the first append; never written */

enum { FIRST_BYTES = 64 };

void str_init(struct str *s, size_t max_bytes)
{
    *s = (struct str){ .data = empty, .max_bytes = max_bytes };
}

void str_done(struct str *s)
{
    if (s == NULL) {
        return;
    }
    if (s->cap > 0) {
        free(s->data);
    }
    str_init(s, s->max_bytes);
}

void str_clear(struct str *s)
{
    s->len = 0;
    s->failed = false;
    s->no_memory = false;
    if (s->cap > 0) {
        s->data[0] = '\0';
    }
}

static void give_up(struct str *s, bool no_memory)
{
    s->failed = true;
    s->no_memory = no_memory;
}

/* Room for `more` bytes and the NUL; false (and failed) when there is none. */
static bool reserve(struct str *s, size_t more)
{
    size_t cap = s->cap > 0 ? s->cap : FIRST_BYTES;
    char *data = NULL;

    if (s->failed) {
        return false;
    }
    if (more > s->max_bytes - s->len) {
        give_up(s, false);
        return false;
    }
    if (s->cap > s->len + more) {
        return true;
    }
    while (cap <= s->len + more) {
        cap = cap > SIZE_MAX / 2 ? s->len + more + 1 : cap * 2;
    }
    data = realloc(s->cap > 0 ? s->data : NULL, cap);
    if (data == NULL) {
        give_up(s, true);
        return false;
    }
    data[s->len] = '\0';
    s->data = data;
    s->cap = cap;
    return true;
}

void str_add_bytes(struct str *s, const void *bytes, size_t size_bytes)
{
    if (size_bytes == 0 || !reserve(s, size_bytes)) {
        return;
    }
    memcpy(s->data + s->len, bytes, size_bytes);
    s->len += size_bytes;
    s->data[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
    str_add_bytes(s, text, strlen(text));
}

void str_add_char(struct str *s, char c)
{
    str_add_bytes(s, &c, 1);
}

void str_vaddf(struct str *s, const char *fmt, va_list args)
{
    va_list again;
    int size = 0;

    va_copy(again, args);
    size = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (size < 0) {
        give_up(s, true);
        return;
    }
    if (!reserve(s, (size_t)size)) {
        return;
    }
    if (vsnprintf(s->data + s->len, (size_t)size + 1, fmt, args) != size) {
        give_up(s, true);
        return;
    }
    s->len += (size_t)size;
}

void str_addf(struct str *s, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    str_vaddf(s, fmt, args);
    va_end(args);
}

int str_ok(const struct str *s, struct fail *f)
{
    if (!s->failed) {
        return 0;
    }
    if (s->no_memory) {
        return fail_memory(f);
    }
    return fail_set(f, FAIL_INPUT, "text longer than %zu bytes", s->max_bytes);
}

char *str_steal(struct str *s)
{
    char *data = NULL;

    if (s->failed) {
        return NULL;
    }
    if (s->cap == 0) {
        return calloc(1, 1);
    }
    data = s->data;
    str_init(s, s->max_bytes);
    return data;
}

int str_copy(const char *text, char **ret, struct fail *f)
{
    char *copy = strdup(text);

    if (copy == NULL) {
        return fail_memory(f);
    }
    *ret = copy;
    return 0;
}

bool str_fit(char *field, size_t field_bytes, const char *text)
{
    size_t size = strnlen(text, field_bytes);
    bool whole = size < field_bytes;

    assert(field_bytes > 0);
    if (!whole) {
        size = field_bytes - 1;
        while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80) {
            size--; /* text[size] continues a character that began before: drop it whole */
        }
    }
    memmove(field, text, size);
    field[size] = '\0';
    return whole;
}

static bool url_safe(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

void str_add_url(struct str *s, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (url_safe(*at)) {
            str_add_char(s, *at);
        } else {
            str_addf(s, "%%%02X", (unsigned)(unsigned char)*at);
        }
    }
}

bool str_same_secret(const void *a, size_t a_bytes, const void *b, size_t b_bytes)
{
    return a_bytes == b_bytes && CRYPTO_memcmp(a, b, a_bytes) == 0;
}

int str_to_int(const char *text, int64_t min, int64_t max, const char *what, int64_t *ret,
               struct fail *f)
{
    const char *digits = text + (min < 0 && text[0] == '-' ? 1 : 0);
    size_t count = strspn(digits, "0123456789");
    long long value = 0;

    if (count == 0 || digits[count] != '\0') {
        return fail_set(f, FAIL_INPUT, "%s: '%.40s' is not a whole number", what, text);
    }
    errno = 0;
    value = strtoll(text, NULL, 10);
    if (errno == ERANGE || value < min || value > max) {
        return fail_set(f, FAIL_INPUT, "%s: '%.40s' is not within %lld to %lld", what, text,
                        (long long)min, (long long)max);
    }
    *ret = value;
    return 0;
}

/* -?digits[.digits][e[+-]digits]: what strtod takes beyond that (hex, inf, nan, spaces) is refused. */
static bool plain_decimal(const char *text)
{
    static const char digits[] = "0123456789";
    size_t count = 0;

    text += text[0] == '-' ? 1 : 0;
    count = strspn(text, digits);
    if (count == 0) {
        return false;
    }
    text += count;
    if (text[0] == '.') {
        count = strspn(text + 1, digits);
        if (count == 0) {
            return false;
        }
        text += 1 + count;
    }
    if (text[0] == 'e' || text[0] == 'E') {
        text += 1 + (text[1] == '+' || text[1] == '-' ? 1 : 0);
        count = strspn(text, digits);
        if (count == 0) {
            return false;
        }
        text += count;
    }
    return text[0] == '\0';
}

int str_to_double(const char *text, double min, double max, const char *what, double *ret,
                  struct fail *f)
{
    double value = 0;

    if (!plain_decimal(text) || (text[0] == '-' && min >= 0)) {
        return fail_set(f, FAIL_INPUT, "%s: '%.40s' is not a number", what, text);
    }
    value = strtod(text, NULL);
    if (!isfinite(value) || value < min || value > max) {
        return fail_set(f, FAIL_INPUT, "%s: '%.40s' is not within %g to %g", what, text, min, max);
    }
    *ret = value;
    return 0;
}
