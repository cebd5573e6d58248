/* Answers of the shop about products, as text. */
#pragma once

#define P "gid://shopify/Product/81"
#define USD(minor)                                                                                 \
    {                                                                                              \
        (minor), "USD"                                                                             \
    }
#define LAST    "\"pageInfo\":{\"hasNextPage\":false,\"endCursor\":null}"
#define MORE(c) "\"pageInfo\":{\"hasNextPage\":true,\"endCursor\":\"" c "\"}"
#define FOUND(currency, product)                                                                   \
    "{\"data\":{\"shop\":{\"currencyCode\":\"" currency "\"},\"productByIdentifier\":" product "}" \
    "}"
#define NOTHING FOUND("USD", "null")
#define VARIANT(n, sku, price, quantity, cost)                                                     \
    "{\"id\":\"gid://shopify/ProductVariant/" #n "\",\"sku\":" sku ",\"price\":" price             \
    ",\"inventoryQuantity\":" quantity ",\"inventoryItem\":{\"id\":\"gid://shopify/InventoryItem/" \
    "" #n "\",\"tracked\":true,\"unitCost\":" cost "}}"
#define PRODUCT(media, variants, page)                                                             \
    "{\"id\":\"" P "\",\"handle\":\"dog-bowl\",\"status\":\"ACTIVE\",\"title\":\"Dog Bowl\","      \
    "\"descriptionHtml\":\"<p>Folds.</p>\",\"seo\":{\"title\":null,\"description\":\"Folds\"},"    \
    "\"publishedOnPublication\":true,\"media\":{\"nodes\":[" media "]},"                           \
    "\"variants\":{\"nodes\":[" variants "]," page "}}"
#define MEDIA(n, alt, status)                                                                      \
    "{\"id\":\"gid://shopify/MediaImage/" #n "\",\"alt\":" alt ",\"status\":\"" status "\","       \
    "\"mediaErrors\":[{\"code\":\"IMAGE_DOWNLOAD_FAILURE\"}]}"
#define REFUSED(field, code)                                                                       \
    "{\"data\":{\"" field "\":{\"product\":null,\"userErrors\":[{\"code\":\"" code                 \
    "\",\"field\":null,\"message\":\"no\"}]}}}"
#define SET_OK "{\"data\":{\"productSet\":{\"product\":{\"id\":\"" P "\"},\"userErrors\":[]}}}"
