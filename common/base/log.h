/* Log lines: one JSON object per line on standard error: time, level, program, event, then typed fields; `jid` and
 * `trace_id` come from the thread's context.  Events are constants ("job.done"); what varies is a field.
 * Code in common does not log above debug: it returns failures.  Every value registered with log_redact is replaced by
 * "***" wherever it occurs in a line.  Threads: all functions may be called from any thread; a line is one write(). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/base/fail.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVELS };

enum kv_type { KV_END, KV_STR, KV_INT, KV_BOOL, KV_REAL };
struct kv {
    enum kv_type type;
    const char *name;
    union {
        const char *str; /* NULL is written as null */
        int64_t num;
        double real;
    } value;
};
#define kv_str(n, v)  ((struct kv){ .type = KV_STR, .name = (n), .value.str = (v) })
#define kv_int(n, v)  ((struct kv){ .type = KV_INT, .name = (n), .value.num = (int64_t)(v) })
#define kv_bool(n, v) ((struct kv){ .type = KV_BOOL, .name = (n), .value.num = (v) })
#define kv_real(n, v) ((struct kv){ .type = KV_REAL, .name = (n), .value.real = (v) })
/* The failure as fields "kind", "code" and "error". */
#define kv_fail(f)                                                                                 \
    kv_str("kind", fail_rule((f)->kind)->name), kv_str("code", (f)->code),                         \
        kv_str("error", (f)->text)

/* Once, at start, before threads.  `program` must live for ever. */
void log_start(const char *program, enum log_level level);
/* Lines below `level` are left out from now on; any thread may say so. */
void log_set_level(enum log_level level);
/* Whether a line of this level would be written: asked before its fields are worked out. */
bool log_wants(enum log_level level);
/* Register a secret (copied; values under 6 bytes are ignored).  64 are kept: the first 32 for good, of the later ones (short-lived
 * tokens) the newest 32.  Only the first 1023 bytes are compared; what follows them without a space or quote goes too. */
void log_redact(const char *secret);
/* Fields of this thread's following lines; copied; NULL clears. */
void log_context(const char *jid, const char *trace_id);
/* The thread's trace id, "" when none. */
const char *log_trace_id(void);
/* Write one line to stderr, its level unasked; log_debug to log_error are the way to call it.  Never fails. */
void log_write(enum log_level level, const char *event, const struct kv *fields);
/* "debug" ... -> level; -1 when unknown. */
int log_level_parse(const char *text);

#define log_at(level, event, ...)                                                                  \
    do {                                                                                           \
        if (log_wants(level)) {                                                                    \
            log_write((level), (event), (const struct kv[]){ __VA_ARGS__, { .type = KV_END } });   \
        }                                                                                          \
    } while (0)
#define log_debug(event, ...) log_at(LOG_DEBUG, event, __VA_ARGS__)
#define log_info(event, ...)  log_at(LOG_INFO, event, __VA_ARGS__)
#define log_warn(event, ...)  log_at(LOG_WARN, event, __VA_ARGS__)
#define log_error(event, ...) log_at(LOG_ERROR, event, __VA_ARGS__)
