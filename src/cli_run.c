/* riskpool run: simulates scenarios, writes a results file for each, and says what came out. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli_job.h"

static int is_folder(const char *path) {
    struct stat found;
    size_t length = strlen(path);
    if (length > 0 && path[length - 1] == '/')
        return 1;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static int run_all(struct request *request, size_t n, char **paths) {
    struct job *jobs = calloc(n + 1, sizeof *jobs);
    int code = -1;
    for (size_t i = 0; jobs && code < 0 && i < n; i++) {
        jobs[i].scenario_path = paths[i];
        code = job_assign(request, &jobs[i], NULL, 0);
    }
    request->into_folder = n > 1 || (request->output && is_folder(request->output));
    if (!jobs)
        code = command_failed("run", RISKPOOL_NO_MEMORY);
    if (code < 0 && n == 1)
        code = jobs_run_one(request, jobs);
    else if (code < 0)
        code = jobs_run(request, jobs, n, request->output ? request->output : "results", NULL);
    for (size_t i = 0; jobs && i < n; i++)
        job_free(&jobs[i]);
    free(jobs);
    return code;
}

int cli_run(int argc, char **argv) {
    struct request request = {.telling = {.command = "run", .level = TELL_INFO}};
    int code = request_read(&request, argc, argv);
    if (code < 0 && optind == argc)
        code = command_misused("run", "which scenario?");
    if (code < 0)
        code = run_all(&request, (size_t)(argc - optind), argv + optind);
    assignments_free(&request.assignments);
    return code;
}
