#include "worker/fulfillment/shipping.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"

void shipping_plan_done(struct shipping_plan *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->parts[i].lines);
    }
    free(p->parts);
    *p = (struct shipping_plan){ 0 };
}

static struct shipping_part *part_of(struct shipping_plan *plan, const struct shopify_fo *fo)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->parts[i].fo_gid == fo->gid) {
            return &plan->parts[i];
        }
    }
    struct shipping_part *part = &plan->parts[plan->count];
    part->lines = calloc(fo->line_count + 1, sizeof *part->lines);
    if (part->lines == NULL) {
        return NULL;
    }
    part->fo_gid = fo->gid;
    plan->count++;
    return part;
}

/* The line may be in the part already, when two lines of the parcel mean the same shop line. */
static void add_to_part(struct shipping_part *part, const char *fo_line_gid, int64_t quantity)
{
    for (size_t i = 0; i < part->line_count; i++) {
        if (strcmp(part->lines[i].fo_line_gid, fo_line_gid) == 0) {
            part->lines[i].quantity += quantity;
            return;
        }
    }
    (void)str_fit(part->lines[part->line_count].fo_line_gid, SHOPIFY_GID_BYTES, fo_line_gid);
    part->lines[part->line_count++].quantity = quantity;
}

/* Take up to `wanted` pieces of a shop line from one fulfillment order; returns how many are accounted for, -1 no memory. */
static int64_t take_from(struct shipping_plan *plan, struct shopify_fo *fo, const char *line_gid,
                         int64_t wanted)
{
    int64_t taken = 0;

    for (size_t i = 0; i < fo->line_count && taken < wanted; i++) {
        struct shopify_fo_line *line = &fo->lines[i];
        int64_t now = line->remaining < wanted - taken ? line->remaining : wanted - taken;
        if (strcmp(line->line_gid, line_gid) != 0 || now <= 0) {
            continue;
        }
        taken += now;
        if (!fo->can_fulfill) {
            *(strcmp(fo->status, "ON_HOLD") == 0 ? &plan->on_hold : &plan->blocked) += now;
            continue;
        }
        struct shipping_part *part = part_of(plan, fo);
        if (part == NULL) {
            return -1;
        }
        add_to_part(part, line->gid, now);
        line->remaining -= now;
        plan->planned += now;
    }
    return taken;
}

static bool over(const struct shopify_fo *fo)
{
    return strcmp(fo->status, "CLOSED") == 0 || strcmp(fo->status, "CANCELLED") == 0;
}

/* Fulfillment orders that can take goods come first. */
static int plan_line(struct shipping_plan *plan, struct shopify_fulfillment_state *state,
                     const char *line_gid, int64_t wanted, struct fail *f)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < state->order_count && wanted > 0; i++) {
            struct shopify_fo *fo = &state->orders[i];
            if (over(fo) || fo->can_fulfill != (pass == 0)) {
                continue;
            }
            int64_t taken = take_from(plan, fo, line_gid, wanted);
            if (taken < 0) {
                return fail_memory(f);
            }
            wanted -= taken;
        }
    }
    plan->gone += wanted;
    return 0;
}

int shipping_plan_make(const struct parcel *parcel, struct shopify_fulfillment_state *state,
                       struct shipping_plan *ret, struct fail *f)
{
    *ret = (struct shipping_plan){ .parts = calloc(state->order_count + 1, sizeof *ret->parts) };
    if (ret->parts == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < json_array_size(parcel->lines); i++) {
        const json_t *line = json_array_get(parcel->lines, i);
        TRY(plan_line(ret, state, json_text(line, "line_gid", ""), json_int(line, "quantity", 0),
                      f));
    }
    return 0;
}

static bool carries(const struct shopify_fulfillment *done, const char *number)
{
    for (size_t i = 0; i < COUNT_OF(done->numbers); i++) {
        if (strcmp(done->numbers[i], number) == 0) {
            return true;
        }
    }
    return false;
}

size_t shipping_with_number(const struct shopify_fulfillment_state *state, const char *number,
                            const struct shopify_fulfillment **ret_last)
{
    size_t count = 0;

    *ret_last = NULL;
    for (size_t i = 0; i < state->done_count; i++) {
        if (strcmp(state->done[i].status, "CANCELLED") != 0 && carries(&state->done[i], number)) {
            *ret_last = &state->done[i];
            count++;
        }
    }
    return count;
}

static bool line_left(const struct shopify_fulfillment_state *state, const char *line_gid)
{
    for (size_t i = 0; i < state->order_count; i++) {
        const struct shopify_fo *fo = &state->orders[i];
        for (size_t k = 0; !over(fo) && k < fo->line_count; k++) {
            if (fo->lines[k].remaining > 0 && strcmp(fo->lines[k].line_gid, line_gid) == 0) {
                return true;
            }
        }
    }
    return false;
}

bool shipping_complete(const struct shopify_fulfillment_state *state, const struct parcels *parcels)
{
    for (size_t i = 0; i < json_array_size(parcels->all_lines); i++) {
        if (line_left(state, json_text(json_array_get(parcels->all_lines, i), "line_gid", ""))) {
            return false;
        }
    }
    return true;
}
