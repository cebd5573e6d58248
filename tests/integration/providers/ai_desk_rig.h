/* What tests of the AI desk share: a sandbox, Postgres and Redis, and a question that is always the same.
 * Threads: one. */
#pragma once

#include "common/model/settings.h"
#include "tests/integration/providers/sandbox.h"
#include "tests/integration/worker/fixture.h"
#include "worker/core/ai_desk.h"

extern struct sandbox sandbox;
extern struct fixture fixture;
extern struct settings set; /* as read by begin and change */
extern struct ai_told told; /* of the last question */

/* Set-up and teardown for cmocka: of the program, of a test. */
int group_setup(void **state);
int group_teardown(void **state);
int rig_setup(void **state);
int rig_teardown(void **state);

/* An emptied database and Redis, and keys for servers by name: "o" OpenAI, "a" Anthropic, "c" a compatible one. */
void begin(const char *which);
/* Write a setting as a person does, and read all. */
void change(enum setting_id id, const char *value);

/* Ask as a job does: with this context; with the fixture's; failing the test on -1. */
int ask_as(struct job_context *c, struct fail *f);
int ask_f(struct fail *f);
int ask(void);

/* First column of the first row, as text ("" for none), until the next call.  Constants only. */
const char *value_of(const char *sql);
/* Calls that reached a service of the sandbox since its start. */
int64_t calls_made(const char *service);
/* Fails unless ai_call holds these: "openai QUOTA, anthropic OK". */
void stored(const char *expected);
