/* riskpool show: the summary of a results file, in the format that is asked for. */
#include <getopt.h>
#include <stdio.h>

#include "cli.h"
#include "summary.h"

static int show_file(const char *path, enum summary_format format) {
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

int cli_show(int argc, char **argv) {
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"csv", no_argument, NULL, 'c'},
                                            {"markdown", no_argument, NULL, 'm'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    enum summary_format format = SUMMARY_TEXT;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'j':
            format = SUMMARY_JSON;
            break;
        case 'c':
            format = SUMMARY_CSV;
            break;
        case 'm':
            format = SUMMARY_MARKDOWN;
            break;
        case 'h':
            command_help(command_find("show"));
            return riskpool_status_exit_code(RISKPOOL_OK);
        default:
            return command_misused("show", "unknown option '%s'", argv[optind - 1]);
        }
    }
    if (argc - optind != 1)
        return command_misused("show", "one results file is needed");
    return show_file(argv[optind], format);
}
