/* Queries whose result is one row with one column `json`.  For model modules only. */
#pragma once

#include "common/base/attr.h"
#include "common/base/embedded.h"
#include "common/base/fail.h"
#include "common/db/db.h"

/* *ret_json is the caller's to free().  FAIL_MISSING when there is no row. */
must_check int one_json(struct db *db, const struct embedded *sql, const char *const *params,
                        char **ret_json, struct fail *f);
