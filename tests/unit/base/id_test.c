#include "tests/unit/base/check.h"

#include <string.h>

#include "common/base/clock.h"
#include "common/base/id.h"

static void ids_are_lower_case_hex_and_differ(void **state)
{
    char a[ID_JID_BYTES];
    char b[ID_JID_BYTES];
    char trace[ID_TRACE_BYTES];

    (void)state;
    id_new_jid(a);
    id_new_jid(b);
    id_new_trace(trace);
    assert_int_equal(strspn(a, "0123456789abcdef"), 24);
    assert_int_equal(strlen(a), 24);
    assert_int_equal(strspn(trace, "0123456789abcdef"), 32);
    assert_int_equal(strlen(trace), 32);
    assert_string_not_equal(a, b);
}

static void a_job_id_tells_its_second(void **state)
{
    static const char *const silent[] = { "",
                                          "6afd8aa7",
                                          "ffffffff0000000000000000",
                                          "000000010000000000000000",
                                          "6AFD8AA75e65948f000f423f",
                                          "6afd8aa75e65948f000f423fa",
                                          "my-own-id" };
    char jid[ID_JID_BYTES];
    int64_t now_s = clock_now_us() / 1000000;

    (void)state;
    id_new_jid(jid);
    assert_in_range(id_jid_second(jid), now_s, now_s + 60);
    assert_int_equal(id_jid_second("6afd8aa75e65948f000f423f"), 1795000999);
    for (size_t i = 0; i < COUNT_OF(silent); i++) {
        assert_int_equal(id_jid_second(silent[i]), 0);
    }
}

static void sha256_agrees_with_the_standard(void **state)
{
    char text[ID_SHA256_HEX_BYTES];

    (void)state;
    id_sha256_hex("abc", 3, text);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    id_sha256_hex("", 0, text);
    assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void a_webhook_is_signed_as_shopify_signs_it(void **state)
{
    static const char body[] = "{\"id\":500,\"name\":\"#1001\",\"total_price\":\"49.80\"}";
    unsigned char mac[32];
    char text[45];

    (void)state;
    id_hmac_sha256("shpss_example_secret", body, strlen(body), mac);
    id_base64(mac, sizeof mac, text);
    assert_string_equal(text, "p1J8gM9v+uvuOP6++sPythpk1zxVia8izD+XEBpiIrM=");
}

static void base64_agrees_with_rfc_4648_both_ways(void **state)
{
    static const struct {
        const char *plain, *coded;
    } rows[] = { { "", "" },
                 { "f", "Zg==" },
                 { "fo", "Zm8=" },
                 { "foo", "Zm9v" },
                 { "foob", "Zm9vYg==" },
                 { "fooba", "Zm9vYmE=" },
                 { "foobar", "Zm9vYmFy" },
                 { "\xff\xfe\xfd", "//79" } };
    unsigned char plain[16];
    char coded[32];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t size = strlen(rows[i].plain);

        id_base64((const unsigned char *)rows[i].plain, size, coded);
        assert_string_equal(coded, rows[i].coded);
        assert_int_equal(id_base64_decode(rows[i].coded, plain, sizeof plain), size);
        assert_memory_equal(plain, rows[i].plain, size);
    }
}

static void broken_base64_is_refused(void **state)
{
    static const char *const wrong[] = {
        "Z",        "Zg",   "Zg=",  "Zg===", "=Zg=", "Z===", "Zm9 ",    "Zm9\n",
        "Zg==Zg==", "Zh==", "Zm9=", "Zm9_",  "====", "Zm-v", "Zm8=Zm9v"
    };
    unsigned char out[16];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (id_base64_decode(wrong[i], out, sizeof out) != -1) {
            fail_msg("'%s' was decoded", wrong[i]);
        }
    }
    assert_int_equal(id_base64_decode("Zm9vYmFy", out, 5), -1); /* no room */
    assert_int_equal(id_base64_decode("Zm9vYmFy", out, 6), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_lower_case_hex_and_differ),
        cmocka_unit_test(a_job_id_tells_its_second),
        cmocka_unit_test(sha256_agrees_with_the_standard),
        cmocka_unit_test(a_webhook_is_signed_as_shopify_signs_it),
        cmocka_unit_test(base64_agrees_with_rfc_4648_both_ways),
        cmocka_unit_test(broken_base64_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
