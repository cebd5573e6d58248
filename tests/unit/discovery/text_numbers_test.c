/* Numbers with their units: the vectors V of formulas.md, and how one number is written in many ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/base/attr.h"
#include "worker/discovery/text_check.h"

struct vector {
    const char *source, *output, *missing; /* "" = known */
};

static size_t told;

static void try_all(const struct vector *vectors, size_t count)
{
    char missing[80];
    struct fail f;

    told = 0;
    for (size_t i = 0; i < count; i++) {
        const struct vector *v = &vectors[i];

        assert_int_equal(text_numbers_known(v->source, v->output, missing, sizeof missing, &f), 0);
        if (strcmp(missing, v->missing) != 0) {
            print_error("'%s' from '%s': missing '%s', not '%s'\n", v->output, v->source, missing,
                        v->missing);
            told++;
        }
    }
    assert_int_equal(told, 0);
}

static void v_1_fifteen_cups_are_not_one_and_a_half(void **unused)
{
    static const struct vector vectors[] = { { "1.5 cup bowl", "15 cup bowl", "15 cup" } };

    (void)unused;
    try_all(vectors, COUNT_OF(vectors));
}

static void v_2_a_size_may_be_written_with_another_sign(void **unused)
{
    static const struct vector vectors[] = { { "Size 30 x 40 cm",
                                               "30\xc3\x97"
                                               "40 cm",
                                               "" } };

    (void)unused;
    try_all(vectors, COUNT_OF(vectors));
}

static void v_3_another_tracking_number_is_none_of_the_source(void **unused)
{
    static const struct vector vectors[] = {
        { "CJ123", "your tracking number is CJ124", "cj124" },
        { "CJ123", "your tracking number is CJ123", "" },
    };

    (void)unused;
    try_all(vectors, COUNT_OF(vectors));
}

static void notation_is_made_equal(void **unused)
{
    static const struct vector vectors[] = {
        { "350ml", "It holds 350 ml.", "" },
        { "350 ml", "a 350-ml mug", "" },
        { "350 ml", "350 millilitres", "" },
        { "Capacity: 1,5 L", "1.5 litres", "" },
        { "1.50 l", "1.5 l", "" },
        { "1\xc2\xbd cup", "1 1/2 cups", "" },
        { "1/2 cup", "0.5 cup", "" },
        { "10,000 mAh", "10000 mAh", "" },
        { "10 000mAh", "10,000 mAh", "" },
        { "1.234.567 pcs", "1,234,567 pieces", "" },
        { "30*40cm", "30 x 40 cm", "" },
        { "30cmx40cm", "40 by 30 cm", "" },
        { "30 cm x 40 cm x 5 cm", "30 \xc3\x97 40 \xc3\x97 5 cm", "" },
        { "12\" x 8\"", "12 x 8 inches", "" },
        { "12 inch", "12 in wide", "" },
        { "6 ft", "6 feet", "" },
        { "300 x 400 x 20 mm", "40 x 30 cm", "" },
        { "1.5m", "150 cm", "" },
        { "0.5 cm", "5 mm", "" },
        { "5-10 cm", "5 to 10 cm", "" },
        { "5~10cm", "from 5 cm to 10 cm", "" },
        { "10, 20 and 30 cm", "30 cm or 10 cm", "" },
        { "-20~60\xe2\x84\x83",
          "from \xe2\x88\x92"
          "20 to 60 \xc2\xb0"
          "C",
          "" },
        { "50%", "50 percent", "" },
        { "50 per cent", "50 %", "" },
        { "2-pack", "a pack of 2", "" },
        { "2pcs", "two pieces", "" },
        { "Brush*2", "2 brushes", "" },
        { "Brush x 2", "2 x brush", "" },
        { "set of twelve", "12 pieces", "" },
        { "a dozen pegs", "12 pegs", "" },
        { "25 hours", "twenty-five hours", "" },
        { "3 in 1", "a 3-in-1 tool", "" },
        { "IP67", "IP 67", "" },
        { "USB 3.0", "USB3.0", "" },
        { "\xef\xbc\x92\xef\xbc\x90 cm", "20 cm", "" },
        { "Pockets: 2", "two pockets", "" },
        { "2 colors", "two colours", "" },
        { "Sizes: 36, 37, 38", "size 37", "" },
        { "36,37", "sizes 36 and 37", "" },
        { "240 g/m2", "240 g/m\xc2\xb2", "" },
        { "2 sq ft", "2 square feet", "" },
        { "5\xc2\xb5m", "5 microns", "" },
    };

    (void)unused;
    try_all(vectors, COUNT_OF(vectors));
}

static void magnitude_and_unit_are_not(void **unused)
{
    static const struct vector vectors[] = {
        { "350 ml", "3500 ml", "3500 ml" },
        { "350 ml", "35 ml", "35 ml" },
        { "350 ml", "350 l", "350 l" },
        { "350 ml", "350 g", "350 g" },
        { "350 ml", "350", "350" },
        { "30 cm", "30 inches", "30 inches" },
        { "30 cm", "11.8 inches", "11.8 inches" },
        { "140 g", "0.14 kg", "0.14 kg" },
        { "1000 ml", "1 l", "1 l" },
        { "30 x 40 cm", "30 x 30 cm", "30" },
        { "30 x 40 cm", "30 x 40 x 5 cm", "30" },
        { "30 x 40 mm", "30 x 40 cm", "30" },
        { "30 x 40 cm", "30 x 40", "30" },
        { "30 x 40", "30 x 40 cm", "30" },
        { "1,000 g", "1.000 g", "1.000 g" },
        { "5-10 cm", "7 cm", "7 cm" },
        { "20 \xc2\xb0"
          "C",
          "20 \xc2\xb0"
          "F",
          "20 degf" },
        { "20 degrees C", "-20 degrees C", "20 degrees c" },
        { "2 pcs", "3 pcs", "3 pcs" },
        { "3 pcs", "3 pockets", "3 pockets" },
        { "3 brushes", "3 bowls", "3" },
        { "Sizes: 36, 37, 38", "36 pieces", "36 pieces" },
        { "30 cm", "thirty pieces", "thirty pieces" },
        { "IP67", "IP68", "ip68" },
        { "IP67", "67 pieces", "67 pieces" },
        { "5 hours", "five days", "five days" },
        { "no number", "two litres", "two litres" },
        { "no number", "a dozen pegs", "dozen" },
        { "3 in 1", "3 inches", "3 inches" },
        { "1 year", "2 years", "2 years" },
        { "50%", "50 pieces", "50 pieces" },
        { "1/2 cup", "12 cups", "12 cups" },
        { "1080p", "1080", "1080" },
        { "12345678901234567890", "1234567890123456789", "1234567890123456789" },
    };

    (void)unused;
    try_all(vectors, COUNT_OF(vectors));
}

static void words_that_only_sound_like_numbers_are_none(void **unused)
{
    static const struct vector vectors[] = {
        { "", "This one is for the hall, one of many.", "" },
        { "", "Often heard, tensile.", "" },
        { "", "A one-piece lid.", "" },
        { "", "Somebody sixes it.", "" },
    };

    (void)unused;
    try_all(vectors, COUNT_OF(vectors));
}

static void text_that_is_nothing_but_digits_and_signs_is_read_to_its_end(void **unused)
{
    static const char signs[] = "0123456789.,/x*-\"' %";
    char text[400], missing[80];
    unsigned seed = 7;
    struct fail f;

    (void)unused;
    for (int round = 0; round < 2000; round++) {
        for (size_t i = 0; i < sizeof text - 1; i++) {
            seed = seed * 1103515245u + 12345u;
            text[i] = signs[(seed >> 16) % (sizeof signs - 1)];
        }
        text[sizeof text - 1 - (size_t)(round % 390)] = '\0';
        assert_int_equal(text_numbers_known(text, text, missing, sizeof missing, &f), 0);
        assert_string_equal(missing, ""); /* whatever it is, it says itself */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v_1_fifteen_cups_are_not_one_and_a_half),
        cmocka_unit_test(v_2_a_size_may_be_written_with_another_sign),
        cmocka_unit_test(v_3_another_tracking_number_is_none_of_the_source),
        cmocka_unit_test(notation_is_made_equal),
        cmocka_unit_test(magnitude_and_unit_are_not),
        cmocka_unit_test(words_that_only_sound_like_numbers_are_none),
        cmocka_unit_test(text_that_is_nothing_but_digits_and_signs_is_read_to_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
