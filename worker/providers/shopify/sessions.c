/* Visits to the store, from the shop's own statistics (ShopifyQL). */
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "worker/providers/shopify/shopify_priv.h"

enum { DAYS_MAX = 366 };

static const char DAY[] = "day";
static const char SESSIONS[] = "sessions";
static const char WITH_ORDER[] = "sessions_that_completed_checkout";

/* "2026-11-20", also when a time of day follows; the days are the shop's. */
static bool read_day(const json_t *row, char day[static 11])
{
    const char *text = json_text(row, DAY, "");
    char date[11];
    size_t digits = 0;

    if (strlen(text) < 10 || (text[10] != '\0' && text[10] != 'T' && text[10] != ' ')) {
        return false;
    }
    memcpy(date, text, 10);
    date[10] = '\0';
    for (size_t i = 0; i < 10; i++) {
        digits += date[i] >= '0' && date[i] <= '9';
    }
    memcpy(day, date, sizeof date);
    return digits == 8 && date[4] == '-' && date[7] == '-';
}

static int read_row(const json_t *row, struct shopify_day_sessions *ret, struct fail *f)
{
    if (!read_day(row, ret->day)) {
        return fail_set(f, FAIL_BUG, "Shopify: a row of sessions names no day");
    }
    ret->sessions = json_int(row, SESSIONS, -1); /* numbers come as text */
    ret->with_order = json_int(row, WITH_ORDER, -1);
    if (ret->sessions < 0 || ret->with_order < 0) {
        return fail_set(f, FAIL_BUG, "Shopify: no number of sessions on %s", ret->day);
    }
    return 0;
}

static int read_rows(const json_t *rows, struct shopify_day_sessions **ret, size_t *ret_count,
                     struct fail *f)
{
    size_t count = json_array_size(rows);
    scoped(free_p) struct shopify_day_sessions *days = NULL;

    if (!json_is_array(rows) || count > DAYS_MAX + 1) {
        return fail_set(f, FAIL_BUG, "Shopify: no table of sessions");
    }
    days = calloc(count + 1, sizeof *days);
    if (days == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < count; i++) {
        TRY(read_row(json_array_get(rows, i), &days[i], f));
    }
    *ret = take_ptr(days);
    *ret_count = count;
    return 0;
}

int shopify_sessions(struct shopify *s, int days, struct shopify_day_sessions **ret,
                     size_t *ret_count, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    const json_t *answer = NULL, *mistake = NULL;
    char statement[200];

    days = days < 1 ? 1 : days > DAYS_MAX ? DAYS_MAX : days;
    snprintf(statement, sizeof statement,
             "FROM sessions SHOW %s, %s TIMESERIES %s SINCE -%dd UNTIL today", SESSIONS, WITH_ORDER,
             DAY, days);
    TRY(shopify_run(s, SHOPIFY_OP_SESSIONS, json_pack("{s:s}", "query", statement), &root, f));
    answer = json_at(root, "data.shopifyqlQuery");
    mistake = json_array_get(json_at(answer, "parseErrors"), 0);
    if (mistake != NULL) {
        return fail_code(f, FAIL_INPUT, "SHOPIFYQL", "Shopify does not understand: %.200s",
                         json_is_string(mistake) ? json_string_value(mistake) : statement);
    }
    return read_rows(json_at(answer, "tableData.rows"), ret, ret_count, f);
}
