/* The part of provider_requests that lists products in the shop.
 * Threads: one. */
#pragma once

#include "worker/providers/shopify/shopify.h"

/* Every call of shopify_products.h once or more, as far as scripted answers carry it.  The script of
 * fake.h must hold silences for all requests; at most FAKE_MAX are made. */
void shopify_product_requests(struct shopify *s);
void shopify_setup_requests(struct shopify *s);
