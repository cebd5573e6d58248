/* A shop and a supplier in shared memory, in place of the two clients: the job types call the same functions, a child process that
 * is killed in the middle leaves what it did, and every call can be a fault point.
 * Threads: one; processes take turns. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/support/fault_point.h"
#include "worker/providers/cj/cj.h"
#include "worker/providers/shopify/shopify.h"

enum {
    FAKE_ORDERS = 12,
    FAKE_LINES = 3,
    FAKE_DONE = 6,
    FAKE_SUPPLIES = 24,
    FAKE_VARIANTS = 4,
    FAKE_PARCELS = 3
};

struct fake_done {
    bool used, cancelled, by_person;
    char number[72], company[64], url[512];
    int64_t quantity[FAKE_LINES];
    int updates; /* of its tracking */
};

struct fake_order {
    bool used, cancelled, test, on_hold;
    char financial[32], risk[16], email[64], phone[40];
    int64_t created_us, updated_us, total_minor;
    struct shopify_address ship;
    struct {
        char sku[32];
        int64_t quantity, remaining;
    } lines[FAKE_LINES];
    size_t line_count;
    struct fake_done done[FAKE_DONE];
    size_t done_count;
    bool money_unknown;           /* the shop tells nothing that can be booked */
    int64_t returned[FAKE_LINES]; /* units that one refund gave back */
};

struct fake_supply {
    bool used, paid, deleted;
    char number[56], id[48];
    enum cj_status status;
    int64_t amount_minor; /* -1 = not told */
    struct cj_order_line lines[FAKE_LINES];
    size_t line_count;
    struct {
        char id[48], number[72];
        int line; /* -1 = everything */
        bool delivered;
    } parcels[FAKE_PARCELS];
    size_t parcel_count;
};

struct fake_variant {
    char vid[48], sku[32];
    int64_t stock, price_minor; /* -1 = no readable price */
};

struct fake {
    struct fake_order orders[FAKE_ORDERS];
    struct fake_supply supplies[FAKE_SUPPLIES];
    struct fake_variant variants[FAKE_VARIANTS];
    int64_t balance_minor, freight_minor;
    int freight_days; /* 0 = no method */
    char freight_name[64];
    bool miss;        /* created orders have no valid method */
    bool other_lines; /* created orders hold one piece more */
    char intercept[64];
    int64_t surcharge_minor;    /* on created orders; INT64_MIN = the amount is not told */
    enum fail_kind create_kind; /* refuse creating so; FAIL_NONE = do not */

    int creates, pays, deletes, fulfills, updates; /* really done */
    struct fault_point point;                      /* of every call */
    bool for_orders; /* the supplier's client was told that it works for orders */
};
extern struct fake *fake;

/* Fresh and empty, with one variant "SKU-1"; made once per program, cleared per test. */
void fake_reset(void);
/* A paid, clean order of one SKU-1, created an hour ago; returns its index. */
int fake_add_order(void);
void fake_gid(int order, char out[static SHOPIFY_GID_BYTES]);
/* The order was changed at the shop just now. */
void fake_touch(int order);
/* The supplier sends a parcel with `line` of the order (-1 = everything). */
void fake_ship(struct fake_supply *s, const char *number, int line);
/* The living (last, not deleted) supplier order, NULL when there is none. */
struct fake_supply *fake_supply_last(void);
