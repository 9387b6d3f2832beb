/* riskpool validate: reads scenarios, reports what is wrong, and prints them resolved when asked. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "progress.h"

struct request {
    int resolved;
    uint64_t memory; /* 0: as the library has it */
    struct assignments assignments;
};

static int validate_one(const struct request *request, const char *path) {
    struct riskpool_scenario *scenario = NULL;
    char *messages = NULL;
    enum riskpool_status status = riskpool_scenario_load(path, (const char *const *)request->assignments.text,
                                                         request->assignments.n, &scenario, &messages);
    if (messages)
        fputs(messages, stderr);
    if (status == RISKPOOL_OK && request->resolved)
        fputs(riskpool_scenario_resolved(scenario), stdout);
    else if (status == RISKPOOL_OK)
        printf("%s: valid\n", path);
    else if (!messages)
        fprintf(stderr, "%s: %s\n", path, riskpool_status_text(status));
    riskpool_text_free(messages);
    const struct riskpool_run_options options = {
        .threads = threads_from_environment(), .progress = progress_show, .memory = request->memory, .folder = "."};
    if (status == RISKPOOL_OK && !request->resolved)
        status = memory_show(scenario, &options);
    riskpool_scenario_free(scenario);
    return riskpool_status_exit_code(status);
}

static int validate_all(const struct request *request, int n, char **paths) {
    int worst = 0;
    for (int i = 0; i < n; i++) {
        int code = validate_one(request, paths[i]);
        worst = code > worst ? code : worst;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "riskpool validate: %s\n", riskpool_status_text(RISKPOOL_WRITE_FAILED));
        return riskpool_status_exit_code(RISKPOOL_WRITE_FAILED);
    }
    return worst;
}

int cli_validate(int argc, char **argv) {
    static const struct option options[] = {{"resolved", no_argument, NULL, 'r'},
                                            {"stress", required_argument, NULL, 'S'},
                                            {"memory", required_argument, NULL, 'M'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct request request = {0};
    int option, code = -1;
    while (code < 0 && (option = getopt_long(argc, argv, "P:h", options, NULL)) != -1) {
        switch (option) {
        case 'r':
            request.resolved = 1;
            break;
        case 'M':
            if (!memory_parse(optarg, &request.memory))
                code = command_misused("validate", "--memory takes a size, such as 64MB, not '%s'", optarg);
            break;
        case 'P':
            code = assignments_add(&request.assignments, "validate", "", optarg);
            break;
        case 'S':
            code = assignments_add(&request.assignments, "validate", "stress+=", optarg);
            break;
        case 'h':
            command_help(command_find("validate"));
            code = 0;
            break;
        default:
            code = command_misused("validate", "wrong option");
        }
    }
    if (code < 0 && optind == argc)
        code = command_misused("validate", "which scenario?");
    else if (code < 0)
        code = validate_all(&request, argc - optind, argv + optind);
    assignments_free(&request.assignments);
    return code;
}
