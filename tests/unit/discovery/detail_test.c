/* product.detail: what of the supplier's word becomes a fact. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "tests/support/fault/fault.h"
#include "worker/discovery/gather.h"

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text)))

enum { VARIANTS = 3 };

static char description[] = "<p>A brush for short hair.</p>";
static char images[2][1024];
static struct cj_product_variant variants[VARIANTS];
static struct cj_product product;

static int fresh(void **state)
{
    static const char *const colours[VARIANTS] = { "Black", "Blue", "Black" };

    (void)state;
    FIT(images[0], "https://cf.cjdropshipping.com/a.jpg");
    FIT(images[1], "https://cf.cjdropshipping.com/b.jpg");
    memset(variants, 0, sizeof variants);
    for (size_t i = 0; i < VARIANTS; i++) {
        variants[i].weight_g = 140;
        variants[i].length_mm = 110;
        variants[i].width_mm = 60;
        variants[i].height_mm = 40;
        variants[i].option_count = 1;
        FIT(variants[i].options[0].name, "Color");
        FIT(variants[i].options[0].value, colours[i]);
    }
    product = (struct cj_product){ .description = description,
                                   .images = images,
                                   .image_count = 2,
                                   .variants = variants,
                                   .variant_count = VARIANTS,
                                   .weight_g = 900 };
    FIT(product.name, "Hair brush");
    FIT(product.material, "Plastic");
    FIT(product.hs_code, "9603909090");
    return 0;
}

static json_t *detail(const json_t *before)
{
    json_t *out = NULL;
    struct fail f;

    if (gather_detail(&product, before, &out, &f) < 0) {
        fail_msg("%s", f.text);
    }
    return out;
}

static void what_the_supplier_says_is_kept(void **state)
{
    (void)state;
    scoped(json_clear_p) json_t *d = detail(NULL);
    scoped(free_p) char *text = NULL;
    struct fail f;
    assert_int_equal(json_write(d, &text, &f), 0);
    assert_string_equal(
        text, "{\"name\":\"Hair brush\",\"material\":\"Plastic\",\"hs_code\":\"9603909090\","
              "\"description_html\":\"<p>A brush for short hair.</p>\",\"options\":{\"Color\":"
              "[\"Black\",\"Blue\"]},\"weight_g\":140,\"dimensions_mm\":[110,60,40],"
              "\"images\":[\"https://cf.cjdropshipping.com/a.jpg\","
              "\"https://cf.cjdropshipping.com/b.jpg\"]}");
}

static void what_variants_do_not_share_is_no_fact(void **state)
{
    (void)state;
    variants[1].weight_g = 150;
    variants[2].height_mm = 41;
    scoped(json_clear_p) json_t *d = detail(NULL);
    assert_null(json_at(d, "weight_g"));
    assert_null(json_at(d, "dimensions_mm"));
}

static void what_is_unknown_is_left_out(void **state)
{
    (void)state;
    product.variant_count = 1;
    variants[0].weight_g = variants[0].width_mm = -1;
    product.material[0] = '\0';
    product.description = NULL;
    scoped(json_clear_p) json_t *d = detail(NULL);
    static const char *const members[] = { "weight_g", "dimensions_mm", "material",
                                           "description_html" };
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        assert_null(json_object_get(d, members[i]));
    }
}

static void a_persons_notes_stay(void **state)
{
    scoped(json_clear_p) json_t *before =
        json_pack("{s:[s], s:s}", "notes", "Seen by us", "name", "Old name");

    (void)state;
    scoped(json_clear_p) json_t *d = detail(before);
    assert_string_equal(json_text(d, "notes.0", ""), "Seen by us");
    assert_string_equal(json_text(d, "name", ""), "Hair brush");
}

static void a_lack_of_memory_is_told_and_drops_no_fact(void **state)
{
    scoped(json_clear_p) json_t *whole = detail(NULL);
    bool fired = true;

    (void)state;
    for (long at = 0; fired; at++) {
        scoped(json_clear_p) json_t *d = NULL;
        struct fail f = { 0 };
        fault_arm(FAULT_ALLOC, at);
        int result = gather_detail(&product, NULL, &d, &f);
        fired = fault_disarm();
        if (result < 0) {
            assert_int_equal(f.kind, FAIL_LATER);
        } else {
            assert_true(json_equal(d, whole));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_the_supplier_says_is_kept, fresh),
        cmocka_unit_test_setup(what_variants_do_not_share_is_no_fact, fresh),
        cmocka_unit_test_setup(what_is_unknown_is_left_out, fresh),
        cmocka_unit_test_setup(a_persons_notes_stay, fresh),
        cmocka_unit_test_setup(a_lack_of_memory_is_told_and_drops_no_fact, fresh),
    };
    return cmocka_run_group_tests_name("discovery.detail", tests, NULL, NULL);
}
