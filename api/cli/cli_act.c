#include "api/cli/cli_act.h"

#include <string.h>

int cli_run_act(struct cli *c, const struct cli_act *acts, size_t count, struct fail *f)
{
    const char *name = cli_word(c, 0) != NULL ? cli_word(c, 0) : "list";
    size_t words = c->word_count > 0 ? c->word_count : 1;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(acts[i].name, name) == 0) {
            return words == acts[i].words
                       ? acts[i].run(c, f)
                       : fail_set(f, FAIL_INPUT, "wrong number of arguments for '%s'", name);
        }
    }
    return fail_set(f, FAIL_INPUT, "no '%.40s' here", name);
}
