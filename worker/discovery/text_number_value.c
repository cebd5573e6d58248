/* Reading one value: "1,000.5", "1.5", "1,5", "1 1/2", "10 000". */
#include <string.h>

#include "worker/discovery/text_numbers_priv.h"

enum { DIGITS_MAX = 12, DECIMALS_MAX = 6, GROUP = 3 };

static size_t digits(const char *p)
{
    size_t size = 0;

    while (plain_digit(p[size])) {
        size++;
    }
    return size;
}

static int64_t value_of(const char *p, size_t size)
{
    int64_t value = 0;

    for (size_t i = 0; i < size; i++) {
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

/* How many groups of three digits follow, each behind `mark`. */
static size_t groups(const char *p, char mark)
{
    size_t count = 0;

    while (*p == mark && digits(p + 1) == GROUP) {
        p += GROUP + 1;
        count++;
    }
    return count;
}

static void take_decimals(struct number_value *v, char mark)
{
    size_t size = *v->end == mark ? digits(v->end + 1) : 0;

    for (size_t i = 0; i < size && i < DECIMALS_MAX; i++) {
        v->top = v->top * 10 + (v->end[i + 1] - '0');
        v->bottom *= 10;
    }
    if (size > 0) {
        v->end += size + 1;
    }
}

static void take_groups(struct number_value *v, char mark, size_t count)
{
    for (size_t i = 0; i < count && i < GROUP; i++, v->end += GROUP + 1) {
        v->top = v->top * 1000 + value_of(v->end + 1, GROUP);
    }
    take_decimals(v, mark == ',' ? '.' : ',');
}

/* "/2" behind `top`: the denominator of a proper fraction of the kitchen and the workshop, or 0. */
static int64_t fraction(const char *p, int64_t top, const char **ret_end)
{
    size_t size = *p == '/' ? digits(p + 1) : 0;
    int64_t bottom = size > 0 && size <= 2 ? value_of(p + 1, size) : 0;

    if (top >= bottom || (bottom != 3 && bottom != 5 && (bottom & (bottom - 1)) != 0) ||
        p[size + 1] == '/') {
        return 0;
    }
    *ret_end = p + 1 + size;
    return bottom;
}

/* "1/2", or " 1/2" behind whole ones. */
static bool take_fraction(struct number_value *v)
{
    const char *p = v->end;
    size_t size = 0;
    int64_t top = 0, bottom = fraction(p, v->top, &v->end);

    if (bottom > 0) {
        v->bottom = bottom;
        return true;
    }
    while (*p == ' ') {
        p++;
    }
    size = digits(p);
    if (p == v->end || size == 0 || size > 2) {
        return false;
    }
    top = value_of(p, size);
    bottom = fraction(p + size, top, &v->end);
    if (bottom == 0) {
        return false;
    }
    v->top = v->top * bottom + top;
    v->bottom = bottom;
    return true;
}

/* ",5" that may be a decimal comma, or a list "1,5"; more than one comma is a list, of which this is the first. */
static void take_comma(struct number_value *v)
{
    size_t size = digits(v->end + 1);
    const char *behind = v->end + 1 + size;

    if (size == 0 || size > DECIMALS_MAX || (*behind == ',' && plain_digit(behind[1]))) {
        return;
    }
    v->parts[0] = v->top;
    v->parts[1] = value_of(v->end + 1, size);
    take_decimals(v, ',');
}

struct number_value number_value_of(const char *p)
{
    size_t size = digits(p);
    struct number_value v = { .bottom = 1, .parts = { -1, -1 }, .end = p + size };

    if (size > DIGITS_MAX) {
        v.bottom = 0;
        return v;
    }
    v.top = value_of(p, size);
    size_t commas = size <= GROUP && v.top > 0 ? groups(v.end, ',') : 0;
    size_t dots = size <= GROUP && v.top > 0 ? groups(v.end, '.') : 0;
    if (commas > 0) {
        take_groups(&v, ',', commas);
    } else if (dots > 1) {
        take_groups(&v, '.', dots);
    } else if (*v.end == '.') {
        take_decimals(&v, '.');
    } else if (*v.end == ',') {
        take_comma(&v);
    } else if (size <= GROUP && strncmp(v.end, " 000", 4) == 0 && !plain_digit(v.end[4])) {
        v.top *= 1000;
        v.end += 4;
    } else {
        (void)take_fraction(&v);
    }
    return v;
}
