/* Prints what the client of the text models sends, one JSON object per line: {provider, url, headers, body}.  The contract
 * test holds it against the types of the providers' own client libraries.  The answers make the client go through all its forms:
 * with every field, and without those that a server does not know. */
#include <stdio.h>
#include <string.h>

#include "common/base/attr.h"
#include "common/base/json.h"
#include "common/http/http.h"
#include "worker/discovery/write_prompt.h"
#include "worker/providers/ai/ai.h"

#define REFUSED(param) "{\"error\":{\"message\":\"m\",\"param\":\"" param "\"}}"

static const char *provider;
static const char *const
    *answers; /* of bad requests, ended by NULL; then nothing is answered any more */

int __wrap_http_call(struct http *h, const struct http_request *req, struct http_response *ret,
                     struct fail *f);

static json_t *header_list(const struct http_request *req)
{
    json_t *list = json_array();

    for (size_t i = 0; req->headers[i] != NULL; i++) {
        json_array_append_new(list, json_string(req->headers[i]));
    }
    return list;
}

int __wrap_http_call(struct http *h, const struct http_request *req, struct http_response *ret,
                     struct fail *f)
{
    scoped(json_clear_p) json_t *line =
        json_pack("{s:s, s:s, s:o, s:o}", "provider", provider, "url", req->url, "headers",
                  header_list(req), "body", json_loadb(req->body, req->body_bytes, 0, NULL));

    (void)h;
    if (line == NULL || json_dumpf(line, stdout, JSON_COMPACT) < 0 || puts("") < 0) {
        return fail_set(f, FAIL_BUG, "not printed");
    }
    if (*answers == NULL) {
        return fail_code(f, FAIL_LATER, "DEADLINE", "no more answers");
    }
    ret->status = 400;
    ret->body.max_bytes = 1000;
    str_add(&ret->body, *answers++);
    return 0;
}

/* A schema with everything that is allowed. */
static json_t *rich_schema(void)
{
    return json_loads(
        "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"e\",\"i\",\"n\","
        "\"b\",\"l\"],\"properties\":{\"e\":{\"type\":\"string\",\"enum\":[\"a\",\"b\"]},\"i\":{"
        "\"type\":\"integer\",\"description\":\"one\"},\"n\":{\"type\":\"number\"},\"b\":{\"type\":"
        "\"boolean\"},\"l\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
        "\"additionalProperties\":false,\"required\":[\"t\"],\"properties\":{\"t\":{\"type\":"
        "\"string\"}}}}}}",
        0, NULL);
}

static int ask(const struct ai_account *account, const struct ai_task *task,
               const char *const *refusals)
{
    struct ai *ai = NULL;
    struct ai_result result = { 0 };
    struct fail f;
    int failed = 0;

    provider = ai_kind_name(account->kind);
    answers = refusals;
    if (ai_open(account, NULL, &ai, &f) < 0) {
        return -1;
    }
    failed = ai_complete(ai, task, &result, &f);
    ai_result_done(&result);
    ai_close(ai);
    return failed;
}

static int ask_all(const struct ai_task *task)
{
    static const char *const effort[] = { REFUSED("effort"), NULL };
    static const char *const chat[] = { REFUSED("max_tokens"), REFUSED("response_format"),
                                        REFUSED("response_format"), NULL };
    const struct ai_account openai = { AI_OPENAI, "https://openai.example/v1", "key", "m-1", NULL };
    const struct ai_account claude = { AI_ANTHROPIC, "https://claude.example/v1", "key", "m-2",
                                       NULL };
    const struct ai_account own = { AI_COMPATIBLE, "https://own.example/v1", NULL, "m-3", NULL };

    return ask(&openai, task, effort) | ask(&claude, task, effort) | ask(&own, task, chat);
}

/* The prompt is compiled in alone; no report is given to it here. */
json_t *text_report_json(const struct text_report *report)
{
    (void)report;
    return NULL;
}

/* What really is asked: the texts of a listing. */
static int ask_listing(void)
{
    char line[] = "Material: Silicone";
    char *lines[] = { line };
    char name[] = "Spatula", category[] = "Kitchen", source[] = "Very good.";
    const struct facts facts = { lines, 1, name, category, source };
    scoped(write_prompt_done) struct write_prompt prompt = { 0 };
    struct fail f;

    return write_prompt_make(&(struct write_ask){ &facts, 2, "en", NULL, NULL }, &prompt, &f) < 0
               ? -1
               : ask_all(&prompt.task);
}

int main(void)
{
    scoped(json_clear_p) json_t *schema = rich_schema();
    const struct ai_task task = { "triage", "Rules.", "Facts.", "triage", schema, 8000, 0 };

    return schema == NULL || ask_all(&task) < 0 || ask_listing() < 0;
}
