#include "api/http/accepts.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

/* The parameters behind a coding: is its weight (";q=0", ";q=0.000") nothing? */
static bool is_refused(const char *parameters)
{
    const char *at = parameters + strspn(parameters, " \t;");
    if (strncasecmp(at, "q=0", 3) != 0) {
        return false;
    }
    at += 3;
    if (*at == '.') {
        at += 1 + strspn(at + 1, "0");
    }
    return *at == '\0' || *at == ',' || *at == ' ';
}

bool accepts_encoding(const char *accept_encoding, const char *coding)
{
    size_t size = strlen(coding);

    for (const char *at = accept_encoding; at != NULL && *at != '\0';) {
        at += strspn(at, " \t,");
        if (strncasecmp(at, coding, size) == 0 && strchr(" \t,;", at[size]) != NULL) {
            return !is_refused(at + size);
        }
        at += strcspn(at, ",");
    }
    return false;
}
