/* Commands whose first word says what to do.  Threads: one. */
#pragma once

#include <stddef.h>

#include "api/cli/cli.h"
#include "common/base/attr.h"

struct cli_act {
    const char *name;
    cli_command_fn *run;
    size_t words; /* that it takes, with the act itself */
};
/* Run the act that the first word names; "list" when there is none.  Returns as the act; FAIL_INPUT when there is no such act or
 * it wants another number of words. */
must_check int cli_run_act(struct cli *c, const struct cli_act *acts, size_t count, struct fail *f);
