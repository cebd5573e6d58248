/* duty: the dated table of duties */
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/cli_act.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "api/cli/show_sum.h"
#include "common/base/json.h"
#include "common/base/money.h"
#include "common/model/duty_rules.h"

enum { PPM_PER_PERCENT = 10000 };

static const struct column duty_columns[] = {
    { "TO", "dest", CELL_TEXT },          { "FROM", "origin", CELL_TEXT },
    { "SINCE", "valid_from", CELL_TEXT }, { "UNTIL", "valid_to", CELL_TEXT },
    { "PER CODE", "fixed", CELL_MONEY },  { "OF VALUE", "percent", CELL_INT },
    { "UP TO", "max_value", CELL_MONEY }, { "SOURCE", "source", CELL_LONG },
};

static int list_duties(struct cli *c, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *rules = NULL;
    struct db *db;
    json_t *row;
    size_t index;

    TRY(cli_db(c, &db, f));
    TRY(duty_rules_list(db, &text, f));
    if (c->json) {
        puts(text);
        return 0;
    }
    TRY(show_parsed(text, &rules, f));
    json_array_foreach(rules, index, row)
    {
        sum_add_percent(row, "ad_valorem_ppm", "percent");
    }
    out_table(rules, duty_columns, COUNT_OF(duty_columns));
    return 0;
}

/* "12.5" per cent, exactly, as ppm. */
static int read_percent(const char *text, int64_t *ret_ppm, struct fail *f)
{
    struct money hundredths; /* a percentage has two decimals, like most money */

    TRY(money_parse(text, "USD", &hundredths, f));
    return money_mul_div(hundredths.minor, PPM_PER_PERCENT, 100, MONEY_HALF_UP, ret_ppm, f);
}

static int read_amount(const struct cli *c, const char *option, const char *currency,
                       int64_t otherwise, int64_t *ret_minor, struct fail *f)
{
    struct money amount = { .minor = otherwise };
    const char *text = cli_option(c, option);

    TRY(text != NULL ? money_parse(text, currency, &amount, f) : 0);
    if (text != NULL && amount.minor < 0) {
        return fail_set(f, FAIL_INPUT, "--%s is 0 or more", option);
    }
    *ret_minor = amount.minor;
    return 0;
}

static int set_duty(struct cli *c, struct fail *f)
{
    const char *currency = cli_option(c, "currency"), *source = cli_option(c, "source"),
               *percent = cli_option(c, "percent");
    struct duty_new rule = { .dest = cli_word(c, 1),
                             .origin = cli_word(c, 2),
                             .from = cli_word(c, 3),
                             .currency = currency != NULL ? currency : "USD",
                             .source = source != NULL ? source : "" };
    struct db *db;

    if (percent == NULL && cli_option(c, "fixed") == NULL) {
        return fail_set(f, FAIL_INPUT, "--percent or --fixed, or both; 0 when there is no duty");
    }
    TRY(percent != NULL ? read_percent(percent, &rule.ad_valorem_ppm, f) : 0);
    TRY(read_amount(c, "fixed", rule.currency, 0, &rule.fixed_minor, f));
    TRY(read_amount(c, "max", rule.currency, -1, &rule.max_value_minor, f));
    TRY(cli_db(c, &db, f));
    TRY(duty_rule_set(db, &rule, c->who, f));
    return list_duties(c, f);
}

int cmd_duty(struct cli *c, struct fail *f)
{
    static const struct cli_act acts[] = { { "list", list_duties, 1 }, { "set", set_duty, 4 } };
    return cli_run_act(c, acts, COUNT_OF(acts), f);
}
