/* One product with all that a listing needs. */
#include "worker/providers/cj/products_priv.h"

#include <string.h>

#include "common/base/json.h"

enum { QUERY_BYTES = 1024 };

void cj_product_done(struct cj_product *p)
{
    free(p->description);
    free(p->images);
    free(p->variants);
    *p = (struct cj_product){ .pid = "" };
}

static void add_image(struct cj_product *p, const json_t *value)
{
    const char *url = json_string_value(value);
    char(*slot)[sizeof *p->images] = &p->images[p->image_count];

    if (url == NULL || url[0] == '\0' || p->image_count == CJ_IMAGES_MAX) {
        return;
    }
    for (size_t i = 0; i < p->image_count; i++) {
        if (strcmp(p->images[i], url) == 0) {
            return;
        }
    }
    p->image_count += str_fit(*slot, sizeof *slot, url) ? 1 : 0;
}

static int read_images(const json_t *data, struct cj_product *p, struct fail *f)
{
    static const char *const paths[] = { "productImageSet", "productImage", "bigImage" };

    p->images = calloc(CJ_IMAGES_MAX + 1, sizeof *p->images);
    if (p->images == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        scoped(json_clear_p) json_t *list = cj_read_list(data, paths[i]);
        size_t at;
        json_t *url;

        json_array_foreach(list, at, url)
        {
            add_image(p, url);
        }
    }
    return 0;
}

/* The heaviest of all that is said; the parcel is not lighter than that. */
static int64_t heaviest(const json_t *data, const struct cj_product *p)
{
    int64_t most = cj_read_weight(data, "productWeight");
    int64_t packed = cj_read_weight(data, "packingWeight");

    most = packed > most ? packed : most;
    for (size_t i = 0; i < p->variant_count; i++) {
        most = p->variants[i].weight_g > most ? p->variants[i].weight_g : most;
    }
    return most;
}

static void read_words(const json_t *data, struct cj_product *p)
{
    static const char *const names[] = { "productNameEn", "productName", NULL };
    static const char *const categories[] = { "categoryName", NULL };
    static const char *const materials[] = { "materialNameEn", NULL };
    static const char *const packings[] = { "packingNameEn", NULL };

    cj_read_text(data, names, p->name, sizeof p->name);
    cj_read_text(data, categories, p->category, sizeof p->category);
    cj_read_text(data, materials, p->material, sizeof p->material);
    cj_read_text(data, packings, p->packing, sizeof p->packing);
    cj_read_hs_code(data, "entryCode", p->hs_code, sizeof p->hs_code);
}

/* An optional identity: left empty when CJ gives none that fits. */
static void read_mark(const json_t *data, const char *path, char *field, size_t field_bytes)
{
    char number[32];

    if (!str_fit(field, field_bytes, json_id_text(data, path, number, sizeof number))) {
        field[0] = '\0';
    }
}

static int fill_product(const json_t *data, struct cj_product *p, struct fail *f)
{
    TRY(cj_read_id(data, "pid", p->pid, sizeof p->pid, f));
    read_mark(data, "productSku", p->sku, sizeof p->sku);
    read_mark(data, "categoryId", p->category_id, sizeof p->category_id);
    read_words(data, p);
    TRY(str_copy(json_text(data, "description", ""), &p->description, f));
    TRY(read_images(data, p, f));
    TRY(cj_read_variants(data, &p->variants, &p->variant_count, f));
    p->on_sale = json_int(data, "status", p->variant_count > 0 ? 3 : 0) == 3;
    p->weight_g = heaviest(data, p);
    p->listed_num = json_int(data, "listedNum", -1);
    p->listed_num = p->listed_num < 0 ? -1 : p->listed_num;
    return 0;
}

int cj_read_product(const json_t *data, struct cj_product *ret, struct fail *f)
{
    scoped(cj_product_done) struct cj_product product = { .pid = "" };

    if (!json_is_object(data)) {
        return fail_set(f, FAIL_BUG, "CJ: the product is not an object");
    }
    TRY(fill_product(data, &product, f));
    *ret = product;
    product = (struct cj_product){ .pid = "" };
    return 0;
}

int cj_run_by_pid(struct cj *cj, enum cj_op op, const char *pid, json_t **ret_root, struct fail *f)
{
    scoped(str_done) struct str query;

    str_init(&query, QUERY_BYTES);
    cj_query_add(&query, "pid", pid);
    TRY(str_ok(&query, f));
    if (cj_run(cj, op, query.data, NULL, ret_root, f) == 0) {
        return 0;
    }
    if (strcmp(f->code, "1602002") == 0 || strcmp(f->code, "1602003") == 0) {
        f->kind = FAIL_MISSING;
    }
    return -1;
}

int cj_product_get(struct cj *cj, const char *pid, struct cj_product *ret, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    scoped(cj_product_done) struct cj_product product = { .pid = "" };

    TRY(cj_run_by_pid(cj, CJ_OP_PRODUCT, pid, &root, f));
    if (json_at(root, "data") == NULL) {
        return fail_code(f, FAIL_MISSING, "1602001", "CJ knows no product %s", pid);
    }
    TRY(cj_read_product(json_at(root, "data"), &product, f));
    if (strcmp(product.pid, pid) != 0) {
        return fail_set(f, FAIL_BUG, "CJ answered product %s when asked for %s", product.pid, pid);
    }
    *ret = product;
    product = (struct cj_product){ .pid = "" };
    return 0;
}
