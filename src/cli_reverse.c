/* `riskpool reverse SCENARIO`: reads what is asked, finds the modes that it is asked of, and prints the multiples. It
 * knows nothing of how they are found. */
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "number.h"
#include "progress.h"
#include "results.h"
#include "reverse.h"

enum { KEY_SIZE = 300 };

struct request {
    struct assignments assignments; /* of the scenario */
    const char *key, *bound;        /* of the target, as written; "": none yet */
    int scale;                      /* enum reverse_scale, -1: none yet */
    const char *whose;              /* position whose leverage it is; NULL: all */
    size_t position;
    double from, to;
    int threads, quiet, json;
};

static int misused(const char *format, const char *value) {
    char message[300];
    snprintf(message, sizeof message, format, value);
    return command_misused("reverse", "%s", message);
}

static int read_scale(struct request *request, const char *text) {
    struct nearest nearest = {.word = text};
    if (strncmp(text, "leverage:", strlen("leverage:")) == 0) {
        request->scale = REVERSE_LEVERAGE;
        request->whose = text + strlen("leverage:");
        return -1;
    }
    for (request->scale = 0; request->scale < REVERSE_SCALE_COUNT; request->scale++) {
        if (strcmp(reverse_scale_names[request->scale], text) == 0)
            return -1;
        nearest_offer(&nearest, reverse_scale_names[request->scale]);
    }
    return nearest.best ? command_misused("reverse", "--scale: unknown '%s'; did you mean '%s'?", text, nearest.best)
                        : misused("--scale takes stress, leverage, leverage:POSITION or volatility, not '%s'", text);
}

static int read_multiple(const char *option, const char *text, double *value) {
    if (!number_parse(text, value) && *value >= 0.0 && *value <= 1000.0)
        return -1;
    return command_misused("reverse", "%s takes a multiple from 0 to 1000, not '%s'", option, text);
}

/* "KEY=VALUE" in place. */
static int read_target(struct request *request, char *text) {
    char *equals = strrchr(text, '=');
    if (!equals || equals == text || equals[1] == '\0')
        return misused("--target is [MODE.]STATISTIC[.ENTRY]=VALUE, not '%s'", text);
    *equals = '\0';
    request->key = text;
    request->bound = equals + 1;
    return -1;
}

static int read_threads(struct request *request, const char *text) {
    uint64_t threads;
    if (whole_parse(text, &threads) || threads < 1 || threads > 4096)
        return misused("--threads takes a whole number from 1 to 4096, not '%s'", text);
    request->threads = (int)threads;
    return -1;
}

static int read_option(struct request *request, int option) {
    struct assignments *assignments = &request->assignments;
    switch (option) {
    case 't':
        return read_target(request, optarg);
    case 's':
        return read_scale(request, optarg);
    case 'a':
        return read_multiple("--from", optarg, &request->from);
    case 'b':
        return read_multiple("--to", optarg, &request->to);
    case 'n':
        return assignments_add(assignments, "reverse", "paths=", optarg);
    case 'e':
        return assignments_add(assignments, "reverse", "seed=", optarg);
    case 'P':
        return assignments_add(assignments, "reverse", "", optarg);
    case 'S':
        return assignments_add(assignments, "reverse", "stress+=", optarg);
    case 'j':
        return read_threads(request, optarg);
    case 'q':
        request->quiet = 1;
        return -1;
    case 'J':
        request->json = 1;
        return -1;
    case 'h':
        command_help(command_find("reverse"));
        return 0;
    default:
        return command_misused("reverse", "wrong option");
    }
}

/* -1 to go on, else the exit code. */
static int read_options(int argc, char **argv, struct request *request) {
    static const struct option options[] = {
        {"target", required_argument, NULL, 't'}, {"scale", required_argument, NULL, 's'},
        {"from", required_argument, NULL, 'a'},   {"to", required_argument, NULL, 'b'},
        {"paths", required_argument, NULL, 'n'},  {"seed", required_argument, NULL, 'e'},
        {"stress", required_argument, NULL, 'S'}, {"threads", required_argument, NULL, 'j'},
        {"quiet", no_argument, NULL, 'q'},        {"json", no_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    int option, code = -1;
    while (code < 0 && (option = getopt_long(argc, argv, "n:j:P:qh", options, NULL)) != -1)
        code = read_option(request, option);
    if (code >= 0)
        return code;
    if (optind + 1 != argc)
        return command_misused("reverse", optind == argc ? "which scenario?" : "one scenario at a time");
    if (request->key[0] == '\0')
        return command_misused("reverse", "which --target? such as cross.any_liquidation_frequency=50%%");
    if (request->scale < 0)
        return command_misused("reverse", "which --scale? stress, leverage or volatility");
    if (isnan(request->from)) /* nothing held is no account */
        request->from = request->scale == REVERSE_LEVERAGE ? request->to / 64.0 : 0.0;
    if (request->from >= request->to)
        return command_misused("reverse", "--from is not below --to");
    if (request->scale == REVERSE_LEVERAGE && request->from == 0.0)
        return command_misused("reverse", "--from: a leverage is above 0");
    return -1;
}

static int is_statistic(const char *name, size_t length) {
    for (int s = 0; s < STAT_COUNT; ++s)
        if (strlen(statistic_fields[s].name) == length && strncmp(statistic_fields[s].name, name, length) == 0)
            return 1;
    return 0;
}

static int is_near_statistic(const char *name) {
    struct nearest nearest = {.word = name};
    for (int s = 0; s < STAT_COUNT; ++s)
        nearest_offer(&nearest, statistic_fields[s].name);
    return nearest.best != NULL;
}

/* Puts "limits.MODE.STATISTIC[.ENTRY]=" together; "any_liquidation" stands for any_liquidation_frequency. */
static void write_key(char key[KEY_SIZE], const char *mode, const char *statistic) {
    static const char more[] = "_frequency";
    const size_t length = strcspn(statistic, ".");
    char full[KEY_SIZE];
    snprintf(full, sizeof full, "%.*s%s", (int)(length < 100 ? length : 100), statistic, more);
    const int is_short = !is_statistic(statistic, length) && is_near_statistic(full); /* misspelt: the message helps */
    snprintf(key, KEY_SIZE, "limits.%s%s%.*s%s%s=", mode, mode[0] != '\0' ? "." : "", (int)length, statistic,
             is_short ? more : "", statistic + length);
}

/* Adds the limits that say what is asked, in one mode or, without one, in all. */
static int add_targets(struct request *request, const struct riskpool_scenario *scenario) {
    const struct book *book = &scenario->book;
    const char *rest = strchr(request->key, '.');
    char key[KEY_SIZE], mode[KEY_SIZE], probe[KEY_SIZE];
    int code = assignments_add(&request->assignments, "reverse", "limits=", "{}");
    snprintf(mode, sizeof mode, "%.*s", (int)(rest ? rest - request->key : 0), request->key);
    write_key(probe, "", request->key);
    const char *statistic = probe + strlen("limits.");
    const int known = is_statistic(statistic, strcspn(statistic, ".="));
    for (size_t m = 0; m < book->n_modes && code < 0; ++m) {
        if (known || !rest)
            write_key(key, book->modes[m].name, request->key);
        else
            write_key(key, mode, rest + 1);
        code = assignments_add(&request->assignments, "reverse", key, request->bound);
        if (!known)
            break; /* one mode, or one message */
    }
    return code;
}

static enum riskpool_status load(const struct request *request, const char *path, int tell,
                                 struct riskpool_scenario **scenario) {
    char *messages = NULL;
    enum riskpool_status status = riskpool_scenario_load(path, (const char *const *)request->assignments.text,
                                                         request->assignments.n, scenario, &messages);
    if (messages && (tell || status != RISKPOOL_OK))
        fputs(messages, stderr);
    if (status != RISKPOOL_OK)
        fprintf(stderr, "%s: %s\n", path, riskpool_status_text(status));
    riskpool_text_free(messages);
    return status;
}

static json_t *number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static const char *const end_names[] = {
    [REVERSE_FOUND] = "found", [REVERSE_ALREADY] = "already reached", [REVERSE_NEVER] = "not reached"};

static json_t *answer_json(const struct limit *target, const struct reverse_answer *answer) {
    return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:i}", "statistic", target->key, "target",
                     number(target->bound), "end", end_names[answer->end], "multiple", number(answer->multiple),
                     "multiple_se", number(answer->error), "value", number(answer->value), "low", number(answer->low),
                     "high", number(answer->high), "runs", (int)answer->n_runs);
}

static void print_number(double value, int percent) {
    printf(percent ? "%.4g %%" : "%.6g", percent ? 100.0 * value : value);
}

static void print_answer(const struct limit *target, const struct reverse_answer *answer) {
    const int percent = statistic_fields[target->statistic].unit == UNIT_ONE;
    printf("%s reaches ", target->key);
    print_number(target->bound, percent);
    printf(answer->end == REVERSE_FOUND     ? " at %.5g"
           : answer->end == REVERSE_ALREADY ? " already at %.5g"
                                            : " nowhere up to %.5g",
           answer->multiple);
    if (!isnan(answer->error))
        printf(" ± %.2g", answer->error);
    if (isnan(answer->value)) {
        printf(": there a pool starts in breach\n");
        return;
    }
    printf(": there it is ");
    print_number(answer->value, percent);
    if (!isnan(answer->low)) {
        printf(" (");
        print_number(answer->low, percent);
        printf(" … ");
        print_number(answer->high, percent);
        printf(")");
    }
    printf("\n");
}

/* The answers for all targets of the scenario, printed or put into `list`. */
static int answer_all(const struct request *request, const struct riskpool_scenario *scenario, json_t *list) {
    struct progress_line line;
    int code = 0;
    progress_init(&line, stderr, scenario->name, request->quiet);
    const struct riskpool_run_options options = {.threads = request->threads,
                                                 .progress = progress_show,
                                                 .estimate_interval = progress_estimates(request->quiet),
                                                 .stop = progress_stop,
                                                 .user = &line};
    for (size_t i = 0; i < scenario->n_limits; ++i) {
        const struct limit *target = &scenario->limits[i];
        const struct reverse_request search = {.scenario = scenario,
                                               .target = target,
                                               .scale = (enum reverse_scale)request->scale,
                                               .position = request->position,
                                               .from = request->from,
                                               .to = request->to,
                                               .options = &options};
        struct reverse_answer answer = {.multiple = request->from};
        const enum riskpool_status status = reverse_search(&search, &answer);
        progress_clear(&line);
        if (status != RISKPOOL_OK) {
            fprintf(stderr, "riskpool reverse: %s at the multiple %.6g: %s\n", target->key, answer.multiple,
                    riskpool_status_text(status));
            return riskpool_status_exit_code(status);
        }
        if (request->json)
            json_array_append_new(list, answer_json(target, &answer));
        else
            print_answer(target, &answer);
        code |= answer.end != REVERSE_FOUND;
    }
    return code;
}

/* Notional over margin of a position, or of all over the balance, as the scenario has it. */
static double leverage_of(const struct request *request, const struct riskpool_scenario *scenario) {
    const struct book *book = &scenario->book;
    double notional = 0.0;
    for (size_t i = 0; i < book->n_positions; ++i)
        if (request->position == REVERSE_ALL || request->position == i)
            notional += fabs(book->positions[i].quantity) * scenario->market.assets[book->positions[i].asset].price;
    return notional / (request->position == REVERSE_ALL ? book->balance : book->positions[request->position].margin);
}

static int print_json(const struct request *request, const struct riskpool_scenario *scenario, json_t *list) {
    json_t *root =
        json_pack("{s:s, s:s, s:I, s:I, s:O}", "name", scenario->name, "scale", reverse_scale_names[request->scale],
                  "paths", (json_int_t)scenario->n_paths, "seed", (json_int_t)scenario->market.seed, "answers", list);
    if (root && request->scale == REVERSE_LEVERAGE) {
        json_object_set_new(root, "leverage", json_real(leverage_of(request, scenario)));
        json_object_set_new(root, "position", request->whose ? json_string(request->whose) : json_null());
    }
    int failed = !root || json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) != 0;
    if (!failed)
        putchar('\n');
    json_decref(root);
    return failed ? riskpool_status_exit_code(RISKPOOL_WRITE_FAILED) : 0;
}

/* -1, or the exit code when the book has no such position. */
static int find_position(struct request *request, const struct book *book) {
    struct nearest nearest = {.word = request->whose};
    request->position = REVERSE_ALL;
    for (size_t i = 0; request->whose && i < book->n_positions; ++i) {
        nearest_offer(&nearest, book->positions[i].name);
        if (strcmp(book->positions[i].name, request->whose) == 0)
            request->position = i;
    }
    if (!request->whose || request->position != REVERSE_ALL)
        return -1;
    return nearest.best ? command_misused("reverse", "--scale: no position '%s'; did you mean '%s'?", request->whose,
                                          nearest.best)
                        : misused("--scale: no position '%s'", request->whose);
}

static void print_heading(const struct request *request, const struct riskpool_scenario *scenario) {
    printf("%s: multiples of the %s", scenario->name, reverse_scale_names[request->scale]);
    if (request->scale == REVERSE_LEVERAGE)
        printf("%s%s (1: %.4gx)", request->whose ? " of " : "", request->whose ? request->whose : "",
               leverage_of(request, scenario));
    printf(", %llu paths, seed %llu\n", (unsigned long long)scenario->n_paths,
           (unsigned long long)scenario->market.seed);
}

static int reverse(struct request *request, const char *path) {
    struct riskpool_scenario *scenario = NULL;
    json_t *list = json_array();
    int code = riskpool_status_exit_code(load(request, path, 1, &scenario));
    if (!scenario)
        goto out;
    code = find_position(request, &scenario->book);
    if (code >= 0)
        goto out;
    code = add_targets(request, scenario);
    riskpool_scenario_free(scenario);
    scenario = NULL;
    code = code >= 0 ? code : riskpool_status_exit_code(load(request, path, 0, &scenario));
    if (!scenario)
        goto out;
    const struct stress *stress = &scenario->market.stress;
    if (request->scale == REVERSE_STRESS && stress->n_returns + stress->n_factors == 0) {
        fprintf(stderr, "riskpool reverse: %s has no stress to multiply; --stress FILE lays some over it\n", path);
        code = riskpool_status_exit_code(RISKPOOL_INVALID);
        goto out;
    }
    if (!request->json)
        print_heading(request, scenario);
    code = answer_all(request, scenario, list);
    if (request->json && code <= 1) {
        const int failed = print_json(request, scenario, list);
        code = failed ? failed : code;
    }
out:
    json_decref(list);
    riskpool_scenario_free(scenario);
    return code;
}

int cli_reverse(int argc, char **argv) {
    struct request request = {.key = "", .scale = -1, .from = NAN, .to = 10.0};
    int code = read_options(argc, argv, &request);
    if (code < 0) {
        request.threads = request.threads > 0 ? request.threads : threads_from_environment();
        progress_watch_signals();
        code = reverse(&request, argv[optind]);
    }
    assignments_free(&request.assignments);
    return code;
}
