/* Which stored media stand for which images.  A stored image does not say where it came from, so its name does: it begins with
 * a mark made of the address it was fetched from.  The shop keeps names (it may add to them), and shows them in the image's own
 * address as soon as the image is ready.  Alternative texts alone would not do: they repeat, they are rewritten, and another
 * picture may get the text of the one before. */
#include "worker/providers/shopify/shopify_priv.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/base/id.h"
#include "common/base/json.h"
#include "common/base/str.h"

#define MARK_START "ds"
enum { MARK_DIGITS = 24, MARK_LEN = 2 + MARK_DIGITS, NAME_BYTES = MARK_LEN + 8 };

struct wanted {
    const json_t *media; /* stored for it; NULL = to be uploaded */
    bool by_mark;
};
struct files {
    const struct shopify_new_product *product;
    const json_t *media;
    struct wanted wanted[SHOPIFY_IMAGES_MAX];
};

static void mark_of(const char *url, char mark[static MARK_LEN + 1])
{
    char hex[ID_SHA256_HEX_BYTES];

    id_sha256_hex(url, strlen(url), hex);
    memcpy(mark, MARK_START, 2);
    memcpy(mark + 2, hex, MARK_DIGITS);
    mark[MARK_LEN] = '\0';
}

/* The mark of a stored image, or NULL: not ours, or not ready. */
static const char *mark_in(const json_t *media)
{
    const char *name = strrchr(json_text(media, "image.url", ""), '/');

    if (name == NULL || strncmp(name + 1, MARK_START, 2) != 0) {
        return NULL;
    }
    for (size_t i = 0; i < MARK_DIGITS; i++) {
        if (!isxdigit((unsigned char)name[3 + i])) {
            return NULL;
        }
    }
    return name + 1;
}

static bool is_usable(const json_t *media)
{
    return json_text(media, "id", "")[0] != '\0' &&
           strcmp(json_text(media, "status", ""), "FAILED") != 0;
}

static const char *alt_of(const struct files *files, size_t image)
{
    const char *alt = files->product->images[image].alt;

    return alt != NULL ? alt : "";
}

static bool is_taken(const struct files *files, size_t before, const json_t *media)
{
    for (size_t i = 0; i < before; i++) {
        if (files->wanted[i].media == media) {
            return true;
        }
    }
    return false;
}

static void match_mark(struct files *files, size_t image)
{
    char mark[MARK_LEN + 1];
    size_t i;
    json_t *media;

    mark_of(files->product->images[image].url, mark);
    json_array_foreach(files->media, i, media)
    {
        const char *stored = mark_in(media);
        if (stored != NULL && strncmp(stored, mark, MARK_LEN) == 0 && is_usable(media) &&
            !is_taken(files, image, media)) {
            files->wanted[image] = (struct wanted){ media, true };
            return;
        }
    }
}

/* How many images that no mark has found, before the n-th, have this text. */
static size_t count_wanted(const struct files *files, size_t n, const char *alt)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        count += !files->wanted[i].by_mark && strcmp(alt_of(files, i), alt) == 0;
    }
    return count;
}

/* Of the media without a mark, failed ones too, the one of this text with this number; *ret_count: how many there are. */
static const json_t *nth_stored(const json_t *list, const char *alt, size_t n, size_t *ret_count)
{
    const json_t *found = NULL;
    size_t count = 0;
    size_t i;
    json_t *media;

    json_array_foreach(list, i, media)
    {
        if (mark_in(media) == NULL && strcmp(json_text(media, "alt", ""), alt) == 0) {
            found = count == n ? media : found;
            count++;
        }
    }
    *ret_count = count;
    return found;
}

/* With as many stored as wanted, their order tells.  Otherwise nobody knows which one is missing, and a picture twice uploaded is
 * better than a wrong one. */
static void match_alt(struct files *files, size_t image)
{
    const char *alt = alt_of(files, image);
    size_t stored = 0;
    const json_t *media = nth_stored(files->media, alt, count_wanted(files, image, alt), &stored);

    if (media != NULL && is_usable(media) &&
        stored == count_wanted(files, files->product->image_count, alt)) {
        files->wanted[image].media = media;
    }
}

/* The name to store an image under: its mark with the ending of the address, as the shop demands; "" when that is not one of a
 * picture. */
static void name_of(const char *url, char name[static NAME_BYTES])
{
    static const char *const endings[] = { ".jpg", ".jpeg", ".png", ".webp", ".gif" };
    size_t bytes = strcspn(url, "?#");

    name[0] = '\0';
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        size_t ending = strlen(endings[i]);
        if (bytes > ending && strncasecmp(url + bytes - ending, endings[i], ending) == 0) {
            mark_of(url, name);
            memcpy(name + MARK_LEN, url + bytes - ending, ending);
            name[MARK_LEN + ending] = '\0';
        }
    }
}

static json_t *new_file(const struct shopify_new_image *image)
{
    char name[NAME_BYTES];

    name_of(image->url, name);
    const struct shopify_text texts[] = { { "originalSource", image->url },
                                          { "alt", image->alt },
                                          { "filename", name[0] != '\0' ? name : NULL },
                                          { "contentType", "IMAGE" } };

    return shopify_with_texts(json_object(), texts, COUNT_OF(texts));
}

/* Its text is sent only where it changes. */
static json_t *stored_file(const json_t *media, const struct shopify_new_image *image)
{
    bool same = image->alt == NULL || strcmp(json_text(media, "alt", ""), image->alt) == 0;
    const struct shopify_text texts[] = { { "id", json_text(media, "id", "") },
                                          { "alt", same ? NULL : image->alt } };

    return shopify_with_texts(json_object(), texts, COUNT_OF(texts));
}

json_t *shopify_files_json(const struct shopify_new_product *product, const json_t *media)
{
    struct files files = { .product = product, .media = media };
    json_t *list = json_array();

    for (size_t i = 0; i < product->image_count; i++) {
        match_mark(&files, i);
    }
    for (size_t i = 0; i < product->image_count; i++) {
        const json_t *stored = NULL;

        if (!files.wanted[i].by_mark) {
            match_alt(&files, i);
        }
        stored = files.wanted[i].media;
        (void)json_array_append_new(list, stored != NULL ? stored_file(stored, &product->images[i])
                                                         : new_file(&product->images[i]));
    }
    return shopify_whole_json(list, product->image_count);
}
