/* `riskpool calibrate PRICES.csv`: reads what is asked, prints the market that the prices tell of. It knows nothing of
 * estimators beyond their names. */
#include <errno.h>
#include <getopt.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate.h"
#include "cli.h"
#include "instant.h"
#include "number.h"

struct request {
    struct calibrate_request calibrate;
    const char **columns;
    struct window *windows;
    const char *output; /* NULL: stdout */
    int json;
};

static const double riskmetrics_decay = 0.94; /* a day (RiskMetrics 1996) */

static const struct {
    const char *name;
    enum covariance_kind kind;
} methods[] = {{"sample", COVARIANCE_SAMPLE},
               {"ewma", COVARIANCE_EWMA},
               {"ledoit-wolf", COVARIANCE_LEDOIT_WOLF},
               {"ledoit-wolf-correlation", COVARIANCE_LEDOIT_WOLF_CORRELATION},
               {"shrink", COVARIANCE_SHRINK}};
enum { N_METHODS = sizeof methods / sizeof methods[0] };

static int misused(const char *format, const char *value) {
    char message[300];
    snprintf(message, sizeof message, format, value);
    return command_misused("calibrate", "%s", message);
}

static int no_memory(void) {
    fprintf(stderr, "riskpool calibrate: %s\n", riskpool_status_text(RISKPOOL_NO_MEMORY));
    return riskpool_status_exit_code(RISKPOOL_NO_MEMORY);
}

static int refuse_name(const char *kind, const char *name, struct nearest *nearest) {
    return nearest->best
               ? command_misused("calibrate", "unknown %s '%s'; did you mean '%s'?", kind, name, nearest->best)
               : command_misused("calibrate", "unknown %s '%s'", kind, name);
}

/* Splits "A,B" in place; -1 when all is well, else the exit code. */
static int read_columns(struct request *request, char *list) {
    for (char *name = strtok(list, ","); name; name = strtok(NULL, ",")) {
        name += strspn(name, " ");
        name[strcspn(name, " ")] = '\0';
        const char **columns = realloc(request->columns, (request->calibrate.n_columns + 1) * sizeof *request->columns);
        if (!columns)
            return no_memory();
        request->columns = columns;
        columns[request->calibrate.n_columns++] = name;
    }
    return request->calibrate.n_columns > 0 ? -1 : command_misused("calibrate", "--columns names no column");
}

static int read_bound(const char *option, const char *text, int is_end, double *bound) {
    struct instant instant;
    const char *why = instant_parse(text, &instant);
    if (why)
        return command_misused("calibrate", "%s: '%s' %s", option, text, why);
    *bound = instant.seconds + (is_end ? instant.is_day ? 86400 : 1e-3 : 0); /* the end is inside */
    return -1;
}

/* "NAME=FROM..TO" in place. */
static int read_window(struct request *request, char *text) {
    struct calibrate_request *calibrate = &request->calibrate;
    struct window window = {.name = text};
    char *from = strchr(text, '='), *to = from ? strstr(from, "..") : NULL;
    if (!to || from == text)
        return misused("--window is NAME=FROM..TO, not '%s'", text);
    *from++ = '\0';
    *to = '\0';
    int code = read_bound("--window", from, 0, &window.from);
    if (code < 0)
        code = read_bound("--window", to + 2, 1, &window.to);
    if (code >= 0)
        return code;
    if (window.from >= window.to)
        return misused("--window %s ends before it begins", text);
    struct window *windows = realloc(request->windows, (calibrate->n_others + 1) * sizeof *windows);
    if (!windows)
        return no_memory();
    request->windows = windows;
    windows[calibrate->n_others++] = window;
    return -1;
}

/* What follows "ewma:" or "shrink:". */
static int read_parameter(struct calibrate_request *request, const char *text) {
    struct covariance_method *method = &request->method;
    const int ewma = method->kind == COVARIANCE_EWMA;
    if (!ewma && method->kind != COVARIANCE_SHRINK)
        return misused("this --method takes nothing after a colon, but has '%s'", text);
    if (ewma && number_parse(text, &method->parameter) && !duration_parse(text, &request->half_life))
        return request->half_life > 0 ? -1 : misused("--method ewma: the half-life '%s' is not above 0", text);
    if (fraction_parse(text, &method->parameter))
        return misused(ewma ? "--method ewma: '%s' is neither a decay nor a half-life (0.94, 30d)"
                            : "--method shrink: '%s' is not a number",
                       text);
    if (ewma && (method->parameter <= 0 || method->parameter >= 1))
        return misused("--method ewma: the decay %s is not between 0 and 1", text);
    if (method->parameter < 0 || method->parameter > 1)
        return misused("--method shrink: %s is not from 0 to 1", text);
    return -1;
}

static int read_method(struct calibrate_request *request, char *text) {
    char *colon = strchr(text, ':');
    if (colon)
        *colon = '\0';
    struct nearest nearest = {.word = text};
    for (size_t i = 0; i < N_METHODS; i++) {
        nearest_offer(&nearest, methods[i].name);
        if (strcmp(methods[i].name, text) != 0)
            continue;
        request->method = (struct covariance_method){methods[i].kind, riskmetrics_decay};
        request->half_life = 0;
        if (colon)
            return read_parameter(request, colon + 1);
        return methods[i].kind == COVARIANCE_SHRINK
                   ? command_misused("calibrate", "--method shrink needs an intensity: shrink:0.2")
                   : -1;
    }
    return refuse_name("method", text, &nearest);
}

static int read_model(struct calibrate_request *request, const char *text) {
    struct nearest nearest = {.word = text};
    for (enum calibrate_model model = 0; model < CALIBRATE_MODELS; model++) {
        nearest_offer(&nearest, calibrate_model_name(model));
        if (strcmp(calibrate_model_name(model), text) == 0) {
            request->model = model;
            return -1;
        }
    }
    return refuse_name("model", text, &nearest);
}

static int read_option(struct request *request, int option) {
    switch (option) {
    case 'c':
        return read_columns(request, optarg);
    case 'f':
        return read_bound("--from", optarg, 0, &request->calibrate.window.from);
    case 't':
        return read_bound("--to", optarg, 1, &request->calibrate.window.to);
    case 'w':
        return read_window(request, optarg);
    case 'm':
        return read_method(&request->calibrate, optarg);
    case 'M':
        return read_model(&request->calibrate, optarg);
    case 'C':
        request->calibrate.as_covariance = 1;
        return -1;
    case 'j':
        request->json = 1;
        return -1;
    case 'o':
        request->output = optarg;
        return -1;
    case 'h':
        command_help(command_find("calibrate"));
        return 0;
    default:
        return command_misused("calibrate", "wrong option");
    }
}

/* -1 to go on, else the exit code. */
static int read_options(int argc, char **argv, struct request *request) {
    static const struct option options[] = {{"columns", required_argument, NULL, 'c'},
                                            {"from", required_argument, NULL, 'f'},
                                            {"to", required_argument, NULL, 't'},
                                            {"window", required_argument, NULL, 'w'},
                                            {"method", required_argument, NULL, 'm'},
                                            {"model", required_argument, NULL, 'M'},
                                            {"covariance", no_argument, NULL, 'C'},
                                            {"output", required_argument, NULL, 'o'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct calibrate_request *calibrate = &request->calibrate;
    int option, code = -1;
    calibrate->window = (struct window){NULL, -HUGE_VAL, HUGE_VAL};
    while (code < 0 && (option = getopt_long(argc, argv, "o:h", options, NULL)) != -1)
        code = read_option(request, option);
    if (code >= 0)
        return code;
    if (optind + 1 != argc)
        return command_misused("calibrate", optind == argc ? "which table of prices?" : "one table at a time");
    if (calibrate->window.from >= calibrate->window.to)
        return command_misused("calibrate", "--to is before --from");
    calibrate->path = argv[optind];
    calibrate->columns = request->columns;
    calibrate->others = request->windows;
    return -1;
}

static enum riskpool_status write_text(const char *path, const char *text) {
    FILE *file = path ? fopen(path, "w") : stdout;
    if (!file) {
        fprintf(stderr, "riskpool calibrate: cannot create '%s': %s\n", path, strerror(errno));
        return RISKPOOL_CANNOT_CREATE;
    }
    int failed =
        fputs(text, file) == EOF || (text[strlen(text) - 1] != '\n' && putc('\n', file) == EOF) || fflush(file) != 0;
    if (path)
        failed |= fclose(file) != 0;
    return failed ? RISKPOOL_WRITE_FAILED : RISKPOOL_OK;
}

/* The counts again, for who sends the section to a file. */
static void say_counts(const struct calibration *c, const struct request *request) {
    const struct returns *r = &c->stretches[0].returns;
    fprintf(stderr, "%s: %zu rows, %zu returns used, %zu left out for missing prices, %zu for missing rows\n",
            request->calibrate.path, r->n_rows, r->n, r->n_missing, r->n_gaps);
}

static char *section_text(const struct calibration *c, const struct request *request) {
    struct text out = {0};
    calibrate_print(c, &request->calibrate, &out);
    return text_take(&out);
}

static enum riskpool_status show(const struct calibration *c, const struct request *request) {
    char *text = request->json ? calibrate_json(c, &request->calibrate) : section_text(c, request);
    enum riskpool_status status = text ? write_text(request->output, text) : RISKPOOL_NO_MEMORY;
    free(text);
    if (!status)
        say_counts(c, request);
    return status;
}

static int calibrate(const struct request *request) {
    struct report report = {0};
    struct calibration calibration;
    char *messages = NULL;
    gsl_set_error_handler_off();
    enum riskpool_status status = calibrate_init(&calibration, &request->calibrate, &report);
    if (report_render(&report, &messages) == RISKPOOL_OK && messages)
        fputs(messages, stderr);
    if (!status)
        status = show(&calibration, request);
    if (status && (!messages || status == RISKPOOL_NO_MEMORY) && status != RISKPOOL_CANNOT_CREATE)
        fprintf(stderr, "riskpool calibrate: %s\n", riskpool_status_text(status));
    free(messages);
    calibrate_free(&calibration);
    report_free(&report);
    return riskpool_status_exit_code(status);
}

int cli_calibrate(int argc, char **argv) {
    struct request request = {.columns = NULL};
    int code = read_options(argc, argv, &request);
    if (code < 0)
        code = calibrate(&request);
    free(request.columns);
    free(request.windows);
    return code;
}
