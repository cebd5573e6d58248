/* discovery.scan []: what the supplier's catalogue shows today.
 * - Searches take turns over the runs, so that every category comes up however few points there are; what a page shows is
 *   stored at once, with one snapshot per product and UTC day.
 * - A call that fails or is throttled changes nothing: the search keeps its turn, and the run says what kept it from looking.
 * - Then the trend of the categories that were seen is scored anew and the best products become candidates. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "common/db/sqltext.h"
#include "common/model/flow.h"
#include "common/model/settings.h"
#include "common/model/trend.h"
#include "sql/discovery.h"
#include "worker/discovery/budget.h"
#include "worker/discovery/jobs.h"
#include "worker/discovery/pick.h"
#include "worker/discovery/terms.h"
#include "worker/providers/cj/cj_products.h"

#define LOCK "discovery:scan"

enum {
    PAGES_MAX = 60,          /* of one run: about a minute at one call per second */
    STOP_BEFORE_MS = 120000, /* time to score and pick */
    CATEGORIES_FRESH_S = 7 * 24 * 3600,
    PROBLEM_BYTES = 600
};

struct scan {
    struct job_context *c;
    struct settings set;
    struct assess_terms terms;
    int64_t id;                   /* of discovery_run */
    int64_t min_cents, max_cents; /* of the supplier's prices */
    int64_t left;                 /* points */
    int64_t searches, pages, points, seen, added;
    struct picked picked;
    json_t *done; /* what was searched: [{"category_id","keyword","pages","found"}] */
    char problem[PROBLEM_BYTES]; /* "" = none */
    struct fail first;           /* the failure that ended the searches; kind FAIL_NONE = none */
};

static void scan_done(struct scan *s)
{
    json_decref(s->done);
}

/* The first problems are kept, as many as fit. */
static void note_problem(struct scan *s, const char *text)
{
    size_t used = strlen(s->problem);

    if (text[0] == '\0' || strstr(s->problem, text) != NULL) {
        return;
    }
    (void)snprintf(s->problem + used, sizeof s->problem - used, "%s%s", used > 0 ? " " : "", text);
}

/* ---- a page ---- */

static json_t *number_or_null(int64_t value)
{
    return value >= 0 ? json_integer(value) : json_null();
}

static json_t *row_json(const struct cj_found *r)
{
    bool known = r->price_known;

    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:o}", "pid", r->pid,
                     "sku", r->sku, "name", r->name, "category_id", r->category_id, "category",
                     r->category, "image", r->image, "listed_num", number_or_null(r->listed_num),
                     "price_min", known ? json_integer(r->price_min.minor) : json_null(),
                     "price_max", known ? json_integer(r->price_max.minor) : json_null(),
                     "currency", known ? r->price_min.currency : "USD", "stock",
                     number_or_null(r->stock));
}

static int page_json(const struct cj_found_page *page, char **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *out = json_array();

    for (size_t i = 0; i < page->count; i++) {
        if (json_array_append_new(out, row_json(&page->rows[i])) < 0) {
            return fail_memory(f);
        }
    }
    return json_write(out, ret, f);
}

static int store_page(struct scan *s, const struct cj_search *search,
                      const struct cj_found_page *page, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(free_p) char *json = NULL;

    TRY(page_json(page, &json, f));
    TRY(db_query(s->c->db, &sql_discovery_page_store,
                 (const char *[]){ json, search->category_id != NULL ? search->category_id : "" },
                 &rows, f));
    s->seen += db_int(rows, 0, "seen", 0);
    s->added += db_int(rows, 0, "added", 0);
    return 0;
}

/* ---- a search ---- */

static void spent_page(struct scan *s)
{
    struct fail f = { 0 };

    s->points += POINTS_SEARCH;
    s->left -= POINTS_SEARCH;
    s->pages++;
    if (budget_spend(s->c->db, s->c->now_us, BUDGET_SEARCH, POINTS_SEARCH, &f) < 0) {
        log_warn("discovery.points_not_noted", kv_fail(&f));
    }
}

/* Why no further page may be asked for; NULL = it may. */
static const char *must_end(struct scan *s)
{
    if (s->left < POINTS_SEARCH) {
        return "The supplier's points set free for searching are used up for now.";
    }
    if (s->pages >= PAGES_MAX || clock_mono_ms() + STOP_BEFORE_MS > s->c->deadline_ms) {
        return "";
    }
    return s->c->job != NULL && job_cancelled(s->c) ? "The scan was cancelled." : NULL;
}

/* The last page of several is the newest products, for what is new is not among the most listed. */
static void aim(const struct scan *s, struct cj_search *search, int page)
{
    int64_t pages = s->set.num[SETTING_DISCOVERY_PAGES];
    bool newest = pages > 1 && page == pages;

    search->page = newest ? 1 : page;
    search->sort = newest ? CJ_SORT_CREATED : CJ_SORT_LISTED;
}

/* A call that failed.  0: only this search is wrong; 1: no more searches now. */
static int not_searched(struct scan *s, const struct fail *why)
{
    char text[sizeof why->text + 64];

    (void)snprintf(text, sizeof text, "Search %" PRId64 " failed: %s", s->searches + 1, why->text);
    note_problem(s, text);
    log_warn("discovery.not_searched", kv_int("run", s->id), kv_fail(why));
    if (why->kind == FAIL_INPUT || why->kind == FAIL_MISSING) {
        return 0;
    }
    s->first = *why;
    return 1;
}

/* 0 searched, or wrong in itself; 1 no more searches now; -1 our own trouble. */
static int run_search(struct scan *s, struct cj_search *search, int64_t *ret_total, int *ret_pages,
                      struct fail *f)
{
    bool more = true;

    for (int page = 1; page <= s->set.num[SETTING_DISCOVERY_PAGES] && more; page++) {
        scoped(cj_found_page_done) struct cj_found_page found = { 0 };
        struct fail why = { 0 };
        const char *end = must_end(s);
        if (end != NULL) {
            note_problem(s, end);
            return 1;
        }
        aim(s, search, page);
        if (cj_search(s->c->cj, search, &found, &why) < 0) {
            *ret_pages = -1;
            return not_searched(s, &why);
        }
        spent_page(s);
        TRY(store_page(s, search, &found, f));
        *ret_total = page == 1 ? found.total : *ret_total;
        (*ret_pages)++;
        more = found.more;
    }
    return 0;
}

/* A search whose pages were not all seen for want of points or time has had its turn all the same. */
static int searched(struct scan *s, const struct cj_search *search, int64_t total, int pages,
                    struct fail *f)
{
    const char *category = search->category_id != NULL ? search->category_id : "";
    const char *keyword = search->keyword != NULL ? search->keyword : "";
    struct sql_text found;

    if (pages <= 0) {
        return 0;
    }
    s->searches++;
    if (json_array_append_new(s->done, json_pack("{s:s, s:s, s:i, s:o}", "category_id", category,
                                                 "keyword", keyword, "pages", pages, "found",
                                                 number_or_null(total))) < 0) {
        return fail_memory(f);
    }
    TRY(db_exec(s->c->db, &sql_discovery_search_done,
                (const char *[]){ category, keyword, total >= 0 ? sql_int(&found, total) : NULL },
                f));
    return 0;
}

static int search_all(struct scan *s, const PGresult *plan, struct fail *f)
{
    for (int i = 0; i < PQntuples(plan); i++) {
        const char *country = setting_text(&s->set, SETTING_WAREHOUSE);
        struct cj_search search = { .category_id = sql_opt(db_text(plan, i, "category_id")),
                                    .keyword = sql_opt(db_text(plan, i, "keyword")),
                                    .country = country,
                                    .min_cents = s->min_cents,
                                    .max_cents = s->max_cents,
                                    .size = CJ_PAGE_MAX };
        int64_t total = -1;
        int pages = 0;
        int ended = run_search(s, &search, &total, &pages, f);
        TRY(ended);
        TRY(searched(s, &search, total, pages, f));
        if (ended != 0) {
            break;
        }
    }
    return 0;
}

/* ---- what to search ---- */

static int categories_json(const struct cj_category *list, size_t count, char **ret, struct fail *f)
{
    scoped(json_clear_p) json_t *out = json_array();

    for (size_t i = 0; i < count; i++) {
        json_t *row = json_pack("{s:s, s:s, s:s}", "id", list[i].id, "name", list[i].name,
                                "parents", list[i].parents);
        if (json_array_append_new(out, row) < 0) {
            return fail_memory(f);
        }
    }
    return json_write(out, ret, f);
}

/* Read the categories when they are wanted and old.  Costs no points; what is known stays when the call fails. */
static int refresh_categories(struct scan *s, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    scoped(free_p) struct cj_category *list = NULL;
    scoped(free_p) char *json = NULL;
    struct fail why = { 0 };
    size_t count = 0;

    TRY(db_query(s->c->db, &sql_discovery_categories_age, NULL, &rows, f));
    if (db_int(rows, 0, "age_s", CATEGORIES_FRESH_S) < CATEGORIES_FRESH_S) {
        return 0;
    }
    if (cj_categories(s->c->cj, &list, &count, &why) < 0) {
        note_problem(s, why.text);
        s->first = why;
        return 0;
    }
    if (count == 0) {
        note_problem(s, "The supplier names no categories.");
        return 0;
    }
    TRY(categories_json(list, count, &json, f));
    TRY(db_exec(s->c->db, &sql_discovery_categories_put, (const char *[]){ json }, f));
    return 0;
}

static int plan_searches(struct scan *s, PGresult **ret, struct fail *f)
{
    const char *categories = setting_text(&s->set, SETTING_DISCOVERY_CATEGORIES);
    const char *keywords = setting_text(&s->set, SETTING_DISCOVERY_KEYWORDS);
    struct sql_text limit;

    if (categories[0] == '\0' && keywords[0] == '\0') {
        TRY(refresh_categories(s, f));
    }
    TRY(db_query(s->c->db, &sql_discovery_search_plan,
                 (const char *[]){ categories, keywords, sql_int(&limit, PAGES_MAX) }, ret, f));
    if (PQntuples(*ret) == 0) {
        note_problem(s, "There is nothing to search: no category is known.");
    }
    return 0;
}

/* ---- afterwards ---- */

static int score_touched(struct scan *s, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;
    struct sql_text id;

    TRY(db_query(s->c->db, &sql_discovery_touched, (const char *[]){ sql_int(&id, s->id) }, &rows,
                 f));
    for (int i = 0; i < PQntuples(rows); i++) {
        int64_t scored = 0;
        TRY(trend_store_category(s->c->db, db_text(rows, i, "category_id"), &scored, f));
    }
    return 0;
}

/* Without points a candidate could not be judged. */
static int pick(struct scan *s, struct fail *f)
{
    if (s->first.kind == FAIL_LIMITED) {
        return 0;
    }
    TRY(pick_candidates(s->c, &s->set, &s->terms, &s->picked, f));
    note_problem(s, s->picked.why);
    return 0;
}

static int run_end(struct scan *s, struct fail *f)
{
    scoped(json_clear_p) json_t *detail =
        json_pack("{s:O, s:I, s:I, s:I}", "searches", s->done, "pages", (json_int_t)s->pages,
                  "min_cents", (json_int_t)s->min_cents, "max_cents", (json_int_t)s->max_cents);
    scoped(free_p) char *text = NULL;
    struct sql_text id, searches, points, seen, added, candidates;

    TRY(json_write(detail, &text, f));
    TRY(db_exec(s->c->db, &sql_discovery_run_end,
                (const char *[]){ sql_int(&id, s->id), sql_int(&searches, s->searches),
                                  sql_int(&points, s->points), sql_int(&seen, s->seen),
                                  sql_int(&added, s->added), sql_int(&candidates, s->picked.count),
                                  sql_opt(s->problem), text },
                f));
    log_info("discovery.scanned", kv_int("run", s->id), kv_int("searches", s->searches),
             kv_int("points", s->points), kv_int("seen", s->seen), kv_int("new", s->added),
             kv_int("candidates", s->picked.count), kv_str("problem", s->problem));
    return 0;
}

static int search_and_pick(struct scan *s, struct fail *f)
{
    scoped(pg_clear_p) PGresult *plan = NULL;
    bool watch_first = false;

    TRY(budget_goes_to_watch(s->c->db, s->c->conf, &s->set, &watch_first, f));
    if (watch_first) {
        note_problem(s, "The watch of live products needs all of the supplier's points: nothing "
                        "is searched until fewer are live.");
        return 0;
    }
    TRY(assess_terms_read(s->c, &s->set, &s->terms, f));
    terms_cost_band(&s->terms, &s->min_cents, &s->max_cents);
    TRY(budget_left(s->c, BUDGET_SEARCH, &s->left, f));
    TRY(plan_searches(s, &plan, f));
    TRY(search_all(s, plan, f));
    TRY(score_touched(s, f));
    return pick(s, f);
}

static int scan_locked(struct scan *s, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    s->done = json_array();
    if (s->done == NULL) {
        return fail_memory(f);
    }
    TRY(db_query(s->c->db, &sql_discovery_run_begin, NULL, &rows, f));
    s->id = db_int(rows, 0, "id", 0);
    int result = search_and_pick(s, f);
    struct fail why = *f, ignored;
    if (result < 0) {
        note_problem(s, why.text);
        (void)!run_end(s, &ignored); /* the first failure says more */
        *f = why;
        return -1;
    }
    TRY(run_end(s, f));
    /* Nothing was seen at all: the worker comes back by the kind of failure, for points when there are some again. */
    if (s->pages == 0 && s->first.kind != FAIL_NONE) {
        *f = s->first;
        return -1;
    }
    return 0;
}

int discovery_scan(struct job_context *c, struct fail *f)
{
    scoped(scan_done) struct scan s = { .c = c };

    if (c->cj == NULL) {
        return fail_set(f, FAIL_DENIED, "no supplier is configured");
    }
    TRY(settings_read(c->db, &s.set, f));
    if (s.set.num[SETTING_FLOW_DISCOVERY] == FLOW_OFF) {
        return 0;
    }
    int held = db_try_lock(c->db, LOCK, f);
    TRY(held);
    if (held != 0) {
        return 0; /* another scan is running; it sees what we would */
    }
    int done = scan_locked(&s, f);
    db_unlock(c->db, LOCK);
    return done;
}
