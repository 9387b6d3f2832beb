/* The advice as tables: the best partitions, then the frontier, each with its differences to the plain modes. */
#include <stdio.h>

#include "cli_advise.h"

enum { VERDICT_SIZE = 4000 };

static void print_figure(const struct figure *figure, enum advise_measure measure) {
    char text[FIGURE_SIZE];
    figure_words(figure, measure, text);
    int wide = 0; /* of "±", which takes two bytes and one column */
    for (const char *c = text; *c; ++c)
        wide += (*c & 0xC0) == 0x80;
    printf(" %*s", 16 + wide, text);
}

/* What stands beside the objective: liquidations, or where they are the objective, the tail. */
static enum advise_measure other_measure(const struct advise_request *request) {
    return request->objective == ADVISE_SHORTFALL ? ADVISE_ANY_LIQUIDATION : ADVISE_SHORTFALL;
}

static void print_heading(const struct advise_request *request) {
    static const char *const short_names[] = {
        [ADVISE_SHORTFALL] = "ES", [ADVISE_ANY_LIQUIDATION] = "any liq. %", [ADVISE_WIPEOUT] = "wipeout %"};
    printf("%17s%17s%17s%17s%17s%11s  %s\n", short_names[request->objective], "- isolated", "- cross",
           short_names[other_measure(request)], "mean loss", "capital", "choice");
}

static void print_row(const struct advise_request *request, const struct candidate *row) {
    char words[CHOICE_WORDS];
    choice_words(&request->scenario->book, &row->choice, words);
    print_figure(&row->of[request->objective], request->objective);
    print_figure(&row->minus[ADVISE_ISOLATED][request->objective], request->objective);
    print_figure(&row->minus[ADVISE_CROSS][request->objective], request->objective);
    print_figure(&row->of[other_measure(request)], other_measure(request));
    print_figure(&row->of[ADVISE_MEAN_LOSS], ADVISE_MEAN_LOSS);
    printf("%11.8g  %s\n", row->capital, words);
}

static void print_partitions(const struct advise_request *request, const struct advise_answer *answer) {
    printf("Partitions, the best first\n");
    print_heading(request);
    for (size_t i = 0; i < answer->n_rows; ++i)
        if (answer->rows[i].is_partition)
            print_row(request, &answer->rows[i]);
    printf("Plain\n");
    for (int k = 0; k < ADVISE_PLAIN; ++k)
        if (answer->plain[k].fault == ADVISE_FAULT_NONE)
            print_row(request, &answer->plain[k]);
        else
            printf("  %s %s\n", k == ADVISE_CROSS ? "cross" : "isolated", advise_fault_words[answer->plain[k].fault]);
}

static void print_frontier(const struct advise_request *request, const struct advise_answer *answer) {
    char objective[64];
    objective_words(request, objective);
    printf("\nFrontier: no other choice has positions as large, less %s and no more %s\n", objective,
           request->axis == ADVISE_CAPITAL ? "capital" : advise_measure_names[request->axis].words);
    print_heading(request);
    for (size_t i = 0; i < answer->n_frontier; ++i)
        print_row(request, &answer->rows[answer->frontier[i]]);
}

static void print_method(const struct advise_request *request, const struct advise_answer *answer) {
    const struct riskpool_scenario *scenario = request->scenario;
    char objective[64];
    objective_words(request, objective);
    printf("%s: least %s, with up to %.10g %s\n", scenario->name, objective, request->budget, scenario->book.currency);
    printf(
        "%s%zu partitions, %zu choices with margins and leverages, screened on %llu paths; the best %zu on %llu (seed "
        "%llu).\n",
        answer->exhaustive ? "All " : "Flips and swaps: ", answer->n_partitions, answer->n_screened,
        (unsigned long long)answer->screen_paths, answer->n_chosen_among, (unsigned long long)scenario->n_paths,
        (unsigned long long)answer->choose_seed);
    if (answer->independent)
        printf("The numbers are of %llu other paths (seed %llu), which had no part in the choice. ± half of 95 %%.\n",
               (unsigned long long)scenario->n_paths, (unsigned long long)scenario->market.seed);
    else
        printf("History has no other paths: the numbers are of those that chose, and flatter. ± half of 95 %%.\n");
    for (int fault = 1; fault < ADVISE_FAULTS; ++fault)
        if (answer->n_skipped[fault] > 0) {
            char words[CHOICE_WORDS];
            choice_words(&scenario->book, &answer->skipped[fault], words);
            printf("%zu left out: %s, such as: %s\n", answer->n_skipped[fault], advise_fault_words[fault], words);
        }
    printf("\n");
}

int advise_print(const struct advise_request *request, const struct advise_answer *answer) {
    char verdict[VERDICT_SIZE];
    if (!advise_verdict(request, answer, verdict, sizeof verdict))
        return 0;
    print_method(request, answer);
    print_partitions(request, answer);
    print_frontier(request, answer);
    printf("\n%s", verdict);
    return 1;
}
