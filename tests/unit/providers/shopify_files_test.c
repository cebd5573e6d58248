/* Which stored media are named again, and which images are uploaded: nothing twice, and no picture for another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/json.h"
#include "worker/providers/shopify/shopify_priv.h"

#define ID(n) "gid://shopify/MediaImage/" #n
#define MEDIA(n, alt, status)                                                                      \
    "{\"id\":\"" ID(n) "\",\"alt\":\"" alt "\",\"status\":\"" status "\",\"image\":null}"
#define NAMED(n, alt, name)                                                                        \
    "{\"id\":\"" ID(n) "\",\"alt\":\"" alt "\",\"status\":\"READY\","                              \
                       "\"image\":{\"url\":\"https://cdn.example/files/" name "\"}}"
/* The beginnings of the SHA-256 of the addresses a and b below. */
#define MARK_A     "ds0d52505084684b7e7fd0e918"
#define MARK_B     "ds6e63e0004e02a559c323749c"
#define MARK_OTHER "ds000000000000000000000000"

static const struct shopify_new_image blues[] = {
    { "https://img.example/a.jpg", "Blue" },
    { "https://img.example/b.jpg", "Blue" },
};

/* The files of these images over what is stored: the caller's. */
static json_t *files(const struct shopify_new_image *images, size_t count, const char *stored)
{
    const struct shopify_new_product product = { .images = images, .image_count = count };
    scoped(json_clear_p) json_t *media = json_loads(stored, 0, NULL);
    json_t *made = NULL;

    assert_non_null(media);
    made = shopify_files_json(&product, media);
    assert_int_equal(json_array_size(made), count);
    return made;
}

/* The blue images: each by the id given, or uploaded where it is NULL. */
static void check_blues(const char *stored, const char *first, const char *second)
{
    scoped(json_clear_p) json_t *list = files(blues, 2, stored);
    const char *const want[] = { first, second };

    for (size_t i = 0; i < 2; i++) {
        const json_t *file = json_array_get(list, i);

        assert_string_equal(json_text(file, "id", ""), want[i] != NULL ? want[i] : "");
        assert_string_equal(json_text(file, "originalSource", ""),
                            want[i] != NULL ? "" : blues[i].url);
    }
}

static void an_image_is_known_by_where_it_came_from(void **unused)
{
    (void)unused;
    /* in another order; the shop has added to a name */
    check_blues("[" NAMED(1, "Blue", MARK_B "_77.jpg?v=5") "," NAMED(2, "Blue", MARK_A ".jpg") "]",
                ID(2), ID(1));
    check_blues("[" NAMED(1, "Red", MARK_B ".jpg") "," NAMED(2, "", MARK_A ".jpg") "]", ID(2),
                ID(1));
}

static void another_picture_does_not_inherit_the_text(void **unused)
{
    (void)unused;
    check_blues("[" NAMED(1, "Blue", MARK_OTHER ".jpg") "," NAMED(2, "Blue", MARK_B ".jpg") "]",
                NULL, ID(2));
}

static void equal_texts_are_told_apart_by_their_order_or_not_at_all(void **unused)
{
    (void)unused;
    check_blues("[" MEDIA(1, "Blue", "UPLOADED") "," MEDIA(2, "Blue", "PROCESSING") "]", ID(1),
                ID(2));
    check_blues("[" MEDIA(1, "Blue", "FAILED") "," MEDIA(2, "Blue", "PROCESSING") "]", NULL, ID(2));
    check_blues("[" NAMED(1, "Blue", "dsc01.jpg") "]", NULL, NULL); /* of which of the two? */
    check_blues("[" MEDIA(1, "Blue", "UPLOADED") "," MEDIA(2, "Blue", "UPLOADED") "," MEDIA(
                    3, "Blue", "UPLOADED") "]",
                NULL, NULL);
    check_blues("[" NAMED(7, "Blue", MARK_A ".jpg") "," MEDIA(8, "Blue", "UPLOADED") "]", ID(7),
                ID(8));
}

static void one_stored_image_stands_for_one(void **unused)
{
    const struct shopify_new_image twice[] = { blues[0], blues[0] };
    scoped(json_clear_p) json_t *list = files(twice, 2, "[" NAMED(1, "Blue", MARK_A ".jpg") "]");
    (void)unused;

    assert_string_equal(json_text(list, "0.id", ""), ID(1));
    assert_null(json_at(list, "1.id"));
}

static void a_text_is_sent_only_where_it_changes(void **unused)
{
    scoped(json_clear_p) json_t *list =
        files(blues, 2, "[" NAMED(1, "Red", MARK_A ".jpg") "," NAMED(2, "Blue", MARK_B ".jpg") "]");
    (void)unused;

    assert_string_equal(json_text(list, "0.alt", ""), "Blue");
    assert_string_equal(json_text(list, "1.id", ""), ID(2));
    assert_null(json_at(list, "1.alt"));
}

static void a_name_has_the_ending_of_the_address_or_is_the_shops(void **unused)
{
    static const struct shopify_new_image odd[] = { { "https://img.example/a.jpg", NULL },
                                                    { "https://img.example/x.PNG?w=2#top", NULL },
                                                    { "https://img.example/photo", NULL },
                                                    { "https://img.example/a.jpg/b.exe", NULL } };
    scoped(json_clear_p) json_t *list = files(odd, 4, "[]");
    (void)unused;

    assert_string_equal(json_text(list, "0.filename", ""), MARK_A ".jpg");
    assert_int_equal(strlen(json_text(list, "1.filename", "")), strlen(MARK_A ".PNG"));
    assert_non_null(strstr(json_text(list, "1.filename", ""), ".PNG"));
    assert_null(json_at(list, "2.filename"));
    assert_null(json_at(list, "3.filename"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_is_known_by_where_it_came_from),
        cmocka_unit_test(another_picture_does_not_inherit_the_text),
        cmocka_unit_test(equal_texts_are_told_apart_by_their_order_or_not_at_all),
        cmocka_unit_test(one_stored_image_stands_for_one),
        cmocka_unit_test(a_text_is_sent_only_where_it_changes),
        cmocka_unit_test(a_name_has_the_ending_of_the_address_or_is_the_shops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
