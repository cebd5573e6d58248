/* Rows of a table of routes as the OpenAPI description tells them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "api/http/openapi.h"

static const struct route table[] = {
    { "GET",
      "/api/v1/things/{id}",
      ACCESS_READ,
      NULL,
      "One \"thing\"",
      { { .name = "id",
          .place = FIELD_IN_PATH,
          .type = FIELD_TEXT,
          .min = 2,
          .max = 9,
          .set = "a-z\\",
          .help = "Its id" },
        { .name = "q",
          .place = FIELD_IN_QUERY,
          .type = FIELD_TEXT,
          .min = 3,
          .max = 9,
          .help = "Any letters" } },
      0,
      NULL,
      "Thing" },
    { "POST",
      "/api/v1/things",
      ACCESS_OPERATE,
      NULL,
      "A new one",
      { { .name = "texts",
          .place = FIELD_IN_BODY,
          .type = FIELD_OBJECT,
          .required = true,
          .help = "Known" },
        { .name = "more", .place = FIELD_IN_BODY, .type = FIELD_OBJECT, .help = "Not known" } },
      0,
      NULL,
      "202 ThingTaken" },
    { "GET",
      "/ready",
      ACCESS_OPEN,
      NULL,
      "Ready?",
      { { .name = NULL } },
      0,
      NULL,
      "200,503 Ready" },
    { "GET",
      "/api/v1/list",
      ACCESS_READ,
      NULL,
      "A file",
      { { .name = NULL } },
      0,
      NULL,
      "text/csv|application/json" },
    { "POST", "/webhooks/x", ACCESS_OPEN, NULL, "Signed", { { .name = NULL } }, 77, NULL, "Taken" },
    { "GET", "/silent", ACCESS_READ, NULL, "Says nothing", { { .name = NULL } }, 0, NULL, NULL },
};

/* What the description says from `path` on, up to the next path.  *out is cut there. */
static const char *part(struct str *out, const char *path)
{
    char line[64] = "  \"";

    strncat(line, path, 40);
    strncat(line, "\":\n", 4);
    str_init(out, 1 << 20);
    openapi_write(table, COUNT_OF(table), out);
    assert_false(out->failed);
    char *start = strstr(out->data, line);
    assert_non_null(start);
    char *end = strstr(start + 1, "\n  \"/");
    if (end != NULL) {
        *end = '\0';
    }
    return start;
}

static void expect(const char *path, const char *const *texts)
{
    scoped(str_done) struct str out;
    const char *said = part(&out, path);

    for (; *texts != NULL; texts++) {
        bool absent = **texts == '!';
        if ((strstr(said, *texts + absent) == NULL) != absent) {
            fail_msg("%s: %s in\n%s", path, *texts, said);
        }
    }
}

static void a_read_has_its_schema_its_tag_and_its_refusals(void **state)
{
    (void)state;
    expect("/api/v1/things/{id}",
           (const char *const[]){ "operationId: getThingsId\n", "tags: [things]",
                                  "summary: \"One \\\"thing\\\"\"",
                                  "security: [{ key: [read] }, { session: [read] }]\n",
                                  "application/json:\n              schema: { $ref: "
                                  "\"#/components/schemas/Thing\" }",
                                  "\"304\"", "\"404\"", "\"401\"", "\"429\"", "!\"409\"",
                                  "!IdempotencyKey", "IfNoneMatch", "ETag:", NULL });
}

static void lengths_are_bytes_only_where_letters_are(void **state)
{
    (void)state;
    expect("/api/v1/things/{id}",
           (const char *const[]){ "minLength: 2, maxLength: 9, pattern: \"^[a-z\\\\]*$\"",
                                  "minLength: 1, maxLength: 9 }", NULL });
}

static void a_write_is_done_once_and_by_cookie_only_with_its_token(void **state)
{
    (void)state;
    expect("/api/v1/things",
           (const char *const[]){ "security: [{ key: [operate] }, { session: [operate], csrf: "
                                  "[operate] }]\n",
                                  "parameters/IdempotencyKey", "Idempotency-Replayed",
                                  "\"202\":", "!\"200\":", "schemas/ThingTaken", "\"403\"",
                                  "\"409\"", "\"422\"", "!\"404\"", "!ETag:", NULL });
}

static void a_tree_is_told_as_far_as_it_is_known(void **state)
{
    (void)state;
    expect("/api/v1/things",
           (const char *const[]){
               "required: [texts]\n", "allOf: [{ $ref: \"#/components/schemas/ListingTexts\" }]",
               "allOf: [{ type: object }]", "additionalProperties: false", NULL });
}

static void an_answer_may_have_several_statuses_or_media_types(void **state)
{
    (void)state;
    expect("/ready", (const char *const[]){ "\"200\":", "\"503\":", "tags: [program]",
                                            "security: []\n", "!\"401\"", NULL });
    expect("/api/v1/list",
           (const char *const[]){ "text/csv:\n", "application/json:\n", "{ type: string }",
                                  "!$ref: \"#/components/sch", "!\"304\"", NULL });
}

static void a_raw_body_and_a_silent_answer_are_told_as_such(void **state)
{
    (void)state;
    expect("/webhooks/x", (const char *const[]){ "up to 77 bytes", "schema: {}", NULL });
    expect("/silent", (const char *const[]){ "\"200\":", "!content:", NULL });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_read_has_its_schema_its_tag_and_its_refusals),
        cmocka_unit_test(lengths_are_bytes_only_where_letters_are),
        cmocka_unit_test(a_write_is_done_once_and_by_cookie_only_with_its_token),
        cmocka_unit_test(a_tree_is_told_as_far_as_it_is_known),
        cmocka_unit_test(an_answer_may_have_several_statuses_or_media_types),
        cmocka_unit_test(a_raw_body_and_a_silent_answer_are_told_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
