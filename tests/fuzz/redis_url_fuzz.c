/* The URL of Redis, from the environment: every field ends within its bounds, and no complaint repeats a secret. */
#include "common/redis/redis_url.h"
#include "tests/fuzz/fuzz.h"

static void check_login(const struct redis_login *login)
{
    must(fuzz_ends(login->user, sizeof login->user));
    must(fuzz_ends(login->password, sizeof login->password));
}

/* Other letters in user and password (all before the last @ of the host's part), and the same complaint. */
static void check_secret(const char *url, const char *said)
{
    scoped(free_p) char *other = fuzz_text((const uint8_t *)url, strlen(url));
    char *start = strstr(other, "://");
    struct redis_url ignored;
    struct fail f = { .text = "" };
    size_t at = 0;

    if (start == NULL) {
        return;
    }
    start += strlen("://");
    for (size_t i = 0; start[i] != '\0' && strchr("/?", start[i]) == NULL; i++) {
        at = start[i] == '@' ? i : at;
    }
    for (size_t i = 0; i < at; i++) {
        start[i] = strchr("ghijklmnoprstuvwxyz", start[i]) != NULL ? 'q' : start[i];
    }
    must(redis_url_parse(other, &ignored, &f) < 0 && strcmp(f.text, said) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scoped(free_p) char *text = fuzz_text(data, size);
    struct redis_url url;
    struct fail f = { .text = "" };

    if (redis_url_parse(text, &url, &f) < 0) {
        must(f.kind == FAIL_INPUT);
        check_secret(text, f.text);
        return 0;
    }
    must(fuzz_ends(url.server.host, sizeof url.server.host));
    must(fuzz_ends(url.path, sizeof url.path) && fuzz_ends(url.cacert, sizeof url.cacert));
    must(fuzz_ends(url.service, sizeof url.service));
    must(url.sentinel_count <= REDIS_SENTINELS_MAX);
    must((url.service[0] != '\0') == (url.sentinel_count > 0));
    must(url.db >= 0 && url.db <= REDIS_DATABASES_MAX);
    check_login(&url.login);
    check_login(&url.sentinel_login);
    for (size_t i = 0; i < url.sentinel_count; i++) {
        must(fuzz_ends(url.sentinels[i].host, sizeof url.sentinels[i].host));
        must(url.sentinels[i].port > 0 && url.sentinels[i].port < 65536);
    }
    return 0;
}
