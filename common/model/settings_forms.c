#include "common/model/settings_forms.h"

#include <string.h>

#include "common/base/money.h"
#include "common/base/str.h"
#include "common/model/price.h"
#include "common/model/settings_countries.h"
#include "common/model/settings_lists.h"

#define LETTERS  "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS   "0123456789"

/* 0, or FAIL_INPUT with what is wrong, without the setting's name. */
typedef int form_check(const char *value, struct fail *f);

static int wrong(const char *item, const char *what, struct fail *f)
{
    char shown[32];
    bool whole = str_fit(shown, sizeof shown, item);

    return fail_set(f, FAIL_INPUT, "'%s%s' is no %s", shown, whole ? "" : "...", what);
}

static bool made_of(const char *text, const char *allowed)
{
    return text[strspn(text, allowed)] == '\0';
}

/* Each item of a list by itself; a list that is not empty has one. */
static int check_items(const char *list, form_check *check, struct fail *f)
{
    char item[SETTING_ITEM_BYTES];
    size_t count = 0;

    for (; setting_item(&list, item, sizeof item); count++) {
        TRY(check(item, f));
    }
    return count > 0 ? 0 : fail_set(f, FAIL_INPUT, "it names none");
}

/* ---- words ---- */

static int check_line(const char *value, struct fail *f)
{
    for (const char *at = value; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == '\x7f') {
            return fail_set(f, FAIL_INPUT, "there is a line break or control character in it");
        }
    }
    return made_of(value, " ") ? fail_set(f, FAIL_INPUT, "there are only spaces") : 0;
}

static int check_words(const char *value, struct fail *f)
{
    return check_items(value, check_line, f);
}

static int check_id(const char *item, struct fail *f)
{
    return made_of(item, LETTERS CAPITALS DIGITS "-_") ? 0 : wrong(item, "id", f);
}

static int check_ids(const char *value, struct fail *f)
{
    return check_items(value, check_id, f);
}

static int check_model(const char *value, struct fail *f)
{
    bool fits = value[0] != '\0' && made_of(value, LETTERS CAPITALS DIGITS "-_.:/@+");
    return fits ? 0 : wrong(value, "model's name", f);
}

/* ---- countries ---- */

static int check_country(const char *value, struct fail *f)
{
    const char *at = strlen(value) == 2 && made_of(value, CAPITALS) ? ISO_COUNTRIES : "";

    while (*at != '\0' && strncmp(at, value, 2) != 0) {
        at += sizeof "US " - 1;
    }
    return *at != '\0' ? 0 : wrong(value, "country", f);
}

static int check_countries(const char *value, struct fail *f)
{
    char country[8], seen[SETTING_MARKETS_MAX][sizeof country];
    size_t count = 0;

    TRY(check_items(value, check_country, f));
    while (setting_item(&value, country, sizeof country)) {
        for (size_t i = 0; i < count; i++) {
            if (strcmp(seen[i], country) == 0) {
                return fail_set(f, FAIL_INPUT, "%s stands twice", country);
            }
        }
        if (count == SETTING_MARKETS_MAX) {
            return fail_set(f, FAIL_INPUT, "there are more");
        }
        memcpy(seen[count++], country, sizeof country);
    }
    return 0;
}

/* ---- money ---- */

static int check_endings(const char *value, struct fail *f)
{
    struct endings ignored;

    return endings_parse(value, &ignored, f);
}

static int check_currency(const char *item, struct fail *f)
{
    char code[4] = "";
    int64_t ignored = 0;

    (void)str_fit(code, sizeof code, item); /* "EUR:1080000000" */
    return money_wire_scale(MONEY_API_SHOPIFY, code, &ignored, f) < 0 ? wrong(code, "currency", f)
                                                                      : 0;
}

static int check_rates(const char *value, struct fail *f)
{
    int64_t ignored = 0;

    TRY(setting_rate(value, "", &ignored, f)); /* to the list's end */
    return check_items(value, check_currency, f);
}

static int check_price(const char *item, struct fail *f)
{
    struct setting_price price;

    if (strchr(item, ' ') != NULL || !setting_price_read(item, strlen(item), &price)) {
        return wrong(item, "MODEL:IN:OUT", f);
    }
    return 0;
}

static int check_prices(const char *value, struct fail *f)
{
    return check_items(value, check_price, f);
}

/* ---- addresses ---- */

/* Labels of letters, digits and hyphens between dots; an IPv4 address is such a name. */
static bool is_name(const char *host)
{
    bool starts = true;

    for (const char *at = host; *at != '\0'; at++) {
        if (*at == '.' ? starts : strchr(LETTERS CAPITALS DIGITS "-", *at) == NULL) {
            return false;
        }
        starts = *at == '.';
    }
    return !starts && host[0] != '-';
}

static bool is_port(const char *text)
{
    int64_t port = 0;
    struct fail ignored;

    return text[0] != '0' && str_to_int(text, 1, 65535, "port", &port, &ignored) == 0;
}

/* HOST or HOST:PORT; *ret_port: what follows the colon, "" = nothing.  host is cut there. */
static bool split_host(char *host, const char **ret_port)
{
    static const char LOOP6[] = "[::1]";
    size_t size =
        strncmp(host, LOOP6, sizeof LOOP6 - 1) == 0 ? sizeof LOOP6 - 1 : strcspn(host, ":");
    bool has_port = host[size] == ':';

    if (host[size] != '\0' && (!has_port || !is_port(host + size + 1))) {
        return false;
    }
    *ret_port = host + size + (has_port ? 1 : 0);
    host[size] = '\0';
    return strcmp(host, LOOP6) == 0 || is_name(host);
}

static int check_host(const char *item, struct fail *f)
{
    char host[SETTING_ITEM_BYTES];
    const char *port;

    return str_fit(host, sizeof host, item) && split_host(host, &port) ? 0 : wrong(item, "host", f);
}

static int check_hosts(const char *value, struct fail *f)
{
    return check_items(value, check_host, f);
}

static bool is_this_machine(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "127.0.0.1") == 0 ||
           strcmp(host, "[::1]") == 0;
}

/* As a browser sends it: lower case, without a path, without the scheme's own port; plain http on this machine alone. */
static int check_origin(const char *item, struct fail *f)
{
    bool secure = strncmp(item, "https://", 8) == 0;
    char host[SETTING_ITEM_BYTES];
    const char *port = "";
    bool plain = strncmp(item, "http://", 7) == 0;

    if ((!secure && !plain) || !str_fit(host, sizeof host, item + (secure ? 8 : 7)) ||
        strpbrk(host, CAPITALS) != NULL || !split_host(host, &port) ||
        (plain && !is_this_machine(host)) || strcmp(port, secure ? "443" : "80") == 0) {
        return wrong(item, "origin a browser sends over https", f);
    }
    return 0;
}

static int check_origins(const char *value, struct fail *f)
{
    return check_items(value, check_origin, f);
}

static int check_url(const char *value, struct fail *f)
{
    char host[SETTING_BYTES] = "";
    const char *port, *path = NULL;
    bool secure = strncmp(value, "https://", 8) == 0;

    if (secure && str_fit(host, sizeof host, value + 8)) {
        path = value + 8 + strcspn(host, "/");
        host[strcspn(host, "/")] = '\0';
    }
    if (path == NULL || !split_host(host, &port) ||
        !made_of(path, LETTERS CAPITALS DIGITS "/-._~%")) {
        return wrong(value, "https address", f);
    }
    return 0;
}

/* ---- the forms ---- */

/* To add a form: a line here; the settings of that form name it in settings_table.h. */
static const struct setting_form {
    const char *name;
    const char *what, *example; /* "NAME takes WHAT, like EXAMPLE" */
    form_check *check;
} forms[] = {
    { "line", "one line of text", "My Shop", check_line },
    { "words", "search words, separated by commas", "yoga mat,water bottle", check_words },
    { "ids", "category ids, separated by commas", "2409A1B7-6B2C,2409A1B8", check_ids },
    { "model", "the name of one model", "gpt-6-luna", check_model },
    { "country", "one country by its two capital letters", "CN", check_country },
    { "countries", "1 to 16 countries by their two capital letters, separated by commas",
      "US,DE,FR", check_countries },
    { "endings", "PERIOD:ENDING,ENDING in minor units", "1000:490,990", check_endings },
    { "rates", "CODE:RATE items, the rate times 10^9, separated by commas",
      "EUR:1080000000,GBP:1270000000", check_rates },
    { "prices", "MODEL:IN:OUT items of whole numbers, separated by commas",
      "gpt-6-luna:100000:500000", check_prices },
    { "hosts", "HOST or HOST:PORT items, separated by commas",
      "img.example.com,cdn.example.com:8443", check_hosts },
    { "origins", "origins without a path, separated by commas", "https://shop.example.com",
      check_origins },
    { "url", "an https address", "https://ops.example.com", check_url },
};

static const struct setting_form *find_form(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if (strcmp(forms[i].name, name) == 0) {
            return &forms[i];
        }
    }
    return NULL;
}

bool setting_form_known(const char *name)
{
    return find_form(name) != NULL;
}

int setting_form_check(const struct setting_rule *rule, const char *value, struct fail *f)
{
    const struct setting_form *form = find_form(rule->choices);

    bool may_be_empty = rule->min == 0;

    if (form == NULL || (may_be_empty && value[0] == '\0') || form->check(value, f) == 0) {
        return 0;
    }
    return fail_set(f, FAIL_INPUT, "%s takes %s, like %s; %s", rule->name, form->what,
                    form->example, f->text);
}
