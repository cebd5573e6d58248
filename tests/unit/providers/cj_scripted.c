#include "tests/unit/providers/cj_scripted.h"

struct cj *cj;
const struct cj_search two_of_first = { .page = 1, .size = 2 };

int cj_scripted_setup(void **state)
{
    struct fail f;

    return fake_setup(state) + cj_open("http://cj.example/v1", NULL, &fake_gate, &cj, &f);
}

int cj_scripted_teardown(void **state)
{
    cj_close(cj);
    return fake_teardown(state);
}

int search(struct cj_found_page *page, struct fail *f)
{
    *page = (struct cj_found_page){ .rows = NULL };
    return cj_search(cj, &two_of_first, page, f);
}
