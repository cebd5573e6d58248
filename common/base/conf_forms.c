/* What a value must look like beyond its length: told at the start, before anything runs, instead of by what would use it. */
#include <string.h>

#include "common/base/conf_priv.h"
#include "common/base/listen.h"

static bool begins_with_one_of(const char *value, const char *const *prefixes)
{
    for (; *prefixes != NULL; prefixes++) {
        if (strncmp(value, *prefixes, strlen(*prefixes)) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_http(const char *value)
{
    static const char *const schemes[] = { "https://", "http://", NULL };
    return begins_with_one_of(value, schemes);
}

static bool is_redis(const char *value)
{
    static const char *const schemes[] = { "redis://",          "rediss://",          "unix://",
                                           "redis+sentinel://", "rediss+sentinel://", NULL };
    return begins_with_one_of(value, schemes);
}

static bool is_postgres(const char *value)
{
    static const char *const schemes[] = { "postgresql://", "postgres://", NULL };
    return begins_with_one_of(value, schemes);
}

static bool is_listen(const char *value)
{
    struct listen_at at;
    return listen_parse(value, &at);
}

/* The server of the API knows no IPv6. */
static bool is_listen_v4(const char *value)
{
    struct listen_at at;
    return listen_parse(value, &at) && !at.v6;
}

static bool is_shop(const char *value)
{
    return value[strspn(value,
                        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")] == '\0';
}

static const char HTTP_WANTED[] = "give a URL that begins with https:// or http://";
static const char POSTGRES_WANTED[] = "give a URL that begins with postgresql://";

static const struct form {
    enum conf_id id;
    bool (*fits)(const char *value);
    const char *wanted;
} forms[] = {
    { CONF_REDIS_URL, is_redis,
      "give a URL that begins with redis://, rediss://, unix:// or "
      "redis+sentinel://" },
    { CONF_DATABASE_URL, is_postgres, POSTGRES_WANTED },
    { CONF_DATABASE_READ_URL, is_postgres, POSTGRES_WANTED },
    { CONF_LISTEN, is_listen_v4, "give IPV4:PORT, or :PORT for all addresses" },
    { CONF_HEALTH_LISTEN, is_listen, "give IPV4:PORT, [IPV6]:PORT, or :PORT for all addresses" },
    { CONF_SHOPIFY_SHOP, is_shop, "give the NAME of NAME.myshopify.com alone" },
    { CONF_SHOPIFY_BASE_URL, is_http, HTTP_WANTED },
    { CONF_CJ_BASE_URL, is_http, HTTP_WANTED },
    { CONF_OPENAI_BASE_URL, is_http, HTTP_WANTED },
    { CONF_ANTHROPIC_BASE_URL, is_http, HTTP_WANTED },
    { CONF_AI_BASE_URL, is_http, HTTP_WANTED },
};

const char *conf_form_wanted(enum conf_id id, const char *value)
{
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if (forms[i].id == id && !forms[i].fits(value)) {
            return forms[i].wanted;
        }
    }
    return NULL;
}
