#include "tests/unit/lua/lua.h"

#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/redis_server.h"

enum { ANSWER_BYTES = 16384, WORDS_MAX = 4096, TEXTS = 16, TEXT_BYTES = 128 };

static struct redis_server server;
static redisContext *redis;

int lua_start(void **state)
{
    (void)state;
    redis_server_start(&server);
    redis = redis_server_connect(&server);
    return 0;
}

int lua_empty(void **state)
{
    (void)state;
    does("CONFIG", "SET", "maxmemory", "0");
    says("OK", "FLUSHALL");
    return 0;
}

int lua_stop(void **state)
{
    (void)state;
    redisFree(redis);
    redis_server_stop(&server);
    return 0;
}

/* ---- answers as text ---- */

static void add(char *text, const char *more, size_t size_bytes)
{
    size_t length = strlen(text);

    assert_true(length + size_bytes < ANSWER_BYTES);
    memcpy(text + length, more, size_bytes);
    text[length + size_bytes] = '\0';
}

/* Recursion ends: scripts answer arrays in arrays, no deeper than they are written. */
static void print(const redisReply *reply, char *text)
{
    char digits[32];

    if (reply->type == REDIS_REPLY_ARRAY) {
        add(text, "(", 1);
        for (size_t i = 0; i < reply->elements; i++) {
            add(text, " ", i > 0);
            print(reply->element[i], text);
        }
        add(text, ")", 1);
    } else if (reply->type == REDIS_REPLY_INTEGER) {
        (void)snprintf(digits, sizeof digits, "%lld", reply->integer);
        add(text, digits, strlen(digits));
    } else if (reply->type == REDIS_REPLY_NIL) {
        add(text, "nil", 3);
    } else {
        add(text, "!", reply->type == REDIS_REPLY_ERROR);
        add(text, reply->str, reply->len);
    }
}

/* Text against a pattern whose * stand for anything. */
static bool matches(const char *want, const char *text)
{
    while (*want != '\0' && *want != '*') {
        if (*want++ != *text++) {
            return false;
        }
    }
    if (*want == '\0') {
        return *text == '\0';
    }
    do {
        if (matches(want + 1, text)) {
            return true;
        }
    } while (*text++ != '\0');
    return false;
}

static void ask(const struct lua_line *line, size_t count, const char **words, char *answer)
{
    redisReply *reply = redisCommandArgv(redis, (int)count, words, NULL);

    if (reply == NULL) {
        print_error("%s:%d: %s\n", line->file, line->line, redis->errstr);
        _fail(line->file, line->line);
    }
    answer[0] = '\0';
    print(reply, answer);
    freeReplyObject(reply);
}

static void compare(const char *want, const char *answer, const struct lua_line *line)
{
    if (!matches(want, answer)) {
        print_error("%s:%d: wanted  %s\nanswered  %s\n", line->file, line->line, want, answer);
        _fail(line->file, line->line);
    }
}

void lua_command(const char *want, const struct lua_line *line)
{
    static char answer[ANSWER_BYTES];

    ask(line, line->count, (const char **)(uintptr_t)line->words, answer);
    compare(want, answer, line);
}

int64_t lua_number(const struct lua_line *line)
{
    static char answer[ANSWER_BYTES];
    char *end;
    int64_t value;

    ask(line, line->count, (const char **)(uintptr_t)line->words, answer);
    value = strtoll(answer, &end, 10);
    if (end == answer) {
        print_error("%s:%d: no number: %s\n", line->file, line->line, answer);
        _fail(line->file, line->line);
    }
    return value;
}

static void sha1_hex(const char *bytes, size_t size_bytes, char *hex)
{
    unsigned char digest[SHA_DIGEST_LENGTH];

    SHA1((const unsigned char *)bytes, size_bytes, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
}

static void call_script(const struct embedded *script, int keys, const struct lua_line *line,
                        char *answer)
{
    static const char *words[WORDS_MAX + 3];
    char hex[2 * SHA_DIGEST_LENGTH + 1];

    assert_true(line->count <= WORDS_MAX);
    ask(line, 3, (const char *[]){ "SCRIPT", "LOAD", script->text }, answer);
    sha1_hex(script->text, script->size_bytes, hex);
    assert_string_equal(answer, hex); /* otherwise it does not compile */
    words[0] = "EVALSHA";
    words[1] = hex;
    words[2] = text_of(keys);
    memcpy(words + 3, line->words, line->count * sizeof *words);
    ask(line, line->count + 3, words, answer);
}

void lua_script(const char *want, const struct embedded *script, int keys,
                const struct lua_line *line)
{
    static char answer[ANSWER_BYTES];

    call_script(script, keys, line, answer);
    compare(want, answer, line);
}

int64_t lua_script_number(const struct embedded *script, int keys, const struct lua_line *line)
{
    static char answer[ANSWER_BYTES];

    call_script(script, keys, line, answer);
    if (answer[0] != '(' || answer[1] < '0' || answer[1] > '9') {
        print_error("%s:%d: no number first: %s\n", line->file, line->line, answer);
        _fail(line->file, line->line);
    }
    return strtoll(answer + 1, NULL, 10);
}

/* ---- small texts ---- */

static char *next_text(void)
{
    static char texts[TEXTS][TEXT_BYTES];
    static unsigned at;

    return texts[at++ % TEXTS];
}

const char *text_of(int64_t value)
{
    char *text = next_text();

    (void)snprintf(text, TEXT_BYTES, "%" PRId64, value);
    return text;
}

const char *score_of(int64_t at_us)
{
    char *text = next_text();

    (void)snprintf(text, TEXT_BYTES, "%" PRId64 ".%06" PRId64, at_us / 1000000, at_us % 1000000);
    return text;
}

const char *digest_of(const char *prefix, const char *payload)
{
    char *text = next_text();
    char hex[2 * SHA_DIGEST_LENGTH + 1];

    sha1_hex(payload, strlen(payload), hex);
    (void)snprintf(text, TEXT_BYTES, "%s%s", prefix, hex);
    return text;
}

int64_t lua_now_us(void)
{
    redisReply *reply = redisCommand(redis, "TIME");
    int64_t now_us;

    assert_non_null(reply);
    now_us = strtoll(reply->element[0]->str, NULL, 10) * 1000000 +
             strtoll(reply->element[1]->str, NULL, 10);
    freeReplyObject(reply);
    return now_us;
}
