/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "tests/integration/listing/stage.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "tests/integration/listing/pictures.h"

struct job stage_payload;

static int pictures_port;

static const struct rig_rows products = {
    .table = "product",
    .jobs = { { "listing.write", listing_write },
              { "listing.publish", listing_publish },
              { "listing.unlist", listing_unlist },
              { "product.reprice", product_reprice },
              { "product.hold", product_hold } },
    .time_passes = "update effect set created_at = created_at - interval '5 minutes'",
};

int stage_setup(void **state)
{
    pictures_port = pictures_start();
    rig_base.job = &stage_payload;
    return pictures_port < 0 ? -1 : rig_open("listing-test", state);
}

const char *stage_of(int64_t id, const char *column)
{
    return rig_column(products.table, id, column);
}

int stage_clear(void **state)
{
    (void)state;
    fake_reset();
    stage_payload = (struct job){ .jid = "listing-test", .retry_count = -1 };
    rig_sql("truncate setting, audit, variant_mapping, product, variant, supplier_snapshot, "
            "product_event, listing_text, freight_quote, proposal, setup_finding, shop_place, "
            "shop_info, effect, "
            "outbox restart identity cascade");
    rig_set("flow.discovery", "auto");
    rig_set("listing.image_hosts", "127.0.0.1");
    return 0;
}

/* ---- products ---- */

json_t *stage_detail(void)
{
    char picture[2][80];

    (void)snprintf(picture[0], sizeof picture[0], "http://127.0.0.1:%d/good-1.jpg", pictures_port);
    (void)snprintf(picture[1], sizeof picture[1], "http://127.0.0.1:%d/good-2.jpg", pictures_port);
    return json_pack("{s:s, s:s, s:s, s:i, s:{s:[s,s]}, s:s, s:s, s:[s,s]}", "name",
                     "Foldable Dog Bowl", "category", "Pets / Dogs / Bowls", "material", "Silicone",
                     "weight_g", 140, "options", "Color", "Black", "Blue", "description_html",
                     "<p>Foldable bowl made of silicone. Holds 350 ml of water.</p>", "hs_code",
                     "3924100000", "images", picture[0], picture[1]);
}

static const char decision[] =
    "{\"verdict\": \"pass\", \"rule\": \"PASSED\", \"return_ppm\": 60000, \"worst\": {\"vid\": "
    "\"V2\"},"
    " \"markets\": [{\"country\": \"US\", \"quote\": {\"method\": \"CJPacket\", \"days_min\": 7,"
    " \"days_max\": 12, \"usd_minor\": 420, \"vid\": \"V2\", \"quoted_at\": null}}]}";

static void add_variant(int64_t product, const char *vid, const char *colour, int cost, int price)
{
    char sql[700];

    (void)snprintf(
        sql, sizeof sql,
        "insert into variant (product_id, vid, sku, name, options, weight_g, cost_minor, stock, "
        "landed_minor, price_minor, shop_currency, offered) values (%lld, '%s', 'SKU-%s', "
        "'Foldable Dog Bowl %s', '{\"Color\": \"%s\"}', 140, %d, 200, %d, %d, 'USD', true)",
        (long long)product, vid, vid, colour, colour, cost, cost + 420, price);
    rig_sql(sql);
}

int64_t stage_product(const char *state, const char *next_job)
{
    scoped(json_clear_p) json_t *detail = stage_detail();
    scoped(free_p) char *text = json_dumps(detail, 0);
    char sql[3000];
    static int number;

    (void)snprintf(
        sql, sizeof sql,
        "insert into product (pid, name, category, state, detail, decision, shop_currency, "
        "price_minor, landed_minor, next_job, next_run_at) values ('P%d', 'Foldable Dog Bowl', "
        "'Pets / Dogs / Bowls', '%s', '%s', '%s', 'USD', 2299, 1320, %s%s%s, now()) returning id",
        ++number, state, text, decision, next_job != NULL ? "'" : "",
        next_job != NULL ? next_job : "null", next_job != NULL ? "'" : "");
    int64_t id = rig_int(sql);
    rig_sql("update product set decision = jsonb_set(decision, '{markets,0,quote,quoted_at}', "
            "to_jsonb(to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')))");
    add_variant(id, "V1", "Black", 850, 2199);
    add_variant(id, "V2", "Blue", 900, 2299);
    rig_sql(
        "insert into duty_rule (dest, origin, valid_from, currency, source) values ('US', 'CN', "
        "'2020-01-01', 'USD', 'test') on conflict do nothing");
    return id;
}

int64_t stage_live(void)
{
    int64_t id = stage_product("writing", "listing.write");

    stage_drive(id, NULL);
    if (strcmp(stage_of(id, "state"), "listed") != 0) {
        fail_msg("it is %s: %s (%s)", stage_of(id, "state"), stage_of(id, "problem"),
                 rig_fail.text);
    }
    fake->point.calls = 0;
    return id;
}

int stage_job(const char *type, int64_t id)
{
    return rig_job(&products, &fake->point, type, id);
}

void stage_drive(int64_t id, const char *state)
{
    rig_drive(&products, &fake->point, id, state);
}

/* ---- the watch ---- */

void stage_look(void)
{
    rig_sql("update product set check_due_at = now() - interval '1 second' where check_due_at is "
            "not null");
    if (rig_run(stock_watch, "[]") < 0) {
        fail_msg("stock.watch: %s", rig_fail.text);
    }
}

void stage_look_at_prices(void)
{
    rig_sql("update variant set checked_at = now() - interval '1 day'");
    stage_look();
}

int64_t stage_offered(int variant)
{
    return fake_sole()->variants[variant].quantity;
}
