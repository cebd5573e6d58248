/* Signing in, and what the account may do. */
#include "worker/providers/cj/cj_priv.h"

#include <string.h>

#include "common/base/json.h"

static int read_token(const json_t *data, const char *path, char *field, struct fail *f)
{
    if (!str_fit(field, CJ_TOKEN_BYTES, json_text(data, path, "")) || field[0] == '\0') {
        return fail_set(f, FAIL_BUG, "CJ: no %s of at most %d bytes", path, CJ_TOKEN_BYTES - 1);
    }
    return 0;
}

/* Lifetimes are contradictory in CJ's texts, so only the dates it sends count; without one we
 * would sign in at every call. */
static int read_end(const json_t *data, const char *path, int64_t *ret_us, struct fail *f)
{
    *ret_us = cj_read_time(data, path);
    return *ret_us > 0 ? 0 : fail_set(f, FAIL_BUG, "CJ: no readable %s", path);
}

int cj_read_tokens(const json_t *data, struct cj_tokens *ret, struct fail *f)
{
    TRY(read_token(data, "accessToken", ret->access, f));
    TRY(read_token(data, "refreshToken", ret->refresh, f));
    TRY(read_end(data, "accessTokenExpiryDate", &ret->access_until_us, f));
    TRY(read_end(data, "refreshTokenExpiryDate", &ret->refresh_until_us, f));
    if (json_at(data, "openId") == NULL) { /* only a login is sure to bring it */
        ret->open_id[0] = '\0';
        return 0;
    }
    return cj_read_id(data, "openId", ret->open_id, sizeof ret->open_id, f);
}

static int sign_in(struct cj *cj, enum cj_op op, json_t *take_body, struct cj_tokens *ret,
                   struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    struct cj_tokens tokens;

    TRY(cj_run(cj, op, NULL, take_body, &root, f));
    TRY(cj_read_tokens(json_at(root, "data"), &tokens, f));
    *ret = tokens;
    return 0;
}

int cj_login(struct cj *cj, const char *api_key, struct cj_tokens *ret, struct fail *f)
{
    /* The key alone: an e-mail beside it selects the retired login. */
    return sign_in(cj, CJ_OP_LOGIN, json_pack("{s:s}", "apiKey", api_key), ret, f);
}

int cj_refresh(struct cj *cj, const char *refresh_token, struct cj_tokens *ret, struct fail *f)
{
    return sign_in(cj, CJ_OP_REFRESH, json_pack("{s:s}", "refreshToken", refresh_token), ret, f);
}

int cj_qps_limit(struct cj *cj, int64_t *ret_qps, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;
    int64_t qps = 0;

    TRY(cj_run(cj, CJ_OP_SETTINGS, NULL, NULL, &root, f));
    qps = json_int(root, "data.setting.qpsLimit", 1);
    *ret_qps = qps >= 1 ? qps : 1;
    return 0;
}

int cj_balance(struct cj *cj, struct money *ret_available, struct fail *f)
{
    scoped(json_clear_p) json_t *root = NULL;

    TRY(cj_run(cj, CJ_OP_BALANCE, NULL, NULL, &root, f));
    if (!cj_read_amount(root, "data.amount", ret_available)) {
        return fail_code(f, FAIL_LATER, "BALANCE_UNKNOWN", "CJ does not say what is in the wallet");
    }
    return 0;
}
