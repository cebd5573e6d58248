#include "worker/discovery/template_text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/json.h"
#include "worker/discovery/template_title.h"
#include "worker/discovery/text_check_priv.h"

enum {
    BULLETS_MAX = 12,
    LINE_MAX = 220,
    WORDS_ENOUGH = 95,
    BULLET_WORDS_MAX = 180,
    HTML_MAX = 64 * 1024,
    SEO_TITLE_MAX = 60,
    SHORT_TITLE_MAX = 55,
    TAGS_MAX = 10,
    TAG_MIN = 3,
    TAG_MAX = 25,
    IMAGES_MAX = 250
};

/* What is being made. */
struct draft {
    const struct checker *c;
    const struct facts *facts;
    char title[TITLE_BYTES];
    struct str html;
    size_t words;
    json_t *tags, *alts, *used;
};

static void draft_done(struct draft *d)
{
    str_done(&d->html);
    json_decref(d->tags);
    json_decref(d->alts);
    json_decref(d->used);
}

/* Advice that is true of any product and claims nothing of this one. */
static const char *const advice[] = {
    "Every point in this list comes from the record of the maker or supplier. What is not listed "
    "is not claimed.",
    "Please look at the options before you put the product into the cart, and compare the "
    "measurements "
    "with the place and the purpose you have in mind.",
    "Shades can look slightly different on a screen, and several options may share a photo; the "
    "name of the "
    "option tells which variant you have chosen.",
    "If a detail that matters to you is missing, please ask through the contact page and we will "
    "look it up.",
    "Please keep the packaging together with the notes that come with the product, so that you can "
    "look up "
    "details later.",
    "Read those notes before you start, and use the product for the purpose it was made for.",
};

static void add_escaped(struct str *html, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        switch (text[i]) {
        case '&':
            str_add(html, "&amp;");
            break;
        case '<':
            str_add(html, "&lt;");
            break;
        case '>':
            str_add(html, "&gt;");
            break;
        default:
            str_add_char(html, text[i]);
        }
    }
}

/* The fact as the buyer reads it: without the mark of its source, and without "100%", which is an absolute term. */
static void readable(const char *fact, char ret[static LINE_MAX])
{
    static const char *const marks[] = { "Supplier: ", "Note: " };
    char *hundred = NULL;

    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        size_t size = strlen(marks[i]);

        fact += strncmp(fact, marks[i], size) == 0 ? size : 0;
    }
    (void)snprintf(ret, LINE_MAX, "%s", fact);
    for (hundred = strstr(ret, "100"); hundred != NULL; hundred = strstr(hundred + 1, "100")) {
        size_t size = 3 + strspn(hundred + 3, " ");

        if (hundred[size] == '%' && (hundred == ret || hundred[-1] == ' ')) {
            size += 1 + strspn(hundred + size + 1, " ");
            memmove(hundred, hundred + size, strlen(hundred + size) + 1);
            hundred = ret;
        }
    }
}

static void add_bullet(struct draft *d, const char *line)
{
    const char *colon = strchr(line, ':');
    size_t key = colon == NULL || colon[1] == '\0' ? 0 : (size_t)(colon - line) + 1;

    str_add(&d->html, "<li>");
    if (key > 0) {
        str_add(&d->html, "<strong>");
        add_escaped(&d->html, line, key);
        str_add(&d->html, "</strong>");
    }
    add_escaped(&d->html, line + key, strlen(line + key));
    str_add(&d->html, "</li>");
    d->words += text_count_words(line);
}

/* A capital letter to begin with. */
static void capitalise(char *line)
{
    line[0] = line[0] >= 'a' && line[0] <= 'z' ? (char)(line[0] - 'a' + 'A') : line[0];
}

static int add_facts(struct draft *d, struct fail *f)
{
    size_t bullets = 0;

    str_add(&d->html, "<ul>");
    for (size_t i = 0; i < d->facts->count && bullets < BULLETS_MAX; i++) {
        char line[LINE_MAX];
        int good = 0;

        if (strlen(d->facts->lines[i]) >= LINE_MAX) {
            continue;
        }
        readable(d->facts->lines[i], line);
        capitalise(line);
        good = template_passes(d->c, "description_html", line, false, f);
        TRY(good);
        if (good > 0 && line[0] != '\0' && d->words + text_count_words(line) < BULLET_WORDS_MAX) {
            add_bullet(d, line);
            bullets++;
            if (json_array_append_new(d->used, json_integer((json_int_t)i + 1)) < 0) {
                return fail_memory(f);
            }
        }
    }
    if (bullets == 0) {
        char line[TITLE_BYTES + 16];

        (void)snprintf(line, sizeof line, "Product: %s", d->title);
        add_bullet(d, line);
    }
    str_add(&d->html, "</ul>");
    return 0;
}

static int add_description(struct draft *d, struct fail *f)
{
    str_add(&d->html, "<p>");
    add_escaped(&d->html, d->title, strlen(d->title));
    str_add(&d->html, ": what is known about this product, point by point.</p>");
    d->words = text_count_words(d->title) + 9;
    TRY(add_facts(d, f));
    for (size_t i = 0; i < COUNT_OF(advice) && (i < 2 || d->words < WORDS_ENOUGH); i++) {
        str_addf(&d->html, "<p>%s</p>", advice[i]);
        d->words += text_count_words(advice[i]);
    }
    return str_ok(&d->html, f);
}

static bool has_tag(const json_t *tags, const char *tag)
{
    for (size_t i = 0; i < json_array_size(tags); i++) {
        if (strcmp(json_string_value(json_array_get(tags, i)), tag) == 0) {
            return true;
        }
    }
    return false;
}

/* A tag from `size` bytes of text, if it makes a good one. */
static int add_tag(struct draft *d, const char *text, size_t size, struct fail *f)
{
    char tag[TAG_MAX + 1];
    size_t used = 0;

    for (size_t i = 0; i < size && used < TAG_MAX; i++) {
        char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

        if (letter) {
            tag[used++] = c;
        } else if (used > 0 && tag[used - 1] != ' ') {
            tag[used++] = ' ';
        }
    }
    used -= used > 0 && tag[used - 1] == ' ';
    tag[used] = '\0';
    if (used < TAG_MIN || size > TAG_MAX || json_array_size(d->tags) >= TAGS_MAX ||
        has_tag(d->tags, tag)) {
        return 0;
    }
    int good = template_passes(d->c, "tags", tag, false, f);

    TRY(good);
    return good > 0 && json_array_append_new(d->tags, json_string(tag)) < 0 ? fail_memory(f) : 0;
}

static bool is_empty_word(const char *word, size_t size)
{
    static const char *const empty[] = {
        "with", "for", "and", "the", "details", "options", "from"
    };

    for (size_t i = 0; i < COUNT_OF(empty); i++) {
        if (strlen(empty[i]) == size && strncasecmp(empty[i], word, size) == 0) {
            return true;
        }
    }
    return false;
}

static int add_tags_of(struct draft *d, const char *text, const char *marks, struct fail *f)
{
    while (*text != '\0') {
        text += strspn(text, marks);
        size_t size = strcspn(text, marks);

        while (size > 0 && text[size - 1] == ' ') {
            size--;
        }
        TRY(is_empty_word(text, size) ? 0 : add_tag(d, text, size, f));
        text += strcspn(text, marks);
    }
    return 0;
}

static int add_alts(struct draft *d, const char *short_title, size_t count, struct fail *f)
{
    for (size_t i = 0; i < count && i < IMAGES_MAX; i++) {
        json_t *alt = json_sprintf("%s, %s picture", short_title, i == 0 ? "main" : "further");

        if (json_array_append_new(d->alts, alt) < 0) {
            return fail_memory(f);
        }
    }
    return 0;
}

/* The title in at most `max` characters. */
static int shorter(const struct draft *d, size_t max, char ret[static TITLE_BYTES], struct fail *f)
{
    (void)str_fit(ret, TITLE_BYTES, d->title);
    TRY(template_shrink(d->c, ret, max, f));
    if (ret[0] == '\0') {
        (void)str_fit(ret, TITLE_BYTES, "Product details");
    }
    return 0;
}

static int assemble(struct draft *d, size_t image_count, struct made_text *ret, struct fail *f)
{
    scoped(json_clear_p) json_t *json = NULL;
    char seo[TITLE_BYTES], start[TITLE_BYTES], meta[2 * TITLE_BYTES];

    TRY(shorter(d, SEO_TITLE_MAX, seo, f));
    TRY(shorter(d, SHORT_TITLE_MAX, start, f));
    (void)snprintf(meta, sizeof meta,
                   "%s: see the listed details and pick the option that suits your purpose.",
                   start);
    TRY(add_description(d, f));
    TRY(add_tags_of(d, d->facts->category == NULL ? "" : d->facts->category, " ,/>&", f));
    TRY(add_tags_of(d, d->title, " ,-", f));
    TRY(add_alts(d, start, image_count, f));
    json = json_pack("{s:s, s:s, s:s, s:s, s:O, s:O, s:O}", "title", d->title, "description_html",
                     d->html.data, "seo_title", seo, "meta_description", meta, "tags", d->tags,
                     "alt_texts", d->alts, "facts_used", d->used);
    return json == NULL ? fail_memory(f) : made_text_of_json(json, ret, f);
}

int template_text(const struct facts *facts, size_t image_count, struct made_text *ret,
                  struct fail *f)
{
    scoped(checker_done) struct checker c = { 0 };
    scoped(draft_done) struct draft d = { .c = &c, .facts = facts };

    str_init(&d.html, HTML_MAX);
    TRY(checker_init(&c, facts, f));
    d.tags = json_array();
    d.alts = json_array();
    d.used = json_array();
    TRY(template_title(&c, facts, d.title, f));
    return assemble(&d, image_count, ret, f);
}
