/* Texts as JSON. */
#include <string.h>

#include "common/base/json.h"
#include "worker/discovery/html_text.h"
#include "worker/discovery/template_text.h"

enum { LIST_MAX = 250, FIELD_BYTES_MAX = 2000, GROWTH = 16, ROOM_BYTES = 64 };

void made_text_done(struct made_text *m)
{
    json_decref(m->json);
    free(m->tags);
    free(m->alts);
    *m = (struct made_text){ 0 };
}

static int put(json_t *object, const char *key, json_t *take_value, struct fail *f)
{
    return json_object_set_new(object, key, take_value) < 0 ? fail_memory(f) : 0;
}

static int copy_line(const json_t *from, const char *key, json_t *to, struct fail *f)
{
    const json_t *value = json_object_get(from, key);
    const char *text = json_string_value(value);

    if (text == NULL || strlen(text) != json_string_length(value)) {
        return fail_set(f, FAIL_INPUT, "%s: must be text", key);
    }
    if (strlen(text) > FIELD_BYTES_MAX) {
        return fail_set(f, FAIL_INPUT, "%s: longer than %d bytes", key, FIELD_BYTES_MAX);
    }
    return put(to, key, json_string(text), f);
}

static int copy_html(const json_t *from, const char *key, json_t *to, struct fail *f)
{
    const char *html = json_string_value(json_object_get(from, key));
    size_t bytes = 0;

    if (html == NULL) {
        return fail_set(f, FAIL_INPUT, "%s: must be text", key);
    }
    TRY(html_limit(html, &bytes, f));
    scoped(str_done) struct str clean;
    str_init(&clean, bytes * GROWTH + ROOM_BYTES);
    TRY(html_clean(html, &clean, f));
    return put(to, key, json_string(clean.data), f);
}

static int copy_lines(const json_t *from, const char *key, json_t *to, struct fail *f)
{
    const json_t *list = json_object_get(from, key);
    scoped(json_clear_p) json_t *copy = json_array();

    if (!json_is_array(list) || json_array_size(list) > LIST_MAX) {
        return fail_set(f, FAIL_INPUT, "%s: must be a list of at most %d texts", key, LIST_MAX);
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));

        if (text == NULL || strlen(text) > FIELD_BYTES_MAX) {
            return fail_set(f, FAIL_INPUT, "%s.%zu: must be text of at most %d bytes", key, i,
                            FIELD_BYTES_MAX);
        }
        if (json_array_append_new(copy, json_string(text)) < 0) {
            return fail_memory(f);
        }
    }
    return put(to, key, take_ptr(copy), f);
}

static int copy_numbers(const json_t *from, const char *key, json_t *to, struct fail *f)
{
    const json_t *list = json_object_get(from, key);
    scoped(json_clear_p) json_t *copy = json_array();

    if (list != NULL && !json_is_null(list) && !json_is_array(list)) {
        return fail_set(f, FAIL_INPUT, "%s: must be a list of numbers", key);
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        int64_t number = json_int(json_array_get(list, i), "", -1);

        if (number < 1 || number > FACTS_MAX) {
            return fail_set(f, FAIL_INPUT, "%s.%zu: must be the number of a fact", key, i);
        }
        if (json_array_append_new(copy, json_integer(number)) < 0) {
            return fail_memory(f);
        }
    }
    return put(to, key, take_ptr(copy), f);
}

static const struct {
    const char *key;
    int (*copy)(const json_t *from, const char *key, json_t *to, struct fail *f);
} members[] = {
    { "title", copy_line },         { "description_html", copy_html },
    { "seo_title", copy_line },     { "meta_description", copy_line },
    { "tags", copy_lines },         { "alt_texts", copy_lines },
    { "facts_used", copy_numbers },
};

/* The strings of a list as an array; *ret is never NULL. */
static int point(const json_t *list, const char ***ret, size_t *ret_count, struct fail *f)
{
    size_t count = json_array_size(list);
    const char **texts = calloc(count + 1, sizeof *texts);

    if (texts == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count; i++) {
        texts[i] = json_string_value(json_array_get(list, i));
    }
    *ret = texts;
    *ret_count = count;
    return 0;
}

static int fill(const json_t *json, struct made_text *m, struct fail *f)
{
    m->json = json_object();
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        TRY(members[i].copy(json, members[i].key, m->json, f));
    }
    TRY(point(json_object_get(m->json, "tags"), &m->tags, &m->text.tag_count, f));
    TRY(point(json_object_get(m->json, "alt_texts"), &m->alts, &m->text.alt_count, f));
    m->text.title = json_text(m->json, "title", "");
    m->text.description_html = json_text(m->json, "description_html", "");
    m->text.seo_title = json_text(m->json, "seo_title", "");
    m->text.meta_description = json_text(m->json, "meta_description", "");
    m->text.tags = m->tags;
    m->text.alts = m->alts;
    return 0;
}

int made_text_of_json(json_t *json, struct made_text *ret, struct fail *f)
{
    struct made_text made = { 0 };

    if (!json_is_object(json)) {
        return fail_set(f, FAIL_INPUT, "a text must be a JSON object");
    }
    if (fill(json, &made, f) < 0) {
        made_text_done(&made);
        return -1;
    }
    *ret = made;
    return 0;
}
