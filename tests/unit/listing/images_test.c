#include "tests/unit/base/check.h"

#include <string.h>

#include "common/base/attr.h"
#include "common/base/json.h"
#include "worker/discovery/images.h"

static const char hosts[] = "cf.cjdropshipping.com, img.example.com:8443,127.0.0.1:8899,[::1]";

static void only_listed_hosts_over_https_are_allowed(void **state)
{
    static const char *const good[] = {
        "https://cf.cjdropshipping.com/a.jpg",
        "https://CF.CJdropshipping.com/a.jpg",
        "https://cf.cjdropshipping.com:443/a.jpg?x=1",
        "https://img.example.com:8443/a.png",
    };
    static const char *const bad[] = {
        "http://cf.cjdropshipping.com/a.jpg",
        "https://cf.cjdropshipping.com:444/a.jpg",
        "https://img.example.com/a.png",
        "https://evil.example/a.jpg",
        "https://cf.cjdropshipping.com.evil.example/a.jpg",
        "https://evil.example/https://cf.cjdropshipping.com/a.jpg",
        "https://cf.cjdropshipping.com@evil.example/a.jpg",
        "https://me:secret@cf.cjdropshipping.com/a.jpg",
        "https://:secret@cf.cjdropshipping.com/a.jpg",
        "https://evil.example#@cf.cjdropshipping.com/a.jpg",
        "https://evil.example\\@cf.cjdropshipping.com/a.jpg",
        "ftp://cf.cjdropshipping.com/a.jpg",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "//cf.cjdropshipping.com/a.jpg",
        "cf.cjdropshipping.com/a.jpg",
        "https:///a.jpg",
        "",
        "https://10.0.0.1/a.jpg",
        "https://169.254.169.254/latest/meta-data",
    };
    bool local = true;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        if (!image_url_allowed(good[i], hosts, &local) || local) {
            fail_msg("%s is allowed, and not local", good[i]);
        }
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        if (image_url_allowed(bad[i], hosts, &local)) {
            fail_msg("%s is not allowed", bad[i]);
        }
    }
    assert_false(image_url_allowed(good[0], "", &local));
}

static void this_machine_only_when_it_is_listed_itself(void **state)
{
    bool local = false;

    (void)state;
    assert_true(image_url_allowed("http://127.0.0.1:8899/a.jpg", hosts, &local));
    assert_true(local);
    assert_true(image_url_allowed("http://[::1]:9/a.jpg", hosts, &local));
    assert_true(local);
    assert_false(image_url_allowed("http://127.0.0.1:8080/a.jpg", hosts, &local));
    assert_false(image_url_allowed("http://127.0.0.2:8899/a.jpg", hosts, &local));
    assert_false(image_url_allowed("http://localhost:8899/a.jpg", hosts, &local));
    assert_false(image_url_allowed("http://localhost/a.jpg", "cf.cjdropshipping.com", &local));
    /* Other spellings of the same address are read as libcurl reads them. */
    assert_false(image_url_allowed("http://2130706433:8080/a.jpg", hosts, &local));
    assert_true(image_url_allowed("http://2130706433:8899/a.jpg", hosts, &local));
    assert_true(local);
}

static void pictures_are_told_by_their_first_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        const char *kind;
    } rows[] = {
        { "\xff\xd8\xff\xe0", 4, "jpeg" },
        { "\x89PNG\r\n\x1a\n....", 12, "png" },
        { "GIF89a..", 8, "gif" },
        { "GIF87a..", 8, "gif" },
        { "RIFF....WEBPVP8 ", 16, "webp" },
        { "RIFX....WEBPVP8 ", 16, NULL },
        { "\x89PNG\n\r\n\x1a", 8, NULL },
        { "\xff\xd8", 2, NULL },
        { "<svg xmlns=", 11, NULL },
        { "<html>", 6, NULL },
        { "BM....", 6, NULL },
        { "", 0, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *kind = image_kind(rows[i].bytes, rows[i].size);
        if (rows[i].kind == NULL) {
            assert_null(kind);
        } else {
            assert_non_null(kind);
            assert_string_equal(kind, rows[i].kind);
        }
    }
}

static void the_first_allowed_pictures_are_taken_once(void **state)
{
    scoped(json_clear_p) json_t *detail = json_loads(
        "{\"images\": [\"http://cf.cjdropshipping.com/0.jpg\", "
        "\"https://cf.cjdropshipping.com/1.jpg\", 7,"
        " null, \"https://cf.cjdropshipping.com/1.jpg\", \"https://cf.cjdropshipping.com/2.jpg\"]}",
        0, NULL);
    static struct images images;

    (void)state;
    images_of(detail, "https://cf.cjdropshipping.com/9.jpg", hosts, &images);
    assert_int_equal(images.count, 2);
    assert_string_equal(images.urls[1], "https://cf.cjdropshipping.com/2.jpg");
    assert_int_equal(images_add(&images, "https://cf.cjdropshipping.com/1.jpg", hosts), 0);
    assert_int_equal(images_add(&images, "https://evil.example/1.jpg", hosts), -1);
    images_of(NULL, "https://cf.cjdropshipping.com/9.jpg", hosts, &images);
    assert_int_equal(images.count, 1);
    images_of(NULL, "", hosts, &images);
    assert_int_equal(images.count, 0);
}

static void there_are_never_too_many(void **state)
{
    scoped(json_clear_p) json_t *list = json_array();
    scoped(json_clear_p) json_t *detail = json_pack("{s:O}", "images", list);
    static struct images images;
    char url[80];

    (void)state;
    for (int i = 0; i < 50; i++) {
        (void)snprintf(url, sizeof url, "https://cf.cjdropshipping.com/%d.jpg", i);
        (void)json_array_append_new(list, json_string(url));
    }
    images_of(detail, "", hosts, &images);
    assert_int_equal(images.count, IMAGES_OF_PRODUCT);
    for (int i = 0; i < 50; i++) {
        (void)snprintf(url, sizeof url, "https://cf.cjdropshipping.com/v%d.jpg", i);
        (void)images_add(&images, url, hosts);
    }
    assert_int_equal(images.count, IMAGES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_listed_hosts_over_https_are_allowed),
        cmocka_unit_test(this_machine_only_when_it_is_listed_itself),
        cmocka_unit_test(pictures_are_told_by_their_first_bytes),
        cmocka_unit_test(the_first_allowed_pictures_are_taken_once),
        cmocka_unit_test(there_are_never_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
