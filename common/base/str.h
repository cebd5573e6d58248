/* Growable byte string.  `data` is never NULL and always terminated; appends return nothing, failure is sticky and asked
 * for once at the end (str_ok); a maximum given at birth bounds what anybody can make us hold.
 * Ownership: the struct is the caller's memory; str_done releases its buffer.  Threads: one owner. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"

struct str {
    char *data;       /* read only for others; "" when empty */
    size_t len;       /* bytes without the NUL */
    size_t cap;       /* allocated bytes; 0 while data is the static "" */
    size_t max_bytes; /* limit for len */
    bool
        failed; /* an append did not fit or memory ran out; content is then unspecified but terminated */
    bool no_memory; /* which of the two */
};

/* Make *s an empty string that may grow to max_bytes; allocates nothing. */
void str_init(struct str *s, size_t max_bytes);
/* Release the buffer; the string is empty and usable again.  Accepts NULL. */
void str_done(struct str *s);
/* Forget content and failure, keep the buffer. */
void str_clear(struct str *s);
/* Append text.  Of this and the next four: failure (memory, more than max_bytes) is sticky and asked for once, by
 * str_ok. */
void str_add(struct str *s, const char *text);
/* Append bytes, which may hold any value. */
void str_add_bytes(struct str *s, const void *bytes, size_t size_bytes);
/* Append one character. */
void str_add_char(struct str *s, char c);
/* Append as printf would write it. */
void str_addf(struct str *s, const char *fmt, ...) printf_like(2, 3);
/* The same for a list of arguments that somebody else has. */
void str_vaddf(struct str *s, const char *fmt, va_list args) printf_like(2, 0);
/* 0, or -1 with FAIL_LATER (memory) or FAIL_INPUT (longer than max_bytes). */
must_check int str_ok(const struct str *s, struct fail *f);
/* Hand the buffer to the caller (free()); the string is empty afterwards.  NULL when it failed. */
char *str_steal(struct str *s);

/* strdup that fails by value. *ret is the caller's. */
must_check int str_copy(const char *text, char **ret, struct fail *f);
/* Copy into a fixed field, cutting at a UTF-8 boundary; always terminated.  Returns false when something was cut. */
bool str_fit(char *field, size_t field_bytes, const char *text);
/* Percent-encode everything but RFC 3986 unreserved characters and append. */
void str_add_url(struct str *s, const char *text);
/* Compare two byte strings in constant time (length differences return early). */
bool str_same_secret(const void *a, size_t a_bytes, const void *b, size_t b_bytes);

/* Strict numbers: whole text, no sign unless negative allowed by range, no spaces, overflow refused.
 * 0, or -1 with FAIL_INPUT naming `what`. */
must_check int str_to_int(const char *text, int64_t min, int64_t max, const char *what,
                          int64_t *ret, struct fail *f);
/* The same for a number with decimals; neither an "inf" nor a "nan". */
must_check int str_to_double(const char *text, double min, double max, const char *what,
                             double *ret, struct fail *f);

/* Release for `scoped(str_done) struct str s`: str_done fits as it is. */
