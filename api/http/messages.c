/* /api/v1/messages: what customers write through a contact form, and what becomes of it.  Customer text is text: it is stored as it
 * came and never interpreted. */
#include "api/http/resources.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/http/rate.h"
#include "api/http/reply.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/db/sqltext.h"
#include "common/model/audit.h"
#include "common/model/one_json.h"
#include "sql/ops.h"

enum {
    PAGE_DEFAULT = 50,
    PER_MINUTE = 6,       /* of one address */
    ALL_PER_MINUTE = 120, /* of all addresses together */
    LOCAL_MAX = 64
};

/* NAME@LABEL.LABEL, each part as it may be; whether it exists only a mail can tell. */
static bool is_email(const char *text)
{
    const char *at = strchr(text, '@');
    const char *host = at != NULL ? at + 1 : "";

    if (at == NULL || at == text || at - text > LOCAL_MAX || strchr(host, '@') != NULL ||
        text[0] == '.' || at[-1] == '.' || strstr(text, "..") != NULL ||
        strchr(host, '.') == NULL) {
        return false;
    }
    for (const char *label = host; *label != '\0';) {
        size_t length = strcspn(label, ".");
        if (length == 0 || length > 63 || label[0] == '-' || label[length - 1] == '-' ||
            strspn(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") <
                length) {
            return false;
        }
        label += length;
        if (*label == '.' && *++label == '\0') {
            return false;
        }
    }
    return true;
}

/* Too many of one address, or of all: 1 when *re is the answer. */
static int check_pace(struct request *rq, struct reply *re)
{
    const struct rate all = { .name = "messages",
                              .subject = "messages",
                              .per_minute = ALL_PER_MINUTE };

    return rate_check_address(rq, re, "message", PER_MINUTE) != 0 ? 1 : rate_check(rq, re, &all);
}

static int refuse_email(struct request *rq, struct reply *re)
{
    scoped(json_clear_p) json_t *errors =
        json_pack("[{s:s, s:s, s:s}]", "in", "body", "field", "email", "detail",
                  "must be an e-mail address as name@example.com");

    reply_problem(re, rq, 400, "Some fields are not as they must be.", errors);
    return 0;
}

/* People do not see the field `website`, so what fills it is a program; it is kept apart, for a browser may have filled it. */
int post_message(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    const char *trap = request_text(rq, "website"), *email = request_text(rq, "email");
    bool spam = trap != NULL && trap[0] != '\0';

    if (check_pace(rq, re) != 0) {
        return 0;
    }
    if (!is_email(email)) {
        return refuse_email(rq, re);
    }
    const char *params[] = { sql_opt(request_text(rq, "name")),
                             email,
                             sql_opt(request_text(rq, "subject")),
                             request_text(rq, "text"),
                             sql_opt(request_text(rq, "order")),
                             rq->address,
                             spam ? "spam" : "new" };
    TRY(db_query(rq->db, &sql_ops_message_add, params, &rows, f));
    log_info("message.received", kv_int("message", db_int(rows, 0, "id", 0)),
             kv_bool("spam", spam));
    scoped(json_clear_p) json_t *body =
        json_pack("{s:I}", "id", (json_int_t)db_int(rows, 0, "id", 0));
    return reply_value(re, 202, body, f);
}

int get_messages(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    struct sql_text limit, after;
    const char *params[] = { request_text(rq, "state"), request_text(rq, "email"),
                             sql_int(&limit, request_int(rq, "limit", PAGE_DEFAULT)),
                             request_text(rq, "cursor") != NULL
                                 ? sql_int(&after, request_int(rq, "cursor", 0))
                                 : NULL };

    TRY(one_json(rq->db, &sql_ops_messages_page, params, &json, f));
    reply_json(re, 200, json);
    return 0;
}

static int reply_message(struct request *rq, struct reply *re, struct fail *f)
{
    scoped(free_p) char *json = NULL;
    struct sql_text id;

    if (one_json(rq->db, &sql_ops_message_get,
                 (const char *[]){ sql_int(&id, request_int(rq, "id", 0)) }, &json, f) < 0) {
        return f->kind == FAIL_MISSING
                   ? fail_set(f, FAIL_MISSING, "there is no message %s", id.data)
                   : -1;
    }
    reply_json(re, 200, json);
    return 0;
}

int get_message(struct request *rq, struct reply *re, struct fail *f)
{
    return reply_message(rq, re, f);
}

/* A state that it has already is no change, and nothing to note. */
static int change_state(struct request *rq, struct fail *f)
{
    scoped(db_rollback_p) struct db *tx = NULL;
    char who[REQUEST_WHO_BYTES], subject[40];
    struct sql_text id;

    request_who(rq, who);
    const char *params[] = { sql_int(&id, request_int(rq, "id", 0)), request_text(rq, "state"),
                             who };
    scoped(json_clear_p) json_t *detail = json_pack("{s:s}", "state", params[1]);
    (void)snprintf(subject, sizeof subject, "message:%s", params[0]);
    TRY(db_begin(rq->db, &tx, f));
    int64_t changed = db_exec(tx, &sql_ops_message_state, params, f);
    TRY(changed);
    if (changed > 0) {
        TRY(audit_add(tx, who, "message.state", subject, detail, f));
    }
    return db_commit(&tx, f);
}

int put_message(struct request *rq, struct reply *re, struct fail *f)
{
    TRY(change_state(rq, f));
    return reply_message(rq, re, f);
}
