#include "worker/discovery/text_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "worker/discovery/text_check_priv.h"
#include "worker/discovery/text_plain.h"

enum { COPIED_WORDS = 8, QUOTE_BYTES = 80, GROWTH = 4, ROOM_BYTES = 64 };

void fault_add(struct text_report *report, const char *rule, const char *field, const char *fmt,
               ...)
{
    struct text_fault *fault = &report->faults[report->count];
    char text[512];
    va_list args;

    for (size_t i = 0; i < report->count; i++) {
        if (strcmp(report->faults[i].rule, rule) == 0 &&
            strcmp(report->faults[i].field, field) == 0) {
            return;
        }
    }
    if (report->count == TEXT_FAULTS_MAX) {
        return;
    }
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    (void)str_fit(fault->rule, sizeof fault->rule, rule);
    (void)str_fit(fault->field, sizeof fault->field, field);
    (void)str_fit(fault->text, sizeof fault->text, text);
    report->count++;
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

void checker_done(struct checker *c)
{
    text_words_done(&c->facts);
    text_words_done(&c->record);
    text_words_done(&c->source);
    text_words_done(&c->name);
    numbers_done(&c->numbers);
}

static int join_words(const struct facts *facts, bool whole, struct text_words *ret, struct fail *f)
{
    scoped(str_done) struct str text;

    str_init(&text, (size_t)FACTS_MAX * (FACT_BYTES_MAX + 1) + SOURCE_BYTES_MAX);
    TRY(facts_join(facts, whole, &text, f));
    return text_words_of(text.data, ret, f);
}

int checker_init(struct checker *c, const struct facts *facts, struct fail *f)
{
    *c = (struct checker){ 0 };
    TRY(join_words(facts, false, &c->facts, f));
    TRY(join_words(facts, true, &c->record, f));
    TRY(text_words_of(or_empty(facts->source), &c->source, f));
    TRY(text_words_of(or_empty(facts->name), &c->name, f));
    TRY(numbers_of(c->record.plain.data, &c->numbers, f));
    c->proof = (struct group_proof){ &c->facts, &c->record };
    return 0;
}

/* Signs that honest text does not need; fields "" = all, otherwise those in which they are a fault. */
static const struct {
    unsigned sign;
    const char *rule, *why, *fields;
} sign_rules[] = {
    { SIGN_HIDDEN, "DISGUISED", "signs that nobody sees", "" },
    { SIGN_FOREIGN, "DISGUISED", "letters or digits outside the Latin alphabet", "" },
    { SIGN_BROKEN, "DISGUISED", "control characters or broken UTF-8", "" },
    { SIGN_STAR, "SOCIAL_PROOF", "rating stars", "" },
    { SIGN_PLAY, "CLICKBAIT", "buttons, bells or pointing hands", "" },
    { SIGN_CLOCK, "SCARCITY", "clocks or alarm signs", "" },
    { SIGN_CURRENCY, "TERMS", "a sign of money", "" },
    { SIGN_TRADEMARK, "BRAND", "a trademark sign", "" },
    { SIGN_PICTURE, "EMOJI", "emoji or pictures",
      "title seo_title meta_description tags alt_texts" },
    { SIGN_QUOTE, "QUOTES", "quotation marks", "meta_description" },
};

static void check_signs(const struct text_words *words, const char *field,
                        struct text_report *report)
{
    for (size_t i = 0; i < COUNT_OF(sign_rules); i++) {
        if ((words->signs & sign_rules[i].sign) != 0 &&
            (sign_rules[i].fields[0] == '\0' || strstr(sign_rules[i].fields, field) != NULL)) {
            fault_add(report, sign_rules[i].rule, field, "has %s", sign_rules[i].why);
        }
    }
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

/* Letters hidden behind a star or an "at" sign, or drawn out ("freeee"). */
static bool is_disguised(const char *plain, const char *p)
{
    if ((*p == '*' || *p == '@' || *p == '|') && p > plain && is_letter(p[-1]) && is_letter(p[1])) {
        return true;
    }
    return is_letter(*p) && strchr("xiw", *p) == NULL && p[0] == p[1] && p[1] == p[2];
}

static void check_plain(const struct text_words *words, const char *field,
                        struct text_report *report)
{
    const char *plain = words->plain.data;

    for (const char *p = plain; *p != '\0'; p++) {
        if (is_disguised(plain, p)) {
            fault_add(report, "DISGUISED", field, "words must be written out: '%.12s'", p);
        }
        if (*p == '$' && (p == plain || !is_letter(p[-1]))) {
            fault_add(report, "TERMS", field, "money must not be named: '%.12s'", p);
        }
        if (*p == '@') {
            fault_add(report, "CLICKBAIT", field, "no addresses: '%.20s'", p);
        }
        if (*p == '{' || *p == '}') {
            fault_add(report, "DISGUISED", field, "no braces");
        }
    }
}

static void check_links(const struct text_words *words, const char *field,
                        struct text_report *report)
{
    static const char *const ends[] = { "com", "net", "org", "shop", "io", "co", "store", "eu" };

    for (size_t i = 1; i < words->count; i++) {
        for (size_t k = 0; k < COUNT_OF(ends); k++) {
            if (words->list[i].gap == GAP_JOIN && words->list[i].at[-1] == '.' &&
                word_is(&words->list[i], ends[k])) {
                fault_add(report, "CLICKBAIT", field, "no links and addresses");
            }
        }
    }
}

static void check_groups(const struct checker *c, const struct text_words *words, const char *field,
                         struct text_report *report)
{
    for (size_t i = 0; i < text_group_count; i++) {
        const struct text_group *group = &text_groups[i];
        struct group_hit hit;
        char quote[QUOTE_BYTES];

        if (group_find(group, words, &c->proof, 0, &hit)) {
            words_quote(words, hit.first, hit.count, quote, sizeof quote);
            fault_add(report, group->rule, field, "'%s': %s", quote, group->why);
        }
    }
}

static int check_numbers(const struct checker *c, const struct text_words *words, const char *field,
                         struct text_report *report, struct fail *f)
{
    struct numbers numbers = { 0 };
    const struct number *unknown = NULL;

    TRY(numbers_of(words->plain.data, &numbers, f));
    unknown = numbers_unknown(&c->numbers, &numbers);
    if (unknown != NULL) {
        int size = unknown->size < QUOTE_BYTES ? (int)unknown->size : QUOTE_BYTES;

        fault_add(report, "NUMBER_WITHOUT_FACT", field,
                  "'%.*s' is in no fact; leave it out or write it as the fact does", size,
                  unknown->at);
    }
    numbers_done(&numbers);
    return 0;
}

static int check_copied(const struct text_words *source, const struct text_words *words,
                        const char *field, struct text_report *report, struct fail *f)
{
    size_t first = 0;
    char quote[QUOTE_BYTES * 2];

    TRY(words_copied(words, source, COPIED_WORDS, &first, f));
    if (first < words->count) {
        words_quote(words, first, COPIED_WORDS, quote, sizeof quote);
        fault_add(report, "COPIED", field, "%d words in a row are the supplier's: '%s'",
                  COPIED_WORDS, quote);
    }
    return 0;
}

int checker_field(const struct checker *c, const char *field, const char *text,
                  struct text_report *report, struct fail *f)
{
    scoped(text_words_done) struct text_words words = { 0 };

    TRY(text_words_of(text, &words, f));
    check_signs(&words, field, report);
    check_plain(&words, field, report);
    check_links(&words, field, report);
    check_groups(c, &words, field, report);
    TRY(check_numbers(c, &words, field, report, f));
    TRY(check_copied(&c->source, &words, field, report, f));
    return check_copied(&c->name, &words, field, report, f);
}

static int check_all(const struct checker *c, const struct listing_text *text, const char *plain,
                     struct text_report *report, struct fail *f)
{
    TRY(checker_field(c, "title", or_empty(text->title), report, f));
    TRY(checker_field(c, "description_html", plain, report, f));
    TRY(checker_field(c, "seo_title", or_empty(text->seo_title), report, f));
    TRY(checker_field(c, "meta_description", or_empty(text->meta_description), report, f));
    for (size_t i = 0; i < text->tag_count; i++) {
        TRY(checker_field(c, "tags", or_empty(text->tags[i]), report, f));
    }
    for (size_t i = 0; i < text->alt_count; i++) {
        TRY(checker_field(c, "alt_texts", or_empty(text->alts[i]), report, f));
    }
    return text_form_check(text, plain, report, f);
}

int listing_text_check(const struct listing_text *text, const struct facts *facts,
                       struct text_report *ret, struct fail *f)
{
    const char *html = or_empty(text->description_html);
    scoped(checker_done) struct checker c = { 0 };
    scoped(str_done) struct str plain;
    struct text_report *report = ret;

    *report = (struct text_report){ 0 };
    str_init(&plain, strlen(html) * GROWTH + ROOM_BYTES);
    TRY(html_to_text(html, &plain, f));
    TRY(checker_init(&c, facts, f));
    return check_all(&c, text, plain.data, report, f);
}

int text_numbers_known(const char *source, const char *output, char *ret_missing,
                       size_t missing_bytes, struct fail *f)
{
    scoped(text_words_done) struct text_words a = { 0 }, b = { 0 };
    scoped(numbers_done) struct numbers known = { 0 }, said = { 0 };
    const struct number *unknown = NULL;

    TRY(text_words_of(source, &a, f));
    TRY(text_words_of(output, &b, f));
    TRY(numbers_of(a.plain.data, &known, f));
    TRY(numbers_of(b.plain.data, &said, f));
    unknown = numbers_unknown(&known, &said);
    ret_missing[0] = '\0';
    if (unknown != NULL) {
        (void)snprintf(ret_missing, missing_bytes, "%.*s", (int)unknown->size, unknown->at);
    }
    return 0;
}

json_t *text_report_json(const struct text_report *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->count; i++) {
        const struct text_fault *fault = &report->faults[i];

        if (json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "rule", fault->rule, "field",
                                                  fault->field, "text", fault->text)) < 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}
