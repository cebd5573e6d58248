#include <string.h>
#include <time.h>

#include "api/http/server_priv.h"
#include "api/http/text.h"
#include "common/base/clock.h"

/* A body is read in small pieces beyond what came with the head: the library waits for a piece to be complete, so a large one
 * would let a client that drips bytes hold a thread for hours. */
enum {
    PIECE_BYTES = 16,
    BODY_MS = 5000,
    BODY_BYTES_PER_MS = 256,
    PLACE_WAIT_MS =
        50 /* for one of api->open_bodies, ->keyed_bodies: as long as honest bursts need */
};

static int read_piece(struct mg_connection *c, char *bytes, size_t size_bytes)
{
    size_t piece = size_bytes < PIECE_BYTES ? size_bytes : PIECE_BYTES;
    return mg_read(c, bytes, piece);
}

static int read_bytes(struct request *rq, char *bytes, size_t size_bytes)
{
    int64_t until_ms = clock_mono_ms() + BODY_MS + (int64_t)size_bytes / BODY_BYTES_PER_MS;
    size_t done = 0;

    while (done < size_bytes) {
        int got = read_piece(rq->source, bytes + done, size_bytes - done);
        if (got <= 0 || clock_mono_ms() > until_ms) {
            return -1;
        }
        done += (size_t)got;
        rq->unread_bytes -= got;
    }
    return 0;
}

/* Closing with bytes unread makes the kernel throw our answer away: take in what is already under way.  A client that waits
 * for leave to send has nothing under way, nor has one that was too slow. */
void body_drain(struct request *rq, bool refused_late)
{
    if (rq->unread_bytes > 0 && !refused_late && request_header(rq, "Expect") == NULL &&
        sem_trywait(&rq->api->drains) == 0) {
        guard_drain(visit_of(rq)->guest, rq->unread_bytes);
        sem_post(&rq->api->drains);
    }
}

/* Whether a place became free in time. */
static bool take_place(sem_t *places)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += PLACE_WAIT_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    return sem_clockwait(places, CLOCK_MONOTONIC, &until) == 0;
}

/* A client that waits for leave to send its body gets it when we want to read. */
int body_read(struct request *rq, char *bytes, size_t size_bytes)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    sem_t *places =
        rq->route->access == ACCESS_OPEN ? &rq->api->open_bodies : &rq->api->keyed_bodies;

    request_give(rq);
    if (!take_place(places)) {
        return 1;
    }
    if (request_header(rq, "Expect") != NULL) {
        (void)mg_write(rq->source, go_on, sizeof go_on - 1);
    }
    int done = read_bytes(rq, bytes, size_bytes);
    sem_post(places);
    return done;
}

const char *body_problem(const struct request *rq, int *ret_status)
{
    const char *length = request_header(rq, "Content-Length");
    const char *expect = request_header(rq, "Expect");
    int64_t unused;

    if (rq->header_count >= MG_MAX_HEADERS) { /* the library drops what is beyond */
        *ret_status = 431;
        return "The request has too many headers.";
    }
    *ret_status = 400;
    if (request_header(rq, "Transfer-Encoding") != NULL) {
        *ret_status = 411;
        return "Send the body with Content-Length, not chunked.";
    }
    if (length != NULL && (request_header_count(rq, "Content-Length") != 1 ||
                           !text_to_int(length, 0, INT64_MAX, &unused))) {
        return "Content-Length must be one whole number.";
    }
    if (expect != NULL && strcmp(expect, "100-continue") != 0) {
        *ret_status = 417;
        return "Only 100-continue can be expected.";
    }
    return text_is_utf8(rq->path, strlen(rq->path)) ? NULL : "The path is not valid UTF-8.";
}
