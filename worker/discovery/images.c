#include "worker/discovery/images.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/json.h"
#include "common/base/str.h"

enum { HOST_BYTES = 256, FETCH_MS = 20000, CONNECT_MS = 5000 };

struct place { /* of an address */
    char scheme[8], host[HOST_BYTES], port[8];
};

static void url_free_p(CURLU **url)
{
    curl_url_cleanup(*url);
}

static bool part(CURLU *url, CURLUPart what, unsigned flags, char *field, size_t field_bytes)
{
    char *text = NULL;
    bool fits =
        curl_url_get(url, what, &text, flags) == CURLUE_OK && str_fit(field, field_bytes, text);

    curl_free(text);
    return fits;
}

/* libcurl's own reading, so that what is judged is what would be fetched. */
static bool place_of(const char *text, struct place *ret)
{
    scoped(url_free_p) CURLU *url = curl_url();
    char user[8] = "", password[8] = "";

    if (url == NULL ||
        curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
        return false;
    }
    /* Absent, as they have to be. */
    (void)part(url, CURLUPART_USER, 0, user, sizeof user);
    (void)part(url, CURLUPART_PASSWORD, 0, password, sizeof password);
    return user[0] == '\0' && password[0] == '\0' &&
           part(url, CURLUPART_SCHEME, 0, ret->scheme, sizeof ret->scheme) &&
           part(url, CURLUPART_HOST, 0, ret->host, sizeof ret->host) &&
           part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, ret->port, sizeof ret->port);
}

static bool is_loopback(const char *host)
{
    return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
           (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

/* "host:port" -> host and port; "" when it names none. */
static void split_entry(const char *from, size_t size, struct place *ret)
{
    char entry[HOST_BYTES] = "";

    *ret = (struct place){ 0 };
    if (size >= sizeof entry) {
        return;
    }
    memcpy(entry, from, size);
    char *colon = strrchr(entry, ':');
    if (colon != NULL && strchr(colon, ']') == NULL) {
        *colon = '\0';
        (void)str_fit(ret->port, sizeof ret->port, colon + 1);
    }
    (void)str_fit(ret->host, sizeof ret->host, entry);
}

static bool entry_allows(const struct place *entry, const struct place *url, bool *ret_local)
{
    if (entry->host[0] == '\0' || strcasecmp(entry->host, url->host) != 0) {
        return false;
    }
    *ret_local = is_loopback(entry->host);
    if (*ret_local) {
        return entry->port[0] == '\0' || strcmp(entry->port, url->port) == 0;
    }
    return strcmp(url->scheme, "https") == 0 &&
           strcmp(url->port, entry->port[0] != '\0' ? entry->port : "443") == 0;
}

bool image_url_allowed(const char *url, const char *hosts, bool *ret_local)
{
    struct place place = { 0 }, entry;

    *ret_local = false;
    if (!place_of(url, &place) ||
        (strcmp(place.scheme, "https") != 0 && strcmp(place.scheme, "http") != 0)) {
        return false;
    }
    while (*hosts != '\0') {
        hosts += strspn(hosts, ", ");
        size_t size = strcspn(hosts, ", ");
        split_entry(hosts, size, &entry);
        if (entry_allows(&entry, &place, ret_local)) {
            return true;
        }
        hosts += size;
    }
    *ret_local = false;
    return false;
}

int images_add(struct images *images, const char *url, const char *hosts)
{
    bool local = false;

    for (size_t i = 0; i < images->count; i++) {
        if (strcmp(images->urls[i], url) == 0) {
            return (int)i;
        }
    }
    if (images->count == IMAGES_MAX || strlen(url) >= IMAGE_URL_BYTES ||
        !image_url_allowed(url, hosts, &local)) {
        return -1;
    }
    (void)str_fit(images->urls[images->count], IMAGE_URL_BYTES, url);
    return (int)images->count++;
}

void images_of(const json_t *detail, const char *otherwise, const char *hosts, struct images *ret)
{
    const json_t *list = json_at(detail, "images");
    size_t i;
    json_t *url;

    ret->count = 0;
    json_array_foreach(list, i, url)
    {
        if (json_is_string(url) && ret->count < IMAGES_OF_PRODUCT) {
            (void)images_add(ret, json_string_value(url), hosts);
        }
    }
    if (ret->count == 0 && otherwise[0] != '\0') {
        (void)images_add(ret, otherwise, hosts);
    }
}

const char *image_kind(const void *bytes, size_t size_bytes)
{
    static const struct {
        const char *kind, *magic;
        size_t size, at;
    } kinds[] = {
        { "jpeg", "\xff\xd8\xff", 3, 0 }, { "png", "\x89PNG\r\n\x1a\n", 8, 0 },
        { "webp", "WEBPVP8", 7, 8 },      { "gif", "GIF87a", 6, 0 },
        { "gif", "GIF89a", 6, 0 },
    };
    const char *start = bytes;

    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (size_bytes >= kinds[i].at + kinds[i].size &&
            memcmp(start + kinds[i].at, kinds[i].magic, kinds[i].size) == 0) {
            bool whole = kinds[i].at == 0 || memcmp(start, "RIFF", 4) == 0;
            return whole ? kinds[i].kind : NULL;
        }
    }
    return NULL;
}

/* What an answer means: 0 a picture, 1 none, -1 come back. */
static int judge(const struct http_response *answer, char *why, struct fail *f)
{
    if (answer->status >= 500 || answer->status == 429 || answer->status == 408) {
        return fail_later(f, FAIL_LATER, answer->retry_after_ms, "the picture's host answered %d",
                          answer->status);
    }
    if (answer->status != 200) {
        (void)snprintf(why, IMAGE_WHY_BYTES, "the host answered %d", answer->status);
        return 1;
    }
    if (image_kind(answer->body.data, answer->body.len) == NULL) {
        (void)snprintf(why, IMAGE_WHY_BYTES,
                       "what came (%zu bytes) is no JPEG, PNG, WebP or GIF picture",
                       answer->body.len);
        return 1;
    }
    return 0;
}

int image_check(struct http *http, const char *url, const char *hosts,
                char ret_why[static IMAGE_WHY_BYTES], struct fail *f)
{
    scoped(http_response_done) struct http_response answer;
    bool local = false;
    struct http_request request = { .method = "GET",
                                    .url = url,
                                    .connect_ms = CONNECT_MS,
                                    .timeout_ms = FETCH_MS,
                                    .max_bytes = IMAGE_BYTES_MAX };

    http_response_init(&answer);
    if (!image_url_allowed(url, hosts, &local)) {
        (void)str_fit(ret_why, IMAGE_WHY_BYTES, "its host is not on listing.image_hosts");
        return 1;
    }
    request.public_only = !local;
    if (http_call(http, &request, &answer, f) == 0) {
        return judge(&answer, ret_why, f);
    }
    if (f->kind == FAIL_INPUT || f->kind == FAIL_DENIED || answer.body.failed) {
        (void)str_fit(ret_why, IMAGE_WHY_BYTES, f->text);
        return 1;
    }
    f->kind = FAIL_LATER; /* only a look: whether the answer got lost on the way does not matter */
    return -1;
}
