/* Over 60 records as suppliers write them (supplier_records.json): what becomes a fact, how the filter judges, and that the template
 * text passes every check without a forbidden word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "supplier_records.h"
#include "worker/discovery/template_text.h"

enum { IMAGES = 3 };

static json_t *records;
static size_t wrong; /* told one by one, so that a changed list shows all it changes */

#define told(...) (wrong++, print_error(__VA_ARGS__), print_error("\n"))

static int load(void **unused)
{
    struct fail f;

    (void)unused;
    return json_parse(records_supplier_records.text, records_supplier_records.size_bytes, "records",
                      &records, &f);
}

static int begin(void **unused)
{
    (void)unused;
    wrong = 0;
    return 0;
}

static int unload(void **unused)
{
    (void)unused;
    json_decref(records);
    return 0;
}

static const char *id_of(const json_t *record)
{
    return json_text(record, "id", "?");
}

static void take_facts(const json_t *record, struct facts *ret)
{
    struct fail f;

    assert_int_equal(facts_of(json_at(record, "detail"), ret, &f), 0);
}

static bool expects(const json_t *record, const char *what)
{
    return strcmp(json_text(record, "expect", ""), what) == 0;
}

static void there_are_at_least_sixty_records(void **unused)
{
    (void)unused;
    assert_true(json_array_size(records) >= 60);
}

static void what_the_supplier_says_becomes_facts_and_claims_do_not(void **unused)
{
    size_t at = 0, i = 0;
    json_t *record = NULL, *wanted = NULL;

    (void)unused;
    json_array_foreach(records, at, record)
    {
        struct facts facts;
        struct str all;
        struct fail f;

        take_facts(record, &facts);
        str_init(&all, 1 << 20);
        assert_int_equal(facts_join(&facts, false, &all, &f), 0);
        json_array_foreach(json_at(record, "facts"), i, wanted)
        {
            if (strstr(all.data, json_string_value(wanted)) == NULL) {
                told("%s: no fact '%s' in\n%s", id_of(record), json_string_value(wanted), all.data);
            }
        }
        json_array_foreach(json_at(record, "no_facts"), i, wanted)
        {
            if (strstr(all.data, json_string_value(wanted)) != NULL) {
                told("%s: '%s' in\n%s", id_of(record), json_string_value(wanted), all.data);
            }
        }
        str_done(&all);
        facts_done(&facts);
    }
    assert_int_equal(wrong, 0);
}

static void the_filter_blocks_passes_or_asks_as_each_record_says(void **unused)
{
    static const char *const verdicts[] = { "pass", "blocked", "review" };
    size_t at = 0;
    json_t *record = NULL;

    (void)unused;
    json_array_foreach(records, at, record)
    {
        struct text_fault fault;
        struct facts facts;
        struct fail f;

        take_facts(record, &facts);
        int verdict = compliance_check(&facts, json_truth(record, "eu", false), &fault, &f);

        assert_in_range(verdict, 0, 2);
        if (!expects(record, expects(record, "needs_data") ? "needs_data" : verdicts[verdict]) ||
            strcmp(fault.rule, json_text(record, "rule", "")) != 0) {
            told("%s: %s by '%s' in %s: %s", id_of(record), verdicts[verdict], fault.rule,
                 fault.field, fault.text);
        }
        facts_done(&facts);
    }
    assert_int_equal(wrong, 0);
}

static void no_forbidden(const json_t *record, const struct made_text *made)
{
    char *text = json_dumps(made->json, 0);
    json_t *word = NULL;
    size_t i = 0;

    json_array_foreach(json_at(record, "forbidden"), i, word)
    {
        if (strcasestr(text, json_string_value(word)) != NULL) {
            told("%s: '%s' in %s", id_of(record), json_string_value(word), text);
        }
    }
    free(text);
}

static void passes_the_check(const json_t *record, const struct facts *facts,
                             const struct made_text *made)
{
    struct text_report report;
    struct fail f;

    assert_int_equal(listing_text_check(&made->text, facts, &report, &f), 0);
    if (report.count > 0) {
        char *text = json_dumps(made->json, 0);

        print_error("%s\n", text);
        free(text);
        told("%s: %s in %s: %s", id_of(record), report.faults[0].rule, report.faults[0].field,
             report.faults[0].text);
    }
    assert_int_equal(made->text.alt_count, IMAGES);
}

/* Also of blocked ones: nobody writes about them, but nothing wrong would be said. */
static void the_template_passes_every_check_or_says_that_data_is_missing(void **unused)
{
    size_t at = 0;
    json_t *record = NULL;

    (void)unused;
    json_array_foreach(records, at, record)
    {
        struct facts facts;
        struct made_text made = { 0 };
        struct fail f;

        take_facts(record, &facts);
        int result = template_text(&facts, IMAGES, &made, &f);

        if (expects(record, "needs_data")) {
            assert_int_equal(result, -1);
            assert_int_equal(f.kind, FAIL_INPUT);
            assert_string_equal(f.code, "NEEDS_DATA");
        } else {
            assert_int_equal(result, 0);
            no_forbidden(record, &made);
            passes_the_check(record, &facts, &made);
        }
        made_text_done(&made);
        facts_done(&facts);
    }
    assert_int_equal(wrong, 0);
}

static void the_same_record_makes_the_same_text(void **unused)
{
    size_t at = 0;
    json_t *record = NULL;

    (void)unused;
    json_array_foreach(records, at, record)
    {
        struct facts facts;
        struct made_text a = { 0 }, b = { 0 };
        struct fail f;

        take_facts(record, &facts);
        assert_int_equal(template_text(&facts, 1, &a, &f), template_text(&facts, 1, &b, &f));
        assert_true(a.json == NULL ? b.json == NULL : json_equal(a.json, b.json) == 1);
        made_text_done(&a);
        made_text_done(&b);
        facts_done(&facts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_at_least_sixty_records),
        cmocka_unit_test_setup(what_the_supplier_says_becomes_facts_and_claims_do_not, begin),
        cmocka_unit_test_setup(the_filter_blocks_passes_or_asks_as_each_record_says, begin),
        cmocka_unit_test_setup(the_template_passes_every_check_or_says_that_data_is_missing, begin),
        cmocka_unit_test(the_same_record_makes_the_same_text),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
