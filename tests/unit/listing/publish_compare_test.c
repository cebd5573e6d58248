#include "tests/unit/base/check.h"

#include <string.h>

#include "common/base/str.h"
#include "worker/discovery/publish_compare.h"

static struct publish_plan plan;
static struct shopify_new_variant wanted[2];
static struct shopify_product seen;
static struct shopify_variant shown[2];
static char first[PUBLISH_DIFFERENCE_BYTES];
static char html[200], seo_title[80], seo_text[80];
static struct fail f;

static int start(void **state)
{
    static const char *const skus[] = { "A", "B" };

    (void)state;
    plan = (struct publish_plan){ .variants = wanted,
                                  .product = { .handle = "bowl-1",
                                               .title = "Bowl",
                                               .description_html =
                                                   "<p>Holds <strong>350 ml</strong>.</p>",
                                               .seo_title = "Bowl",
                                               .seo_description = "A bowl.",
                                               .variants = wanted,
                                               .variant_count = 2 } };
    seen = (struct shopify_product){ .variants = shown, .variant_count = 2 };
    seen.description_html = html;
    seen.seo_title = seo_title;
    seen.seo_description = seo_text;
    (void)str_fit(seen.handle, sizeof seen.handle, "bowl-1");
    (void)str_fit(seen.title, sizeof seen.title, "Bowl");
    (void)str_fit(html, sizeof html, "<p>\nHolds <strong>350 ml</strong>. </p>");
    (void)str_fit(seo_title, sizeof seo_title, "Bowl");
    (void)str_fit(seo_text, sizeof seo_text, "A bowl.");
    for (int i = 0; i < 2; i++) {
        wanted[i] = (struct shopify_new_variant){
            .sku = skus[i], .price = { 1999, "USD" }, .cost = { 500, "USD" }, .quantity = 7
        };
        shown[i] = (struct shopify_variant){ .price_known = true,
                                             .cost_known = true,
                                             .tracked = true,
                                             .price = { 1999, "USD" },
                                             .cost = { 500, "USD" },
                                             .quantity = 7 };
        (void)str_fit(shown[i].sku, sizeof shown[i].sku, skus[i]);
    }
    return 0;
}

static int differences(void)
{
    int count = publish_compare(&plan, &seen, true, first, &f);

    assert_true(count >= 0);
    return count;
}

static void the_same_is_the_same_whatever_its_white_space(void **state)
{
    (void)state;
    assert_int_equal(differences(), 0);
    assert_string_equal(first, "");
}

static void every_difference_is_seen(void **state)
{
    (void)state;
    shown[1].price.minor = 1998;
    assert_int_equal(differences(), 1);
    assert_string_equal(first, "variant B: the price is 19.98 USD instead of 19.99 USD");
    shown[1].price = (struct money){ 1999, "EUR" };
    assert_int_equal(differences(), 1);
    shown[1].price_known = false;
    assert_int_equal(differences(), 1);
    start(NULL);
    shown[0].cost.minor = 1;
    assert_int_equal(differences(), 1);
    shown[0].cost_known = false; /* may not be read: not held against it */
    assert_int_equal(differences(), 0);
    shown[0].tracked = false;
    assert_int_equal(differences(), 1);
    start(NULL);
    shown[0].quantity = 6;
    assert_int_equal(differences(), 1);
    assert_int_equal(publish_compare(&plan, &seen, false, first, &f), 0);
    (void)str_fit(html, sizeof html, "<p>Holds 35 ml.</p>");
    assert_int_equal(publish_compare(&plan, &seen, false, first, &f), 1);
    (void)str_fit(seen.title, sizeof seen.title, "Bowls");
    (void)str_fit(seo_text, sizeof seo_text, "");
    assert_int_equal(publish_compare(&plan, &seen, false, first, &f), 3);
    assert_string_equal(first, "the title is 'Bowls' instead of 'Bowl'");
}

static void variants_too_many_missing_or_twice_are_seen(void **state)
{
    (void)state;
    (void)str_fit(shown[1].sku, sizeof shown[1].sku, "C");
    assert_int_equal(differences(), 1);
    (void)str_fit(shown[1].sku, sizeof shown[1].sku, "A");
    assert_int_equal(differences(), 2); /* A is there twice, B is not */
    assert_null(publish_variant(&seen, "A"));
    seen.variant_count = 1;
    assert_int_equal(differences(), 2); /* one variant less, and B is missing */
    assert_non_null(publish_variant(&seen, "A"));
}

int main(void)
{
#define with_rows(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        with_rows(the_same_is_the_same_whatever_its_white_space),
        with_rows(every_difference_is_seen),
        with_rows(variants_too_many_missing_or_twice_are_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
