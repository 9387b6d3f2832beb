/* riskpool batch: runs every combination that a batch file makes of books, stresses and venues. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli_job.h"
#include "night.h"

/* The summary has a column for each axis. */
_Static_assert((int)NIGHT_AXES == (int)OVERVIEW_LABELS, "labels of the summary");

static int run_night(struct request *request, const struct night *night) {
    struct job *jobs = calloc(night->n + 1, sizeof *jobs);
    int code = jobs ? -1 : command_failed("batch", RISKPOOL_NO_MEMORY);
    request->into_folder = 1;
    if (!request->output)
        request->output = night->output;
    for (size_t i = 0; jobs && code < 0 && i < night->n; i++) {
        const struct night_run *run = &night->runs[i];
        jobs[i].scenario_path = run->path;
        jobs[i].label = run->name;
        for (size_t axis = 0; axis < NIGHT_AXES; axis++)
            jobs[i].columns[axis] = run->label[axis];
        code = job_assign(request, &jobs[i], run->overrides, run->n_overrides);
    }
    if (code < 0)
        code = jobs_run(request, jobs, night->n, request->output, night_axis_names);
    for (size_t i = 0; jobs && i < night->n; i++)
        job_free(&jobs[i]);
    free(jobs);
    return code;
}

int cli_batch(int argc, char **argv) {
    struct request request = {.telling = {.command = "batch", .level = TELL_INFO}};
    struct night night = {0};
    char *messages = NULL;
    int code = request_read(&request, argc, argv);
    if (code < 0 && argc - optind != 1)
        code = command_misused("batch", "one batch file is needed");
    if (code < 0) {
        const enum riskpool_status status = night_read(argv[optind], &night, &messages);
        if (messages)
            fputs(messages, stderr);
        if (status == RISKPOOL_OK)
            code = run_night(&request, &night);
        else
            code = messages ? riskpool_status_exit_code(status) : command_failed("batch", status);
    }
    riskpool_text_free(messages);
    night_free(&night);
    assignments_free(&request.assignments);
    return code;
}
