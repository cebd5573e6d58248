/* CJ's client whose answers are scripted (fake.h), for tests of the catalogue's calls.
 * Threads: one. */
#pragma once

#include "tests/unit/providers/fake.h"
#include "worker/providers/cj/products_priv.h"

/* An answer that went well, with this JSON as its data. */
#define OK_DATA(data)                                                                              \
    "{\"code\":200,\"result\":true,\"message\":\"Success\",\"data\":" data ",\"requestId\":\"r\"}"
/* The data of one page of a search: how many there are in all, and the rows of this page. */
#define LIST(total, rows)                                                                          \
    "{\"pageSize\":2,\"pageNumber\":1,\"totalRecords\":" total ",\"totalPages\":9,"                \
    "\"content\":[{\"keyWord\":\"x\",\"productList\":[" rows "]}]}"

extern struct cj *cj;
extern const struct cj_search two_of_first; /* the first page of two */

/* cmocka test set-up and tear-down: nothing scripted yet, a client. */
int cj_scripted_setup(void **state);
int cj_scripted_teardown(void **state);
/* Search two_of_first; *page is the caller's. */
int search(struct cj_found_page *page, struct fail *f);
