/* Private to the fake's files: fault points. */
#pragma once

#include "common/base/fail.h"
#include "tests/integration/fulfillment/fake.h"

/* Before the work of a call; -1 = fail now. */
int fake_enter(const char *call, struct fail *f);
/* After the work of a call, with its result; writes answer FAIL_UNKNOWN when the answer is lost. */
int fake_leave(int result, bool write, struct fail *f);
int fake_order_of(const char *gid);
