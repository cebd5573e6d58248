/* Texts, lists in texts, addresses and customs numbers of CJ's catalogue. */
#include "worker/providers/cj/products_priv.h"

#include <ctype.h>
#include <string.h>

#include "common/base/json.h"

enum { JOINED_BYTES = 4096, PART_BYTES = 1024 };

static json_t *parse_list(const char *text)
{
    json_t *list = NULL;
    struct fail ignored;

    if (text[strspn(text, " \t\r\n")] != '[' ||
        json_parse(text, strlen(text), "list", &list, &ignored) < 0) {
        return NULL;
    }
    if (!json_is_array(list)) {
        json_decref(list);
        return NULL;
    }
    return list;
}

json_t *cj_read_list(const json_t *node, const char *path)
{
    json_t *value = json_at(node, path);
    const char *text = json_string_value(value);
    json_t *list = text != NULL ? parse_list(text) : NULL;

    if (json_is_array(value)) {
        return json_incref(value);
    }
    if (value == NULL || list != NULL || (text != NULL && text[0] == '\0')) {
        return list;
    }
    return json_pack("[O]", value);
}

void cj_read_joined(const json_t *node, const char *path, char *field, size_t field_bytes)
{
    scoped(json_clear_p) json_t *list = cj_read_list(node, path);
    scoped(str_done) struct str joined;
    size_t i;
    json_t *part;

    str_init(&joined, JOINED_BYTES);
    json_array_foreach(list, i, part)
    {
        char text[PART_BYTES];

        (void)str_fit(text, sizeof text, json_text(part, "", ""));
        if (text[0] == '\0') {
            continue;
        }
        if (joined.len + strlen(text) + 2 > JOINED_BYTES) {
            break; /* the fields are smaller */
        }
        str_addf(&joined, "%s%s", joined.len > 0 ? ", " : "", text);
    }
    (void)str_fit(field, field_bytes, joined.failed ? "" : joined.data);
}

void cj_read_text(const json_t *node, const char *const *paths, char *field, size_t field_bytes)
{
    field[0] = '\0';
    for (; *paths != NULL && field[0] == '\0'; paths++) {
        cj_read_joined(node, *paths, field, field_bytes);
    }
}

void cj_read_image(const json_t *node, const char *path, char *field, size_t field_bytes)
{
    if (!str_fit(field, field_bytes, json_text(node, path, ""))) {
        field[0] = '\0'; /* half an address shows something else */
    }
}

void cj_read_hs_code(const json_t *node, const char *path, char *field, size_t field_bytes)
{
    char number[32];
    const char *text = json_id_text(node, path, number, sizeof number);
    size_t digits = 0;

    field[0] = '\0';
    for (; *text != '\0'; text++) {
        if (*text == '.' || *text == ' ') {
            continue;
        }
        if (!isdigit((unsigned char)*text) || digits + 1 >= field_bytes) {
            field[0] = '\0';
            return;
        }
        field[digits++] = *text;
        field[digits] = '\0';
    }
    /* An odd number of digits has lost a leading zero, and would name other goods. */
    if (digits < 6 || digits > 13 || (digits % 2 != 0 && digits != 13)) {
        field[0] = '\0';
    }
}
