#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/base/id.h"
#include "common/base/str.h"
#include "common/queue/job_layout.h"
#include "common/queue/queue_priv.h"

void queue_key(const char *name, char key[static QUEUE_KEY_BYTES])
{
    (void)snprintf(key, QUEUE_KEY_BYTES, KEY_QUEUE "%s", name);
}

void queue_score(int64_t at_us, char text[static SCORE_BYTES])
{
    _Static_assert((int)SCORE_BYTES >= (int)JOB_TIME_BYTES, "a score is a job time");
    job_format_time(at_us, text);
}

uint32_t queue_random(void)
{
    uint32_t value = 0;

    (void)!getrandom(&value, sizeof value,
                     GRND_NONBLOCK); /* spreads times only; zero harms nobody */
    return value;
}

int64_t queue_jitter_us(void)
{
    return queue_random() % 50000;
}

void queue_claim_list(const char *identity, const char *queue, unsigned serial,
                      struct claim_list *ret)
{
    (void)snprintf(ret->key, sizeof ret->key, KEY_CLAIMED "%s:%s#%u", identity, queue, serial);
    (void)str_fit(ret->queue, sizeof ret->queue, queue);
}

/* HOST:PID:NONCE:QUEUE#N behind the prefix; only QUEUE may hold colons. */
bool claim_key_split(const char *key, char *identity, size_t identity_bytes, char *queue,
                     size_t queue_bytes)
{
    const char *body = key + strlen(KEY_CLAIMED);
    const char *end = body;
    const char *hash = strrchr(key, '#');

    if (strncmp(key, KEY_CLAIMED, strlen(KEY_CLAIMED)) != 0 || hash == NULL) {
        return false;
    }
    for (int fields = 0; fields < 3; fields++) {
        end = strchr(fields == 0 ? body : end + 1, ':');
        if (end == NULL) {
            return false;
        }
    }
    if (end >= hash || (size_t)(end - body) >= identity_bytes ||
        (size_t)(hash - end) > queue_bytes || hash == end + 1) {
        return false;
    }
    memcpy(identity, body, (size_t)(end - body));
    identity[end - body] = '\0';
    memcpy(queue, end + 1, (size_t)(hash - end - 1));
    queue[hash - end - 1] = '\0';
    return true;
}

void queue_identity(char *text, size_t text_bytes)
{
    char host[65] = "";
    char nonce[13];

    (void)gethostname(host, sizeof host - 1);
    for (char *c = host; *c != '\0'; c++) {
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_", *c) ==
            NULL) {
            *c = '-'; /* a colon would shift the fields */
        }
    }
    id_random_hex(nonce, 6);
    (void)snprintf(text, text_bytes, "%s:%ld:%s", host[0] != '\0' ? host : "host", (long)getpid(),
                   nonce);
}

int64_t reply_int(const redisReply *reply, int64_t otherwise)
{
    if (reply == NULL) {
        return otherwise;
    }
    if (reply->type == REDIS_REPLY_INTEGER) {
        return reply->integer;
    }
    return reply_is_text(reply) ? strtoll(reply->str, NULL, 10) : otherwise;
}

const redisReply *reply_at(const redisReply *reply, size_t i)
{
    return reply->type == REDIS_REPLY_ARRAY && i < reply->elements ? reply->element[i] : NULL;
}

bool reply_is_text(const redisReply *reply)
{
    return reply != NULL &&
           (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS);
}

int reply_want_array(const redisReply *reply, size_t least, const char *what, struct fail *f)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements < least) {
        return fail_set(f, FAIL_BUG, "Redis answered %s with something else", what);
    }
    return 0;
}
