/* Variants and their stock. */
#include "worker/providers/cj/cj_priv.h"

#include <string.h>

#include "common/base/json.h"

enum { QUERY_BYTES = 1024 };

int cj_read_variant(const json_t *node, struct cj_variant *ret, struct fail *f)
{
    struct money low;

    *ret = (struct cj_variant){ 0 };
    TRY(cj_read_id(node, "vid", ret->vid, sizeof ret->vid, f));
    TRY(cj_read_id(node, "pid", ret->pid, sizeof ret->pid, f));
    if (!str_fit(ret->sku, sizeof ret->sku, json_text(node, "variantSku", ""))) {
        return fail_set(f, FAIL_BUG, "CJ: SKU of variant %s is longer than %zu bytes", ret->vid,
                        sizeof ret->sku - 1);
    }
    /* Of a range the dearer end; goods for nothing are an error in the catalogue, not a bargain. */
    ret->price_known =
        cj_read_price(node, "variantSellPrice", &low, &ret->price) == 0 && ret->price.minor > 0;
    ret->weight_g = cj_read_weight(node, "variantWeight");
    return 0;
}

/* The rows whose SKU is exactly the one asked for. */
static int pick_variants(const json_t *rows, const char *sku, struct cj_variant *list,
                         size_t *ret_count, struct fail *f)
{
    size_t count = 0;
    size_t i;
    json_t *row;

    json_array_foreach(rows, i, row)
    {
        if (strcmp(json_text(row, "variantSku", ""), sku) == 0) {
            TRY(cj_read_variant(row, &list[count++], f));
        }
    }
    *ret_count = count;
    return 0;
}

int cj_variants_by_sku(struct cj *cj, const char *sku, struct cj_variant **ret, size_t *ret_count,
                       struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    scoped(str_done) struct str query;
    scoped(free_p) struct cj_variant *list = NULL;
    const json_t *rows = NULL;

    str_init(&query, QUERY_BYTES);
    cj_query_add(&query, "variantSku", sku);
    TRY(str_ok(&query, f));
    /* CJ answers "not found" for a SKU it does not know: for us, no variants. */
    if (cj_run(cj, CJ_OP_VARIANTS_BY_SKU, query.data, NULL, &root, f) < 0 &&
        f->kind != FAIL_MISSING) {
        return -1;
    }
    rows = json_at(root, "data");
    list = calloc(json_array_size(rows) + 1, sizeof *list);
    if (list == NULL) {
        return fail_memory(f);
    }
    TRY(pick_variants(rows, sku, list, ret_count, f));
    *ret = take_ptr(list);
    return 0;
}

/* The vid is all that was asked with: bad, unknown or off the shelf, CJ has no such variant. */
static bool says_no_such(const struct fail *f)
{
    static const char *const codes[] = { "1600300", "1602000", "1602001", "1602002", "1602003" };

    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        if (strcmp(f->code, codes[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int run_by_vid(struct cj *cj, enum cj_op op, const char *vid, json_t **ret_root,
                      struct fail *f)
{
    scoped(str_done) struct str query;

    str_init(&query, QUERY_BYTES);
    cj_query_add(&query, "vid", vid);
    TRY(str_ok(&query, f));
    if (cj_run(cj, op, query.data, NULL, ret_root, f) < 0) {
        f->kind = says_no_such(f) ? FAIL_MISSING : f->kind;
        return -1;
    }
    if (json_at(*ret_root, "data") == NULL) {
        return fail_set(f, FAIL_MISSING, "CJ knows no variant %s", vid);
    }
    return 0;
}

int cj_variant_by_vid(struct cj *cj, const char *vid, struct cj_variant *ret, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    struct cj_variant variant;

    TRY(run_by_vid(cj, CJ_OP_VARIANT_BY_VID, vid, &root, f));
    TRY(cj_read_variant(json_at(root, "data"), &variant, f));
    if (strcmp(variant.vid, vid) != 0) {
        return fail_set(f, FAIL_BUG, "CJ answered variant %s when asked for %s", variant.vid, vid);
    }
    *ret = variant;
    return 0;
}

/* totalInventoryNum, else the deprecated total, else its parts; -1 when none is there. */
static int64_t row_stock(const json_t *row)
{
    int64_t total = json_int(row, "totalInventoryNum", -1);
    int64_t cj = json_int(row, "cjInventoryNum", -1);
    int64_t factory = json_int(row, "factoryInventoryNum", -1);

    if (total < 0) {
        total = json_int(row, "storageNum", -1);
    }
    if (total < 0 && (cj >= 0 || factory >= 0)) {
        total = (cj > 0 ? cj : 0) + (factory > 0 ? factory : 0);
    }
    return total;
}

int cj_read_stock(const json_t *rows, const char *country, int64_t *ret_quantity, struct fail *f)
{
    int64_t sum = 0;
    size_t i;
    json_t *row;

    if (!json_is_array(rows)) {
        return fail_set(f, FAIL_BUG, "CJ: stock is not a list");
    }
    json_array_foreach(rows, i, row)
    {
        int64_t here = row_stock(row);
        if (strcasecmp(cj_country(json_text(row, "countryCode", "")), cj_country(country)) != 0) {
            continue;
        }
        if (here < 0 || here > INT32_MAX) {
            return fail_set(f, FAIL_BUG, "CJ: stock in %s without a number", country);
        }
        sum += here;
    }
    *ret_quantity = sum;
    return 0;
}

int cj_stock(struct cj *cj, const char *vid, const char *country, int64_t *ret_quantity,
             struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;

    TRY(run_by_vid(cj, CJ_OP_STOCK, vid, &root, f));
    return cj_read_stock(json_at(root, "data"), country, ret_quantity, f);
}
