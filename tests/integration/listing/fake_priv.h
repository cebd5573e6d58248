/* Private to the fake's files: fault points.  Threads: as fake.h. */
#pragma once

#include "common/base/fail.h"
#include "tests/integration/listing/fake.h"

/* Before the work of a call; -1 = fail now. */
int fake_enter(const char *call, struct fail *f);
/* After the work of a call, with its result; writes answer FAIL_UNKNOWN when the answer is lost. */
int fake_leave(int result, bool write, struct fail *f);
