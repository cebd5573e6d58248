/* Pictures of a product: which of the supplier's addresses may be used, and whether a picture is behind them.
 *
 * The setting listing.image_hosts is a comma-separated list of HOST or HOST:PORT.  A picture is used only from a host on it, over
 * https (port 443 unless the entry names another), and only when the host's address is of the public internet: what a supplier
 * writes can make us fetch nothing from this machine or its network.  One exception serves trials: an entry that is itself
 * "localhost", "[::1]" or an address 127.x.y.z allows that very host, over plain http too, any port unless the entry names one.
 * Threads: pure functions but image_check, which uses the caller's http. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/attr.h"
#include "common/base/fail.h"
#include "common/http/http.h"

enum {
    IMAGES_MAX = 16,
    IMAGES_OF_PRODUCT = 8,
    IMAGE_URL_BYTES = 1024,
    IMAGE_BYTES_MAX = 10 * 1024 * 1024
};

struct images {
    char urls[IMAGES_MAX][IMAGE_URL_BYTES];
    size_t count;
};
/* The first IMAGES_OF_PRODUCT pictures of detail.images (an array of texts) whose address is allowed, without doubles; when there is none,
 * `otherwise` ("" = none).  Texts are written for these, in this order. */
void images_of(const json_t *detail, const char *otherwise, const char *hosts, struct images *ret);
/* Append one more, if it is allowed and there is room; its index, or -1. */
int images_add(struct images *images, const char *url, const char *hosts);

/* May this address be fetched?  *ret_local: by the exception above. */
bool image_url_allowed(const char *url, const char *hosts, bool *ret_local);

/* "jpeg", "png", "webp" or "gif" by the first bytes; NULL = none of them. */
const char *image_kind(const void *bytes, size_t size_bytes);

enum { IMAGE_WHY_BYTES = 200 };
/* Fetch it and look: 0 = a picture; 1 = certainly none that can be used, ret_why says why; -1 = passing trouble (FAIL_LATER). */
must_check int image_check(struct http *http, const char *url, const char *hosts,
                           char ret_why[static IMAGE_WHY_BYTES], struct fail *f);
