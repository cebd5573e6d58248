#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/cli/doctor.h"
#include "api/cli/out.h"
#include "common/base/json.h"
#include "common/base/str.h"

static const char *const level_names[] = {
    [FINDING_OK] = "ok", [FINDING_WARN] = "warn", [FINDING_BAD] = "bad"
};

void finding_add(json_t *findings, enum finding_level level, const char *check, const char *mend,
                 const char *fmt, ...)
{
    scoped(str_done) struct str text;
    va_list args;

    str_init(&text, 1000);
    va_start(args, fmt);
    str_vaddf(&text, fmt, args);
    va_end(args);
    json_array_append_new(findings,
                          json_pack("{s:s, s:s, s:o, s:o}", "level", level_names[level], "check",
                                    check, "text", out_lossy(text.data, text.len), "mend",
                                    mend != NULL ? json_string(mend) : json_null()));
}

static int show_findings(const struct cli *c, const json_t *findings)
{
    int code = CLI_DONE;
    const json_t *finding;
    size_t index;

    json_array_foreach(findings, index, finding)
    {
        const char *level = json_text(finding, "level", ""),
                   *mend = json_text(finding, "mend", NULL);
        code = strcmp(level, "bad") == 0 ? CLI_FAILED : code;
        if (!c->json) {
            printf("%-5s %-10s %s\n", level, json_text(finding, "check", ""),
                   json_text(finding, "text", ""));
        }
        if (!c->json && mend != NULL) {
            printf("%17smend: %s\n", "", mend);
        }
    }
    if (c->json) {
        out_json(findings);
    }
    return code;
}

int cmd_doctor(struct cli *c, struct fail *f)
{
    static doctor_fn *const groups[] = { doctor_config,  doctor_redis,    doctor_postgres,
                                         doctor_workers, doctor_business, doctor_discovery };
    scoped(json_clear_p) json_t *findings = json_array();

    if (findings == NULL) {
        return fail_memory(f);
    }
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        groups[i](c, findings);
    }
    return show_findings(c, findings);
}
