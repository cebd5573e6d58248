#include "common/redis/redis_url.h"

#include <string.h>

#include "common/base/str.h"

/* A stretch of the URL, not terminated. */
struct piece {
    const char *text;
    size_t size_bytes;
};

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte of "%XX" at text; -1 when it is none, or NUL. */
static int percent_byte(const char *text, size_t left_bytes)
{
    int high = left_bytes >= 3 ? hex_value(text[1]) : -1;
    int low = left_bytes >= 3 ? hex_value(text[2]) : -1;
    int byte = high < 0 || low < 0 ? -1 : high * 16 + low;

    return byte == 0 ? -1 : byte;
}

/* Percent-decoded copy of a piece into a field. */
static int decode(struct piece p, char *field, size_t field_bytes, const char *what, struct fail *f)
{
    size_t used = 0;

    for (size_t i = 0; i < p.size_bytes; i++) {
        int c = p.text[i];

        if (c == '%') {
            c = percent_byte(p.text + i, p.size_bytes - i);
            if (c < 0) {
                return fail_set(f, FAIL_INPUT, "Redis URL: bad percent-encoding in the %s", what);
            }
            i += 2;
        }
        if (used + 1 >= field_bytes) {
            return fail_set(f, FAIL_INPUT, "Redis URL: the %s is too long", what);
        }
        field[used++] = (char)c;
    }
    field[used] = '\0';
    return 0;
}

static int parse_number(struct piece p, int64_t min, int64_t max, const char *what, int *ret,
                        struct fail *f)
{
    char text[16];
    int64_t value;

    if (p.size_bytes >= sizeof text) {
        return fail_set(f, FAIL_INPUT, "Redis URL: the %s is not a number", what);
    }
    memcpy(text, p.text, p.size_bytes);
    text[p.size_bytes] = '\0';
    if (str_to_int(text, min, max, what, &value, f) < 0) {
        return fail_set(f, FAIL_INPUT, "Redis URL: the %s must be a number from %lld to %lld", what,
                        (long long)min, (long long)max);
    }
    *ret = (int)value;
    return 0;
}

/* Take "user:password@" off the front of *rest, which ends where the authority ends. */
static int parse_login(struct piece *rest, struct redis_url *u, struct fail *f)
{
    const char *at = memrchr(rest->text, '@', rest->size_bytes);
    const char *colon;
    struct piece user;
    struct piece password = { "", 0 };

    if (at == NULL) {
        return 0;
    }
    user = (struct piece){ rest->text, (size_t)(at - rest->text) };
    colon = memchr(user.text, ':', user.size_bytes);
    if (colon == NULL) {
        return fail_set(f, FAIL_INPUT,
                        "Redis URL: a password is given as user:password@ or :password@");
    }
    password = (struct piece){ colon + 1, (size_t)(at - colon - 1) };
    user.size_bytes = (size_t)(colon - user.text);
    rest->size_bytes -= (size_t)(at + 1 - rest->text);
    rest->text = at + 1;
    TRY(decode(user, u->user, sizeof u->user, "user", f));
    return decode(password, u->password, sizeof u->password, "password", f);
}

static int parse_host(struct piece rest, struct redis_url *u, struct fail *f)
{
    bool bracketed = rest.size_bytes > 0 && rest.text[0] == '[';
    const char *end = bracketed ? memchr(rest.text, ']', rest.size_bytes) : NULL;
    struct piece host = rest;
    const char *colon;

    if (bracketed && end == NULL) {
        return fail_set(f, FAIL_INPUT, "Redis URL: '[' without ']' in the host");
    }
    colon = bracketed ? end + 1 : memchr(rest.text, ':', rest.size_bytes);
    if (colon != NULL && colon < rest.text + rest.size_bytes) {
        size_t before = (size_t)(colon - rest.text);

        if (*colon != ':') {
            return fail_set(f, FAIL_INPUT, "Redis URL: unexpected text after the host");
        }
        TRY(parse_number((struct piece){ colon + 1, rest.size_bytes - before - 1 }, 1, 65535,
                         "port", &u->port, f));
        host.size_bytes = before;
    }
    if (bracketed) {
        host = (struct piece){ rest.text + 1, (size_t)(end - rest.text - 1) };
    }
    TRY(decode(host, u->host, sizeof u->host, "host", f));
    return u->host[0] != '\0' ? 0 : fail_set(f, FAIL_INPUT, "Redis URL: the host is missing");
}

/* "[user:password@]host[:port][/db]" */
static int parse_server(struct piece p, struct redis_url *u, struct fail *f)
{
    const char *slash = memchr(p.text, '/', p.size_bytes);
    struct piece authority = { p.text, slash == NULL ? p.size_bytes : (size_t)(slash - p.text) };
    struct piece db = { slash, p.size_bytes - authority.size_bytes };

    TRY(parse_login(&authority, u, f));
    TRY(parse_host(authority, u, f));
    if (db.size_bytes > 1) {
        return parse_number((struct piece){ db.text + 1, db.size_bytes - 1 }, 0,
                            REDIS_DATABASES_MAX, "database", &u->db, f);
    }
    return 0;
}

static int parse_tcp(const char *text, struct redis_url *u, struct fail *f)
{
    struct piece server = { text, strcspn(text, "?#") };

    if (text[server.size_bytes] != '\0') {
        return fail_set(f, FAIL_INPUT, "Redis URL: options after '?' or '#' are not known");
    }
    return parse_server(server, u, f);
}

static int parse_tls(const char *text, struct redis_url *u, struct fail *f)
{
    static const char option[] = "?cacert=";
    struct piece server = { text, strcspn(text, "?#") };
    const char *query = text + server.size_bytes;
    struct piece file;

    u->tls = true;
    TRY(parse_server(server, u, f));
    if (*query == '\0') {
        return 0;
    }
    file = (struct piece){ query + strlen(option), 0 };
    if (strncmp(query, option, strlen(option)) != 0 || strpbrk(file.text, "?&#") != NULL) {
        return fail_set(f, FAIL_INPUT, "Redis URL: the only option of rediss:// is ?cacert=PATH");
    }
    file.size_bytes = strlen(file.text);
    TRY(decode(file, u->cacert, sizeof u->cacert, "cacert path", f));
    return u->cacert[0] == '/'
               ? 0
               : fail_set(f, FAIL_INPUT, "Redis URL: the cacert path must begin with '/'");
}

static int parse_unix(const char *text, struct redis_url *u, struct fail *f)
{
    struct piece rest = { text, strcspn(text, "?#") };
    const char *query = text + rest.size_bytes;

    TRY(parse_login(&rest, u, f));
    TRY(decode(rest, u->path, sizeof u->path, "socket path", f));
    if (u->path[0] != '/') {
        return fail_set(f, FAIL_INPUT, "Redis URL: the socket path must begin with '/'");
    }
    if (*query == '\0') {
        return 0;
    }
    if (strncmp(query, "?db=", 4) != 0) {
        return fail_set(f, FAIL_INPUT, "Redis URL: the only option of a socket is ?db=N");
    }
    return parse_number((struct piece){ query + 4, strlen(query + 4) }, 0, REDIS_DATABASES_MAX,
                        "database", &u->db, f);
}

typedef int scheme_parse_fn(const char *text, struct redis_url *u, struct fail *f);

static const struct scheme {
    const char *prefix;
    scheme_parse_fn *parse;
} schemes[] = {
    { "redis://", parse_tcp },
    { "rediss://", parse_tls },
    { "unix://", parse_unix },
};

int redis_url_parse(const char *text, struct redis_url *ret, struct fail *f)
{
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        size_t prefix_bytes = strlen(schemes[i].prefix);

        if (strncmp(text, schemes[i].prefix, prefix_bytes) == 0) {
            struct redis_url u = { .port = REDIS_DEFAULT_PORT };

            TRY(schemes[i].parse(text + prefix_bytes, &u, f));
            *ret = u;
            return 0;
        }
    }
    return fail_set(f, FAIL_INPUT, "Redis URL: it must begin with redis://, rediss:// or unix://");
}
