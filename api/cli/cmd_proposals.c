/* proposals, proposal-accept, proposal-reject */
#include <inttypes.h>
#include <stdio.h>

#include "api/cli/cli.h"
#include "api/cli/out.h"
#include "api/cli/show.h"
#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/proposals.h"

static const struct column proposal_columns[] = {
    { "ID", "id", CELL_INT },          { "KIND", "kind", CELL_TEXT },
    { "ABOUT", "subject", CELL_TEXT }, { "NAME", "name", CELL_TEXT },
    { "AGE", "created_at", CELL_AGE }, { "STATE", "state", CELL_TEXT },
    { "BY", "decided_by", CELL_TEXT }, { "WHAT", "text", CELL_LONG },
};

int cmd_proposals(struct cli *c, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    scoped(json_clear_p) json_t *page = NULL;
    const char *state = cli_option(c, "state");
    struct proposal_filter filter = { .state = state != NULL ? state : "open",
                                      .kind = cli_option(c, "kind") };
    struct db *db;

    TRY(cli_option_int(c, "limit", 500, 30, &filter.limit, f));
    TRY(cli_option_int(c, "after", INT64_MAX, 0, &filter.after, f));
    TRY(cli_db(c, &db, f));
    TRY(proposals_page(db, &filter, &text, f));
    if (c->json) {
        puts(text);
        return 0;
    }
    TRY(show_parsed(text, &page, f));
    out_table(json_object_get(page, "proposals"), proposal_columns, COUNT_OF(proposal_columns));
    if (json_at(page, "next") != NULL) {
        printf("more: the same with --after %" PRId64 "\n", json_int(page, "next", 0));
    }
    return 0;
}

static int decide(struct cli *c, const char *reason, struct fail *f)
{
    scoped(free_p) char *text = NULL;
    int64_t id;
    struct db *db;

    TRY(str_to_int(cli_word(c, 0), 1, INT64_MAX, "proposal", &id, f));
    TRY(cli_db(c, &db, f));
    int same = reason != NULL ? proposal_reject_by(db, id, reason, c->who, f)
                              : proposal_accept_by(db, id, c->who, f);
    TRY(same);
    if (c->json) {
        TRY(proposal_now(db, id, &text, f));
        puts(text);
    } else {
        printf("proposal %" PRId64 ": %s%s\n", id, reason != NULL ? "rejected" : "accepted",
               same == 1 ? " already" : "");
    }
    return 0;
}

int cmd_proposal_accept(struct cli *c, struct fail *f)
{
    return decide(c, NULL, f);
}

int cmd_proposal_reject(struct cli *c, struct fail *f)
{
    return decide(c, cli_word(c, 1), f);
}
