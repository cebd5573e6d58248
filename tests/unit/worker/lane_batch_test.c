/* In which order finished batches come to the settler, and who counts what ended in a chunk.  One thread, nothing is locked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/base/clock.h"
#include "worker/core/lane_priv.h"

enum { ITEMS = 8 };

static struct lane lane;
static struct lane_slot slot;
static struct item items[3][ITEMS];
static struct batch batches[3];

static int set_up(void **unused)
{
    (void)unused;
    memset(&lane, 0, sizeof lane);
    memset(&slot, 0, sizeof slot);
    memset(items, 0, sizeof items);
    for (size_t i = 0; i < COUNT_OF(batches); i++) {
        batches[i] = (struct batch){ .count = ITEMS, .items = items[i] };
    }
    pthread_cond_init(&lane.finished, NULL);
    lane.complete_end = &lane.complete;
    lane.partial_end = &lane.partial;
    lane.slots[0] = &slot;
    lane.slots_made = 1;
    return 0;
}

static void whole_batches_come_first(void **unused)
{
    int64_t wait_ms = 0;

    (void)unused;
    lane_count_finished(&lane, &batches[0], 1);
    lane_count_finished(&lane, &batches[1], ITEMS);
    assert_ptr_equal(lane_next_done(&lane, &wait_ms), &batches[1]);
    assert_null(lane_next_done(&lane, &wait_ms));
    assert_in_range(wait_ms, 0, LANE_SETTLE_MS);
    lane.partial->due_ms -= LANE_SETTLE_MS;
    assert_ptr_equal(lane_next_done(&lane, &wait_ms), &batches[0]);
    assert_null(lane_next_done(&lane, &wait_ms));
    assert_int_equal(wait_ms, -1);
}

static void a_part_does_not_wait_for_ever_behind_whole_batches(void **unused)
{
    int64_t wait_ms = 0;

    (void)unused;
    lane_count_finished(&lane, &batches[0], 1);
    lane_count_finished(&lane, &batches[1], ITEMS);
    lane_count_finished(&lane, &batches[2], ITEMS);
    assert_ptr_equal(lane_next_done(&lane, &wait_ms), &batches[1]);
    lane.partial->due_ms = clock_mono_ms() - LANE_WATCH_MS;
    assert_ptr_equal(lane_next_done(&lane, &wait_ms), &batches[0]);
    assert_ptr_equal(lane_next_done(&lane, &wait_ms), &batches[2]);
}

/* The thread runs item 2; it has finished 0 and 1 and told nobody. */
static void a_chunk_that_takes_long_is_counted_and_emptied(void **unused)
{
    (void)unused;
    slot.batch = &batches[0];
    slot.chunk_at_ms = clock_mono_ms();
    slot.range = (uint64_t)3 << 32 | 6;
    slot.unreported = 2;
    items[0][0].state = items[0][1].state = ITEM_FINISHED;
    lane_give_back_chunks(&lane, LANE_WATCH_MS + 10000);
    assert_int_equal(lane.unsettled, 0);
    slot.chunk_at_ms -= LANE_WATCH_MS;
    lane_give_back_chunks(&lane, LANE_WATCH_MS);
    assert_int_equal(lane.unsettled, 5);
    assert_int_equal(batches[0].finished, 5);
    assert_int_equal(slot.unreported, 0);
    assert_int_equal(items[0][2].state, ITEM_WAITING);
    for (int i = 3; i < 6; i++) {
        assert_int_equal(items[0][i].state, ITEM_FINISHED);
        assert_int_equal(items[0][i].kind, SETTLE_BACK);
    }
    assert_int_equal(items[0][6].state, ITEM_WAITING);
}

static void what_waits_too_long_goes_back_and_no_more_is_claimed_ahead(void **unused)
{
    (void)unused;
    lane.average_us = 1;
    lane.threads_wanted = LANE_THREADS_MAX;
    assert_true(lane_look_ahead(&lane) > 0);
    batches[0].claimed_ms = clock_mono_ms();
    batch_push(&lane.ready, &batches[0]);
    lane.ready_items = ITEMS;
    lane_shed_waiting(&lane);
    assert_int_equal(lane.ready_items, ITEMS);
    batches[0].claimed_ms -= LANE_SHED_MS;
    lane_shed_waiting(&lane);
    assert_int_equal(lane.ready_items, 0);
    assert_int_equal(lane.unsettled, ITEMS);
    assert_int_equal(lane_look_ahead(&lane), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(whole_batches_come_first, set_up),
        cmocka_unit_test_setup(a_part_does_not_wait_for_ever_behind_whole_batches, set_up),
        cmocka_unit_test_setup(a_chunk_that_takes_long_is_counted_and_emptied, set_up),
        cmocka_unit_test_setup(what_waits_too_long_goes_back_and_no_more_is_claimed_ahead, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
