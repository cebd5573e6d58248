#include "worker/fulfillment/states.h"

#include <stdint.h>
#include <string.h>

#define O(name) (1u << ORDER_##name)
#define S(name) (1u << SUPPLY_##name)

enum phase { BEFORE, DURING, AFTER, OVER };

/* To add a state: its name here, in the enum and in the CHECK of the table. */
static const struct {
    const char *name;
    enum phase phase;
    uint32_t next;
} orders[ORDER_STATES] = {
    [ORDER_RECEIVED] = { "received", BEFORE,
                         O(WAITING) | O(FLAGGED) | O(HELD) | O(APPROVAL) | O(PLACING) |
                             O(CANCELLED) | O(IGNORED) },
    /* Any of them may turn out to be paid at the supplier, by an earlier try or by hand.  A person's release makes every hold a wait, also one that came after hand-off. */
    [ORDER_WAITING] = { "waiting", BEFORE,
                        O(FLAGGED) | O(HELD) | O(APPROVAL) | O(PLACING) | O(PLACED) | O(SHIPPED) |
                            O(FULFILLED) | O(DELIVERED) | O(CANCELLED) | O(IGNORED) },
    [ORDER_FLAGGED] = { "flagged", BEFORE,
                        O(WAITING) | O(HELD) | O(APPROVAL) | O(PLACING) | O(PLACED) | O(CANCELLED) |
                            O(IGNORED) },
    /* A hold can come after hand-off, too; once resolved the order goes back to where it stands at the supplier. */
    [ORDER_HELD] = { "held", BEFORE,
                     O(WAITING) | O(FLAGGED) | O(APPROVAL) | O(PLACING) | O(PLACED) | O(SHIPPED) |
                         O(FULFILLED) | O(DELIVERED) | O(CANCELLED) | O(IGNORED) },
    [ORDER_APPROVAL] = { "approval", BEFORE,
                         O(WAITING) | O(FLAGGED) | O(HELD) | O(PLACING) | O(PLACED) | O(CANCELLED) |
                             O(IGNORED) },
    [ORDER_PLACING] = { "placing", DURING, O(PLACED) | O(HELD) | O(CANCELLED) },
    [ORDER_PLACED] = { "placed", AFTER, O(SHIPPED) | O(FULFILLED) | O(HELD) | O(CANCELLED) },
    [ORDER_SHIPPED] = { "shipped", AFTER, O(FULFILLED) | O(HELD) | O(DELIVERED) | O(CANCELLED) },
    [ORDER_FULFILLED] = { "fulfilled", AFTER, O(DELIVERED) | O(HELD) },
    [ORDER_DELIVERED] = { "delivered", OVER, 0 },
    [ORDER_CANCELLED] = { "cancelled", OVER, 0 },
    [ORDER_IGNORED] = { "ignored", OVER, 0 },
};

static const struct {
    const char *name;
    uint32_t next;
    bool paid, is_void;
} supplies[SUPPLY_STATES] = {
    [SUPPLY_INTENT] = { "intent", S(CREATED) | S(UNPAID) | S(PAID) | S(FAILED) | S(CANCELLED),
                        false, false },
    [SUPPLY_CREATED] = { "created",
                         S(UNPAID) | S(PAID) | S(CANCEL_ASKED) | S(CANCELLED) | S(FAILED), false,
                         false },
    [SUPPLY_UNPAID] = { "unpaid", S(PAID) | S(CANCEL_ASKED) | S(CANCELLED) | S(FAILED), false,
                        false },
    [SUPPLY_PAID] = { "paid", S(SHIPPED) | S(DELIVERED) | S(CANCEL_ASKED) | S(CANCELLED), true,
                      false },
    [SUPPLY_SHIPPED] = { "shipped", S(DELIVERED) | S(CANCEL_ASKED) | S(CANCELLED), true, false },
    [SUPPLY_DELIVERED] = { "delivered", 0, true, false },
    [SUPPLY_CANCELLED] = { "cancelled", 0, false, true },
    /* Asking is not being heard: the parcel may leave all the same. */
    [SUPPLY_CANCEL_ASKED] = { "cancel_asked", S(CANCELLED) | S(SHIPPED) | S(DELIVERED), true,
                              false },
    [SUPPLY_FAILED] = { "failed", 0, false, true },
};

const char *order_state_name(enum order_state s)
{
    return orders[s].name;
}

enum order_state order_state_parse(const char *name)
{
    int s = 0;

    while (s < ORDER_STATES && strcmp(orders[s].name, name) != 0) {
        s++;
    }
    return (enum order_state)s;
}

bool order_may_become(enum order_state from, enum order_state to)
{
    return from == to || (orders[from].next & (1u << to)) != 0;
}

bool order_before_handoff(enum order_state s)
{
    return orders[s].phase == BEFORE;
}

bool order_after_handoff(enum order_state s)
{
    return orders[s].phase == AFTER;
}

const char *supply_state_name(enum supply_state s)
{
    return supplies[s].name;
}

enum supply_state supply_state_parse(const char *name)
{
    int s = 0;

    while (s < SUPPLY_STATES && strcmp(supplies[s].name, name) != 0) {
        s++;
    }
    return (enum supply_state)s;
}

bool supply_may_become(enum supply_state from, enum supply_state to)
{
    return from == to || (supplies[from].next & (1u << to)) != 0;
}

bool supply_is_paid(enum supply_state s)
{
    return supplies[s].paid;
}

bool supply_is_void(enum supply_state s)
{
    return supplies[s].is_void;
}
