#include "common/base/log.h"

#include "common/base/attr.h"
#include "common/base/clock.h"
#include "common/base/str.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[LOG_LEVELS] = { "debug", "info", "warn", "error" };

static const char *program_name = "";
static atomic_int lowest = LOG_INFO;
static _Thread_local char context_jid[64];
static _Thread_local char context_trace[64];

/* Secrets have a fixed place, so that registering one cannot fail. */
enum { SECRETS = 64, PINNED = 32, SECRET_BYTES = 1024, SECRET_LEAST = 6 };
static struct {
    pthread_rwlock_t lock; /* guards the rest */
    size_t count;          /* used places */
    size_t next;           /* place of the next one once all are used */
    struct {
        char text[SECRET_BYTES];
        size_t size;
        bool cut; /* the secret was longer than text */
    } at[SECRETS];
} secrets = { .lock = PTHREAD_RWLOCK_INITIALIZER, .next = PINNED };

/* A line is made on the stack: also "out of memory" can be logged. */
enum { LINE_BYTES = 16384, TAIL_BYTES = 256, VALUE_BYTES = 4096 };
struct line {
    char text[LINE_BYTES];
    size_t len;
    bool cut; /* something did not fit */
};

void log_start(const char *program, enum log_level level)
{
    program_name = program;
    log_set_level(level);
}

void log_set_level(enum log_level level)
{
    atomic_store_explicit(&lowest, (int)level, memory_order_relaxed);
}

bool log_wants(enum log_level level)
{
    return (int)level >= atomic_load_explicit(&lowest, memory_order_relaxed);
}

int log_level_parse(const char *text)
{
    for (int level = 0; level < LOG_LEVELS; level++) {
        if (strcmp(text, level_names[level]) == 0) {
            return level;
        }
    }
    return -1;
}

void log_context(const char *jid, const char *trace_id)
{
    (void)str_fit(context_jid, sizeof context_jid, jid != NULL ? jid : "");
    (void)str_fit(context_trace, sizeof context_trace, trace_id != NULL ? trace_id : "");
}

const char *log_trace_id(void)
{
    return context_trace;
}

static bool known_secret(const char *secret)
{
    for (size_t i = 0; i < secrets.count; i++) {
        if (strncmp(secrets.at[i].text, secret, SECRET_BYTES - 1) == 0) {
            return true;
        }
    }
    return false;
}

static size_t free_place(void)
{
    size_t place = secrets.next;

    if (secrets.count < SECRETS) {
        return secrets.count++;
    }
    secrets.next = place + 1 < SECRETS ? place + 1 : PINNED;
    return place;
}

void log_redact(const char *secret)
{
    size_t size = secret != NULL ? strlen(secret) : 0;

    if (size < SECRET_LEAST) {
        return;
    }
    (void)pthread_rwlock_wrlock(&secrets.lock); /* fails only by deadlock, and we hold nothing */
    if (!known_secret(secret)) {
        size_t place = free_place();

        secrets.at[place].cut = size >= SECRET_BYTES;
        secrets.at[place].size = size < SECRET_BYTES ? size : SECRET_BYTES - 1;
        memcpy(secrets.at[place].text, secret, secrets.at[place].size);
        secrets.at[place].text[secrets.at[place].size] = '\0';
    }
    (void)pthread_rwlock_unlock(&secrets.lock);
}

/* Length of the longest secret that begins at text; 0 when none does.  The lock is held. */
static size_t secret_at(const char *text)
{
    size_t longest = 0;

    for (size_t i = 0; i < secrets.count; i++) {
        size_t size = secrets.at[i].size;

        if (secrets.at[i].text[0] != text[0] || size <= longest ||
            strncmp(secrets.at[i].text, text, size) != 0) {
            continue;
        }
        longest = size + (secrets.at[i].cut ? strcspn(text + size, " \t\r\n\"'") : 0);
    }
    return longest;
}

static void put_bytes(struct line *line, const char *bytes, size_t size)
{
    if (size > LINE_BYTES - 1 - line->len) {
        line->cut = true;
        return;
    }
    memcpy(line->text + line->len, bytes, size);
    line->len += size;
}

static void put(struct line *line, const char *text)
{
    put_bytes(line, text, strlen(text));
}

/* Bytes of the UTF-8 character at text; 0 when there is none (RFC 3629: no overlong forms, no surrogates). */
static size_t utf8_size(const unsigned char *text)
{
    size_t size = text[0] < 0x80   ? 1
                  : text[0] < 0xc2 ? 0
                  : text[0] < 0xe0 ? 2
                  : text[0] < 0xf0 ? 3
                                   : 4;

    if (text[0] > 0xf4) {
        return 0;
    }
    for (size_t i = 1; i < size; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f)) {
        return 0;
    }
    return size;
}

/* One character of a JSON string; returns how many bytes of text it took. */
static size_t put_char(struct line *line, const char *text)
{
    unsigned char c = (unsigned char)text[0];
    size_t size = utf8_size((const unsigned char *)text);
    char escape[8];

    if (c == '"' || c == '\\') {
        escape[0] = '\\';
        escape[1] = (char)c;
        put_bytes(line, escape, 2);
        return 1;
    }
    if (c < 0x20 || c == 0x7f) {
        (void)snprintf(escape, sizeof escape, "\\u%04x", c);
        put(line, escape);
        return 1;
    }
    if (size == 0) {
        put(line, "\\ufffd");
        return 1;
    }
    put_bytes(line, text, size);
    return size;
}

/* Secrets are searched for before escaping and before cutting, in what the caller gave. */
static void put_string(struct line *line, const char *text)
{
    const char *at = text;

    put(line, "\"");
    while (*at != '\0') {
        size_t secret = secret_at(at);

        if (line->len > LINE_BYTES - TAIL_BYTES || at - text > VALUE_BYTES) {
            line->cut = true;
            break;
        }
        if (secret > 0) {
            put(line, "***");
            at += secret;
        } else {
            at += put_char(line, at);
        }
    }
    put(line, "\"");
}

/* A number can be a secret, too, or hold one. */
static void put_number(struct line *line, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (secret_at(at) > 0) {
            put(line, "\"***\"");
            return;
        }
    }
    put(line, text);
}

static void put_value(struct line *line, const struct kv *field)
{
    char number[40];

    switch (field->type) {
    case KV_STR:
        if (field->value.str != NULL) {
            put_string(line, field->value.str);
        } else {
            put(line, "null");
        }
        break;
    case KV_INT:
        (void)snprintf(number, sizeof number, "%lld", (long long)field->value.num);
        put_number(line, number);
        break;
    case KV_BOOL:
        put(line, field->value.num != 0 ? "true" : "false");
        break;
    case KV_REAL:
        (void)snprintf(number, sizeof number, "%.12g", field->value.real);
        put_number(line, isfinite(field->value.real) ? number : "null");
        break;
    case KV_END:
        break;
    }
}

static void put_field(struct line *line, const struct kv *field)
{
    if (line->len + strlen(field->name) > LINE_BYTES - TAIL_BYTES) {
        line->cut = true;
        return;
    }
    put(line, line->len > 1 ? "," : "");
    put_string(line, field->name);
    put(line, ":");
    put_value(line, field);
}

static void put_head(struct line *line, enum log_level level, const char *event)
{
    char now[CLOCK_TEXT_BYTES];

    clock_format(clock_now_us(), now);
    put(line, "{");
    put_field(line, &kv_str("time", now));
    put_field(line, &kv_str("level", level_names[level]));
    put_field(line, &kv_str("program", program_name));
    put_field(line, &kv_str("event", event));
    if (context_jid[0] != '\0') {
        put_field(line, &kv_str("jid", context_jid));
    }
    if (context_trace[0] != '\0') {
        put_field(line, &kv_str("trace_id", context_trace));
    }
}

void log_write(enum log_level level, const char *event, const struct kv *fields)
{
    struct line line;

    assert((int)level >= 0 && level < LOG_LEVELS);
    line.len = 0;
    line.cut = false;
    (void)pthread_rwlock_rdlock(&secrets.lock); /* fails only with 2^31 readers */
    put_head(&line, level, event);
    for (const struct kv *field = fields; field->type != KV_END; field++) {
        put_field(&line, field);
    }
    (void)pthread_rwlock_unlock(&secrets.lock);
    put(&line, line.cut ? ",\"cut\":true}\n" : "}\n");
    if (write(STDERR_FILENO, line.text, line.len) < 0) {
        return; /* nobody is left to tell */
    }
}
