/* Findings of `dropship doctor`.  Threads: one. */
#pragma once

#include <jansson.h>

#include "api/cli/cli.h"

enum finding_level { FINDING_OK, FINDING_WARN, FINDING_BAD };

/* Add a finding to the list: what was looked at, what was seen, and how to mend it (NULL when well). */
void finding_add(json_t *findings, enum finding_level level, const char *check, const char *mend,
                 const char *fmt, ...) printf_like(5, 6);

/* One group of checks each; what cannot be asked becomes a finding. */
typedef void doctor_fn(struct cli *c, json_t *findings);
doctor_fn doctor_config, doctor_redis, doctor_postgres, doctor_workers, doctor_business,
    doctor_discovery;
