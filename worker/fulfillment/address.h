/* What can be said about a postal address without asking anybody: is it complete, a box or locker, written in letters a
 * carrier prints, a known forwarder.  Tables in address_tables.h; every judgement names its reason.
 * Threads: pure functions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "worker/providers/shopify/shopify.h"

enum { ADDRESS_WHY_BYTES = 160, ADDRESS_KEY_BYTES = 65, ADDRESS_PHONE_BYTES = 24 };

/* Whether line 1, city, postcode and country are there and have the form the country wants.  why: what is wrong. */
bool address_complete(const struct shopify_address *a, char why[static ADDRESS_WHY_BYTES]);
/* Whether the postcode has the country's form; countries without postcodes accept anything. */
bool address_zip_ok(const char *country, const char *zip);
/* PO box, parcel locker or military address; why: the words found. */
bool address_is_box(const struct shopify_address *a, char why[static ADDRESS_WHY_BYTES]);
/* Whether a shipping method (by its name) delivers to boxes: postal lines do, couriers do not. */
bool address_method_serves_boxes(const char *method);
/* Only letters that carriers' labels carry (Latin in all its forms); why: which field. */
bool address_script_ok(const struct shopify_address *a, char why[static ADDRESS_WHY_BYTES]);
/* A parcel forwarder's address, by its name in the address. */
bool address_is_forwarder(const struct shopify_address *a);
/* A throw-away mailbox, by its domain. */
bool address_email_disposable(const char *email);
/* "+12125550100" from any spelling; "" when fewer than five digits are in it. */
void address_phone(const char *raw, char out[static ADDRESS_PHONE_BYTES]);
/* Digest of line 1, postcode and country without case and punctuation: the same house gives the same key. */
void address_key(const struct shopify_address *a, char out[static ADDRESS_KEY_BYTES]);
