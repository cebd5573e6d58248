#include <string.h>

#include "common/queue/find.h"

void needle_init(struct needle *n, const char *text)
{
    n->text = text;
    n->size_bytes = strlen(text);
    memset(n->skip, (int)n->size_bytes, sizeof n->skip);
    for (size_t i = 0; i + 1 < n->size_bytes; i++) {
        n->skip[(unsigned char)text[i]] = (unsigned char)(n->size_bytes - 1 - i);
    }
}

/* memmem makes a table for each call, which costs more than the search in a job of 200 bytes. */
bool needle_occurs(const struct needle *n, const char *bytes, size_t size_bytes)
{
    size_t last = n->size_bytes - 1;

    for (size_t at = last; at < size_bytes; at += n->skip[(unsigned char)bytes[at]]) {
        if (bytes[at] == n->text[last] && memcmp(bytes + at - last, n->text, last) == 0) {
            return true;
        }
    }
    return false;
}
