/* A payload from anybody's client: the scanner, the parser, and every change we make to its text.  jansson is the second
 * opinion on what is JSON. */
#include <jansson.h>

#include "common/queue/job.h"
#include "common/queue/job_layout.h"
#include "common/queue/job_scan.h"
#include "tests/fuzz/fuzz.h"

enum { NOW_US = 1700000000 };

/* Brackets that are open at once; those in strings count too, which only makes us ask less. */
static int depth_of(const uint8_t *data, size_t size)
{
    int depth = 0, deepest = 0;

    for (size_t i = 0; i < size; i++) {
        depth += data[i] == '{' || data[i] == '[';
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest;
}

/* What jansson takes for an object, we do; but it overlooks a NUL behind a number. */
static void compare(const uint8_t *data, size_t size, bool taken)
{
    bool asks = memchr(data, '\0', size) == NULL && depth_of(data, size) < JOB_MAX_DEPTH;
    json_t *second = asks ? json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL) : NULL;

    must(taken || !json_is_object(second));
    json_decref(second);
}

/* The changed text is a job with the same arguments, byte by byte. */
static void check_changed(const struct job *old, const struct str *text)
{
    scoped(job_free_p) struct job *job = NULL;
    struct fail f;

    must(job_parse(text->data, text->len, &job, &f) == 0);
    must(job->args_bytes == old->args_bytes && (job->args == NULL) == (old->args == NULL));
    must(old->args == NULL || memcmp(job->args, old->args, old->args_bytes) == 0);
    must(strcmp(job->jid, old->jid) == 0 && strcmp(job->type, old->type) == 0);
    must(job->max_retries == old->max_retries);
    must(job->created_us == old->created_us || old->created_us == 0); /* no time is mended */
}

static void change(const struct job *job)
{
    scoped(str_done) struct str out;
    struct fail f;
    int count;

    str_init(&out, 1 << 22);
    must(job_mark_enqueued(job, NOW_US * INT64_C(1000000), job->retry_count > 0, &out, &f) == 0);
    check_changed(job, &out);
    str_clear(&out);
    must(job_mark_failed(
             job, &(struct job_failure){ "q", job->type, job->payload, NOW_US * INT64_C(1000000) },
             &out, &count, &f) == 0);
    check_changed(job, &out);
    must(count >= 0);
}

static void decode(void *context, const char *name, size_t name_bytes,
                   const struct json_span *value)
{
    char field[64];

    (void)context;
    (void)json_span_text(name, name_bytes, field, sizeof field);
    must(fuzz_ends(field, sizeof field));
    (void)json_span_text(value->text, value->size_bytes, field, sizeof field);
    must(fuzz_ends(field, sizeof field));
    (void)job_read_time(value);
    (void)job_read_int(value, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scoped(job_free_p) struct job *job = NULL;
    const struct json_visitor visitor = { decode, NULL };
    struct json_scanned seen = { .why = NULL };
    struct fail f;
    int parsed;

    if (json_scan((const char *)data, size, JOB_MAX_DEPTH, &visitor, &seen) < 0) {
        must(seen.why != NULL);
    }
    parsed = job_parse((const char *)data, size, &job, &f);
    must(parsed == 0 || f.kind == FAIL_INPUT);
    compare(data, size, parsed == 0);
    if (parsed == 0) {
        (void)!job_check_name(job->queue, "queue", &f);
        change(job);
    }
    return 0;
}
