#include "worker/fulfillment/address.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/id.h"
#include "common/base/str.h"
#include "worker/fulfillment/address_tables.h"

enum { FOLDED_BYTES = 4608 };

static const struct country_rule *country_find(const char *code)
{
    for (size_t i = 0; i < COUNT_OF(country_rules); i++) {
        if (strcasecmp(country_rules[i].code, code) == 0) {
            return &country_rules[i];
        }
    }
    return NULL;
}

static bool is_gap(char c)
{
    return c == ' ' || c == '-';
}

static bool fits(char pattern, char c)
{
    switch (pattern) {
    case '9':
        return isdigit((unsigned char)c) != 0;
    case 'A':
        return isalpha((unsigned char)c) != 0;
    case '?':
        return isalnum((unsigned char)c) != 0;
    default:
        return toupper((unsigned char)c) == pattern;
    }
}

/* One alternative (up to | or the end) against the whole text; gaps are optional on both sides. */
static bool matches_one(const char *pattern, const char *text)
{
    for (;;) {
        while (is_gap(*pattern)) {
            pattern++;
        }
        while (is_gap(*text)) {
            text++;
        }
        if (*pattern == '\0' || *pattern == '|' || *text == '\0') {
            break;
        }
        if (!fits(*pattern++, *text++)) {
            return false;
        }
    }
    return (*pattern == '\0' || *pattern == '|') && *text == '\0';
}

bool address_zip_ok(const char *country, const char *zip)
{
    const struct country_rule *rule = country_find(country);

    if (rule == NULL) {
        return true;
    }
    for (const char *p = rule->pattern; p != NULL; p = strchr(p, '|')) {
        if (*p == '|') {
            p++;
        }
        if (matches_one(p, zip)) {
            return true;
        }
    }
    return rule->pattern == NULL;
}

static bool blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static bool has_digit(const char *text)
{
    return strpbrk(text, "0123456789") != NULL;
}

static const char *missing_part(const struct shopify_address *a, bool wants_zip)
{
    const struct {
        const char *value, *name;
        bool wanted;
    } parts[] = {
        { a->name, "name", true },
        { a->line1, "line 1", true },
        { a->city, "city", true },
        { a->zip, "postcode", wants_zip },
        { a->country_code, "country", true },
    };
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (parts[i].wanted && blank(parts[i].value)) {
            return parts[i].name;
        }
    }
    return NULL;
}

bool address_complete(const struct shopify_address *a, char why[static ADDRESS_WHY_BYTES])
{
    const struct country_rule *rule = country_find(a->country_code);
    const char *missing;

    if (!a->present) {
        (void)snprintf(why, ADDRESS_WHY_BYTES, "The order has no shipping address.");
        return false;
    }
    missing = missing_part(a, rule == NULL || rule->pattern != NULL);
    if (missing != NULL) {
        (void)snprintf(why, ADDRESS_WHY_BYTES, "The shipping address has no %s.", missing);
        return false;
    }
    if (!address_zip_ok(a->country_code, a->zip)) {
        (void)snprintf(why, ADDRESS_WHY_BYTES,
                       "Postcode \"%.24s\" does not have the form used in %.8s.", a->zip,
                       a->country_code);
        return false;
    }
    if (rule != NULL && rule->house_number && !has_digit(a->line1)) {
        (void)snprintf(why, ADDRESS_WHY_BYTES, "Line 1 has no house number, which %.8s needs.",
                       a->country_code);
        return false;
    }
    return true;
}

/* Lower case, dots and apostrophes gone, other punctuation a blank, one blank between words and around the whole. */
static void fold_into(char *out, size_t *at, const char *text)
{
    for (; *text != '\0' && *at + 2 < FOLDED_BYTES; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '.' || c == '\'') {
            continue;
        }
        if (c < 0x80 && !isalnum(c)) {
            if (out[*at - 1] != ' ') {
                out[(*at)++] = ' ';
            }
            continue;
        }
        out[(*at)++] = (char)(c < 0x80 ? tolower(c) : c);
    }
    if (out[*at - 1] != ' ') {
        out[(*at)++] = ' ';
    }
    out[*at] = '\0';
}

static void fold_address(const struct shopify_address *a, bool with_name,
                         char out[static FOLDED_BYTES])
{
    size_t at = 1;

    out[0] = ' ';
    out[1] = '\0';
    if (with_name) {
        fold_into(out, &at, a->name);
    }
    fold_into(out, &at, a->line1);
    fold_into(out, &at, a->line2);
    fold_into(out, &at, a->city);
}

static bool has_words(const char *folded, const char *words)
{
    size_t length = strlen(words);

    for (const char *p = strstr(folded, words); p != NULL; p = strstr(p + 1, words)) {
        if (p[-1] == ' ' && p[length] == ' ') {
            return true;
        }
    }
    return false;
}

static bool military_state(const struct shopify_address *a)
{
    for (size_t i = 0; i < COUNT_OF(military_states); i++) {
        if (strcasecmp(a->country_code, "US") == 0 &&
            strcasecmp(a->province_code, military_states[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool address_is_box(const struct shopify_address *a, char why[static ADDRESS_WHY_BYTES])
{
    char folded[FOLDED_BYTES];

    fold_address(a, false, folded);
    for (size_t i = 0; i < COUNT_OF(box_words); i++) {
        const struct box_word *w = &box_words[i];
        if (w->country[0] != '\0' && strcasecmp(w->country, a->country_code) != 0) {
            continue;
        }
        if (has_words(folded, w->words)) {
            (void)snprintf(why, ADDRESS_WHY_BYTES, "%s (\"%s\")", w->kind, w->words);
            return true;
        }
    }
    if (military_state(a)) {
        (void)snprintf(why, ADDRESS_WHY_BYTES, "military address (%.8s)", a->province_code);
        return true;
    }
    return false;
}

bool address_method_serves_boxes(const char *method)
{
    for (size_t i = 0; i < COUNT_OF(postal_methods); i++) {
        if (strcasestr(method, postal_methods[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* Next code point, or -1 for bytes that are not UTF-8. */
static int32_t next_code_point(const unsigned char **text)
{
    static const struct {
        unsigned char mask, mark;
        int more;
        int32_t least;
    } forms[] = { { 0x80, 0x00, 0, 0 },
                  { 0xe0, 0xc0, 1, 0x80 },
                  { 0xf0, 0xe0, 2, 0x800 },
                  { 0xf8, 0xf0, 3, 0x10000 } };
    const unsigned char *p = *text;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if ((*p & forms[i].mask) != forms[i].mark) {
            continue;
        }
        int32_t code = i == 0 ? *p : *p & (unsigned char)~forms[i].mask;
        for (int k = 1; k <= forms[i].more; k++) {
            if ((p[k] & 0xc0) != 0x80) {
                return -1;
            }
            code = code * 64 + (p[k] & 0x3f);
        }
        *text = p + forms[i].more + 1;
        return code >= forms[i].least ? code : -1;
    }
    return -1;
}

static bool printable_on_labels(int32_t c)
{
    static const struct {
        int32_t from, to;
    } ranges[] = {
        { 0x20, 0x7e },     { 0xa0, 0x24f },    /* Latin and its extensions */
        { 0x300, 0x36f },                       /* combining accents */
        { 0x1e00, 0x1eff },                     /* Vietnamese and others */
        { 0x2010, 0x2027 }, { 0x2030, 0x203a }, /* dashes and quotation marks */
        { 0x2116, 0x2116 },                     /* numero sign */
    };
    for (size_t i = 0; i < COUNT_OF(ranges); i++) {
        if (c >= ranges[i].from && c <= ranges[i].to) {
            return true;
        }
    }
    return c == '\t';
}

static bool text_printable(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    while (*p != '\0') {
        int32_t c = next_code_point(&p);
        if (c < 0 || !printable_on_labels(c)) {
            return false;
        }
    }
    return true;
}

bool address_script_ok(const struct shopify_address *a, char why[static ADDRESS_WHY_BYTES])
{
    const struct {
        const char *value, *name;
    } parts[] = { { a->name, "name" }, { a->line1, "line 1" },      { a->line2, "line 2" },
                  { a->city, "city" }, { a->province, "province" }, { a->zip, "postcode" } };

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        if (!text_printable(parts[i].value)) {
            (void)snprintf(why, ADDRESS_WHY_BYTES, "The %s has letters that carriers do not print.",
                           parts[i].name);
            return false;
        }
    }
    return true;
}

bool address_is_forwarder(const struct shopify_address *a)
{
    char folded[FOLDED_BYTES];

    fold_address(a, true, folded);
    for (size_t i = 0; i < COUNT_OF(forwarder_words); i++) {
        if (has_words(folded, forwarder_words[i])) {
            return true;
        }
    }
    return false;
}

bool address_email_disposable(const char *email)
{
    const char *at = strrchr(email, '@');

    for (size_t i = 0; at != NULL && i < COUNT_OF(disposable_domains); i++) {
        if (strcasecmp(at + 1, disposable_domains[i]) == 0) {
            return true;
        }
    }
    return false;
}

void address_phone(const char *raw, char out[static ADDRESS_PHONE_BYTES])
{
    size_t at = 0, digits = 0;

    for (; *raw != '\0' && at + 4 < ADDRESS_PHONE_BYTES; raw++) {
        if (isdigit((unsigned char)*raw) || (*raw == '+' && at == 0)) {
            out[at++] = *raw;
            digits += *raw != '+';
        }
    }
    out[digits >= 5 ? at : 0] = '\0';
}

void address_key(const struct shopify_address *a, char out[static ADDRESS_KEY_BYTES])
{
    char folded[FOLDED_BYTES];
    size_t at = 1;

    folded[0] = ' ';
    fold_into(folded, &at, a->line1);
    fold_into(folded, &at, a->zip);
    fold_into(folded, &at, a->country_code);
    id_sha256_hex(folded, at, out);
}
