/* What a provider says about the future of a model.  Names of models live for months. */
#include "worker/providers/ai/ai_priv.h"

#include <stdio.h>
#include <string.h>

#include "common/base/clock.h"
#include "common/base/json.h"

enum { LOOK_MS = 10000, MODEL_BYTES = 64 << 10, URL_BYTES = 2048 };

/* A day, or an instant. */
static int64_t read_date(const json_t *root, const char *name)
{
    char text[64];
    int64_t at_us = 0;
    struct fail ignored;
    const char *date = json_text(root, name, "");

    (void)snprintf(text, sizeof text, "%.40s%s", date, strlen(date) == 10 ? "T00:00:00Z" : "");
    return clock_parse(text, &at_us, &ignored) < 0 ? 0 : at_us;
}

int ai_read_model(enum ai_kind kind, const struct ai_answer *answer, struct ai_model_state *ret,
                  struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    const char *date = kind == AI_ANTHROPIC ? "retires_at" : "shutdown_date";
    const char *stage = NULL;

    *ret = (struct ai_model_state){ 0 };
    if (answer->status == 404) {
        ret->gone = true;
        return 0;
    }
    if (answer->status != 200 ||
        json_parse(answer->body, answer->body_bytes, "model", &root, f) < 0) {
        return fail_set(f, FAIL_LATER, "%s: HTTP %d about the model", ai_kind_name(kind),
                        answer->status);
    }
    stage = json_text(root, "lifecycle", "active");
    ret->gone = strcmp(stage, "retired") == 0;
    ret->ends_us = read_date(root, date);
    /* a date that we cannot read is one, too */
    ret->ending = json_at(root, date) != NULL || strcmp(stage, "deprecated") == 0;
    return 0;
}

static int model_url(const struct ai *ai, struct str *url, struct fail *f)
{
    size_t base_bytes = strlen(ai->url) - strlen(ai_path(ai->account->kind));

    str_add_bytes(url, ai->url, base_bytes);
    str_add(url, "models/");
    str_add_url(url, ai->account->model);
    return str_ok(url, f);
}

int ai_model_look(struct ai *ai, struct ai_model_state *ret, struct fail *f)
{
    scoped(http_response_done) struct http_response answer;
    scoped(str_done) struct str url;
    const char *headers[4] = { "Accept: application/json" };
    struct http_request request = {
        .method = "GET", .headers = headers, .timeout_ms = LOOK_MS, .max_bytes = MODEL_BYTES
    };

    http_response_init(&answer);
    str_init(&url, URL_BYTES);
    if (ai->account->kind == AI_COMPATIBLE) {
        return 1;
    }
    TRY(model_url(ai, &url, f));
    request.url = url.data;
    headers[1] = ai->key_line;
    headers[2] = ai->version_line[0] != '\0' ? ai->version_line : NULL;
    TRY(http_call(ai->http, &request, &answer, f));
    return ai_read_model(ai->account->kind,
                         &(struct ai_answer){ answer.status, answer.body.data, answer.body.len, 0 },
                         ret, f);
}
