#include "common/base/metrics_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SECONDS_BYTES = 32 };

static const char *const type_names[] = {
    [METRICS_COUNTER] = "counter",
    [METRICS_GAUGE] = "gauge",
    [METRICS_HISTOGRAM] = "histogram",
};

void metrics_text_family(struct str *out, const struct metrics_family *family)
{
    str_addf(out, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help, family->name,
             type_names[family->type]);
}

static void add_escaped(struct str *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '"') {
            str_add_char(out, '\\');
        }
        if (*text == '\n') {
            str_add(out, "\\n");
        } else {
            str_add_char(out, *text);
        }
    }
}

static void add_label(struct str *out, const struct metrics_label *label, bool first)
{
    str_addf(out, "%s%s=\"", first ? "{" : ",", label->name);
    add_escaped(out, label->value);
    str_add_char(out, '"');
}

/* NAME SUFFIX {labels, le} and a space. */
static void start_sample(struct str *out, const char *name, const char *suffix,
                         const struct metrics_label *labels, const char *le)
{
    size_t count = 0;

    str_addf(out, "%s%s", name, suffix);
    for (; labels[count].name != NULL; count++) {
        add_label(out, &labels[count], count == 0);
    }
    if (le != NULL) {
        add_label(out, &(struct metrics_label){ "le", le }, count == 0);
        count++;
    }
    str_add(out, count > 0 ? "} " : " ");
}

/* Without trailing zeros: 0.0001, 1.7, 20. */
static void format_seconds(int64_t value_us, char text[static SECONDS_BYTES])
{
    int64_t rest = value_us % 1000000;
    size_t len;

    (void)snprintf(text, SECONDS_BYTES, "%s%" PRId64 ".%06" PRId64, value_us < 0 ? "-" : "",
                   value_us < 0 ? -(value_us / 1000000) : value_us / 1000000,
                   rest < 0 ? -rest : rest);
    for (len = strlen(text); text[len - 1] == '0'; len--) {
    }
    text[text[len - 1] == '.' ? len - 1 : len] = '\0';
}

void metrics_text_int(struct str *out, const char *name, const struct metrics_label *labels,
                      int64_t value)
{
    start_sample(out, name, "", labels, NULL);
    str_addf(out, "%" PRId64 "\n", value);
}

void metrics_text_seconds(struct str *out, const char *name, const struct metrics_label *labels,
                          int64_t value_us)
{
    char text[SECONDS_BYTES];

    format_seconds(value_us, text);
    start_sample(out, name, "", labels, NULL);
    str_addf(out, "%s\n", text);
}

void metrics_text_histogram(struct str *out, const char *name, const struct metrics_label *labels,
                            const struct metrics_text_histogram *h)
{
    char text[SECONDS_BYTES] = "";
    uint64_t jobs = 0;

    for (size_t i = 0; i < h->count; i++) {
        jobs += h->buckets[i];
        if (i + 1 < h->count) {
            format_seconds(h->bounds_us[i], text);
        }
        start_sample(out, name, "_bucket", labels, i + 1 < h->count ? text : "+Inf");
        str_addf(out, "%" PRIu64 "\n", jobs);
    }
    format_seconds((int64_t)h->sum_us, text);
    start_sample(out, name, "_sum", labels, NULL);
    str_addf(out, "%s\n", text);
    start_sample(out, name, "_count", labels, NULL);
    str_addf(out, "%" PRIu64 "\n", jobs);
}
