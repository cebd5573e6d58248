#include "worker/discovery/states.h"

#include <stdint.h>
#include <string.h>

#define P(name) (1u << PRODUCT_##name)

/* To add a state: its name here, in the enum and in the CHECK of the table. */
static const struct {
    const char *name;
    uint32_t next;
    bool at_shop;
} states[PRODUCT_STATES] = {
    [PRODUCT_FOUND] = { "found", P(CANDIDATE) | P(REJECTED), false },
    [PRODUCT_CANDIDATE] = { "candidate",
                            P(FOUND) | P(NEEDS_DATA) | P(REJECTED) | P(ASSESSED) | P(WRITING),
                            false },
    [PRODUCT_NEEDS_DATA] = { "needs_data", P(CANDIDATE) | P(REJECTED), false },
    [PRODUCT_REJECTED] = { "rejected", P(CANDIDATE), false },
    [PRODUCT_ASSESSED] = { "assessed", P(CANDIDATE) | P(WRITING) | P(REJECTED), false },
    [PRODUCT_WRITING] = { "writing",
                          P(CANDIDATE) | P(NEEDS_DATA) | P(NEEDS_REVIEW) | P(APPROVAL) |
                              P(PUBLISHING) | P(REJECTED),
                          false },
    /* A person may have it judged anew. */
    [PRODUCT_NEEDS_REVIEW] = { "needs_review",
                               P(CANDIDATE) | P(WRITING) | P(APPROVAL) | P(PUBLISHING) |
                                   P(REJECTED),
                               false },
    [PRODUCT_APPROVAL] = { "approval",
                           P(CANDIDATE) | P(WRITING) | P(NEEDS_REVIEW) | P(PUBLISHING) |
                               P(REJECTED),
                           false },
    /* A draft that the shop refuses for good goes back to a person, or out again. */
    [PRODUCT_PUBLISHING] = { "publishing",
                             P(LISTED) | P(ON_HOLD) | P(WRITING) | P(NEEDS_REVIEW) | P(APPROVAL) |
                                 P(REJECTED) | P(UNLISTING),
                             false },
    /* Changed texts of a live product are published again; a person may have taken it out by hand. */
    [PRODUCT_LISTED] = { "listed", P(ON_HOLD) | P(PUBLISHING) | P(UNLISTING) | P(UNLISTED), true },
    [PRODUCT_ON_HOLD] = { "on_hold", P(LISTED) | P(PUBLISHING) | P(UNLISTING) | P(UNLISTED), true },
    [PRODUCT_UNLISTING] = { "unlisting", P(UNLISTED) | P(ON_HOLD), true },
    [PRODUCT_UNLISTED] = { "unlisted", P(CANDIDATE) | P(WRITING) | P(PUBLISHING) | P(REJECTED),
                           false },
};

const char *product_state_name(enum product_state s)
{
    return states[s].name;
}

enum product_state product_state_parse(const char *name)
{
    int s = 0;

    while (s < PRODUCT_STATES && strcmp(states[s].name, name) != 0) {
        s++;
    }
    return (enum product_state)s;
}

bool product_may_become(enum product_state from, enum product_state to)
{
    return from == to || (states[from].next & (1u << to)) != 0;
}

bool product_at_shop(enum product_state s)
{
    return states[s].at_shop;
}
