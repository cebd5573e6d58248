#include "worker/discovery/publish_plan.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/base/id.h"
#include "common/base/json.h"
#include "common/base/str.h"

enum { SUFFIX_DIGITS = 8, OPTION_VALUE_MAX = 255 };

/* ---- small rules ---- */

void publish_handle(const char *title, const char *pid, char ret[static PRODUCT_HANDLE_BYTES])
{
    char digest[ID_SHA256_HEX_BYTES];
    size_t used = 0;

    for (const char *c = title; *c != '\0' && used < PUBLISH_HANDLE_TITLE; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte < 128 && isalnum(byte)) {
            ret[used++] = (char)tolower(byte);
        } else if (used > 0 && ret[used - 1] != '-') {
            ret[used++] = '-';
        }
    }
    while (used > 0 && ret[used - 1] == '-') {
        used--;
    }
    id_sha256_hex(pid, strlen(pid), digest);
    (void)snprintf(ret + used, PRODUCT_HANDLE_BYTES - used, "%s%.*s", used > 0 ? "-" : "product-",
                   SUFFIX_DIGITS, digest);
}

int64_t publish_quantity(int64_t stock, int64_t safety)
{
    int64_t quantity = stock != PRODUCT_UNKNOWN ? stock - safety : 0;

    if (quantity < 0) {
        return 0;
    }
    return quantity < PUBLISH_QUANTITY_MAX ? quantity : PUBLISH_QUANTITY_MAX;
}

static bool goes_in(const struct product_variant *v, int64_t safety)
{
    return v->offered && !v->gone && v->price_minor != PRODUCT_UNKNOWN && v->price_minor > 0 &&
           v->shop_currency[0] != '\0' && publish_quantity(v->stock, safety) > 0;
}

static const char *sku_of(const struct product_variant *v)
{
    return v->sku[0] != '\0' ? v->sku : v->vid;
}

/* What a variant costs, in the shop's currency; minor < 0 = unknown. */
static int cost_of(const struct product_variant *v, int64_t usd_rate_e9, struct money *ret,
                   struct fail *f)
{
    struct money cost = { .minor = v->cost_minor };

    ret->minor = -1;
    if (v->cost_minor == PRODUCT_UNKNOWN || v->cost_minor < 0) {
        return 0;
    }
    (void)str_fit(cost.currency, sizeof cost.currency, v->cost_currency);
    if (strcmp(v->cost_currency, v->shop_currency) == 0) {
        *ret = cost;
        return 0;
    }
    return money_convert(&cost, v->shop_currency, usd_rate_e9, MONEY_CEIL, ret, f);
}

/* ---- options ---- */

/* The names of the first variant's options; 0 when there are none, or more than the shop takes. */
static size_t option_names(const struct publish_plan *p, const char **names)
{
    size_t count = 0;
    const char *name;
    json_t *value;

    json_object_foreach(p->rows[0]->options, name, value)
    {
        if (count == SHOPIFY_OPTIONS_MAX) {
            return 0;
        }
        names[count++] = name;
    }
    return count;
}

/* Fill the values of variant i; false when it does not have exactly these options. */
static bool option_values(struct publish_plan *p, size_t i, size_t count)
{
    const json_t *options = p->rows[i]->options;

    if (json_object_size(options) != count) {
        return false;
    }
    for (size_t k = 0; k < count; k++) {
        const char *value = json_string_value(json_object_get(options, p->option_names[k]));
        if (value == NULL || value[0] == '\0' || strlen(value) > OPTION_VALUE_MAX) {
            return false;
        }
        p->values[i * SHOPIFY_OPTIONS_MAX + k] = value;
    }
    return true;
}

static bool same_values(const struct publish_plan *p, size_t a, size_t b, size_t count)
{
    size_t k = 0;

    while (k < count && strcasecmp(p->values[a * SHOPIFY_OPTIONS_MAX + k],
                                   p->values[b * SHOPIFY_OPTIONS_MAX + k]) == 0) {
        k++;
    }
    return k == count;
}

/* The variants' own options fit: all have the same, no two the same values. */
static bool own_options(struct publish_plan *p, size_t count)
{
    for (size_t i = 0; i < p->product.variant_count; i++) {
        if (!option_values(p, i, count)) {
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (same_values(p, i, k, count)) {
                return false;
            }
        }
    }
    return true;
}

/* One option "Style" with a value per variant that no other has. */
static int styles(struct publish_plan *p, struct fail *f)
{
    p->option_names[0] = "Style";
    p->made = calloc(p->product.variant_count + 1, sizeof *p->made);
    if (p->made == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < p->product.variant_count; i++) {
        const struct product_variant *v = p->rows[i];
        bool named = v->name[0] != '\0';
        if (asprintf(&p->made[i], "%.180s%s%.60s", v->name, named ? " " : "", sku_of(v)) < 0) {
            p->made[i] = NULL;
            return fail_memory(f);
        }
        p->values[i * SHOPIFY_OPTIONS_MAX] = p->made[i];
    }
    return 0;
}

static int choose_options(struct publish_plan *p, struct fail *f)
{
    size_t count = option_names(p, p->option_names);

    if (count == 0 && p->product.variant_count == 1) {
        return 0;
    }
    if (count == 0 || !own_options(p, count)) {
        TRY(styles(p, f));
        count = 1;
    }
    p->product.option_names = p->option_names;
    p->product.option_count = count;
    return 0;
}

/* ---- variants ---- */

static int pick(struct publish_plan *p, const struct publish_inputs *in, struct fail *f)
{
    int64_t safety = in->set->num[SETTING_SAFETY_STOCK];
    size_t most = in->variants->count + 1;

    p->variants = calloc(most, sizeof *p->variants);
    p->rows = calloc(most, sizeof *p->rows);
    p->values = calloc(most * SHOPIFY_OPTIONS_MAX, sizeof *p->values);
    if (p->variants == NULL || p->rows == NULL || p->values == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < in->variants->count; i++) {
        if (goes_in(&in->variants->rows[i], safety)) {
            p->rows[p->product.variant_count++] = &in->variants->rows[i];
        }
    }
    if (p->product.variant_count == 0) {
        return fail_code(f, FAIL_INPUT, "NO_VARIANTS",
                         "no variant is priced, offered and in stock beyond the safety stock");
    }
    p->product.variants = p->variants;
    return 0;
}

static int fill_variant(struct publish_plan *p, size_t i, const struct publish_inputs *in,
                        struct fail *f)
{
    const struct product_variant *from = p->rows[i];
    struct shopify_new_variant *to = &p->variants[i];
    const char *hosts = setting_text(in->set, SETTING_IMAGE_HOSTS);

    to->sku = sku_of(from);
    to->values = &p->values[i * SHOPIFY_OPTIONS_MAX];
    to->price.minor = from->price_minor;
    (void)str_fit(to->price.currency, sizeof to->price.currency, from->shop_currency);
    TRY(cost_of(from, in->set->num[SETTING_USD_RATE_E9], &to->cost, f));
    to->weight_g = from->weight_g != PRODUCT_UNKNOWN ? from->weight_g : -1;
    to->quantity = publish_quantity(from->stock, in->set->num[SETTING_SAFETY_STOCK]);
    to->image = from->image_url[0] != '\0' ? images_add(&p->images, from->image_url, hosts) : -1;
    return 0;
}

/* ---- pictures ---- */

/* Until the shop has given a stored picture its address, its text tells it apart: no two may have the same. */
static void name_picture(struct publish_plan *p, size_t i, const struct listing_text *text)
{
    char *alt = p->alts[i];
    const char *from =
        i < text->alt_count && text->alts[i][0] != '\0' ? text->alts[i] : text->title;

    (void)str_fit(alt, PUBLISH_ALT_BYTES - 8, from);
    for (size_t k = 0; k < i; k++) {
        if (strcmp(p->alts[k], alt) == 0) {
            size_t used = strlen(alt);
            (void)snprintf(alt + used, PUBLISH_ALT_BYTES - used, " (%zu)", i + 1);
            return;
        }
    }
}

static void fill_pictures(struct publish_plan *p, const struct listing_text *text)
{
    for (size_t i = 0; i < p->images.count; i++) {
        name_picture(p, i, text);
        p->pictures[i] = (struct shopify_new_image){ .url = p->images.urls[i], .alt = p->alts[i] };
    }
    p->product.images = p->pictures;
    p->product.image_count = p->images.count;
}

void publish_plan_pictures(struct publish_plan *p, const bool good[static IMAGES_MAX])
{
    int place[IMAGES_MAX];
    size_t kept = 0;

    for (size_t i = 0; i < p->product.image_count; i++) {
        place[i] = good[i] ? (int)kept : -1;
        if (good[i]) {
            p->pictures[kept++] = p->pictures[i];
        }
    }
    for (size_t i = 0; i < p->product.variant_count; i++) {
        int image = p->variants[i].image;
        p->variants[i].image = image >= 0 ? place[image] : -1;
    }
    p->product.image_count = kept;
}

/* ---- the intent ---- */

static json_t *variant_json(const struct publish_plan *p, size_t i)
{
    const struct shopify_new_variant *v = &p->variants[i];
    json_t *values = json_array();

    for (size_t k = 0; values != NULL && k < p->product.option_count; k++) {
        (void)json_array_append_new(values, json_string(v->values[k]));
    }
    return json_pack("{s:s, s:s, s:I, s:s, s:I, s:I, s:o, s:i}", "vid", p->rows[i]->vid, "sku",
                     v->sku, "price_minor", (json_int_t)v->price.minor, "currency",
                     v->price.currency, "cost_minor", (json_int_t)v->cost.minor, "weight_g",
                     (json_int_t)v->weight_g, "options", values, "image", v->image);
}

static json_t *lists_json(const struct publish_plan *p, json_t *variants, json_t *images)
{
    json_t *names = json_array();

    for (size_t i = 0; i < p->product.variant_count; i++) {
        (void)json_array_append_new(variants, variant_json(p, i));
    }
    for (size_t i = 0; i < p->images.count; i++) {
        (void)json_array_append_new(
            images, json_pack("{s:s, s:s}", "url", p->images.urls[i], "alt", p->alts[i]));
    }
    for (size_t k = 0; k < p->product.option_count; k++) {
        (void)json_array_append_new(names, json_string(p->option_names[k]));
    }
    return names;
}

static int make_intent(struct publish_plan *p, const struct made_text *text, struct fail *f)
{
    scoped(free_p) char *bytes = NULL;
    scoped(json_clear_p) json_t *variants = json_array(), *images = json_array();
    scoped(json_clear_p) json_t *names = lists_json(p, variants, images);
    char digest[ID_SHA256_HEX_BYTES];

    p->intent =
        json_pack("{s:s, s:O, s:s?, s:s?, s:O, s:O, s:O}", "handle", p->product.handle, "text",
                  text->json, "vendor", p->product.vendor, "product_type", p->product.product_type,
                  "options", names, "variants", variants, "images", images);
    if (p->intent == NULL || json_array_size(variants) != p->product.variant_count) {
        return fail_memory(f);
    }
    TRY(json_write(p->intent, &bytes, f));
    id_sha256_hex(bytes, strlen(bytes), digest);
    (void)str_fit(p->digest, sizeof p->digest, digest);
    return 0;
}

/* ---- the whole ---- */

static const char *last_part(const char *category)
{
    const char *slash = strrchr(category, '/');
    const char *part = slash != NULL ? slash + 1 : category;

    part += strspn(part, " ");
    return part[0] != '\0' ? part : NULL;
}

static void fill_texts(struct publish_plan *p, const struct publish_inputs *in)
{
    const struct listing_text *text = &in->text->text;
    const char *vendor = setting_text(in->set, SETTING_LISTING_VENDOR);

    p->product.handle = in->product->handle;
    p->product.title = text->title;
    p->product.description_html = text->description_html;
    p->product.seo_title = text->seo_title;
    p->product.seo_description = text->meta_description;
    p->product.vendor = vendor[0] != '\0' ? vendor : NULL;
    p->product.product_type = last_part(in->product->category);
    p->product.tags = text->tags;
    p->product.tag_count = text->tag_count;
    p->product.location_gid = in->location_gid;
}

int publish_plan_make(const struct publish_inputs *in, struct publish_plan *ret, struct fail *f)
{
    *ret = (struct publish_plan){ 0 };
    fill_texts(ret, in);
    TRY(pick(ret, in, f));
    TRY(choose_options(ret, f));
    images_of(in->product->detail, in->product->image_url,
              setting_text(in->set, SETTING_IMAGE_HOSTS), &ret->images);
    for (size_t i = 0; i < ret->product.variant_count; i++) {
        TRY(fill_variant(ret, i, in, f));
    }
    fill_pictures(ret, &in->text->text);
    return make_intent(ret, in->text, f);
}

void publish_plan_done(struct publish_plan *p)
{
    for (size_t i = 0; p->made != NULL && i < p->product.variant_count; i++) {
        free(p->made[i]);
    }
    free(p->made);
    free(p->variants);
    free(p->rows);
    free(p->values);
    json_decref(p->intent);
    *p = (struct publish_plan){ 0 };
}
