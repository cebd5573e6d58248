#include <string.h>

#include "common/queue/job.h"
#include "common/queue/job_layout.h"

enum {
    SECONDS_MAX = 10 * 366 * 86400,
    FIXED_BYTES = 512, /* more than all of a payload but class, queue and args */
    DIGITS_BYTES = 24
};

/* Letters and digits, and of the others: '-' and '_' everywhere, '.' and ':' in names, '/' in class names. */
enum name_char { NAME_FOREIGN, NAME_ID, NAME_QUEUE, NAME_CLASS };
static const unsigned char name_chars[256] = {
    ['0'] = NAME_ID,    ['1'] = NAME_ID,    ['2'] = NAME_ID, ['3'] = NAME_ID, ['4'] = NAME_ID,
    ['5'] = NAME_ID,    ['6'] = NAME_ID,    ['7'] = NAME_ID, ['8'] = NAME_ID, ['9'] = NAME_ID,
    ['A'] = NAME_ID,    ['B'] = NAME_ID,    ['C'] = NAME_ID, ['D'] = NAME_ID, ['E'] = NAME_ID,
    ['F'] = NAME_ID,    ['G'] = NAME_ID,    ['H'] = NAME_ID, ['I'] = NAME_ID, ['J'] = NAME_ID,
    ['K'] = NAME_ID,    ['L'] = NAME_ID,    ['M'] = NAME_ID, ['N'] = NAME_ID, ['O'] = NAME_ID,
    ['P'] = NAME_ID,    ['Q'] = NAME_ID,    ['R'] = NAME_ID, ['S'] = NAME_ID, ['T'] = NAME_ID,
    ['U'] = NAME_ID,    ['V'] = NAME_ID,    ['W'] = NAME_ID, ['X'] = NAME_ID, ['Y'] = NAME_ID,
    ['Z'] = NAME_ID,    ['a'] = NAME_ID,    ['b'] = NAME_ID, ['c'] = NAME_ID, ['d'] = NAME_ID,
    ['e'] = NAME_ID,    ['f'] = NAME_ID,    ['g'] = NAME_ID, ['h'] = NAME_ID, ['i'] = NAME_ID,
    ['j'] = NAME_ID,    ['k'] = NAME_ID,    ['l'] = NAME_ID, ['m'] = NAME_ID, ['n'] = NAME_ID,
    ['o'] = NAME_ID,    ['p'] = NAME_ID,    ['q'] = NAME_ID, ['r'] = NAME_ID, ['s'] = NAME_ID,
    ['t'] = NAME_ID,    ['u'] = NAME_ID,    ['v'] = NAME_ID, ['w'] = NAME_ID, ['x'] = NAME_ID,
    ['y'] = NAME_ID,    ['z'] = NAME_ID,    ['-'] = NAME_ID, ['_'] = NAME_ID, ['.'] = NAME_QUEUE,
    [':'] = NAME_QUEUE, ['/'] = NAME_CLASS,
};

/* Whether all of text is of these characters or plainer ones; *ret_bytes = its length. */
static bool has_only(const char *text, enum name_char plainest, size_t *ret_bytes)
{
    const char *c = text;

    while (name_chars[(unsigned char)*c] != NAME_FOREIGN &&
           name_chars[(unsigned char)*c] <= plainest) {
        c++;
    }
    *ret_bytes = (size_t)(c - text);
    return *c == '\0';
}

/* Class names may hold '/', queue names not: Sidekiq's Web uses them in paths. */
int job_check_name(const char *name, const char *what, struct fail *f)
{
    bool is_class = strcmp(what, "class") == 0;
    size_t size_bytes;

    if (name == NULL || name[0] == '\0') {
        return fail_set(f, FAIL_INPUT, "the %s name is missing", what);
    }
    if (!has_only(name, is_class ? NAME_CLASS : NAME_QUEUE, &size_bytes)) {
        return fail_set(f, FAIL_INPUT, "the %s name may hold only letters, digits and %s", what,
                        is_class ? "_.:-/" : "_.:-");
    }
    return size_bytes < JOB_NAME_BYTES
               ? 0
               : fail_set(f, FAIL_INPUT, "the %s name is longer than %d bytes", what,
                          JOB_NAME_BYTES - 1);
}

/* Ids are compared and used in links; they need no more than these. */
static int check_id(const char *id, size_t field_bytes, const char *what, struct fail *f)
{
    size_t size_bytes;

    if (!has_only(id, NAME_ID, &size_bytes)) {
        return fail_set(f, FAIL_INPUT, "the %s may hold only letters, digits, '-' and '_'", what);
    }
    return size_bytes > 0 && size_bytes < field_bytes
               ? 0
               : fail_set(f, FAIL_INPUT, "the %s must have 1 to %zu characters", what,
                          field_bytes - 1);
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

/* Seconds of a spec: what a TTL and a time to come can hold. */
static int check_seconds(int64_t seconds, const char *what, struct fail *f)
{
    return seconds >= 0 && seconds <= SECONDS_MAX
               ? 0
               : fail_set(f, FAIL_INPUT, "%s must be 0 to %d seconds", what, SECONDS_MAX);
}

static int check_unique(const struct job_spec *spec, struct fail *f)
{
    size_t size = spec->unique_key != NULL ? strlen(spec->unique_key) : 0;

    TRY(check_seconds(spec->unique_for_s, "unique_for", f));
    if (spec->unique_key == NULL) {
        return 0;
    }
    if (spec->unique_for_s == 0) {
        return fail_set(f, FAIL_INPUT, "a unique key needs unique_for: how long it holds at most");
    }
    return size >= 1 && size <= JOB_UNIQUE_KEY_MAX
               ? 0
               : fail_set(f, FAIL_INPUT, "the unique key must have 1 to %d bytes",
                          JOB_UNIQUE_KEY_MAX);
}

static int check_members(const struct job_spec *spec, struct fail *f)
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
    TRY(check_seconds(spec->expires_in_s, "expires_in", f));
    return check_unique(spec, f);
}

/* Close to the limit the payload is written to know: its fixed part depends on options and numbers. */
static int check_size(const struct job_spec *spec, struct fail *f)
{
    static const int64_t longest_us = 9999999999999999; /* as many digits as any time till 2286 */
    scoped(str_done) struct str trial;
    struct job_spec whole = *spec;
    size_t args_bytes = spec->args != NULL ? strlen(spec->args) : 2;

    str_init(&trial, 2 * JOB_MAX_BYTES);
    if (FIXED_BYTES + 2 * JOB_NAME_BYTES + args_bytes <= JOB_MAX_BYTES) {
        return 0;
    }
    whole.jid = spec->jid != NULL ? spec->jid : "012345678901234567890123";
    TRY(job_write(&whole, longest_us, true, &trial, f));
    TRY(str_ok(&trial, f));
    return trial.len <= JOB_MAX_BYTES
               ? 0
               : fail_set(f, FAIL_INPUT, "the job is larger than %d bytes", JOB_MAX_BYTES);
}

int job_check(const struct job_spec *spec, struct fail *f)
{
    TRY(check_members(spec, f));
    return check_size(spec, f);
}

/* JSON text without the white space between its tokens, so that it makes no difference. */
static void add_dense(struct str *out, const char *json)
{
    bool quoted = false;

    for (const char *c = json; *c != '\0'; c++) {
        if (!quoted && strchr(" \t\r\n", *c) != NULL) {
            continue;
        }
        str_add_char(out, *c);
        if (quoted && *c == '\\' && c[1] != '\0') {
            str_add_char(out, *++c);
        } else if (*c == '"') {
            quoted = !quoted;
        }
    }
}

int job_unique_digest(const struct job_spec *spec, char digest[static JOB_LOCK_BYTES],
                      struct fail *f)
{
    scoped(str_done) struct str text;
    char hex[ID_SHA256_HEX_BYTES];

    str_init(&text, 2 * JOB_MAX_BYTES);
    if (spec->unique_key != NULL) { /* no class begins so: a key never equals class, queue, args */
        str_add(&text, "\nkey\n");
        str_add(&text, spec->unique_key);
    } else {
        str_addf(&text, "%s\n%s\n", spec->type, spec->queue);
        add_dense(&text, spec->args != NULL ? spec->args : "[]");
    }
    TRY(str_ok(&text, f));
    id_sha256_hex(text.data, text.len, hex);
    (void)str_fit(digest, JOB_LOCK_BYTES, hex);
    return 0;
}

static void add_int(struct str *out, int64_t value)
{
    char text[DIGITS_BYTES];
    size_t at = sizeof text;
    uint64_t rest = (uint64_t)value; /* none is negative */

    do {
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    str_add_bytes(out, text + at, sizeof text - at);
}

#define add_literal(out, literal) str_add_bytes((out), (literal), sizeof(literal) - 1)

static void add_time(struct str *out, int64_t at_us)
{
    char text[JOB_TIME_BYTES];

    job_format_time(at_us, text);
    str_add(out, text);
}

/* Expiry and lock: the seconds as Sidekiq's paid editions name them, and what we read ourselves. */
static int add_limits(const struct job_spec *spec, int64_t now_us, struct str *out, struct fail *f)
{
    int64_t due_us = spec->run_at_us > now_us ? spec->run_at_us : now_us;
    char digest[JOB_LOCK_BYTES];

    if (spec->expires_in_s > 0) {
        add_literal(out, ",\"expires_in\":");
        add_int(out, spec->expires_in_s);
        add_literal(out, ",\"dropship_expires_at\":");
        add_time(out, due_us + spec->expires_in_s * 1000000);
    }
    if (spec->unique_for_s > 0) {
        TRY(job_unique_digest(spec, digest, f));
        add_literal(out, ",\"unique_for\":");
        add_int(out, spec->unique_for_s);
        add_literal(out, ",\"dropship_unique\":\"");
        str_add(out, digest);
        str_add_char(out, '"');
    }
    return 0;
}

/* The names have been checked: nothing in them needs escaping. */
int job_write(const struct job_spec *spec, int64_t now_us, bool enqueued, struct str *out,
              struct fail *f)
{
    add_literal(out, "{\"retry\":");
    if (spec->max_retries < 0) {
        add_literal(out, "true");
    } else {
        add_int(out, spec->max_retries);
    }
    add_literal(out, ",\"queue\":\"");
    str_add(out, spec->queue);
    add_literal(out, "\",\"class\":\"");
    str_add(out, spec->type);
    add_literal(out, "\",\"args\":");
    str_add(out, spec->args != NULL ? spec->args : "[]");
    add_literal(out, ",\"jid\":\"");
    str_add(out, spec->jid);
    add_literal(out, "\",\"created_at\":");
    add_time(out, now_us);
    if (spec->trace_id != NULL && spec->trace_id[0] != '\0') {
        add_literal(out, ",\"dropship_trace\":\"");
        str_add(out, spec->trace_id);
        str_add_char(out, '"');
    }
    TRY(add_limits(spec, now_us, out, f));
    if (enqueued) {
        add_literal(out, ",\"enqueued_at\":");
        add_time(out, now_us);
    }
    str_add_char(out, '}');
    return 0;
}

int job_build(const struct job_spec *spec, int64_t now_us, bool enqueued, struct str *out,
              char ret_jid[static JOB_JID_BYTES], struct fail *f)
{
    struct job_spec whole = *spec;

    TRY(job_check(spec, f));
    if (spec->jid != NULL) {
        (void)str_fit(ret_jid, JOB_JID_BYTES, spec->jid);
    } else {
        id_new_jid(ret_jid);
    }
    whole.jid = ret_jid;
    TRY(job_write(&whole, now_us, enqueued, out, f));
    return str_ok(out, f);
}
