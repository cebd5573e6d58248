#include "tests/integration/discovery/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/str.h"
#include "worker/providers/cj/cj_products.h"
#include "worker/providers/shopify/shopify.h"

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text)))

struct cat *cat;

void cat_reset(int count)
{
    if (cat == NULL) {
        cat = fault_memory(sizeof *cat);
    }
    memset(cat, 0, sizeof *cat);
    FIT(cat->shop_currency, "USD");
    for (int i = 0; i < count; i++) {
        struct cat_product *p = &cat->products[i];
        *p = (struct cat_product){ .used = true,
                                   .hs = "9603909090",
                                   .category = 1 + i % 2,
                                   .listed = 100 + i,
                                   .min_cents = 850,
                                   .max_cents = 850,
                                   .stock = 500,
                                   .variant_count = 2,
                                   .freight_cents = 420,
                                   .days = 12 };
        (void)snprintf(p->pid, sizeof p->pid, "P%03d", i);
        (void)snprintf(p->name, sizeof p->name, "Hair brush %d", i);
        for (int v = 0; v < p->variant_count; v++) {
            struct cat_variant *x = &p->variants[v];
            *x = (struct cat_variant){ .cost_cents = 850, .weight_g = 140, .stock = 250 };
            (void)snprintf(x->vid, sizeof x->vid, "P%03d-%d", i, v);
            (void)snprintf(x->sku, sizeof x->sku, "SKU-P%03d-%d", i, v);
        }
    }
}

void cat_fail(int at, enum fail_kind kind, const char *code, int64_t retry_after_ms)
{
    cat->fault = CAT_FAILS;
    cat->fault_at = cat->calls + at;
    cat->failure = (struct fail){ .kind = kind, .retry_after_ms = retry_after_ms };
    FIT(cat->failure.code, code);
    FIT(cat->failure.text, "the supplier says no");
}

/* Before and after the work of a call; enter: -1 = fail now. */
static int enter(struct fail *f)
{
    cat->calls++;
    if (cat->calls != cat->fault_at || cat->fault == CAT_NONE) {
        return 0;
    }
    cat->fired = true;
    if (cat->fault == CAT_KILLED_BEFORE) {
        _exit(FAULT_KILLED_STATUS);
    }
    if (cat->fault == CAT_FAILS) {
        *f = cat->failure;
        return -1;
    }
    return 0;
}

static void leave(void)
{
    if (cat->calls == cat->fault_at && cat->fault == CAT_KILLED_AFTER) {
        _exit(FAULT_KILLED_STATUS);
    }
}

/* ---- searches ---- */

static bool matches(const struct cat_product *p, const struct cj_search *s)
{
    char category[16];

    (void)snprintf(category, sizeof category, "C%d", p->category);
    return p->used && !p->gone &&
           (s->category_id == NULL || strcmp(s->category_id, category) == 0) &&
           (s->keyword == NULL || strstr(p->name, s->keyword) != NULL);
}

static struct cj_found row_of(const struct cat_product *p)
{
    struct cj_found row = { .price_known = p->min_cents >= 0,
                            .price_min = { p->min_cents, "USD" },
                            .price_max = { p->max_cents, "USD" },
                            .listed_num = p->listed,
                            .stock = p->stock };

    FIT(row.pid, p->pid);
    FIT(row.name, p->name);
    (void)snprintf(row.category_id, sizeof row.category_id, "C%d", p->category);
    (void)snprintf(row.category, sizeof row.category, "Pets / Dogs / C%d", p->category);
    return row;
}

void cj_found_page_done(struct cj_found_page *p)
{
    free(p->rows);
    *p = (struct cj_found_page){ 0 };
}

int cj_search(struct cj *cj, const struct cj_search *search, struct cj_found_page *ret,
              struct fail *f)
{
    struct cj_found_page page = { .total = 0 };
    int skip = (search->page - 1) * search->size;

    (void)cj;
    TRY(enter(f));
    cat->searches++;
    cat->last_search_min = (int)search->min_cents;
    cat->last_search_max = (int)search->max_cents;
    page.rows = calloc(CAT_PRODUCTS, sizeof *page.rows);
    for (int i = 0; i < CAT_PRODUCTS && !cat->empty; i++) {
        if (!matches(&cat->products[i], search)) {
            continue;
        }
        page.total++;
        if (page.total > skip && page.count < (size_t)search->size) {
            page.rows[page.count++] = row_of(&cat->products[i]);
        }
    }
    page.more = page.total > skip + (int64_t)page.count;
    *ret = page;
    leave();
    return 0;
}

int cj_categories(struct cj *cj, struct cj_category **ret, size_t *ret_count, struct fail *f)
{
    (void)cj;
    TRY(enter(f));
    cat->categories++;
    *ret = calloc(CAT_CATEGORIES, sizeof **ret);
    *ret_count = CAT_CATEGORIES;
    for (int i = 0; i < CAT_CATEGORIES; i++) {
        (void)snprintf((*ret)[i].id, sizeof(*ret)[i].id, "C%d", i + 1);
        FIT((*ret)[i].name, "Grooming");
        FIT((*ret)[i].parents, "Pets / Dogs");
    }
    leave();
    return 0;
}

/* ---- one product ---- */

static struct cat_product *find(const char *pid)
{
    for (int i = 0; i < CAT_PRODUCTS; i++) {
        if (cat->products[i].used && strcmp(cat->products[i].pid, pid) == 0) {
            return &cat->products[i];
        }
    }
    return NULL;
}

void cj_product_done(struct cj_product *p)
{
    free(p->description);
    free(p->images);
    free(p->variants);
    *p = (struct cj_product){ 0 };
}

static void fill_variants(const struct cat_product *from, struct cj_product *to)
{
    to->variants = calloc(CAT_VARIANTS, sizeof *to->variants);
    to->variant_count = (size_t)from->variant_count;
    for (int i = 0; i < from->variant_count; i++) {
        const struct cat_variant *v = &from->variants[i];
        struct cj_product_variant *x = &to->variants[i];
        *x = (struct cj_product_variant){ .price_known = v->cost_cents >= 0,
                                          .price = { v->cost_cents, "USD" },
                                          .weight_g = v->weight_g,
                                          .length_mm = 110,
                                          .width_mm = 60,
                                          .height_mm = 40,
                                          .option_count = 1,
                                          .key_ambiguous = v->ambiguous };
        FIT(x->vid, v->vid);
        FIT(x->sku, v->sku);
        FIT(x->name, from->name);
        FIT(x->options[0].name, "Color");
        FIT(x->options[0].value, i == 0 ? "Black" : "Blue");
    }
}

int cj_product_get(struct cj *cj, const char *pid, struct cj_product *ret, struct fail *f)
{
    const struct cat_product *p = find(pid);

    (void)cj;
    TRY(enter(f));
    cat->details++;
    if (p == NULL || p->gone) {
        return fail_code(f, FAIL_MISSING, "1602002", "taken off the shelf");
    }
    *ret = (struct cj_product){ .on_sale = !p->off_sale, .weight_g = 140, .listed_num = p->listed };
    FIT(ret->pid, p->pid);
    FIT(ret->name, p->name);
    FIT(ret->hs_code, p->hs);
    FIT(ret->material, "Plastic");
    FIT(ret->category, "Pets / Dogs / Grooming");
    ret->description = strdup("<p>A brush for short hair.</p>");
    ret->images = calloc(1, sizeof *ret->images);
    ret->image_count = 1;
    FIT(ret->images[0], "https://cf.cjdropshipping.com/a.jpg");
    fill_variants(p, ret);
    leave();
    return 0;
}

void cj_stock_list_done(struct cj_stock_list *list)
{
    free(list->rows);
    *list = (struct cj_stock_list){ 0 };
}

int cj_stock_of_product(struct cj *cj, const char *pid, const char *country,
                        struct cj_stock_list *ret, struct fail *f)
{
    const struct cat_product *p = find(pid);

    (void)cj, (void)country;
    TRY(enter(f));
    cat->stocks++;
    *ret = (struct cj_stock_list){ .rows = calloc(CAT_VARIANTS, sizeof *ret->rows) };
    for (int i = 0; i < p->variant_count; i++) {
        if (p->variants[i].stock >= 0) {
            FIT(ret->rows[ret->count].vid, p->variants[i].vid);
            ret->rows[ret->count++].quantity = p->variants[i].stock;
        }
    }
    leave();
    return 0;
}

int cj_freight_quote(struct cj *cj, const struct cj_consignment *goods, struct cj_freight **ret,
                     size_t *ret_count, struct fail *f)
{
    char pid[5] = "";

    (void)cj;
    TRY(enter(f));
    cat->quotes++;
    (void)strncat(pid, goods->items[0].vid, 4);
    const struct cat_product *p = find(pid);
    *ret = calloc(1, sizeof **ret);
    *ret_count = p->freight_cents >= 0 ? 1 : 0;
    (*ret)[0] = (struct cj_freight){ .price = { p->freight_cents, "USD" },
                                     .days_min = 7,
                                     .days_max = p->days };
    FIT((*ret)[0].name, "CJPacket Ordinary");
    leave();
    return 0;
}

/* ---- the shop ---- */

int shopify_shop_info(struct shopify *s, struct shopify_shop *ret, struct fail *f)
{
    (void)s, (void)f;
    cat->shop_asks++;
    *ret = (struct shopify_shop){ 0 };
    FIT(ret->name, "Test shop");
    FIT(ret->currency, cat->shop_currency);
    FIT(ret->timezone, "Etc/UTC");
    return 0;
}
