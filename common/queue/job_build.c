#include <assert.h>
#include <string.h>

#include "common/queue/job.h"
#include "common/queue/job_layout.h"

enum {
    SECONDS_MAX = 10 * 366 * 86400,
    FIXED_BYTES = 512, /* more than all of a payload but class, queue and args */
    PART_BYTES = 512,
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
    struct json_scanned seen;

    if (strlen(args) > JOB_MAX_BYTES) {
        return fail_set(f, FAIL_INPUT, "the job is larger than %d bytes", JOB_MAX_BYTES);
    }
    if (json_scan(args, strlen(args), JOB_MAX_DEPTH - 1, NULL, &seen) < 0) {
        return fail_set(f, FAIL_INPUT, "args are not JSON: %s", seen.why);
    }
    return seen.top.kind == JSON_SPAN_ARRAY ? 0
                                            : fail_set(f, FAIL_INPUT, "args must be a JSON array");
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
    if (spec->run_at_us > JOB_TIME_MAX_US) {
        return fail_set(f, FAIL_INPUT, "a job must be due before the year 10000");
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

/* The part of a payload before or behind its args, which are the only part without a small limit: gathered here, so that a
 * payload is three appends. */
struct part {
    char text[PART_BYTES];
    size_t size_bytes;
};

static void put(struct part *part, const char *text, size_t size_bytes)
{
    assert(size_bytes <= sizeof part->text - part->size_bytes); /* the spec was checked */
    memcpy(part->text + part->size_bytes, text, size_bytes);
    part->size_bytes += size_bytes;
}

#define put_literal(part, literal) put((part), (literal), sizeof(literal) - 1)

static void put_text(struct part *part, const char *text)
{
    put(part, text, strlen(text));
}

static void put_int(struct part *part, int64_t value)
{
    char text[DIGITS_BYTES];
    size_t at = sizeof text;
    uint64_t rest = (uint64_t)value; /* none is negative */

    do {
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    put(part, text + at, sizeof text - at);
}

/* Expiry and lock: the seconds as Sidekiq's paid editions name them, and what we read ourselves. */
static int put_limits(const struct job_spec *spec, int64_t now_us, struct part *part,
                      struct fail *f)
{
    int64_t due_us = spec->run_at_us > now_us ? spec->run_at_us : now_us;
    char expiry[JOB_TIME_BYTES], digest[JOB_LOCK_BYTES];

    if (spec->expires_in_s > 0) {
        job_format_time(due_us + spec->expires_in_s * 1000000, expiry);
        put_literal(part, ",\"expires_in\":");
        put_int(part, spec->expires_in_s);
        put_literal(part, ",\"dropship_expires_at\":");
        put_text(part, expiry);
    }
    if (spec->unique_for_s > 0) {
        TRY(job_unique_digest(spec, digest, f));
        put_literal(part, ",\"unique_for\":");
        put_int(part, spec->unique_for_s);
        put_literal(part, ",\"dropship_unique\":\"");
        put_text(part, digest);
        put_literal(part, "\"");
    }
    return 0;
}

/* Up to the value of args.  The names have been checked: nothing in them needs escaping. */
static void put_head(const struct job_spec *spec, struct part *part)
{
    put_literal(part, "{\"retry\":");
    if (spec->max_retries < 0) {
        put_literal(part, "true");
    } else {
        put_int(part, spec->max_retries);
    }
    put_literal(part, ",\"queue\":\"");
    put_text(part, spec->queue);
    put_literal(part, "\",\"class\":\"");
    put_text(part, spec->type);
    put_literal(part, "\",\"args\":");
}

static int put_tail(const struct job_spec *spec, int64_t now_us, bool enqueued, struct part *part,
                    struct fail *f)
{
    char now[JOB_TIME_BYTES];

    job_format_time(now_us, now);
    put_literal(part, ",\"jid\":\"");
    put_text(part, spec->jid);
    put_literal(part, "\",\"created_at\":");
    put_text(part, now);
    if (spec->trace_id != NULL && spec->trace_id[0] != '\0') {
        put_literal(part, ",\"dropship_trace\":\"");
        put_text(part, spec->trace_id);
        put_literal(part, "\"");
    }
    TRY(put_limits(spec, now_us, part, f));
    if (enqueued) {
        put_literal(part, ",\"enqueued_at\":");
        put_text(part, now);
    }
    put_literal(part, "}");
    return 0;
}

int job_write(const struct job_spec *spec, int64_t now_us, bool enqueued, struct str *out,
              struct fail *f)
{
    struct part head, tail;

    head.size_bytes = tail.size_bytes = 0;
    put_head(spec, &head);
    TRY(put_tail(spec, now_us, enqueued, &tail, f));
    str_add_bytes(out, head.text, head.size_bytes);
    str_add(out, spec->args != NULL ? spec->args : "[]");
    str_add_bytes(out, tail.text, tail.size_bytes);
    return 0;
}

int job_build(const struct job_spec *spec, int64_t now_us, bool enqueued, struct str *out,
              struct fail *f)
{
    struct job_spec whole = *spec;
    char jid[ID_JID_BYTES];

    TRY(job_check(spec, f));
    if (spec->jid == NULL) {
        id_new_jid(jid);
        whole.jid = jid;
    }
    TRY(job_write(&whole, now_us, enqueued, out, f));
    return str_ok(out, f);
}
