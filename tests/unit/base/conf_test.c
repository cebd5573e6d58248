#include "tests/unit/base/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/conf.h"
#include "common/base/log.h"
#include "tests/unit/base/capture.h"
#include "tests/unit/base/faults.h"

static char file_path[] = "/tmp/dropship-conf-XXXXXX";

static int clean(void **state)
{
    (void)state;
    for (int id = 0; id < CONF_COUNT; id++) {
        (void)unsetenv(conf_rules[id].env);
    }
    (void)unsetenv("DROPSHIP_ENV_FILE");
    return 0;
}

static void conf_free_p(struct conf **c)
{
    conf_free(*c);
}

static void set(const char *name, const char *value)
{
    assert_int_equal(setenv(name, value, 1), 0);
}

static void write_file(const char *text, mode_t mode)
{
    FILE *out = fopen(file_path, "w");

    assert_non_null(out);
    (void)fputs(text, out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(chmod(file_path, mode), 0);
    set("DROPSHIP_ENV_FILE", file_path);
}

static struct conf *load_good(void)
{
    scoped(str_done) struct str mistakes;
    struct conf *c = NULL;
    struct fail f;

    str_init(&mistakes, 65536);
    if (conf_load(&c, &mistakes, &f) < 0) {
        fail_msg("%s: %s", f.text, mistakes.data);
    }
    return c;
}

/* The mistakes of a configuration that must not load; the caller's to free(). */
static char *load_bad(void)
{
    scoped(str_done) struct str mistakes;
    struct conf *c = NULL;
    struct fail f;

    str_init(&mistakes, 65536);
    check_fails(conf_load(&c, &mistakes, &f), &f, FAIL_INPUT);
    assert_null(c);
    return str_steal(&mistakes);
}

static int count(const char *text, char c)
{
    int found = 0;

    for (; *text != '\0'; text++) {
        found += *text == c ? 1 : 0;
    }
    return found;
}

static void every_rule_is_whole_and_its_default_passes(void **state)
{
    (void)state;
    for (int id = 0; id < CONF_COUNT; id++) {
        assert_true(conf_rules[id].env != NULL && conf_rules[id].help[0] != '\0');
        assert_true(conf_rules[id].min <= conf_rules[id].max);
    }
}

static void without_anything_the_defaults_hold(void **state)
{
    scoped(conf_free_p) struct conf *c = load_good();

    (void)state;
    assert_string_equal(conf_text(c, CONF_REDIS_URL), "redis://127.0.0.1:6379/0");
    assert_int_equal(conf_int(c, CONF_DRAIN_MS), 25000);
    assert_null(conf_text(c, CONF_SHOPIFY_SHOP));
    assert_false(conf_is_set(c, CONF_REDIS_URL));
}

static void the_environment_wins_over_the_file_and_the_file_over_the_default(void **state)
{
    scoped(conf_free_p) struct conf *c = NULL;

    (void)state;
    write_file(
        "# comment\n\n  SHOPIFY_SHOP = from-file \r\nDROPSHIP_DRAIN_MS=5\n"
        "DROPSHIP_TRUSTED_PROXIES=\"127.0.0.1 \"\nCJ_API_KEY='a=b#c\"defgh'\nDROPSHIP_LOG_LEVEL=\n",
        0600);
    set("DROPSHIP_DRAIN_MS", "6");
    set("SHOPIFY_SHOP", ""); /* empty is none */
    c = load_good();
    assert_string_equal(conf_text(c, CONF_SHOPIFY_SHOP), "from-file");
    assert_int_equal(conf_int(c, CONF_DRAIN_MS), 6);
    assert_string_equal(conf_text(c, CONF_TRUSTED_PROXIES), "127.0.0.1 ");
    assert_string_equal(conf_text(c, CONF_CJ_API_KEY), "a=b#c\"defgh");
    assert_string_equal(conf_text(c, CONF_LOG_LEVEL), "info");
    assert_true(conf_is_set(c, CONF_SHOPIFY_SHOP));
    assert_false(conf_is_set(c, CONF_LOG_LEVEL));
}

static void all_mistakes_are_reported_at_once(void **state)
{
    scoped(free_p) char *mistakes = NULL;

    (void)state;
    write_file("no equals sign\nSHOPIFY_SHOPP=x\nDROPSHIP_LISTEN=:1\n", 0600);
    set("DROPSHIP_DRAIN_MS", "600001");
    set("DROPSHIP_LEASE_MS", "ten");
    set("DROPSHIP_LOG_LEVEL", "loud");
    set("CJ_BASE_URL", "developers.example.com");
    mistakes = load_bad();
    assert_int_equal(count(mistakes, '\n'), 6);
    assert_non_null(strstr(mistakes, "line 1"));
    assert_non_null(strstr(mistakes, "line 2: no setting is named 'SHOPIFY_SHOPP'"));
    assert_non_null(strstr(mistakes, "DROPSHIP_DRAIN_MS: '600001'"));
    assert_non_null(strstr(mistakes, "0 to 600000 in ms"));
    assert_non_null(strstr(mistakes, "DROPSHIP_LEASE_MS"));
    assert_non_null(strstr(mistakes, "debug, info, warn or error"));
    assert_non_null(strstr(mistakes, "CJ_BASE_URL"));
}

static void what_no_program_could_use_is_a_mistake(void **state)
{
    static const struct {
        const char *name, *value, *wanted;
    } bad[] = {
        { "DROPSHIP_LISTEN", "8080", "IPV4:PORT" },
        { "DROPSHIP_LISTEN", "localhost:8080", "IPV4:PORT" },
        { "DROPSHIP_LISTEN", "127.0.0.1:0", "IPV4:PORT" },
        { "DROPSHIP_LISTEN", "127.0.0.1:65536", "IPV4:PORT" },
        { "DROPSHIP_LISTEN", "127.0.0.1:80,81", "IPV4:PORT" },
        { "DROPSHIP_LISTEN", "127.0.0.1", "IPV4:PORT" },
        { "DROPSHIP_LISTEN", "127.0.0.1:", "IPV4:PORT" },
        { "DROPSHIP_LISTEN", "127.0.0:8080", "IPV4:PORT" },
        { "DROPSHIP_LISTEN", "127.0.0.256:8080", "IPV4:PORT" },
        { "DROPSHIP_LISTEN", "[::1]:8080", "IPV4:PORT" },
        { "DROPSHIP_HEALTH_LISTEN", "9100", "[IPV6]:PORT" },
        { "DROPSHIP_HEALTH_LISTEN", "localhost:9100", "[IPV6]:PORT" },
        { "DROPSHIP_HEALTH_LISTEN", "127.0.0.1:0", "[IPV6]:PORT" },
        { "DROPSHIP_HEALTH_LISTEN", "127.0.0.1:65536", "[IPV6]:PORT" },
        { "DROPSHIP_HEALTH_LISTEN", "::1:9100", "[IPV6]:PORT" },
        { "DROPSHIP_HEALTH_LISTEN", "[::1]", "[IPV6]:PORT" },
        { "DROPSHIP_HEALTH_LISTEN", "[::1:9100", "[IPV6]:PORT" },
        { "DROPSHIP_HEALTH_LISTEN", "[]:9100", "[IPV6]:PORT" },
        { "DROPSHIP_HEALTH_LISTEN", "[::1]9100", "[IPV6]:PORT" },
        { "DROPSHIP_REDIS_URL", "http://127.0.0.1:6379", "redis://" },
        { "DROPSHIP_DATABASE_URL", "mysql://secret@db/x", "postgresql://" },
        { "DROPSHIP_DATABASE_READ_URL", "redis://db/x", "postgresql://" },
        { "SHOPIFY_SHOP", "my-shop.myshopify.com", "alone" },
        { "SHOPIFY_SHOP", "https://my-shop", "alone" },
        { "CJ_BASE_URL", "ftp://cj.example", "https://" },
        { "DROPSHIP_TLS_KEY", "/etc/key.pem", "DROPSHIP_TLS_CERTIFICATE" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        set(bad[i].name, bad[i].value);
        scoped(free_p) char *mistakes = load_bad();
        assert_int_equal(count(mistakes, '\n'), 1);
        assert_int_equal(strncmp(mistakes, bad[i].name, strlen(bad[i].name)), 0);
        assert_non_null(strstr(mistakes, bad[i].wanted));
        assert_null(strstr(mistakes, "secret"));
        assert_int_equal(unsetenv(bad[i].name), 0);
    }
}

static void what_programs_can_use_is_taken(void **state)
{
    static const char *const good[][2] = {
        { "DROPSHIP_LISTEN", ":8080" },
        { "DROPSHIP_LISTEN", "0.0.0.0:65535" },
        { "DROPSHIP_HEALTH_LISTEN", ":9100" },
        { "DROPSHIP_HEALTH_LISTEN", "[::1]:9100" },
        { "DROPSHIP_HEALTH_LISTEN", "10.1.2.3:1" },
        { "DROPSHIP_REDIS_URL", "unix:///run/redis.sock?db=1" },
        { "DROPSHIP_REDIS_URL", "redis+sentinel://a:26379,b:26379/main/0" },
        { "DROPSHIP_DATABASE_URL", "postgres://u@db/x" },
        { "SHOPIFY_SHOP", "My-Shop-2" },
        { "AI_BASE_URL", "http://127.0.0.1:11434/v1" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        set(good[i][0], good[i][1]);
        scoped(conf_free_p) struct conf *c = load_good();
        assert_non_null(c);
        assert_int_equal(unsetenv(good[i][0]), 0);
    }
}

static void a_mistyped_argument_does_not_start_a_program(void **state)
{
    char name[] = "tester", known[] = "--print-config", typo[] = "--print-confg", help[] = "--help";
    char *good[] = { name, known, NULL }, *bad[] = { name, typo, NULL },
         *more[] = { name, help, name, NULL };

    (void)state;
    assert_int_equal(conf_refuse_arguments("tester", 1, good), -1);
    assert_int_equal(conf_refuse_arguments("tester", 2, good), -1);
    assert_int_equal(conf_refuse_arguments("tester", 2, bad), 2);
    assert_int_equal(conf_refuse_arguments("tester", 3, more), 2);
}

static void limits_are_inside_the_range(void **state)
{
    scoped(conf_free_p) struct conf *c = NULL;
    scoped(free_p) char *mistakes = NULL;

    (void)state;
    set("DROPSHIP_LEASE_MS", "2000");
    set("DROPSHIP_DRAIN_MS", "600000");
    c = load_good();
    assert_int_equal(conf_int(c, CONF_LEASE_MS), 2000);
    set("DROPSHIP_LEASE_MS", "1999");
    mistakes = load_bad();
    assert_int_equal(count(mistakes, '\n'), 1);
}

static void a_url_has_a_scheme_and_no_spaces(void **state)
{
    static const char *const wrong[] = { "redis:/x",    "://x",         "redis://",
                                         "redis://a b", "redis://a\tb", "redis://caf\xc3\xa9" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        scoped(free_p) char *mistakes = NULL;

        set("DROPSHIP_REDIS_URL", wrong[i]);
        mistakes = load_bad();
        assert_int_equal(count(mistakes, '\n'), 1);
    }
}

static void mistakes_never_show_a_secret(void **state)
{
    scoped(free_p) char *mistakes = NULL;

    (void)state;
    write_file("hunter2hunter2\n", 0600);
    set("DROPSHIP_DATABASE_URL", "hunter2:hunter2");
    set("SHOPIFY_ACCESS_TOKEN", "hunter2");
    set("CJ_API_KEY", "hunter2\nhunter2");
    mistakes = load_bad();
    assert_int_equal(count(mistakes, '\n'), 4);
    assert_null(strstr(mistakes, "hunter2"));
}

static void a_file_that_others_may_read_is_refused(void **state)
{
    static const mode_t open_modes[] = { 0644, 0640, 0604, 0620, 0602 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(open_modes); i++) {
        scoped(free_p) char *mistakes = NULL;

        write_file("SHOPIFY_SHOP=x\n", open_modes[i]);
        mistakes = load_bad();
        assert_non_null(strstr(mistakes, "chmod 600"));
    }
}

static void a_file_that_cannot_be_used_is_a_mistake(void **state)
{
    scoped(free_p) char *missing = NULL;
    scoped(free_p) char *folder = NULL;
    scoped(free_p) char *huge = NULL;
    FILE *out = NULL;

    (void)state;
    set("DROPSHIP_ENV_FILE", "/nonexistent/dropship.env");
    missing = load_bad();
    assert_non_null(strstr(missing, "does not exist"));
    set("DROPSHIP_ENV_FILE", "/tmp");
    folder = load_bad();
    assert_non_null(strstr(folder, "not a regular file"));
    write_file("", 0600);
    out = fopen(file_path, "w");
    assert_non_null(out);
    for (int i = 0; i < 70000; i++) {
        (void)fputc('#', out);
    }
    assert_int_equal(fclose(out), 0);
    huge = load_bad();
    assert_non_null(strstr(huge, "64 KiB"));
}

static void print_config_masks_secrets(void **state)
{
    scoped(conf_free_p) struct conf *c = NULL;
    scoped(free_p) char *text = NULL;

    (void)state;
    set("CJ_API_KEY", "hunter2hunter2");
    set("SHOPIFY_SHOP", "demo");
    c = load_good();
    capture_start(1);
    conf_print(c, stdout);
    text = capture_end();
    assert_null(strstr(text, "hunter2"));
    assert_non_null(strstr(text, "CJ_API_KEY=***\n"));
    assert_non_null(strstr(text, "SHOPIFY_SHOP=demo\n"));
    assert_int_equal(count(text, '\n'), CONF_COUNT);
}

static void the_markdown_has_a_row_of_four_cells_per_setting(void **state)
{
    scoped(free_p) char *text = NULL;
    char *rest = NULL;
    char *row = NULL;
    int rows = 0;

    (void)state;
    capture_start(1);
    conf_print_markdown(stdout);
    text = capture_end();
    rest = text;
    while ((row = strsep(&rest, "\n")) != NULL && row[0] != '\0') {
        assert_int_equal(count(row, '|') - count(row, '\\'), 5);
        rows++;
    }
    assert_int_equal(rows, CONF_COUNT + 2);
}

static int start_with(const char *option, struct conf **ret)
{
    char program[] = "tester";
    char argument[40];
    char *argv[] = { program, argument, NULL };

    (void)snprintf(argument, sizeof argument, "%s", option);
    return conf_start("tester", 2, argv, ret);
}

static void start_answers_help_and_version_without_a_configuration(void **state)
{
    scoped(free_p) char *help = NULL;
    scoped(free_p) char *version = NULL;
    struct conf *c = NULL;

    (void)state;
    set("DROPSHIP_DRAIN_MS", "nonsense");
    capture_start(1);
    assert_int_equal(start_with("--help", &c), 0);
    help = capture_end();
    for (int id = 0; id < CONF_COUNT; id++) {
        assert_non_null(strstr(help, conf_rules[id].env));
    }
    capture_start(1);
    assert_int_equal(start_with("--version", &c), 0);
    version = capture_end();
    assert_string_equal(version, "tester " DROPSHIP_VERSION "\n");
    assert_null(c);
}

static void start_ends_with_2_after_mistakes(void **state)
{
    scoped(free_p) char *text = NULL;
    struct conf *c = NULL;

    (void)state;
    set("DROPSHIP_DRAIN_MS", "nonsense");
    set("DROPSHIP_LEASE_MS", "nonsense");
    capture_start(2);
    assert_int_equal(start_with("--print-config", &c), 2);
    text = capture_end();
    assert_non_null(strstr(text, "DROPSHIP_DRAIN_MS"));
    assert_non_null(strstr(text, "DROPSHIP_LEASE_MS"));
    assert_null(c);
}

static void start_registers_secrets_and_passwords_for_redaction(void **state)
{
    scoped(conf_free_p) struct conf *c = NULL;
    scoped(free_p) char *text = NULL;

    (void)state;
    set("DROPSHIP_DATABASE_URL", "postgresql://shop:p%40ssw%2Frd@db.example.com/dropship");
    set("DROPSHIP_REDIS_URL", "redis://:redis-pass@127.0.0.1:1/0");
    set("CJ_API_KEY", "hunter2hunter2");
    assert_int_equal(start_with("--queue", &c), -1);
    assert_non_null(c);
    capture_start(2);
    log_error("x", kv_str("a", "p%40ssw%2Frd p@ssw/rd redis-pass hunter2hunter2"),
              kv_str("b", "postgresql://shop:p%40ssw%2Frd@db.example.com/dropship"));
    text = capture_end();
    assert_non_null(strstr(text, "\"a\":\"*** *** *** ***\""));
    assert_non_null(strstr(text, "\"b\":\"***\""));
}

static void start_registers_passwords_that_are_options_of_an_address(void **state)
{
    scoped(conf_free_p) struct conf *c = NULL;
    scoped(free_p) char *text = NULL;

    (void)state;
    set("DROPSHIP_DATABASE_URL",
        "postgresql:///dropship?host=db.example.com&password=opt%3Dion-1&sslpassword=option-2"
        "&application_name=not-a-secret");
    set("DROPSHIP_REDIS_URL", "redis+sentinel://h:1/m/0?sentinel_password=option-3");
    assert_int_equal(start_with("--queue", &c), -1);
    assert_non_null(c);
    capture_start(2);
    log_error("x", kv_str("a", "opt%3Dion-1 opt=ion-1 option-2 option-3 not-a-secret"));
    text = capture_end();
    assert_non_null(strstr(text, "\"a\":\"*** *** *** *** not-a-secret\""));
}

static void load_once(void)
{
    scoped(str_done) struct str mistakes;
    scoped(conf_free_p) struct conf *c = NULL;
    struct fail f;

    str_init(&mistakes, 65536);
    if (conf_load(&c, &mistakes, &f) < 0) {
        assert_int_equal(f.kind, FAIL_LATER);
        assert_null(c);
    }
}

static void every_failed_allocation_is_reported_and_leaks_nothing(void **state)
{
    (void)state;
    write_file("SHOPIFY_SHOP=x\nSHOPIFY_SHOP=y\n", 0600);
    set("CJ_API_KEY", "hunter2hunter2");
    torture(load_once);
}

static int make_file(void **state)
{
    int fd = mkstemp(file_path);

    (void)state;
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(file_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_rule_is_whole_and_its_default_passes, clean),
        cmocka_unit_test_setup(without_anything_the_defaults_hold, clean),
        cmocka_unit_test_setup(the_environment_wins_over_the_file_and_the_file_over_the_default,
                               clean),
        cmocka_unit_test_setup(all_mistakes_are_reported_at_once, clean),
        cmocka_unit_test_setup(what_no_program_could_use_is_a_mistake, clean),
        cmocka_unit_test_setup(what_programs_can_use_is_taken, clean),
        cmocka_unit_test_setup(a_mistyped_argument_does_not_start_a_program, clean),
        cmocka_unit_test_setup(limits_are_inside_the_range, clean),
        cmocka_unit_test_setup(a_url_has_a_scheme_and_no_spaces, clean),
        cmocka_unit_test_setup(mistakes_never_show_a_secret, clean),
        cmocka_unit_test_setup(a_file_that_others_may_read_is_refused, clean),
        cmocka_unit_test_setup(a_file_that_cannot_be_used_is_a_mistake, clean),
        cmocka_unit_test_setup(print_config_masks_secrets, clean),
        cmocka_unit_test_setup(the_markdown_has_a_row_of_four_cells_per_setting, clean),
        cmocka_unit_test_setup(start_answers_help_and_version_without_a_configuration, clean),
        cmocka_unit_test_setup(start_ends_with_2_after_mistakes, clean),
        cmocka_unit_test_setup(start_registers_secrets_and_passwords_for_redaction, clean),
        cmocka_unit_test_setup(start_registers_passwords_that_are_options_of_an_address, clean),
        cmocka_unit_test_setup(every_failed_allocation_is_reported_and_leaks_nothing, clean),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
