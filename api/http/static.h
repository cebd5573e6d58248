/* The dashboard's files, as its build left them: read into memory once, at the start, with the compressed forms the build put
 * beside them (x.js.br, x.js.gz).  A request is compared with the names that were read, so there is no path to escape by.
 * Names under /assets/ carry a hash of their content and may be kept for a year; index.html is asked for again each time.  Every
 * other path that could be a page of the dashboard is answered with index.html, whose script reads the path.
 * Threads: immutable after static_open. */
#pragma once

#include <stdbool.h>

#include "api/http/reply.h"
#include "api/http/request.h"
#include "common/base/attr.h"
#include "common/base/fail.h"

struct static_files;

/* Read the folder; NULL: `dashboard` beside the program, else ../share/dropship/dashboard.  A folder without index.html is none:
 * then `/` says how to build it.  *ret is the caller's (static_close).  FAIL_LATER memory, FAIL_INPUT: over 64 MB of files. */
must_check int static_open(const char *folder, struct static_files **ret, struct fail *f);
/* Release them.  Accepts NULL. */
void static_close(struct static_files *files);
/* How many there are; 0 = no dashboard. */
size_t static_count(const struct static_files *files);
/* Is this request for one of them (or a page of the dashboard)?  Then *re is the answer.  files may be NULL. */
bool static_answer(const struct static_files *files, const struct request *rq, struct reply *re);
