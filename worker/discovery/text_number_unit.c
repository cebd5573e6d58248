/* Reading what stands behind and before a number. */
#include <string.h>

#include "worker/discovery/text_numbers_priv.h"
#include "worker/discovery/words/units.h"

static const char *spaces(const char *p)
{
    while (*p == ' ') {
        p++;
    }
    return p;
}

static size_t letters(const char *p)
{
    size_t size = 0;

    while (plain_letter(p[size])) {
        size++;
    }
    return size;
}

static bool same(const char *p, size_t size, const char *word)
{
    return strlen(word) == size && memcmp(p, word, size) == 0;
}

/* The row of units for a spelling, with or without a plural s; -1 = none. */
static ptrdiff_t unit_row(const char *p, size_t size, bool attached)
{
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        bool plural = size > 2 && p[size - 1] == 's' && same(p, size - 1, units[i].written);

        if ((plural || same(p, size, units[i].written)) &&
            (attached || units[i].form == UNIT_ANY)) {
            return (ptrdiff_t)i;
        }
    }
    return -1;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a < 0 ? -a : a == 0 ? 1 : a;
}

static void reduce(struct number *n, int64_t scale)
{
    if (n->bottom == 0) {
        return;
    }
    int64_t divisor = common_divisor(scale, n->bottom);
    int64_t more = 0;

    n->bottom /= divisor;
    if (__builtin_mul_overflow(n->top, scale / divisor, &more)) {
        n->bottom = 0; /* no such length exists */
        return;
    }
    divisor = common_divisor(more, n->bottom);
    n->top = more / divisor;
    n->bottom /= divisor;
}

static void name_unit(struct number *n, const char *name)
{
    (void)str_fit(n->unit, sizeof n->unit, name);
}

static void copy_word(char ret[static NOUN_BYTES], const char *p, size_t size)
{
    size -= size > 3 && p[size - 1] == 's';
    size = size < NOUN_BYTES ? size : NOUN_BYTES - 1;
    memcpy(ret, p, size);
    ret[size] = '\0';
    if (strncmp(ret, "colour", 6) == 0) { /* one spelling */
        memmove(ret + 4, ret + 5, strlen(ret + 5) + 1);
    }
}

/* "3 in 1", "3-in-1". */
static const char *take_in_one(struct number *n, const char *p)
{
    while (*p == ' ' || *p == '-') {
        p++;
    }
    if (p[0] != 'i' || p[1] != 'n') {
        return NULL;
    }
    p += 2;
    while (*p == ' ' || *p == '-') {
        p++;
    }
    if (*p != '1' || plain_digit(p[1])) {
        return NULL;
    }
    name_unit(n, "in1");
    return p + 1;
}

/* Marks: percent, inches and feet.  NULL = none. */
static const char *take_mark(struct number *n, const char *p)
{
    const char *q = spaces(p);

    if (*q == '%') {
        name_unit(n, "%");
        return q + 1;
    }
    if (*p == '"' || (p[0] == '\'' && p[1] == '\'')) {
        name_unit(n, "inch");
        return p + (*p == '"' ? 1 : 2);
    }
    if (*p == '\'' && !plain_letter(p[1])) {
        name_unit(n, "foot");
        return p + 1;
    }
    return NULL;
}

/* Units of two words; a dot or hyphen may stand between them. */
static const struct {
    const char *first, *second, *unit;
} unit_pairs[] = {
    { "fl", "oz", "floz" },
    { "fluid", "ounce", "floz" },
    { "fluid", "ounces", "floz" },
    { "per", "cent", "%" },
    { "sq", "m", "m2" },
    { "square", "metres", "m2" },
    { "square", "meters", "m2" },
    { "square", "metre", "m2" },
    { "square", "meter", "m2" },
    { "sq", "ft", "sqft" },
    { "square", "feet", "sqft" },
    { "milliamp", "hours", "mah" },
    { "degrees", "c", "degc" },
    { "degree", "c", "degc" },
    { "degrees", "f", "degf" },
    { "degrees", "celsius", "degc" },
    { "degrees", "fahrenheit", "degf" },
    { "deg", "c", "degc" },
    { "deg", "f", "degf" },
    { "square", "cm", "cm2" },
    { "sq", "cm", "cm2" },
};

/* "fl oz", "per cent", "square metres": two words for one unit.  NULL = none. */
static const char *take_two_words(struct number *n, const char *p)
{
    size_t size = letters(p);
    const char *next = p + size;

    while (*next == ' ' || *next == '.' || *next == '-') {
        next++;
    }
    for (size_t i = 0; i < COUNT_OF(unit_pairs); i++) {
        size_t more = letters(next);

        if (same(p, size, unit_pairs[i].first) && same(next, more, unit_pairs[i].second)) {
            name_unit(n, unit_pairs[i].unit);
            return next + more;
        }
    }
    return NULL;
}

static bool is_word(const char *p, size_t size, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (same(p, size, list[i])) {
            return true;
        }
    }
    return false;
}

/* "3 in" is inches unless a word of a sentence follows. */
static bool is_inches(const char *behind)
{
    static const char *const measures[] = { "x",    "by",    "wide", "long",     "high", "tall",
                                            "deep", "thick", "in",   "diameter", "and",  "or" };
    const char *next = spaces(behind);
    size_t size = letters(next);

    return size == 0 || is_word(next, size, measures, COUNT_OF(measures));
}

/* "x" behind a number: how many times something is enlarged, or how many pieces. */
static const char *take_times(struct number *n, const char *behind)
{
    static const char *const scales[] = { "magnification", "magnifying", "magnifier", "zoom",
                                          "faster",        "more",       "stronger",  "better" };
    const char *next = spaces(behind);

    name_unit(n, is_word(next, letters(next), scales, COUNT_OF(scales)) ? "times" : "piece");
    return behind;
}

/* "/h" and the like behind a unit. */
static const char *take_rate(struct number *n, const char *p)
{
    static const char *const rates[] = {
        "s", "sec", "min", "h", "hr", "day", "m2", "kg", "w", "l"
    };
    size_t size = *p == '/' ? letters(p + 1) : 0;
    size_t used = strlen(n->unit);

    size += size > 0 && plain_digit(p[size + 1]);
    if (size == 0 || !is_word(p + 1, size, rates, COUNT_OF(rates)) ||
        used + size + 2 > UNIT_BYTES) {
        return p;
    }
    n->unit[used] = '/';
    memcpy(n->unit + used + 1, p + 1, size);
    n->unit[used + 1 + size] = '\0';
    return p + 1 + size;
}

/* Letters right behind the digits that are no unit we know are one all the same: "1080p". */
static const char *take_attached(struct number *n, const char *p, size_t size)
{
    size_t kept = size < UNIT_BYTES ? size : UNIT_BYTES - 1;

    memcpy(n->unit, p, kept);
    n->unit[kept] = '\0';
    reduce(n, 1);
    return p + size;
}

static const char *take_letters(struct number *n, const char *p, bool attached)
{
    size_t size = letters(p);
    bool digit = plain_digit(p[size]);

    if (size > 0 && digit && p[size - 1] == 'x') { /* "30cmx40cm" */
        size--;
    } else if (digit && (p[size] == '2' || p[size] == '3') && !plain_letter(p[size + 1]) &&
               unit_row(p, size + 1, attached) >= 0) {
        size++;
    }
    if (size == 0) {
        return NULL;
    }
    if (same(p, size, "x")) {
        return digit || plain_digit(*spaces(p + 1)) ? NULL : take_times(n, p + 1);
    }
    ptrdiff_t row = same(p, size, "in") && !is_inches(p + size) ? -1
                    : same(p, size, "in")                       ? unit_row(p, size, true)
                                                                : unit_row(p, size, attached);
    if (row < 0) {
        return attached && !same(p, size, "in") ? take_attached(n, p, size) : NULL;
    }
    name_unit(n, units[row].unit);
    reduce(n, units[row].scale);
    return take_rate(n, p + size);
}

const char *number_unit(struct number *n, const char *p)
{
    const char *word = spaces(p), *end = take_in_one(n, p);

    end = end == NULL ? take_mark(n, p) : end;
    if (end == NULL && *word == '-' && plain_letter(word[1])) { /* "2-pack" */
        word++;
    }
    end = end == NULL ? take_two_words(n, word) : end;
    end = end == NULL ? take_letters(n, word, word == p) : end;
    if (end == NULL || n->unit[0] == '%') {
        reduce(n, 1);
    }
    return end == NULL ? p : end;
}

/* The word before p, between it and begin. */
static void take_before(struct number *n, const char *begin, const char *p)
{
    const char *end = NULL;

    while (p > begin && strchr(" :#-=(*", p[-1]) != NULL) {
        p--;
    }
    for (end = p; p > begin && plain_letter(p[-1]); p--) {
    }
    copy_word(n->before, p, (size_t)(end - p));
}

static void take_nouns(struct number *n, const char *p)
{
    for (size_t i = 0; i < NOUNS; i++) {
        size_t size = 0;

        while (*p == ' ' || *p == '-') {
            p++;
        }
        size = letters(p);
        if (size == 0 || plain_digit(p[size]) || is_word(p, size, no_nouns, COUNT_OF(no_nouns))) {
            return;
        }
        copy_word(n->nouns[i], p, size);
        p += size;
    }
}

/* Whether the "x" before p follows a word that is not the unit of a number ("cable x 2", not "30 cm x 40"). */
static bool is_times_word(const char *begin, const char *p)
{
    while (p > begin && strchr(" x", p[-1]) != NULL) {
        p--;
    }
    if (p == begin || !plain_letter(p[-1])) {
        return false;
    }
    while (p > begin && (plain_letter(p[-1]) || p[-1] == ' ')) {
        p--;
    }
    return p == begin || !plain_digit(p[-1]);
}

/* "pack of 2", "qty 2", "cable x 2", "brush*2". */
static bool counts_before(const struct number *n, const char *begin)
{
    static const char *const counts[] = { "pack of ",  "set of ",  "box of ",    "bundle of ",
                                          "packs of ", "sets of ", "quantity: ", "quantity ",
                                          "qty: ",     "qty ",     "pcs: ",      "pieces: " };
    size_t room = (size_t)(n->at - begin);

    if (room >= 2 && n->at[-1] == '*' && plain_letter(n->at[-2])) {
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        size_t size = strlen(counts[i]);

        if (room >= size && memcmp(n->at - size, counts[i], size) == 0) {
            return true;
        }
    }
    return strcmp(n->before, "x") == 0 && is_times_word(begin, n->at);
}

/* What makes a number a bound: it then says something else. */
static int bound_before(const struct number *n, const char *begin)
{
    static const struct {
        const char *words;
        int bound;
    } bounds[] = {
        { "over ", 1 },        { "more than ", 1 }, { "at least ", 1 },   { "above ", 1 },
        { "exceeds ", 1 },     { "exceeding ", 1 }, { "beyond ", 1 },     { "minimum ", 1 },
        { "less than ", -1 },  { "under ", -1 },    { "below ", -1 },     { "at most ", -1 },
        { "fewer than ", -1 }, { "mehr als ", 1 },  { "mindestens ", 1 }, { "plus de ", 1 },
    };
    size_t room = (size_t)(n->at - begin);

    for (size_t i = 0; i < COUNT_OF(bounds); i++) {
        size_t size = strlen(bounds[i].words);

        if (room >= size && memcmp(n->at - size, bounds[i].words, size) == 0) {
            return bounds[i].bound;
        }
    }
    return 0;
}

void number_context(struct number *n, const char *begin, const char *end)
{
    take_before(n, begin, n->at);
    n->bound = bound_before(n, begin);
    take_nouns(n, end);
    if (n->unit[0] == '\0' && n->chain == 0 && counts_before(n, begin)) {
        name_unit(n, "piece");
    }
}

size_t number_article(const char *p, struct number *ret)
{
    static const char *const measures[] = {
        "litre",  "liter", "metre",  "meter", "kilo",   "kilogram", "gallon", "quart",  "pint",
        "ounce",  "inch",  "hour",   "month", "year",   "week",     "litres", "liters", "metres",
        "meters", "kilos", "inches", "hours", "months", "years",    "weeks",  "day",    "days",
    };
    static const struct {
        const char *words;
        int64_t top, bottom;
    } articles[] = { { "half a ", 1, 2 },      { "half an ", 1, 2 }, { "a quarter of a ", 1, 4 },
                     { "a couple of ", 2, 1 }, { "a ", 1, 1 },       { "an ", 1, 1 },
                     { "several ", 0, 1 } };

    for (size_t i = 0; i < COUNT_OF(articles); i++) {
        size_t used = strlen(articles[i].words);

        if (strncmp(p, articles[i].words, used) == 0 &&
            is_word(p + used, letters(p + used), measures, COUNT_OF(measures)) &&
            !(articles[i].bottom == 1 && articles[i].top == 1 &&
              strncmp(p + used, "day", 3) == 0)) {
            ret->top = articles[i].top;
            ret->bottom = articles[i].bottom;
            return used - 1;
        }
    }
    return 0;
}

int64_t number_word(const char *p, size_t size)
{
    for (size_t i = 0; i < COUNT_OF(number_words); i++) {
        if (same(p, size, number_words[i].word)) {
            return number_words[i].value;
        }
    }
    return 0;
}

bool number_is_count(const struct number *n)
{
    static const char *const counted[] = { "",      "piece",  "color",  "size",
                                           "style", "option", "layer",  "level",
                                           "speed", "mode",   "pocket", "compartment" };

    return is_word(n->unit, strlen(n->unit), counted, COUNT_OF(counted));
}
