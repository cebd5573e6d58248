/* Searching the catalogue. */
#include "worker/providers/cj/products_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"

enum { QUERY_BYTES = 2048, LEVEL_BYTES = 256, PATH_BYTES = 4 * LEVEL_BYTES };

void cj_found_page_done(struct cj_found_page *p)
{
    free(p->rows);
    *p = (struct cj_found_page){ .rows = NULL };
}

static void add_number(struct str *query, const char *name, int64_t n)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, n);
    cj_query_add(query, name, text);
}

static void add_cents(struct str *query, const char *name, int64_t cents)
{
    char text[MONEY_TEXT_BYTES];

    if (cents > 0) {
        money_format(&(struct money){ cents, "USD" }, text);
        cj_query_add(query, name, text);
    }
}

static void add_text(struct str *query, const char *name, const char *value)
{
    if (value != NULL && value[0] != '\0') {
        cj_query_add(query, name, value);
    }
}

static int check(const struct cj_search *s, struct fail *f)
{
    if (s->page < 1 || s->page > CJ_PAGES_MAX || s->size < 1 || s->size > CJ_PAGE_MAX) {
        return fail_set(f, FAIL_INPUT, "CJ: no page %d of %d products", s->page, s->size);
    }
    if (s->min_cents < 0 || s->max_cents < 0 || (s->max_cents > 0 && s->max_cents < s->min_cents)) {
        return fail_set(f, FAIL_INPUT, "CJ: no price band from %" PRId64 " to %" PRId64 " cents",
                        s->min_cents, s->max_cents);
    }
    return 0;
}

static int write_query(const struct cj_search *s, struct str *query, struct fail *f)
{
    TRY(check(s, f));
    add_text(query, "keyWord", s->keyword);
    add_number(query, "page", s->page);
    add_number(query, "size", s->size);
    add_text(query, "categoryId", s->category_id);
    add_text(query, "countryCode", s->country != NULL ? cj_country(s->country) : NULL);
    add_cents(query, "startSellPrice", s->min_cents);
    add_cents(query, "endSellPrice", s->max_cents);
    add_number(query, "orderBy", s->sort);
    cj_query_add(query, "sort", "desc");
    cj_query_add(query, "features", "enable_category");
    return str_ok(query, f);
}

/* What the row says, else the sum of its parts, else of the areas told as JSON in a text. */
static int64_t read_row_stock(const json_t *row)
{
    scoped(json_clear_p) json_t *areas = NULL;
    int64_t total = json_int(row, "warehouseInventoryNum", -1);
    int64_t counted = json_int(row, "totalVerifiedInventory", -1);
    int64_t uncounted = json_int(row, "totalUnVerifiedInventory", -1);
    size_t i;
    json_t *area;

    if (total >= 0) {
        return total;
    }
    if (counted >= 0 && uncounted >= 0 && counted <= INT32_MAX && uncounted <= INT32_MAX) {
        return counted + uncounted;
    }
    total = -1;
    areas = cj_read_list(row, "inventoryInfo");
    json_array_foreach(areas, i, area)
    {
        int64_t here = json_int(area, "totalInventoryNum", json_int(area, "totalInventory", -1));

        if (here < 0 || here > INT32_MAX) {
            return -1;
        }
        total = (total > 0 ? total : 0) + here;
    }
    return total;
}

static void read_row_category(const json_t *row, char *field, size_t field_bytes)
{
    static const char *const levels[] = { "oneCategoryName", "twoCategoryName",
                                          "threeCategoryName" };
    scoped(str_done) struct str path;

    str_init(&path, PATH_BYTES);
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        char level[LEVEL_BYTES];

        (void)str_fit(level, sizeof level, json_text(row, levels[i], ""));
        if (level[0] != '\0') {
            str_addf(&path, "%s%s", path.len > 0 ? " / " : "", level);
        }
    }
    (void)str_fit(field, field_bytes, path.failed ? "" : path.data);
}

static void read_row_price(const json_t *row, struct cj_found *r)
{
    static const char *const paths[] = { "sellPrice", "nowPrice" };

    for (size_t i = 0; i < COUNT_OF(paths) && !r->price_known; i++) {
        r->price_known = cj_read_price(row, paths[i], &r->price_min, &r->price_max) == 0 &&
                         r->price_min.minor > 0;
    }
}

static bool read_row(const json_t *row, struct cj_found *r)
{
    static const char *const names[] = { "nameEn", "name", NULL };
    char number[32];
    struct fail ignored;

    memset(r, 0, sizeof *r);
    if (cj_read_id(row, "id", r->pid, sizeof r->pid, &ignored) < 0) {
        return false;
    }
    if (!str_fit(r->sku, sizeof r->sku, json_text(row, "sku", ""))) {
        r->sku[0] = '\0';
    }
    if (!str_fit(r->category_id, sizeof r->category_id,
                 json_id_text(row, "categoryId", number, sizeof number))) {
        r->category_id[0] = '\0';
    }
    cj_read_text(row, names, r->name, sizeof r->name);
    read_row_category(row, r->category, sizeof r->category);
    cj_read_image(row, "bigImage", r->image, sizeof r->image);
    read_row_price(row, r);
    r->listed_num = json_int(row, "listedNum", -1);
    r->listed_num = r->listed_num < 0 ? -1 : r->listed_num;
    r->stock = read_row_stock(row);
    return true;
}

static bool is_more(const struct cj_search *s, int64_t total, size_t told)
{
    if (told == 0 || s->page >= CJ_PAGES_MAX) {
        return false;
    }
    return total >= 0 ? (int64_t)s->page * s->size < total : told >= (size_t)s->size;
}

/* A list of rows, or nothing where there may be nothing: beyond the last page, or when no product is counted. */
static bool tells_rows(const json_t *data, const struct cj_search *s, int64_t total)
{
    const json_t *rows = json_at(data, "content.0.productList");

    if (data != NULL && !json_is_array(json_at(data, "content"))) {
        return false;
    }
    return rows != NULL ? json_is_array(rows) : total <= 0 || s->page > 1;
}

int cj_read_found(const json_t *data, const struct cj_search *search, struct cj_found_page *ret,
                  struct fail *f)
{
    const json_t *rows = json_at(data, "content.0.productList");
    scoped(cj_found_page_done) struct cj_found_page page = { .total = -1 };
    size_t told = json_array_size(rows);
    size_t i;
    json_t *row;

    page.total = json_int(data, "totalRecords", -1);
    page.total = page.total < 0 ? -1 : page.total;
    if (!tells_rows(data, search, page.total)) {
        return fail_set(f, FAIL_BUG, "CJ: the products found are not a list");
    }
    page.rows = calloc(told + 1, sizeof *page.rows);
    if (page.rows == NULL) {
        return fail_memory(f);
    }
    json_array_foreach(rows, i, row)
    {
        page.count += read_row(row, &page.rows[page.count]) ? 1 : 0;
    }
    if (page.count == 0 && told > 0) {
        return fail_set(f, FAIL_BUG, "CJ: none of %zu products found has a usable id", told);
    }
    page.more = is_more(search, page.total, told);
    *ret = page;
    page = (struct cj_found_page){ .rows = NULL };
    return 0;
}

int cj_search(struct cj *cj, const struct cj_search *search, struct cj_found_page *ret,
              struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    scoped(str_done) struct str query;

    str_init(&query, QUERY_BYTES);
    TRY(write_query(search, &query, f));
    TRY(cj_run(cj, CJ_OP_SEARCH, query.data, NULL, &root, f));
    return cj_read_found(json_at(root, "data"), search, ret, f);
}
