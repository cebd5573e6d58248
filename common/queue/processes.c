#include <stdlib.h>
#include <string.h>

#include "common/queue/entries.h"
#include "queue_lua.h"

enum { ROW_WORDS = 9 };

/* To ask for by name; TTIN is honoured, but nobody here sends it. */
static const char *const sent_signals[] = { "TSTP", "TERM" };

static int read_process(redisReply *const *row, struct process_info *p, struct fail *f)
{
    TRY(str_copy(row[2]->str, &p->info_json, f));
    (void)str_fit(p->identity, sizeof p->identity, row[0]->str);
    p->alive = reply_int(row[1], 0) == 1;
    p->busy = reply_int(row[3], 0);
    p->concurrency = reply_int(row[4], 0);
    p->rss_kib = reply_int(row[5], 0);
    p->rtt_us = reply_int(row[6], 0);
    p->beat_us = entries_score_us(row[7]);
    p->quiet = strcmp(row[8]->str, "true") == 0;
    p->ours = p->alive || strstr(p->info_json, "\"dropship\"") != NULL;
    return 0;
}

static int compare_processes(const void *a, const void *b)
{
    return strcmp(((const struct process_info *)a)->identity,
                  ((const struct process_info *)b)->identity);
}

int queue_processes(struct redis *r, struct process_info **ret, size_t *ret_count, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    struct process_info *items;
    size_t count;

    TRY(redis_eval(r, &lua_processes,
                   &(struct redis_args){
                       .argv = (const char *[]){ "processes", KEY_LEASE }, .argc = 2, .keys = 1 },
                   &reply, f));
    TRY(reply_want_array(reply, 0, "the processes", f));
    count = reply->elements / ROW_WORDS;
    items = calloc(count + 1, sizeof *items);
    if (items == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count; i++) {
        if (read_process(reply->element + i * ROW_WORDS, &items[i], f) < 0) {
            queue_processes_free(items, count);
            return -1;
        }
    }
    qsort(items, count, sizeof *items, compare_processes);
    *ret = items;
    *ret_count = count;
    return 0;
}

void queue_processes_free(struct process_info *items, size_t count)
{
    for (size_t i = 0; items != NULL && i < count; i++) {
        free(items[i].info_json);
    }
    free(items);
}

int queue_signal(struct redis *r, const char *identity, const char *signal, struct fail *f)
{
    scoped(words_done) struct words w = { .keys = 1 };
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    for (size_t i = 0; i < COUNT_OF(sent_signals); i++) {
        if (strcmp(signal, sent_signals[i]) == 0) {
            words_addf(&w, "%s-signals", identity);
            words_text(&w, signal);
            return words_script(r, &lua_signal, &w, &reply, f);
        }
    }
    return fail_set(f, FAIL_INPUT, "a process can be sent TSTP (quiet) or TERM (stop)");
}
