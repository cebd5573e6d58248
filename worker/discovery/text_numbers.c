#include "worker/discovery/text_numbers.h"

#include <string.h>

#include "worker/discovery/text_numbers_priv.h"

enum { ROOM_FIRST = 16 };

struct reader {
    const char *begin, *p;
    const char *last_end; /* behind the last number and its unit */
    struct numbers *out;
    size_t chains;
};

void numbers_done(struct numbers *n)
{
    free(n->list);
    *n = (struct numbers){ 0 };
}

static int put(struct numbers *out, const struct number *n, struct fail *f)
{
    if (out->count == out->room) {
        size_t room = out->room == 0 ? ROOM_FIRST : out->room * 2;
        struct number *list = realloc(out->list, room * sizeof *list);

        if (list == NULL) {
            return fail_memory(f);
        }
        out->list = list;
        out->room = room;
    }
    out->list[out->count++] = *n;
    return 0;
}

/* A minus sign belongs to the number when it touches it and nothing that could be joined stands before. */
static bool is_negative(const struct reader *r)
{
    const char *p = r->p;

    if (p == r->begin || p[-1] != '-') {
        return false;
    }
    p--;
    if (p > r->begin && p[-1] != ' ' && p[-1] != '(' && p[-1] != '\n' && p[-1] != ':') {
        return false;
    }
    while (p > r->begin && p[-1] == ' ') {
        p--;
    }
    return p != r->last_end;
}

enum link { LINK_NONE, LINK_CHAIN, LINK_LIST };

/* What stands between two numbers. */
static enum link link_of(const char *from, const char *to)
{
    static const char *const lists[] = {
        "-", "~", "to", ",", "/", "&", "and", "or", ", and", ", or"
    };

    while (from < to && *from == ' ') {
        from++;
    }
    while (from < to && to[-1] == ' ') {
        to--;
    }
    size_t size = (size_t)(to - from);
    if ((size == 1 && (*from == 'x' || *from == '*')) ||
        (size == 2 && memcmp(from, "by", 2) == 0)) {
        return LINK_CHAIN;
    }
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        if (strlen(lists[i]) == size && memcmp(from, lists[i], size) == 0) {
            return LINK_LIST;
        }
    }
    return LINK_NONE;
}

/* The number before, linked to this one, has its unit if it has none of its own; and so on backwards. */
static void link_back(struct reader *r)
{
    struct number *list = r->out->list;

    for (size_t i = r->out->count - 1; i > 0; i--) {
        struct number *a = &list[i - 1], *b = &list[i];
        enum link link = link_of(a->at + a->size, b->at);

        if (link == LINK_NONE || a->bottom == 0 || b->bottom == 0 || a->list + b->list > 0) {
            return;
        }
        if (link == LINK_CHAIN) {
            a->chain = a->chain > 0 ? a->chain : b->chain > 0 ? b->chain : ++r->chains;
            b->chain = a->chain;
        }
        if (a->unit[0] != '\0' || b->unit[0] == '\0' || b->written == NULL || number_is_count(b)) {
            return;
        }
        a->written = b->written;
        (void)number_unit(a, a->written);
    }
}

/* Store n, whose value ends at r->p, with its unit and context. */
static int finish(struct reader *r, struct number *n, struct fail *f)
{
    const char *end = number_unit(n, r->p);

    n->size = (size_t)(end - n->at);
    n->written = r->p;
    number_context(n, r->begin, end);
    TRY(put(r->out, n, f));
    link_back(r);
    r->p = r->last_end = end;
    return 0;
}

/* "36,37": also each alone. */
static int put_parts(struct reader *r, const struct number *n, const struct number_value *v,
                     struct fail *f)
{
    size_t whole = r->out->count;

    for (size_t i = 0; i < COUNT_OF(v->parts); i++) {
        struct number part = *n;

        part.top = v->parts[i];
        part.bottom = 1;
        part.list = whole;
        part.unit[0] = '\0';
        const char *end = number_unit(&part, v->end);
        part.size = (size_t)(end - part.at);
        number_context(&part, r->begin, end);
        TRY(put(r->out, &part, f));
    }
    return 0;
}

static int read_digits(struct reader *r, struct fail *f)
{
    struct number_value v = number_value_of(r->p);
    struct number n = { .at = r->p, .top = v.top, .bottom = v.bottom };

    if (is_negative(r)) {
        n.top = -n.top;
    }
    r->p = v.end;
    if (v.bottom == 0) {
        n.size = (size_t)(v.end - n.at);
        return put(r->out, &n, f);
    }
    struct number whole = n;
    TRY(finish(r, &n, f));
    return v.parts[0] < 0 ? 0 : put_parts(r, &whole, &v, f);
}

/* "x2" counts; other letters before digits make a code: "ip67", "usb3.0". */
static int read_code(struct reader *r, size_t size, struct fail *f)
{
    struct number n = { .at = r->p };

    if (*r->p == 'x' && plain_digit(r->p[1])) {
        struct number_value v = number_value_of(r->p + 1);

        n.top = v.top;
        n.bottom = v.bottom;
        (void)str_fit(n.unit, sizeof n.unit, "piece");
        n.size = (size_t)(v.end - r->p);
        r->p = r->last_end = v.end;
        return put(r->out, &n, f);
    }
    while (r->p[size] == '.' && plain_digit(r->p[size + 1])) {
        for (size++; plain_digit(r->p[size]); size++) {
        }
    }
    n.size = size;
    r->p = r->last_end = r->p + size;
    return put(r->out, &n, f);
}

/* "twenty-five" and "twelve"; "one" only with a measure, for it is mostly a pronoun. */
static int read_word(struct reader *r, size_t size, int64_t value, struct fail *f)
{
    struct number n = { .at = r->p, .top = value, .bottom = 1 };
    const char *next = r->p + size + 1;
    size_t more = 0;

    while (plain_letter(next[-1] == '-' || next[-1] == ' ' ? next[more] : '\0')) {
        more++;
    }
    int64_t ones = more > 0 ? number_word(next, more) : 0;
    if (value >= 20 && value < 100 && ones > 0 && ones < 10) {
        n.top += ones;
        size += 1 + more;
    }
    r->p += size;
    if (value == 1) {
        struct number probe = n;
        const char *end = number_unit(&probe, r->p);

        if (end == r->p || number_is_count(&probe)) {
            return 0;
        }
    }
    return finish(r, &n, f);
}

static int read_letters(struct reader *r, struct fail *f)
{
    size_t size = 0, letters = 0;

    while (plain_letter(r->p[size]) || plain_digit(r->p[size])) {
        letters += plain_letter(r->p[size]);
        size++;
    }
    if (letters == size) {
        struct number n = { .at = r->p };
        size_t article = number_article(r->p, &n);

        if (article > 0) {
            r->p += article;
            return finish(r, &n, f);
        }
        int64_t value = number_word(r->p, size);

        if (value > 0) {
            return read_word(r, size, value, f);
        }
        r->p += size;
        return 0;
    }
    const char *before = r->p;
    while (before > r->begin && before[-1] == ' ') {
        before--;
    }
    if (*r->p == 'x' && plain_digit(r->p[1]) && before == r->last_end) { /* "30x40" */
        r->p++;
        return 0;
    }
    return read_code(r, size, f);
}

int numbers_of(const char *plain, struct numbers *ret, struct fail *f)
{
    struct numbers found = { 0 };
    struct reader r = { .begin = plain, .p = plain, .out = &found };

    while (*r.p != '\0') {
        int result = 0;

        if (plain_digit(*r.p)) {
            result = read_digits(&r, f);
        } else if (plain_letter(*r.p)) {
            result = read_letters(&r, f);
        } else {
            r.p++;
        }
        if (result < 0) {
            numbers_done(&found);
            return -1;
        }
    }
    *ret = found;
    return 0;
}
