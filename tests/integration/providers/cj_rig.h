/* What tests of CJ's client share: the sandbox and a client that has logged in to it.
 * Threads: one. */
#pragma once

#include "tests/integration/providers/sandbox.h"
#include "worker/providers/cj/cj_priv.h"

extern struct sandbox sandbox;
extern struct open_gate seen; /* what the client's gate saw; a refused token is renewed */
extern struct provider_gate gate;
extern struct cj *cj;

/* cmocka group set-up and tear-down: start the sandbox, log in. */
int cj_rig_start(void **state);
int cj_rig_stop(void **state);
/* cmocka test set-up: no faults, no deadline, a gate that has seen nothing. */
int cj_rig_calm(void **state);
