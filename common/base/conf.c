#include "common/base/conf.h"

#include "common/base/conf_priv.h"
#include "common/base/listen.h"
#include "common/base/log.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

const struct conf_rule conf_rules[CONF_COUNT] = {
#define CONF_ROW(id, env, type, min, max, otherwise, unit, secret, help)                           \
    [CONF_##id] = { env, type, min, max, otherwise, unit, secret, help },
#include "common/base/conf_table.h"
#undef CONF_ROW
};

enum conf_id conf_find(const char *env, size_t size_bytes)
{
    int id = 0;

    while (id < CONF_COUNT && (strlen(conf_rules[id].env) != size_bytes ||
                               memcmp(conf_rules[id].env, env, size_bytes) != 0)) {
        id++;
    }
    return (enum conf_id)id;
}

/* One line of mistakes: which setting, what is wrong, what to do.  A secret's value is not shown. */
static void mistake(struct str *mistakes, enum conf_id id, const char *value, const char *wanted)
{
    const struct conf_rule *rule = &conf_rules[id];

    if (rule->secret) {
        str_addf(mistakes, "%s: %s (its value is not shown)\n", rule->env, wanted);
    } else {
        str_addf(mistakes, "%s: '%.60s': %s\n", rule->env, value, wanted);
    }
}

/* scheme://anything, printable and without spaces */
static bool is_url(const char *value)
{
    size_t scheme = strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789+-.");

    if (scheme == 0 || strncmp(value + scheme, "://", 3) != 0 || value[scheme + 3] == '\0') {
        return false;
    }
    for (const char *at = value; *at != '\0'; at++) {
        if (!isgraph((unsigned char)*at)) {
            return false;
        }
    }
    return true;
}

static bool has_control(const char *value)
{
    for (; *value != '\0'; value++) {
        if (iscntrl((unsigned char)*value)) {
            return true;
        }
    }
    return false;
}

static void check_text(enum conf_id id, const char *value, struct str *mistakes)
{
    const struct conf_rule *rule = &conf_rules[id];
    size_t size = strlen(value);
    const char *form = conf_form_wanted(id, value);
    char wanted[100];

    if (size < (size_t)rule->min || size > (size_t)rule->max) {
        (void)snprintf(wanted, sizeof wanted, "give %lld to %lld characters, not %zu",
                       (long long)rule->min, (long long)rule->max, size);
        mistake(mistakes, id, value, wanted);
    } else if (rule->type == CONF_URL && !is_url(value)) {
        mistake(mistakes, id, value, "give a URL (scheme://...) without spaces");
    } else if (has_control(value)) {
        mistake(mistakes, id, value, "remove the control characters");
    } else if (form != NULL) {
        mistake(mistakes, id, value, form);
    } else if (id == CONF_LOG_LEVEL && log_level_parse(value) < 0) {
        mistake(mistakes, id, value, "give debug, info, warn or error");
    }
}

static void check_int(enum conf_id id, const char *value, int64_t *ret, struct str *mistakes)
{
    const struct conf_rule *rule = &conf_rules[id];
    struct fail unused;
    char wanted[100];

    if (str_to_int(value, rule->min, rule->max, rule->env, ret, &unused) < 0) {
        (void)snprintf(wanted, sizeof wanted, "give a whole number from %lld to %lld%s%s",
                       (long long)rule->min, (long long)rule->max,
                       rule->unit[0] != '\0' ? " in " : "", rule->unit);
        mistake(mistakes, id, value, wanted);
    }
}

static void check_bool(enum conf_id id, const char *value, int64_t *ret, struct str *mistakes)
{
    static const char *const words[] = { "0", "1", "false", "true", "no", "yes", "off", "on" };

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(value, words[i]) == 0) {
            *ret = (int64_t)(i % 2);
            return;
        }
    }
    mistake(mistakes, id, value, "give true or false");
}

static void check(struct conf *c, enum conf_id id, struct str *mistakes)
{
    const char *value = c->text[id];

    if (value == NULL) {
        return;
    }
    switch (conf_rules[id].type) {
    case CONF_TEXT:
    case CONF_URL:
        check_text(id, value, mistakes);
        break;
    case CONF_INT:
        check_int(id, value, &c->number[id], mistakes);
        break;
    case CONF_BOOL:
        check_bool(id, value, &c->number[id], mistakes);
        break;
    }
}

/* Without its certificate the key would be left unused, and keys of the API would travel readable. */
static void check_together(const struct conf *c, struct str *mistakes)
{
    if (c->text[CONF_TLS_KEY] != NULL && c->text[CONF_TLS_CERTIFICATE] == NULL) {
        mistake(mistakes, CONF_TLS_KEY, c->text[CONF_TLS_KEY], "set DROPSHIP_TLS_CERTIFICATE, too");
    }
}

/* Environment before file before default.  An empty variable counts as none: so it comes from compose files and units. */
static int choose(struct conf *c, enum conf_id id, struct fail *f)
{
    const char *env = getenv(conf_rules[id].env);

    if (env != NULL && env[0] != '\0') {
        free(c->text[id]);
        c->text[id] = NULL;
        TRY(str_copy(env, &c->text[id], f));
    }
    c->given[id] = c->text[id] != NULL;
    if (!c->given[id] && conf_rules[id].otherwise != NULL) {
        TRY(str_copy(conf_rules[id].otherwise, &c->text[id], f));
    }
    return 0;
}

static void conf_free_p(struct conf **c)
{
    conf_free(*c);
}

int conf_load(struct conf **ret, struct str *mistakes, struct fail *f)
{
    const char *path = getenv("DROPSHIP_ENV_FILE");
    scoped(conf_free_p) struct conf *c = calloc(1, sizeof *c);

    if (c == NULL) {
        return fail_memory(f);
    }
    if (path != NULL && path[0] != '\0') {
        TRY(conf_file_read(path, c->text, mistakes, f));
    }
    for (int id = 0; id < CONF_COUNT; id++) {
        TRY(choose(c, (enum conf_id)id, f));
        check(c, (enum conf_id)id, mistakes);
    }
    check_together(c, mistakes);
    TRY(str_ok(mistakes, f));
    if (mistakes->len > 0) {
        return fail_set(f, FAIL_INPUT, "the configuration has mistakes");
    }
    *ret = take_ptr(c);
    return 0;
}

void conf_free(struct conf *c)
{
    if (c == NULL) {
        return;
    }
    for (int id = 0; id < CONF_COUNT; id++) {
        free(c->text[id]);
    }
    free(c);
}

const char *conf_text(const struct conf *c, enum conf_id id)
{
    assert(id < CONF_COUNT);
    return c->text[id];
}

int64_t conf_int(const struct conf *c, enum conf_id id)
{
    assert(id < CONF_COUNT && conf_rules[id].type == CONF_INT);
    return c->number[id];
}

bool conf_bool(const struct conf *c, enum conf_id id)
{
    assert(id < CONF_COUNT && conf_rules[id].type == CONF_BOOL);
    return c->number[id] != 0;
}

bool conf_listen(const struct conf *c, enum conf_id id, struct listen_at *ret)
{
    const char *text = conf_text(c, id);
    bool good = text == NULL || listen_parse(text, ret);

    assert(good);
    return text != NULL && good;
}

bool conf_is_set(const struct conf *c, enum conf_id id)
{
    assert(id < CONF_COUNT);
    return c->given[id];
}
