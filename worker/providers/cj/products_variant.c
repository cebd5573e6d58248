/* The variants of a product, and the options that their keys spell. */
#include "worker/providers/cj/products_priv.h"

#include <string.h>

#include "common/base/json.h"

static size_t count_pieces(const char *text)
{
    size_t count = 1;

    for (; *text != '\0'; text++) {
        count += *text == '-';
    }
    return count;
}

/* The next piece, without the blanks round it; false when it is empty. */
static bool take_piece(const char **at, char *field, size_t field_bytes)
{
    const char *start = *at + strspn(*at, " ");
    size_t size = strcspn(start, "-");
    const char *end = start + size;
    char piece[1024];

    *at = *end == '-' ? end + 1 : end;
    while (end > start && end[-1] == ' ') {
        end--;
    }
    size = (size_t)(end - start);
    if (size == 0 || size >= sizeof piece) {
        return false;
    }
    memcpy(piece, start, size);
    piece[size] = '\0';
    (void)str_fit(field, field_bytes, piece);
    return true;
}

static bool name_is_new(const struct cj_product_variant *v, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(v->options[i].name, v->options[count].name) == 0) {
            return false;
        }
    }
    return true;
}

static bool split(const char *names, const char *key, struct cj_product_variant *v)
{
    size_t count = count_pieces(names);

    if (count != count_pieces(key) || count > CJ_OPTIONS_MAX) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct cj_option *o = &v->options[i];

        if (!take_piece(&names, o->name, sizeof o->name) ||
            !take_piece(&key, o->value, sizeof o->value) || !name_is_new(v, i)) {
            return false;
        }
    }
    v->option_count = count;
    return true;
}

/* The whole key as one option. */
static void whole_key(const char *key, struct cj_product_variant *v)
{
    memset(v->options, 0, sizeof v->options);
    v->option_count = key[0] != '\0' ? 1 : 0;
    if (v->option_count > 0) {
        (void)str_fit(v->options[0].name, sizeof v->options[0].name, "Style");
        (void)str_fit(v->options[0].value, sizeof v->options[0].value, key);
    }
}

bool cj_split_key(const char *names, const char *key, struct cj_product_variant *v)
{
    if (key[0] != '\0' && names[0] != '\0' && split(names, key, v)) {
        return true;
    }
    whole_key(key, v);
    return names[0] == '\0'; /* nothing that it could have been split into */
}

static bool read_variant(const json_t *row, struct cj_product_variant *v)
{
    static const char *const names[] = { "variantNameEn", "variantName", NULL };
    struct money low;
    struct fail ignored;

    memset(v, 0, sizeof *v);
    if (cj_read_id(row, "vid", v->vid, sizeof v->vid, &ignored) < 0 ||
        !str_fit(v->sku, sizeof v->sku, json_text(row, "variantSku", ""))) {
        return false; /* what cannot be named cannot be ordered */
    }
    cj_read_text(row, names, v->name, sizeof v->name);
    cj_read_image(row, "variantImage", v->image, sizeof v->image);
    /* Of a range the dearer end; goods for nothing are an error in the catalogue, not a bargain. */
    v->price_known =
        cj_read_price(row, "variantSellPrice", &low, &v->price) == 0 && v->price.minor > 0;
    v->weight_g = cj_read_weight(row, "variantWeight");
    v->length_mm = cj_read_weight(row, "variantLength");
    v->width_mm = cj_read_weight(row, "variantWidth");
    v->height_mm = cj_read_weight(row, "variantHeight");
    return true;
}

/* Once more with the whole key: the options of a product must agree. */
static void mark_ambiguous(const json_t *const *rows, struct cj_product_variant *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        whole_key(json_text(rows[i], "variantKey", ""), &list[i]);
        list[i].key_ambiguous = true;
    }
}

static size_t read_rows(const json_t *rows, const json_t **sources, struct cj_product_variant *list)
{
    size_t count = 0;
    size_t i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        if (read_variant(row, &list[count])) {
            sources[count++] = row;
        }
    }
    return count;
}

static void read_options(const char *names, const json_t *const *sources,
                         struct cj_product_variant *list, size_t count)
{
    bool certain = true;

    for (size_t i = 0; i < count; i++) {
        certain = cj_split_key(names, json_text(sources[i], "variantKey", ""), &list[i]) && certain;
    }
    if (!certain) {
        mark_ambiguous(sources, list, count);
    }
}

int cj_read_variants(const json_t *data, struct cj_product_variant **ret, size_t *ret_count,
                     struct fail *f)
{
    const json_t *rows = json_at(data, "variants");
    size_t most = json_array_size(rows);
    scoped(free_p) struct cj_product_variant *list = NULL;
    scoped(free_p) const json_t **sources = NULL;
    size_t count = 0;

    if (most > CJ_VARIANTS_MAX) {
        return fail_set(f, FAIL_INPUT, "CJ: %zu variants of a product, %d at most are handled",
                        most, CJ_VARIANTS_MAX);
    }
    if (most == 0) {
        return 0;
    }
    list = calloc(most, sizeof *list);
    sources = calloc(most, sizeof *sources);
    if (list == NULL || sources == NULL) {
        return fail_memory(f);
    }
    count = read_rows(rows, sources, list);
    if (count == 0) {
        return fail_set(f, FAIL_BUG, "CJ: none of %zu variants has a usable id", most);
    }
    read_options(json_text(data, "productKeyEn", ""), sources, list, count);
    *ret = take_ptr(list);
    *ret_count = count;
    return 0;
}
