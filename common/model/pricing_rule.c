#include "common/model/pricing_rule.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/money.h"

static const int64_t FACTOR_MIN = 1000, FACTOR_MAX = 100000;
static const int64_t ADD_MAX = 1000000000;
static const int64_t TARGET_MAX = 900000;

/* The integer member `name` of spec between min and max. */
static int member(const json_t *spec, const char *name, int64_t min, int64_t max, int64_t *ret,
                  struct fail *f)
{
    const json_t *value = json_object_get(spec, name);

    if (!json_is_integer(value) || json_integer_value(value) < min ||
        json_integer_value(value) > max) {
        return fail_set(f, FAIL_INPUT, "%s must be a whole number from %" PRId64 " to %" PRId64,
                        name, min, max);
    }
    *ret = json_integer_value(value);
    return 0;
}

static int factor_of(const json_t *spec, int64_t *ret, struct fail *f)
{
    return member(spec, "factor_e3", FACTOR_MIN, FACTOR_MAX, ret, f);
}

/* Every member of spec is one of the two, or "endings". */
static int only(const json_t *spec, const char *one, const char *other, struct fail *f)
{
    const char *key = NULL;
    json_t *value = NULL;

    json_object_foreach((json_t *)(uintptr_t)spec, key, value)
    {
        if (strcmp(key, one) != 0 && strcmp(key, other) != 0) {
            return fail_set(f, FAIL_INPUT, "a pricing rule has no member '%.40s' here", key);
        }
    }
    return 0;
}

static int read_multiplier(const json_t *spec, struct pricing_rule *rule, struct fail *f)
{
    TRY(only(spec, "factor_e3", "endings", f));
    return factor_of(spec, &rule->factor_e3, f);
}

static int read_fixed(const json_t *spec, struct pricing_rule *rule, struct fail *f)
{
    TRY(only(spec, "add_minor", "endings", f));
    return member(spec, "add_minor", 0, ADD_MAX, &rule->add_minor, f);
}

static int read_target(const json_t *spec, struct pricing_rule *rule, struct fail *f)
{
    TRY(only(spec, "target_ppm", "endings", f));
    return member(spec, "target_ppm", 0, TARGET_MAX, &rule->target_ppm, f);
}

static int read_tier(const json_t *spec, bool last, struct pricing_rule *rule, struct fail *f)
{
    struct pricing_tier tier = { .up_to = INT64_MAX };
    int64_t below = rule->tier_count > 0 ? rule->tiers[rule->tier_count - 1].up_to : -1;

    if (!json_is_object(spec)) {
        return fail_set(f, FAIL_INPUT, "a tier is an object");
    }
    TRY(only(spec, "factor_e3", "up_to_minor", f));
    TRY(factor_of(spec, &tier.factor_e3, f));
    if (!last) {
        TRY(member(spec, "up_to_minor", below + 1, ADD_MAX, &tier.up_to, f));
    } else if (json_object_get(spec, "up_to_minor") != NULL) {
        return fail_set(f, FAIL_INPUT, "the last tier has no up_to_minor: it holds for all above");
    }
    rule->tiers[rule->tier_count++] = tier;
    return 0;
}

static int read_tiers(const json_t *spec, struct pricing_rule *rule, struct fail *f)
{
    const json_t *tiers = json_object_get(spec, "tiers");
    size_t count = json_array_size(tiers);

    TRY(only(spec, "tiers", "endings", f));
    if (count < 1 || count > PRICING_TIERS_MAX) {
        return fail_set(f, FAIL_INPUT, "tiers must be a list of 1 to %d tiers", PRICING_TIERS_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        TRY(read_tier(json_array_get(tiers, i), i + 1 == count, rule, f));
    }
    return 0;
}

static int64_t tier_factor(const struct pricing_rule *rule, int64_t landed)
{
    size_t at = 0;

    while (at + 1 < rule->tier_count && landed > rule->tiers[at].up_to) {
        at++;
    }
    return rule->tiers[at].factor_e3;
}

static int times(int64_t landed, int64_t factor_e3, int64_t *ret, struct fail *f)
{
    return money_mul_div(landed, factor_e3, 1000, MONEY_CEIL, ret, f);
}

static int by_multiplier(const struct pricing_rule *rule, int64_t landed, int64_t *ret,
                         struct fail *f)
{
    return times(landed, rule->factor_e3, ret, f);
}

static int by_fixed(const struct pricing_rule *rule, int64_t landed, int64_t *ret, struct fail *f)
{
    if (__builtin_add_overflow(landed, rule->add_minor, ret)) {
        return fail_set(f, FAIL_INPUT, "price out of range");
    }
    return 0;
}

static int by_tiers(const struct pricing_rule *rule, int64_t landed, int64_t *ret, struct fail *f)
{
    return times(landed, tier_factor(rule, landed), ret, f);
}

typedef int pricing_read_fn(const json_t *spec, struct pricing_rule *rule, struct fail *f);
typedef int pricing_raw_fn(const struct pricing_rule *rule, int64_t landed, int64_t *ret,
                           struct fail *f);

/* To add a kind: a line here, one in enum pricing_kind and in the CHECK of table pricing_rule. */
static const struct {
    const char *name;
    pricing_read_fn *read;
    pricing_raw_fn *raw; /* price before endings; NULL = by target margin */
} kinds[PRICING_KINDS] = {
    [PRICING_MULTIPLIER] = { "multiplier", read_multiplier, by_multiplier },
    [PRICING_FIXED] = { "fixed", read_fixed, by_fixed },
    [PRICING_TIERS] = { "tiers", read_tiers, by_tiers },
    [PRICING_TARGET] = { "target_margin", read_target, NULL },
};

const char *pricing_kind_name(enum pricing_kind kind)
{
    return kinds[kind].name;
}

static int find_kind(const char *name, enum pricing_kind *ret, struct fail *f)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            *ret = (enum pricing_kind)i;
            return 0;
        }
    }
    return fail_set(f, FAIL_INPUT,
                    "the kind '%.40s' is none of multiplier, fixed, tiers, target_margin", name);
}

static int read_endings(const json_t *spec, struct endings *ret, struct fail *f)
{
    const json_t *endings = json_object_get(spec, "endings");

    if (endings == NULL) {
        *ret = (struct endings){ 0 };
        return 0;
    }
    if (!json_is_string(endings)) {
        return fail_set(f, FAIL_INPUT, "endings must be a text like \"100:99\"");
    }
    return endings_parse(json_string_value(endings), ret, f);
}

int pricing_rule_parse(const char *kind, const json_t *spec, struct pricing_rule *ret,
                       struct fail *f)
{
    struct pricing_rule rule = { 0 };

    TRY(find_kind(kind, &rule.kind, f));
    if (!json_is_object(spec)) {
        return fail_set(f, FAIL_INPUT, "spec must be an object");
    }
    TRY(kinds[rule.kind].read(spec, &rule, f));
    TRY(read_endings(spec, &rule.endings, f));
    *ret = rule;
    return 0;
}

int pricing_rule_price(const struct pricing_rule *rule, const struct sale_terms *t, int64_t landed,
                       int64_t *ret_price, struct fail *f)
{
    int64_t price = 0;

    if (kinds[rule->kind].raw == NULL) {
        const struct price_goal goal = { .landed = landed,
                                         .target_ppm = rule->target_ppm,
                                         .least_margin = rule->least_margin,
                                         .endings = rule->endings };
        return price_for_margin(t, &goal, ret_price, f);
    }
    TRY(kinds[rule->kind].raw(rule, landed, &price, f));
    return charm_gently(price, &rule->endings, ret_price, f);
}
