/* Answers of text models: the first byte chooses whose, the second the status; the rest is the body. */
#include <string.h>

#include "common/base/json.h"
#include "tests/fuzz/fuzz.h"
#include "worker/providers/ai/ai_priv.h"

enum { PREFIX_BYTES = 2 };

static const int statuses[] = { 200, 200, 200, 400, 401, 403, 404, 429, 503, 529 };
static const char facts[] = "1. Material: surgical steel from Solingen";

static json_t *make_schema(void)
{
    return json_loads("{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"t\","
                      "\"l\"],\"properties\":{\"t\":{\"type\":\"string\"},\"l\":{\"type\":"
                      "\"array\",\"items\":{\"type\":\"integer\"}}}}",
                      0, NULL);
}

static void judge(enum ai_kind kind, const struct ai_task *task, const struct ai_answer *answer)
{
    scoped(ai_verdict_done) struct ai_verdict v;
    struct ai_dialect dialect = { 0 };
    char why[200];

    ai_judge(kind, task, answer, &v);
    must((v.json != NULL) == (v.status == AI_OK));
    must(v.status != AI_OK || answer->status == 200);
    must(v.status != AI_OK || ai_schema_fits(task->schema, v.json, why, sizeof why));
    must(strstr(v.error, "surgical steel from Solingen") == NULL);
    must(v.usage.in >= -1 && v.usage.out >= -1);
    scoped(json_clear_p) json_t *text = json_string(v.error);
    must(text != NULL); /* UTF-8 */
    while (ai_give_way(kind, &v, &dialect)) {
        must(v.status == AI_BAD_REQUEST);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static json_t *schema;
    scoped(free_p) char *body = NULL;

    if (size < PREFIX_BYTES) {
        return 0;
    }
    if (schema == NULL) {
        schema = make_schema();
    }
    body = fuzz_text(data + PREFIX_BYTES, size - PREFIX_BYTES);
    const struct ai_task task = { "t", "Rules.", facts, "t", schema, 100, 0 };
    const struct ai_answer answer = { statuses[data[1] % COUNT_OF(statuses)], body,
                                      size - PREFIX_BYTES, 0 };
    judge((enum ai_kind)(data[0] % 3), &task, &answer);
    return 0;
}
