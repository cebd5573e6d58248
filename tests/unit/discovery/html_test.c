/* Supplier HTML: as text and as the small subset, for inputs that mean no good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/attr.h"
#include "worker/discovery/html_text.h"
#include "worker/discovery/text_utf8.h"

enum { MIB = 1 << 20, OUT_MAX = 64 << 20 };

struct sample {
    const char *html, *text, *clean;
};

static size_t told;

static void tell(const char *what, const char *html, const char *got, const char *wanted)
{
    print_error("%s of '%s' is\n  '%s', not\n  '%s'\n", what, html, got, wanted);
    told++;
}

static void try_all(const struct sample *samples, size_t count)
{
    struct fail f;

    told = 0;
    for (size_t i = 0; i < count; i++) {
        struct str text, clean;

        str_init(&text, OUT_MAX);
        str_init(&clean, OUT_MAX);
        assert_int_equal(html_to_text(samples[i].html, &text, &f), 0);
        assert_int_equal(html_clean(samples[i].html, &clean, &f), 0);
        if (strcmp(text.data, samples[i].text) != 0) {
            tell("text", samples[i].html, text.data, samples[i].text);
        }
        if (strcmp(clean.data, samples[i].clean) != 0) {
            tell("subset", samples[i].html, clean.data, samples[i].clean);
        }
        str_done(&text);
        str_done(&clean);
    }
    assert_int_equal(told, 0);
}

static void the_subset_is_kept_and_well_nested(void **unused)
{
    static const struct sample samples[] = {
        { "", "", "" },
        { "plain", "plain", "<p>plain</p>" },
        { "<p>a</p><p>b</p>", "a\nb", "<p>a</p><p>b</p>" },
        { "<ul><li>a</li><li>b</li></ul>", "a\nb", "<ul><li>a</li><li>b</li></ul>" },
        { "<p>a <strong>b</strong> c</p>", "a b c", "<p>a <strong>b</strong> c</p>" },
        { "<p><b>a</b></p>", "a", "<p><strong>a</strong></p>" },
        { "<h1>a</h1>b", "a\nb", "<p><strong>a</strong></p><p>b</p>" },
        { "a<br>b<br/>c", "a\nb\nc", "<p>a</p><p>b</p><p>c</p>" },
        { "<ol><li>a<li>b</ol>c", "a\nb\nc", "<ul><li>a</li><li>b</li></ul><p>c</p>" },
        { "<ul><li>a<ul><li>b</li></ul></li></ul>", "a\nb", "<ul><li>a</li><li>b</li></ul>" },
        { "<li>a", "a", "<ul><li>a</li></ul>" },
        { "<p><strong>a<p>b</strong>c", "a\nbc",
          "<p><strong>a</strong></p><p><strong>b</strong>c</p>" },
        { "</p></ul></li></strong>a", "a", "<p>a</p>" },
        { "<p></p><ul></ul><ul><li></li></ul><strong></strong>", "", "" },
        { "<ul><li><p>a</p><p>b</p></li></ul>", "a\nb", "<ul><li>a b</li></ul>" },
        { "<table><tr><td>a</td><td>b</td></tr></table>", "a b", "<p>a b</p>" },
        { "<div>a<div>b</div>c</div>", "a\nb\nc", "<p>a</p><p>b</p><p>c</p>" },
        { "  a \n\t b  ", "a\nb", "<p>a b</p>" },
        { "be<i>s</i>t", "best", "<p>best</p>" },
    };

    (void)unused;
    try_all(samples, COUNT_OF(samples));
}

static void what_runs_or_links_is_dropped(void **unused)
{
    static const struct sample samples[] = {
        { "a<script>alert(1)</script>b", "ab", "<p>ab</p>" },
        { "a<SCRIPT type='x'>alert('</p>')</ScRiPt >b", "ab", "<p>ab</p>" },
        { "a<script>never closed", "a", "<p>a</p>" },
        { "a<script/>x</script>b", "ab", "<p>ab</p>" },
        { "<style>p{}</style>a", "a", "<p>a</p>" },
        { "a<!-- b --><!---->c", "ac", "<p>ac</p>" },
        { "a<!-->b<!--->c", "abc", "<p>abc</p>" },
        { "a<!-- never closed", "a", "<p>a</p>" },
        { "<!DOCTYPE html><?xml version='1'?>a", "a", "<p>a</p>" },
        { "<![CDATA[a < b &amp; c]]>", "a < b &amp; c", "<p>a &lt; b &amp; c</p>" },
        { "<p onclick=\"x()\" style='y'>a</p>", "a", "<p>a</p>" },
        { "<a href='javascript:x()'>a</a>", "a", "<p>a</p>" },
        { "<img src=x onerror=alert(1)>a", "a", "<p>a</p>" },
        { "<img src=\"a>b\" alt='c>d'>a", "a", "<p>a</p>" },
        { "<iframe src=x>b</iframe>a", "a", "<p>a</p>" },
        { "<svg><script>x</script></svg>a", "a", "<p>a</p>" },
        { "<svg/>a", "a", "<p>a</p>" },
        { "<math><p>x</p></math>a", "a", "<p>a</p>" },
        { "<textarea><p>x</p></textarea>a", "a", "<p>a</p>" },
        { "<scr<script>ipt>a</script>b", "ipt>ab", "<p>ipt&gt;ab</p>" },
        { "<svg onload=x //a", "<svg onload=x //a", "<p>&lt;svg onload=x //a</p>" },
    };

    (void)unused;
    try_all(samples, COUNT_OF(samples));
}

static void broken_input_stays_text(void **unused)
{
    static const struct sample samples[] = {
        { "a < b > c", "a < b > c", "<p>a &lt; b &gt; c</p>" },
        { "a <5 cm", "a <5 cm", "<p>a &lt;5 cm</p>" },
        { "<", "<", "<p>&lt;</p>" },
        { "<p", "<p", "<p>&lt;p</p>" },
        { "</", "</", "<p>&lt;/</p>" },
        { "<p title=\"never closed>a</p>", "a", "<p>a</p>" },
        { "a & b &; &# &#x; &unknown;", "a & b &; &# &#x; &unknown;",
          "<p>a &amp; b &amp;; &amp;# &amp;#x; &amp;unknown;</p>" },
        { "<averyveryverylongtagname>a</averyveryverylongtagname>", "a", "<p>a</p>" },
        { "<1>a", "<1>a", "<p>&lt;1&gt;a</p>" },
        { "\xff\xfe"
          "a\xc3",
          "\xef\xbf\xbd\xef\xbf\xbd"
          "a\xef\xbf\xbd",
          "<p>\xef\xbf\xbd\xef\xbf\xbd"
          "a\xef\xbf\xbd</p>" },
        { "\xc0\xaf\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
          "<p>\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd</p>" },
        { "a\x01\x02\x1b[31mb\x7f", "a[31mb", "<p>a[31mb</p>" },
    };

    (void)unused;
    try_all(samples, COUNT_OF(samples));
}

static void entities_are_decoded_also_twice_and_never_become_markup(void **unused)
{
    static const struct sample samples[] = {
        { "&lt;5 &gt; &amp; &quot;&apos;", "<5 > & \"'", "<p>&lt;5 &gt; &amp; \"'</p>" },
        { "&#65;&#x42;&#X43;", "ABC", "<p>ABC</p>" },
        { "&eacute;&times;&frac12;&hellip;", "\xc3\xa9\xc3\x97\xc2\xbd\xe2\x80\xa6",
          "<p>\xc3\xa9\xc3\x97\xc2\xbd\xe2\x80\xa6</p>" },
        { "a&nbsp;b", "a b", "<p>a b</p>" },
        { "&amp;amp;amp;eacute;", "\xc3\xa9", "<p>\xc3\xa9</p>" },
        { "&lt;script&gt;x&lt;/script&gt;a", "a", "<p>&lt;script&gt;x&lt;/script&gt;a</p>" },
        { "&amp;lt;b&amp;gt;a", "a", "<p>&lt;b&gt;a</p>" },
        { "&#0;&#1;&#xD800;&#x110000;&#99999999999999;a",
          "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
          "a",
          "<p>\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
          "a</p>" },
        { "&#60;p&#62;a", "a", "<p>&lt;p&gt;a</p>" },
        { "&lt&gt;", "<>", "<p>&lt;&gt;</p>" },
        { "&#8238;a", "a", "<p>a</p>" },
        { "&amp;<i></i>lt;b", "&lt;b", "<p>&lt;b</p>" },
        { "&amp;\x01lt;b", "&lt;b", "<p>&lt;b</p>" },
    };

    (void)unused;
    try_all(samples, COUNT_OF(samples));
}

/* The piece again and again until the text is a mebibyte. */
static char *repeat(const char *piece)
{
    size_t size = strlen(piece);
    char *text = malloc(MIB + size + 1);

    assert_non_null(text);
    for (size_t at = 0; at < MIB; at += size) {
        memcpy(text + at, piece, size + 1);
    }
    return text;
}

static void a_mebibyte_of_anything_is_done_in_linear_time(void **unused)
{
    static const char *const pieces[] = { "<div>",     "<ul><li>",  "<strong>",  "</p>",
                                          "<",         "<a b=\">",  "<a b='",    "<!--",
                                          "<script>",  "&amp;",     "&#",        "<a b=\"><a\"",
                                          "&amp;amp;", "<![CDATA[", "x<br>",     "\xff",
                                          "</script ", "<p/<p/",    "a&lt;b&gt;" };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        char *html = repeat(pieces[i]);
        struct str text, clean;
        struct fail f;

        str_init(&text, OUT_MAX);
        str_init(&clean, OUT_MAX);
        assert_int_equal(html_to_text(html, &text, &f), 0);
        assert_int_equal(html_clean(html, &clean, &f), 0);
        assert_true(text.len <= 3 * (MIB + 16));
        str_done(&text);
        str_done(&clean);
        free(html);
    }
}

static void cleaning_what_is_clean_changes_nothing(void **unused)
{
    static const char *const pieces[] = { "<p>",   "</p>",   "<ul>", "</ul>", "<li>",    "</li>",
                                          "<b>",   "</b>",   "a",    " ",     "&lt;",    "&amp;lt;",
                                          "<div>", "</div>", "<br>", "<h2>",  "</h2>",   "<td>",
                                          "<x",    "\n",     ">",    "&",     "<script>" };
    char html[600];
    unsigned seed = 42;
    struct fail f;

    (void)unused;
    for (int round = 0; round < 3000; round++) {
        struct str once, twice;
        size_t used = 0;

        for (int i = 0; i < 40; i++) {
            seed = seed * 1103515245u + 12345u;
            const char *piece = pieces[(seed >> 16) % COUNT_OF(pieces)];

            memcpy(html + used, piece, strlen(piece) + 1);
            used += strlen(piece);
        }
        str_init(&once, OUT_MAX);
        str_init(&twice, OUT_MAX);
        assert_int_equal(html_clean(html, &once, &f), 0);
        assert_int_equal(html_clean(once.data, &twice, &f), 0);
        assert_string_equal(once.data, twice.data);
        assert_int_equal(html_is_clean(once.data, &f), 1);
        str_done(&once);
        str_done(&twice);
    }
}

static void what_is_not_clean_is_told_but_white_space_is_forgiven(void **unused)
{
    struct fail f;

    (void)unused;
    assert_int_equal(html_is_clean("<p>a</p>\n<ul>\n  <li>b</li>\n</ul>\n", &f), 1);
    assert_int_equal(html_is_clean("<p>a</p><p>b", &f), 0);
    assert_int_equal(html_is_clean("<p class=\"x\">a</p>", &f), 0);
    assert_int_equal(html_is_clean("<div>a</div>", &f), 0);
    assert_int_equal(html_is_clean("<p>a</p><script>b</script>", &f), 0);
    assert_int_equal(html_is_clean("a", &f), 0);
}

static void too_much_is_refused(void **unused)
{
    char *html = calloc(1, (size_t)HTML_BYTES_MAX + 2);
    struct str text;
    struct fail f;

    (void)unused;
    assert_non_null(html);
    memset(html, 'a', (size_t)HTML_BYTES_MAX + 1);
    str_init(&text, OUT_MAX);
    assert_int_equal(html_to_text(html, &text, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    assert_int_equal(html_clean(html, &text, &f), -1);
    assert_int_equal(f.kind, FAIL_INPUT);
    str_done(&text);
    free(html);
}

static void characters_are_counted_as_people_do(void **unused)
{
    static const struct {
        const char *text;
        size_t length;
    } samples[] = {
        { "", 0 },
        { "abc", 3 },
        { "caf\xc3\xa9", 4 },
        { "cafe\xcc\x81", 4 },
        { "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 1 },             /* hand with a skin tone */
        { "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 1 }, /* joined family */
        { "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab\xf0\x9f\x87\xb7", 2 }, /* two flags */
        { "7\xef\xb8\x8f\xe2\x83\xa3", 1 },                                        /* keycap */
        { "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 1 }, /* Hangul in parts */
        { "\xed\x95\x9c\xea\xb8\x80", 2 },
        { "\xff\xff", 2 },
        { "a\r\nb", 3 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        assert_int_equal(text_length(samples[i].text), samples[i].length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_subset_is_kept_and_well_nested),
        cmocka_unit_test(what_runs_or_links_is_dropped),
        cmocka_unit_test(broken_input_stays_text),
        cmocka_unit_test(entities_are_decoded_also_twice_and_never_become_markup),
        cmocka_unit_test(a_mebibyte_of_anything_is_done_in_linear_time),
        cmocka_unit_test(cleaning_what_is_clean_changes_nothing),
        cmocka_unit_test(what_is_not_clean_is_told_but_white_space_is_forgiven),
        cmocka_unit_test(too_much_is_refused),
        cmocka_unit_test(characters_are_counted_as_people_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
