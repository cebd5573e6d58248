#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "worker/discovery/gather.h"

enum { DESCRIPTION_MAX = 200 * 1024 };

/* Distinct values per option name, in the order of the variants. */
static int add_option(json_t *options, const struct cj_option *o, struct fail *f)
{
    json_t *values = json_object_get(options, o->name);

    if (values == NULL) {
        values = json_array();
        if (json_object_set_new(options, o->name, values) < 0) {
            return fail_memory(f);
        }
    }
    for (size_t i = 0; i < json_array_size(values); i++) {
        if (strcmp(json_string_value(json_array_get(values, i)), o->value) == 0) {
            return 0;
        }
    }
    return json_array_append_new(values, json_string(o->value)) == 0 ? 0 : fail_memory(f);
}

static int options_json(const struct cj_product *p, json_t *out, struct fail *f)
{
    json_t *options = json_object();

    if (json_object_set_new(out, "options", options) < 0) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < p->variant_count; i++) {
        for (size_t o = 0; o < p->variants[i].option_count; o++) {
            TRY(add_option(options, &p->variants[i].options[o], f));
        }
    }
    return 0;
}

static bool same_size(const struct cj_product_variant *a, const struct cj_product_variant *b)
{
    return a->length_mm == b->length_mm && a->width_mm == b->width_mm &&
           a->height_mm == b->height_mm;
}

/* What all variants share; what they do not is no fact about the product. */
static int measures_json(const struct cj_product *p, json_t *out, struct fail *f)
{
    const struct cj_product_variant *v = p->variants;
    bool weight = p->variant_count > 0, size = p->variant_count > 0;

    for (size_t i = 1; i < p->variant_count; i++) {
        weight = weight && p->variants[i].weight_g == v->weight_g;
        size = size && same_size(&p->variants[i], v);
    }
    if (weight && v->weight_g > 0 &&
        json_object_set_new(out, "weight_g", json_integer(v->weight_g)) < 0) {
        return fail_memory(f);
    }
    size = size && v->length_mm > 0 && v->width_mm > 0 && v->height_mm > 0;
    if (size &&
        json_object_set_new(out, "dimensions_mm",
                            json_pack("[I, I, I]", (json_int_t)v->length_mm,
                                      (json_int_t)v->width_mm, (json_int_t)v->height_mm)) < 0) {
        return fail_memory(f);
    }
    return 0;
}

static int images_json(const struct cj_product *p, json_t *out, struct fail *f)
{
    json_t *images = json_array();

    if (json_object_set_new(out, "images", images) < 0) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < p->image_count; i++) {
        if (json_array_append_new(images, json_string(p->images[i])) < 0) {
            return fail_memory(f);
        }
    }
    return 0;
}

/* Text that is absurdly long is no fact. */
static int texts_json(const struct cj_product *p, json_t *out, struct fail *f)
{
    const struct {
        const char *name, *value;
    } texts[] = {
        { "name", p->name },
        { "category", p->category },
        { "material", p->material },
        { "packing", p->packing },
        { "hs_code", p->hs_code },
        { "sku", p->sku },
        { "description_html", p->description != NULL ? p->description : "" },
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i].value[0] == '\0' || strlen(texts[i].value) > DESCRIPTION_MAX) {
            continue;
        }
        if (json_object_set_new(out, texts[i].name, json_string(texts[i].value)) < 0) {
            return fail_memory(f);
        }
    }
    return 0;
}

int gather_detail(const struct cj_product *p, const json_t *before, json_t **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *out = json_object();
    json_t *notes = json_object_get(before, "notes");

    if (out == NULL) {
        return fail_memory(f);
    }
    TRY(texts_json(p, out, f));
    TRY(options_json(p, out, f));
    TRY(measures_json(p, out, f));
    TRY(images_json(p, out, f));
    if (notes != NULL && json_object_set(out, "notes", notes) < 0) {
        return fail_memory(f);
    }
    *ret = take_ptr(out);
    return 0;
}
