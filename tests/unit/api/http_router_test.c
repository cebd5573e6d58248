/* Matching of paths and methods, and the table of routes itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "api/http/openapi.h"
#include "api/http/router.h"

static const struct route table[] = {
    { "GET", "/", ACCESS_OPEN, NULL, "", { { .name = NULL } }, 0, NULL, NULL },
    { "GET", "/a", ACCESS_OPEN, NULL, "", { { .name = NULL } }, 0, NULL, NULL },
    { "PUT", "/a", ACCESS_OPEN, NULL, "", { { .name = NULL } }, 0, NULL, NULL },
    { "GET", "/a/{id}", ACCESS_OPEN, NULL, "", { { .name = NULL } }, 0, NULL, NULL },
    { "POST", "/a/{id}/do/{what}", ACCESS_OPEN, NULL, "", { { .name = NULL } }, 0, NULL, NULL },
};

static const struct {
    const char *method, *path;
    enum router_result result;
    int line; /* of table, when found */
} cases[] = {
    { "GET", "/", ROUTER_FOUND, 0 },
    { "HEAD", "/", ROUTER_FOUND, 0 },
    { "GET", "/a", ROUTER_FOUND, 1 },
    { "PUT", "/a", ROUTER_FOUND, 2 },
    { "POST", "/a", ROUTER_NO_METHOD, 0 },
    { "HEAD", "/a/1/do/x", ROUTER_NO_METHOD, 0 },
    { "get", "/a", ROUTER_NO_METHOD, 0 },
    { "GET", "/a/17", ROUTER_FOUND, 3 },
    { "GET", "/a/%2e%2e", ROUTER_FOUND, 3 },
    { "POST", "/a/17/do/it", ROUTER_FOUND, 4 },
    { "GET", "/a/", ROUTER_NO_PATH, 0 },
    { "GET", "//a", ROUTER_NO_PATH, 0 },
    { "GET", "/A", ROUTER_NO_PATH, 0 },
    { "GET", "/%61", ROUTER_NO_PATH, 0 },
    { "GET", "/a/../a", ROUTER_NO_PATH, 0 },
    { "GET", "/a/1/do", ROUTER_NO_PATH, 0 },
    { "POST", "/a//do/it", ROUTER_NO_PATH, 0 },
    { "POST", "/a/1/do/it/", ROUTER_NO_PATH, 0 },
    { "GET", "", ROUTER_NO_PATH, 0 },
    { "GET", "a", ROUTER_NO_PATH, 0 },
};

static void paths_match_as_they_were_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct route_match m = { 0 };
        enum router_result got =
            router_find(table, COUNT_OF(table), cases[i].method, cases[i].path, &m);
        if (got != cases[i].result || (got == ROUTER_FOUND && m.route != &table[cases[i].line])) {
            fail_msg("%s %s", cases[i].method, cases[i].path);
        }
    }
}

static void parameters_are_cut_out_of_the_path(void **state)
{
    struct route_match m;
    (void)state;
    assert_int_equal(router_find(table, COUNT_OF(table), "POST", "/a/17/do/it%20now", &m),
                     ROUTER_FOUND);
    assert_int_equal(m.param_count, 2);
    assert_int_equal(m.params[0].name_bytes, 2);
    assert_memory_equal(m.params[0].name, "id", 2);
    assert_int_equal(m.params[0].value_bytes, 2);
    assert_memory_equal(m.params[0].value, "17", 2);
    assert_int_equal(m.params[1].value_bytes, strlen("it%20now"));
}

static void allow_lists_the_methods_of_the_path(void **state)
{
    char allow[ROUTER_ALLOW_BYTES];
    (void)state;
    router_allow(table, COUNT_OF(table), "/a", allow);
    assert_string_equal(allow, "GET, HEAD, PUT");
    router_allow(table, COUNT_OF(table), "/a/1/do/2", allow);
    assert_string_equal(allow, "POST");
    router_allow(table, COUNT_OF(table), "/b", allow);
    assert_string_equal(allow, "");
}

/* Does the pattern have {name}? */
static bool has_parameter(const char *pattern, const char *name)
{
    const char *at = pattern;
    size_t length = strlen(name);
    while ((at = strchr(at, '{')) != NULL) {
        if (strncmp(++at, name, length) == 0 && at[length] == '}') {
            return true;
        }
    }
    return false;
}

static size_t count_char(const char *text, char c)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += *text == c;
    }
    return count;
}

static void every_field_of_the_table_can_be_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < route_count; i++) {
        const struct route *route = &routes[i];
        size_t in_path = 0, fields = route_fields(route);
        for (size_t j = 0; j < fields; j++) {
            const struct field *field = &route->fields[j];
            if (field->place == FIELD_IN_PATH) {
                in_path++;
                assert_true(has_parameter(route->path, field->name));
            }
            assert_true(field->place != FIELD_IN_BODY || strcmp(route->method, "GET") != 0);
            assert_true(field->type != FIELD_CHOICE || field->choices != NULL);
            assert_true(field->type != FIELD_INT || field->max > field->min);
            assert_true(field->type != FIELD_TEXT || field->max > 0);
            assert_non_null(field->help);
        }
        assert_int_equal(in_path, count_char(route->path, '{'));
        assert_non_null(route->run);
        assert_true(route->help[0] != '\0');
    }
}

static void every_route_of_the_table_is_reached(void **state)
{
    (void)state;
    for (size_t i = 0; i < route_count; i++) {
        struct route_match m;
        assert_int_equal(router_find(routes, route_count, routes[i].method, routes[i].path, &m),
                         ROUTER_FOUND);
        assert_ptr_equal(m.route, &routes[i]);
    }
}

/* Who logs in has no session yet, and the contact form of a shop is for everybody. */
static void only_probes_pages_forms_and_signed_webhooks_are_open(void **state)
{
    static const char open[] =
        "|GET /healthz|GET /readyz|GET /openapi.yaml|POST /webhooks/shopify|POST /webhooks/cj"
        "|POST /api/v1/session|POST /api/v1/messages|";
    /* A preview is asked for with a body, and changes nothing; anybody may log out. */
    static const char harmless[] = "|POST /api/v1/pricing-rules/preview|DELETE /api/v1/session|";

    (void)state;
    for (size_t i = 0; i < route_count; i++) {
        char word[100];
        snprintf(word, sizeof word, "|%s %s|", routes[i].method, routes[i].path);
        assert_int_equal(routes[i].access == ACCESS_OPEN, strstr(open, word) != NULL);
        if (routes[i].access == ACCESS_READ && strstr(harmless, word) == NULL) {
            assert_string_equal(routes[i].method, "GET");
        }
    }
}

static void the_description_has_every_route(void **state)
{
    struct str out;
    (void)state;
    str_init(&out, 1 << 20);
    openapi_write(routes, route_count, &out);
    assert_false(out.failed);
    for (size_t i = 0; i < route_count; i++) {
        char line[128];
        snprintf(line, sizeof line, "  \"%s\":\n", routes[i].path);
        char *at = strstr(out.data, line);
        assert_non_null(at);
        assert_null(strstr(at + 1, line)); /* once */
        assert_non_null(strstr(at, routes[i].help));
    }
    str_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_match_as_they_were_sent),
        cmocka_unit_test(parameters_are_cut_out_of_the_path),
        cmocka_unit_test(allow_lists_the_methods_of_the_path),
        cmocka_unit_test(every_field_of_the_table_can_be_checked),
        cmocka_unit_test(every_route_of_the_table_is_reached),
        cmocka_unit_test(only_probes_pages_forms_and_signed_webhooks_are_open),
        cmocka_unit_test(the_description_has_every_route),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
