#include <errno.h>
#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/base/clock.h"
#include "common/redis/redis_priv.h"
#include "common/redis/redis_tls.h"

enum {
    WORDS_MAX = 32,
    ADVISED_TEXT_BYTES = 160 /* of the server's sentence, where ours is to follow */
};

/* A login that a server does not understand comes back in its complaint: "ERR unknown command 'AUTH', with args
 * beginning with: ...". */
static bool tells_password(const struct redis *r, const char *text)
{
    const char *password = r->url.login.password;

    return password[0] != '\0' && strstr(text, password) != NULL;
}

int redis_refused(const struct redis *r, const char *command, const redisReply *reply,
                  const struct redis_error_rule **ret_rule, struct fail *f)
{
    char word[REDIS_ERROR_WORD_BYTES];
    const struct redis_error_rule *rule = redis_error_find(reply->str, word);
    const char *user = r->url.login.user;
    bool secret = tells_password(r, reply->str);
    bool advised = rule->advice[0] != '\0';

    (void)fail_code(f, rule->kind, word, "Redis refused %s%s%s: %.*s%s%s", command,
                    rule->kind == FAIL_DENIED ? " to user " : "",
                    rule->kind != FAIL_DENIED ? ""
                    : user[0] != '\0'         ? user
                                              : "default",
                    advised ? ADVISED_TEXT_BYTES : (int)sizeof f->text, secret ? word : reply->str,
                    advised ? "; " : "", rule->advice);
    f->retry_after_ms = rule->retry_after_ms;
    *ret_rule = rule;
    return -1;
}

/* The connection ended instead of a reply; `context_error` is hiredis's number. */
static int broke(struct redis *r, const char *command, int context_error, int system_error,
                 struct fail *f)
{
    const struct redis_error_rule *rule = redis_break_find(context_error, system_error);
    const char *reason =
        context_error == REDIS_ERR_IO ? strerrordesc_np(system_error) : r->context->errstr;
    bool timeout = strcmp(rule->start, REDIS_BREAK_TIMEOUT) == 0;

    (void)fail_code(f, rule->kind, rule->code, "Redis did not answer %s: %s (%s)", command,
                    rule->advice, timeout ? "deadline" : redis_tls_reason(r, reason));
    f->retry_after_ms = rule->retry_after_ms;
    redis_drop(r);
    return -1;
}

/* A server that refuses the command before it has read all of it, or the client before it has read anything, says
 * why and hangs up: then writing fails, and its words are still to be read. */
static int not_written(struct redis *r, const char *command, int system_error, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    const struct redis_error_rule *rule;
    char byte;

    if ((system_error == EPIPE || system_error == ECONNRESET) &&
        recv(r->context->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0 &&
        redisBufferRead(r->context) == REDIS_OK) {
        void *words = NULL;

        (void)redisGetReplyFromReader(r->context, &words); /* NULL unless they are whole */
        reply = words;
    }
    if (reply == NULL || reply->type != REDIS_REPLY_ERROR) {
        return broke(r, command, REDIS_ERR_IO, system_error, f);
    }
    (void)redis_refused(r, command, reply, &rule, f);
    redis_drop(r);
    return -1;
}

/* Through hiredis, which knows how to encrypt. */
static int write_tls(struct redis *r, const struct redis_wire *w, const char *command,
                     struct fail *f)
{
    int done = 0;

    if (redisAppendFormattedCommand(r->context, w->bytes, w->used) != REDIS_OK) {
        return broke(r, command, REDIS_ERR_OOM, ENOMEM, f);
    }
    while (done == 0) {
        if (redisBufferWrite(r->context, &done) != REDIS_OK) {
            return broke(r, command, r->context->err, errno, f);
        }
    }
    return 0;
}

/* From our buffer to the socket: hiredis would copy it into one that it allocates for each command. */
int redis_write(struct redis *r, const struct redis_wire *w, const char *command, struct fail *f)
{
    int64_t deadline_ms = 0; /* the clock is asked when the first send was not enough */
    size_t sent = 0;

    redis_tls_forget_errors(r);
    if (r->ssl != NULL) {
        return write_tls(r, w, command, f);
    }
    while (sent < w->used) {
        ssize_t n = send(r->context->fd, w->bytes + sent, w->used - sent, MSG_NOSIGNAL);

        if (n > 0) {
            sent += (size_t)n;
        } else if (errno != EINTR) {
            return not_written(r, command, errno, f);
        }
        if (sent < w->used && deadline_ms == 0) {
            deadline_ms = clock_mono_ms() + r->timeout_ms;
        } else if (sent < w->used && clock_mono_ms() > deadline_ms) {
            return broke(r, command, REDIS_ERR_IO, ETIMEDOUT, f);
        }
    }
    return 0;
}

/* The socket's timeout is that of one read; a peer that sends a byte now and then must not hold us either.  A reply of a
 * pipe that has been read with an earlier one costs no clock. */
int redis_read(struct redis *r, const char *command, redisReply **ret, struct fail *f)
{
    int64_t deadline_ms = 0, now_ms = 0;

    for (;;) {
        void *reply = NULL;

        if (redisGetReplyFromReader(r->context, &reply) != REDIS_OK) {
            return broke(r, command, r->context->err, errno, f);
        }
        if (reply != NULL) {
            r->last_ok_ms = now_ms != 0 ? now_ms : r->last_ok_ms;
            *ret = reply;
            return 0;
        }
        if (deadline_ms == 0) {
            deadline_ms = clock_mono_ms() + r->timeout_ms;
        } else if (now_ms > deadline_ms) {
            return broke(r, command, REDIS_ERR_IO, ETIMEDOUT, f);
        }
        if (redisBufferRead(r->context) != REDIS_OK) {
            return broke(r, command, r->context->err, errno, f);
        }
        now_ms = clock_mono_ms();
    }
}

/* Send what is in r->wire, a single command, and wait. */
static int round_trip(struct redis *r, const char *command, redisReply **ret, struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    const struct redis_error_rule *rule;

    if (r->wire.failed) {
        return fail_memory(f);
    }
    if (redis_write(r, &r->wire, command, f) < 0) {
        f->kind = f->kind == FAIL_UNKNOWN ? FAIL_LATER
                                          : f->kind; /* it never saw the end of the command */
        return -1;
    }
    TRY(redis_read(r, command, &reply, f));
    if (reply->type == REDIS_REPLY_ERROR) {
        (void)redis_refused(r, command, reply, &rule, f);
        if (rule->drop) {
            redis_drop(r);
        }
        return -1;
    }
    *ret = take_ptr(reply);
    return 0;
}

int redis_exchange(struct redis *r, const struct redis_args *args, redisReply **ret, struct fail *f)
{
    redis_wire_clear(&r->wire);
    redis_wire_count(&r->wire, args->argc);
    redis_wire_words(&r->wire, args);
    return round_trip(r, args->argv[0], ret, f);
}

int redis_begin(struct redis *r, struct fail *f)
{
    if (r->unread > 0) {
        return fail_set(f, FAIL_BUG, "a command between the replies of a Redis pipe");
    }
    if (r->context != NULL && redis_is_stale(r)) {
        redis_drop(r);
    }
    if (r->context != NULL && r->url.service[0] != '\0') {
        redis_sentinel_heed(r);
    }
    TRY(redis_connect(r, f));
    return redis_apply_timeout(r, f);
}

int redis_command(struct redis *r, const struct redis_args *args, redisReply **ret, struct fail *f)
{
    TRY(redis_begin(r, f));
    return redis_exchange(r, args, ret, f);
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
    return redis_command(r, &(struct redis_args){ .argv = words, .argc = count }, ret, f);
}

int redis_script_sha(struct redis *r, const struct embedded *script,
                     char hex[static REDIS_SHA1_HEX_BYTES], struct fail *f)
{
    unsigned char digest[SHA_DIGEST_LENGTH];

    if (script->sha1 != NULL) { /* known since the build; nobody needs a crypto library for it */
        memcpy(hex, script->sha1, REDIS_SHA1_HEX_BYTES);
        return 0;
    }
    for (size_t i = 0; i < r->script_count; i++) {
        if (r->scripts[i].script == script) {
            memcpy(hex, r->scripts[i].hex, REDIS_SHA1_HEX_BYTES);
            return 0;
        }
    }
    if (SHA1((const unsigned char *)script->text, script->size_bytes, digest) == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    if (r->script_count < REDIS_SCRIPTS_MAX) {
        struct script_sha *slot = &r->scripts[r->script_count++];

        slot->script = script;
        memcpy(slot->hex, hex, sizeof slot->hex);
    }
    return 0;
}

/* `what` is the digest for EVALSHA, the text for EVAL. */
static int run_script(struct redis *r, const char *verb, const struct embedded *what,
                      const struct redis_args *args, struct fail *f)
{
    TRY(redis_begin(r, f));
    redis_wire_clear(&r->wire);
    redis_wire_count(&r->wire, args->argc + 3);
    redis_wire_script(&r->wire, verb, what, args);
    redis_wire_words(&r->wire, args);
    return 0;
}

int redis_eval(struct redis *r, const struct embedded *script, const struct redis_args *args,
               redisReply **ret, struct fail *f)
{
    char hex[REDIS_SHA1_HEX_BYTES];
    const struct embedded digest = { script->name, hex, sizeof hex - 1, NULL };

    TRY(redis_script_sha(r, script, hex, f));
    if (run_script(r, "EVALSHA", &digest, args, f) == 0 && round_trip(r, "EVALSHA", ret, f) == 0) {
        return 0;
    }
    /* NOSCRIPT: nothing ran; EVAL runs it and keeps it */
    if (strcmp(f->code, "NOSCRIPT") == 0 && run_script(r, "EVAL", script, args, f) == 0 &&
        round_trip(r, "EVAL", ret, f) == 0) {
        return 0;
    }
    return fail_wrap(f, "%s", script->name);
}
