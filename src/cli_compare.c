/* riskpool compare: what differs between two results files by more than their errors. */
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "compare.h"
#include "interval.h"
#include "summary_json.h"

struct pair_of_results {
    const char *path[2];
    struct riskpool_results *results[2];
    struct compare compare;
};

static void print_head(const struct pair_of_results *pair) {
    for (int i = 0; i < 2; i++) {
        const struct riskpool_results *r = pair->results[i];
        printf("%s: %s, %llu paths, seed %llu%s\n", pair->path[i], r->name, (unsigned long long)r->n_paths,
               (unsigned long long)r->seed, r->complete ? "" : ", INCOMPLETE");
    }
    if (strcmp(pair->results[0]->scenario_sha256, pair->results[1]->scenario_sha256) == 0)
        puts("the same scenario");
}

static void print_number(const struct compared *number) {
    printf("%s %s%s%s: %.6g, %.6g, difference %.4g", number->group, number->name, *number->at ? " " : "", number->at,
           number->a, number->b, number->b - number->a);
    if (isfinite(number->score))
        printf(" ± %.2g, %.1f standard errors\n", INTERVAL_95 * number->error, fabs(number->score));
    else
        puts(isnan(number->score) ? ", whose error is not known" : ", which no error explains");
}

static void print_all(const struct pair_of_results *pair, int all) {
    const struct compare *compare = &pair->compare;
    print_head(pair);
    for (size_t i = 0; i < compare->n_missing; i++)
        puts(compare->missing[i]);
    for (size_t i = 0; i < compare->n; i++)
        if (all || compare->number[i].different)
            print_number(&compare->number[i]);
    printf("%zu of %zu estimates differ by more than %.2f standard errors, which 5 %% of pairs of equal runs have any "
           "of\n",
           compare->n_different, compare->n, compare->bound);
}

static json_t *number_object(const struct compared *number) {
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b}", "group", number->group, "name", number->name, "at",
                     number->at, "a", json_number(number->a), "b", json_number(number->b), "error",
                     json_number(number->error), "score", json_number(number->score), "different", number->different);
}

static enum riskpool_status print_json(const struct pair_of_results *pair) {
    const struct compare *compare = &pair->compare;
    json_t *numbers = json_array(), *missing = json_array();
    for (size_t i = 0; i < compare->n; i++)
        json_array_append_new(numbers, number_object(&compare->number[i]));
    for (size_t i = 0; i < compare->n_missing; i++)
        json_array_append_new(missing, json_string(compare->missing[i]));
    json_t *root = json_pack("{s:b, s:o, s:o, s:o}", "same_scenario",
                             strcmp(pair->results[0]->scenario_sha256, pair->results[1]->scenario_sha256) == 0, "bound",
                             json_number(compare->bound), "numbers", numbers, "missing", missing);
    const int failed = !root || json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) != 0;
    json_decref(root);
    puts("");
    return failed ? RISKPOOL_WRITE_FAILED : RISKPOOL_OK;
}

/* 1 when anything differs, 0 when nothing does. */
static int compare_files(struct pair_of_results *pair, int all, int json) {
    enum riskpool_status status = RISKPOOL_OK;
    char *message = NULL;
    for (int i = 0; i < 2 && status == RISKPOOL_OK; i++)
        status = riskpool_results_read(pair->path[i], &pair->results[i], &message);
    if (status == RISKPOOL_OK)
        status = compare_init(&pair->compare, pair->results[0], pair->results[1]);
    if (status == RISKPOOL_OK && json)
        status = print_json(pair);
    else if (status == RISKPOOL_OK)
        print_all(pair, all);
    if (status == RISKPOOL_OK && (fflush(stdout) != 0 || ferror(stdout)))
        status = RISKPOOL_WRITE_FAILED;
    if (status != RISKPOOL_OK)
        fprintf(stderr, "riskpool compare: %s\n", message ? message : riskpool_status_text(status));
    const int differ = pair->compare.n_different + pair->compare.n_missing > 0;
    riskpool_text_free(message);
    compare_free(&pair->compare);
    for (int i = 0; i < 2; i++)
        riskpool_results_free(pair->results[i]);
    return status == RISKPOOL_OK ? differ : riskpool_status_exit_code(status);
}

int cli_compare(int argc, char **argv) {
    static const struct option options[] = {{"all", no_argument, NULL, 'a'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option, all = 0, json = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        switch (option) {
        case 'a':
            all = 1;
            break;
        case 'j':
            json = 1;
            break;
        case 'h':
            command_help(command_find("compare"));
            return riskpool_status_exit_code(RISKPOOL_OK);
        default:
            return command_misused("compare", "unknown option '%s'", argv[optind - 1]);
        }
    }
    if (argc - optind != 2)
        return command_misused("compare", "two results files are needed");
    struct pair_of_results pair = {.path = {argv[optind], argv[optind + 1]}};
    return compare_files(&pair, all, json);
}
