#include "common/model/duty_rules.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/db/lock.h"
#include "common/db/sqltext.h"
#include "common/model/audit.h"
#include "common/model/one_json.h"
#include "sql/model.h"

enum {
    AD_VALOREM_MAX_PPM = 5000000,
    FIXED_MAX = 100000000,
    SOURCE_MAX_BYTES = 300,
    LOCK_WAIT_MS = 3000
};

int duty_rules_list(struct db *db, char **ret_json, struct fail *f)
{
    return one_json(db, &sql_model_duty_rules, NULL, ret_json, f);
}

static bool upper_word(const char *text, size_t length)
{
    if (strlen(text) != length) {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < 'A' || *text > 'Z') {
            return false;
        }
    }
    return true;
}

/* YYYY-MM-DD, and a day that exists. */
static bool is_day(const char *text)
{
    char instant[40];
    int64_t at_us;
    struct fail no_day;

    if (strlen(text) != 10) {
        return false;
    }
    (void)snprintf(instant, sizeof instant, "%sT00:00:00Z", text);
    return clock_parse(instant, &at_us, &no_day) == 0;
}

static int check(const struct duty_new *rule, struct fail *f)
{
    size_t source = strlen(rule->source);

    if (!upper_word(rule->dest, 2) || !upper_word(rule->origin, 2)) {
        return fail_set(f, FAIL_INPUT, "countries are two capital letters (dest also EU)");
    }
    if (!is_day(rule->from)) {
        return fail_set(f, FAIL_INPUT, "the first day is YYYY-MM-DD");
    }
    if (!upper_word(rule->currency, 3)) {
        return fail_set(f, FAIL_INPUT, "a currency is three capital letters");
    }
    if (rule->fixed_minor < 0 || rule->fixed_minor > FIXED_MAX || rule->max_value_minor < -1) {
        return fail_set(f, FAIL_INPUT,
                        "amounts are 0 or more, the fixed one at most %d minor units", FIXED_MAX);
    }
    if (rule->ad_valorem_ppm < 0 || rule->ad_valorem_ppm > AD_VALOREM_MAX_PPM) {
        return fail_set(f, FAIL_INPUT, "the rate is 0 to %d ppm", AD_VALOREM_MAX_PPM);
    }
    return source > 0 && source <= SOURCE_MAX_BYTES
               ? 0
               : fail_set(f, FAIL_INPUT, "say where the rule stands, in 1 to %d bytes",
                          SOURCE_MAX_BYTES);
}

static int note(struct db *tx, const struct duty_new *rule, const char *who, struct fail *f)
{
    char subject[24];
    scoped(json_clear_p) json_t *detail =
        json_pack("{s:s, s:I, s:s, s:I, s:I, s:s}", "from", rule->from, "fixed_minor",
                  (json_int_t)rule->fixed_minor, "currency", rule->currency, "ad_valorem_ppm",
                  (json_int_t)rule->ad_valorem_ppm, "max_value_minor",
                  (json_int_t)rule->max_value_minor, "source", rule->source);

    if (detail == NULL) {
        return fail_set(f, FAIL_INPUT, "the source is not valid UTF-8");
    }
    (void)snprintf(subject, sizeof subject, "duty:%s:%s", rule->dest, rule->origin);
    return audit_add(tx, who, "duty.set", subject, detail, f);
}

/* Two rules that are set at once would not see each other's first day. */
static int lock_pair(struct db *db, const struct duty_new *rule, struct db_lock *ret,
                     struct fail *f)
{
    (void)snprintf(ret->name, sizeof ret->name, "duty:%s:%s", rule->dest, rule->origin);
    int held = db_lock_wait(db, ret, LOCK_WAIT_MS, f);
    TRY(held);
    return held == 0 ? 0
                     : fail_later(f, FAIL_LATER, LOCK_WAIT_MS, "somebody else sets this duty now");
}

static int write_rule(struct db *db, const struct duty_new *rule, const char *who, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    struct sql_text fixed, rate, most;

    const char *params[] = { rule->dest,
                             rule->origin,
                             rule->from,
                             sql_int(&fixed, rule->fixed_minor),
                             rule->currency,
                             sql_int(&rate, rule->ad_valorem_ppm),
                             rule->max_value_minor >= 0 ? sql_int(&most, rule->max_value_minor)
                                                        : NULL,
                             rule->source };
    TRY(db_begin(db, &tx, f));
    TRY(db_exec(tx, &sql_model_duty_rule_end, params, f));
    TRY(db_exec(tx, &sql_model_duty_rule_put, params, f));
    TRY(note(tx, rule, who, f));
    return db_commit(&tx, f);
}

int duty_rule_set(struct db *db, const struct duty_new *rule, const char *who, struct fail *f)
{
    scoped(db_lock_done) struct db_lock lock = { 0 };

    TRY(check(rule, f));
    TRY(lock_pair(db, rule, &lock, f));
    return write_rule(db, rule, who, f);
}
