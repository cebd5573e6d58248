/* The forms in which CJ writes the same thing. */
#include "worker/providers/cj/cj_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"

enum { QUOTE_FROM_DIGITS = 19, WHOLE_DIGITS_MAX = 12 };

/* Bytes of the JSON string that starts at `at`, both quotes included. */
static size_t string_bytes(const char *at, const char *end)
{
    const char *p = at + 1;

    while (p < end && *p != '"') {
        p += *p == '\\' ? 2 : 1;
    }
    return (size_t)((p < end ? p + 1 : end) - at);
}

static size_t number_bytes(const char *at, const char *end)
{
    const char *p = at;

    while (p < end && (isdigit((unsigned char)*p) || strchr("+-.eE", *p) != NULL) && *p != '\0') {
        p++;
    }
    return (size_t)(p - at);
}

static bool is_long_integer(const char *number, size_t size_bytes)
{
    size_t digits = 0;

    for (size_t i = number[0] == '-' ? 1 : 0; i < size_bytes; i++, digits++) {
        if (!isdigit((unsigned char)number[i])) {
            return false;
        }
    }
    return digits >= QUOTE_FROM_DIGITS;
}

void cj_quote_long_integers(const char *json, size_t json_bytes, struct str *ret)
{
    const char *end = json + json_bytes;

    for (const char *at = json; at < end;) {
        size_t size = 1;

        if (*at == '"') {
            size = string_bytes(at, end);
        } else if (*at == '-' || isdigit((unsigned char)*at)) {
            size = number_bytes(at, end);
        }
        if (*at != '"' && is_long_integer(at, size)) {
            str_add_char(ret, '"');
            str_add_bytes(ret, at, size);
            str_add_char(ret, '"');
        } else {
            str_add_bytes(ret, at, size);
        }
        at += size;
    }
}

int cj_read_id(const json_t *node, const char *path, char *field, size_t field_bytes,
               struct fail *f)
{
    char buf[32];

    if (!str_fit(field, field_bytes, json_id_text(node, path, buf, sizeof buf)) ||
        field[0] == '\0') {
        return fail_set(f, FAIL_BUG, "CJ: no usable id in %s", path);
    }
    return 0;
}

/* "11.85" at *at -> cents, a fraction of a cent rounded up: a cost is never understated.  false
 * = no such number. */
static bool take_decimal(const char **at, int64_t *ret_cents)
{
    const char *p = *at;
    int64_t cents = 0;
    int decimals = 0;
    bool rest = false;

    for (int digits = 0; isdigit((unsigned char)*p); p++, digits++) {
        if (digits == WHOLE_DIGITS_MAX) {
            return false;
        }
        cents = cents * 10 + (*p - '0');
    }
    if (*p == '.' && !isdigit((unsigned char)*++p)) {
        return false;
    }
    for (; isdigit((unsigned char)*p); p++, decimals++) {
        if (decimals < 2) {
            cents = cents * 10 + (*p - '0');
        } else {
            rest |= *p != '0';
        }
    }
    for (; decimals < 2; decimals++) {
        cents *= 10;
    }
    *ret_cents = cents + rest;
    *at = p;
    return true;
}

static bool skip_between(const char **at, bool *dash)
{
    if (strchr(" \t$-~", **at) != NULL) {
        *dash |= **at == '-' || **at == '~';
        (*at)++;
        return true;
    }
    if (strncmp(*at, "USD", 3) == 0) {
        *at += 3;
        return true;
    }
    return false;
}

int cj_parse_price(const char *text, struct money *ret_min, struct money *ret_max)
{
    int64_t first = 0;
    int64_t last = 0;
    int count = 0;
    bool dash = false;

    while (text != NULL && *text != '\0') {
        if (!isdigit((unsigned char)*text)) {
            if (!skip_between(&text, &dash)) {
                return 1;
            }
            continue;
        }
        if (dash != (count > 0) || !take_decimal(&text, &last)) {
            return 1; /* a sign before the first number, none between two */
        }
        first = count++ == 0 ? last : first;
        dash = false;
    }
    if (count == 0 || dash) {
        return 1;
    }
    *ret_min = (struct money){ first < last ? first : last, "USD" };
    *ret_max = (struct money){ first < last ? last : first, "USD" };
    return 0;
}

/* Number or text at path as text; numbers with the 15 digits that survive being a double. */
static const char *amount_text(const json_t *node, const char *path, char *buf, size_t buf_bytes)
{
    const json_t *value = json_at(node, path);

    if (json_is_integer(value)) {
        snprintf(buf, buf_bytes, "%lld", (long long)json_integer_value(value));
        return buf;
    }
    if (json_is_real(value)) {
        snprintf(buf, buf_bytes, "%.15g", json_real_value(value));
        return buf;
    }
    return json_text(node, path, "");
}

int cj_read_price(const json_t *node, const char *path, struct money *ret_min,
                  struct money *ret_max)
{
    char buf[48];

    return cj_parse_price(amount_text(node, path, buf, sizeof buf), ret_min, ret_max);
}

bool cj_read_amount(const json_t *node, const char *path, struct money *ret)
{
    struct money min, max;

    if (cj_read_price(node, path, &min, &max) != 0 || min.minor != max.minor) {
        return false;
    }
    *ret = min;
    return true;
}

int64_t cj_read_weight(const json_t *node, const char *path)
{
    struct money min, max;

    if (cj_read_price(node, path, &min, &max) != 0 || max.minor == 0) {
        return -1;
    }
    return (max.minor + 99) / 100; /* read like a price: hundredths of a gram */
}

int64_t cj_read_time(const json_t *node, const char *path)
{
    const char *text = json_text(node, path, NULL);
    int64_t epoch_ms = json_int(node, path, 0);
    int64_t at_us = 0;
    struct fail ignored;

    if (epoch_ms > 0) {
        return epoch_ms <= INT64_MAX / 1000 ? epoch_ms * 1000 : 0;
    }
    if (text == NULL || clock_parse(text, &at_us, &ignored) < 0) {
        return 0;
    }
    return at_us;
}

const char *cj_country(const char *code)
{
    return strcasecmp(code, "UK") == 0 ? "GB" : code;
}
