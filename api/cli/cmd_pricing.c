/* pricing: how shop prices are made */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/cli_act.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "api/cli/show_sum.h"
#include "common/base/json.h"
#include "common/model/pricing_rules.h"

enum { SPEC_MAX_BYTES = 8192, PREVIEW_MAX = 500 };

static const struct column rule_columns[] = {
    { "ID", "id", CELL_INT },
    { "RULE", "name", CELL_TEXT },
    { "KIND", "kind", CELL_TEXT },
    { "ACTIVE", "active", CELL_YES },
    { "APPLIED", "applied_at", CELL_AGE },
    { "BY", "created_by", CELL_TEXT },
    { "NUMBERS", "spec", CELL_JSON },
};
static const struct column preview_columns[] = {
    { "ID", "id", CELL_INT },
    { "PRODUCT", "name", CELL_TEXT },
    { "OLD", "old", CELL_MONEY },
    { "NEW", "new", CELL_MONEY },
    { "M OLD", "old_percent", CELL_INT },
    { "M NEW", "new_percent", CELL_INT },
    { "VERDICT", "verdict", CELL_TEXT },
    { "WHAT", "text", CELL_LONG },
};
static int list_rules(struct cli *c, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *all = NULL;
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(pricing_rules_list(db, &text, f));
    if (c->json) {
        puts(text);
        return 0;
    }
    TRY(show_parsed(text, &all, f));
    out_table(json_object_get(all, "rules"), rule_columns, COUNT_OF(rule_columns));
    printf("%" PRId64 " products are live; without an active rule money.target_margin_ppm and "
           "money.endings count\n",
           json_int(all, "live", 0));
    return 0;
}

static int add_rule(struct cli *c, struct fail *f)
{
    scoped(json_clear_p) json_t *spec = NULL;
    const char *text = cli_word(c, 3);
    int64_t id = 0;
    struct db *db;

    TRY(strlen(text) <= SPEC_MAX_BYTES ? 0 : fail_set(f, FAIL_INPUT, "the numbers are too long"));
    TRY(json_parse(text, strlen(text), "the rule's numbers", &spec, f));
    TRY(cli_db(c, &db, f));
    const struct pricing_new rule = {
        .name = cli_word(c, 1), .kind = cli_word(c, 2), .spec = spec, .who = c->who
    };
    int same = pricing_rule_add(db, &rule, &id, f);
    TRY(same);
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:I, s:s}", "id", (json_int_t)id, "name", rule.name);
        out_json(answer);
    } else {
        printf("rule %" PRId64 "%s; it counts after: dropship pricing activate %" PRId64 "\n", id,
               same == 1 ? " is there already" : "", id);
    }
    return 0;
}

static int preview(struct cli *c, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *answer = NULL;
    int64_t id = 0, after = 0;
    struct db *db;
    json_t *row;
    size_t index;

    TRY(cli_option_int(c, "after", INT64_MAX, 0, &after, f));
    TRY(cli_db(c, &db, f));
    TRY(pricing_rule_resolve(db, cli_word(c, 1), &id, f));
    TRY(pricing_rule_preview(db, id, after, PREVIEW_MAX, &text, f));
    if (c->json) {
        puts(text);
        return 0;
    }
    TRY(show_parsed(text, &answer, f));
    json_array_foreach(json_object_get(answer, "products"), index, row)
    {
        sum_add_percent(row, "margin_old_ppm", "old_percent");
        sum_add_percent(row, "margin_new_ppm", "new_percent");
    }
    out_table(json_object_get(answer, "products"), preview_columns, COUNT_OF(preview_columns));
    printf("%" PRId64 " would change, %" PRId64 " cannot be priced; nothing is changed yet\n",
           json_int(answer, "changed", 0), json_int(answer, "infeasible", 0));
    if (json_at(answer, "next") != NULL) {
        printf("more: the same with --after %" PRId64 "\n", json_int(answer, "next", 0));
    }
    return 0;
}

static int switch_rule(struct cli *c, bool on, struct fail *f)
{
    int64_t id = 0, products = 0;
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(pricing_rule_resolve(db, cli_word(c, 1), &id, f));
    int same = on ? pricing_rule_activate(db, id, c->who, &products, f)
                  : pricing_rule_deactivate(db, id, c->who, &products, f);
    TRY(same);
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:I, s:b, s:I}", "id", (json_int_t)id, "active", on, "products",
                      (json_int_t)products);
        out_json(answer);
    } else if (same == 1) {
        printf("rule %" PRId64 " is %s already; %" PRId64 " live products get another price\n", id,
               on ? "active" : "at rest", products);
    } else {
        printf("rule %" PRId64 " is %s; %" PRId64 " live products get another price\n", id,
               on ? "active" : "at rest: the settings count", products);
    }
    return 0;
}

static int activate(struct cli *c, struct fail *f)
{
    return switch_rule(c, true, f);
}

static int deactivate(struct cli *c, struct fail *f)
{
    return switch_rule(c, false, f);
}

static int remove_rule(struct cli *c, struct fail *f)
{
    int64_t id = 0;
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(pricing_rule_resolve(db, cli_word(c, 1), &id, f));
    TRY(pricing_rule_remove(db, id, c->who, f));
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:I, s:s}", "id", (json_int_t)id, "done", "removed");
        out_json(answer);
    } else {
        printf("rule %" PRId64 " is removed\n", id);
    }
    return 0;
}

int cmd_pricing(struct cli *c, struct fail *f)
{
    static const struct cli_act acts[] = {
        { "list", list_rules, 1 },   { "add", add_rule, 4 },          { "preview", preview, 2 },
        { "activate", activate, 2 }, { "deactivate", deactivate, 2 }, { "remove", remove_rule, 2 },
    };
    return cli_run_act(c, acts, COUNT_OF(acts), f);
}
