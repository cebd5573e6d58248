/* listing.write [product]: texts for the shop from the supplier's facts.  A text model proposes, the checks decide: what they
 * refuse is asked for once more with the broken rules named, then a plain template from the facts takes its place; a template
 * that does not pass is for a person.  Without a text model the template is used at once, and said to be one.
 * Every proposal is a version of listing_text with its facts and what the check said. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/json.h"
#include "common/base/log.h"
#include "common/base/str.h"
#include "sql/listing.h"
#include "worker/core/ai_desk.h"
#include "worker/discovery/images.h"
#include "worker/discovery/listing_jobs.h"
#include "worker/discovery/reprice_hold.h"
#include "worker/discovery/run.h"
#include "worker/discovery/write_prompt.h"
#include "worker/discovery/write_text.h"

/* A model that cannot be reached is waited for in three runs, then the template is used. */
enum { TRIES = 2, PATIENT_RUNS = 3, SUBJECT_BYTES = 40 };

struct writing {
    struct product_run *r;
    struct facts facts;
    size_t images;
    struct made_text made; /* the last proposal */
    json_t *answer;        /* the model's last one, as it came; NULL = none */
    struct text_report report;
    int64_t version;
    char by[120], subject[SUBJECT_BYTES];
    char why_template[480]; /* "" = a model wrote it */
};

static void writing_done(struct writing *w)
{
    facts_done(&w->facts);
    made_text_done(&w->made);
    json_decref(w->answer);
}

static void told_done(struct ai_told *t)
{
    ai_result_done(&t->result);
}

/* ---- proposals ---- */

/* Check what was proposed and store it as a version. */
static int judge(struct writing *w, const char *prompt_version, int64_t call_id, struct fail *f)
{
    const struct text_new row = { .made = &w->made,
                                  .facts = &w->facts,
                                  .report = &w->report,
                                  .by = w->by,
                                  .prompt_version = prompt_version,
                                  .ai_call_id = call_id };

    w->report = (struct text_report){ 0 };
    TRY(listing_text_check(&w->made.text, &w->facts, &w->report, f));
    write_facts_used_check(w->made.json, &w->facts, &w->report);
    TRY(write_text_add(w->r->c->db, w->r->p.id, &row, &w->version, f));
    log_info("listing.proposed", kv_int("product", w->r->p.id), kv_int("version", w->version),
             kv_str("by", w->by), kv_int("faults", (int64_t)w->report.count),
             kv_str("rule", w->report.count > 0 ? w->report.faults[0].rule : NULL));
    return 0;
}

/* The proposal of an answer.  1 = it does not have the form of one, which is a broken rule like others. */
static int take(struct writing *w, json_t *json, struct fail *f)
{
    struct made_text made = { 0 };
    struct text_fault *fault = &w->report.faults[0];

    json_decref(w->answer);
    w->answer = json_incref(json);
    if (made_text_of_json(json, &made, f) < 0) {
        if (f->kind != FAIL_INPUT) {
            return -1;
        }
        w->report = (struct text_report){ .count = 1 };
        (void)str_fit(fault->rule, sizeof fault->rule, "FORM");
        (void)str_fit(fault->field, sizeof fault->field, "answer");
        (void)str_fit(fault->text, sizeof fault->text, f->text);
        return 1;
    }
    made_text_done(&w->made);
    w->made = made;
    return 0;
}

/* Why no model wrote it, for the event. */
static void say_why(struct writing *w, enum ai_desk_answer answer, const struct ai_result *result)
{
    static const char *const whys[] = {
        [AI_DESK_NO_KEY] = "no text model is set up (a key is missing, or ai.provider is none)",
        [AI_DESK_CAPPED] = "the day's tokens or money for text models are used up",
    };

    if (answer == AI_DESK_FAILED) {
        (void)snprintf(w->why_template, sizeof w->why_template,
                       "the text model gave no usable answer (%s): %.200s",
                       ai_status_name(result->status), result->error);
    } else {
        (void)str_fit(w->why_template, sizeof w->why_template, whys[answer]);
    }
}

/* Ask once.  0 = a proposal was judged, 1 = none is to be had (why_template says why). */
static int ask_model(struct writing *w, bool again, struct fail *f)
{
    scoped(write_prompt_done) struct write_prompt prompt = { 0 };
    scoped(told_done) struct ai_told told = { 0 };
    const struct write_ask ask = { .facts = &w->facts,
                                   .image_count = w->images,
                                   .language = "en",
                                   .before = again ? w->answer : NULL,
                                   .broken = again ? &w->report : NULL };

    TRY(write_prompt_make(&ask, &prompt, f));
    const struct ai_ask question = { .task = &prompt.task,
                                     .subject = w->subject,
                                     .set = &w->r->set };
    int answer = ai_desk_ask(w->r->c, &question, &told, f);
    if (answer < 0 && fail_rule(f->kind)->retry && w->r->c->job != NULL &&
        w->r->c->job->retry_count + 1 >= PATIENT_RUNS) {
        (void)snprintf(w->why_template, sizeof w->why_template,
                       "the text model cannot be reached: %.200s", f->text);
        return 1;
    }
    TRY(answer);
    if (answer != AI_DESK_OK) {
        say_why(w, (enum ai_desk_answer)answer, &told.result);
        return 1;
    }
    (void)str_fit(w->by, sizeof w->by, told.by);
    int formless = take(w, told.result.json, f);
    TRY(formless);
    return formless == 1 ? 0 : judge(w, write_prompt_version, told.call_id, f);
}

/* 0 = a text passed, 1 = none did (why_template says why). */
static int write_by_model(struct writing *w, struct fail *f)
{
    for (int i = 0; i < TRIES; i++) {
        int none = ask_model(w, i > 0, f);
        if (none != 0) {
            return none;
        }
        if (w->report.count == 0) {
            return 0;
        }
    }
    (void)snprintf(w->why_template, sizeof w->why_template,
                   "two texts of %s broke the rules; the last one %s in %s: %.120s", w->by,
                   w->report.faults[0].rule, w->report.faults[0].field, w->report.faults[0].text);
    return 1;
}

static int write_by_template(struct writing *w, struct fail *f)
{
    struct made_text made = { 0 };

    log_warn("listing.template", kv_int("product", w->r->p.id), kv_str("why", w->why_template));
    TRY(template_text(&w->facts, w->images, &made, f));
    made_text_done(&w->made);
    w->made = made;
    (void)str_fit(w->by, sizeof w->by, "template");
    return judge(w, NULL, 0, f);
}

/* A run that died after its text was stored needs no other one: the same facts, rules and lists give the same right to it.
 * 0 = w holds it. */
static int write_before(struct writing *w, struct fail *f)
{
    scoped(write_text_done) struct text_row last = { 0 };
    scoped(json_clear_p) json_t *lines = write_facts_json(&w->facts);
    int none = write_text_last(w->r->c->db, w->r->p.id, &last, f);

    TRY(none);
    if (none != 0 || !last.passed || strcmp(last.by, "template") == 0 ||
        strcmp(last.prompt_version, write_prompt_version) != 0 ||
        strcmp(last.list_version, text_lists_version) != 0 || !json_equal(last.facts, lines)) {
        return 1;
    }
    w->version = last.version;
    (void)str_fit(w->by, sizeof w->by, last.by);
    w->made = last.made;
    last.made = (struct made_text){ 0 };
    return 0;
}

static int write_texts(struct writing *w, struct fail *f)
{
    int none = write_before(w, f);

    if (none == 1) {
        none = write_by_model(w, f);
    }
    return none == 1 ? write_by_template(w, f) : none;
}

/* ---- where the product goes ---- */

static int is_eu(struct product_run *r, bool *ret, struct fail *f)
{
    scoped(pg_clear_p) PGresult *rows = NULL;

    TRY(db_query(r->c->db, &sql_listing_markets_eu,
                 (const char *[]){ setting_text(&r->set, SETTING_MARKETS) }, &rows, f));
    *ret = db_bool(rows, 0, "eu");
    return 0;
}

static void say_written(const struct writing *w, char *text, size_t text_bytes)
{
    if (w->why_template[0] == '\0') {
        (void)snprintf(text, text_bytes, "Texts by %s, version %" PRId64 ".", w->by, w->version);
    } else {
        (void)snprintf(text, text_bytes,
                       "Texts from a plain template of the supplier's facts, version %" PRId64
                       ", for %s.",
                       w->version, w->why_template);
    }
}

static int go_on(struct writing *w, const struct text_fault *restricted, struct fail *f)
{
    bool template_failed = w->report.count > 0;
    bool person = restricted != NULL || product_run_mode(w->r) < FLOW_AUTO;
    char text[640];
    struct product_move move = { .to = person ? PRODUCT_APPROVAL : PRODUCT_PUBLISHING,
                                 .mode = flow_mode_name(product_run_mode(w->r)),
                                 .next_job = person ? NULL : "listing.publish",
                                 .event = "product.written",
                                 .problem = w->why_template[0] != '\0' ? text : "",
                                 .note = { .step = "written", .text = text } };

    say_written(w, text, sizeof text);
    if (template_failed) {
        (void)snprintf(text, sizeof text, "No text passes the rules: %s in %s: %s",
                       w->report.faults[0].rule, w->report.faults[0].field,
                       w->report.faults[0].text);
        move.to = PRODUCT_NEEDS_REVIEW;
        move.next_job = NULL;
        move.problem = text;
        move.note.code = w->report.faults[0].rule;
    } else if (restricted != NULL) {
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, " A person must look: %s",
                       restricted->text);
        move.problem = text;
        move.note.code = restricted->rule;
    } else if (w->why_template[0] != '\0') {
        move.note.code = "TEMPLATE";
    }
    return product_move_now(w->r->c->db, &w->r->p, &move, f);
}

/* What the word lists forbid altogether since it was judged. */
static int reject(struct product_run *r, const struct text_fault *fault, struct fail *f)
{
    const struct product_decision decision = { .rule = "COMPLIANCE",
                                               .text = fault->text,
                                               .by = "rule:COMPLIANCE" };

    return product_move_now(
        r->c->db, &r->p,
        &(struct product_move){
            .to = PRODUCT_REJECTED,
            .decision = &decision,
            .note = { .step = "rejected", .code = fault->rule, .text = fault->text } },
        f);
}

static int write_step(struct product_run *r, struct fail *f)
{
    scoped(writing_done) struct writing w = { .r = r };
    struct text_fault fault = { 0 };
    struct images images;
    bool eu = false;

    if (r->p.state != PRODUCT_WRITING) {
        return listing_rest(r, f);
    }
    TRY(facts_of(r->p.detail, &w.facts, f));
    TRY(is_eu(r, &eu, f));
    int verdict = compliance_check(&w.facts, eu, &fault, f);
    TRY(verdict);
    if (verdict == 1) {
        return reject(r, &fault, f);
    }
    images_of(r->p.detail, r->p.image_url, setting_text(&r->set, SETTING_IMAGE_HOSTS), &images);
    w.images = images.count;
    (void)snprintf(w.subject, sizeof w.subject, "product:%" PRId64, r->p.id);
    TRY(write_texts(&w, f));
    return go_on(&w, verdict == 2 ? &fault : NULL, f);
}

int listing_write(struct job_context *c, struct fail *f)
{
    static const struct product_job job = {
        .type = "listing.write", .step = write_step, .least_mode = FLOW_APPROVE, .stops = true
    };

    return product_job_run(c, &job, f);
}
