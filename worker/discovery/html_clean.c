/* The cleaner keeps no stack: what is open is at most one list, one block and one strong, and each is only written when text
 * follows.  So the output is well nested and small however deep the input goes. */
#include <string.h>

#include "worker/discovery/html_text.h"
#include "worker/discovery/html_token.h"
#include "worker/discovery/text_utf8.h"

enum { GROWTH = 16, ROOM_BYTES = 64, DEPTH_MAX = 1 << 20, ROUNDS_MAX = 4 };

enum block { BLOCK_NONE, BLOCK_P, BLOCK_LI };

struct cleaner {
    struct str *out;
    int lists, strongs;          /* asked for by the input */
    bool list_open, strong_open; /* written */
    bool item;                   /* the next block is an item */
    bool no_amp;                 /* leave "&" out */
    bool gap;                    /* white space waits for the next word */
    enum block open;
};

static void end_block(struct cleaner *c)
{
    if (c->strong_open) {
        str_add(c->out, "</strong>");
    }
    if (c->open != BLOCK_NONE) {
        str_add(c->out, c->open == BLOCK_LI ? "</li>" : "</p>");
    }
    c->open = BLOCK_NONE;
    c->strong_open = c->gap = false;
}

static void end_list(struct cleaner *c)
{
    end_block(c);
    if (c->list_open) {
        str_add(c->out, "</ul>");
    }
    c->list_open = false;
}

static void begin_block(struct cleaner *c)
{
    if (c->item) {
        str_add(c->out, c->list_open ? "<li>" : "<ul><li>");
        c->list_open = true;
        c->open = BLOCK_LI;
        return;
    }
    end_list(c);
    str_add(c->out, "<p>");
    c->open = BLOCK_P;
}

static void match_strong(struct cleaner *c)
{
    if (c->strong_open && c->strongs == 0) {
        str_add(c->out, "</strong>");
        c->strong_open = false;
    }
    if (c->gap) {
        str_add_char(c->out, ' ');
        c->gap = false;
    }
    if (!c->strong_open && c->strongs > 0) {
        str_add(c->out, "<strong>");
        c->strong_open = true;
    }
}

static void add_escaped(struct str *out, uint32_t c)
{
    switch (c) {
    case '&':
        str_add(out, "&amp;");
        break;
    case '<':
        str_add(out, "&lt;");
        break;
    case '>':
        str_add(out, "&gt;");
        break;
    default:
        utf8_add(out, c);
    }
}

static void put_text(struct cleaner *c, const char *text, size_t left)
{
    for (size_t size = 0; left > 0; left -= size, text += size) {
        uint32_t sign = 0;

        size = utf8_next(text, left, &sign);
        if (char_is_space(sign)) {
            c->gap = c->open != BLOCK_NONE;
            continue;
        }
        if (c->open == BLOCK_NONE) {
            begin_block(c);
        }
        if (sign == '&' && c->no_amp) {
            continue;
        }
        match_strong(c);
        add_escaped(c->out, sign);
    }
}

static void on_list(struct cleaner *c, bool opens)
{
    end_block(c);
    c->item = false;
    if (opens) {
        c->lists += c->lists < DEPTH_MAX;
    } else {
        c->lists -= c->lists > 0;
    }
    if (c->lists == 0) {
        end_list(c);
    }
}

static void on_item(struct cleaner *c, bool opens)
{
    end_block(c);
    c->item = opens;
}

/* A block that is neither list nor item: inside an item it only parts words. */
static void on_block(struct cleaner *c, bool opens)
{
    (void)opens;
    if (c->open == BLOCK_LI || (c->item && c->open == BLOCK_NONE)) {
        c->gap = c->open == BLOCK_LI;
        return;
    }
    end_block(c);
}

static void on_strong(struct cleaner *c, bool opens)
{
    if (opens) {
        c->strongs += c->strongs < DEPTH_MAX;
    } else {
        c->strongs -= c->strongs > 0;
    }
}

static void on_heading(struct cleaner *c, bool opens)
{
    on_block(c, opens);
    on_strong(c, opens);
}

static void on_cell(struct cleaner *c, bool opens)
{
    (void)opens;
    c->gap = c->open != BLOCK_NONE;
}

/* To let another element have an effect, add a line; all others vanish, their text stays. */
static const struct {
    const char *name;
    void (*run)(struct cleaner *c, bool opens);
} elements[] = {
    { "p", on_block },       { "ul", on_list },          { "ol", on_list },
    { "li", on_item },       { "strong", on_strong },    { "b", on_strong },
    { "h1", on_heading },    { "h2", on_heading },       { "h3", on_heading },
    { "h4", on_heading },    { "h5", on_heading },       { "h6", on_heading },
    { "div", on_block },     { "br", on_block },         { "hr", on_block },
    { "table", on_block },   { "tr", on_block },         { "section", on_block },
    { "article", on_block }, { "header", on_block },     { "footer", on_block },
    { "center", on_block },  { "pre", on_block },        { "blockquote", on_block },
    { "dl", on_block },      { "dt", on_block },         { "dd", on_block },
    { "figure", on_block },  { "figcaption", on_block }, { "td", on_cell },
    { "th", on_cell },       { "img", on_cell },
};

static void put_tag(struct cleaner *c, const struct html_token *tag)
{
    for (size_t i = 0; i < COUNT_OF(elements); i++) {
        if (strcmp(elements[i].name, tag->name) == 0) {
            elements[i].run(c, tag->kind == HTML_OPEN);
            return;
        }
    }
}

static int clean_once(const char *html, bool no_amp, struct str *ret, struct fail *f)
{
    struct cleaner c = { .out = ret, .no_amp = no_amp };
    struct html_reader reader;
    scoped(str_done) struct str text;

    str_init(&text, GROWTH * strlen(html) + ROOM_BYTES);
    html_reader_init(&reader, html);
    for (struct html_token t = html_next(&reader); t.kind != HTML_END; t = html_next(&reader)) {
        if (t.kind != HTML_TEXT) {
            put_tag(&c, &t);
            continue;
        }
        str_clear(&text);
        html_add_decoded(&text, &t);
        TRY(str_ok(&text, f));
        put_text(&c, text.data, text.len);
    }
    end_list(&c);
    return str_ok(ret, f);
}

/* Dropping tags and control characters can put the parts of an entity side by side, so it is done until nothing changes; an input
 * made to change for ever loses its "&". */
int html_clean(const char *html, struct str *ret, struct fail *f)
{
    size_t bytes = 0;

    TRY(html_limit(html, &bytes, f));
    scoped(str_done) struct str now, next;
    str_init(&now, GROWTH * bytes + ROOM_BYTES);
    str_init(&next, GROWTH * bytes + ROOM_BYTES);
    TRY(clean_once(html, false, &now, f));
    for (int round = 1; round <= ROUNDS_MAX; round++) {
        str_clear(&next);
        TRY(clean_once(now.data, round == ROUNDS_MAX, &next, f));
        if (strcmp(now.data, next.data) == 0) {
            break;
        }
        struct str swap = now;
        now = next;
        next = swap;
    }
    str_add_bytes(ret, now.data, now.len);
    return str_ok(ret, f);
}

static const char *skip_space(const char *p)
{
    while (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r') {
        p++;
    }
    return p;
}

int html_is_clean(const char *html, struct fail *f)
{
    const char *a = html, *b = NULL;
    size_t bytes = 0;

    TRY(html_limit(html, &bytes, f));
    scoped(str_done) struct str clean;
    str_init(&clean, GROWTH * bytes + ROOM_BYTES);
    TRY(html_clean(html, &clean, f));
    for (b = clean.data;; a++, b++) {
        a = skip_space(a);
        b = skip_space(b);
        if (*a != *b) {
            return 0;
        }
        if (*a == '\0') {
            return 1;
        }
    }
}
