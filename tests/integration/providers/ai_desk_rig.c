#include "tests/integration/providers/ai_desk_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/attr.h"
#include "common/base/json.h"

struct sandbox sandbox;
struct fixture fixture;
struct settings set;
struct ai_told told;
static json_t *schema;

const char *value_of(const char *sql)
{
    static struct embedded texts[40];
    static char names[40][16], value[1000];
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct fail f;
    size_t i = 0;

    while (texts[i].text != NULL && strcmp(texts[i].text, sql) != 0) {
        assert_true(++i < COUNT_OF(texts));
    }
    (void)snprintf(names[i], sizeof names[i], "ai_test_%zu", i);
    texts[i] = (struct embedded){ names[i], sql, strlen(sql), NULL };
    if (db_query(fixture.db, &texts[i], NULL, &rows, &f) < 0) {
        fail_msg("%s: %s", sql, f.text);
    }
    (void)str_fit(value, sizeof value, PQntuples(rows) > 0 ? PQgetvalue(rows, 0, 0) : "");
    return value;
}

static void point(const char *name, const char *path)
{
    char url[200];

    setenv(name, sandbox_url(&sandbox, path, url, sizeof url), 1);
}

static void open_with(const char *which)
{
    point("OPENAI_BASE_URL", "/openai/v1");
    point("ANTHROPIC_BASE_URL", "/anthropic/v1");
    unsetenv("OPENAI_API_KEY");
    unsetenv("ANTHROPIC_API_KEY");
    unsetenv("AI_BASE_URL");
    if (strchr(which, 'o') != NULL) {
        setenv("OPENAI_API_KEY", "sk-sandbox-openai", 1);
    }
    if (strchr(which, 'a') != NULL) {
        setenv("ANTHROPIC_API_KEY", "sk-sandbox-anthropic", 1);
    }
    if (strchr(which, 'c') != NULL) {
        point("AI_BASE_URL", "/compatible/v1");
    }
    fixture_open(&fixture);
}

void change(enum setting_id id, const char *value)
{
    struct fail f;

    if (settings_write(fixture.db, id, value, "cli:test", &f) < 0 ||
        settings_read(fixture.db, &set, &f) < 0) {
        fail_msg("%s", f.text);
    }
}

void begin(const char *which)
{
    struct fail f;

    open_with(which);
    assert_int_equal(db_script(fixture.db, "truncate ai_call, audit, setting", &f), 0);
    assert_int_equal(settings_read(fixture.db, &set, &f), 0);
}

int group_setup(void **state)
{
    (void)state;
    sandbox_start(&sandbox);
    schema = json_loads("{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"t\"],"
                        "\"properties\":{\"t\":{\"type\":\"string\"}}}",
                        0, NULL);
    return schema == NULL;
}

int group_teardown(void **state)
{
    (void)state;
    json_decref(schema);
    sandbox_stop(&sandbox);
    return 0;
}

int rig_setup(void **state)
{
    (void)state;
    sandbox_wish(&sandbox, NULL);
    return 0;
}

int rig_teardown(void **state)
{
    (void)state;
    ai_told_done(&told);
    fixture_close(&fixture);
    return 0;
}

int ask_as(struct job_context *c, struct fail *f)
{
    const struct ai_task task = {
        "listing", "Rules.", "1. Material: Silicone", "x", schema, 500, 0
    };
    const struct ai_ask question = { &task, "product:17", &set };

    ai_told_done(&told);
    return ai_desk_ask(c, &question, &told, f);
}

int ask_f(struct fail *f)
{
    struct job_context c;

    fixture_context(&fixture, &c);
    c.http = sandbox.http;
    return ask_as(&c, f);
}

int ask(void)
{
    struct fail f;
    int answer = ask_f(&f);

    if (answer < 0) {
        fail_msg("%s: %s", fail_rule(f.kind)->name, f.text);
    }
    return answer;
}

int64_t calls_made(const char *service)
{
    scoped(json_clear_p) json_t *calls = sandbox_control(&sandbox, "/control/ai/calls", NULL);
    int64_t count = 0;
    size_t i;
    json_t *call;

    json_array_foreach(calls, i, call)
    {
        count += strcmp(json_text(call, "service", ""), service) == 0;
    }
    return count;
}

void stored(const char *expected)
{
    assert_string_equal(value_of("select string_agg(provider || ' ' || status, ', ' order by "
                                 "id) from ai_call"),
                        expected);
}
