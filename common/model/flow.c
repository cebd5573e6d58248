#include "common/model/flow.h"

#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/str.h"
#include "common/model/audit.h"

#define FLOW_PREFIX "flow."

const char *flow_name(enum setting_id id)
{
    const char *name = setting_rules[id].name;
    size_t prefix = strlen(FLOW_PREFIX);
    return strncmp(name, FLOW_PREFIX, prefix) == 0 ? name + prefix : NULL;
}

enum setting_id flow_find(const char *name)
{
    char setting[64];
    int length = snprintf(setting, sizeof setting, FLOW_PREFIX "%s", name);
    return length < (int)sizeof setting ? settings_find(setting) : SETTING_COUNT;
}

/* The reason is a row of its own, so that STOP itself depends on nothing but one small write. */
static int note_reason(struct db *db, bool on, const char *reason, const char *who, struct fail *f)
{
    scoped(json_clear_p) json_t *detail = json_pack("{s:s}", "reason", reason);
    if (detail == NULL) {
        return fail_set(f, FAIL_INPUT, "the reason is not valid UTF-8");
    }
    return audit_add(db, who, on ? "stop.on" : "stop.off", "stop", detail, f);
}

int flow_stop(struct db *db, bool on, const char *reason, const char *who, struct fail *f)
{
    int64_t stored = 0;

    TRY(settings_write(db, SETTING_STOP, on ? "1" : "0", who, f));
    TRY(settings_read_one(db, SETTING_STOP, &stored, f)); /* others may be broken just now */
    if (reason != NULL && reason[0] != '\0') {
        TRY(note_reason(db, on, reason, who, f));
    }
    return stored != 0 ? 1 : 0;
}

const char *flow_mode_name(enum flow_mode m)
{
    static const char *const names[] = {
        [FLOW_OFF] = "off",
        [FLOW_DRY_RUN] = "dry_run",
        [FLOW_APPROVE] = "approve",
        [FLOW_AUTO] = "auto",
    };
    return names[m];
}
