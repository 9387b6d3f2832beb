/* `riskpool replay RESULTS.h5 --path N`: why a path ended as it did. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "number.h"
#include "replay.h"
#include "results.h"

struct request {
    const char *path;  /* number, or NULL */
    const char *worst; /* mode, or NULL */
    const char *base;  /* file beside which the scenario's files are; NULL: the results */
    int json, every_step;
};

static int complain(const char *file, enum riskpool_status status, const char *message) {
    fprintf(stderr, "riskpool replay: %s%s%s\n", message ? "" : file, message ? "" : ": ",
            message ? message : riskpool_status_text(status));
    return riskpool_status_exit_code(status);
}

/* The path with the largest loss of a mode; -1, or the exit code. */
static int find_worst(const struct riskpool_results *results, const char *mode, uint64_t *path) {
    for (size_t m = 0; m < results->n_modes; ++m)
        if (strcmp(results->modes[m].name, mode) == 0) {
            const double worst = *results->modes[m].statistic[STAT_worst_path];
            *path = worst >= 0.0 ? (uint64_t)worst : 0;
            return worst >= 0.0 ? -1 : command_misused("replay", "these results do not say which path is the worst");
        }
    return command_misused("replay", "the results have no mode '%s'", mode);
}

static int choose_path(const struct request *request, const struct riskpool_results *results, uint64_t *path) {
    if (request->worst)
        return find_worst(results, request->worst, path);
    const char *wrong = whole_parse(request->path, path);
    if (wrong)
        return command_misused("replay", "--path: '%s' %s", request->path, wrong);
    if (*path >= results->n_paths)
        return command_misused("replay", "--path: the run has the paths 0 to %" PRIu64, results->n_paths - 1);
    return -1;
}

static int replay_run(const struct request *request, const char *file, const struct riskpool_results *results) {
    uint64_t path = 0;
    const int code = choose_path(request, results, &path);
    if (code >= 0)
        return code;
    struct riskpool_scenario *scenario = NULL;
    char *messages = NULL;
    const char *text = results->resolved_scenario;
    enum riskpool_status status =
        scenario_read_text(text, strlen(text), request->base ? request->base : file, NULL, 0, 0, &scenario, &messages);
    if (status != RISKPOOL_OK && messages)
        fputs(messages, stderr);
    riskpool_text_free(messages);
    if (status == RISKPOOL_OK && strcmp(scenario->sha256, results->scenario_sha256) != 0) {
        fprintf(stderr, "riskpool replay: %s was made by %s, which read its scenario otherwise than riskpool %s\n",
                file, results->source, riskpool_version());
        status = RISKPOOL_INVALID;
    } else if (status == RISKPOOL_OK) {
        struct replay replay;
        status = replay_init(&replay, scenario, path);
        if (status == RISKPOOL_OK)
            status = (request->json ? replay_json : replay_print)(stdout, &replay, request->every_step);
        replay_free(&replay);
    }
    riskpool_scenario_free(scenario);
    return status == RISKPOOL_OK ? 0 : complain(file, status, NULL);
}

static int replay_file(const struct request *request, const char *file) {
    struct riskpool_results *results = NULL;
    char *message = NULL;
    const enum riskpool_status status = riskpool_results_read(file, &results, &message);
    const int code = status == RISKPOOL_OK ? replay_run(request, file, results) : complain(file, status, message);
    riskpool_text_free(message);
    riskpool_results_free(results);
    return code;
}

int cli_replay(int argc, char **argv) {
    static const struct option options[] = {{"path", required_argument, NULL, 'p'},
                                            {"worst", required_argument, NULL, 'w'},
                                            {"scenario", required_argument, NULL, 's'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"every-step", no_argument, NULL, 'e'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct request request = {0};
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'p':
            request.path = optarg;
            break;
        case 'w':
            request.worst = optarg;
            break;
        case 's':
            request.base = optarg;
            break;
        case 'j':
            request.json = 1;
            break;
        case 'e':
            request.every_step = 1;
            break;
        case 'h':
            command_help(command_find("replay"));
            return 0;
        default:
            return command_misused("replay", "unknown option '%s', or one without its value", argv[optind - 1]);
        }
    }
    if (argc - optind != 1)
        return command_misused("replay", "one results file is needed");
    if (!request.path == !request.worst)
        return command_misused("replay", "which path? --path N, or --worst MODE");
    return replay_file(&request, argv[optind]);
}
