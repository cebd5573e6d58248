/* The pool as a whole: wishes for threads. */
#include "queue_lua.h"
#include "tests/unit/lua/lua.h"

#define ME "host:1:aaaaaaaaaaaa"

/* ---- scale: lease prefix, identity ("" = all), queue, threads ("" = take back) ---- */

static void scale_of_the_whole_pool_is_kept_by_queue(void **state)
{
    (void)state;
    runs("1", lua_scale, 1, "threads", "lease:", "", "q", "32");
    runs("1", lua_scale, 1, "threads", "lease:", "", "q", "16");
    says("(q 16)", "HGETALL", "threads");
    runs("1", lua_scale, 1, "threads", "lease:", "", "q", "");
    says("0", "EXISTS", "threads");
}

static void scale_of_one_process_wants_it_alive(void **state)
{
    (void)state;
    runs("0", lua_scale, 1, "threads", "lease:", ME, "q", "8");
    says("0", "EXISTS", "threads");
    does("SET", "lease:" ME, "1");
    runs("1", lua_scale, 1, "threads", "lease:", ME, "q", "8");
    says("8", "HGET", "threads", ME " q");
}

static void scale_forgets_processes_that_have_gone(void **state)
{
    (void)state;
    does("HSET", "threads", "gone:1:b q", "8", ME " q", "4", "r", "2");
    does("HSET", ME, "info", "{}"); /* no lease, but its hash is still there */
    runs("1", lua_scale, 1, "threads", "lease:", "", "q", "32");
    says("(nil 4 2 32)", "HMGET", "threads", "gone:1:b q", ME " q", "r", "q");
}

const struct CMUnitTest lua_pool_tests[] = {
    lua_test(scale_of_the_whole_pool_is_kept_by_queue),
    lua_test(scale_of_one_process_wants_it_alive),
    lua_test(scale_forgets_processes_that_have_gone),
    { .name = NULL },
};
