#include "common/model/settings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/audit.h"
#include "common/model/settings_forms.h"
#include "sql/model.h"

const struct setting_rule setting_rules[SETTING_COUNT] = {
#define SETTING_ROW(id, label, kind, lowest, highest, words, preset, measure, sentence)            \
    [SETTING_##id] = { .name = (label),                                                            \
                       .type = (kind),                                                             \
                       .min = (lowest),                                                            \
                       .max = (highest),                                                           \
                       .choices = (words),                                                         \
                       .otherwise = (preset),                                                      \
                       .unit = (measure),                                                          \
                       .help = (sentence) },
#include "common/model/settings_table.h"
#undef SETTING_ROW
};

const size_t setting_text_at[SETTING_COUNT] = {
#define SETTING_ROW(id, name, type, min, max, choices, otherwise, unit, help)                      \
    [SETTING_##id] = offsetof(struct setting_texts, id),
#include "common/model/settings_table.h"
#undef SETTING_ROW
};

static size_t text_room(enum setting_id id)
{
    const struct setting_rule *rule = &setting_rules[id];
    return rule->type == SETTING_TEXT ? (size_t)rule->max + 1 : SETTING_WORD_BYTES;
}

/* A value in its one stored form. */
struct setting_value {
    int64_t num;
    char text[SETTING_BYTES];
};

enum setting_id settings_find(const char *name)
{
    unsigned id = 0;
    while (id < SETTING_COUNT && strcmp(setting_rules[id].name, name) != 0) {
        id++;
    }
    return (enum setting_id)id;
}

static int read_int(const struct setting_rule *rule, const char *value, struct setting_value *ret,
                    struct fail *f)
{
    TRY(str_to_int(value, rule->min, rule->max, rule->name, &ret->num, f));
    snprintf(ret->text, sizeof ret->text, "%" PRId64, ret->num);
    return 0;
}

static int read_bool(const struct setting_rule *rule, const char *value, struct setting_value *ret,
                     struct fail *f)
{
    static const struct {
        const char *word;
        int64_t num;
    } words[] = {
        { "0", 0 }, { "1", 1 }, { "off", 0 }, { "on", 1 }, { "false", 0 }, { "true", 1 }
    };

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(words[i].word, value) == 0) {
            ret->num = words[i].num;
            snprintf(ret->text, sizeof ret->text, "%" PRId64, ret->num);
            return 0;
        }
    }
    return fail_set(f, FAIL_INPUT, "%s is on or off, not '%.40s'", rule->name, value);
}

static int read_choice(const struct setting_rule *rule, const char *value,
                       struct setting_value *ret, struct fail *f)
{
    const char *word = rule->choices;
    for (int64_t index = 0; *word != '\0'; index++) {
        size_t length = strcspn(word, "|");
        if (strlen(value) == length && strncmp(word, value, length) == 0) {
            ret->num = index;
            str_fit(ret->text, sizeof ret->text, value);
            return 0;
        }
        word += length + (word[length] == '|');
    }
    return fail_set(f, FAIL_INPUT, "%s is one of %s, not '%.40s'", rule->name, rule->choices,
                    value);
}

static int read_text(const struct setting_rule *rule, const char *value, struct setting_value *ret,
                     struct fail *f)
{
    size_t length = strlen(value);
    if (length < (size_t)rule->min || length > (size_t)rule->max || length >= sizeof ret->text) {
        return fail_set(f, FAIL_INPUT, "%s has %" PRId64 " to %" PRId64 " bytes, not %zu",
                        rule->name, rule->min, rule->max, length);
    }
    ret->num = 0;
    str_fit(ret->text, sizeof ret->text, value);
    return 0;
}

static int read_value(enum setting_id id, const char *value, struct setting_value *ret,
                      struct fail *f)
{
    static int (*const readers[])(const struct setting_rule *, const char *, struct setting_value *,
                                  struct fail *) = {
        [SETTING_INT] = read_int,
        [SETTING_BOOL] = read_bool,
        [SETTING_CHOICE] = read_choice,
        [SETTING_TEXT] = read_text,
    };
    return readers[setting_rules[id].type](&setting_rules[id], value, ret, f);
}

/* What somebody writes has its form, too. */
static int take_written(enum setting_id id, const char *value, struct setting_value *ret,
                        struct fail *f)
{
    const struct setting_rule *rule = &setting_rules[id];

    TRY(rule->type == SETTING_TEXT ? setting_form_check(rule, value, f) : 0);
    return read_value(id, value, ret, f);
}

int settings_check(enum setting_id id, const char *value, struct fail *f)
{
    struct setting_value ignored;
    return take_written(id, value, &ignored, f);
}

static int settings_take(struct settings *all, enum setting_id id, const char *value,
                         struct fail *f)
{
    struct setting_value read;
    TRY(read_value(id, value, &read, f));
    all->num[id] = read.num;
    str_fit((char *)&all->texts + setting_text_at[id], text_room(id), read.text);
    return 0;
}

/* An unknown name is a setting of another version.  A bad value of a known one must not silently become the default (think of
 * STOP): nothing goes on until a person has mended it. */
static int bad_value(enum setting_id id, struct fail *f)
{
    const char *name = setting_rules[id].name;

    return fail_code(f, FAIL_LATER, "SETTING",
                     "table setting, row %s: its value is not allowed; mend it with: "
                     "dropship settings %s VALUE",
                     name, name);
}

int settings_read_one(struct db *db, enum setting_id id, int64_t *ret_num, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    const char *params[] = { setting_rules[id].name };
    struct setting_value read;

    TRY(db_query(db, &sql_model_setting_old, params, &rows, f));
    bool stored = PQntuples(rows) > 0;
    if (read_value(id, stored ? db_text(rows, 0, "value") : setting_rules[id].otherwise, &read, f) <
        0) {
        return bad_value(id, f);
    }
    *ret_num = read.num;
    return 0;
}

int settings_read(struct db *db, struct settings *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct settings all;

    for (unsigned id = 0; id < SETTING_COUNT; id++) {
        TRY(settings_take(&all, (enum setting_id)id, setting_rules[id].otherwise, f));
    }
    TRY(db_query(db, &sql_model_setting_all, NULL, &rows, f));
    for (int row = 0; row < PQntuples(rows); row++) {
        enum setting_id id = settings_find(db_text(rows, row, "name"));
        if (id != SETTING_COUNT && settings_take(&all, id, db_text(rows, row, "value"), f) < 0) {
            return bad_value(id, f);
        }
    }
    *ret = all;
    return 0;
}

static int settings_audit(struct db *tx, enum setting_id id, const char *old, const char *value,
                          const char *who, struct fail *f)
{
    scoped(json_clear_p) json_t *detail = json_pack("{s:s, s:s}", "old", old, "new", value);
    if (detail == NULL) {
        return fail_set(f, FAIL_INPUT, "%s: not valid UTF-8", setting_rules[id].name);
    }
    return audit_add(tx, who, "setting.change", setting_rules[id].name, detail, f);
}

/* An expected value is looked at with its row locked: what somebody else set meanwhile stays. */
static int store(struct db *tx, const struct setting_change *c, const struct setting_value *value,
                 struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    const char *name = setting_rules[c->id].name;
    const char *params[] = { name, value->text, c->who };
    struct setting_value preset;

    TRY(read_value(c->id, setting_rules[c->id].otherwise, &preset, f));
    TRY(db_query(tx, &sql_model_setting_old, params, &rows, f));
    const char *old = PQntuples(rows) > 0 ? db_text(rows, 0, "value") : preset.text;
    if (c->expected != NULL && strcmp(old, c->expected) != 0) {
        return fail_set(f, FAIL_CONFLICT, "%s was changed again since", name);
    }
    bool drop = strcmp(value->text, preset.text) == 0;
    TRY(db_exec(tx, drop ? &sql_model_setting_drop : &sql_model_setting_put, params, f));
    return settings_audit(tx, c->id, old, value->text, c->who, f);
}

int settings_change(struct db *db, const struct setting_change *c, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct setting_value value;

    if (c->id >= SETTING_COUNT) {
        return fail_set(f, FAIL_MISSING, "no such setting");
    }
    TRY(take_written(c->id, c->value, &value, f));
    TRY(db_begin(db, &tx, f));
    TRY(store(tx, c, &value, f));
    return db_commit(&tx, f);
}

int settings_write(struct db *db, enum setting_id id, const char *value, const char *who,
                   struct fail *f)
{
    return settings_change(db, &(struct setting_change){ .id = id, .value = value, .who = who }, f);
}
