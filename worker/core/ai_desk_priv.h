/* Inside of the AI desk: ai_desk.c asks, ai_desk_book.c keeps the day's account, ai_desk_closed.c knows who is closed,
 * ai_desk_models.c how long models live. */
#pragma once

#include "worker/core/ai_desk.h"

enum { ACCOUNT_BYTES = 24, AI_MODEL_BYTES = 128 };

struct ai_client { /* of one provider */
    struct ai *ai; /* NULL until first asked */
    struct ai_account account;
    char model[AI_MODEL_BYTES];
};

struct ai_desk {
    struct ai_desk_with with;
    struct ai_client clients[AI_KINDS];
};

/* ---- ai_desk_book.c ---- */
/* 0 = there is room today, 1 = the tokens or the money are used up (error says which). */
int book_room(struct ai_desk *desk, const struct settings *set, char error[300], struct fail *f);
struct book_entry {
    const struct ai_ask *ask;
    enum ai_kind kind;
    const char *model; /* as it was asked for */
};
/* Store the call (told->call_id), log it, tell when the day's limits come near. *ret_started: when it began, as Postgres writes
 * instants. */
int book_call(struct ai_desk *desk, const struct book_entry *e, struct ai_told *told,
              char ret_started[40], struct fail *f);

/* ---- ai_desk_closed.c ---- */
/* What identifies an account without telling its key. */
void closed_account(const struct ai_account *a, char ret[static ACCOUNT_BYTES]);
/* 0 = closed, 1 = open; one whose account is another by now, or since when somebody has written a setting, is opened. */
int closed_look(struct ai_desk *desk, const struct ai_account *a, struct ai_closed *ret,
                struct fail *f);
/* Keep the account closed, with the reason, and say so in the log. */
int closed_put(struct ai_desk *desk, const struct ai_account *a, const struct ai_closed *why,
               struct fail *f);

/* ---- ai_desk_models.c ---- */
/* Once a day over all workers: ask how long the model will be there, and tell people when it is less than 60 days. */
void models_look(struct ai_desk *desk, enum ai_kind kind);
