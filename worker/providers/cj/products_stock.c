/* Stock of all variants of a product at once, and the tree of categories. */
#include "worker/providers/cj/products_priv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"

enum { NAME_BYTES = 256 };

/* The total of a row, whose field goes by two names, else the sum of its parts; -1 unreadable. */
static int64_t area_stock(const json_t *area)
{
    int64_t total = json_int(area, "totalInventory", -1);
    int64_t cj = json_int(area, "cjInventory", -1);
    int64_t factory = json_int(area, "factoryInventory", -1);

    if (total < 0) {
        total = json_int(area, "totalInventoryNum", -1);
    }
    if (total < 0 && (cj >= 0 || factory >= 0)) {
        total = (cj > 0 && cj <= INT32_MAX ? cj : 0) +
                (factory > 0 && factory <= INT32_MAX ? factory : 0);
    }
    return total <= INT32_MAX ? total : -1;
}

/* false: CJ does not tell. */
static bool read_quantity(const json_t *areas, const char *country, int64_t *ret)
{
    int64_t sum = 0;
    size_t i;
    json_t *area;

    if (!json_is_array(areas)) {
        return false;
    }
    json_array_foreach(areas, i, area)
    {
        int64_t here = area_stock(area);

        if (strcasecmp(cj_country(json_text(area, "countryCode", "")), cj_country(country)) != 0) {
            continue;
        }
        if (here < 0) {
            return false;
        }
        sum += here;
    }
    *ret = sum;
    return true;
}

void cj_stock_list_done(struct cj_stock_list *list)
{
    free(list->rows);
    *list = (struct cj_stock_list){ 0 };
}

int cj_read_stock_rows(const json_t *data, const char *country, struct cj_stock_list *ret,
                       struct fail *f)
{
    scoped(json_clear_p) json_t *rows = cj_read_list(data, "variantInventories");
    scoped(free_p) struct cj_stock_row *list = NULL;
    size_t count = 0;
    size_t i;
    json_t *row;

    if (data != NULL && !json_is_object(data)) {
        return fail_set(f, FAIL_BUG, "CJ: the stock of a product is not an object");
    }
    list = calloc(json_array_size(rows) + 1, sizeof *list);
    if (list == NULL) {
        return fail_memory(f);
    }
    json_array_foreach(rows, i, row)
    {
        scoped(json_clear_p) json_t *areas = cj_read_list(row, "inventory");
        struct cj_stock_row *slot = &list[count];

        count += cj_read_id(row, "vid", slot->vid, sizeof slot->vid, f) == 0 &&
                         read_quantity(areas, country, &slot->quantity)
                     ? 1
                     : 0;
    }
    if (count == 0 && json_array_size(rows) > 0) {
        return fail_set(f, FAIL_BUG, "CJ: none of %zu stocks of variants can be read",
                        json_array_size(rows));
    }
    ret->rows = take_ptr(list);
    ret->count = count;
    return 0;
}

int cj_stock_of_product(struct cj *cj, const char *pid, const char *country,
                        struct cj_stock_list *ret, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;

    TRY(cj_run_by_pid(cj, CJ_OP_STOCK_BY_PID, pid, &root, f));
    return cj_read_stock_rows(json_at(root, "data"), country, ret, f);
}

/* ---- categories ---- */

struct category_list {
    struct cj_category *rows;
    size_t count, room;
};

static int add_category(struct category_list *list, const json_t *leaf, const char *parents,
                        struct fail *f)
{
    struct cj_category *grown = NULL;
    struct cj_category row = { .id = "" };
    struct fail ignored;

    if (cj_read_id(leaf, "categoryId", row.id, sizeof row.id, &ignored) < 0) {
        return 0;
    }
    (void)str_fit(row.name, sizeof row.name, json_text(leaf, "categoryName", ""));
    (void)str_fit(row.parents, sizeof row.parents, parents);
    if (list->count == list->room) {
        list->room = list->room * 2 + 64;
        grown = realloc(list->rows, list->room * sizeof *grown);
        if (grown == NULL) {
            return fail_memory(f);
        }
        list->rows = grown;
    }
    list->rows[list->count++] = row;
    return 0;
}

static int add_second(struct category_list *list, const char *first, const json_t *second,
                      struct fail *f)
{
    char parents[sizeof list->rows->parents];
    char upper[NAME_BYTES], lower[NAME_BYTES];
    char names[2 * NAME_BYTES + 4];
    size_t i;
    json_t *leaf;

    (void)str_fit(upper, sizeof upper, first);
    (void)str_fit(lower, sizeof lower, json_text(second, "categorySecondName", ""));
    snprintf(names, sizeof names, "%s / %s", upper, lower);
    (void)str_fit(parents, sizeof parents, names);
    json_array_foreach(json_at(second, "categorySecondList"), i, leaf)
    {
        TRY(add_category(list, leaf, parents, f));
    }
    return 0;
}

static int add_first(struct category_list *list, const json_t *first, struct fail *f)
{
    size_t i;
    json_t *second;

    json_array_foreach(json_at(first, "categoryFirstList"), i, second)
    {
        TRY(add_second(list, json_text(first, "categoryFirstName", ""), second, f));
    }
    return 0;
}

static void list_done(struct category_list *list)
{
    free(list->rows);
}

int cj_read_categories(const json_t *data, struct cj_category **ret, size_t *ret_count,
                       struct fail *f)
{
    scoped(list_done) struct category_list list = { .rows = NULL };
    size_t i;
    json_t *first;

    if (data != NULL && !json_is_array(data)) {
        return fail_set(f, FAIL_BUG, "CJ: the categories are not a list");
    }
    json_array_foreach(data, i, first)
    {
        TRY(add_first(&list, first, f));
    }
    if (list.count == 0 && json_array_size(data) > 0) {
        return fail_set(f, FAIL_BUG, "CJ: no category has a usable id");
    }
    *ret = take_ptr(list.rows);
    *ret_count = list.count;
    return 0;
}

int cj_categories(struct cj *cj, struct cj_category **ret, size_t *ret_count, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;

    TRY(cj_run(cj, CJ_OP_CATEGORIES, NULL, NULL, &root, f));
    return cj_read_categories(json_at(root, "data"), ret, ret_count, f);
}
