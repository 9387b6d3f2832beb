/* `riskpool advise SCENARIO`: reads what is asked, and hands on what is found. It knows nothing of the search. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cli_advise.h"
#include "number.h"
#include "progress.h"

struct request {
    struct assignments assignments; /* of the scenario */
    struct advise_request advise;
    int has_axis, threads, quiet, json;
};

static int misused(const char *format, const char *value) {
    char message[300];
    snprintf(message, sizeof message, format, value);
    return command_misused("advise", "%s", message);
}

/* "es99", "es99.9", "any_liquidation", "wipeout". */
static int read_objective(struct advise_request *advise, const char *text) {
    double level;
    if (strcmp(text, "any_liquidation") == 0) {
        advise->objective = ADVISE_ANY_LIQUIDATION;
    } else if (strcmp(text, "wipeout") == 0) {
        advise->objective = ADVISE_WIPEOUT;
    } else if (strncmp(text, "es", 2) == 0 && !number_parse(text + 2, &level) && level >= 50.0 && level < 100.0) {
        char percent[NUMBER_SIZE + 1];
        snprintf(percent, sizeof percent, "%.39s%%", text + 2);
        advise->objective = ADVISE_SHORTFALL;
        return fraction_parse(percent, &advise->confidence) ? misused("--objective: wrong level '%s'", text) : -1;
    } else {
        return misused("--objective takes es99 (or another level from es50 on), any_liquidation or wipeout, not '%s'",
                       text);
    }
    return -1;
}

/* "0.5,1,2" in place. */
static int read_multiples(const char *option, char *text, struct advise_multiples *list) {
    char *rest = NULL;
    list->n = 0;
    for (char *item = strtok_r(text, ",", &rest); item; item = strtok_r(NULL, ",", &rest)) {
        double value;
        if (list->n == ADVISE_MULTIPLES_MOST)
            return command_misused("advise", "%s takes at most %d multiples", option, ADVISE_MULTIPLES_MOST);
        if (number_parse(item, &value) || !(value > 0.0 && value <= 1000.0))
            return command_misused("advise", "%s takes multiples above 0, up to 1000, not '%s'", option, item);
        list->value[list->n++] = value;
    }
    return list->n > 0 ? -1 : command_misused("advise", "%s: which multiples? such as 0.5,1,2", option);
}

static int read_axis(struct request *request, const char *text) {
    static const struct {
        const char *name;
        enum advise_measure axis;
    } axes[] = {{"capital", ADVISE_CAPITAL},
                {"loss", ADVISE_MEAN_LOSS},
                {"any_liquidation", ADVISE_ANY_LIQUIDATION},
                {"es", ADVISE_SHORTFALL}};
    for (size_t i = 0; i < sizeof axes / sizeof *axes; ++i)
        if (strcmp(axes[i].name, text) == 0) {
            request->advise.axis = axes[i].axis;
            request->has_axis = 1;
            return -1;
        }
    return misused("--frontier takes capital, loss, any_liquidation or es, not '%s'", text);
}

static int read_whole(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *value) {
    if (!whole_parse(text, value) && *value >= least && *value <= most)
        return -1;
    return command_misused("advise", "%s takes a whole number from %llu to %llu, not '%s'", option,
                           (unsigned long long)least, (unsigned long long)most, text);
}

static int read_threads(struct request *request, const char *text) {
    uint64_t threads = 0;
    const int code = read_whole("--threads", text, 1, 4096, &threads);
    request->threads = (int)threads;
    return code;
}

static int read_budget(struct advise_request *advise, const char *text) {
    return !number_parse(text, &advise->budget) && advise->budget > 0.0
               ? -1
               : misused("--budget takes an amount of cash above 0, not '%s'", text);
}

static int read_option(struct request *request, int option) {
    struct assignments *assignments = &request->assignments;
    struct advise_request *advise = &request->advise;
    switch (option) {
    case 'o':
        return read_objective(advise, optarg);
    case 'b':
        return read_budget(advise, optarg);
    case 'm':
        return read_multiples("--margins", optarg, &advise->margins);
    case 'l':
        return read_multiples("--leverages", optarg, &advise->leverages);
    case 'f':
        return read_axis(request, optarg);
    case 'c':
        return read_whole("--screen", optarg, 2, 1000000000000, &advise->screen_paths);
    case 'n':
        return assignments_add(assignments, "advise", "paths=", optarg);
    case 'e':
        return assignments_add(assignments, "advise", "seed=", optarg);
    case 'P':
        return assignments_add(assignments, "advise", "", optarg);
    case 'S':
        return assignments_add(assignments, "advise", "stress+=", optarg);
    case 'j':
        return read_threads(request, optarg);
    case 'q':
        request->quiet = 1;
        return -1;
    case 'J':
        request->json = 1;
        return -1;
    case 'h':
        command_help(command_find("advise"));
        return 0;
    default:
        return command_misused("advise", "wrong option");
    }
}

/* -1 to go on, else the exit code. */
static int read_options(int argc, char **argv, struct request *request) {
    static const struct option options[] = {{"objective", required_argument, NULL, 'o'},
                                            {"budget", required_argument, NULL, 'b'},
                                            {"margins", required_argument, NULL, 'm'},
                                            {"leverages", required_argument, NULL, 'l'},
                                            {"frontier", required_argument, NULL, 'f'},
                                            {"screen", required_argument, NULL, 'c'},
                                            {"paths", required_argument, NULL, 'n'},
                                            {"seed", required_argument, NULL, 'e'},
                                            {"stress", required_argument, NULL, 'S'},
                                            {"threads", required_argument, NULL, 'j'},
                                            {"quiet", no_argument, NULL, 'q'},
                                            {"json", no_argument, NULL, 'J'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option, code = -1;
    while (code < 0 && (option = getopt_long(argc, argv, "n:j:P:qh", options, NULL)) != -1)
        code = read_option(request, option);
    if (code >= 0)
        return code;
    if (optind + 1 != argc)
        return command_misused("advise", optind == argc ? "which scenario?" : "one scenario at a time");
    struct advise_request *advise = &request->advise;
    if (!request->has_axis) /* less capital is less to lose: no choice but where losing is not the objective */
        advise->axis = advise->objective == ADVISE_SHORTFALL ? ADVISE_ANY_LIQUIDATION : ADVISE_CAPITAL;
    if (advise->axis == advise->objective)
        return command_misused("advise", "--frontier: this is the objective");
    return -1;
}

/* Modes of the scenario that cannot be run do no harm here: others are looked for. */
static enum riskpool_status load(const struct request *request, const char *path, struct riskpool_scenario **scenario) {
    char *messages = NULL;
    enum riskpool_status status = scenario_read(path, (const char *const *)request->assignments.text,
                                                request->assignments.n, 1, scenario, &messages);
    if (messages)
        fputs(messages, stderr);
    if (status != RISKPOOL_OK)
        fprintf(stderr, "%s: %s\n", path, riskpool_status_text(status));
    riskpool_text_free(messages);
    return status;
}

/* -1, or the exit code. */
static int check_request(struct advise_request *advise, const struct riskpool_scenario *scenario) {
    const struct book *book = &scenario->book;
    if (isnan(advise->budget))
        advise->budget = book->balance;
    if (advise->budget > book->balance)
        return command_misused("advise", "--budget: %.10g is more than the balance, %.10g", advise->budget,
                               book->balance);
    if (advise->budget < book->balance && scenario->orders.top_up.below > 0.0)
        return command_misused("advise", "--budget: a top-up takes its cash from the whole balance");
    if (book->n_positions > PARTITION_MOST)
        return command_misused("advise", "%zu positions; at most %d are looked at", book->n_positions, PARTITION_MOST);
    return -1;
}

/* At the least: one choice at a time, all in memory. */
static enum riskpool_status check_memory(const struct advise_request *advise) {
    struct riskpool_scenario one = *advise->scenario;
    struct riskpool_run_options options = *advise->options;
    one.book.n_modes = 1;
    one.paths_kept = PATHS_ALL;
    one.trajectories = 0;
    options.memory = UINT64_MAX;
    return memory_check(&one, &options);
}

static void tell_failure(const struct advise_answer *answer, const char *path, enum riskpool_status status) {
    fprintf(stderr, "riskpool advise: %s: ", path);
    if (status != RISKPOOL_INVALID || answer->n_screened == 0) {
        fprintf(stderr, "%s\n", riskpool_status_text(status));
        return;
    }
    fprintf(stderr, "no partition of the positions can be run:");
    for (int fault = 1; fault < ADVISE_FAULTS; ++fault)
        if (answer->n_skipped[fault] > 0)
            fprintf(stderr, " %zu: %s;", answer->n_skipped[fault], advise_fault_words[fault]);
    fprintf(stderr, " try a larger balance or smaller positions\n");
}

static enum riskpool_status tell(const struct request *request, const struct advise_answer *answer) {
    json_t *root = request->json ? advise_json(&request->advise, answer) : NULL;
    if (request->json ? !root : !advise_print(&request->advise, answer))
        return RISKPOOL_NO_MEMORY;
    const int failed =
        root && (json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) != 0 || putchar('\n') == EOF);
    json_decref(root);
    return failed || fflush(stdout) != 0 ? RISKPOOL_WRITE_FAILED : RISKPOOL_OK;
}

static int advise(struct request *request, const char *path) {
    struct riskpool_scenario *scenario = NULL;
    struct advise_answer answer = {0};
    struct progress_line line;
    int code = riskpool_status_exit_code(load(request, path, &scenario));
    if (!scenario)
        return code;
    progress_init(&line, stderr, scenario->name, request->quiet);
    const struct riskpool_run_options options = {.threads = request->threads,
                                                 .progress = progress_show,
                                                 .estimate_interval = progress_estimates(request->quiet),
                                                 .stop = progress_stop,
                                                 .user = &line};
    request->advise.scenario = scenario;
    request->advise.options = &options;
    code = check_request(&request->advise, scenario);
    if (code < 0 && check_memory(&request->advise) != RISKPOOL_OK)
        code = riskpool_status_exit_code(RISKPOOL_NO_MEMORY);
    if (code < 0) {
        enum riskpool_status status = advise_find(&request->advise, &answer);
        progress_clear(&line);
        if (status == RISKPOOL_OK)
            status = tell(request, &answer);
        if (status != RISKPOOL_OK)
            tell_failure(&answer, path, status);
        code = riskpool_status_exit_code(status);
    }
    advise_answer_free(&answer);
    riskpool_scenario_free(scenario);
    request->advise.scenario = NULL;
    request->advise.options = NULL;
    return code;
}

int cli_advise(int argc, char **argv) {
    struct request request = {.advise = {.objective = ADVISE_SHORTFALL,
                                         .confidence = 0.99,
                                         .budget = NAN,
                                         .margins = {4, {0.5, 1.0, 1.5, 2.0}},
                                         .leverages = {3, {1.0, 0.75, 0.5}}}};
    int code = read_options(argc, argv, &request);
    if (code < 0) {
        request.threads = request.threads > 0 ? request.threads : threads_from_environment();
        progress_watch_signals();
        code = advise(&request, argv[optind]);
    }
    assignments_free(&request.assignments);
    return code;
}
