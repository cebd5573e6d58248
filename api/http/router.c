#include "api/http/router.h"

#include <stdbool.h>
#include <string.h>

size_t route_fields(const struct route *route)
{
    size_t count = 0;
    while (count < ROUTE_FIELDS_MAX && route->fields[count].name != NULL) {
        count++;
    }
    return count;
}

static bool add_param(struct route_match *m, const char *pattern, size_t pattern_bytes,
                      const char *value, size_t value_bytes)
{
    if (value_bytes == 0 || m->param_count == ROUTER_PARAMS_MAX) {
        return false;
    }
    size_t i = m->param_count++;
    m->params[i].name = pattern + 1;
    m->params[i].name_bytes = pattern_bytes - 2;
    m->params[i].value = value;
    m->params[i].value_bytes = value_bytes;
    return true;
}

/* Both start with '/'; segment by segment. */
static bool path_fits(const char *pattern, const char *path, struct route_match *m)
{
    m->param_count = 0;
    while (*pattern == '/' && *path == '/') {
        size_t pattern_bytes = strcspn(++pattern, "/");
        size_t path_bytes = strcspn(++path, "/");
        if (pattern[0] == '{') {
            if (!add_param(m, pattern, pattern_bytes, path, path_bytes)) {
                return false;
            }
        } else if (pattern_bytes != path_bytes || strncmp(pattern, path, path_bytes) != 0) {
            return false;
        }
        pattern += pattern_bytes;
        path += path_bytes;
    }
    return *pattern == '\0' && *path == '\0';
}

enum router_result router_find(const struct route *table, size_t count, const char *method,
                               const char *path, struct route_match *ret)
{
    const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;
    enum router_result result = ROUTER_NO_PATH;

    for (size_t i = 0; i < count; i++) {
        struct route_match m;
        if (!path_fits(table[i].path, path, &m)) {
            continue;
        }
        if (strcmp(table[i].method, wanted) == 0) {
            *ret = m;
            ret->route = &table[i];
            return ROUTER_FOUND;
        }
        result = ROUTER_NO_METHOD;
    }
    return result;
}

void router_allow(const struct route *table, size_t count, const char *path,
                  char text[static ROUTER_ALLOW_BYTES])
{
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        struct route_match m;
        const char *word = strcmp(table[i].method, "GET") == 0 ? "GET, HEAD" : table[i].method;
        size_t word_bytes = strlen(word);
        if (!path_fits(table[i].path, path, &m) || length + word_bytes + 3 > ROUTER_ALLOW_BYTES) {
            continue;
        }
        if (length > 0) {
            memcpy(text + length, ", ", 2);
            length += 2;
        }
        memcpy(text + length, word, word_bytes + 1);
        length += word_bytes;
    }
}
