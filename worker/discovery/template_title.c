#include "worker/discovery/template_title.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "worker/discovery/text_plain.h"
#include "worker/discovery/text_utf8.h"

enum {
    WORDS_MAX = 40,
    TITLE_WORDS = 7,
    CHARACTERS_MIN = 20,
    CHARACTERS_MAX = 70,
    CAPS = 4,
    NAME_LETTERS = 3
};

struct title {
    char text[TITLE_BYTES]; /* words with a NUL behind each */
    char *words[WORDS_MAX];
    size_t count;
};

static void remove_words(struct title *t, size_t first, size_t count)
{
    memmove(t->words + first, t->words + first + count,
            (t->count - first - count) * sizeof *t->words);
    t->count -= count;
}

static void split(struct title *t, const char *text)
{
    static const char marks[] = " ,;|/+&()[]{}\"*#~<>:!?";
    char *p = t->text;

    t->count = 0;
    (void)str_fit(t->text, sizeof t->text, text);
    while (t->count < WORDS_MAX) {
        p += strspn(p, marks);
        size_t size = strcspn(p, marks);
        bool last = p[size] == '\0';

        if (size == 0) {
            return;
        }
        p[size] = '\0';
        t->words[t->count++] = p;
        if (last) {
            return;
        }
        p += size + 1;
    }
}

static void join(const struct title *t, char ret[static TITLE_BYTES])
{
    size_t used = 0;

    ret[0] = '\0';
    for (size_t i = 0; i < t->count; i++) {
        int size = snprintf(ret + used, TITLE_BYTES - used, "%s%s", i == 0 ? "" : " ", t->words[i]);

        if (size < 0 || (size_t)size >= TITLE_BYTES - used) {
            ret[used] = '\0';
            return;
        }
        used += (size_t)size;
    }
}

static bool is_link_word(const char *word)
{
    static const char *const links[] = { "with", "for", "and", "of", "in", "to", "the",  "a",
                                         "an",   "or",  "by",  "on", "-",  "as", "from", "at" };

    for (size_t i = 0; i < COUNT_OF(links); i++) {
        if (strcasecmp(links[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* What sellers put into names and what says nothing: years and the like. */
static bool is_filler(const char *word)
{
    static const char *const fillers[] = {
        "new",  "hot",  "newest", "fashion", "trendy", "style",
        "2026", "2025", "2024",   "2023",    "2022",   "popular"
    };

    for (size_t i = 0; i < COUNT_OF(fillers); i++) {
        if (strcasecmp(fillers[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* A letter, also one with an accent, or a digit. */
static bool begins_well(const char *word)
{
    return (*word >= 'a' && *word <= 'z') || (*word >= 'A' && *word <= 'Z') ||
           (*word >= '0' && *word <= '9') || (unsigned char)*word >= 0xC3;
}

/* Words with signs that a title must not have, words without a letter or digit, repeats. */
static int drop_odd(struct title *t, struct fail *f)
{
    for (size_t i = 0; i < t->count;) {
        scoped(text_words_done) struct text_words words = { 0 };
        bool again = false;

        TRY(text_words_of(t->words[i], &words, f));
        for (size_t k = 0; k < i && !is_link_word(t->words[i]); k++) {
            again = again || strcasecmp(t->words[k], t->words[i]) == 0;
        }
        if (again || !begins_well(t->words[i]) || is_filler(t->words[i]) || words.signs != 0 ||
            words.count == 0 || strpbrk(words.plain.data, "$%@") != NULL) {
            remove_words(t, i, 1);
        } else {
            i++;
        }
    }
    return 0;
}

/* The title's words that hold words `first` to `first + count - 1` of the joined text. */
static int words_at(const struct title *t, const struct group_hit *hit, struct group_hit *ret,
                    struct fail *f)
{
    size_t from = 0, first = t->count, last = 0;

    for (size_t i = 0; i < t->count; i++) {
        scoped(text_words_done) struct text_words words = { 0 };

        TRY(text_words_of(t->words[i], &words, f));
        if (from < hit->first + hit->count && from + words.count > hit->first) {
            first = i < first ? i : first;
            last = i;
        }
        from += words.count;
    }
    *ret = (struct group_hit){ first, first < t->count ? last - first + 1 : 0 };
    return 0;
}

/* Remove the first hit of any group; 1 when one was removed. */
static int drop_hit(const struct checker *c, struct title *t, struct fail *f)
{
    scoped(text_words_done) struct text_words words = { 0 };
    struct group_hit hit, place;
    char text[TITLE_BYTES];

    join(t, text);
    TRY(text_words_of(text, &words, f));
    for (size_t i = 0; i < text_group_count; i++) {
        if (group_find(&text_groups[i], &words, &c->proof, 0, &hit)) {
            TRY(words_at(t, &hit, &place, f));
            if (strcmp(text_groups[i].rule, "COMPATIBILITY") == 0) { /* the model's name follows */
                place.count = t->count - place.first;
            }
            remove_words(t, place.first, place.count);
            return place.count > 0;
        }
    }
    return 0;
}

static void trim(struct title *t)
{
    while (t->count > 0 && is_link_word(t->words[t->count - 1])) {
        t->count--;
    }
    while (t->count > 0 && is_link_word(t->words[0])) {
        remove_words(t, 0, 1);
    }
}

/* At most TITLE_WORDS words and CHARACTERS_MAX characters. */
static int shorten(struct title *t, struct fail *f)
{
    size_t length = 0, kept = 0, sum = 0;

    for (; kept < t->count; kept++) {
        scoped(text_words_done) struct text_words words = { 0 };

        TRY(text_words_of(t->words[kept], &words, f));
        sum += words.count;
        length += text_length(t->words[kept]) + (kept > 0);
        if (sum > TITLE_WORDS || length > CHARACTERS_MAX) {
            break;
        }
    }
    t->count = kept;
    trim(t);
    return 0;
}

static void lower_shouting(char *text)
{
    for (char *p = text; *p != '\0';) {
        size_t size = strcspn(p, " -"), capitals = 0;

        for (size_t i = 0; i < size; i++) {
            capitals += p[i] >= 'A' && p[i] <= 'Z';
        }
        for (size_t i = 1; i < size && capitals >= CAPS && capitals * 2 > size; i++) {
            p[i] = p[i] >= 'A' && p[i] <= 'Z' ? (char)(p[i] - 'A' + 'a') : p[i];
        }
        p += size + (p[size] != '\0');
    }
    text[0] = text[0] >= 'a' && text[0] <= 'z' ? (char)(text[0] - 'a' + 'A') : text[0];
}

/* Numbers that lost what they counted go. */
static int drop_numbers(const struct checker *c, struct title *t, struct fail *f)
{
    struct text_report report = { 0 };
    char text[TITLE_BYTES];

    join(t, text);
    TRY(checker_field(c, "title", text, &report, f));
    for (size_t i = 0; i < t->count && report.count > 0;) {
        if (strpbrk(t->words[i], "0123456789") != NULL) {
            remove_words(t, i, 1);
        } else {
            i++;
        }
    }
    return 0;
}

void template_cut(char *text, size_t max)
{
    while (text_length(text) > max && text[0] != '\0') {
        char *space = strrchr(text, ' ');

        if (space == NULL) {
            (void)str_fit(text, max + 1 < strlen(text) ? max + 1 : strlen(text), text);
            return;
        }
        *space = '\0';
    }
    for (char *space = strrchr(text, ' '); space != NULL && is_link_word(space + 1);
         space = strrchr(text, ' ')) {
        *space = '\0';
    }
}

int template_passes(const struct checker *c, const char *field, const char *text, bool title,
                    struct fail *f)
{
    struct text_report report = { 0 };

    TRY(checker_field(c, field, text, &report, f));
    TRY(text_line_check(field, text, title, &report, f));
    return report.count == 0;
}

int template_shrink(const struct checker *c, char *text, size_t max, struct fail *f)
{
    template_cut(text, max);
    while (text[0] != '\0') {
        int good = template_passes(c, "title", text, true, f);
        char *space = strrchr(text, ' ');

        TRY(good);
        if (good > 0) {
            return 0;
        }
        *(space == NULL ? text : space) = '\0';
        template_cut(text, max);
    }
    return 0;
}

static int make(const struct checker *c, const char *name, char *ret_title, struct fail *f)
{
    struct title t;
    int dropped = 1;

    split(&t, name);
    TRY(drop_odd(&t, f));
    trim(&t);
    while (dropped > 0) {
        dropped = drop_hit(c, &t, f);
        TRY(dropped);
    }
    TRY(shorten(&t, f));
    TRY(drop_numbers(c, &t, f));
    trim(&t);
    join(&t, ret_title);
    lower_shouting(ret_title);
    return template_shrink(c, ret_title, CHARACTERS_MAX, f);
}

/* The last part of "Pets / Dogs / Brushes". */
static const char *last_part(const char *category)
{
    const char *part = category;

    for (const char *p = category; *p != '\0'; p++) {
        if ((*p == '/' || *p == '>') && p[1] != '\0') {
            part = p + 1;
        }
    }
    return part;
}

/* Whether a word of letters names the thing; "40oz" alone does not. */
static bool has_name(const char *title)
{
    for (const char *p = title; *p != '\0';) {
        size_t size = strcspn(p, " ");
        bool digits = strcspn(p, "0123456789") < size;

        if (size >= NAME_LETTERS && !digits) {
            return true;
        }
        p += size + strspn(p + size, " ");
    }
    return false;
}

/* A short title gets the category, or words that say nothing, behind it. */
static int lengthen(const struct checker *c, const char *category, char *title, struct fail *f)
{
    const char *const ends[] = { category, "details and options" };
    char text[2 * TITLE_BYTES + 2];

    for (size_t i = 0; i < COUNT_OF(ends) && text_length(title) < CHARACTERS_MIN; i++) {
        if (ends[i][0] == '\0' || strcasestr(title, ends[i]) != NULL) {
            continue;
        }
        (void)snprintf(text, sizeof text, "%s, %s", title, ends[i]);
        int good = template_passes(c, "title", text, true, f);

        TRY(good);
        if (good > 0 && text_length(text) <= CHARACTERS_MAX) {
            (void)str_fit(title, TITLE_BYTES, text);
        }
    }
    return text_length(title) >= CHARACTERS_MIN
               ? 0
               : fail_code(f, FAIL_INPUT, "NEEDS_DATA", "'%s' is too little for a title", title);
}

int template_title(const struct checker *c, const struct facts *facts, char *ret_title,
                   struct fail *f)
{
    char category[TITLE_BYTES];

    TRY(make(c, facts->name == NULL ? "" : facts->name, ret_title, f));
    TRY(make(c, last_part(facts->category == NULL ? "" : facts->category), category, f));
    if (!has_name(ret_title)) {
        (void)str_fit(ret_title, TITLE_BYTES, category);
    }
    if (!has_name(ret_title)) {
        return fail_code(f, FAIL_INPUT, "NEEDS_DATA",
                         "neither name nor category leave a word to name the product by");
    }
    return lengthen(c, category, ret_title, f);
}
