/* Private to address.c: what countries and carriers want.  To add a country or a word: add a line. */
#pragma once

#include <stdbool.h>

/* Pattern: 9 = digit, A = letter, ? = either; blank and hyphen may be written as blank, hyphen or nothing; alternatives are
 * separated by |.  pattern NULL = the country has no postcodes in use.  house_number: line 1 must have a digit. */
static const struct country_rule {
    const char *code;
    const char *pattern;
    bool house_number;
} country_rules[] = {
    { "US", "99999|99999-9999", true },
    { "PR", "99999|99999-9999", true },
    { "CA", "A9A 9A9", true },
    { "MX", "99999", true },
    { "BR", "99999-999", true },
    { "AR", "9999|A9999AAA", true },
    { "CL", "9999999|999-9999", true },
    { "CO", "999999", true },
    { "PE", "99999", true },
    { "GB", "A9 9AA|A99 9AA|AA9 9AA|AA99 9AA|A9A 9AA|AA9A 9AA", true },
    { "JE", "AA9 9AA|AA99 9AA", false },
    { "GG", "AA9 9AA|AA99 9AA", false },
    { "IM", "AA9 9AA|AA99 9AA", false },
    { "IE", "A99 ????|A9A ????", false },
    { "DE", "99999", true },
    { "AT", "9999", true },
    { "CH", "9999", true },
    { "LI", "9999", true },
    { "FR", "99999", true },
    { "MC", "99999", true },
    { "BE", "9999|B-9999", true },
    { "NL", "9999 AA", true },
    { "LU", "9999|L-9999", true },
    { "ES", "99999", true },
    { "PT", "9999-999", true },
    { "IT", "99999", true },
    { "GR", "999 99", true },
    { "CY", "9999", true },
    { "MT", "AAA 9999|AAA 99", false },
    { "DK", "9999|DK-9999", true },
    { "SE", "999 99|SE-999 99", true },
    { "NO", "9999", true },
    { "FI", "99999|FI-99999", true },
    { "IS", "999", true },
    { "PL", "99-999", true },
    { "CZ", "999 99", true },
    { "SK", "999 99", true },
    { "HU", "9999", true },
    { "SI", "9999|SI-9999", true },
    { "HR", "99999|HR-99999", true },
    { "RO", "999999", true },
    { "BG", "9999", true },
    { "EE", "99999", true },
    { "LV", "LV-9999|9999", true },
    { "LT", "LT-99999|99999", true },
    { "UA", "99999", true },
    { "RS", "99999", true },
    { "TR", "99999", true },
    { "IL", "9999999|99999", true },
    { "AU", "9999", true },
    { "NZ", "9999", true },
    { "JP", "999-9999", true },
    { "KR", "99999", true },
    { "CN", "999999", true },
    { "TW", "999|99999|999999", true },
    { "SG", "999999", true },
    { "MY", "99999", true },
    { "TH", "99999", true },
    { "PH", "9999", true },
    { "ID", "99999", true },
    { "VN", "99999|999999", true },
    { "IN", "999 999", false },
    { "ZA", "9999", true },
    { "SA", "99999|99999-9999", true },
    { "EG", "99999", false },
    { "MA", "99999", false },
    { "HK", NULL, false },
    { "MO", NULL, false },
    { "AE", NULL, false },
    { "QA", NULL, false },
    { "KW", NULL, false },
    { "BH", NULL, false },
    { "OM", NULL, false },
    { "PA", NULL, false },
    { "JM", NULL, false },
    { "BS", NULL, false },
    { "GH", NULL, false },
    { "KE", NULL, false },
    { "NG", NULL, false },
    { "UG", NULL, false },
    { "ZW", NULL, false },
    { "FJ", NULL, false },
};

/* Whole words in the lower-case text without punctuation.  country "" = everywhere. */
static const struct box_word {
    const char *country;
    const char *words;
    const char *kind;
} box_words[] = {
    { "", "po box", "PO box" },
    { "", "p o box", "PO box" },
    { "", "pobox", "PO box" },
    { "", "post office box", "PO box" },
    { "", "postal box", "PO box" },
    { "", "gpo box", "PO box" },
    { "AU", "locked bag", "PO box" },
    { "AU", "private bag", "PO box" },
    { "NZ", "private bag", "PO box" },
    { "", "postfach", "PO box" },
    { "", "postbus", "PO box" },
    { "BE", "bp", "PO box" },
    { "FR", "bp", "PO box" },
    { "", "boite postale", "PO box" },
    { "", "boîte postale", "PO box" },
    { "CA", "case postale", "PO box" },
    { "CH", "case postale", "PO box" },
    { "", "apartado postal", "PO box" },
    { "", "apartado de correos", "PO box" },
    { "ES", "apartado", "PO box" },
    { "PT", "apartado", "PO box" },
    { "BR", "caixa postal", "PO box" },
    { "IT", "casella postale", "PO box" },
    { "NO", "postboks", "PO box" },
    { "DK", "postboks", "PO box" },
    { "SE", "box", "PO box" },
    { "PL", "skrytka pocztowa", "PO box" },
    { "", "packstation", "parcel locker" },
    { "", "paketstation", "parcel locker" },
    { "", "postfiliale", "parcel locker" },
    { "", "parcel locker", "parcel locker" },
    { "", "amazon locker", "parcel locker" },
    { "AU", "parcel collect", "parcel locker" },
    { "", "paczkomat", "parcel locker" },
    { "", "inpost", "parcel locker" },
    { "", "point relais", "parcel locker" },
    { "", "pickup point", "parcel locker" },
    { "US", "apo", "military address" },
    { "US", "fpo", "military address" },
    { "US", "dpo", "military address" },
    { "", "bfpo", "military address" },
};

/* States of the United States that exist only for military post. */
static const char *const military_states[] = { "AA", "AE", "AP" };

/* Parts of names of methods whose last mile is the national post. */
static const char *const postal_methods[] = { "post", "usps", "epacket", "royal mail", "correos", "la poste" };

static const char *const forwarder_words[] = {
    "myus",          "shipito",       "stackry",     "planet express", "forward2me", "borderlinx",
    "reship",        "usgobuy",       "opas",        "viabox",         "parcelbound", "shipnex",
    "aramex shop and ship", "shop and ship", "skybox", "tenso",         "buyandship",  "comgateway",
    "mailboxde",     "logoix",        "qwintry",     "polar express",
};

static const char *const disposable_domains[] = {
    "mailinator.com", "guerrillamail.com", "10minutemail.com", "tempmail.com",     "temp-mail.org",
    "yopmail.com",    "trashmail.com",     "sharklasers.com",  "getnada.com",      "maildrop.cc",
    "dispostable.com", "throwawaymail.com", "fakeinbox.com",   "mintemail.com",    "mohmal.com",
    "emailondeck.com", "moakt.com",        "tempail.com",      "discard.email",    "spamgourmet.com",
};
