/* The audit line of an act on the queue.  Threads: one. */
#pragma once

#include <jansson.h>

#include "api/cli/cli.h"

/* Tell the audit what has been done; detail is borrowed, NULL = {}.  An act on the queue does not wait for Postgres: when it is
 * away, standard error says that the line is missing. */
void note_act(struct cli *c, const char *action, const char *subject, const json_t *detail);
/* The same of one job, by its id. */
void note_job(struct cli *c, const char *action, const char *jid, const json_t *detail);
