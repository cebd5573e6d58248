#include "common/model/service_conf.h"

#include <string.h>

bool service_has_shop(const struct conf *conf)
{
    bool place = conf_text(conf, CONF_SHOPIFY_SHOP) != NULL ||
                 conf_text(conf, CONF_SHOPIFY_BASE_URL) != NULL;
    bool grant = conf_text(conf, CONF_SHOPIFY_CLIENT_ID) != NULL &&
                 conf_text(conf, CONF_SHOPIFY_CLIENT_SECRET) != NULL;

    return place && (grant || conf_text(conf, CONF_SHOPIFY_ACCESS_TOKEN) != NULL);
}

bool service_is_simulated(const struct conf *conf, const char *name)
{
    const char *at = conf_text(conf, CONF_SANDBOX_NOTICE);

    while (at != NULL && *at != '\0') {
        size_t length = strcspn(at, ",");
        if (length == strlen(name) && strncmp(at, name, length) == 0) {
            return true;
        }
        at += length + (at[length] == ',');
    }
    return false;
}
