/* Settings that hold a list: how each is read.  Who uses a list and who checks what is written to it (settings_forms.h) call the
 * same functions, so that the two cannot disagree.
 * Threads: pure functions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

enum { SETTING_ITEM_BYTES = 256, SETTING_MARKETS_MAX = 16 };

/* The next item of a comma-separated list into item (of item_bytes > 1), without the white space around it; empty ones are passed
 * over.  *list moves behind it.  One that is too long is cut, and so known by nobody.  false at the list's end. */
bool setting_item(const char **list, char *item, size_t item_bytes);

/* money.rates: the shop currency per unit of `currency` times 10^9.  0; 1 = it is not listed; FAIL_INPUT when an item in
 * front of it is no CODE:RATE. */
must_check int setting_rate(const char *list, const char *currency, int64_t *ret_e9,
                            struct fail *f);

/* An item of ai.prices, "MODEL:IN:OUT"; a model's name may have colons of its own. */
struct setting_price {
    size_t model_bytes;            /* the item begins with the model's name */
    int64_t tokens_in, tokens_out; /* 10^-6 US dollars per million of them */
};
/* Read the item of so many bytes; false when it is none. */
bool setting_price_read(const char *item, size_t bytes, struct setting_price *ret);
/* ai.prices: those of the model; false when it has none. */
bool setting_price_find(const char *list, const char *model, struct setting_price *ret);
