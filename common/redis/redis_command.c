#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/redis/redis_error.h"
#include "common/redis/redis_priv.h"
#include "common/redis/redis_tls.h"

enum { WORDS_MAX = 32 };

/* An error reply as a failure; some also end the session. */
static int refuse(struct redis *r, const char *command, const redisReply *reply, struct fail *f)
{
    char word[REDIS_ERROR_WORD_BYTES];
    const struct redis_error_rule *rule = redis_error_find(reply->str, word);

    (void)fail_code(f, rule->kind, word, "Redis refused %s: %s", command, reply->str);
    f->retry_after_ms = rule->retry_after_ms;
    if (rule->drop) {
        redis_drop(r);
    }
    return -1;
}

int redis_exchange(struct redis *r, size_t argc, const char *const *argv, const size_t *lens,
                   redisReply **ret, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;

    redis_tls_forget_errors(r);
    /* hiredis declares its argv without the inner const but does not write to it. */
    reply = redisCommandArgv(r->context, (int)argc, (const char **)(uintptr_t)argv, lens);
    if (reply == NULL) {
        (void)fail_code(f, FAIL_UNKNOWN, REDIS_CONNECTION, "Redis did not answer %s: %s", argv[0],
                        redis_tls_reason(r, r->context->errstr));
        redis_drop(r);
        return -1;
    }
    r->last_ok_ms = clock_mono_ms();
    if (reply->type == REDIS_REPLY_ERROR) {
        return refuse(r, argv[0], reply, f);
    }
    *ret = take_ptr(reply);
    return 0;
}

int redis_call(struct redis *r, size_t argc, const char *const *argv, const size_t *lens,
               redisReply **ret, struct fail *f)
{
    if (r->context != NULL && redis_is_stale(r)) {
        redis_drop(r);
    }
    TRY(redis_connect(r, f));
    TRY(redis_apply_timeout(r, f));
    return redis_exchange(r, argc, argv, lens, ret, f);
}

int redis_do(struct redis *r, redisReply **ret, struct fail *f, ...)
{
    const char *words[WORDS_MAX];
    size_t count = 0;
    const char *word;
    va_list args;

    va_start(args, f);
    while ((word = va_arg(args, const char *)) != NULL) {
        if (count == WORDS_MAX) {
            va_end(args);
            return fail_set(f, FAIL_BUG, "more than %d words in redis_do", WORDS_MAX);
        }
        words[count++] = word;
    }
    va_end(args);
    return redis_call(r, count, words, NULL, ret, f);
}

static const char *script_sha(struct redis *r, const struct embedded *script,
                              char hex[REDIS_SHA1_HEX_BYTES])
{
    unsigned char digest[SHA_DIGEST_LENGTH];

    for (size_t i = 0; i < r->script_count; i++) {
        if (r->scripts[i].script == script) {
            return r->scripts[i].hex;
        }
    }
    SHA1((const unsigned char *)script->text, script->size_bytes, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    if (r->script_count < REDIS_SCRIPTS_MAX) {
        struct script_sha *slot = &r->scripts[r->script_count++];

        slot->script = script;
        memcpy(slot->hex, hex, sizeof slot->hex);
    }
    return hex;
}

int redis_script(struct redis *r, const struct embedded *script, size_t keys, size_t argc,
                 const char *const *argv, const size_t *lens, redisReply **ret, struct fail *f)
{
    scoped(free_p) const char **words = calloc(argc + 3, sizeof *words);
    scoped(free_p) size_t *sizes = calloc(argc + 3, sizeof *sizes);
    char hex[REDIS_SHA1_HEX_BYTES];
    char key_count[24];

    if (words == NULL || sizes == NULL) {
        return fail_memory(f);
    }
    (void)snprintf(key_count, sizeof key_count, "%zu", keys);
    words[0] = "EVALSHA";
    words[1] = script_sha(r, script, hex);
    words[2] = key_count;
    for (size_t i = 0; i < argc; i++) {
        words[i + 3] = argv[i];
    }
    for (size_t i = 0; i < argc + 3; i++) {
        sizes[i] = i >= 3 && lens != NULL ? lens[i - 3] : strlen(words[i]);
    }
    if (redis_call(r, argc + 3, words, sizes, ret, f) == 0) {
        return 0;
    }
    if (strcmp(f->code, "NOSCRIPT") == 0) { /* nothing ran; EVAL runs it and keeps it */
        words[0] = "EVAL";
        words[1] = script->text;
        sizes[0] = strlen("EVAL");
        sizes[1] = script->size_bytes;
        if (redis_call(r, argc + 3, words, sizes, ret, f) == 0) {
            return 0;
        }
    }
    return fail_wrap(f, "%s", script->name);
}
