#include "worker/discovery/setup_places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/str.h"
#include "sql/listing.h"

struct choice { /* what the shop offers */
    struct shopify_named *rows;
    size_t count;
};

static void choice_done(struct choice *c)
{
    free(c->rows);
}

static int stored(struct db *db, const char *name, char ret[static SHOPIFY_GID_BYTES],
                  struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    ret[0] = '\0';
    TRY(db_query(db, &sql_listing_place_get, NULL, &rows, f));
    for (int i = 0; i < PQntuples(rows); i++) {
        if (strcmp(db_text(rows, i, "name"), name) == 0) {
            (void)str_fit(ret, SHOPIFY_GID_BYTES, db_text(rows, i, "gid"));
        }
    }
    return 0;
}

/* The stored one if it is still good, else the first good one. */
static const struct shopify_named *choose(const struct choice *c, const char *kept)
{
    const struct shopify_named *first = NULL;

    for (size_t i = 0; i < c->count; i++) {
        if (!c->rows[i].good) {
            continue;
        }
        if (strcmp(c->rows[i].gid, kept) == 0) {
            return &c->rows[i];
        }
        first = first != NULL ? first : &c->rows[i];
    }
    return first;
}

static int settle(struct job_context *c, const struct choice *offered, struct setup_place *place,
                  struct fail *f)
{
    char kept[SHOPIFY_GID_BYTES];

    TRY(stored(c->db, place->name, kept, f));
    const struct shopify_named *chosen = choose(offered, kept);
    if (chosen == NULL) {
        (void)snprintf(place->why, sizeof place->why, "%zu seen, none of them can be used",
                       offered->count);
        return 0;
    }
    (void)str_fit(place->gid, sizeof place->gid, chosen->gid);
    (void)str_fit(place->title, sizeof place->title, chosen->name);
    TRY(db_exec(c->db, &sql_listing_place_put,
                (const char *[]){ place->name, chosen->gid, chosen->name }, f));
    return 0;
}

int setup_places_find(struct job_context *c, struct setup_place ret[static SETUP_PLACES],
                      struct fail *f)
{
    scoped(choice_done) struct choice locations = { 0 }, channels = { 0 };

    ret[SETUP_LOCATION] = (struct setup_place){ .name = "location" };
    ret[SETUP_PUBLICATION] = (struct setup_place){ .name = "publication" };
    TRY(shopify_locations(c->shopify, &locations.rows, &locations.count, f));
    TRY(settle(c, &locations, &ret[SETUP_LOCATION], f));
    TRY(shopify_publications(c->shopify, &channels.rows, &channels.count, f));
    return settle(c, &channels, &ret[SETUP_PUBLICATION], f);
}
