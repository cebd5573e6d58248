/* Lengths and form of every field, texts as JSON, and what becomes a fact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "worker/discovery/template_text.h"
#include "worker/discovery/text_groups.h"

static struct facts facts; /* nothing is known but the name */
static char name[] = "Folding Bowl";

/* A text that passes, as JSON, so that each test changes one member. */
static json_t *good(void)
{
    json_t *text = json_pack(
        "{s:s, s:s, s:s, s:s, s:[s,s], s:[s], s:[]}", "title", "Folding Bowl for the Dog",
        "description_html",
        "<p>A bowl for walks and trips.</p><ul><li>Folds after use</li></ul><p>The list above "
        "names what is "
        "known; whatever is missing there is not claimed here. Please look at the options beside "
        "the "
        "pictures, and hold the measurements against the place where you want to use it. Shades "
        "may look a "
        "little different on a screen than they do in daylight. If a detail that matters to you is "
        "missing, "
        "write to us through the contact page and we will look it up. Keep the notes that come "
        "with it.</p>",
        "seo_title", "Folding Bowl for the Dog", "meta_description",
        "A bowl for walks and trips that goes into a bag when the dog has finished.", "tags",
        "dog bowl", "travel", "alt_texts", "A bowl seen from above", "facts_used");

    assert_non_null(text);
    return text;
}

/* The faults of a text, which is given away. */
static struct text_report faults_of(json_t *take_text)
{
    struct text_report report;
    struct made_text made;
    struct fail f;

    assert_int_equal(made_text_of_json(take_text, &made, &f), 0);
    assert_int_equal(listing_text_check(&made.text, &facts, &report, &f), 0);
    made_text_done(&made);
    json_decref(take_text);
    return report;
}

static json_t *with(const char *member, json_t *take_value)
{
    json_t *text = good();

    assert_int_equal(json_object_set_new(text, member, take_value), 0);
    return text;
}

/* Exactly this fault, or none (rule ""). */
static void gives(const char *member, json_t *take_value, const char *rule)
{
    struct text_report report = faults_of(with(member, take_value));

    if (rule[0] == '\0') {
        if (report.count > 0) {
            fail_msg("%s: %s", report.faults[0].rule, report.faults[0].text);
        }
        return;
    }
    assert_true(report.count > 0);
    assert_string_equal(report.faults[0].rule, rule);
    assert_string_equal(report.faults[0].field, member);
}

static json_t *letters(size_t count, const char *end)
{
    char text[400] = "";
    size_t size = strlen(end);

    for (size_t i = 0; i + size < count; i++) {
        text[i] = i == 0 ? 'B' : i % 6 == 5 ? ' ' : (char)('a' + (i * 7) % 23);
    }
    memcpy(text + count - size, end, size + 1);
    return json_string(text);
}

static void a_good_text_passes(void **unused)
{
    (void)unused;
    assert_int_equal(faults_of(good()).count, 0);
}

static void lengths_are_kept_to_the_character(void **unused)
{
    (void)unused;
    gives("title", letters(19, ""), "LENGTH");
    gives("title", letters(20, ""), "");
    gives("title", letters(70, ""), "");
    gives("title", letters(71, ""), "LENGTH");
    gives("seo_title", json_string(""), "LENGTH");
    gives("seo_title", letters(60, ""), "");
    gives("seo_title", letters(61, ""), "LENGTH");
    gives("meta_description", letters(69, "."), "LENGTH");
    gives("meta_description", letters(70, "."), "");
    gives("meta_description", letters(155, "."), "");
    gives("meta_description", letters(156, "."), "LENGTH");
    gives("alt_texts", json_pack("[o]", letters(125, "")), "");
    gives("alt_texts", json_pack("[o]", letters(126, "")), "LENGTH");
    gives("alt_texts", json_pack("[s]", ""), "LENGTH");
    gives("tags", json_pack("[s]", "a"), "LENGTH");
    gives("tags", json_pack("[s]", "abcdefghijklmnopqrstuvwxy"), "");
    gives("tags", json_pack("[s]", "abcdefghijklmnopqrstuvwxyz"), "LENGTH");
}

static void characters_count_and_not_bytes(void **unused)
{
    char title[400] = "";

    (void)unused;
    for (int i = 0; i < 35; i++) {
        strncat(title, i % 5 == 4 ? " " : "\xc3\xa9", sizeof title - strlen(title) - 1);
        title[strlen(title)] = (char)('b' + i % 20);
    }
    assert_true(strlen(title) > 90);
    gives("title", json_string(title), "");
}

static void titles_neither_shout_nor_string_keywords_together(void **unused)
{
    (void)unused;
    gives("title", json_string("FOLDING BOWL FOR THE DOG"), "CAPS");
    gives("title", json_string("FOLDING BOWL for the dog at home"), "CAPS");
    gives("title", json_string("Folding Bowl with USB for the Dog"), "");
    gives("title", json_string("Bowl, dog bowl, folding, travel, walk"), "KEYWORDS");
    gives("title", json_string("Bowl | Dog | Travel | Walk it"), "KEYWORDS");
    gives("title", json_string("Bowl for Bowl and Bowl at home"), "KEYWORDS");
    gives("title", json_string("Folding Bowl for the Dog \xf0\x9f\x90\xb6"), "EMOJI");
    gives("title", json_string("Folding <b>Bowl</b> for the Dog"), "HTML");
    gives("title", json_string("Folding Bowl &amp; Dog and Walk"), "HTML");
    gives("title", json_string("Folding Bowl\nfor the Dog"), "FORM");
}

static void the_meta_description_is_a_sentence_without_quotes(void **unused)
{
    static const char body[] =
        "A bowl for walks and trips that goes into a bag when the dog has eaten";
    char text[200];

    (void)unused;
    gives("meta_description", json_string(body), "FORM");
    (void)snprintf(text, sizeof text, "%s.", body);
    gives("meta_description", json_string(text), "");
    (void)snprintf(text, sizeof text, "\"%s.\" Yes.", body);
    gives("meta_description", json_string(text), "QUOTES");
    (void)snprintf(text, sizeof text, "\xe2\x80\x9c%s.\xe2\x80\x9d Yes.", body);
    gives("meta_description", json_string(text), "QUOTES");
    (void)snprintf(text, sizeof text, "a%s.", body + 1);
    gives("meta_description", json_string(text), "FORM");
    (void)snprintf(text, sizeof text, "%s!!", body);
    gives("meta_description", json_string(text), "FORM");
    (void)snprintf(text, sizeof text, "%s of the dog's.", body);
    gives("meta_description", json_string(text), "");
}

static void tags_are_few_small_and_different(void **unused)
{
    json_t *eleven = json_array();

    (void)unused;
    for (int i = 0; i < 11; i++) {
        char tag[8] = { (char)('a' + i), 'b', '\0' };

        assert_int_equal(json_array_append_new(eleven, json_string(tag)), 0);
    }
    gives("tags", eleven, "LENGTH");
    gives("tags", json_array(), "");
    gives("tags", json_pack("[s]", "Dog"), "FORM");
    gives("tags", json_pack("[s]", "\xc3\x84rmel"), "FORM");
    gives("tags", json_pack("[s]", "\xc3\xa4rmel"), "");
    gives("tags", json_pack("[s]", "dog,bowl"), "FORM");
    gives("tags", json_pack("[s]", " dog"), "FORM");
    gives("tags", json_pack("[s,s]", "dog", "dog"), "FORM");
}

static json_t *words(int count, bool list)
{
    struct str html;
    json_t *text = NULL;

    str_init(&html, 1 << 16);
    str_add(&html, list ? "<ul><li>" : "<p>");
    for (int i = 0; i < count; i++) {
        str_addf(&html, "zq%c%c ", 'a' + i % 23, 'b' + i % 19);
    }
    str_add(&html, list ? "</li></ul>" : "</p>");
    text = json_string(html.data);
    str_done(&html);
    return text;
}

static void descriptions_have_80_to_300_words_and_a_list(void **unused)
{
    (void)unused;
    gives("description_html", words(79, true), "LENGTH");
    gives("description_html", words(80, true), "");
    gives("description_html", words(300, true), "");
    gives("description_html", words(301, true), "LENGTH");
    gives("description_html", words(100, false), "FORM");
}

static void markup_that_is_not_allowed_is_a_fault_unless_it_was_cleaned(void **unused)
{
    json_t *text = good();
    struct text_report report;
    struct made_text made;
    struct fail f;

    (void)unused;
    assert_int_equal(made_text_of_json(text, &made, &f), 0);
    made.text.description_html = "<p onclick='x()'>a</p>";
    assert_int_equal(listing_text_check(&made.text, &facts, &report, &f), 0);
    assert_string_equal(report.faults[0].rule, "HTML");
    made_text_done(&made);
    json_decref(text);

    text =
        with("description_html", json_string("<p onclick='x()'>a</p><script>b</script><h2>c</h2>"));
    assert_int_equal(made_text_of_json(text, &made, &f), 0);
    assert_string_equal(made.text.description_html, "<p>a</p><p><strong>c</strong></p>");
    assert_string_equal(json_text(made.json, "description_html", ""), made.text.description_html);
    made_text_done(&made);
    json_decref(text);
}

static void texts_of_another_form_are_refused_by_their_member(void **unused)
{
    static const char *const members[] = { "title",     "description_html", "seo_title", "tags",
                                           "alt_texts", "meta_description", "facts_used" };
    struct made_text made;
    struct fail f;

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        json_t *text = with(members[i], json_pack("{s:s}", "x", "y"));

        assert_int_equal(made_text_of_json(text, &made, &f), -1);
        assert_int_equal(f.kind, FAIL_INPUT);
        assert_non_null(strstr(f.text, members[i]));
        json_decref(text);
    }
    json_t *text = with("tags", json_pack("[i]", 1));
    assert_int_equal(made_text_of_json(text, &made, &f), -1);
    json_decref(text);
    text = with("facts_used", json_pack("[i]", 0));
    assert_int_equal(made_text_of_json(text, &made, &f), -1);
    json_decref(text);
    text = json_array();
    assert_int_equal(made_text_of_json(text, &made, &f), -1);
    json_decref(text);
}

static void other_members_are_left_behind_and_facts_used_may_be_missing(void **unused)
{
    json_t *text = with("extra", json_string("x"));
    struct made_text made;
    struct fail f;

    (void)unused;
    assert_int_equal(json_object_del(text, "facts_used"), 0);
    assert_int_equal(made_text_of_json(text, &made, &f), 0);
    assert_int_equal(json_object_size(made.json), 7);
    assert_null(json_object_get(made.json, "extra"));
    made_text_done(&made);
    json_decref(text);
}

static void missing_fields_are_faults_and_no_crash(void **unused)
{
    const struct listing_text nothing = { 0 };
    const struct facts unknown = { 0 };
    struct text_report report;
    struct text_fault fault;
    struct fail f;

    (void)unused;
    assert_int_equal(listing_text_check(&nothing, &unknown, &report, &f), 0);
    assert_true(report.count >= 4);
    assert_int_equal(compliance_check(&unknown, true, &fault, &f), 0);
}

static void facts_are_bounded(void **unused)
{
    json_t *notes = json_array(), *detail = json_pack("{s:s, s:o}", "name", name, "notes", notes);
    struct facts many;
    struct fail f;
    char note[600];

    (void)unused;
    for (int i = 0; i < 500; i++) {
        (void)snprintf(note, sizeof note, "Note of size %d", i);
        assert_int_equal(json_array_append_new(notes, json_string(note)), 0);
    }
    memset(note, 'a', sizeof note - 1);
    note[sizeof note - 1] = '\0';
    assert_int_equal(json_array_insert_new(notes, 0, json_string(note)), 0);
    assert_int_equal(facts_of(detail, &many, &f), 0);
    assert_int_equal(many.count, FACTS_MAX);
    for (size_t i = 0; i < many.count; i++) {
        assert_true(strlen(many.lines[i]) <= FACT_BYTES_MAX);
    }
    facts_done(&many);
    json_decref(detail);
}

static void check_sorted(const struct text_group *groups, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct text_group *group = &groups[i];

        for (size_t k = 1; k < group->count; k++) {
            const char *star = strchr(group->phrases[k], '*');

            assert_true(star == NULL || star[1] == '\0');
            if (strcmp(group->phrases[k - 1], group->phrases[k]) >= 0) {
                fail_msg("%s: '%s' before '%s'", group->rule, group->phrases[k - 1],
                         group->phrases[k]);
            }
        }
    }
}

static void word_lists_are_sorted_for_they_are_searched_by_first_letter(void **unused)
{
    (void)unused;
    check_sorted(text_groups, text_group_count);
    check_sorted(goods_blocked, goods_blocked_count);
    check_sorted(goods_restricted, goods_restricted_count);
    check_sorted(goods_restricted_eu, goods_restricted_eu_count);
    check_sorted(group_brands, COUNT_OF(group_brands));
    check_sorted(&group_devices, 1);
    check_sorted(&group_copies, 1);
    check_sorted(&group_orders, 1);
}

static void of_copied_runs_the_first_is_told(void **unused)
{
    static const char run[] = "one two three four five six seven eight";
    char text[600];
    size_t used = 0;

    (void)unused;
    for (size_t times = 1; times < 9; times++) {
        scoped(text_words_done) struct text_words copy = { 0 }, source = { 0 };
        size_t first = 0;
        struct fail f;

        used += (size_t)snprintf(text + used, sizeof text - used, "own %s, ", run);
        assert_int_equal(text_words_of(text, &copy, &f), 0);
        assert_int_equal(text_words_of(run, &source, &f), 0);
        assert_int_equal(words_copied(&copy, &source, 8, &first, &f), 0);
        assert_int_equal(first, 1);
    }
}

static int load(void **unused)
{
    (void)unused;
    facts = (struct facts){ .name = name };
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_text_passes),
        cmocka_unit_test(lengths_are_kept_to_the_character),
        cmocka_unit_test(characters_count_and_not_bytes),
        cmocka_unit_test(titles_neither_shout_nor_string_keywords_together),
        cmocka_unit_test(the_meta_description_is_a_sentence_without_quotes),
        cmocka_unit_test(tags_are_few_small_and_different),
        cmocka_unit_test(descriptions_have_80_to_300_words_and_a_list),
        cmocka_unit_test(markup_that_is_not_allowed_is_a_fault_unless_it_was_cleaned),
        cmocka_unit_test(texts_of_another_form_are_refused_by_their_member),
        cmocka_unit_test(other_members_are_left_behind_and_facts_used_may_be_missing),
        cmocka_unit_test(missing_fields_are_faults_and_no_crash),
        cmocka_unit_test(facts_are_bounded),
        cmocka_unit_test(word_lists_are_sorted_for_they_are_searched_by_first_letter),
        cmocka_unit_test(of_copied_runs_the_first_is_told),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}
