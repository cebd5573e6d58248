/* What the set-up check asks the fake shop, and the supplier's side of the fake. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/str.h"
#include "tests/integration/listing/fake_priv.h"

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text)))

int shopify_shop_info(struct shopify *s, struct shopify_shop *ret, struct fail *f)
{
    (void)s;
    TRY(fake_enter("shop", f));
    *ret = (struct shopify_shop){ 0 };
    FIT(ret->name, "Test shop");
    FIT(ret->domain, "test.myshopify.com");
    FIT(ret->currency, fake->currency);
    FIT(ret->timezone, "Europe/Berlin");
    return fake_leave(0, false, f);
}

int shopify_scopes(struct shopify *s, char **ret, struct fail *f)
{
    (void)s;
    TRY(fake_enter("scopes", f));
    TRY(str_copy(fake->scopes, ret, f));
    return fake_leave(0, false, f);
}

static int one(const char *gid, bool good, struct shopify_named **ret, size_t *ret_count)
{
    *ret = calloc(1, sizeof **ret);
    FIT((*ret)->gid, gid);
    FIT((*ret)->name, "The one");
    (*ret)->good = good;
    *ret_count = 1;
    return 0;
}

int shopify_locations(struct shopify *s, struct shopify_named **ret, size_t *ret_count,
                      struct fail *f)
{
    (void)s;
    TRY(fake_enter("locations", f));
    return one("gid://shopify/Location/1", !fake->no_location, ret, ret_count);
}

int shopify_publications(struct shopify *s, struct shopify_named **ret, size_t *ret_count,
                         struct fail *f)
{
    (void)s;
    TRY(fake_enter("publications", f));
    return one("gid://shopify/Publication/1", !fake->no_channel, ret, ret_count);
}

int shopify_hooks(struct shopify *s, struct shopify_hook **ret, size_t *ret_count, struct fail *f)
{
    (void)s;
    TRY(fake_enter("hooks", f));
    *ret = calloc(FAKE_HOOKS, sizeof **ret);
    memcpy(*ret, fake->hooks, sizeof fake->hooks);
    *ret_count = fake->hook_count;
    return 0;
}

int shopify_hook_create(struct shopify *s, const char *topic, const char *url, struct fail *f)
{
    (void)s;
    TRY(fake_enter("hook_create", f));
    FIT(fake->hooks[fake->hook_count].topic, topic);
    FIT(fake->hooks[fake->hook_count++].url, url);
    fake->hooks_made++;
    return fake_leave(0, true, f);
}

int cj_hooks_read(struct cj *cj, const char *url, struct cj_hooks *ret, struct fail *f)
{
    (void)cj;
    TRY(fake_enter("cj_hooks", f));
    bool same = strcmp(fake->cj_hook, url) == 0;
    *ret = (struct cj_hooks){ .orders = same, .logistics = same };
    return fake_leave(0, false, f);
}

int cj_hooks_set(struct cj *cj, const char *url, struct fail *f)
{
    (void)cj;
    TRY(fake_enter("cj_hooks_set", f));
    FIT(fake->cj_hook, url);
    fake->cj_hooks_made++;
    return fake_leave(0, true, f);
}

int shopify_policies(struct shopify *s, struct shopify_policy **ret, size_t *ret_count,
                     struct fail *f)
{
    (void)s;
    TRY(fake_enter("policies", f));
    *ret = calloc(1, sizeof **ret);
    FIT((*ret)->type, "REFUND_POLICY");
    (*ret)->written = !fake->no_policies;
    *ret_count = 1;
    return 0;
}

int shopify_orders_updated(struct shopify *s, const struct shopify_order_search *search,
                           struct shopify_order_page *ret, struct fail *f)
{
    (void)s;
    (void)search;
    *ret = (struct shopify_order_page){ 0 };
    return fake_enter("orders", f);
}

void shopify_order_page_done(struct shopify_order_page *p)
{
    free(p->rows);
}

int shopify_order_get(struct shopify *s, const char *gid, struct shopify_order *ret, struct fail *f)
{
    (void)s;
    (void)gid;
    (void)ret;
    return fail_set(f, FAIL_MISSING, "no orders here");
}

void shopify_order_done(struct shopify_order *o)
{
    (void)o;
}

/* ---- the supplier ---- */

static int there(struct fail *f)
{
    fake->supplier_calls++;
    return fake->off_shelf ? fail_code(f, FAIL_MISSING, "1602002", "taken off the shelf") : 0;
}

void cj_stock_list_done(struct cj_stock_list *list)
{
    free(list->rows);
    *list = (struct cj_stock_list){ 0 };
}

int cj_stock_of_product(struct cj *cj, const char *pid, const char *country,
                        struct cj_stock_list *ret, struct fail *f)
{
    (void)cj;
    (void)pid;
    (void)country;
    TRY(fake_enter("stock", f));
    TRY(there(f));
    TRY(fake_leave(0, false, f));
    *ret = (struct cj_stock_list){ .rows = calloc(FAKE_VARIANTS, sizeof *ret->rows) };
    for (int i = 0; i < FAKE_VARIANTS && !fake->silent; i++) {
        if (fake->goods[i].vid[0] != '\0' && fake->goods[i].stock >= 0 && !fake->goods[i].gone) {
            FIT(ret->rows[ret->count].vid, fake->goods[i].vid);
            ret->rows[ret->count++].quantity = fake->goods[i].stock;
        }
    }
    return 0;
}

void cj_product_done(struct cj_product *p)
{
    free(p->variants);
    *p = (struct cj_product){ 0 };
}

int cj_product_get(struct cj *cj, const char *pid, struct cj_product *ret, struct fail *f)
{
    (void)cj;
    TRY(fake_enter("product", f));
    TRY(there(f));
    TRY(fake_leave(0, false, f));
    *ret = (struct cj_product){ .on_sale = true,
                                .listed_num = 77,
                                .variants = calloc(FAKE_VARIANTS, sizeof *ret->variants) };
    FIT(ret->pid, pid);
    for (int i = 0; i < FAKE_VARIANTS && !fake->nameless; i++) {
        if (fake->goods[i].vid[0] != '\0' && !fake->goods[i].gone) {
            struct cj_product_variant *v = &ret->variants[ret->variant_count++];
            FIT(v->vid, fake->goods[i].vid);
            v->price_known = fake->goods[i].cents >= 0;
            v->price = (struct money){ fake->goods[i].cents, "USD" };
        }
    }
    return 0;
}

int cj_freight_quote(struct cj *cj, const struct cj_consignment *goods, struct cj_freight **ret,
                     size_t *ret_count, struct fail *f)
{
    (void)cj;
    (void)goods;
    TRY(fake_enter("freight", f));
    TRY(there(f));
    fake->quotes++;
    *ret = calloc(1, sizeof **ret);
    *ret_count = fake->freight_cents > 0 ? 1 : 0;
    FIT((*ret)->name, "CJPacket");
    (*ret)->price = (struct money){ fake->freight_cents, "USD" };
    (*ret)->days_min = 7;
    (*ret)->days_max = 12;
    return 0;
}
