#include "api/http/server_send.h"

#include <civetweb.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "api/http/accepts.h"
#include "api/http/etag.h"
#include "api/http/server_guard.h"
#include "common/base/clock.h"
#include "common/base/log.h"

/* A piece that is not taken within PIECE_MS ends the connection: 3 KB a second at the least. */
enum { PIECE_BYTES = 32 * 1024, PIECE_MS = 10000, HEAD_ROOM_BYTES = 8192, CHUNK_ROOM_BYTES = 16 };
/* Measured: a page of 50 orders, 29 KB, becomes 2.8 KB for a tenth of what Postgres takes to make it.  Below the least size there is
 * little to save; who does not ask for it (programs beside us) gets it plain. */
enum { GZIP_LEAST_BYTES = 4096, GZIP_LEVEL = 1, GZIP_WINDOW_BITS = 13 + 16, GZIP_MEMORY = 6 };

/* ---- bytes ---- */

static int push(struct delivery *d, const char *bytes, size_t size_bytes)
{
    for (size_t sent = 0; sent < size_bytes;) {
        size_t piece = size_bytes - sent < PIECE_BYTES ? size_bytes - sent : PIECE_BYTES;

        guard_say(d->guest, GUARD_BUSY, clock_mono_ms() + PIECE_MS);
        if (mg_write(d->to, bytes + sent, piece) != (int)piece) {
            d->keep = false;
            return -1;
        }
        sent += piece;
    }
    /* It was taken in time.  A stream that has nothing to say for a while is not a client that does not read. */
    guard_say(d->guest, GUARD_BUSY, 0);
    return 0;
}

/* ---- whole bodies ---- */

static bool is_get(const struct request *rq)
{
    return rq->method != NULL &&
           (strcmp(rq->method, "GET") == 0 || strcmp(rq->method, "HEAD") == 0);
}

static bool is_json(const struct reply *re)
{
    return re->type != NULL && strcmp(re->type, "application/json") == 0;
}

/* Lists and figures that have not changed since the client saw them need not travel again. */
static void tag(struct reply_frame *frame, const struct request *rq, struct reply *re,
                char made[static ETAG_BYTES])
{
    bool ours = rq->route != NULL && rq->route->access != ACCESS_OPEN && is_json(re);

    if (re->status != 200 || !is_get(rq) || (re->etag == NULL && !ours)) {
        return;
    }
    if (re->etag == NULL) {
        etag_of(re->body.data, re->body.len, made);
    }
    frame->etag = re->etag != NULL ? re->etag : made;
    if (etag_is_known(request_header(rq, "If-None-Match"), frame->etag)) {
        re->status = 304;
        re->bytes = NULL;
        str_clear(&re->body);
    }
}

static int deflate_all(const struct str *in, struct str *out)
{
    z_stream z = { .next_in = (Bytef *)in->data, .avail_in = (uInt)in->len };
    unsigned char piece[4096];
    int step =
        deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS, GZIP_MEMORY, Z_DEFAULT_STRATEGY);

    while (step == Z_OK) {
        z.next_out = piece;
        z.avail_out = sizeof piece;
        step = deflate(&z, Z_FINISH);
        str_add_bytes(out, piece, sizeof piece - z.avail_out);
    }
    (void)deflateEnd(&z);
    return step == Z_STREAM_END && !out->failed ? 0 : -1;
}

static void compress_body(struct reply_frame *frame, const struct request *rq, struct reply *re)
{
    scoped(str_done) struct str packed;

    str_init(&packed, REPLY_MAX_BYTES);
    frame->varies = is_json(re) && is_get(rq);
    if (!frame->varies || re->body.len < GZIP_LEAST_BYTES ||
        !accepts_encoding(request_header(rq, "Accept-Encoding"), "gzip") ||
        deflate_all(&re->body, &packed) < 0) {
        return;
    }
    frame->encoding = "gzip";
    struct str plain = re->body;
    re->body = packed;
    packed = plain;
}

static void send_whole(struct delivery *d, const struct request *rq, struct reply *re)
{
    scoped(str_done) struct str out;
    char made[ETAG_BYTES];
    struct reply_frame frame = { .keep = d->keep, .secure = rq->secure };

    str_init(&out, HEAD_ROOM_BYTES + PIECE_BYTES);
    tag(&frame, rq, re, made);
    compress_body(&frame, rq, re);
    const char *body = re->bytes != NULL ? re->bytes : re->body.data;
    frame.length = re->bytes != NULL ? re->bytes_count : re->body.len;
    reply_head(re, rq, &frame, &out);
    bool bodiless = re->status == 304 || (rq->method != NULL && strcmp(rq->method, "HEAD") == 0);
    size_t left = bodiless ? 0 : frame.length, first = left < PIECE_BYTES ? left : PIECE_BYTES;
    str_add_bytes(&out, body, first);
    if (out.failed) {
        log_error("http.unsent", kv_str("request_id", rq->id));
        d->keep = false;
    } else if (push(d, out.data, out.len) == 0) {
        (void)push(d, body + first, left - first);
    }
}

/* ---- streams ---- */

struct stream {
    struct reply_sink sink; /* first: the stream is found by it */
    struct delivery *d;
    char *buffer; /* CHUNK_ROOM_BYTES, then up to PIECE_BYTES, then CR LF */
    size_t held;
    bool muted; /* HEAD */
};

static int stream_left(struct fail *f)
{
    return fail_code(f, FAIL_LATER, "CLIENT_LEFT", "the client left or was too slow");
}

static int flush(struct stream *s)
{
    char head[CHUNK_ROOM_BYTES];
    char *from = s->buffer + CHUNK_ROOM_BYTES;
    size_t size = s->held;

    s->held = 0;
    if (size == 0 || s->muted) {
        return 0;
    }
    if (!s->d->old) {
        int digits = snprintf(head, sizeof head, "%zx\r\n", size);
        from -= digits;
        memcpy(from, head, (size_t)digits);
        memcpy(s->buffer + CHUNK_ROOM_BYTES + size, "\r\n", 2);
        size += (size_t)digits + 2;
    }
    return push(s->d, from, size);
}

static int stream_write(struct reply_sink *out, const void *bytes, size_t size_bytes,
                        struct fail *f)
{
    struct stream *s = (struct stream *)(void *)out;
    const char *from = bytes;

    if (size_bytes == 0 && (flush(s) < 0 || guard_has_left(s->d->guest))) {
        return stream_left(f);
    }
    while (size_bytes > 0) {
        size_t room = PIECE_BYTES - s->held, piece = size_bytes < room ? size_bytes : room;
        memcpy(s->buffer + CHUNK_ROOM_BYTES + s->held, from, piece);
        s->held += piece;
        from += piece;
        size_bytes -= piece;
        if (s->held == PIECE_BYTES && flush(s) < 0) {
            return stream_left(f);
        }
    }
    return 0;
}

static int run_stream(struct stream *s, struct request *rq, struct reply *re, struct fail *f)
{
    TRY(s->muted ? 0 : re->stream(rq, &s->sink, take_ptr(re->stream_state), f));
    if (flush(s) < 0 || (!s->d->old && !s->muted && push(s->d, "0\r\n\r\n", 5) < 0)) {
        return stream_left(f);
    }
    return 0;
}

static void send_stream(struct delivery *d, struct request *rq, struct reply *re)
{
    scoped(str_done) struct str head;
    scoped(free_p) char *buffer = malloc(CHUNK_ROOM_BYTES + PIECE_BYTES + 2);
    struct fail f = { .kind = FAIL_NONE };
    struct stream s = { .sink.write = stream_write,
                        .d = d,
                        .buffer = buffer,
                        .muted = strcmp(rq->method, "HEAD") == 0 };

    d->keep = d->keep && !d->old;
    struct reply_frame frame = { .keep = d->keep, .secure = rq->secure, .streamed = !d->old };
    str_init(&head, HEAD_ROOM_BYTES);
    reply_head(re, rq, &frame, &head);
    if (buffer == NULL || head.failed || push(d, head.data, head.len) < 0) {
        d->keep = false;
        return;
    }
    if (run_stream(&s, rq, re, &f) < 0) {
        d->keep = false; /* without its last chunk: the client sees that something is missing */
        log_at(strcmp(f.code, "CLIENT_LEFT") == 0 ? LOG_INFO : LOG_ERROR, "http.stream_ended",
               kv_str("path", rq->path), kv_str("request_id", rq->id), kv_fail(&f));
    }
}

void server_send(struct delivery *d, struct request *rq, struct reply *re)
{
    if (re->stream != NULL) {
        send_stream(d, rq, re);
    } else {
        send_whole(d, rq, re);
    }
}
