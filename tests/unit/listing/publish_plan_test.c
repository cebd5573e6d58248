#include "tests/unit/base/check.h"

#include <string.h>

#include "common/base/attr.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "worker/discovery/publish_plan.h"

static struct product product;
static struct product_variant rows[5];
static struct product_variants variants;
static struct made_text text;
static struct settings set;
static struct publish_plan plan;
static struct fail f;

static void fill_variant(int i, const char *colour, const char *size)
{
    struct product_variant *v = &rows[i];

    *v = (struct product_variant){ .id = i + 1,
                                   .weight_g = 100,
                                   .cost_minor = 500 + i,
                                   .stock = 50,
                                   .price_minor = 1999,
                                   .offered = true };
    (void)snprintf(v->vid, sizeof v->vid, "V%d", i);
    (void)snprintf(v->sku, sizeof v->sku, "SKU%d", i);
    (void)snprintf(v->name, sizeof v->name, "Bowl %s", colour);
    (void)str_fit(v->cost_currency, sizeof v->cost_currency, "USD");
    (void)str_fit(v->shop_currency, sizeof v->shop_currency, "USD");
    v->options = size != NULL ? json_pack("{s:s, s:s}", "Color", colour, "Size", size)
                              : json_pack("{s:s}", "Color", colour);
}

static int start(void **state)
{
    (void)state;
    product = (struct product){ .id = 1 };
    (void)str_fit(product.handle, sizeof product.handle, "bowl-1");
    (void)str_fit(product.category, sizeof product.category, "Pets / Dogs / Bowls");
    product.detail = json_loads(
        "{\"images\": [\"https://img.example/1.jpg\", \"https://img.example/2.jpg\"]}", 0, NULL);
    memset(rows, 0, sizeof rows);
    fill_variant(0, "Black", NULL);
    fill_variant(1, "Blue", NULL);
    variants = (struct product_variants){ .rows = rows, .count = 2 };
    text = (struct made_text){ .json = json_pack("{s:s}", "title", "Bowl") };
    text.text.title = "Foldable bowl";
    text.text.description_html = "<p>Bowl</p>";
    text.text.seo_title = "Bowl";
    text.text.meta_description = "A bowl.";
    memset(&set, 0, sizeof set);
    set.num[SETTING_SAFETY_STOCK] = 5;
    set.num[SETTING_USD_RATE_E9] = 1000000000;
    (void)str_fit(set.texts.IMAGE_HOSTS, sizeof set.texts.IMAGE_HOSTS, "img.example");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    publish_plan_done(&plan);
    json_decref(product.detail);
    json_decref(text.json);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        json_decref(rows[i].options);
    }
    return 0;
}

static void make(void)
{
    const struct publish_inputs in = {
        .product = &product, .variants = &variants, .text = &text, .set = &set
    };

    publish_plan_done(&plan);
    check_ok(publish_plan_make(&in, &plan, &f), &f);
}

/* ---- handles ---- */

static void a_handle_is_made_of_the_title_and_the_suppliers_id(void **state)
{
    char handle[PRODUCT_HANDLE_BYTES], again[PRODUCT_HANDLE_BYTES], other[PRODUCT_HANDLE_BYTES];
    char wide[600];

    (void)state;
    publish_handle("  Foldable Dog-Bowl, 350 ml! ", "P1", handle);
    assert_int_equal(strncmp(handle, "foldable-dog-bowl-350-ml-", 25), 0);
    assert_int_equal(strlen(handle), 25 + 8);
    publish_handle("  Foldable Dog-Bowl, 350 ml! ", "P1", again);
    assert_string_equal(handle, again);
    publish_handle("  Foldable Dog-Bowl, 350 ml! ", "P2", other);
    assert_string_not_equal(handle, other);
    publish_handle("Schüssel für Hunde", "P1", handle);
    assert_int_equal(strncmp(handle, "sch-ssel-f-r-hunde-", 19), 0);
    publish_handle("折叠碗", "P1", handle);
    assert_int_equal(strncmp(handle, "product-", 8), 0);
    memset(wide, 'a', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    publish_handle(wide, "P1", handle);
    assert_int_equal(strlen(handle), PUBLISH_HANDLE_TITLE + 9);
}

/* ---- which variants ---- */

static void only_what_can_be_sold_goes_in(void **state)
{
    (void)state;
    fill_variant(2, "Red", NULL);
    fill_variant(3, "Green", NULL);
    fill_variant(4, "Pink", NULL);
    variants.count = 5;
    rows[1].offered = false;
    rows[2].stock = 5; /* no more than the safety stock */
    rows[3].price_minor = PRODUCT_UNKNOWN;
    rows[4].gone = true;
    make();
    assert_int_equal(plan.product.variant_count, 1);
    assert_string_equal(plan.variants[0].sku, "SKU0");
    assert_int_equal(plan.variants[0].quantity, 45);
    assert_string_equal(plan.product.product_type, "Bowls");
}

static void without_any_it_is_refused_by_name(void **state)
{
    const struct publish_inputs in = {
        .product = &product, .variants = &variants, .text = &text, .set = &set
    };

    (void)state;
    rows[0].offered = rows[1].offered = false;
    check_fails(publish_plan_make(&in, &plan, &f), &f, FAIL_INPUT);
    assert_string_equal(f.code, "NO_VARIANTS");
}

/* ---- options ---- */

static void variants_that_agree_keep_their_options(void **state)
{
    (void)state;
    make();
    assert_int_equal(plan.product.option_count, 1);
    assert_string_equal(plan.product.option_names[0], "Color");
    assert_string_equal(plan.variants[1].values[0], "Blue");
}

static void a_sole_variant_without_options_needs_none(void **state)
{
    (void)state;
    variants.count = 1;
    json_decref(rows[0].options);
    rows[0].options = json_object();
    make();
    assert_int_equal(plan.product.option_count, 0);
}

static void expect_styles(void)
{
    make();
    assert_int_equal(plan.product.option_count, 1);
    assert_string_equal(plan.product.option_names[0], "Style");
    assert_string_not_equal(plan.variants[0].values[0], plan.variants[1].values[0]);
}

static void variants_that_disagree_get_one_option(void **state)
{
    (void)state;
    json_decref(rows[1].options);
    fill_variant(1, "Blue", "XL");
    expect_styles();
    json_decref(rows[1].options);
    fill_variant(1, "BLACK", NULL); /* the shop does not tell case apart */
    expect_styles();
    json_decref(rows[0].options);
    rows[0].options = json_object();
    expect_styles();
}

/* ---- pictures ---- */

static void each_picture_has_a_text_of_its_own(void **state)
{
    static const char *const alts[] = { "A bowl", "A bowl" };

    (void)state;
    text.text.alts = alts;
    text.text.alt_count = 2;
    (void)str_fit(rows[1].image_url, sizeof rows[1].image_url, "https://img.example/3.jpg");
    make();
    assert_int_equal(plan.product.image_count, 3);
    assert_string_equal(plan.pictures[0].alt, "A bowl");
    assert_string_equal(plan.pictures[1].alt, "A bowl (2)");
    assert_string_equal(plan.pictures[2].alt, "Foldable bowl");
    assert_int_equal(plan.variants[0].image, -1);
    assert_int_equal(plan.variants[1].image, 2);
}

static void a_bad_picture_is_left_out_and_nobody_shows_it(void **state)
{
    const bool second_bad[IMAGES_MAX] = { true, false, true };

    (void)state;
    (void)str_fit(rows[0].image_url, sizeof rows[0].image_url, "https://img.example/2.jpg");
    (void)str_fit(rows[1].image_url, sizeof rows[1].image_url, "https://img.example/3.jpg");
    make();
    publish_plan_pictures(&plan, second_bad);
    assert_int_equal(plan.product.image_count, 2);
    assert_int_equal(plan.variants[0].image, -1);
    assert_int_equal(plan.variants[1].image, 1);
    assert_string_equal(plan.product.images[1].url, "https://img.example/3.jpg");
}

/* ---- the digest ---- */

static void the_digest_knows_all_but_quantities(void **state)
{
    char first[PUBLISH_DIGEST_BYTES];

    (void)state;
    make();
    (void)str_fit(first, sizeof first, plan.digest);
    rows[0].stock = 60;
    make();
    assert_string_equal(plan.digest, first);
    rows[0].price_minor = 2099;
    make();
    assert_string_not_equal(plan.digest, first);
}

static void a_cost_in_dollars_is_told_in_the_shops_currency(void **state)
{
    (void)state;
    set.num[SETTING_USD_RATE_E9] = 920000000;
    (void)str_fit(rows[0].shop_currency, sizeof rows[0].shop_currency, "EUR");
    make();
    assert_int_equal(plan.variants[0].cost.minor, 460);
    assert_string_equal(plan.variants[0].cost.currency, "EUR");
    rows[0].cost_minor = PRODUCT_UNKNOWN;
    make();
    assert_true(plan.variants[0].cost.minor < 0);
}

int main(void)
{
#define with_rows(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        with_rows(a_handle_is_made_of_the_title_and_the_suppliers_id),
        with_rows(only_what_can_be_sold_goes_in),
        with_rows(without_any_it_is_refused_by_name),
        with_rows(variants_that_agree_keep_their_options),
        with_rows(a_sole_variant_without_options_needs_none),
        with_rows(variants_that_disagree_get_one_option),
        with_rows(each_picture_has_a_text_of_its_own),
        with_rows(a_bad_picture_is_left_out_and_nobody_shows_it),
        with_rows(the_digest_knows_all_but_quantities),
        with_rows(a_cost_in_dollars_is_told_in_the_shops_currency),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
