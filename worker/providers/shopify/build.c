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

json_t *shopify_with_texts(json_t *take_object, const struct shopify_text *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (texts[i].text != NULL &&
            json_object_set_new(take_object, texts[i].key, json_string(texts[i].text)) < 0) {
            json_decref(take_object);
            return NULL;
        }
    }
    return take_object;
}

json_t *shopify_seo_json(const struct shopify_new_product *product)
{
    const struct shopify_text texts[] = { { "title", product->seo_title },
                                          { "description", product->seo_description } };

    return shopify_with_texts(json_object(), texts, COUNT_OF(texts));
}
