/* One product as product/query tells it: every form in which CJ writes the same thing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "worker/providers/cj/products_priv.h"

static json_t *parse(const char *text)
{
    json_t *root = NULL;
    struct fail f = { 0 };
    struct str quoted;

    str_init(&quoted, 16 << 20);
    cj_quote_long_integers(text, strlen(text), &quoted);
    if (json_parse(quoted.data, quoted.len, "test", &root, &f) < 0) {
        fail_msg("%s in %.200s", f.text, text);
    }
    str_done(&quoted);
    return root;
}

/* A product with `more` ("\"name\":value,...") beside its id. */
static int read_with(const char *more, struct cj_product *p, struct fail *f)
{
    scoped(str_done) struct str text;
    scoped(json_clear_p) json_t *node = NULL;

    str_init(&text, 16 << 20);
    str_addf(&text, "{\"pid\":\"1\"%s%s}", more[0] != '\0' ? "," : "", more);
    node = parse(text.data);
    *p = (struct cj_product){ .pid = "" };
    return cj_read_product(node, p, f);
}

static void read_ok(const char *more, struct cj_product *p)
{
    struct fail f = { 0 };

    if (read_with(more, p, &f) < 0) {
        fail_msg("%s: %.200s", f.text, more);
    }
}

static const char documented[] =
    "{\"pid\":2509180000000000001,\"productName\":\"[\\\"\\u5237\\u5b50\\\"]\","
    "\"productNameEn\":\"Pet hair brush\",\"productSku\":\"CJGD200001\","
    "\"bigImage\":\"https://img.example/a.jpg\","
    "\"productImage\":\"[\\\"https://img.example/a.jpg\\\",\\\"https://img.example/b.jpg\\\"]\","
    "\"productImageSet\":[\"https://img.example/a.jpg\",\"https://img.example/c.jpg\"],"
    "\"productWeight\":\"120.0\",\"packingWeight\":\"120.0-145.5\",\"productUnit\":\"unit(s)\","
    "\"categoryId\":\"5E65-AB\",\"categoryName\":\"Pets / Dogs / Grooming\","
    "\"entryCode\":\"9603909090\",\"materialNameEn\":\"[\\\"Plastic\\\",\\\"Steel\\\"]\","
    "\"packingNameEn\":\"[\\\"Bag\\\"]\",\"productKeyEn\":\"Color-Size\","
    "\"description\":\"<p>Soft</p>\",\"sellPrice\":\"1.20-3.40\",\"listedNum\":412,"
    "\"status\":\"3\",\"variants\":[{\"vid\":2509180000000000777,\"pid\":2509180000000000001,"
    "\"variantNameEn\":\"Pet hair brush Black S\",\"variantSku\":\"CJGD20000101AZ\","
    "\"variantImage\":\"https://img.example/v.jpg\",\"variantKey\":\"Black-S\","
    "\"variantLength\":110,\"variantWidth\":60,\"variantHeight\":40,\"variantWeight\":140.0,"
    "\"variantSellPrice\":1.2,\"inventories\":null}]}";

static void check_documented_variant(const struct cj_product_variant *v)
{
    assert_string_equal(v->vid, "2509180000000000777");
    assert_string_equal(v->sku, "CJGD20000101AZ");
    assert_string_equal(v->name, "Pet hair brush Black S");
    assert_string_equal(v->image, "https://img.example/v.jpg");
    assert_true(v->price_known);
    assert_int_equal(v->price.minor, 120);
    assert_string_equal(v->price.currency, "USD");
    assert_int_equal(v->weight_g, 140);
    assert_int_equal(v->length_mm, 110);
    assert_int_equal(v->width_mm, 60);
    assert_int_equal(v->height_mm, 40);
    assert_int_equal(v->option_count, 2);
    assert_string_equal(v->options[0].name, "Color");
    assert_string_equal(v->options[0].value, "Black");
    assert_string_equal(v->options[1].name, "Size");
    assert_string_equal(v->options[1].value, "S");
    assert_false(v->key_ambiguous);
}

static void the_documented_product_is_read_whole(void **state)
{
    scoped(json_clear_p) json_t *node = parse(documented);
    scoped(cj_product_done) struct cj_product p = { .pid = "" };
    struct fail f = { 0 };
    (void)state;

    assert_int_equal(cj_read_product(node, &p, &f), 0);
    assert_string_equal(p.pid, "2509180000000000001");
    assert_string_equal(p.sku, "CJGD200001");
    assert_string_equal(p.name, "Pet hair brush");
    assert_string_equal(p.category_id, "5E65-AB");
    assert_string_equal(p.category, "Pets / Dogs / Grooming");
    assert_string_equal(p.hs_code, "9603909090");
    assert_string_equal(p.material, "Plastic, Steel");
    assert_string_equal(p.packing, "Bag");
    assert_string_equal(p.description, "<p>Soft</p>");
    assert_true(p.on_sale);
    assert_int_equal(p.weight_g, 146);
    assert_int_equal(p.listed_num, 412);
    assert_int_equal(p.image_count, 3);
    assert_string_equal(p.images[0], "https://img.example/a.jpg");
    assert_string_equal(p.images[1], "https://img.example/c.jpg");
    assert_string_equal(p.images[2], "https://img.example/b.jpg");
    assert_int_equal(p.variant_count, 1);
    check_documented_variant(&p.variants[0]);
}

static void a_product_of_which_only_the_id_is_told_is_all_unknown(void **state)
{
    static const char *const bodies[] = {
        "",
        "\"productNameEn\":null,\"variants\":null,\"description\":null,\"productImage\":null,"
        "\"entryCode\":null,\"status\":null,\"listedNum\":null,\"productWeight\":null",
        "\"productNameEn\":\"\",\"variants\":[],\"description\":\"\",\"productImage\":\"\","
        "\"productImageSet\":[],\"entryCode\":\"\",\"listedNum\":\"\",\"productWeight\":\"\"",
        /* of wrong types altogether */
        "\"productNameEn\":{},\"variants\":\"none\",\"description\":7,\"productImage\":{\"a\":1},"
        "\"productImageSet\":17,\"entryCode\":[],\"listedNum\":\"many\",\"productWeight\":true,"
        "\"productSku\":[],\"categoryId\":{},\"materialNameEn\":3,\"productKeyEn\":[]",
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        scoped(cj_product_done) struct cj_product p = { .pid = "" };

        read_ok(bodies[i], &p);
        assert_string_equal(p.name, "");
        assert_string_equal(p.sku, "");
        assert_string_equal(p.category_id, "");
        assert_string_equal(p.hs_code, "");
        assert_string_equal(p.material, "");
        assert_string_equal(p.description, "");
        assert_int_equal(p.image_count, 0);
        assert_int_equal(p.variant_count, 0);
        assert_int_equal(p.weight_g, -1);
        assert_int_equal(p.listed_num, -1);
        assert_false(p.on_sale);
    }
}

static void a_product_without_a_usable_id_is_refused(void **state)
{
    static const char *const nodes[] = { "{}", "{\"pid\":null}", "{\"pid\":\"\"}", "{\"pid\":{}}",
                                         "[]", "\"1\"",          "true",           "7" };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(nodes); i++) {
        scoped(json_clear_p) json_t *node = parse(nodes[i]);
        struct cj_product p = { .listed_num = 77 };
        struct fail f = { 0 };

        assert_int_equal(cj_read_product(node, &p, &f), -1);
        assert_int_equal(f.kind, FAIL_BUG);
        assert_int_equal(p.listed_num, 77);
    }
}

static void ids_are_text_whatever_they_came_as(void **state)
{
    static const struct {
        const char *written, *read;
    } forms[] = {
        { "2509180000000000777", "2509180000000000777" },
        { "\"2509180000000000777\"", "2509180000000000777" },
        { "9007199254740993", "9007199254740993" }, /* 2^53 + 1 */
        { "18446744073709551616", "18446744073709551616" },
        { "98765432109876543210987", "98765432109876543210987" },
        { "\"1F0A7B3C-0001-4A\"", "1F0A7B3C-0001-4A" },
        { "17", "17" },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        scoped(cj_product_done) struct cj_product p = { .pid = "" };
        char more[200];

        snprintf(more, sizeof more, "\"variants\":[{\"vid\":%s}]", forms[i].written);
        read_ok(more, &p);
        assert_int_equal(p.variant_count, 1);
        assert_string_equal(p.variants[0].vid, forms[i].read);
    }
}

static void the_cost_of_a_variant_is_read_in_every_form_and_never_zero(void **state)
{
    static const struct {
        const char *written;
        int64_t cents; /* -1 = unknown */
    } forms[] = {
        { "1.2", 120 },
        { "11.85", 1185 },
        { "12", 1200 },
        { "0.01", 1 },
        { "\"11.85\"", 1185 },
        { "\"12\"", 1200 },
        { "\"1.20-3.40\"", 340 },
        { "\"3.40-1.20\"", 340 },
        { "\"8.13 -- 8.62\"", 862 },
        { "\"8.13--8.62\"", 862 },
        { "\"8.13 ~ 8.62\"", 862 },
        { "\" 4.50 \"", 450 },
        { "\"$4.50\"", 450 },
        { "\"4.50 USD\"", 450 },
        { "\"1.234\"", 124 },
        { "1.2001", 121 },
        { "\"1.20-\"", -1 },
        { "\"-1.20\"", -1 },
        { "-1.2", -1 },
        { "0", -1 },
        { "0.0", -1 },
        { "\"0.00\"", -1 },
        { "\"0.00-0.00\"", -1 },
        { "\"\"", -1 },
        { "\" \"", -1 },
        { "\"call us\"", -1 },
        { "\"N/A\"", -1 },
        { "\"1,234.50\"", -1 },
        { "\"1.20 3.40\"", -1 },
        { "\"1e3\"", -1 },
        { "1e300", -1 },
        { "null", -1 },
        { "true", -1 },
        { "[1.2]", -1 },
        { "{\"amount\":1.2}", -1 },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        scoped(cj_product_done) struct cj_product p = { .pid = "" };
        char more[200];

        snprintf(more, sizeof more,
                 "\"sellPrice\":9.99,\"variants\":[{\"vid\":1,"
                 "\"variantSellPrice\":%s}]",
                 forms[i].written);
        read_ok(more, &p);
        if (p.variants[0].price_known != (forms[i].cents >= 0) ||
            (forms[i].cents >= 0 && p.variants[0].price.minor != forms[i].cents)) {
            fail_msg("%s was read as %lld", forms[i].written, (long long)p.variants[0].price.minor);
        }
    }
}

static void of_all_weights_the_heaviest_counts_and_nothing_weighs_nothing(void **state)
{
    static const struct {
        const char *more;
        int64_t grams;
    } forms[] = {
        { "\"productWeight\":120", 120 },
        { "\"productWeight\":\"1500.0\"", 1500 },
        { "\"productWeight\":\"120.00-1500.50\"", 1501 },
        { "\"productWeight\":\"90\",\"packingWeight\":\"100\"", 100 },
        { "\"productWeight\":\"heavy\",\"packingWeight\":100", 100 },
        { "\"productWeight\":90,\"variants\":[{\"vid\":1,\"variantWeight\":\"80-95.5\"}]", 96 },
        { "\"productWeight\":0,\"packingWeight\":\"0.0\",\"variants\":[{\"vid\":1,"
          "\"variantWeight\":0}]",
          -1 },
        { "\"productWeight\":null,\"variants\":[{\"vid\":1,\"variantWeight\":null}]", -1 },
        { "\"productWeight\":-5", -1 },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        scoped(cj_product_done) struct cj_product p = { .pid = "" };

        read_ok(forms[i].more, &p);
        assert_int_equal(p.weight_g, forms[i].grams);
    }
}

static void lists_in_texts_are_read_as_lists(void **state)
{
    static const struct {
        const char *written, *read;
    } forms[] = {
        { "\"[\\\"Plastic\\\",\\\"Steel\\\"]\"", "Plastic, Steel" },
        { "\" [\\\"Plastic\\\"]\"", "Plastic" },
        { "[\"Plastic\",\"Steel\"]", "Plastic, Steel" },
        { "\"Plastic\"", "Plastic" },
        { "\"[Plastic\"", "[Plastic" },                 /* looks like a list and is none */
        { "\"[\\\"Plastic\\\",]\"", "[\"Plastic\",]" }, /* a list that is broken */
        { "\"[]\"", "" },
        { "[]", "" },
        { "\"\"", "" },
        { "null", "" },
        { "[null,\"\",7,{},\"Steel\"]", "Steel" },
        { "{\"a\":\"Plastic\"}", "" },
        { "7", "" },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        scoped(cj_product_done) struct cj_product p = { .pid = "" };
        char more[200];

        snprintf(more, sizeof more, "\"materialNameEn\":%s", forms[i].written);
        read_ok(more, &p);
        assert_string_equal(p.material, forms[i].read);
    }
}

static void a_name_is_taken_from_the_first_field_that_has_one(void **state)
{
    static const struct {
        const char *more, *name;
    } forms[] = {
        { "\"productNameEn\":\"Brush\",\"productName\":\"x\"", "Brush" },
        { "\"productNameEn\":\"\",\"productName\":\"[\\\"Brush\\\"]\"", "Brush" },
        { "\"productNameEn\":null,\"productName\":\"Brush\"", "Brush" },
        { "\"productName\":\"[Neu] Brush\"", "[Neu] Brush" },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        scoped(cj_product_done) struct cj_product p = { .pid = "" };

        read_ok(forms[i].more, &p);
        assert_string_equal(p.name, forms[i].name);
    }
}

static void a_long_name_is_cut_before_the_character_that_does_not_fit(void **state)
{
    /* Two, three and four bytes a character; the field holds 511 of them. */
    static const char *const letters[] = { "\xc3\xa9", "\xe5\x88\xb7", "\xf0\x9f\x90\xb6" };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(letters); i++) {
        scoped(cj_product_done) struct cj_product p = { .pid = "" };
        scoped(str_done) struct str more;
        size_t width = strlen(letters[i]);

        str_init(&more, 100000);
        str_add(&more, "\"productNameEn\":\"a");
        for (int n = 0; n < 2000; n++) {
            str_add(&more, letters[i]);
        }
        str_add(&more, "\"");
        read_ok(more.data, &p);
        assert_int_equal(strlen(p.name), 1 + (sizeof p.name - 2) / width * width);
        assert_string_equal(p.name + strlen(p.name) - width, letters[i]);
    }
}

static void customs_numbers_are_digits_or_nothing(void **state)
{
    static const struct {
        const char *written, *read;
    } forms[] = {
        { "\"9603909090\"", "9603909090" },
        { "9603909090", "9603909090" },
        { "\"9603.90.90\"", "96039090" },
        { "\"9603 90\"", "960390" },
        { "\"960390\"", "960390" },
        { "\"0901210000\"", "0901210000" },
        { "901210000", "" }, /* a number has lost its leading zero */
        { "\"9603\"", "" },
        { "\"9603,9604\"", "" },
        { "\"9603909090123\"", "9603909090123" },
        { "\"96039090901234567890\"", "" },
        { "\"HS9603909090\"", "" },
        { "\"\"", "" },
        { "null", "" },
        { "-9603909090", "" },
        { "true", "" },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        scoped(cj_product_done) struct cj_product p = { .pid = "" };
        char more[100];

        snprintf(more, sizeof more, "\"entryCode\":%s", forms[i].written);
        read_ok(more, &p);
        assert_string_equal(p.hs_code, forms[i].read);
    }
}

static void pictures_are_taken_once_each_from_lists_texts_and_single_fields(void **state)
{
    static const struct {
        const char *more;
        size_t count;
        const char *first;
    } forms[] = {
        { "\"bigImage\":\"https://i/a\"", 1, "https://i/a" },
        { "\"productImage\":\"https://i/a\"", 1, "https://i/a" },
        { "\"productImage\":\"[\\\"https://i/a\\\",\\\"https://i/a\\\"]\"", 1, "https://i/a" },
        { "\"productImageSet\":\"[\\\"https://i/b\\\"]\",\"bigImage\":\"https://i/a\"", 2,
          "https://i/b" },
        { "\"productImageSet\":[null,7,\"\",\"https://i/b\"]", 1, "https://i/b" },
        { "\"productImage\":\"[broken\"", 1, "[broken" }, /* the flow takes https addresses only */
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        scoped(cj_product_done) struct cj_product p = { .pid = "" };

        read_ok(forms[i].more, &p);
        assert_int_equal(p.image_count, forms[i].count);
        assert_string_equal(p.images[0], forms[i].first);
    }
}

static void pictures_beyond_the_limit_and_endless_addresses_are_left_out(void **state)
{
    scoped(cj_product_done) struct cj_product p = { .pid = "" };
    scoped(str_done) struct str more;
    (void)state;

    str_init(&more, 100000);
    str_addf(&more, "\"productImageSet\":[\"https://i/%02000d\"", 0);
    for (int i = 0; i < 200; i++) {
        str_addf(&more, ",\"https://i/%d\"", i);
    }
    str_add(&more, "]");
    read_ok(more.data, &p);
    assert_int_equal(p.image_count, CJ_IMAGES_MAX);
    assert_string_equal(p.images[0], "https://i/0");
}

static void whether_it_is_on_sale_is_text_or_number(void **state)
{
    static const struct {
        const char *more;
        bool on_sale;
    } forms[] = {
        { "\"status\":\"3\"", true },
        { "\"status\":3", true },
        { "\"status\":\"2\"", false },
        { "\"status\":2,\"variants\":[{\"vid\":1}]", false },
        { "\"status\":null,\"variants\":[{\"vid\":1}]", true },
        { "\"status\":null", false },
        { "\"status\":\"gone\"", false },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        scoped(cj_product_done) struct cj_product p = { .pid = "" };

        read_ok(forms[i].more, &p);
        assert_int_equal(p.on_sale, forms[i].on_sale);
    }
}

static void a_key_is_split_only_when_its_pieces_fit_the_names(void **state)
{
    static const struct {
        const char *names, *key, *options; /* "name=value;..." */
        bool certain;
    } forms[] = {
        { "Color-Size", "Black-S", "Color=Black;Size=S;", true },
        { "Color", "Black", "Color=Black;", true },
        { "Color-Size-Plug", "Black-S-EU", "Color=Black;Size=S;Plug=EU;", true },
        { "Color - Size", " Black - S ", "Color=Black;Size=S;", true },
        { "Color-Size", "Black", "Style=Black;", false },
        { "Color-Size", "T-Shirt-Black-S", "Style=T-Shirt-Black-S;", false },
        { "Color", "Off-White", "Style=Off-White;", false },
        { "Color-Size", "-S", "Style=-S;", false },
        { "Color-Size", "Black-", "Style=Black-;", false },
        { "Color-", "Black-S", "Style=Black-S;", false },
        { "Color-Color", "Black-S", "Style=Black-S;", false },
        { "A-B-C-D", "1-2-3-4", "Style=1-2-3-4;", false },
        { "", "Black", "Style=Black;", true },
        { "", "Black-S", "Style=Black-S;", true },
        { "Color-Size", "", "", false },
        { "", "", "", true },
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct cj_product_variant v = { .vid = "" };
        char text[1024] = "";
        bool certain = cj_split_key(forms[i].names, forms[i].key, &v);

        for (size_t o = 0; o < v.option_count; o++) {
            size_t used = strlen(text);
            snprintf(text + used, sizeof text - used, "%s=%s;", v.options[o].name,
                     v.options[o].value);
        }
        assert_string_equal(text, forms[i].options);
        assert_int_equal(certain, forms[i].certain);
    }
}

static void one_key_that_does_not_fit_makes_style_the_option_of_all(void **state)
{
    scoped(cj_product_done) struct cj_product p = { .pid = "" };
    (void)state;

    read_ok("\"productKeyEn\":\"Color-Size\",\"variants\":[{\"vid\":1,\"variantKey\":\"Black-S\"},"
            "{\"vid\":2,\"variantKey\":\"Off-White-S\"}]",
            &p);
    assert_int_equal(p.variant_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(p.variants[i].key_ambiguous);
        assert_int_equal(p.variants[i].option_count, 1);
        assert_string_equal(p.variants[i].options[0].name, "Style");
    }
    assert_string_equal(p.variants[0].options[0].value, "Black-S");
    assert_string_equal(p.variants[1].options[0].value, "Off-White-S");
}

static void a_variant_that_cannot_be_named_is_left_out(void **state)
{
    scoped(cj_product_done) struct cj_product p = { .pid = "" };
    struct cj_product none;
    struct fail f = { 0 };
    (void)state;

    read_ok("\"variants\":[null,7,{},{\"vid\":null},{\"vid\":\"\"},{\"vid\":3},"
            "{\"vid\":4,\"variantSku\":\"0123456789012345678901234567890123456789012345678901234567"
            "8901234\"}]",
            &p);
    assert_int_equal(p.variant_count, 1);
    assert_string_equal(p.variants[0].vid, "3");
    assert_int_equal(read_with("\"variants\":[{},null]", &none, &f), -1);
    assert_int_equal(f.kind, FAIL_BUG);
}

static void more_variants_than_can_be_handled_are_refused(void **state)
{
    scoped(str_done) struct str more;
    struct cj_product p;
    struct fail f = { 0 };
    (void)state;

    str_init(&more, 1 << 20);
    str_add(&more, "\"variants\":[{\"vid\":0}");
    for (int i = 0; i < CJ_VARIANTS_MAX; i++) {
        str_addf(&more, ",{\"vid\":%d}", i + 1);
    }
    str_add(&more, "]");
    assert_int_equal(read_with(more.data, &p, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_documented_product_is_read_whole),
        cmocka_unit_test(a_product_of_which_only_the_id_is_told_is_all_unknown),
        cmocka_unit_test(a_product_without_a_usable_id_is_refused),
        cmocka_unit_test(ids_are_text_whatever_they_came_as),
        cmocka_unit_test(the_cost_of_a_variant_is_read_in_every_form_and_never_zero),
        cmocka_unit_test(of_all_weights_the_heaviest_counts_and_nothing_weighs_nothing),
        cmocka_unit_test(lists_in_texts_are_read_as_lists),
        cmocka_unit_test(a_name_is_taken_from_the_first_field_that_has_one),
        cmocka_unit_test(a_long_name_is_cut_before_the_character_that_does_not_fit),
        cmocka_unit_test(customs_numbers_are_digits_or_nothing),
        cmocka_unit_test(pictures_are_taken_once_each_from_lists_texts_and_single_fields),
        cmocka_unit_test(pictures_beyond_the_limit_and_endless_addresses_are_left_out),
        cmocka_unit_test(whether_it_is_on_sale_is_text_or_number),
        cmocka_unit_test(a_key_is_split_only_when_its_pieces_fit_the_names),
        cmocka_unit_test(one_key_that_does_not_fit_makes_style_the_option_of_all),
        cmocka_unit_test(a_variant_that_cannot_be_named_is_left_out),
        cmocka_unit_test(more_variants_than_can_be_handled_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
