/* Private to common/queue: looking for a job by its id. */
#pragma once

#include "common/queue/entries.h"

/* Where in a waiting list a job was seen, so that taking it out can begin at the nearer end. */
struct found_place {
    bool near_head;
};

/* queue_find that also tells from which end of its list the job is best taken; place is written on success only. */
must_check int find_job(struct redis *r, const char *jid, struct job_entries *ret,
                        struct found_place *place, struct fail *f);

/* A text to look for in many others: Horspool's table, made once. */
struct needle {
    const char *text; /* borrowed */
    size_t size_bytes;
    unsigned char skip[256];
};
/* text: 1 to 255 bytes. */
void needle_init(struct needle *n, const char *text);
/* Does it occur in the bytes? */
bool needle_occurs(const struct needle *n, const char *bytes, size_t size_bytes);

/* How many entries to read next, by the size of those in this page: about half a megabyte, which Redis sends in well under a
 * millisecond; between 64 and 4000. */
size_t page_size_after(const redisReply *page);
