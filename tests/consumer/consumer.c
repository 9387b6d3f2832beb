/* What a program that uses the library looks like: the public header and nothing else.
 * usage: consumer SCENARIO [MODE [STATISTIC]] */
#include <riskpool.h>
#include <stdio.h>

static int fail(const char *what, enum riskpool_status status, char *message) {
    fprintf(stderr, "%s: %s\n%s", what, riskpool_status_text(status), message ? message : "");
    riskpool_text_free(message);
    return riskpool_status_exit_code(status);
}

/* Called between batches; returning non-zero would stop the run. */
static int count_calls(void *user, const struct riskpool_progress *progress) {
    ++*(int *)user;
    return progress->paths_done > progress->paths;
}

static int print_statistic(const struct riskpool_results *results, const char *mode, const char *name) {
    const double *values = NULL;
    size_t n = 0;
    enum riskpool_status status = riskpool_results_find(results, mode, name, &values, &n);
    if (status != RISKPOOL_OK)
        return fail(name, status, NULL);
    printf("%s %s", mode, name);
    for (size_t i = 0; i < n; i++)
        printf(" %.6g", values[i]);
    putchar('\n');
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: consumer SCENARIO [MODE [STATISTIC]]\n");
        return 64;
    }
    const char *overrides[] = {"paths=2000", "seed=7"};
    struct riskpool_scenario *scenario = NULL;
    char *messages = NULL;
    enum riskpool_status status = riskpool_scenario_load(argv[1], overrides, 2, &scenario, &messages);
    if (status != RISKPOOL_OK)
        return fail(argv[1], status, messages);
    riskpool_text_free(messages);

    int calls = 0;
    struct riskpool_run_options options = {.threads = 1, .progress = count_calls, .user = &calls};
    struct riskpool_results *results = NULL;
    status = riskpool_run(scenario, &options, &results);
    if (status != RISKPOOL_OK && status != RISKPOOL_LIMIT_BREACHED) {
        riskpool_scenario_free(scenario);
        return fail("run", status, NULL);
    }
    printf("riskpool %s, %s: %s\n", riskpool_version(), riskpool_scenario_name(scenario),
           calls > 0 ? "reported its progress" : "reported nothing");
    int code = 0;
    for (size_t i = 0; riskpool_results_mode(results, i) && code == 0; i++)
        if (argc < 3)
            code = print_statistic(results, riskpool_results_mode(results, i), "expected_shortfall");
    if (argc >= 3)
        code = print_statistic(results, argv[2], argc > 3 ? argv[3] : "any_liquidation_frequency");
    riskpool_results_free(results);
    riskpool_scenario_free(scenario);
    return code;
}
