/* Lengths and form, field by field. */
#include <string.h>

#include "worker/discovery/html_text.h"
#include "worker/discovery/text_check_priv.h"
#include "worker/discovery/text_utf8.h"

enum {
    TITLE_MIN = 20,
    TITLE_MAX = 70,
    SEO_TITLE_MAX = 60,
    META_MIN = 70,
    META_MAX = 155,
    ALT_MAX = 125,
    TAGS_MAX = 10,
    TAG_MIN = 2,
    TAG_MAX = 25,
    WORDS_MIN = 80,
    WORDS_MAX = 300,
    SEPARATORS_MAX = 2,
    REPEATS_MAX = 2,
    CAPS_WORD = 4,
    REPEATED_WORD = 4
};

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static void check_length(const char *field, const char *text, size_t min, size_t max,
                         struct text_report *report)
{
    size_t length = text_length(text);

    if (length < min || length > max) {
        fault_add(report, "LENGTH", field, "%zu characters; allowed are %zu to %zu", length, min,
                  max);
    }
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Markup and entities have no place outside the description; line ends neither. */
static void check_one_line(const char *field, const char *text, struct text_report *report)
{
    const char *amp = strchr(text, '&');

    if (strpbrk(text, "<>") != NULL) {
        fault_add(report, "HTML", field, "must be text without markup");
    }
    while (amp != NULL && (amp[1] == '#' || is_lower(amp[1]) || is_upper(amp[1]))) {
        size_t size =
            strspn(amp + 1, "#abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

        if (amp[1 + size] == ';') {
            fault_add(report, "HTML", field, "must be text without entities");
        }
        amp = strchr(amp + 1, '&');
    }
    if (strpbrk(text, "\r\n\t") != NULL) {
        fault_add(report, "FORM", field, "must be one line");
    }
}

/* More capitals than small letters, or two words of them side by side. */
static void check_caps(const char *field, const char *text, struct text_report *report)
{
    size_t upper = 0, lower = 0, run = 0, shouted = 0;

    for (const char *p = text;; p++) {
        upper += is_upper(*p);
        lower += is_lower(*p);
        if (is_upper(*p)) {
            run++;
            continue;
        }
        if (*p == '\n') {
            shouted = 0;
        } else if (run >= CAPS_WORD && !is_lower(*p)) {
            shouted++;
        } else if (run > 0 || is_lower(*p)) {
            shouted = 0;
        }
        run = 0;
        if (*p == '\0' || shouted >= 2) {
            break;
        }
    }
    if (shouted >= 2 || (upper > lower && upper + lower >= CAPS_WORD)) {
        fault_add(report, "CAPS", field, "must not shout in capitals");
    }
}

/* Keywords strung together: by separators, or by naming the same again. */
static int check_chain(const char *field, const char *text, struct text_report *report,
                       struct fail *f)
{
    scoped(text_words_done) struct text_words words = { 0 };
    size_t separators = 0;

    for (const char *p = text; *p != '\0'; p++) {
        separators += strchr(",;|/+&", *p) != NULL || strncmp(p, " - ", 3) == 0;
    }
    TRY(text_words_of(text, &words, f));
    for (size_t i = 0; i < words.count; i++) {
        size_t repeats = 0;

        for (size_t k = 0; k < words.count; k++) {
            repeats += words.list[k].size == words.list[i].size &&
                       memcmp(words.list[k].at, words.list[i].at, words.list[i].size) == 0;
        }
        if (repeats > REPEATS_MAX && words.list[i].size >= REPEATED_WORD) {
            separators = SEPARATORS_MAX + 1;
        }
    }
    if (separators > SEPARATORS_MAX) {
        fault_add(report, "KEYWORDS", field, "must be a phrase, not a chain of keywords");
    }
    return 0;
}

static void check_sentence(const char *field, const char *text, struct text_report *report)
{
    size_t size = strlen(text);
    bool begins = is_upper(*text) || is_digit(*text) || (unsigned char)*text >= 0xC3;

    if (size == 0) {
        return;
    }
    if (!begins || strchr(".!?", text[size - 1]) == NULL || strstr(text, "!!") != NULL) {
        fault_add(report, "FORM", field, "must be whole sentences");
    }
}

size_t text_count_words(const char *text)
{
    size_t count = 0;
    bool inside = false;

    for (; *text != '\0'; text++) {
        bool letter =
            is_lower(*text) || is_upper(*text) || is_digit(*text) || (unsigned char)*text >= 0x80;

        if (*text == ' ' || *text == '\n') {
            inside = false;
        } else if (letter && !inside) {
            inside = true;
            count++;
        }
    }
    return count;
}

static int check_description(const char *html, const char *plain, struct text_report *report,
                             struct fail *f)
{
    static const char field[] = "description_html";
    size_t words = text_count_words(plain);
    int clean = html_is_clean(html, f);

    TRY(clean);
    if (clean == 0) {
        fault_add(report, "HTML", field, "only p, ul, li and strong without attributes");
    }
    if (words < WORDS_MIN || words > WORDS_MAX) {
        fault_add(report, "LENGTH", field, "%zu words; allowed are %d to %d", words, WORDS_MIN,
                  WORDS_MAX);
    }
    if (strstr(html, "<li>") == NULL) {
        fault_add(report, "FORM", field, "must have a list of facts (ul, li)");
    }
    check_caps(field, plain, report);
    return 0;
}

static bool is_tag(const char *tag)
{
    size_t size = strlen(tag);

    for (const char *p = tag; *p != '\0'; p++) {
        if (!is_lower(*p) && !is_digit(*p) && *p != ' ' && *p != '-' && (unsigned char)*p < 0x80) {
            return false;
        }
    }
    return size > 0 && tag[0] != ' ' && tag[size - 1] != ' ' && strstr(tag, "  ") == NULL;
}

/* Capitals with accents of Latin-1 and of Latin Extended-A. */
static bool has_wide_capital(const char *text)
{
    size_t left = strlen(text);
    uint32_t c = 0;

    for (size_t size = 0; left > 0; left -= size, text += size) {
        size = utf8_next(text, left, &c);
        if ((c >= 0xC0 && c <= 0xDE) || (c >= 0x100 && c <= 0x137 && c % 2 == 0)) {
            return true;
        }
    }
    return false;
}

static void check_tags(const struct listing_text *text, struct text_report *report)
{
    if (text->tag_count > TAGS_MAX) {
        fault_add(report, "LENGTH", "tags", "%zu tags; allowed are %d", text->tag_count, TAGS_MAX);
    }
    for (size_t i = 0; i < text->tag_count; i++) {
        const char *tag = or_empty(text->tags[i]);

        check_length("tags", tag, TAG_MIN, TAG_MAX, report);
        check_one_line("tags", tag, report);
        if (!is_tag(tag) || has_wide_capital(tag)) {
            fault_add(report, "FORM", "tags", "'%s': small letters, digits, space, hyphen", tag);
        }
        for (size_t k = 0; k < i; k++) {
            if (strcmp(tag, or_empty(text->tags[k])) == 0) {
                fault_add(report, "FORM", "tags", "'%s' is there twice", tag);
            }
        }
    }
}

static void check_alts(const struct listing_text *text, struct text_report *report)
{
    for (size_t i = 0; i < text->alt_count; i++) {
        const char *alt = or_empty(text->alts[i]);

        check_length("alt_texts", alt, 1, ALT_MAX, report);
        check_one_line("alt_texts", alt, report);
        check_caps("alt_texts", alt, report);
    }
}

static void check_line(const char *field, const char *text, size_t min, size_t max,
                       struct text_report *report)
{
    check_length(field, text, min, max, report);
    check_one_line(field, text, report);
    check_caps(field, text, report);
}

int text_line_check(const char *field, const char *text, bool title, struct text_report *report,
                    struct fail *f)
{
    check_caps(field, text, report);
    if (!title) {
        return 0;
    }
    check_one_line(field, text, report);
    return check_chain(field, text, report, f);
}

int text_form_check(const struct listing_text *text, const char *plain, struct text_report *report,
                    struct fail *f)
{
    const char *title = or_empty(text->title), *seo = or_empty(text->seo_title);
    const char *meta = or_empty(text->meta_description);

    check_line("title", title, TITLE_MIN, TITLE_MAX, report);
    check_line("seo_title", seo, 1, SEO_TITLE_MAX, report);
    check_line("meta_description", meta, META_MIN, META_MAX, report);
    check_sentence("meta_description", meta, report);
    TRY(check_chain("title", title, report, f));
    TRY(check_chain("seo_title", seo, report, f));
    check_tags(text, report);
    check_alts(text, report);
    return check_description(or_empty(text->description_html), plain, report, f);
}
