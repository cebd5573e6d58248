/* Where listings live in the shop: its location and its online store. */
#include <string.h>

#include "common/base/str.h"
#include "sql/listing.h"
#include "worker/discovery/publish_acts.h"
#include "worker/discovery/setup_places.h"

static int read_places(struct db *db, struct shop_places *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    *ret = (struct shop_places){ 0 };
    TRY(db_query(db, &sql_listing_place_get, NULL, &rows, f));
    for (int i = 0; i < PQntuples(rows); i++) {
        const char *name = db_text(rows, i, "name"), *gid = db_text(rows, i, "gid");
        if (strcmp(name, "location") == 0) {
            (void)str_fit(ret->location, sizeof ret->location, gid);
        } else if (strcmp(name, "publication") == 0) {
            (void)str_fit(ret->publication, sizeof ret->publication, gid);
        }
    }
    return 0;
}

int shop_places_get(struct job_context *c, struct shop_places *ret, struct fail *f)
{
    struct setup_place places[SETUP_PLACES];

    TRY(read_places(c->db, ret, f));
    if (ret->location[0] != '\0' && ret->publication[0] != '\0') {
        return 0;
    }
    TRY(setup_places_find(c, places, f));
    TRY(read_places(c->db, ret, f));
    for (size_t i = 0; i < SETUP_PLACES; i++) {
        if (places[i].gid[0] == '\0') {
            return fail_code(f, FAIL_DENIED, "STORE_SETUP", "the shop has no %s to use: %s",
                             places[i].name, places[i].why);
        }
    }
    return 0;
}
