#include "worker/discovery/publish_compare.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/str.h"
#include "worker/discovery/facts.h"

enum { HTML_BYTES = 512 * 1024 };

struct differences {
    int count;
    char *first;
};

static void differ(struct differences *d, const char *fmt, ...) printf_like(2, 3);

static void differ(struct differences *d, const char *fmt, ...)
{
    va_list args;

    if (d->count++ == 0) {
        va_start(args, fmt);
        (void)vsnprintf(d->first, PUBLISH_DIFFERENCE_BYTES, fmt, args);
        va_end(args);
    }
}

const struct shopify_variant *publish_variant(const struct shopify_product *seen, const char *sku)
{
    const struct shopify_variant *found = NULL;

    for (size_t i = 0; i < seen->variant_count; i++) {
        if (strcmp(seen->variants[i].sku, sku) != 0) {
            continue;
        }
        if (found != NULL) {
            return NULL;
        }
        found = &seen->variants[i];
    }
    return found;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool same_words(const char *a, const char *b)
{
    for (;;) {
        while (is_space(*a)) {
            a++;
        }
        while (is_space(*b)) {
            b++;
        }
        if (*a != *b || *a == '\0') {
            return *a == *b;
        }
        a++;
        b++;
    }
}

int publish_same_html(const char *a, const char *b, bool *ret, struct fail *f)
{
    scoped(str_done) struct str left, right;

    str_init(&left, HTML_BYTES);
    str_init(&right, HTML_BYTES);
    TRY(html_to_text(a, &left, f));
    TRY(html_to_text(b, &right, f));
    *ret = same_words(left.data, right.data);
    return 0;
}

static int compare_texts(const struct shopify_new_product *want, const struct shopify_product *seen,
                         struct differences *d, struct fail *f)
{
    const struct {
        const char *name, *want, *seen;
    } texts[] = {
        { "handle", want->handle, seen->handle },
        { "title", want->title, seen->title },
        { "SEO title", want->seo_title, seen->seo_title },
        { "meta description", want->seo_description, seen->seo_description },
    };
    bool same = false;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        if (!same_words(texts[i].want, texts[i].seen)) {
            differ(d, "the %s is '%.100s' instead of '%.100s'", texts[i].name, texts[i].seen,
                   texts[i].want);
        }
    }
    TRY(publish_same_html(want->description_html, seen->description_html, &same, f));
    if (!same) {
        differ(d, "the description is another one");
    }
    return 0;
}

static bool same_money(const struct money *a, const struct money *b)
{
    return a->minor == b->minor && strcmp(a->currency, b->currency) == 0;
}

static void compare_variant(const struct shopify_new_variant *want,
                            const struct shopify_variant *seen, bool with_quantity,
                            struct differences *d)
{
    char is[MONEY_TEXT_BYTES] = "unknown", shall[MONEY_TEXT_BYTES];

    if (!seen->price_known || !same_money(&seen->price, &want->price)) {
        if (seen->price_known) {
            money_format(&seen->price, is);
        }
        money_format(&want->price, shall);
        differ(d, "variant %.60s: the price is %s %s instead of %s %s", want->sku, is,
               seen->price.currency, shall, want->price.currency);
    }
    if (want->cost.minor >= 0 && seen->cost_known && !same_money(&seen->cost, &want->cost)) {
        differ(d, "variant %.60s: the cost is another one", want->sku);
    }
    if (!seen->tracked) {
        differ(d, "variant %.60s: its stock is not kept", want->sku);
    }
    if (with_quantity && seen->quantity != want->quantity) {
        differ(d, "variant %.60s: the quantity is %" PRId64 " instead of %" PRId64, want->sku,
               seen->quantity, want->quantity);
    }
}

int publish_compare(const struct publish_plan *plan, const struct shopify_product *seen,
                    bool with_quantities, char ret_first[static PUBLISH_DIFFERENCE_BYTES],
                    struct fail *f)
{
    struct differences d = { .first = ret_first };

    ret_first[0] = '\0';
    TRY(compare_texts(&plan->product, seen, &d, f));
    if (seen->variant_count != plan->product.variant_count) {
        differ(&d, "there are %zu variants instead of %zu", seen->variant_count,
               plan->product.variant_count);
    }
    for (size_t i = 0; i < plan->product.variant_count; i++) {
        const struct shopify_variant *v = publish_variant(seen, plan->variants[i].sku);
        if (v == NULL) {
            differ(&d, "variant %.60s is not there once", plan->variants[i].sku);
        } else {
            compare_variant(&plan->variants[i], v, with_quantities, &d);
        }
    }
    return d.count;
}
