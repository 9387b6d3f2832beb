/* Prints the price paths that the program uses, for tests/twin.py: export_paths SCENARIO FIRST LAST [ASSIGNMENT...].
 * One line a path and step: path, step, and for each asset the coordinate x at the start, at the diffusive end and
 * after gaps, and the bridge normal (nan when there is none). It knows the market and nothing of accounts. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "market.h"
#include "scenario.h"

static void print_step(const struct slice *slice, uint64_t first, uint64_t last, uint64_t block) {
    const struct path_set everyone = path_set_all();
    slice_draw(slice, &everyone);
    for (size_t p = 0; p < BLOCK; ++p) {
        if (block + p < first || block + p > last)
            continue;
        printf("%" PRIu64 " %" PRIu64, block + p, slice->step);
        for (size_t j = 0; j < slice->n_assets; ++j) {
            const size_t at = j * BLOCK + p;
            printf(" %.17g %.17g %.17g %.17g", slice->start[at], slice->end[at], slice->final[at],
                   slice->bridge ? slice->bridge[at] : NAN);
        }
        putchar('\n');
    }
}

static enum riskpool_status print_paths(const struct market *market, uint64_t first, uint64_t last) {
    struct arena arena = {0};
    struct market_steps *steps = NULL;
    struct market_block block;
    enum riskpool_status status = market_steps_create(market, &steps);
    if (status != RISKPOOL_OK)
        goto out;
    status = market_block_init(&block, market, steps, 1, &arena);
    if (status != RISKPOOL_OK)
        goto out;
    for (uint64_t path = first / BLOCK * BLOCK; path <= last; path += BLOCK) {
        market_start(&block, path);
        for (uint64_t step = 0; step < market->n_steps; ++step)
            print_step(market_step(&block), first, last, path);
    }
out:
    market_steps_free(steps);
    arena_free(&arena);
    return status;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: export_paths SCENARIO FIRST LAST [ASSIGNMENT...]\n");
        return 64;
    }
    struct riskpool_scenario *scenario = NULL;
    char *messages = NULL;
    enum riskpool_status status =
        riskpool_scenario_load(argv[1], (const char *const *)argv + 4, (size_t)argc - 4, &scenario, &messages);
    if (messages)
        fputs(messages, stderr);
    riskpool_text_free(messages);
    if (status == RISKPOOL_OK)
        status = print_paths(&scenario->market, strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    riskpool_scenario_free(scenario);
    return riskpool_status_exit_code(status);
}
