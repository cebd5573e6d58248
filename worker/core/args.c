#include "worker/core/args.h"

#include <string.h>

#include "common/base/conf.h"
#include "common/base/str.h"
#include "common/model/job_catalog.h"

/* Answered by conf_start afterwards. */
static const char *const passed_on[] = { "--version", "--print-config", "--print-config-markdown" };

static void print_help(FILE *out)
{
    fputs("usage: dropship-worker [--queue NAME=THREADS ...]\n"
          "Runs jobs of the named queues; without --queue those of DROPSHIP_WORKER_QUEUES, or else "
          "all, with 4 threads each.\n"
          "Signals: TERM, INT stop (drain, then hand back), TSTP quiet, TTIN log what runs, HUP "
          "read the thread counts of\n"
          "DROPSHIP_WORKER_QUEUES in the file of DROPSHIP_ENV_FILE again.\n\n"
          "Job types:\n",
          out);
    for (size_t i = 0; i < job_kind_count; i++) {
        fprintf(out, "  %-18s %-12s %s\n", job_kinds[i].name, job_kinds[i].queue,
                job_kinds[i].help);
    }
    fputs("\nSettings (environment):\n", out);
    conf_print_help(out);
}

static struct lane_spec *find_lane(struct worker_args *args, const char *queue)
{
    for (size_t i = 0; i < args->lane_count; i++) {
        if (strcmp(args->lanes[i].queue, queue) == 0) {
            return &args->lanes[i];
        }
    }
    return NULL;
}

static int add_lane(struct worker_args *args, const char *queue, int threads, struct fail *f)
{
    TRY(job_check_name(queue, "queue", f));
    if (find_lane(args, queue) != NULL) {
        return fail_set(f, FAIL_INPUT, "queue '%s' is named twice", queue);
    }
    if (args->lane_count == ARGS_MAX_LANES) {
        return fail_set(f, FAIL_INPUT, "more than %d queues", ARGS_MAX_LANES);
    }
    struct lane_spec *lane = &args->lanes[args->lane_count++];
    (void)str_fit(lane->queue, sizeof lane->queue,
                  queue); /* job_check_name has checked the length */
    lane->threads = threads;
    return 0;
}

/* "NAME=THREADS" or "NAME". */
static int parse_lane(struct worker_args *args, const char *text, struct fail *f)
{
    char queue[JOB_NAME_BYTES];
    int64_t threads = ARGS_DEFAULT_THREADS;
    const char *equals = strchr(text, '=');
    size_t length = equals != NULL ? (size_t)(equals - text) : strlen(text);

    if (length == 0 || length >= sizeof queue) {
        return fail_set(f, FAIL_INPUT, "--queue wants NAME=THREADS, not '%s'", text);
    }
    memcpy(queue, text, length);
    queue[length] = '\0';
    if (equals != NULL) {
        TRY(str_to_int(equals + 1, 1, ARGS_MAX_THREADS, "threads", &threads, f));
    }
    return add_lane(args, queue, (int)threads, f);
}

static bool is_passed_on(const char *word)
{
    for (size_t i = 0; i < COUNT_OF(passed_on); i++) {
        if (strcmp(passed_on[i], word) == 0) {
            return true;
        }
    }
    return false;
}

/* 0 = taken (and *at moved past it), 1 = help wanted, -1 = mistake. */
static int take_word(struct worker_args *args, int argc, char **argv, int *at, struct fail *f)
{
    const char *word = argv[(*at)++];

    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        return 1;
    }
    if (strncmp(word, "--queue=", 8) == 0) {
        return parse_lane(args, word + 8, f);
    }
    if (strcmp(word, "--queue") == 0) {
        if (*at == argc) {
            return fail_set(f, FAIL_INPUT, "--queue wants NAME=THREADS");
        }
        return parse_lane(args, argv[(*at)++], f);
    }
    return is_passed_on(word) ? 0 : fail_set(f, FAIL_INPUT, "unknown word '%s'", word);
}

static int add_default_lanes(struct worker_args *args, struct fail *f)
{
    for (size_t i = 0; i < job_kind_count; i++) {
        if (find_lane(args, job_kinds[i].queue) == NULL) {
            TRY(add_lane(args, job_kinds[i].queue, ARGS_DEFAULT_THREADS, f));
        }
    }
    return find_lane(args, "default") != NULL ? 0
                                              : add_lane(args, "default", ARGS_DEFAULT_THREADS, f);
}

int worker_args_configure(struct worker_args *args, const struct conf *conf, struct fail *f)
{
    const char *text = conf_text(conf, CONF_WORKER_QUEUES);
    char lane[JOB_NAME_BYTES + 8];

    if (!args->by_default || text == NULL) {
        return 0;
    }
    args->lane_count = 0;
    while (*text != '\0') {
        size_t size = strcspn(text, ",");
        if (size >= sizeof lane) {
            return fail_set(f, FAIL_INPUT, "DROPSHIP_WORKER_QUEUES: a queue name is too long");
        }
        memcpy(lane, text, size);
        lane[size] = '\0';
        if (parse_lane(args, lane, f) < 0) {
            return fail_wrap(f, "DROPSHIP_WORKER_QUEUES");
        }
        text += size + (text[size] == ',' ? 1 : 0);
    }
    return 0;
}

int worker_args_parse(int argc, char **argv, struct worker_args *ret, FILE *out, FILE *err)
{
    struct fail f = { 0 };
    int at = 1;
    int got = 0;

    ret->lane_count = 0;
    ret->by_default = false;
    while (got == 0 && at < argc) {
        got = take_word(ret, argc, argv, &at, &f);
    }
    if (got == 1) {
        print_help(out);
        return 0;
    }
    if (got == 0 && ret->lane_count == 0) {
        ret->by_default = true;
        got = add_default_lanes(ret, &f);
    }
    if (got < 0) {
        fprintf(err, "dropship-worker: %s\nTry: dropship-worker --help\n", f.text);
        return 2;
    }
    return -1;
}
