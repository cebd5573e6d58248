/* dropship-worker: runs jobs.  See worker/core/worker.h. */
#include <stdio.h>

#include "common/base/conf.h"
#include "worker/core/args.h"
#include "worker/core/job_types.h"
#include "worker/core/signals.h"
#include "worker/core/worker.h"

int main(int argc, char **argv)
{
    struct worker_args args;
    struct conf *conf = NULL;
    struct fail f = { 0 };
    int code = worker_args_parse(argc, argv, &args, stdout, stderr);

    if (code < 0) {
        code = conf_start("dropship-worker", argc, argv, &conf);
    }
    if (code >= 0) {
        return code;
    }
    if (worker_args_configure(&args, conf, &f) < 0) {
        fprintf(stderr, "dropship-worker: %s\n", f.text);
        return 2;
    }
    signals_block();
    code = worker_run(
        &(struct worker_setup){ .conf = conf, .args = &args, .types = &dropship_job_types });
    conf_free(conf);
    return code;
}
