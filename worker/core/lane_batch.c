/* Batches: from a claim, through the threads, to the settler. */
#include <assert.h>
#include <stdlib.h>

#include "common/base/clock.h"
#include "worker/core/lane_priv.h"

static bool make_items(struct batch *b, size_t count)
{
    if (count <= b->items_max) {
        return true;
    }
    struct item *items = realloc(b->items, count * sizeof *items);
    if (items == NULL) {
        return false;
    }
    b->items = items;
    b->items_max = count;
    return true;
}

static void fill_items(struct batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        struct item *item = &b->items[i];
        *item = (struct item){ .wait_us = -1 };
        item->payload = claimed_payload(&b->claimed, i, &item->payload_bytes);
    }
}

struct batch *batch_new(struct batch *spare, struct claimed *claimed, unsigned serial)
{
    struct batch *b = spare != NULL ? spare : calloc(1, sizeof *b);

    if (b == NULL || !make_items(b, claimed->count)) {
        claimed_done(claimed);
        batch_free(b);
        return NULL;
    }
    *b = (struct batch){ .items = b->items,
                         .items_max = b->items_max,
                         .claimed = *claimed,
                         .count = claimed->count,
                         .serial = serial,
                         .claimed_ms = clock_mono_ms() };
    *claimed = (struct claimed){ .count = 0 };
    fill_items(b);
    return b;
}

void batch_free(struct batch *b)
{
    if (b != NULL) {
        claimed_done(&b->claimed);
        free(b->items);
        free(b);
    }
}

void batch_push(struct batch_list *list, struct batch *b)
{
    b->next = NULL;
    if (list->tail != NULL) {
        list->tail->next = b;
    } else {
        list->head = b;
    }
    list->tail = b;
}

struct batch *batch_pop(struct batch_list *list)
{
    struct batch *b = list->head;

    if (b != NULL) {
        list->head = b->next;
        list->tail = list->head == NULL ? NULL : list->tail;
    }
    return b;
}

bool item_take(struct item *item)
{
    enum item_state waiting = ITEM_WAITING;

    return atomic_compare_exchange_strong(&item->state, &waiting, ITEM_TAKEN);
}

void item_finish(struct item *item, enum settle_kind kind)
{
    item->kind = kind;
    atomic_store_explicit(&item->state, ITEM_FINISHED, memory_order_release);
}

static void push_complete(struct lane *l, struct batch *b)
{
    b->in_complete = true;
    b->next_complete = NULL;
    *l->complete_end = b;
    l->complete_end = &b->next_complete;
}

static void push_partial(struct lane *l, struct batch *b)
{
    b->in_partial = true;
    b->due_ms = clock_mono_ms() + LANE_SETTLE_MS;
    b->next_partial = NULL;
    *l->partial_end = b;
    l->partial_end = &b->next_partial;
}

static void unlink_partial(struct lane *l, struct batch *b)
{
    struct batch **at = &l->partial;

    while (*at != b) {
        at = &(*at)->next_partial;
    }
    *at = b->next_partial;
    if (*at == NULL) {
        l->partial_end = at;
    }
    b->in_partial = false;
}

void lane_count_finished(struct lane *l, struct batch *b, size_t count)
{
    if (count == 0) {
        return;
    }
    b->finished += count;
    l->unsettled += (int64_t)count;
    if (b->finished == b->count) {
        if (b->in_partial) {
            unlink_partial(l, b);
        }
        push_complete(l, b);
        pthread_cond_signal(&l->finished);
    } else if (!b->in_partial) {
        push_partial(l, b);
        if (!l->settler_timed) {
            pthread_cond_signal(&l->finished);
        }
    }
}

void lane_report(struct lane *l, struct lane_slot *slot)
{
    lane_count_finished(l, slot->batch, atomic_exchange(&slot->unreported, 0));
}

static struct batch *pop_complete(struct lane *l)
{
    struct batch *b = l->complete;

    b->in_complete = false;
    l->complete = b->next_complete;
    l->complete_end = l->complete == NULL ? &l->complete : l->complete_end;
    return b;
}

struct batch *lane_next_done(struct lane *l, int64_t *ret_wait_ms)
{
    struct batch *b = l->partial;
    int64_t wait_ms = b != NULL ? b->due_ms - clock_mono_ms() : -1;

    *ret_wait_ms = -1;
    if (l->complete != NULL && (b == NULL || wait_ms > -LANE_WATCH_MS)) {
        return pop_complete(l);
    }
    if (b == NULL || wait_ms > 0) {
        *ret_wait_ms = wait_ms;
        return NULL;
    }
    unlink_partial(l, b);
    return b;
}

void lane_give_back_ready(struct lane *l)
{
    struct batch *b = NULL;

    while ((b = batch_pop(&l->ready)) != NULL) {
        size_t count = 0;
        for (; b->given < b->count; b->given++) {
            if (item_take(&b->items[b->given])) {
                item_finish(&b->items[b->given], SETTLE_BACK);
                count++;
            }
        }
        lane_count_finished(l, b, count);
    }
    l->ready_items = 0;
}

/* Take what is left of a chunk away from its thread. */
static void empty_chunk(struct lane *l, struct lane_slot *slot)
{
    uint64_t range = atomic_load(&slot->range);
    uint32_t next = 0;
    uint32_t end = 0;
    size_t count = 0;

    do {
        next = (uint32_t)(range >> 32);
        end = (uint32_t)range;
        if (next >= end) {
            return;
        }
    } while (!atomic_compare_exchange_weak(&slot->range, &range, (uint64_t)next << 32 | next));
    for (uint32_t i = next; i < end; i++) {
        if (item_take(&slot->batch->items[i])) {
            item_finish(&slot->batch->items[i], SETTLE_BACK);
            count++;
        }
    }
    lane_count_finished(l, slot->batch, count);
}

void lane_give_back_chunks(struct lane *l, int64_t after_ms)
{
    int64_t now_ms = clock_mono_ms();

    for (int i = 0; i < l->slots_made; i++) {
        struct lane_slot *slot = l->slots[i];
        if (slot->batch != NULL && now_ms - slot->chunk_at_ms >= after_ms) {
            lane_report(l, slot);
            empty_chunk(l, slot);
        }
    }
}

void lane_shed_waiting(struct lane *l)
{
    if (l->ready.head == NULL || clock_mono_ms() - l->ready.head->claimed_ms < LANE_SHED_MS) {
        return;
    }
    lane_give_back_ready(l);
    /* So long that nothing is claimed ahead, or the same jobs would come and go each second until a thread is free. */
    l->average_us = (int64_t)l->threads_wanted * LANE_AHEAD_US;
}

size_t lane_look_ahead(const struct lane *l)
{
    if (l->average_us < 0) {
        return 0;
    }
    /* All threads together: many of them are done with something in that time, however long each job takes. */
    int64_t ahead = (int64_t)l->threads_wanted * LANE_AHEAD_US / (l->average_us + 1);
    return (size_t)(ahead < LANE_BATCH_MAX ? ahead : LANE_BATCH_MAX);
}
