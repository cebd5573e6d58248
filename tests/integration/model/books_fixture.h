/* A shop whose books are empty, for the tests of what was earned.  Threads: one. */
#pragma once

#include "tests/integration/model/fixture.h"

/* No orders, no reports, no visits, no sums; the shop "Shop" sells in USD and lives in America/New_York. */
void books_fixture_clear(struct fixture *x);
/* The test fails unless the sums kept are those that the facts give. */
void books_fixture_agree(struct fixture *x);
