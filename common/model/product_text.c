#include "common/model/product_text.h"

#include <string.h>

enum {
    TITLE_MAX = 255,
    HTML_MAX = 32768,
    SEO_TITLE_MAX = 255,
    META_MAX = 1000,
    TAG_MAX = 255,
    TAGS_MAX = 50,
    ALT_MAX = 512,
    ALTS_MAX = 250
};

/* Lengths in bytes are those the shop takes at all; the content rules ask for less. */
static const struct member {
    const char *name;
    size_t max_bytes;
    size_t max_items; /* 0 = a text, else a list of texts */
    bool lines;       /* may hold line breaks */
} members[] = {
    { "title", TITLE_MAX, 0, false },         { "description_html", HTML_MAX, 0, true },
    { "seo_title", SEO_TITLE_MAX, 0, false }, { "meta_description", META_MAX, 0, false },
    { "tags", TAG_MAX, TAGS_MAX, false },     { "alt_texts", ALT_MAX, ALTS_MAX, false },
};

static bool has_controls(const char *text, bool lines)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        bool allowed = lines && (*at == '\n' || *at == '\r' || *at == '\t');
        bool c1 = at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0; /* U+0080 to U+009F */
        if ((*at < 0x20 && !allowed) || *at == 0x7f || c1) {
            return true;
        }
    }
    return false;
}

static int check_text(const struct member *m, const json_t *value, struct fail *f)
{
    size_t bytes = json_string_length(value);

    if (!json_is_string(value) || strlen(json_string_value(value)) != bytes) {
        return fail_set(f, FAIL_INPUT, "%s is text without NUL%s", m->name,
                        m->max_items > 0 ? ", in a list" : "");
    }
    if (bytes == 0 || bytes > m->max_bytes) {
        return fail_set(f, FAIL_INPUT, "%s has 1 to %zu bytes", m->name, m->max_bytes);
    }
    return has_controls(json_string_value(value), m->lines)
               ? fail_set(f, FAIL_INPUT, "%s holds control characters", m->name)
               : 0;
}

static int check_member(const struct member *m, const json_t *value, struct fail *f)
{
    const json_t *item;
    size_t index;

    if (m->max_items == 0) {
        return check_text(m, value, f);
    }
    if (!json_is_array(value) || json_array_size(value) > m->max_items) {
        return fail_set(f, FAIL_INPUT, "%s is a list of at most %zu texts", m->name, m->max_items);
    }
    json_array_foreach(value, index, item)
    {
        TRY(check_text(m, item, f));
    }
    return 0;
}

static const struct member *find_member(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        if (strcmp(members[i].name, name) == 0) {
            return &members[i];
        }
    }
    return NULL;
}

int product_text_check(const json_t *texts, struct fail *f)
{
    void *at;

    if (!json_is_object(texts) || json_object_size(texts) == 0) {
        return fail_set(f, FAIL_INPUT,
                        "the texts are an object of title, description_html, seo_title, "
                        "meta_description, tags and alt_texts, at least one of them");
    }
    for (at = json_object_iter((json_t *)(uintptr_t)texts); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)texts, at)) {
        const struct member *m = find_member(json_object_iter_key(at));
        if (m == NULL) {
            return fail_set(f, FAIL_INPUT, "a listing has no text '%.40s'",
                            json_object_iter_key(at));
        }
        TRY(check_member(m, json_object_iter_value(at), f));
    }
    return 0;
}
