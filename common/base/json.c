#include "common/base/json.h"

#include "common/base/str.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int json_parse(const char *text, size_t size_bytes, const char *what, json_t **ret, struct fail *f)
{
    json_error_t error;
    /* An escaped NUL somewhere in a customer's text must not make a whole page of orders unreadable. */
    json_t *root = json_loadb(text, size_bytes, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

    if (root != NULL) {
        *ret = root;
        return 0;
    }
    switch (json_error_code(&error)) {
    case json_error_out_of_memory:
    case json_error_unknown: /* what is left when jansson could not even make a message */
        return fail_memory(f);
    case json_error_premature_end_of_input:
        return fail_set(f, FAIL_INPUT, "%s: JSON ends too early (after %d bytes)", what,
                        error.position);
    default:
        return fail_set(f, FAIL_INPUT, "%s: no valid JSON (line %d, column %d)", what, error.line,
                        error.column);
    }
}

/* The member or element that the first `size` bytes of `step` name. */
static const json_t *step_into(const json_t *from, const char *step, size_t size)
{
    char digits[20];
    int64_t index = 0;
    struct fail unused;

    if (json_is_object(from)) {
        return json_object_getn(from, step, size);
    }
    if (!json_is_array(from) || size >= sizeof digits) {
        return NULL;
    }
    memcpy(digits, step, size);
    digits[size] = '\0';
    if (str_to_int(digits, 0, INT64_MAX, "index", &index, &unused) < 0) {
        return NULL; /* not an index: no such element */
    }
    return json_array_get(from, (size_t)index);
}

json_t *json_at(const json_t *root, const char *path)
{
    const json_t *at = root;

    while (at != NULL && *path != '\0') {
        size_t size = strcspn(path, ".");

        at = step_into(at, path, size);
        path += size + (path[size] == '.' ? 1 : 0);
    }
    if (at == NULL || json_is_null(at)) {
        return NULL;
    }
    return (json_t *)(uintptr_t)
        at; /* as jansson: reading through const gives a borrowed, mutable value */
}

const char *json_text(const json_t *root, const char *path, const char *otherwise)
{
    const char *text = json_string_value(json_at(root, path));

    return text != NULL ? text : otherwise;
}

/* A real without fraction that every int64 and double agree on. */
static bool whole_real(const json_t *value, int64_t *ret)
{
    double real = json_real_value(value);

    if (!json_is_real(value) || !(fabs(real) <= 9007199254740992.0) || real != trunc(real)) {
        return false;
    }
    *ret = (int64_t)real;
    return true;
}

const char *json_id_text(const json_t *root, const char *path, char *buf, size_t buf_bytes)
{
    const json_t *value = json_at(root, path);
    char number[32] = "";
    const char *text = number;
    int64_t whole = 0;

    if (json_is_string(value)) {
        text = json_string_value(value);
    } else if (json_is_integer(value)) {
        (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    } else if (whole_real(value, &whole)) {
        (void)snprintf(number, sizeof number, "%lld", (long long)whole);
    }
    if (str_fit(buf, buf_bytes, text)) {
        return buf;
    }
    buf[0] = '\0'; /* half an id would name something else */
    return json_is_string(value) ? json_string_value(value) : buf;
}

int64_t json_int(const json_t *root, const char *path, int64_t otherwise)
{
    const json_t *value = json_at(root, path);
    int64_t whole = 0;
    struct fail unused;

    if (json_is_integer(value)) {
        return json_integer_value(value);
    }
    if (whole_real(value, &whole)) {
        return whole;
    }
    if (json_is_string(value) &&
        str_to_int(json_string_value(value), INT64_MIN, INT64_MAX, path, &whole, &unused) == 0) {
        return whole;
    }
    return otherwise;
}

bool json_truth(const json_t *root, const char *path, bool otherwise)
{
    const json_t *value = json_at(root, path);
    const char *text = json_string_value(value);

    if (json_is_boolean(value)) {
        return json_is_true(value);
    }
    if (json_is_integer(value)) {
        json_int_t number = json_integer_value(value);

        return number == 0 || number == 1 ? number == 1 : otherwise;
    }
    if (text != NULL && (strcmp(text, "1") == 0 || strcmp(text, "true") == 0)) {
        return true;
    }
    if (text != NULL && (strcmp(text, "0") == 0 || strcmp(text, "false") == 0)) {
        return false;
    }
    return otherwise;
}

int json_money(const json_t *root, const char *path, const char *currency, struct money *ret,
               struct fail *f)
{
    const json_t *value = json_at(root, path);
    char number[40] = "";

    if (json_is_integer(value)) {
        (void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    } else if (json_is_real(value)) {
        /* 15 digits give back every decimal that was written with at most 15. */
        (void)snprintf(number, sizeof number, "%.15g", json_real_value(value));
    } else if (!json_is_string(value)) {
        return fail_set(f, FAIL_INPUT, "%s: no amount", path);
    }
    if (money_parse(json_is_string(value) ? json_string_value(value) : number, currency, ret, f) <
        0) {
        return fail_wrap(f, "%s", path);
    }
    return 0;
}

int json_write(const json_t *value, char **ret, struct fail *f)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    if (text == NULL) {
        return fail_memory(f);
    }
    *ret = text;
    return 0;
}
