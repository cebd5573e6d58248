#include "common/model/job_catalog.h"

#include <string.h>

#include "common/base/attr.h"

const struct job_kind job_kinds[] = {
#define JOB_ROW(type, lane, handler, deadline, retries, without, sentence)                         \
    { .name = (type),                                                                              \
      .queue = (lane),                                                                             \
      .help = (sentence),                                                                          \
      .deadline_ms = (deadline),                                                                   \
      .tries = (retries) },
#include "common/model/job_table.h"
#undef JOB_ROW
};
const size_t job_kind_count = COUNT_OF(job_kinds);

const struct job_kind *job_kind_find(const char *name)
{
    for (size_t i = 0; i < job_kind_count; i++) {
        if (strcmp(job_kinds[i].name, name) == 0) {
            return &job_kinds[i];
        }
    }
    return NULL;
}
