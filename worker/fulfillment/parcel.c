#include "worker/fulfillment/parcel.h"

#include <string.h>
#include <strings.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "sql/orders.h"
#include "common/db/sqltext.h"

enum { URL_MAX_BYTES = 500 };

#define FIT(field, text) ((void)str_fit((field), sizeof(field), (text) != NULL ? (text) : ""))

/* What the supplier calls a carrier -> what the shop calls it.  The first line whose words occur in the name counts, so longer
 * names stand above shorter ones. */
static const struct {
    const char *words, *company;
} carriers[] = {
    { "yunexpress", "YunExpress" },
    { "yun express", "YunExpress" },
    { "4px", "4PX" },
    { "china post", "China Post" },
    { "chinapost", "China Post" },
    { "usps", "USPS" },
    { "fedex", "FedEx" },
    { "dhl ecommerce asia", "DHL eCommerce Asia" },
    { "dhl ecommerce", "DHL eCommerce" },
    { "dhl", "DHL Express" },
    { "sf express", "SF Express" },
    { "royal mail", "Royal Mail" },
    { "australia post", "Australia Post" },
    { "canada post", "Canada Post" },
    { "ups", "UPS" },
};

static bool whole_word(const char *at, const char *start, size_t length)
{
    unsigned char before = at > start ? (unsigned char)at[-1] : ' ';
    unsigned char after = (unsigned char)at[length];

    return !((before | 32) >= 'a' && (before | 32) <= 'z') &&
           !((after | 32) >= 'a' && (after | 32) <= 'z');
}

const char *carrier_company(const char *carrier)
{
    for (size_t i = 0; i < COUNT_OF(carriers); i++) {
        const char *at = strcasestr(carrier, carriers[i].words);
        if (at != NULL && whole_word(at, carrier, strlen(carriers[i].words))) {
            return carriers[i].company;
        }
    }
    return carrier[0] != '\0' ? carrier : "Other";
}

void parcel_url(const char *number, const char *link, char *out, size_t out_bytes)
{
    scoped(str_done) struct str url = { 0 };

    if (strncmp(link, "https://", 8) == 0 || strncmp(link, "http://", 7) == 0) {
        (void)str_fit(out, out_bytes, link);
        return;
    }
    str_init(&url, URL_MAX_BYTES);
    str_add(&url, "https://t.17track.net/en#nums=");
    str_add_url(&url, number);
    (void)str_fit(out, out_bytes, url.data);
}

void parcels_done(struct parcels *p)
{
    for (size_t i = 0; i < p->count; i++) {
        json_decref(p->items[i].lines);
    }
    json_decref(p->all_lines);
    free(p->items);
    *p = (struct parcels){ 0 };
}

static int shipment_lines(const struct cj_shipment *s, char **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *out = json_array();

    if (s->lines == NULL) {
        return 0;
    }
    for (size_t i = 0; i < s->line_count; i++) {
        if (json_array_append_new(out, json_pack("{s:s, s:I}", "vid", s->lines[i].vid, "quantity",
                                                 (json_int_t)s->lines[i].quantity)) < 0) {
            return fail_memory(f);
        }
    }
    return json_write(out, ret, f);
}

int parcel_store(struct db *tx, const struct supply *s, const struct cj_shipment *shipment,
                 bool *ret_fresh, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(free_p) char *lines = NULL;
    char url[URL_MAX_BYTES];
    struct sql_text id;

    TRY(shipment_lines(shipment, &lines, f));
    parcel_url(shipment->tracking_number, shipment->tracking_url, url, sizeof url);
    const char *carrier = shipment->carrier[0] != '\0' ? shipment->carrier : s->method;
    const char *status = shipment->status == CJ_DELIVERED ? "delivered" : "shipped";
    TRY(db_query(tx, &sql_orders_parcel_store,
                 (const char *[]){ sql_int(&id, s->id), shipment->order_id,
                                   shipment->tracking_number, url, carrier, lines, status },
                 &rows, f));
    *ret_fresh = db_bool(rows, 0, "fresh");
    return 0;
}

/* Take up to `wanted` pieces of a variant from the supplier order's lines that are not given to a parcel yet. */
static int take_lines(json_t *left, const char *vid, int64_t wanted, json_t *to, struct fail *f)
{
    for (size_t i = 0; i < json_array_size(left) && wanted > 0; i++) {
        json_t *line = json_array_get(left, i);
        int64_t have = json_int(line, "quantity", 0);
        int64_t taken = have < wanted ? have : wanted;
        if (taken <= 0 || (vid != NULL && strcmp(json_text(line, "vid", ""), vid) != 0)) {
            continue;
        }
        if (json_array_append_new(to, json_pack("{s:s, s:I}", "line_gid",
                                                json_text(line, "line_gid", ""), "quantity",
                                                (json_int_t)taken)) < 0 ||
            json_object_set_new(line, "quantity", json_integer(have - taken)) < 0) {
            return fail_memory(f);
        }
        wanted -= taken;
    }
    return 0;
}

static int spread_lines(const char *own, json_t *left, struct parcel *p, struct fail *f)
{
    scoped(json_clear_p) json_t *lines = NULL;

    p->lines = json_array();
    if (own == NULL) {
        return take_lines(left, NULL, INT64_MAX, p->lines, f); /* one parcel with everything */
    }
    TRY(json_parse(own, strlen(own), "lines of a parcel", &lines, f));
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        TRY(take_lines(left, json_text(line, "vid", ""), json_int(line, "quantity", 0), p->lines,
                       f));
    }
    return 0;
}

static void read_parcel(const PGresult *rows, int i, struct parcel *p)
{
    p->id = db_int(rows, i, "id", 0);
    FIT(p->cj_order_id, db_text(rows, i, "cj_order_id"));
    FIT(p->number, db_text(rows, i, "tracking_number"));
    FIT(p->url, db_text(rows, i, "tracking_url"));
    FIT(p->carrier, db_text(rows, i, "carrier"));
    FIT(p->fulfillment_gid, db_text(rows, i, "fulfillment_gid"));
    FIT(p->sent_number, db_text(rows, i, "sent_number"));
}

int parcels_load(struct db *db, int64_t order_id, struct parcels *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(json_clear_p) json_t *left = NULL;
    struct sql_text id;

    TRY(db_query(db, &sql_orders_parcels_get, (const char *[]){ sql_int(&id, order_id) }, &rows,
                 f));
    ret->items = calloc((size_t)PQntuples(rows) + 1, sizeof *ret->items);
    if (ret->items == NULL) {
        return fail_memory(f);
    }
    for (int i = 0; i < PQntuples(rows); i++) {
        const char *all = db_text(rows, i, "lines_all");
        if (left == NULL) {
            TRY(json_parse(all, strlen(all), "lines of a supplier order", &left, f));
            ret->all_lines = json_deep_copy(left);
        }
        struct parcel *p = &ret->items[ret->count++];
        read_parcel(rows, i, p);
        TRY(spread_lines(db_text(rows, i, "lines"), left, p, f));
    }
    return 0;
}

int parcel_sent(struct db *tx, const struct parcel *p, const char *fulfillment_gid, bool by_us,
                struct fail *f)
{
    struct sql_text id;

    TRY(db_exec(
        tx, &sql_orders_parcel_sent,
        (const char *[]){ sql_int(&id, p->id), fulfillment_gid, p->number, sql_bool(by_us) }, f));
    return 0;
}

bool parcel_unsent(const struct parcel *p)
{
    return p->fulfillment_gid[0] == '\0' || strcmp(p->sent_number, p->number) != 0;
}
