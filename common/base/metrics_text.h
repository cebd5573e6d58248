/* Prometheus text (format 0.0.4), the one writer for api, scheduler and worker.  A family is opened once, then all its
 * samples follow; values of labels are escaped here.  Names are ours and written as they are: dropship_..., counters end in
 * _total, units are seconds and bytes.
 * Threads: functions of their arguments alone. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/base/str.h"

enum metrics_type { METRICS_COUNTER, METRICS_GAUGE, METRICS_HISTOGRAM };
struct metrics_family {
    const char *name;
    enum metrics_type type;
    const char *help; /* one sentence */
};
/* HELP and TYPE. */
void metrics_text_family(struct str *out, const struct metrics_family *family);

/* Labels end with one without a name: LABELS({ "queue", name }, { "type", type }). */
struct metrics_label {
    const char *name, *value;
};
#define LABELS(...) ((const struct metrics_label[]){ __VA_ARGS__, { NULL, NULL } })
#define NO_LABELS   ((const struct metrics_label[]){ { NULL, NULL } })

/* Append one sample "name{labels} value"; a failed append shows in *out. */
void metrics_text_int(struct str *out, const char *name, const struct metrics_label *labels,
                      int64_t value);
/* One sample in seconds, exact to the microsecond. */
void metrics_text_seconds(struct str *out, const char *name, const struct metrics_label *labels,
                          int64_t value_us);

struct metrics_text_histogram {
    const int64_t *bounds_us; /* count - 1 of them, rising; the last bucket has none */
    const uint64_t *buckets;  /* count of them, each alone: written cumulatively */
    size_t count;
    uint64_t sum_us;
};
/* NAME_bucket{le=...}, NAME_sum and NAME_count, in seconds. */
void metrics_text_histogram(struct str *out, const char *name, const struct metrics_label *labels,
                            const struct metrics_text_histogram *h);
