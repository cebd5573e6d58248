/* What a client sends to the API: "METHOD\npath\nquery\nbody" through the real table of routes. */
#include "api/http/fields.h"
#include "api/http/text.h"
#include "common/base/json.h"
#include "tests/fuzz/fuzz.h"

/* Cut the line off the front of *rest. */
static char *take_line(char **rest)
{
    return *rest == NULL ? NULL : strsep(rest, "\n");
}

/* A checked value keeps what its field promises. */
static void check_value(const struct field *field, const struct value *value)
{
    if (value->text == NULL) {
        must(!field->required);
        return;
    }
    must(text_is_utf8(value->text, strlen(value->text)));
    if (field->type == FIELD_INT) {
        must(value->num >= field->min && value->num <= field->max);
    } else if (field->type == FIELD_CHOICE) {
        must(text_is_choice(value->text, field->choices));
    } else if (field->type == FIELD_TEXT) {
        must((int64_t)strlen(value->text) <= field->max && text_is_plain(value->text));
        must(field->set == NULL || text_has_only(value->text, field->set));
    }
}

static void take(struct request *rq, const struct route_match *match)
{
    scoped(json_clear_p) json_t *errors = json_array();
    struct fail f;
    int result = fields_take(rq, match, errors, &f);

    must(result >= 0 || f.kind == FAIL_INPUT);
    must(result != 1 || json_array_size(errors) > 0);
    for (size_t i = 0; result == 0 && i < route_fields(match->route); i++) {
        check_value(&match->route->fields[i], &rq->values[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    scoped(free_p) char *text = fuzz_text(data, size);
    char *rest = text;
    const char *method = take_line(&rest), *path = take_line(&rest), *query = take_line(&rest);
    char allow[ROUTER_ALLOW_BYTES];
    struct request rq = { .query = query };
    struct route_match match;

    if (path == NULL) {
        return 0;
    }
    router_allow(routes, route_count, path, allow);
    must(fuzz_ends(allow, sizeof allow));
    if (router_find(routes, route_count, method, path, &match) != ROUTER_FOUND) {
        return 0;
    }
    rq.route = match.route;
    if (rest != NULL) {
        rq.body_bytes = strlen(rest);
        rq.body = fuzz_text((const uint8_t *)rest, rq.body_bytes);
    }
    take(&rq, &match);
    request_done(&rq);
    return 0;
}
