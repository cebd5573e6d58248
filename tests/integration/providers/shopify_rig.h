/* What tests of Shopify's client share: the sandbox and a client that is open to it.
 * Threads: one. */
#pragma once

#include "tests/integration/providers/sandbox.h"
#include "worker/providers/shopify/shopify_priv.h"

extern struct sandbox sandbox;
extern struct open_gate seen; /* what the client's gate saw; a refused token is renewed */
extern struct shopify *shop;

/* cmocka group set-up and tear-down: start the sandbox, open the client. */
int shopify_rig_start(void **state);
int shopify_rig_stop(void **state);
/* cmocka test set-up: no faults, no deadline, a gate that has seen nothing. */
int shopify_rig_calm(void **state);
