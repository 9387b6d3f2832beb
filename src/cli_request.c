/* What run and batch ask of every scenario, from their options. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli_job.h"
#include "number.h"

static int positive_number(const char *text, double *number) {
    char *end = NULL;
    errno = 0;
    *number = strtod(text, &end);
    return errno == 0 && end != text && *end == '\0' && isfinite(*number) && *number > 0.0;
}

int threads_from_environment(void) {
    const char *openmp = getenv("OMP_NUM_THREADS"), *slurm = getenv("SLURM_CPUS_PER_TASK");
    double number = 0.0;
    if (openmp && openmp[strspn(openmp, " ")] >= '1' && openmp[strspn(openmp, " ")] <= '9')
        return 0;
    return slurm && positive_number(slurm, &number) && number <= 4096.0 ? (int)number : 0;
}

static int read_memory(struct request *request, const char *value) {
    if (memory_parse(value, &request->memory))
        return -1;
    return command_misused(request->telling.command, "--memory takes a size, such as 64MB, not '%s'", value);
}

static int parse_option(struct request *request, int option, const char *value) {
    const char *const command = request->telling.command;
    double number;
    const char *wrong;
    switch (option) {
    case 'o':
        if (*value == '\0' || strcmp(value, "-") == 0)
            return command_misused(command, "--output takes a file or a folder; HDF5 cannot go to stdout");
        request->output = value;
        return -1;
    case 'n':
        return assignments_add(&request->assignments, command, "paths=", value);
    case 's':
        return assignments_add(&request->assignments, command, "seed=", value);
    case 'm':
        return assignments_add(&request->assignments, command, "modes=", value);
    case 'P':
        return assignments_add(&request->assignments, command, "", value);
    case 'S':
        return assignments_add(&request->assignments, command, "stress+=", value);
    case 'j':
        if (!positive_number(value, &number) || number != floor(number) || number > 4096.0)
            return command_misused(command, "--threads takes a whole number from 1 to 4096, not '%s'", value);
        request->threads = (int)number;
        return -1;
    case 't':
        if (!positive_number(value, &request->target_error) || request->target_error >= 1.0)
            return command_misused(command, "--target-error takes a fraction below 1, such as 0.01, not '%s'", value);
        return -1;
    case 'I':
        return shard_parse(value, &request->shard, &request->n_shards);
    case 'T':
        wrong = duration_parse(value, &request->max_seconds);
        if (wrong || !(request->max_seconds > 0.0))
            return command_misused(command, "--max-time takes a duration, such as 7.5h, not '%s'", value);
        return -1;
    case 'M':
        return read_memory(request, value);
    case 'f':
        request->fresh = 1;
        return -1;
    case 'e':
        request->exact = 1;
        return -1;
    case 'q':
        request->telling.level = TELL_ERROR;
        return -1;
    case 'L':
        return level_parse(value, &request->telling.level);
    case 'J':
        request->telling.json = 1;
        return -1;
    case 'h':
        command_help(command_find(command));
        return 0;
    default:
        return command_misused(command, "wrong option");
    }
}

int request_read(struct request *request, int argc, char **argv) {
    static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                            {"paths", required_argument, NULL, 'n'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"threads", required_argument, NULL, 'j'},
                                            {"modes", required_argument, NULL, 'm'},
                                            {"target-error", required_argument, NULL, 't'},
                                            {"fresh", no_argument, NULL, 'f'},
                                            {"quiet", no_argument, NULL, 'q'},
                                            {"json", no_argument, NULL, 'J'},
                                            {"exact", no_argument, NULL, 'e'},
                                            {"log-level", required_argument, NULL, 'L'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"shard", required_argument, NULL, 'I'},
                                            {"stress", required_argument, NULL, 'S'},
                                            {"max-time", required_argument, NULL, 'T'},
                                            {"memory", required_argument, NULL, 'M'},
                                            {NULL, 0, NULL, 0}};
    const char *const command = request->telling.command;
    int option, code = -1;
    while (code < 0 && (option = getopt_long(argc, argv, "o:n:j:P:qh", options, NULL)) != -1)
        code = parse_option(request, option, optarg);
    if (code < 0 && request->n_shards > 0 && (request->fresh || request->target_error > 0.0))
        code = command_misused(command, request->fresh ? "--fresh would discard the batches of other shards"
                                                       : "--target-error needs all paths in one process, not --shard");
    if (code < 0 && request->threads == 0)
        request->threads = threads_from_environment();
    return code;
}
