/* mapping, key, migrate: what is kept in Postgres and changed by people */
#include <stdio.h>
#include <string.h>

#include "api/cli/cli.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/db/migrate.h"
#include "common/model/api_key.h"
#include "common/model/mapping.h"

static const struct column mapping_columns[] = {
    { "SHOP SKU", "shop_sku", CELL_TEXT },
    { "RANK", "rank", CELL_INT },
    { "VID", "vid", CELL_TEXT },
    { "SUPPLIER SKU", "supplier_sku", CELL_TEXT },
    { "PRICE", "snapshot", CELL_MONEY },
    { "TAKEN", "snapshot_at", CELL_AGE },
    { "CONFIRMED", "confirmed_at", CELL_AGE },
    { "BY", "confirmed_by", CELL_TEXT },
};
static const struct column key_columns[] = {
    { "KEY", "name", CELL_TEXT },         { "SCOPE", "scope", CELL_TEXT },
    { "BEGINS", "hint", CELL_TEXT },      { "CREATED", "created_at", CELL_AGE },
    { "USED", "last_used_at", CELL_AGE }, { "REVOKED", "revoked_at", CELL_AGE },
};

/* A verb of a command: `mapping add`, `key revoke`. */
struct verb {
    const char *name;
    size_t words; /* including the verb */
    int (*run)(struct cli *c, struct db *db, struct fail *f);
};

static int run_verb(struct cli *c, const struct verb *verbs, size_t count, const char *name,
                    struct fail *f)
{
    struct db *db;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(verbs[i].name, name) != 0) {
            continue;
        }
        if (c->word_count > verbs[i].words ||
            (c->word_count < verbs[i].words && verbs[i].words > 1)) {
            return fail_set(f, FAIL_INPUT, "%s: wrong number of arguments", name);
        }
        TRY(cli_db(c, &db, f));
        return verbs[i].run(c, db, f);
    }
    return fail_set(f, FAIL_INPUT, "no '%.40s' here", name);
}

static int show_list(struct cli *c, const char *text, const struct column *columns, size_t count,
                     struct fail *f)
{
    scoped(json_clear_p) json_t *rows = NULL;

    if (c->json) {
        puts(text);
        return 0;
    }
    TRY(show_parsed(text, &rows, f));
    out_table(rows, columns, count);
    return 0;
}

static int say_done(struct cli *c, const char *what, const char *done)
{
    if (c->json) {
        scoped(json_clear_p) json_t *answer =
            json_pack("{s:o, s:s}", "name", out_lossy(what, strlen(what)), "done", done);
        out_json(answer);
    } else {
        printf("%s: %s\n", what, done);
    }
    return 0;
}

static int mappings(struct cli *c, struct db *db, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    TRY(mapping_list(db, &text, f));
    return show_list(c, text, mapping_columns, COUNT_OF(mapping_columns), f);
}

static int add_mapping(struct cli *c, struct db *db, struct fail *f)
{
    struct mapping_new m = { .shop_sku = cli_word(c, 1),
                             .vid = cli_word(c, 2),
                             .supplier_sku = cli_word(c, 3) };
    const char *currency = cli_option(c, "currency");

    if (money_parse(cli_word(c, 4), currency != NULL ? currency : "USD", &m.price, f) < 0) {
        return fail_wrap(f, "PRICE");
    }
    TRY(mapping_add(db, &m, c->who, f));
    return say_done(c, m.shop_sku, "proposed; it counts when it is confirmed");
}

static int confirm_mapping(struct cli *c, struct db *db, struct fail *f)
{
    TRY(mapping_confirm(db, cli_word(c, 1), cli_word(c, 2), c->who, f));
    return say_done(c, cli_word(c, 1), "confirmed");
}

static int first_mapping(struct cli *c, struct db *db, struct fail *f)
{
    TRY(mapping_first(db, cli_word(c, 1), cli_word(c, 2), c->who, f));
    return say_done(c, cli_word(c, 1), "first; the others are sent when it is out of stock");
}

static int remove_mapping(struct cli *c, struct db *db, struct fail *f)
{
    TRY(mapping_remove(db, cli_word(c, 1), cli_word(c, 2), c->who, f));
    return say_done(c, cli_word(c, 1), "removed");
}

int cmd_mapping(struct cli *c, struct fail *f)
{
    static const struct verb verbs[] = {
        { "list", 1, mappings },           { "add", 5, add_mapping },
        { "confirm", 3, confirm_mapping }, { "first", 3, first_mapping },
        { "remove", 3, remove_mapping },
    };
    return run_verb(c, verbs, COUNT_OF(verbs), c->word_count > 0 ? cli_word(c, 0) : "list", f);
}

static int create_key(struct cli *c, struct db *db, struct fail *f)
{
    const char *scope_text = cli_option(c, "scope");
    enum api_scope scope = api_scope_parse(scope_text != NULL ? scope_text : "read");
    char key[API_KEY_TEXT_BYTES];

    if (scope == API_SCOPES) {
        return fail_set(f, FAIL_INPUT, "--scope is read, operate or admin");
    }
    TRY(api_key_create(db, &(struct api_key_new){ cli_word(c, 1), scope }, c->who, key, f));
    if (c->json) {
        scoped(json_clear_p) json_t *answer = json_pack(
            "{s:s, s:s, s:s}", "name", cli_word(c, 1), "scope", api_scope_names[scope], "key", key);
        out_json(answer);
    } else {
        printf("%s\n", key);
        fprintf(stderr, "This is the only time the key is shown.\n");
    }
    return 0;
}

static int keys(struct cli *c, struct db *db, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    TRY(api_key_list(db, &text, f));
    return show_list(c, text, key_columns, COUNT_OF(key_columns), f);
}

static int revoke_key(struct cli *c, struct db *db, struct fail *f)
{
    TRY(api_key_revoke(db, cli_word(c, 1), c->who, f));
    return say_done(c, cli_word(c, 1), "revoked");
}

int cmd_key(struct cli *c, struct fail *f)
{
    static const struct verb verbs[] = { { "create", 2, create_key },
                                         { "list", 1, keys },
                                         { "revoke", 2, revoke_key } };
    return run_verb(c, verbs, COUNT_OF(verbs), cli_word(c, 0), f);
}

int cmd_migrate(struct cli *c, struct fail *f)
{
    int applied = 0;
    struct db *db;

    TRY(cli_db(c, &db, f));
    TRY(migrate_apply(db, migrations, &applied, f));
    if (c->json) {
        scoped(json_clear_p) json_t *answer = json_pack("{s:i}", "applied", applied);
        out_json(answer);
    } else if (applied > 0) {
        printf("%d migration%s applied\n", applied, applied == 1 ? "" : "s");
    } else {
        printf("the schema is up to date\n");
    }
    return 0;
}
