/* Records and texts of products: supplier HTML, the facts in it, numbers, and the checks.  The first byte chooses. */
#include "common/base/json.h"
#include "tests/fuzz/fuzz.h"
#include "worker/discovery/template_text.h"
#include "worker/discovery/text_utf8.h"

enum { CASES = 4, RECORD_BYTES = 1500, OUT_MAX = 1 << 20, IMAGES = 2 };

/* Nothing but the subset, and "&" and angle brackets only where they belong. */
static void is_subset(const char *html)
{
    static const char *const tags[] = { "<p>",  "</p>",  "<ul>",     "</ul>",
                                        "<li>", "</li>", "<strong>", "</strong>" };

    for (const char *p = strpbrk(html, "<>"); p != NULL; p = strpbrk(p, "<>")) {
        size_t size = 0;

        for (size_t i = 0; i < COUNT_OF(tags); i++) {
            size = strncmp(p, tags[i], strlen(tags[i])) == 0 ? strlen(tags[i]) : size;
        }
        must(size > 0);
        p += size;
    }
}

static void is_utf8(const char *text)
{
    size_t left = strlen(text);

    for (size_t size = 0; left > 0; left -= size, text += size) {
        uint32_t c = 0;

        size = utf8_next(text, left, &c);
        must(size > 0 && (c != UTF8_REPLACEMENT || size == 3));
        must(c == '\n' || !char_is_control(c));
    }
}

static void clean(const char *html)
{
    scoped(str_done) struct str once = { 0 }, twice = { 0 };
    struct fail f;

    str_init(&once, OUT_MAX);
    str_init(&twice, OUT_MAX);
    must(html_clean(html, &once, &f) == 0);
    is_subset(once.data);
    is_utf8(once.data);
    must(html_clean(once.data, &twice, &f) == 0);
    must(strcmp(once.data, twice.data) == 0);
    str_clear(&twice);
    must(html_to_text(html, &twice, &f) == 0);
    is_utf8(twice.data);
    must(text_length(twice.data) <= twice.len);
}

/* What a text says, it says itself. */
static void read_numbers(const char *text)
{
    char missing[64];
    struct fail f;

    must(text_numbers_known(text, text, missing, sizeof missing, &f) == 0);
    must(missing[0] == '\0');
}

/* A template of whatever record passes the checks; the record itself is all bytes. */
static void make_text(const char *bytes)
{
    scoped(json_clear_p) json_t *detail = NULL;
    scoped(facts_done) struct facts facts = { 0 };
    scoped(made_text_done) struct made_text made = { 0 };
    struct text_report report;
    struct text_fault fault;
    struct fail f;

    detail = json_pack("{s:s?, s:s?}", "name", bytes, "description_html", bytes);
    if (detail == NULL) { /* no UTF-8 */
        return;
    }
    must(facts_of(detail, &facts, &f) == 0);
    must(compliance_check(&facts, true, &fault, &f) >= 0);
    if (template_text(&facts, IMAGES, &made, &f) < 0) {
        must(f.kind == FAIL_INPUT && strcmp(f.code, "NEEDS_DATA") == 0);
        return;
    }
    must(listing_text_check(&made.text, &facts, &report, &f) == 0);
    if (report.count > 0) {
        (void)fprintf(stderr, "%s in %s: %s\n", report.faults[0].rule, report.faults[0].field,
                      report.faults[0].text);
    }
    must(report.count == 0);
}

/* A record, or a text, as JSON. */
static void read_json(const char *text, size_t size)
{
    scoped(json_clear_p) json_t *json = NULL;
    scoped(facts_done) struct facts facts = { 0 };
    scoped(made_text_done) struct made_text made = { 0 };
    struct text_report report;
    struct fail f;

    if (json_parse(text, size, "input", &json, &f) < 0) {
        return;
    }
    must(facts_of(json, &facts, &f) == 0);
    if (made_text_of_json(json, &made, &f) == 0) {
        must(listing_text_check(&made.text, &facts, &report, &f) == 0);
        must(report.count <= TEXT_FAULTS_MAX);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scoped(free_p) char *text = size > 0 ? fuzz_text(data + 1, size - 1) : NULL;

    if (text == NULL) {
        return 0;
    }
    switch (data[0] % CASES) {
    case 0:
        clean(text);
        break;
    case 1:
        read_numbers(text);
        break;
    case 2:
        text[size - 1 < RECORD_BYTES ? size - 1 : RECORD_BYTES] = '\0';
        make_text(text);
        break;
    case 3:
        read_json(text, size - 1);
        break;
    }
    return 0;
}
