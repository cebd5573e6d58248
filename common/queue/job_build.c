#include <stdio.h>
#include <string.h>

#include "common/queue/job.h"
#include "common/queue/job_layout.h"

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Class names may hold '/', queue names not: Sidekiq's Web uses them in paths. */
int job_check_name(const char *name, const char *what, struct fail *f)
{
    const char *extra = strcmp(what, "class") == 0 ? "_.:-/" : "_.:-";

    if (name == NULL || name[0] == '\0') {
        return fail_set(f, FAIL_INPUT, "the %s name is missing", what);
    }
    if (strlen(name) >= JOB_NAME_BYTES) {
        return fail_set(f, FAIL_INPUT, "the %s name is longer than %d bytes", what,
                        JOB_NAME_BYTES - 1);
    }
    for (const char *c = name; *c != '\0'; c++) {
        if (!is_alnum(*c) && strchr(extra, *c) == NULL) {
            return fail_set(f, FAIL_INPUT, "the %s name may hold only letters, digits and %s", what,
                            extra);
        }
    }
    return 0;
}

/* Ids are compared and used in links; they need no more than these. */
static int check_id(const char *id, size_t field_bytes, const char *what, struct fail *f)
{
    if (id[0] == '\0' || strlen(id) >= field_bytes) {
        return fail_set(f, FAIL_INPUT, "the %s must have 1 to %zu characters", what,
                        field_bytes - 1);
    }
    for (const char *c = id; *c != '\0'; c++) {
        if (!is_alnum(*c) && *c != '-' && *c != '_') {
            return fail_set(f, FAIL_INPUT, "the %s may hold only letters, digits, '-' and '_'",
                            what);
        }
    }
    return 0;
}

static int check_args(const char *args, struct fail *f)
{
    struct json_span top = { NULL, 0, JSON_SPAN_NULL };
    const char *why = "";

    if (strlen(args) > JOB_MAX_BYTES) {
        return fail_set(f, FAIL_INPUT, "the job is larger than %d bytes", JOB_MAX_BYTES);
    }
    if (json_scan(args, strlen(args), JOB_MAX_DEPTH - 1, NULL, NULL, &top, &why) < 0) {
        return fail_set(f, FAIL_INPUT, "args are not JSON: %s", why);
    }
    return top.kind == JSON_SPAN_ARRAY ? 0 : fail_set(f, FAIL_INPUT, "args must be a JSON array");
}

static int check_spec(const struct job_spec *spec, struct fail *f)
{
    TRY(job_check_name(spec->type, "class", f));
    TRY(job_check_name(spec->queue, "queue", f));
    if (spec->args != NULL) {
        TRY(check_args(spec->args, f));
    }
    if (spec->jid != NULL) {
        TRY(check_id(spec->jid, JOB_JID_BYTES, "jid", f));
    }
    if (spec->trace_id != NULL && spec->trace_id[0] != '\0') {
        TRY(check_id(spec->trace_id, ID_TRACE_BYTES, "trace id", f));
    }
    return 0;
}

/* The names have been checked: nothing in them needs escaping. */
int job_build(const struct job_spec *spec, int64_t now_us, bool enqueued, struct str *out,
              char ret_jid[static JOB_JID_BYTES], struct fail *f)
{
    size_t before = out->len;
    char now[JOB_TIME_BYTES];

    TRY(check_spec(spec, f));
    if (spec->jid != NULL) {
        (void)str_fit(ret_jid, JOB_JID_BYTES, spec->jid);
    } else {
        id_new_jid(ret_jid);
    }
    job_format_time(now_us, now);
    if (spec->max_retries < 0) {
        str_add(out, "{\"retry\":true");
    } else {
        str_addf(out, "{\"retry\":%d", spec->max_retries);
    }
    str_addf(out, ",\"queue\":\"%s\",\"class\":\"%s\",\"args\":", spec->queue, spec->type);
    str_add(out, spec->args != NULL ? spec->args : "[]");
    str_addf(out, ",\"jid\":\"%s\",\"created_at\":%s", ret_jid, now);
    if (spec->trace_id != NULL && spec->trace_id[0] != '\0') {
        str_addf(out, ",\"dropship_trace\":\"%s\"", spec->trace_id);
    }
    if (enqueued) {
        str_addf(out, ",\"enqueued_at\":%s", now);
    }
    str_add_char(out, '}');
    if (!out->failed && out->len - before > JOB_MAX_BYTES) {
        return fail_set(f, FAIL_INPUT, "the job is larger than %d bytes", JOB_MAX_BYTES);
    }
    return str_ok(out, f);
}
