/* The checks on whole texts: wrong sentences put into an honest text never pass, in whatever field and however disguised, and
 * honest texts are not refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "supplier_texts.h"
#include "worker/discovery/template_text.h"
#include "worker/discovery/text_utf8.h"

enum { TEXT_BYTES = 8192 };

static json_t *wrong, *honest;
static struct facts bowl;
static size_t told;

#define tell(...) (told++, print_error(__VA_ARGS__), print_error("\n"))

/* What is true of the product the wrong sentences are put into. */
static const char bowl_json[] =
    "{\"name\":\"Folding Bowl for Dogs 1.5 cup\",\"category\":\"Pets / Dogs / "
    "Bowls\",\"material\":\"Silicone\","
    "\"weight_g\":140,\"options\":{\"Color\":[\"Black\",\"Blue\"]},\"dimensions_mm\":[300,400,60],"
    "\"description_html\":\"<p>This bowl folds flat and goes into any bag when you walk the dog in "
    "the "
    "park.</p><p>Capacity: 350ml</p><p>Packing list:<br>3 pcs</p>\"}";

static const char padding[] = "<p>The list above names what is known; whatever is missing there is "
                              "not claimed here. Please look at "
                              "the options beside the pictures, and hold the measurements against "
                              "the place where you want to use it. "
                              "Shades may look a little different on a screen than they do in "
                              "daylight.</p><p>If a detail that matters "
                              "to you is missing, write to us through the contact page and we will "
                              "look it up. Keep the notes that come "
                              "with it, so that you can read them again later.</p>";

static int load_one(const struct embedded *file, json_t **ret)
{
    struct fail f;

    return json_parse(file->text, file->size_bytes, file->name, ret, &f);
}

static int load(void **unused)
{
    scoped(json_clear_p) json_t *detail = NULL;
    struct fail f;

    (void)unused;
    return load_one(&texts_wrong_sentences, &wrong) < 0 ||
                   load_one(&texts_honest_texts, &honest) < 0 ||
                   json_parse(bowl_json, strlen(bowl_json), "bowl", &detail, &f) < 0 ||
                   facts_of(detail, &bowl, &f) < 0
               ? -1
               : 0;
}

static int unload(void **unused)
{
    (void)unused;
    json_decref(wrong);
    json_decref(honest);
    facts_done(&bowl);
    return 0;
}

static int begin(void **unused)
{
    (void)unused;
    told = 0;
    return 0;
}

/* An honest text, with room for something wrong. */
struct draft {
    char title[TEXT_BYTES], html[TEXT_BYTES], seo[TEXT_BYTES], meta[TEXT_BYTES], tag[TEXT_BYTES],
        alt[TEXT_BYTES];
};

static void honest_bowl(struct draft *d)
{
    (void)snprintf(d->title, sizeof d->title, "Folding Silicone Bowl for Dogs");
    (void)snprintf(d->html, sizeof d->html,
                   "<p>A bowl for walks and trips. It holds 350 ml.</p><ul><li>Material: "
                   "silicone</li><li>Weight: 140 g</li></ul>%s",
                   padding);
    (void)snprintf(d->seo, sizeof d->seo, "Folding Silicone Bowl for Dogs");
    (void)snprintf(d->meta, sizeof d->meta,
                   "A folding bowl of silicone for dogs that holds 350 ml and weighs 140 g.");
    (void)snprintf(d->tag, sizeof d->tag, "dog bowl");
    (void)snprintf(d->alt, sizeof d->alt, "Folding bowl of silicone");
}

static void check(const struct draft *d, const struct facts *facts, struct text_report *ret)
{
    const char *tag = d->tag, *alt = d->alt;
    const struct listing_text text = { .title = d->title,
                                       .description_html = d->html,
                                       .seo_title = d->seo,
                                       .meta_description = d->meta,
                                       .tags = &tag,
                                       .tag_count = 1,
                                       .alts = &alt,
                                       .alt_count = 1 };
    struct fail f;

    assert_int_equal(listing_text_check(&text, facts, ret, &f), 0);
}

static bool has_fault(const struct text_report *report, const char *rule, const char *field)
{
    for (size_t i = 0; i < report->count; i++) {
        if (strcmp(report->faults[i].rule, rule) == 0 &&
            (field == NULL || strcmp(report->faults[i].field, field) == 0)) {
            return true;
        }
    }
    return false;
}

/* A fault of what the description says, and not only of its length. */
static bool says_wrong(const struct text_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        if (strcmp(report->faults[i].field, "description_html") == 0 &&
            strcmp(report->faults[i].rule, "LENGTH") != 0 &&
            strcmp(report->faults[i].rule, "CAPS") != 0) {
            return true;
        }
    }
    return false;
}

static void put_before_the_end(char *html, const char *sentence)
{
    char rest[TEXT_BYTES];
    char *at = strstr(html, "</p>");

    (void)snprintf(rest, sizeof rest, " %s%s", sentence, at);
    (void)snprintf(at, TEXT_BYTES - (size_t)(at - html), "%s", rest);
}

static void the_honest_bowl_passes(void **unused)
{
    struct text_report report;
    struct draft d;

    (void)unused;
    honest_bowl(&d);
    check(&d, &bowl, &report);
    for (size_t i = 0; i < report.count; i++) {
        tell("%s in %s: %s", report.faults[i].rule, report.faults[i].field, report.faults[i].text);
    }
    assert_int_equal(told, 0);
}

static void no_wrong_sentence_passes_in_the_description(void **unused)
{
    size_t i = 0;
    json_t *row = NULL;

    (void)unused;
    assert_true(json_array_size(wrong) >= 150);
    json_array_foreach(wrong, i, row)
    {
        const char *text = json_text(row, "text", ""), *rule = json_text(row, "rule", "");
        struct text_report report;
        struct draft d;

        honest_bowl(&d);
        put_before_the_end(d.html, text);
        check(&d, &bowl, &report);
        if (!has_fault(&report, rule, "description_html")) {
            tell("'%s' is not found to be %s but %s", text, rule,
                 report.count > 0 ? report.faults[0].rule : "fine");
        }
    }
    assert_int_equal(told, 0);
}

static void no_wrong_sentence_passes_in_any_other_field(void **unused)
{
    static const size_t fields[] = { offsetof(struct draft, title), offsetof(struct draft, seo),
                                     offsetof(struct draft, meta), offsetof(struct draft, tag),
                                     offsetof(struct draft, alt) };
    static const char *const names[] = { "title", "seo_title", "meta_description", "tags",
                                         "alt_texts" };
    size_t i = 0;
    json_t *row = NULL;

    (void)unused;
    json_array_foreach(wrong, i, row)
    {
        for (size_t k = 0; k < COUNT_OF(fields); k++) {
            struct text_report report;
            struct draft d;

            honest_bowl(&d);
            d.html[0] = '\0';
            (void)snprintf((char *)&d + fields[k], TEXT_BYTES, "%s", json_text(row, "text", ""));
            check(&d, &bowl, &report);
            if (!has_fault(&report, json_text(row, "rule", ""), names[k])) {
                tell("'%s' in %s is not found to be %s", json_text(row, "text", ""), names[k],
                     json_text(row, "rule", ""));
            }
        }
    }
    assert_int_equal(told, 0);
}

typedef void disguise_fn(const char *text, struct str *ret);

static void shout(const char *text, struct str *ret)
{
    for (; *text != '\0'; text++) {
        str_add_char(ret, *text >= 'a' && *text <= 'z' ? (char)(*text - 'a' + 'A') : *text);
    }
}

/* A sign nobody sees between all letters. */
static void sprinkle(const char *text, struct str *ret)
{
    for (; *text != '\0'; text++) {
        str_add_char(ret, *text);
        str_add(ret, "\xc2\xad");
    }
}

static void widen(const char *text, struct str *ret)
{
    for (; *text != '\0'; text++) {
        if (*text > ' ' && *text < 0x7F) {
            utf8_add(ret, (uint32_t)*text - '!' + 0xFF01);
        } else {
            str_add_char(ret, *text);
        }
    }
}

static void accent(const char *text, struct str *ret)
{
    for (; *text != '\0'; text++) {
        str_add_char(ret, *text);
        if (strchr("aeiou", *text) != NULL) {
            str_add(ret, "\xcc\x81");
        }
    }
}

static void embolden(const char *text, struct str *ret)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        str_add_char(ret, text[i]);
        if (i > 0 && text[i] >= 'a' && text[i] <= 'z' && i % 3 == 0) {
            str_add(ret, "<strong></strong>");
        }
    }
}

static void encode(const char *text, struct str *ret)
{
    for (; *text != '\0'; text++) {
        if (*text >= 'a' && *text <= 'z') {
            str_addf(ret, "&#%d;", *text);
        } else {
            str_add_char(ret, *text);
        }
    }
}

static void borrow_letters(const char *text, struct str *ret)
{
    static const struct {
        char letter;
        const char *twin;
    } twins[] = {
        { 'a', "\xd0\xb0" }, { 'e', "\xd0\xb5" }, { 'o', "\xd0\xbe" }, { 'c', "\xd1\x81" }
    };

    for (; *text != '\0'; text++) {
        const char *twin = NULL;

        for (size_t i = 0; i < COUNT_OF(twins); i++) {
            twin = twins[i].letter == *text ? twins[i].twin : twin;
        }
        if (twin != NULL) {
            str_add(ret, twin);
        } else {
            str_add_char(ret, *text);
        }
    }
}

static void no_disguise_lets_a_wrong_sentence_pass(void **unused)
{
    static disguise_fn *const disguises[] = { shout,    sprinkle, widen,         accent,
                                              embolden, encode,   borrow_letters };
    size_t i = 0, tried = 0;
    json_t *row = NULL;

    (void)unused;
    json_array_foreach(wrong, i, row)
    {
        for (size_t k = 0; k < COUNT_OF(disguises); k++, tried++) {
            struct text_report report;
            struct draft d;
            struct str text;

            str_init(&text, TEXT_BYTES);
            disguises[k](json_text(row, "text", ""), &text);
            honest_bowl(&d);
            (void)snprintf(d.html, sizeof d.html, "<ul><li>%s</li></ul>", text.data);
            check(&d, &bowl, &report);
            if (!says_wrong(&report)) {
                tell("disguise %zu of '%s' passes: %s", k, json_text(row, "text", ""), text.data);
            }
            str_done(&text);
        }
    }
    assert_true(tried > 1000);
    assert_int_equal(told, 0);
}

static void words_spelled_by_hyphens_spaces_and_digits_are_found(void **unused)
{
    static const char *const texts[] = { "It is the b-e-s-t.",
                                         "It is the b e s t.",
                                         "It is the b3st.",
                                         "It is the be-st.",
                                         "It is the BEST!",
                                         "gu4r4nt33d to hold",
                                         "guar-anteed to hold",
                                         "A n1ke print.",
                                         "A N I K E print.",
                                         "It c.u.r.e.s all.",
                                         "F R E E   S H I P P I N G",
                                         "ecofriendly",
                                         "eco - friendly",
                                         "It is the bést.",
                                         "ca$h b4ck, disc0unt",
                                         "a Spider\xe2\x80\x91Man print" };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct text_report report;
        struct draft d;

        honest_bowl(&d);
        put_before_the_end(d.html, texts[i]);
        check(&d, &bowl, &report);
        if (report.count == 0) {
            tell("'%s' passes", texts[i]);
        }
    }
    assert_int_equal(told, 0);
}

/* The whole text of one row. */
static void draft_of(const json_t *row, struct draft *d)
{
    const json_t *bullets = json_at(row, "bullets");
    size_t used =
        (size_t)snprintf(d->html, sizeof d->html, "<p>%s</p><ul>", json_text(row, "intro", ""));

    for (size_t i = 0; i < json_array_size(bullets); i++) {
        used += (size_t)snprintf(d->html + used, sizeof d->html - used, "<li>%s</li>",
                                 json_string_value(json_array_get(bullets, i)));
    }
    (void)snprintf(d->html + used, sizeof d->html - used, "</ul>%s", padding);
    (void)snprintf(d->title, sizeof d->title, "%s", json_text(row, "title", ""));
    (void)snprintf(d->seo, sizeof d->seo, "%s", json_text(row, "title", ""));
    (void)snprintf(d->meta, sizeof d->meta,
                   "%s: read what it is made of and which options there are.",
                   json_text(row, "title", ""));
    (void)snprintf(d->tag, sizeof d->tag, "%s", json_text(row, "tags.0", ""));
    (void)snprintf(d->alt, sizeof d->alt, "%s, seen from above", json_text(row, "title", ""));
}

static void honest_texts_are_not_refused(void **unused)
{
    size_t at = 0;
    json_t *row = NULL;

    (void)unused;
    assert_true(json_array_size(honest) >= 40);
    json_array_foreach(honest, at, row)
    {
        struct text_report report;
        struct facts facts;
        struct draft d;
        struct fail f;

        assert_int_equal(facts_of(json_at(row, "detail"), &facts, &f), 0);
        draft_of(row, &d);
        check(&d, &facts, &report);
        for (size_t i = 0; i < report.count; i++) {
            tell("%s: %s in %s: %s", d.title, report.faults[i].rule, report.faults[i].field,
                 report.faults[i].text);
        }
        facts_done(&facts);
    }
    assert_int_equal(told, 0);
}

static void v_4_a_listing_promises_no_refund(void **unused)
{
    struct text_report report;
    struct draft d;

    (void)unused;
    honest_bowl(&d);
    put_before_the_end(d.html, "We have refunded you.");
    check(&d, &bowl, &report);
    assert_true(has_fault(&report, "TERMS", "description_html"));
}

static void the_report_as_json_says_rule_field_and_text(void **unused)
{
    struct text_report report;
    struct draft d;

    (void)unused;
    honest_bowl(&d);
    put_before_the_end(d.html, "The best bowl.");
    check(&d, &bowl, &report);
    scoped(json_clear_p) json_t *json = text_report_json(&report);
    assert_int_equal(json_array_size(json), 1);
    assert_string_equal(json_text(json, "0.rule", ""), "ABSOLUTE");
    assert_string_equal(json_text(json, "0.field", ""), "description_html");
    assert_non_null(strstr(json_text(json, "0.text", ""), "'best'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_honest_bowl_passes, begin),
        cmocka_unit_test_setup(no_wrong_sentence_passes_in_the_description, begin),
        cmocka_unit_test_setup(no_wrong_sentence_passes_in_any_other_field, begin),
        cmocka_unit_test_setup(no_disguise_lets_a_wrong_sentence_pass, begin),
        cmocka_unit_test_setup(words_spelled_by_hyphens_spaces_and_digits_are_found, begin),
        cmocka_unit_test_setup(honest_texts_are_not_refused, begin),
        cmocka_unit_test_setup(v_4_a_listing_promises_no_refund, begin),
        cmocka_unit_test_setup(the_report_as_json_says_rule_field_and_text, begin),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
