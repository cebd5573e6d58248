/* Edges of the text checks that the samples do not touch: each of these fails when its limit or condition is moved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/json.h"
#include "worker/discovery/html_text.h"
#include "worker/discovery/text_check.h"
#include "worker/discovery/text_groups.h"

static struct fail f;

static bool known(const char *source, const char *output)
{
    char missing[80];

    assert_int_equal(text_numbers_known(source, output, missing, sizeof missing, &f), 0);
    return missing[0] == '\0';
}

static void numbers_are_the_same_only_in_the_whole_fraction(void **state)
{
    (void)state;
    assert_false(known("3 l", "1.5 l")); /* 3/1 and 3/2 */
    assert_false(known("1/2 cup", "1/4 cup"));
    assert_true(known("5 cm - 10 cm", "5 cm -10 cm")); /* a range, not below zero */
    assert_true(known("3 inch", "3 in"));
    assert_true(known("3 colors", "3 colours"));
    assert_false(known("2 pcs brushes", "2 bowls"));
}

static bool has(const char *text, const char *phrase)
{
    scoped(text_words_done) struct text_words words = { 0 };

    assert_int_equal(text_words_of(text, &words, &f), 0);
    return words_have(&words, phrase);
}

static void a_phrase_is_found_in_its_disguises_and_nowhere_else(void **state)
{
    (void)state;
    assert_true(has("c u r e", "cure"));
    assert_true(has("cu-re", "cure"));
    assert_false(has("cu re", "cure"));
    assert_true(has("legos", "lego"));
    assert_false(has("legoset", "lego"));
    assert_true(has("click here", "click here"));
    assert_false(has("click\nhere", "click here"));
    assert_true(has("a55", "ass"));
    assert_false(has("455", "ass")); /* a number is a number */
}

static bool forbidden(const char *text)
{
    scoped(text_words_done) struct text_words words = { 0 };
    struct group_hit hit;
    bool found = false;

    assert_int_equal(text_words_of(text, &words, &f), 0);
    for (size_t i = 0; i < text_group_count; i++) {
        found = found || group_find(&text_groups[i], &words, NULL, 0, &hit);
    }
    return found;
}

static void a_masked_first_letter_hides_nothing(void **state)
{
    (void)state;
    assert_true(forbidden("best bowl"));
    assert_true(forbidden("8est bowl"));
    assert_false(forbidden("bowl"));
}

static bool fits(const char *text, size_t at)
{
    scoped(text_words_done) struct text_words words = { 0 };

    assert_int_equal(text_words_of(text, &words, &f), 0);
    return group_is_fit(&words, &(struct group_hit){ at, 1 });
}

static void only_near_words_tell_of_a_fit(void **state)
{
    (void)state;
    assert_true(fits("cover compatible with iphone", 3));
    assert_false(fits("compatible with most desks and lamps iphone", 6));
}

static void what_the_facts_say_is_judged_too(void **state)
{
    char *lines[] = { (char[]){ "Battery: lithium battery" } };
    char name[] = "Desk lamp", other[] = "Desk lamp stand";
    struct facts facts = { .name = name };
    struct text_fault fault;

    (void)state;
    assert_int_equal(compliance_check(&facts, false, &fault, &f), 0);
    facts = (struct facts){ .lines = lines, .count = 1, .name = other };
    assert_int_equal(compliance_check(&facts, false, &fault, &f), 2);
    assert_string_equal(fault.field, "facts");
}

static bool fails_by(const char *title, const char *name, const char *rule)
{
    char copy[200];
    struct text_report report;
    struct facts facts = { .name = copy };

    (void)str_fit(copy, sizeof copy, name);
    assert_int_equal(
        listing_text_check(&(struct listing_text){ .title = title }, &facts, &report, &f), 0);
    for (size_t i = 0; i < report.count; i++) {
        if (strcmp(report.faults[i].field, "title") == 0 &&
            strcmp(report.faults[i].rule, rule) == 0) {
            return true;
        }
    }
    return false;
}

static void eight_words_of_the_name_are_copied_and_seven_are_not(void **state)
{
    static const char name[] = "round oak tray with two small carved handles";

    (void)state;
    assert_true(fails_by(name, name, "COPIED"));
    assert_false(fails_by("round oak tray with two small carved grips", name, "COPIED"));
    assert_true(fails_by("oak tray {wide}", name, "DISGUISED"));
    assert_false(fails_by("oak tray wide", name, "DISGUISED"));
}

static void check_html(const char *html, const char *clean, const char *plain)
{
    scoped(str_done) struct str made, text;

    str_init(&made, 4096);
    str_init(&text, 4096);
    assert_int_equal(html_clean(html, &made, &f), 0);
    assert_string_equal(made.data, clean);
    assert_int_equal(html_to_text(html, &text, &f), 0);
    assert_string_equal(text.data, plain);
}

static void broken_markup_keeps_its_text_and_no_more(void **state)
{
    (void)state;
    check_html("</ul></ul><ul><li>a</li></ul>", "<ul><li>a</li></ul>", "a");
    check_html("</b></b><b>x</b>", "<p><strong>x</strong></p>", "x");
    check_html("<script>a</scripty>b</script>c", "<p>c</p>", "c");
    check_html("<p title=a'b>x</p>", "<p>x</p>", "x");
    check_html("a&hellipb", "<p>a&amp;hellipb</p>", "a&hellipb");
}

/* Whether the record `detail` makes the fact. */
static bool makes(const char *detail, const char *fact)
{
    scoped(facts_done) struct facts facts = { 0 };
    scoped(json_clear_p) json_t *json = json_loads(detail, 0, NULL);
    bool found = false;

    assert_non_null(json);
    assert_int_equal(facts_of(json, &facts, &f), 0);
    for (size_t i = 0; i < facts.count; i++) {
        found = found || strcmp(facts.lines[i], fact) == 0;
    }
    return found;
}

static bool makes_any(const char *detail)
{
    scoped(facts_done) struct facts facts = { 0 };
    scoped(json_clear_p) json_t *json = json_loads(detail, 0, NULL);

    assert_non_null(json);
    assert_int_equal(facts_of(json, &facts, &f), 0);
    return facts.count > 0;
}

static void only_what_is_whole_becomes_a_fact(void **state)
{
    (void)state;
    assert_true(makes("{\"weight_g\": 999}", "Weight: 999 g"));
    assert_true(makes("{\"weight_g\": 1000}", "Weight: 1000 g (1 kg)"));
    assert_true(makes("{\"options\": {\"Color\": [\"Red\"]}}", "Colours: Red"));
    assert_true(
        makes("{\"dimensions_mm\": [10, 25, 30]}", "Dimensions: 10 x 25 x 30 mm (1 x 2.5 x 3 cm)"));
    assert_false(makes_any("{\"dimensions_mm\": [10, 20]}"));
    assert_false(makes_any("{\"dimensions_mm\": [10, 20, 30, 40]}"));
    assert_false(makes_any("{\"dimensions_mm\": [10, 0, 30]}"));
}

static void only_short_plain_lines_of_the_supplier_become_facts(void **state)
{
    (void)state;
    assert_true(makes_any("{\"description_html\": \"Cord: red cotton\"}"));
    assert_false(makes_any("{\"description_html\": \"Cord: red \\u2605 cotton\"}"));
    assert_false(makes_any("{\"description_html\": \"One two three four five six: red cotton\"}"));
    assert_true(makes_any("{\"description_html\": \"Cord: a b c d e f g h i j k l m\"}"));
    assert_false(makes_any("{\"description_html\": \"Cord: a b c d e f g h i j k l m n\"}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_the_same_only_in_the_whole_fraction),
        cmocka_unit_test(a_phrase_is_found_in_its_disguises_and_nowhere_else),
        cmocka_unit_test(a_masked_first_letter_hides_nothing),
        cmocka_unit_test(only_near_words_tell_of_a_fit),
        cmocka_unit_test(what_the_facts_say_is_judged_too),
        cmocka_unit_test(eight_words_of_the_name_are_copied_and_seven_are_not),
        cmocka_unit_test(broken_markup_keeps_its_text_and_no_more),
        cmocka_unit_test(only_what_is_whole_becomes_a_fact),
        cmocka_unit_test(only_short_plain_lines_of_the_supplier_become_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
