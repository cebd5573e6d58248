#include "worker/discovery/facts_source.h"

#include <string.h>

#include "worker/discovery/text_groups.h"
#include "worker/discovery/text_numbers.h"
#include "worker/discovery/text_plain.h"
#include "worker/discovery/text_words.h"

enum { LINE_BYTES = 200, KEY_BYTES = 40, KEY_WORDS = 5, LINE_WORDS = 14 };

/* Addresses, talk to the buyer, and keys of lines that are no property of the thing. */
static const char *const no_facts[] = {
    "ignore",     "instruction*", "prompt",    "please",   "contact", "email",
    "e mail",     "seller",       "customer*", "feedback", "dear",    "friend",
    "buyer*",     "http",         "https",     "www",      "com",     "note",
    "attention",  "tips",         "kindly",    "welcome",  "system",  "description",
    "advantage*", "why choose",   "our",       "we",       "store",   "shop",
};

static bool is_talk(const struct text_words *words)
{
    struct group_hit hit;

    if (group_find(&group_orders, words, NULL, 0, &hit)) {
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(no_facts); i++) {
        if (words_have(words, no_facts[i])) {
            return true;
        }
    }
    return false;
}

static bool makes_claim(const struct text_words *words)
{
    struct group_hit hit;

    for (size_t i = 0; i < text_group_count; i++) {
        if (text_groups[i].proof == PROOF_NONE && strcmp(text_groups[i].rule, "ABSOLUTE") != 0 &&
            group_find(&text_groups[i], words, NULL, 0, &hit)) {
            return true;
        }
    }
    return false;
}

/* "Material: ABS". */
static bool is_pair(const char *line)
{
    const char *colon = strchr(line, ':');
    size_t words = 1;

    if (colon == NULL || colon == line || (size_t)(colon - line) > KEY_BYTES || strlen(colon) < 2) {
        return false;
    }
    for (const char *p = line; p < colon; p++) {
        words += *p == ' ';
    }
    return words <= KEY_WORDS;
}

static int has_measure(const struct text_words *words, struct fail *f)
{
    struct numbers numbers = { 0 };
    bool found = false;

    TRY(numbers_of(words->plain.data, &numbers, f));
    for (size_t i = 0; i < numbers.count; i++) {
        found = found || (numbers.list[i].unit[0] != '\0' && numbers.list[i].unit[0] != '%');
    }
    numbers_done(&numbers);
    return found;
}

int fact_in_line(const char *line, struct fail *f)
{
    enum {
        BAD_SIGNS = SIGN_HIDDEN | SIGN_FOREIGN | SIGN_STAR | SIGN_PLAY | SIGN_CLOCK |
                    SIGN_CURRENCY | SIGN_TRADEMARK | SIGN_PICTURE
    };
    scoped(text_words_done) struct text_words words = { 0 };

    if (strlen(line) > LINE_BYTES || strpbrk(line, "$@<>{}[]") != NULL) {
        return 0;
    }
    TRY(text_words_of(line, &words, f));
    if (words.count < 2 || words.count > LINE_WORDS || (words.signs & BAD_SIGNS) != 0 ||
        is_talk(&words) || makes_claim(&words)) {
        return 0;
    }
    return is_pair(line) ? 1 : has_measure(&words, f);
}

int fact_gives_orders(const char *text, struct fail *f)
{
    scoped(text_words_done) struct text_words words = { 0 };
    struct group_hit hit;

    TRY(text_words_of(text, &words, f));
    return group_find(&group_orders, &words, NULL, 0, &hit);
}
