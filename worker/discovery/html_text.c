#include "worker/discovery/html_text.h"

#include <string.h>

#include "worker/discovery/html_token.h"
#include "worker/discovery/text_utf8.h"

enum { ROUNDS_MAX = 3, GROWTH = 4 };

enum tag_effect { TAG_INLINE, TAG_LINE, TAG_GAP };

/* What a tag does to the flow of text; any other one does nothing. */
static const struct {
    const char *name;
    enum tag_effect effect;
} effects[] = {
    { "p", TAG_LINE },       { "br", TAG_LINE },         { "div", TAG_LINE },
    { "li", TAG_LINE },      { "ul", TAG_LINE },         { "ol", TAG_LINE },
    { "tr", TAG_LINE },      { "table", TAG_LINE },      { "h1", TAG_LINE },
    { "h2", TAG_LINE },      { "h3", TAG_LINE },         { "h4", TAG_LINE },
    { "h5", TAG_LINE },      { "h6", TAG_LINE },         { "hr", TAG_LINE },
    { "section", TAG_LINE }, { "article", TAG_LINE },    { "header", TAG_LINE },
    { "footer", TAG_LINE },  { "blockquote", TAG_LINE }, { "pre", TAG_LINE },
    { "dl", TAG_LINE },      { "dt", TAG_LINE },         { "dd", TAG_LINE },
    { "figure", TAG_LINE },  { "figcaption", TAG_LINE }, { "center", TAG_LINE },
    { "td", TAG_GAP },       { "th", TAG_GAP },          { "img", TAG_GAP },
};

static enum tag_effect effect_of(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(effects); i++) {
        if (strcmp(effects[i].name, name) == 0) {
            return effects[i].effect;
        }
    }
    return TAG_INLINE;
}

int html_limit(const char *html, size_t *ret_bytes, struct fail *f)
{
    *ret_bytes = strlen(html);
    if (*ret_bytes > HTML_BYTES_MAX) {
        return fail_set(f, FAIL_INPUT, "HTML of %zu bytes; the limit is %d", *ret_bytes,
                        HTML_BYTES_MAX);
    }
    return 0;
}

/* Text with a line for each block, spaces as they come. */
static int strip(const char *html, struct str *ret, struct fail *f)
{
    struct html_reader reader;

    html_reader_init(&reader, html);
    for (struct html_token t = html_next(&reader); t.kind != HTML_END; t = html_next(&reader)) {
        if (t.kind == HTML_TEXT) {
            html_add_decoded(ret, &t);
        } else if (effect_of(t.name) != TAG_INLINE) {
            str_add_char(ret, effect_of(t.name) == TAG_LINE ? '\n' : ' ');
        }
    }
    return str_ok(ret, f);
}

/* One space between words, one line end between lines, none at the ends. */
static int tidy(const char *text, struct str *ret, struct fail *f)
{
    size_t left = strlen(text);
    bool line = false, gap = false;

    for (size_t size = 0; left > 0; left -= size, text += size) {
        uint32_t c = 0;

        size = utf8_next(text, left, &c);
        if (char_is_space(c)) {
            line = line || c == '\n';
            gap = true;
            continue;
        }
        if (gap && ret->len > 0) {
            str_add_char(ret, line ? '\n' : ' ');
        }
        line = gap = false;
        utf8_add(ret, c);
    }
    return str_ok(ret, f);
}

static bool has_tag(const char *text)
{
    struct html_reader reader;
    struct html_token t;

    html_reader_init(&reader, text);
    do {
        t = html_next(&reader);
    } while (t.kind == HTML_TEXT);
    return t.kind != HTML_END || strstr(text, "<!--") != NULL;
}

int html_to_text(const char *html, struct str *ret, struct fail *f)
{
    size_t bytes = 0;

    TRY(html_limit(html, &bytes, f));
    scoped(str_done) struct str text, again;
    str_init(&text, GROWTH * bytes + 1);
    str_init(&again, GROWTH * bytes + 1);
    TRY(strip(html, &text, f));
    for (int round = 1; round < ROUNDS_MAX && has_tag(text.data); round++) { /* encoded markup */
        struct str swap = text;

        TRY(strip(text.data, &again, f));
        text = again;
        again = swap;
        str_clear(&again);
    }
    return tidy(text.data, ret, f);
}
