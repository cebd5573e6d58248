/* Variables of the documents, as JSON. */
#include "worker/providers/shopify/shopify_priv.h"

json_t *shopify_whole_json(json_t *take_list, size_t count)
{
    if (json_array_size(take_list) != count) {
        json_decref(take_list);
        return NULL;
    }
    return take_list;
}

json_t *shopify_texts_json(const char *const *texts, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, json_string(texts[i])); /* the count shows a failure */
    }
    return shopify_whole_json(list, count);
}

json_t *shopify_seo_json(const struct shopify_new_product *product)
{
    return json_pack("{s:s*, s:s*}", "title", product->seo_title, "description",
                     product->seo_description);
}
