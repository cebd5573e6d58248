#include "worker/fulfillment/hash.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/str.h"

enum { HASH_TEXT_MAX = 4 * 1024 * 1024 };

static int by_gid(const void *a, const void *b)
{
    const struct shopify_line *const *left = a, *const *right = b;

    return strcmp((*left)->gid, (*right)->gid);
}

/* Values are separated by a byte that no value contains. */
static void add_field(struct str *s, const char *value)
{
    str_add(s, value);
    str_add_char(s, '\x1f');
}

static void add_address(struct str *s, const struct shopify_address *a)
{
    const char *const parts[] = { a->name,          a->line1, a->line2,        a->city,
                                  a->province_code, a->zip,   a->country_code, a->phone };

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        add_field(s, parts[i]);
    }
}

int detail_hash(const struct shopify_order *o, char ret[static ID_SHA256_HEX_BYTES], struct fail *f)
{
    scoped(str_done) struct str s = { 0 };
    scoped(free_p) const struct shopify_line **sorted = NULL;

    str_init(&s, HASH_TEXT_MAX);
    sorted = calloc(o->line_count + 1, sizeof *sorted);
    if (sorted == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < o->line_count; i++) {
        sorted[i] = &o->lines[i];
    }
    qsort(sorted, o->line_count, sizeof *sorted, by_gid);
    for (size_t i = 0; i < o->line_count; i++) {
        if (sorted[i]->quantity > 0) {
            add_field(&s, sorted[i]->gid);
            add_field(&s, sorted[i]->sku);
            add_field(&s, sorted[i]->variant_gid);
            str_addf(&s, "%lld\x1f", (long long)sorted[i]->quantity);
        }
    }
    add_address(&s, &o->ship);
    TRY(str_ok(&s, f));
    id_sha256_hex(s.data, s.len, ret);
    return 0;
}
