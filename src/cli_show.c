/* `riskpool show RESULTS.h5`: the summary of a finished run, side by side per mode. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "riskpool.h"
#include "summary.h"

static const char usage[] = "usage: riskpool show [--json | --csv | --markdown] RESULTS.h5\n"
                            "\n"
                            "  --json      one JSON object: name, seed, paths, confidence, modes, comparison, limits\n"
                            "  --csv       one line for each value: group, variable, place, value\n"
                            "  --markdown  the tables as Markdown\n";

static int show_file(const char *path, enum summary_format format)
{
    struct riskpool_results *results = NULL;
    char *message = NULL;
    enum riskpool_status status = riskpool_results_read(path, &results, &message);
    if (status == RISKPOOL_OK)
        status = summary_write(stdout, results, format);
    if (status != RISKPOOL_OK)
        fprintf(stderr, "riskpool show: %s\n", message ? message : riskpool_status_text(status));
    riskpool_text_free(message);
    riskpool_results_free(results);
    return riskpool_status_exit_code(status);
}

int cli_show(int argc, char **argv)
{
    static const struct option options[] = {{"json", no_argument, NULL, SUMMARY_JSON},
                                            {"csv", no_argument, NULL, SUMMARY_CSV},
                                            {"markdown", no_argument, NULL, SUMMARY_MARKDOWN},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    enum summary_format format = SUMMARY_TEXT;
    int option = 0;
    optind = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            return riskpool_status_exit_code(RISKPOOL_OK);
        }
        if (option == '?') {
            fputs(usage, stderr);
            return riskpool_status_exit_code(RISKPOOL_USAGE);
        }
        format = (enum summary_format)option;
    }
    if (argc - optind != 1) {
        fputs(usage, stderr);
        return riskpool_status_exit_code(RISKPOOL_USAGE);
    }
    return show_file(argv[optind], format);
}
