/* A text file compiled into the program (SQL, Lua, GraphQL).  Constant data; any thread. */
#pragma once

#include <stddef.h>

struct embedded {
    const char *name;  /* symbol name, unique in the program: "sql_orders_upsert" */
    const char *text;  /* NUL-terminated content of the file */
    size_t size_bytes; /* without the NUL */
    const char *sha1;  /* of the text, in hex; NULL = not known (made by hand) */
};
