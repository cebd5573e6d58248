/* The states of shop_order and supplier_order and which may follow which.  Names are those of the CHECK constraints.
 * Threads: pure functions. */
#pragma once

#include <stdbool.h>

enum order_state {
    ORDER_RECEIVED,
    ORDER_WAITING,  /* for time, risk or a mode that lets nothing out */
    ORDER_FLAGGED,  /* score 30 to 59: released later */
    ORDER_HELD,     /* a reason stops it; a person, or healing, moves it on */
    ORDER_APPROVAL, /* decided, waits for a person (mode approve) */
    ORDER_PLACING,  /* on its way to the supplier */
    ORDER_PLACED,   /* paid at the supplier */
    ORDER_SHIPPED,
    ORDER_FULFILLED,
    ORDER_DELIVERED,
    ORDER_CANCELLED,
    ORDER_IGNORED,
    ORDER_STATES
};

enum supply_state {
    SUPPLY_INTENT,
    SUPPLY_CREATED,
    SUPPLY_UNPAID,
    SUPPLY_PAID,
    SUPPLY_SHIPPED,
    SUPPLY_DELIVERED,
    SUPPLY_CANCELLED, /* the supplier said so */
    SUPPLY_CANCEL_ASKED,
    SUPPLY_FAILED,
    SUPPLY_STATES
};

/* The word the database has for it. */
const char *order_state_name(enum order_state s);
/* ORDER_STATES when unknown. */
enum order_state order_state_parse(const char *name);
/* Whether the table of transitions has this step; staying is one. */
bool order_may_become(enum order_state from, enum order_state to);
/* Nothing has been handed to the supplier yet: the order may still be decided anew. */
bool order_before_handoff(enum order_state s);
/* Handed over and still followed. */
bool order_after_handoff(enum order_state s);

/* The word the database has for it. */
const char *supply_state_name(enum supply_state s);
/* SUPPLY_STATES when unknown. */
enum supply_state supply_state_parse(const char *name);
/* Whether the table of transitions has this step; staying is one. */
bool supply_may_become(enum supply_state from, enum supply_state to);
/* Paid for at the supplier, whatever happened since. */
bool supply_is_paid(enum supply_state s);
/* Over without goods: another supplier order may take its place. */
bool supply_is_void(enum supply_state s);
