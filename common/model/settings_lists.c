#include "common/model/settings_lists.h"

#include <string.h>

#include "common/base/str.h"

static const char WHITE[] = " \t\n\v\f\r";
static const int64_t RATE_MAX = INT64_C(1000000000000000);

bool setting_item(const char **list, char *item, size_t item_bytes)
{
    const char *from = *list + strspn(*list, ", \t\n\v\f\r");
    size_t bytes = strcspn(from, ",");

    *list = from + bytes;
    while (bytes > 0 && strchr(WHITE, from[bytes - 1]) != NULL) {
        bytes--;
    }
    if (bytes == 0) {
        return false;
    }
    bytes = bytes < item_bytes ? bytes : item_bytes - 1;
    memcpy(item, from, bytes);
    item[bytes] = '\0';
    return true;
}

int setting_rate(const char *list, const char *currency, int64_t *ret_e9, struct fail *f)
{
    char item[32];

    while (setting_item(&list, item, sizeof item)) {
        char *colon = strchr(item, ':');
        int64_t rate = 0;

        if (colon != item + 3) {
            return fail_set(f, FAIL_INPUT, "'%s' is not CODE:RATE", item);
        }
        *colon = '\0';
        TRY(str_to_int(colon + 1, 1, RATE_MAX, "the rate", &rate, f));
        if (strcmp(item, currency) == 0) {
            *ret_e9 = rate;
            return 0;
        }
    }
    return 1;
}

/* The whole number between from and to. */
static bool number_of(const char *from, const char *to, int64_t *ret)
{
    char digits[24] = "";
    struct fail ignored;

    if ((size_t)(to - from) >= sizeof digits) {
        return false;
    }
    memcpy(digits, from, (size_t)(to - from));
    return str_to_int(digits, 0, INT64_MAX, "price", ret, &ignored) == 0;
}

/* The last colon before `end`; NULL = there is none. */
static const char *colon_before(const char *start, const char *end)
{
    while (end > start && end[-1] != ':') {
        end--;
    }
    return end > start ? end - 1 : NULL;
}

bool setting_price_read(const char *item, size_t bytes, struct setting_price *ret)
{
    const char *out = colon_before(item, item + bytes);
    const char *in = out != NULL ? colon_before(item, out) : NULL;

    if (in == NULL || in == item) {
        return false;
    }
    ret->model_bytes = (size_t)(in - item);
    return number_of(in + 1, out, &ret->tokens_in) &&
           number_of(out + 1, item + bytes, &ret->tokens_out);
}

bool setting_price_find(const char *list, const char *model, struct setting_price *ret)
{
    size_t wanted = strlen(model);

    while (*list != '\0') {
        const char *item = list + strspn(list, ", ");
        size_t bytes = strcspn(item, ", ");

        if (setting_price_read(item, bytes, ret) && ret->model_bytes == wanted &&
            memcmp(item, model, wanted) == 0) {
            return true;
        }
        list = item + bytes;
    }
    return false;
}
