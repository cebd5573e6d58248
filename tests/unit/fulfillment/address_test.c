/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "facts_fixture.h"
#include "worker/fulfillment/address.h"

static char why[ADDRESS_WHY_BYTES];

static void postcodes_are_judged_by_country(void **state)
{
    (void)state;
    static const struct {
        const char *country, *zip;
        bool ok;
    } cases[] = {
        { "US", "10001", true },     { "US", "10001-1234", true }, { "US", "100011234", true },
        { "US", "1000", false },     { "US", "1000A", false },     { "us", "10001", true },
        { "CA", "K1A 0B1", true },   { "CA", "K1A0B1", true },     { "CA", "k1a 0b1", true },
        { "CA", "K1A-0B1", true },   { "CA", "11A 0B1", false },   { "GB", "SW1A 1AA", true },
        { "GB", "M1 1AE", true },    { "GB", "B33 8TH", true },    { "GB", "CR2 6XH", true },
        { "GB", "DN55 1PT", true },  { "GB", "W1A 0AX", true },    { "GB", "EC1A1BB", true },
        { "GB", "12345", false },    { "DE", "10115", true },      { "DE", "1011", false },
        { "NL", "1012 AB", true },   { "NL", "1012AB", true },     { "NL", "1012", false },
        { "FR", "75001", true },     { "BE", "1000", true },       { "AT", "1010", true },
        { "CH", "8001", true },      { "PT", "1000-001", true },   { "PT", "1000", false },
        { "PL", "00-001", true },    { "PL", "00001", true },      { "SE", "111 22", true },
        { "SE", "11122", true },     { "SE", "SE-111 22", true },  { "CZ", "110 00", true },
        { "DK", "1050", true },      { "NO", "0150", true },       { "FI", "00100", true },
        { "IE", "D02 X285", true },  { "IE", "D6W XY00", true },   { "IE", "00000", false },
        { "JP", "100-0001", true },  { "JP", "1000001", true },    { "JP", "100", false },
        { "AU", "2000", true },      { "AU", "20000", false },     { "NZ", "6011", true },
        { "BR", "01310-100", true }, { "BR", "01310100", true },   { "BR", "01310", false },
        { "IN", "110 001", true },   { "SG", "018956", true },     { "KR", "03051", true },
        { "IL", "9614303", true },   { "LV", "LV-1010", true },    { "LT", "01100", true },
        { "MT", "VLT 1117", true },  { "HK", "", true },           { "AE", "anything", true },
        { "ZZ", "what ever", true }, { "IT", "00184", true },      { "ES", "28013", true },
        { "GR", "105 57", true },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (address_zip_ok(cases[i].country, cases[i].zip) != cases[i].ok) {
            fail_msg("%s \"%s\" should %spass", cases[i].country, cases[i].zip,
                     cases[i].ok ? "" : "not ");
        }
    }
}

static struct shopify_address place(const char *country, const char *zip, const char *line1)
{
    struct shopify_address a = clean_address();

    PUT(a.country_code, country);
    PUT(a.zip, zip);
    PUT(a.line1, line1);
    return a;
}

static void complete_addresses_of_many_countries_pass(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        { "US", "10001", "350 5th Ave" },
        { "GB", "SW1A 1AA", "Flat 3, 10 Downing Street" },
        { "DE", "10115", "Invalidenstraße 43" },
        { "FR", "75001", "10 rue de Rivoli" },
        { "NL", "1012 AB", "Damrak 1" },
        { "JP", "100-0001", "1-1 Chiyoda" },
        { "HK", "", "88 Queensway" },
        { "AE", "", "Villa 5, Al Wasl Rd" },
        { "IE", "D02 X285", "The Old Mill" },
        { "IN", "110001", "Near the temple" },
        { "BR", "01310-100", "Av Paulista 1000" },
        { "PL", "00-001", "ul. Długa 4" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct shopify_address a = place(cases[i][0], cases[i][1], cases[i][2]);
        if (!address_complete(&a, why)) {
            fail_msg("%s %s: %s", cases[i][0], cases[i][2], why);
        }
    }
}

static void incomplete_addresses_say_what_is_missing(void **state)
{
    (void)state;
    struct shopify_address a = place("US", "10001", "Fifth Avenue");
    assert_false(address_complete(&a, why));
    assert_non_null(strstr(why, "house number"));
    a = place("US", "", "1 Main St");
    assert_false(address_complete(&a, why));
    assert_non_null(strstr(why, "postcode"));
    a = place("US", "10001", "  ");
    assert_false(address_complete(&a, why));
    assert_non_null(strstr(why, "line 1"));
    a = place("", "10001", "1 Main St");
    assert_false(address_complete(&a, why));
    assert_non_null(strstr(why, "country"));
    a = place("US", "10001", "1 Main St");
    a.name[0] = '\0';
    assert_false(address_complete(&a, why));
    assert_non_null(strstr(why, "name"));
}

static void boxes_lockers_and_military_addresses_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *country, *line1;
        bool box;
    } cases[] = {
        { "US", "P.O. Box 12", true },      { "US", "PO BOX 12", true },
        { "US", "P O Box 4", true },        { "US", "p.o.box 7", true },
        { "US", "POBox 9", true },          { "US", "Post Office Box 3", true },
        { "DE", "Postfach 10 01", true },   { "DE", "Packstation 123", true },
        { "NL", "Postbus 55", true },       { "FR", "BP 20", true },
        { "FR", "Boîte postale 20", true }, { "ES", "Apartado 33", true },
        { "BR", "Caixa Postal 1", true },   { "IT", "Casella Postale 9", true },
        { "AU", "Locked Bag 3", true },     { "AU", "GPO Box 2", true },
        { "SE", "Box 1234", true },         { "NO", "Postboks 1", true },
        { "PL", "Paczkomat WAW01", true },  { "US", "Amazon Locker - Rufus", true },
        { "GB", "BFPO 57", true },          { "US", "PSC 1 Box 2, APO", true },
        { "US", "12 Boxer Street", false }, { "US", "1 Apollo Road", false },
        { "US", "5 Postbox Lane", false },  { "US", "77 Poboxington Way", false },
        { "DE", "Boxstraße 1", false },     { "US", "BP Plaza 1", false },
        { "GB", "1 Box Hill", false },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct shopify_address a = place(cases[i].country, "1", cases[i].line1);
        if (address_is_box(&a, why) != cases[i].box) {
            fail_msg("%s \"%s\" should %sbe a box", cases[i].country, cases[i].line1,
                     cases[i].box ? "" : "not ");
        }
    }
}

static void military_states_are_found_only_in_the_united_states(void **state)
{
    (void)state;
    struct shopify_address a = place("US", "09012", "Unit 2050 4190");
    PUT(a.province_code, "AE");
    assert_true(address_is_box(&a, why));
    PUT(a.country_code, "DE");
    assert_false(address_is_box(&a, why));
}

static void postal_lines_serve_boxes_and_couriers_do_not(void **state)
{
    (void)state;
    assert_true(address_method_serves_boxes("USPS+"));
    assert_true(address_method_serves_boxes("China Post Registered"));
    assert_true(address_method_serves_boxes("ePacket"));
    assert_false(address_method_serves_boxes("DHL"));
    assert_false(address_method_serves_boxes("CJPacket Ordinary"));
}

static void latin_letters_pass_and_others_do_not(void **state)
{
    (void)state;
    static const struct {
        const char *city;
        bool ok;
    } cases[] = {
        { "København", true },   { "Łódź", true },         { "Şişli", true },
        { "Hồ Chí Minh", true }, { "São Paulo", true },    { "Москва", false },
        { "東京", false },       { "القاهرة", false },     { "Αθήνα", false },
        { "서울", false },       { "New\x01York", false }, { "bad \xff byte", false },
        { "cut \xc3", false },   { "\xc0\xaf", false },    { "O’Fallon", true },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct shopify_address a = clean_address();
        PUT(a.city, cases[i].city);
        if (address_script_ok(&a, why) != cases[i].ok) {
            fail_msg("\"%s\" should %spass", cases[i].city, cases[i].ok ? "" : "not ");
        }
    }
}

static void phones_keep_plus_and_digits(void **state)
{
    (void)state;
    char out[ADDRESS_PHONE_BYTES];

    address_phone("+1 (212) 555-0100", out);
    assert_string_equal(out, "+12125550100");
    address_phone("0044 20 7946 0000", out);
    assert_string_equal(out, "00442079460000");
    address_phone("n/a", out);
    assert_string_equal(out, "");
    address_phone("123", out);
    assert_string_equal(out, "");
    address_phone("123456789012345678901234567890", out);
    assert_int_equal(strlen(out), 20);
}

static void the_same_house_has_one_key(void **state)
{
    (void)state;
    struct shopify_address a = place("US", "10001", "1 Example St."),
                           b = place("US", "10001", "1  EXAMPLE ST");
    char one[ADDRESS_KEY_BYTES], two[ADDRESS_KEY_BYTES];

    address_key(&a, one);
    address_key(&b, two);
    assert_string_equal(one, two);
    PUT(b.line1, "2 Example St");
    address_key(&b, two);
    assert_string_not_equal(one, two);
}

static void very_long_fields_are_judged_without_overflow(void **state)
{
    (void)state;
    struct shopify_address a = clean_address();
    char key[ADDRESS_KEY_BYTES];

    memset(a.line1, 'x', sizeof a.line1 - 1);
    memset(a.line2, 'y', sizeof a.line2 - 1);
    memset(a.city, '-', sizeof a.city - 1);
    memset(a.name, 'z', sizeof a.name - 1);
    memset(a.zip, '9', sizeof a.zip - 1);
    assert_false(address_complete(&a, why));
    assert_false(address_is_box(&a, why));
    assert_false(address_is_forwarder(&a));
    address_key(&a, key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(postcodes_are_judged_by_country),
        cmocka_unit_test(complete_addresses_of_many_countries_pass),
        cmocka_unit_test(incomplete_addresses_say_what_is_missing),
        cmocka_unit_test(boxes_lockers_and_military_addresses_are_found),
        cmocka_unit_test(military_states_are_found_only_in_the_united_states),
        cmocka_unit_test(postal_lines_serve_boxes_and_couriers_do_not),
        cmocka_unit_test(latin_letters_pass_and_others_do_not),
        cmocka_unit_test(phones_keep_plus_and_digits),
        cmocka_unit_test(the_same_house_has_one_key),
        cmocka_unit_test(very_long_fields_are_judged_without_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
