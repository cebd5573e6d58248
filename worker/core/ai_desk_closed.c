/* Providers that have said that the key or the money is no good any more.  Trying again would only be refused, for every job
 * anew; a person has to act.  The note is a hash without an end, beside those of the other limits. */
#include <stdio.h>
#include <string.h>

#include "common/base/id.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "sql/worker.h"
#include "worker/core/ai_desk_priv.h"

enum { KEY_BYTES = 64, ACCOUNT_TEXT_BYTES = 2048 };

static void closed_key(enum ai_kind kind, char key[static KEY_BYTES])
{
    (void)snprintf(key, KEY_BYTES, "dropship:limit:ai_%s:closed", ai_kind_name(kind));
}

void closed_account(const struct ai_account *a, char ret[static ACCOUNT_BYTES])
{
    char hex[ID_SHA256_HEX_BYTES];
    scoped(str_done) struct str text;

    str_init(&text, ACCOUNT_TEXT_BYTES);
    str_addf(&text, "%s\n%s\n%s", a->api_key != NULL ? a->api_key : "", a->base_url, a->model);
    id_sha256_hex(text.data, text.len, hex);
    hex[ACCOUNT_BYTES - 1] = '\0';
    (void)str_fit(ret, ACCOUNT_BYTES, hex);
}

static const char *word(const redisReply *row, size_t i)
{
    return row->type == REDIS_REPLY_ARRAY && i < row->elements &&
                   row->element[i]->type == REDIS_REPLY_STRING
               ? row->element[i]->str
               : "";
}

static int read_note(struct redis *redis, enum ai_kind kind, struct ai_closed *ret,
                     char account[static ACCOUNT_BYTES], struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *row = NULL;
    char key[KEY_BYTES];

    closed_key(kind, key);
    TRY(redis_do(redis, &row, f, "HMGET", key, "status", "since", "error", "account", NULL));
    *ret = (struct ai_closed){ 0 };
    (void)str_fit(ret->status, sizeof ret->status, word(row, 0));
    (void)str_fit(ret->since, sizeof ret->since, word(row, 1));
    (void)str_fit(ret->error, sizeof ret->error, word(row, 2));
    (void)str_fit(account, ACCOUNT_BYTES, word(row, 3));
    return ret->status[0] != '\0' ? 0 : 1;
}

int ai_desk_closed(struct redis *redis, enum ai_kind kind, struct ai_closed *ret, struct fail *f)
{
    char account[ACCOUNT_BYTES];

    return read_note(redis, kind, ret, account, f);
}

static int settings_written(struct db *db, const char *since, bool *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(db, &sql_worker_ai_settings_written, (const char *[]){ since }, &rows, f));
    *ret = db_bool(rows, 0, "written");
    return 0;
}

int closed_look(struct ai_desk *desk, const struct ai_account *a, struct ai_closed *ret,
                struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *gone = NULL;
    char now[ACCOUNT_BYTES], then[ACCOUNT_BYTES], key[KEY_BYTES];
    bool acted = false;
    int open = read_note(desk->with.redis, a->kind, ret, then, f);

    if (open != 0) {
        return open;
    }
    closed_account(a, now);
    acted = strcmp(now, then) != 0;
    if (!acted) {
        TRY(settings_written(desk->with.db, ret->since, &acted, f));
    }
    if (!acted) {
        return 0;
    }
    closed_key(a->kind, key);
    TRY(redis_do(desk->with.redis, &gone, f, "DEL", key, NULL));
    log_info("ai.opened", kv_str("provider", ai_kind_name(a->kind)));
    return 1;
}

int closed_put(struct ai_desk *desk, const struct ai_account *a, const struct ai_closed *why,
               struct fail *f)
{
    scoped(redis_reply_clear_p) redisReply *reply = NULL;
    char key[KEY_BYTES], account[ACCOUNT_BYTES], text[480];

    closed_key(a->kind, key);
    closed_account(a, account);
    (void)snprintf(text, sizeof text,
                   "%s is not asked any more (%s: %s). Mend key or account, then write a setting "
                   "ai.*, even the same",
                   ai_kind_name(a->kind), why->status, why->error);
    TRY(redis_do(desk->with.redis, &reply, f, "HSET", key, "text", text, "status", why->status,
                 "since", why->since, "error", why->error, "account", account, NULL));
    log_error("ai.closed", kv_str("provider", ai_kind_name(a->kind)), kv_str("why", why->status),
              kv_str("error", why->error), kv_str("do", text));
    return 0;
}
