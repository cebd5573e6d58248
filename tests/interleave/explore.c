#include "tests/interleave/explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/interleave/canon.h"
#include "tests/interleave/census.h"

enum { DEPTH_MAX = 80, ACTS_MAX = 24, TABLE_SIZE = 1 << 20 };

/* What may happen next: an actor's step, or a stroke of fate. */
enum act_kind { ACT_STEP, ACT_LOSE, ACT_KILL, ACT_EXPIRE };
struct act {
    enum act_kind kind;
    int who;
};

/* One place on the present path. */
struct point {
    struct act acts[ACTS_MAX];
    size_t act_count, next; /* next = which of them is to be taken */
    struct census census;
    uint64_t key;
    double paths; /* complete interleavings from here on, of the acts taken so far */
};

struct walk {
    struct gate *gate;
    const struct scene *scene;
    redisContext *eye;   /* looks at Redis, and sets scenes */
    struct redis *queue; /* for the end of each path */
    bool merge;
    struct exploration *result;
    struct point path[DEPTH_MAX];
    size_t depth;
    int strokes[ACT_EXPIRE + 1]; /* how often each kind of act was taken on this path */
};

/* ---- where we have been ---- */

struct seen {
    uint64_t key;
    double paths;
};
static struct seen *table;

static struct seen *seen_at(uint64_t key)
{
    size_t i = (size_t)(key & (TABLE_SIZE - 1));

    while (table[i].key != 0 && table[i].key != key) {
        i = (i + 1) & (TABLE_SIZE - 1);
    }
    return &table[i];
}

/* All that the future depends on. */
static uint64_t state_key(const struct walk *w, const struct census *c)
{
    uint64_t key = c->digest;

    for (int i = 0; i < GATE_ACTORS_MAX; i++) {
        const struct actor *actor = &w->gate->actors[i];

        key = canon_digest(key ^ (key << 13) ^ actor->history, &actor->phase, 1);
        key = canon_digest(key, actor->state == ACTOR_PARKED ? "p" : "f", 1);
    }
    for (int i = 0; i <= ACT_EXPIRE; i++) {
        key = canon_digest(key, (char[]){ (char)('A' + (i == ACT_STEP ? 0 : w->strokes[i])) }, 1);
    }
    return key == 0 ? 1 : key;
}

/* ---- what may happen ---- */

static void may(struct point *p, enum act_kind kind, int who)
{
    if (p->act_count < ACTS_MAX) {
        p->acts[p->act_count++] = (struct act){ kind, who };
    }
}

static void list_acts(const struct walk *w, struct point *p)
{
    p->act_count = 0;
    p->next = 0;
    p->paths = 0;
    for (int i = 0; i < GATE_ACTORS_MAX; i++) {
        const struct actor *actor = &w->gate->actors[i];

        if (actor->state == ACTOR_PARKED) {
            may(p, ACT_STEP, i);
            if (w->strokes[ACT_LOSE] < w->scene->losses) {
                may(p, ACT_LOSE, i);
            }
            if (i < WORKERS && w->strokes[ACT_KILL] < w->scene->kills) {
                may(p, ACT_KILL, i);
            }
        }
    }
    for (int i = 0; i < WORKERS && p->act_count > 0; i++) {
        if (p->census.lease[i] && w->strokes[ACT_EXPIRE] < w->scene->expiries) {
            may(p, ACT_EXPIRE, i);
        }
    }
}

static void perform(struct walk *w, struct act act)
{
    struct actor *actor = &w->gate->actors[act.who];

    w->strokes[act.kind]++;
    switch (act.kind) {
    case ACT_STEP:
        gate_step(actor, false);
        break;
    case ACT_LOSE:
        gate_step(actor, true);
        break;
    case ACT_KILL:
        gate_kill(actor);
        break;
    case ACT_EXPIRE:
        freeReplyObject(redisCommand(w->eye, "DEL dropship:lease:%s", worker_identity(act.who)));
        break;
    }
}

/* ---- reports ---- */

static void blame(struct walk *w, const char *why)
{
    static const char *const names[] = { "step", "step with lost reply", "death", "lease expires" };
    char *text = w->result->broken;
    size_t size = sizeof w->result->broken;
    size_t used = (size_t)snprintf(text, size, "%s: %s, after:", w->scene->name, why);

    for (size_t i = 0; i < w->depth && used < size; i++) {
        const struct point *p = &w->path[i];
        const struct act *act = &p->acts[p->next];
        const struct census *c = &w->path[i + 1].census;

        used += (size_t)snprintf(text + used, size - used, "\n  actor %d: %-20s a in %s, b in %s",
                                 act->who, names[act->kind], c->place[0], c->place[1]);
    }
}

/* ---- walking ---- */

/* Take the chosen act of the last point and look where that leads, unless it was taken before. */
static const char *advance(struct walk *w, bool again)
{
    struct point *from = &w->path[w->depth];
    struct point *to = from + 1;
    struct act act = from->acts[from->next];
    char phase =
        act.kind == ACT_STEP || act.kind == ACT_LOSE ? w->gate->actors[act.who].phase : ' ';
    const char *why;

    perform(w, act);
    w->depth++;
    w->result->steps++;
    if (again) {
        return NULL; /* we know what it was like */
    }
    census_take(w->eye, &to->census);
    why = census_accounts(&to->census);
    return why != NULL ? why : census_allows(&from->census, &to->census, act.who, phase);
}

/* From the beginning to the last point of the path that has acts left. */
static void replay(struct walk *w)
{
    size_t depth = w->depth;

    gate_stop(w->gate);
    scene_set(w->scene, w->eye);
    memset(w->strokes, 0, sizeof w->strokes);
    gate_start(w->gate);
    census_take(w->eye, &w->path[0].census);
    for (w->depth = 0; w->depth < depth;) {
        (void)advance(w, true);
    }
}

/* The end of a path: nothing is stuck. */
static const char *finish(struct walk *w, struct point *p)
{
    struct census end;

    p->paths = 1;
    w->result->ends++;
    return census_drains(w->eye, w->queue, &end);
}

/* On to an end, or to where we have been. */
static const char *descend(struct walk *w)
{
    for (;;) {
        struct point *p = &w->path[w->depth];
        const char *why;

        p->key = state_key(w, &p->census);
        if (w->merge && seen_at(p->key)->key != 0) {
            p->paths = seen_at(p->key)->paths;
            return NULL;
        }
        if (++w->result->states > TABLE_SIZE / 2) {
            return "there are more states than the table holds";
        }
        list_acts(w, p);
        if (p->act_count == 0) {
            return finish(w, p);
        }
        if (w->depth + 2 >= DEPTH_MAX) {
            return "the path has no end";
        }
        why = advance(w, false);
        if (why != NULL) {
            return why;
        }
    }
}

/* Back to the last point with an act that was not taken; false when there is none. */
static bool back_up(struct walk *w)
{
    for (;;) {
        struct point *p = &w->path[w->depth];

        if (w->merge) {
            *seen_at(p->key) = (struct seen){ p->key, p->paths };
        }
        if (w->depth == 0) {
            w->result->interleavings = p->paths;
            return false;
        }
        w->depth--;
        w->path[w->depth].paths += p->paths;
        if (++w->path[w->depth].next < w->path[w->depth].act_count) {
            return true;
        }
    }
}

static void walk_all(struct walk *w)
{
    const char *why;

    w->depth = 0;
    replay(w);
    do {
        why = descend(w);
        if (why != NULL) {
            blame(w, why);
            break;
        }
        if (!back_up(w)) {
            break;
        }
        replay(w);
        why = advance(w, false);
        if (why != NULL) {
            blame(w, why);
        }
    } while (why == NULL);
    gate_stop(w->gate);
}

void explore(struct gate *gate, const struct scene *scene, bool merge, struct exploration *ret)
{
    struct walk *w = calloc(1, sizeof *w);
    struct fail f;

    table = calloc(TABLE_SIZE, sizeof *table);
    if (w == NULL || table == NULL) {
        abort();
    }
    *ret = (struct exploration){ .states = 0 };
    *w = (struct walk){ .gate = gate, .scene = scene, .merge = merge, .result = ret };
    w->eye = redis_server_connect(&gate->server);
    if (redis_open(gate->server.url, &w->queue, &f) < 0) {
        abort();
    }
    scene_cast(scene, gate);
    walk_all(w);
    redis_close(w->queue);
    redisFree(w->eye);
    free(table);
    free(w);
}
