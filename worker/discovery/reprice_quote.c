#include "worker/discovery/reprice_quote.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "sql/discovery.h"
#include "sql/listing.h"
#include "worker/providers/cj/cj.h"

static const int64_t DAY_US = INT64_C(86400) * 1000000;

struct kept {
    json_t *methods; /* NULL = none is kept */
    int64_t quoted_us;
};
static void kept_done(struct kept *k)
{
    json_decref(k->methods);
}

static int read_kept(struct product_run *r, const char *vid, const struct cj_route *way,
                     struct kept *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(r->c->db, &sql_listing_quote_last, (const char *[]){ vid, way->from, way->to },
                 &rows, f));
    if (PQntuples(rows) == 0) {
        return 0;
    }
    const char *text = db_text(rows, 0, "methods");
    ret->quoted_us = db_int(rows, 0, "quoted_us", 0);
    return json_parse(text, strlen(text), "freight_quote", &ret->methods, f);
}

/* The market as it stood in the product's decision. */
static const json_t *market_of(const struct product_run *r, const char *country)
{
    const json_t *markets = json_at(r->p.decision, "markets");
    size_t i;
    json_t *market;

    json_array_foreach(markets, i, market)
    {
        if (strcmp(json_text(market, "country", ""), country) == 0) {
            return market;
        }
    }
    return NULL;
}

static int choose(const struct product_run *r, const struct kept *k, struct assess_quote *ret,
                  struct fail *f)
{
    size_t count = json_array_size(k->methods);
    scoped(free_p) struct assess_method *list = calloc(count + 1, sizeof *list);

    if (list == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count; i++) {
        const json_t *m = json_array_get(k->methods, i);
        list[i] = (struct assess_method){ .name = json_text(m, "name", ""),
                                          .usd_minor = json_int(m, "price_minor", 0),
                                          .days_min = json_int(m, "days_min", -1),
                                          .days_max = json_int(m, "days_max", -1) };
    }
    assess_choose_method(list, count, r->set.num[SETTING_PROMISED_DAYS], ret);
    return 0;
}

int reprice_quote(struct product_run *r, const char *origin, struct assess_market *m,
                  struct fail *f)
{
    scoped(kept_done) struct kept kept = { 0 };
    const json_t *before = json_at(market_of(r, m->country), "quote");
    int64_t usd_minor = json_int(before, "usd_minor", -1);
    int64_t before_us = 0;
    struct fail unused;

    if (usd_minor < 0) {
        return 1;
    }
    if (clock_parse(json_text(before, "quoted_at", ""), &before_us, &unused) < 0) {
        before_us = 0;
    }
    TRY(read_kept(r, json_text(before, "vid", ""),
                  &(struct cj_route){ .from = origin, .to = m->country }, &kept, f));
    if (kept.methods != NULL && kept.quoted_us > before_us) {
        TRY(choose(r, &kept, &m->quote, f));
        m->quote.quoted_us = kept.quoted_us;
        return m->quote.methods == 0 ? 2 : 0;
    }
    m->quote = (struct assess_quote){ .asked = true,
                                      .methods = 1,
                                      .in_time = true,
                                      .usd_minor = usd_minor,
                                      .days_min = json_int(before, "days_min", -1),
                                      .days_max = json_int(before, "days_max", -1),
                                      .quoted_us = before_us };
    return 0;
}

/* ---- asking anew ---- */

/* A method that is priced in anything but dollars would be misread, so it does not count. */
static json_t *methods_json(const struct cj_freight *list, size_t count)
{
    json_t *out = json_array();

    for (size_t i = 0; out != NULL && i < count; i++) {
        if (strcmp(list[i].price.currency, "USD") == 0) {
            (void)json_array_append_new(
                out, json_pack("{s:s, s:I, s:s, s:i, s:i}", "name", list[i].name, "price_minor",
                               (json_int_t)list[i].price.minor, "currency", "USD", "days_min",
                               list[i].days_min, "days_max", list[i].days_max));
        }
    }
    return out;
}

static int ask(struct product_run *r, const char *vid, const struct cj_route *way, struct fail *f)
{
    scoped(free_p) struct cj_freight *list = NULL;
    scoped(free_p) char *text = NULL;
    struct cj_item item = { .quantity = 1 };
    const struct cj_consignment goods = { .route = *way, .items = &item, .count = 1 };
    size_t count = 0;

    (void)str_fit(item.vid, sizeof item.vid, vid);
    TRY(cj_freight_quote(r->c->cj, &goods, &list, &count, f));
    scoped(json_clear_p) json_t *methods = methods_json(list, count);
    TRY(json_write(methods, &text, f));
    TRY(db_exec(r->c->db, &sql_discovery_quote_put,
                (const char *[]){ vid, "1", way->from, way->to, text }, f));
    return 0;
}

static int renew(struct product_run *r, const json_t *market, struct fail *f)
{
    scoped(kept_done) struct kept kept = { 0 };
    const struct cj_route way = { .from = setting_text(&r->set, SETTING_WAREHOUSE),
                                  .to = json_text(market, "country", "") };
    const char *vid = json_text(market, "quote.vid", "");
    int64_t old_us = r->c->now_us - REPRICE_QUOTE_DAYS * DAY_US;
    int64_t asked_us = 0;
    struct fail unused;

    if (vid[0] == '\0' || way.to[0] == '\0' ||
        clock_parse(json_text(market, "quote.quoted_at", ""), &asked_us, &unused) < 0 ||
        asked_us > old_us) {
        return 0;
    }
    TRY(read_kept(r, vid, &way, &kept, f));
    return kept.quoted_us > old_us ? 0 : ask(r, vid, &way, f);
}

int reprice_quotes_renew(struct product_run *r, struct fail *f)
{
    const json_t *markets = json_at(r->p.decision, "markets");
    size_t i;
    json_t *market;

    json_array_foreach(markets, i, market)
    {
        if (renew(r, market, f) == 0) {
            continue;
        }
        if (f->kind == FAIL_LIMITED || f->kind == FAIL_DENIED) {
            return -1;
        }
        log_warn("freight.not_renewed", kv_int("product", r->p.id), kv_fail(f));
    }
    return 0;
}
