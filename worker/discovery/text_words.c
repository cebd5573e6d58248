#include "worker/discovery/text_words.h"

#include <string.h>

#include "worker/discovery/text_plain.h"

enum { GROWTH = 4, ROOM_BYTES = 16 };

void text_words_done(struct text_words *w)
{
    if (w->plain.data != NULL) {
        str_done(&w->plain);
    }
    free(w->list);
    *w = (struct text_words){ 0 };
}

static bool is_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_sign(char c)
{
    return c == '%' || c == '#';
}

/* Whether p is inside a word: letters and digits, and between them the signs that stand for letters, and the apostrophe. */
static bool in_word(const char *p, const char *begin)
{
    if (is_letter(*p) || is_digit(*p)) {
        return true;
    }
    if (p == begin || *p == '\0' || strchr("@$!|'", *p) == NULL) {
        return false;
    }
    return is_letter(p[-1]) && (is_letter(p[1]) || (is_digit(p[1]) && *p != '\''));
}

static size_t word_size(const char *p, const char *begin, bool *ret_has_letter)
{
    size_t size = 0;

    *ret_has_letter = false;
    while (in_word(p + size, begin)) {
        *ret_has_letter = *ret_has_letter || is_letter(p[size]);
        size++;
    }
    return size > 0 ? size : is_sign(*p);
}

static enum word_gap gap_of(const char *from, const char *to)
{
    size_t size = (size_t)(to - from);

    if (memchr(from, '\n', size) != NULL) {
        return GAP_LINE;
    }
    return size == 0 || (size == 1 && strchr("-._*+~'=:^`", *from) != NULL) ? GAP_JOIN : GAP_SPACE;
}

static size_t split(const struct str *plain, struct text_word *list)
{
    const char *p = plain->data, *end = p;
    size_t count = 0;

    while (*p != '\0') {
        bool has_letter = false;
        size_t size = word_size(p, plain->data, &has_letter);

        if (size == 0) {
            p++;
            continue;
        }
        list[count] = (struct text_word){ .at = p,
                                          .size = (uint32_t)size,
                                          .gap = count == 0 ? GAP_LINE : gap_of(end, p),
                                          .has_letter = has_letter };
        count++;
        p += size;
        end = p;
    }
    return count;
}

int text_words_of(const char *text, struct text_words *ret, struct fail *f)
{
    struct text_words w = { 0 };

    str_init(&w.plain, strlen(text) * GROWTH + ROOM_BYTES);
    if (text_plain(text, &w.plain, &w.signs, f) < 0) {
        text_words_done(&w);
        return -1;
    }
    w.list = calloc(w.plain.len + 1, sizeof *w.list);
    if (w.list == NULL) {
        text_words_done(&w);
        return fail_memory(f);
    }
    w.count = split(&w.plain, w.list);
    *ret = w;
    return 0;
}

bool word_is(const struct text_word *word, const char *text)
{
    return strlen(text) == word->size && memcmp(word->at, text, word->size) == 0;
}

/* Whether the sign shows the letter of the phrase. */
static bool shows(char sign, char letter)
{
    static const struct {
        char sign;
        const char *letters;
    } masks[] = {
        { '0', "o" }, { '1', "il" }, { '3', "e" }, { '4', "a" },  { '5', "s" },  { '7', "t" },
        { '8', "b" }, { '@', "a" },  { '$', "s" }, { '!', "il" }, { '|', "il" }, { '9', "g" },
    };
    if (sign == letter) {
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(masks); i++) {
        if (masks[i].sign == sign) {
            return strchr(masks[i].letters, letter) != NULL;
        }
    }
    return false;
}

/* Where a comparison stands in the text. */
struct cursor {
    const struct text_words *w;
    size_t word, at;
};

static bool at_end(const struct cursor *c)
{
    return c->at == c->w->list[c->word].size;
}

/* To the next word; false when a line ends or there is none. */
static bool step(struct cursor *c)
{
    if (c->word + 1 >= c->w->count || c->w->list[c->word + 1].gap == GAP_LINE) {
        return false;
    }
    c->word++;
    c->at = 0;
    return true;
}

/* Inside a word of the phrase the text may be broken by a hyphen, or between letters that all stand alone. */
static bool step_inside(struct cursor *c)
{
    const struct text_word *word = &c->w->list[c->word];
    bool last = c->word + 1 >= c->w->count;

    if (last || (word[1].gap != GAP_JOIN && !(word->size == 1 && word[1].size == 1))) {
        return false;
    }
    return step(c);
}

static bool take_letter(struct cursor *c, char letter)
{
    if (at_end(c) && !step_inside(c)) {
        return false;
    }
    const struct text_word *word = &c->w->list[c->word];
    if (word->at[c->at] == '\'' && ++c->at == word->size) {
        return false;
    }
    char sign = word->at[c->at];
    if (sign != letter && !(word->has_letter && shows(sign, letter))) {
        return false;
    }
    c->at++;
    return true;
}

/* What may follow the phrase in its last word. */
static bool ends_well(const struct cursor *c)
{
    const struct text_word *word = &c->w->list[c->word];
    const char *rest = word->at + c->at;
    size_t size = word->size - c->at;

    return size == 0 || is_digit(*rest) || (size == 1 && *rest == 's') ||
           (size == 2 && memcmp(rest, "'s", 2) == 0);
}

size_t words_match(const struct text_words *w, size_t first, const char *phrase)
{
    struct cursor c = { w, first, 0 };

    for (; *phrase != '\0'; phrase++) {
        if (*phrase == '*') {
            return c.word - first + 1;
        }
        if (*phrase != ' ') {
            if (!take_letter(&c, *phrase)) {
                return 0;
            }
        } else if (at_end(&c) && !step(&c)) {
            return 0;
        }
    }
    return ends_well(&c) ? c.word - first + 1 : 0;
}

bool words_have(const struct text_words *w, const char *phrase)
{
    for (size_t i = 0; i < w->count; i++) {
        if (words_match(w, i, phrase) > 0) {
            return true;
        }
    }
    return false;
}

void words_quote(const struct text_words *w, size_t first, size_t count, char *ret,
                 size_t ret_bytes)
{
    const struct text_word *last = &w->list[first + count - 1];
    size_t size = (size_t)(last->at + last->size - w->list[first].at);

    size = size < ret_bytes ? size : ret_bytes - 1;
    memcpy(ret, w->list[first].at, size);
    ret[size] = '\0';
}
