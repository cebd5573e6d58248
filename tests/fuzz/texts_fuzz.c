/* Small texts of foreign make; the first byte chooses what reads the rest. */
#include "common/base/money.h"
#include "common/base/trace.h"
#include "common/http/http_priv.h"
#include "common/queue/queue_priv.h"
#include "tests/fuzz/fuzz.h"

enum { DAY_MS = 86400000, CASES = 5 };

/* What a key is split into makes the key again. */
static void split_claim_key(const char *text)
{
    char identity[128], queue[JOB_NAME_BYTES], again[512];

    if (claim_key_split(text, identity, sizeof identity, queue, sizeof queue)) {
        int length = snprintf(again, sizeof again, KEY_CLAIMED "%s:%s#", identity, queue);

        must(length > 0 && strncmp(text, again, (size_t)length) == 0);
        must(queue[0] != '\0');
    }
}

/* What is read as an amount and printed is read again as the same. */
static void read_money(const char *text, const char *currency)
{
    struct money m, again;
    struct fail f;
    char printed[MONEY_TEXT_BYTES];

    if (money_parse(text, currency, &m, &f) == 0) {
        money_format(&m, printed);
        must(money_parse(printed, currency, &again, &f) == 0 && again.minor == m.minor);
    }
}

static void read_wait(const char *text)
{
    int64_t ms = http_retry_after_ms(text, INT64_C(1700000000000000));

    must(ms >= 0 && ms <= DAY_MS);
}

static void read_trace(const char *text)
{
    char trace[ID_TRACE_BYTES] = "";

    if (trace_take(text, trace)) {
        must(strlen(trace) == 32 && strspn(trace, "0123456789abcdef") == 32);
        must(strspn(trace, "0") < 32);
    } else {
        must(trace[0] == '\0');
    }
}

static void read_name(const char *text)
{
    struct fail f;

    if (job_check_name(text, "queue", &f) == 0) {
        must(text[0] != '\0' && strlen(text) < JOB_NAME_BYTES);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const currencies[] = { "USD", "JPY", "KWD", "CLF" };
    scoped(free_p) char *text = size > 0 ? fuzz_text(data + 1, size - 1) : NULL;

    if (text == NULL) {
        return 0;
    }
    switch (data[0] % CASES) {
    case 0:
        split_claim_key(text);
        break;
    case 1:
        read_money(text, currencies[data[0] / CASES % COUNT_OF(currencies)]);
        break;
    case 2:
        read_wait(text);
        break;
    case 3:
        read_trace(text);
        break;
    case 4:
        read_name(text);
        break;
    }
    return 0;
}
