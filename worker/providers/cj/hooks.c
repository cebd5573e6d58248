/* Where the supplier tells of changes. */
#include <string.h>
#include <strings.h>

#include "common/base/json.h"
#include "worker/providers/cj/cj_priv.h"

/* The documents call the addresses `urls` when read and `callbackUrls` when set. */
static bool lists(const json_t *block, const char *member, const char *url)
{
    const json_t *value;
    size_t i;

    json_array_foreach(json_object_get(block, member), i, value)
    {
        if (json_is_string(value) && strcmp(json_string_value(value), url) == 0) {
            return true;
        }
    }
    return false;
}

static bool goes_to(const json_t *callback, const char *topic, const char *url)
{
    const json_t *block = json_object_get(callback, topic);

    return strcasecmp(json_text(block, "type", "CANCEL"), "CANCEL") != 0 &&
           (lists(block, "urls", url) || lists(block, "callbackUrls", url));
}

int cj_hooks_read(struct cj *cj, const char *url, struct cj_hooks *ret, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;

    TRY(cj_run(cj, CJ_OP_SETTINGS, NULL, NULL, &root, f));
    const json_t *callback = json_at(root, "data.callback");
    *ret = (struct cj_hooks){ .orders = goes_to(callback, "order", url),
                              .logistics = goes_to(callback, "logistics", url) };
    return 0;
}

static json_t *block(const char *url)
{
    return url != NULL ? json_pack("{s:s, s:[s]}", "type", "ENABLE", "callbackUrls", url)
                       : json_pack("{s:s, s:[]}", "type", "CANCEL", "callbackUrls");
}

int cj_hooks_set(struct cj *cj, const char *url, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    json_t *body = json_pack("{s:o, s:o, s:o, s:o}", "order", block(url), "logistics", block(url),
                             "product", block(NULL), "stock", block(NULL));

    if (body == NULL) {
        return fail_memory(f);
    }
    return cj_run(cj, CJ_OP_WEBHOOK_SET, NULL, body, &root, f);
}
