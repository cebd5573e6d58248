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

/* A number of the URL; the least and most that it may be. */
struct url_number {
    const char *name;
    int min, max;
};

static int parse_number(struct piece p, const struct url_number *as, int *ret, struct fail *f)
{
    char text[16];
    int64_t value;

    if (p.size_bytes >= sizeof text) {
        return fail_set(f, FAIL_INPUT, "Redis URL: the %s is not a number", as->name);
    }
    memcpy(text, p.text, p.size_bytes);
    text[p.size_bytes] = '\0';
    if (str_to_int(text, as->min, as->max, as->name, &value, f) < 0) {
        return fail_set(f, FAIL_INPUT, "Redis URL: the %s must be a number from %d to %d", as->name,
                        as->min, as->max);
    }
    *ret = (int)value;
    return 0;
}

/* Take "user:password@" off the front of *rest, which ends where the authority ends. */
static int parse_login(struct piece *rest, struct redis_login *login, struct fail *f)
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
    TRY(decode(user, login->user, sizeof login->user, "user", f));
    return decode(password, login->password, sizeof login->password, "password", f);
}

/* "host", "host:port", "[address]:port"; the port stays as it is when none is given. */
static int parse_place(struct piece rest, struct redis_place *place, struct fail *f)
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
        TRY(parse_number((struct piece){ colon + 1, rest.size_bytes - before - 1 },
                         &(struct url_number){ "port", 1, 65535 }, &place->port, f));
        host.size_bytes = before;
    }
    if (bracketed) {
        host = (struct piece){ rest.text + 1, (size_t)(end - rest.text - 1) };
    }
    TRY(decode(host, place->host, sizeof place->host, "host", f));
    return place->host[0] != '\0' ? 0 : fail_set(f, FAIL_INPUT, "Redis URL: the host is missing");
}

/* Cut *rest at the first `mark`: what stood before it is returned, *rest is what comes after (empty without a mark). */
static struct piece cut(struct piece *rest, char mark)
{
    const char *at = memchr(rest->text, mark, rest->size_bytes);
    struct piece first = { rest->text, at == NULL ? rest->size_bytes : (size_t)(at - rest->text) };
    size_t gone = first.size_bytes + (at != NULL);

    *rest = (struct piece){ rest->text + gone, rest->size_bytes - gone };
    return first;
}

static int parse_db(struct piece db, struct redis_url *u, struct fail *f)
{
    return parse_number(db, &(struct url_number){ "database", 0, REDIS_DATABASES_MAX }, &u->db, f);
}

/* "[user:password@]host[:port][/db]" */
static int parse_server(struct piece p, struct redis_url *u, struct fail *f)
{
    struct piece authority = cut(&p, '/');

    u->server.port = REDIS_DEFAULT_PORT;
    TRY(parse_login(&authority, &u->login, f));
    TRY(parse_place(authority, &u->server, f));
    return p.size_bytes == 0 ? 0 : parse_db(p, u, f);
}

/* "[user:password@]host[:port][,host[:port]...]/NAME[/db]" */
static int parse_sentinels(struct piece p, struct redis_url *u, struct fail *f)
{
    struct piece places = cut(&p, '/');
    struct piece name = cut(&p, '/');

    TRY(parse_login(&places, &u->login, f));
    do {
        struct redis_place *place = &u->sentinels[u->sentinel_count];

        if (u->sentinel_count == REDIS_SENTINELS_MAX) {
            return fail_set(f, FAIL_INPUT, "Redis URL: more than %d hosts of sentinels",
                            REDIS_SENTINELS_MAX);
        }
        place->port = REDIS_SENTINEL_PORT;
        TRY(parse_place(cut(&places, ','), place, f));
        u->sentinel_count++;
    } while (places.size_bytes > 0);
    TRY(decode(name, u->service, sizeof u->service, "name of the primary", f));
    if (u->service[0] == '\0') {
        return fail_set(f, FAIL_INPUT,
                        "Redis URL: after the sentinels comes /NAME, the name of the primary");
    }
    return p.size_bytes == 0 ? 0 : parse_db(p, u, f);
}

/* "[user:password@]/path" */
static int parse_socket(struct piece p, struct redis_url *u, struct fail *f)
{
    TRY(parse_login(&p, &u->login, f));
    TRY(decode(p, u->path, sizeof u->path, "socket path", f));
    return u->path[0] == '/'
               ? 0
               : fail_set(f, FAIL_INPUT, "Redis URL: the socket path must begin with '/'");
}

static int take_cacert(struct piece value, struct redis_url *u, struct fail *f)
{
    TRY(decode(value, u->cacert, sizeof u->cacert, "cacert path", f));
    return u->cacert[0] == '/'
               ? 0
               : fail_set(f, FAIL_INPUT, "Redis URL: the cacert path must begin with '/'");
}

static int take_sentinel_user(struct piece value, struct redis_url *u, struct fail *f)
{
    return decode(value, u->sentinel_login.user, sizeof u->sentinel_login.user, "sentinel_username",
                  f);
}

static int take_sentinel_password(struct piece value, struct redis_url *u, struct fail *f)
{
    return decode(value, u->sentinel_login.password, sizeof u->sentinel_login.password,
                  "sentinel_password", f);
}

typedef int piece_parse_fn(struct piece p, struct redis_url *u, struct fail *f);

enum { OPTION_CACERT = 1, OPTION_DB = 2, OPTION_SENTINEL = 4 };

/* To add an option: a line here, a bit above, and that bit in the schemes that take it. */
static const struct option {
    const char *name;
    unsigned bit;
    piece_parse_fn *parse;
} options[] = {
    { "cacert", OPTION_CACERT, take_cacert },
    { "db", OPTION_DB, parse_db },
    { "sentinel_username", OPTION_SENTINEL, take_sentinel_user },
    { "sentinel_password", OPTION_SENTINEL, take_sentinel_password },
};

static const struct scheme {
    const char *prefix;
    bool tls;
    piece_parse_fn *parse; /* what stands before the options */
    unsigned options;
    const char *options_text;
} schemes[] = {
    { "redis://", false, parse_server, 0, "none" },
    { "rediss://", true, parse_server, OPTION_CACERT, "cacert=PATH" },
    { "unix://", false, parse_socket, OPTION_DB, "db=N" },
    { "redis+sentinel://", false, parse_sentinels, OPTION_SENTINEL,
      "sentinel_username=U and sentinel_password=P" },
    { "rediss+sentinel://", true, parse_sentinels, OPTION_CACERT | OPTION_SENTINEL,
      "cacert=PATH, sentinel_username=U and sentinel_password=P" },
};

static int parse_option(const struct scheme *scheme, struct piece text, struct redis_url *u,
                        struct fail *f)
{
    struct piece name = cut(&text, '=');

    for (size_t i = 0; i < COUNT_OF(options); i++) {
        if ((scheme->options & options[i].bit) != 0 && strlen(options[i].name) == name.size_bytes &&
            memcmp(options[i].name, name.text, name.size_bytes) == 0) {
            return options[i].parse(text, u, f);
        }
    }
    return fail_set(f, FAIL_INPUT, "Redis URL: an option is not known; options of %s: %s",
                    scheme->prefix, scheme->options_text);
}

static int parse_scheme(const struct scheme *scheme, const char *text, struct redis_url *u,
                        struct fail *f)
{
    struct piece place = { text, strcspn(text, "?#") };
    struct piece query = { text + place.size_bytes, strlen(text + place.size_bytes) };

    u->tls = scheme->tls;
    TRY(scheme->parse(place, u, f));
    if (memchr(query.text, '#', query.size_bytes) != NULL) {
        return fail_set(f, FAIL_INPUT, "Redis URL: '#' must be written as %%23");
    }
    (void)cut(&query, '?');
    while (query.size_bytes > 0) {
        TRY(parse_option(scheme, cut(&query, '&'), u, f));
    }
    if (u->sentinel_login.user[0] != '\0' && u->sentinel_login.password[0] == '\0') {
        return fail_set(f, FAIL_INPUT, "Redis URL: sentinel_username without sentinel_password");
    }
    return 0;
}

int redis_url_parse(const char *text, struct redis_url *ret, struct fail *f)
{
    for (size_t i = 0; i < COUNT_OF(schemes); i++) {
        size_t prefix_bytes = strlen(schemes[i].prefix);

        if (strncmp(text, schemes[i].prefix, prefix_bytes) == 0) {
            struct redis_url u = { .db = 0 };

            TRY(parse_scheme(&schemes[i], text + prefix_bytes, &u, f));
            *ret = u;
            return 0;
        }
    }
    return fail_set(f, FAIL_INPUT,
                    "Redis URL: it must begin with redis://, rediss://, unix:// or, for Sentinel, "
                    "redis+sentinel:// or rediss+sentinel://");
}
