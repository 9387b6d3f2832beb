/* Many choices on the same paths: in groups that fit into memory, each group the modes of one run. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "advise_parts.h"
#include "interval.h"
#include "results.h"
#include "stats_mode.h"

enum { GROUP_MOST = 32 };
/* Bytes that the columns of a group may fill. */
static const double group_bytes = 96e6;

struct group {
    const struct advise_request *request;
    const struct stage *stage;
    size_t n;
    struct candidate *member[GROUP_MOST];
};

void stage_free(struct stage *stage) {
    for (int k = 0; k < ADVISE_PLAIN; ++k) {
        free(stage->loss[k]);
        free(stage->liquidated[k]);
    }
    *stage = (struct stage){0};
}

/* Where results have the measures; frequencies are followed by their bounds. */
static const enum statistic statistic_of[ADVISE_MEASURES] = {
    [ADVISE_SHORTFALL] = STAT_expected_shortfall,
    [ADVISE_ANY_LIQUIDATION] = STAT_any_liquidation_frequency,
    [ADVISE_WIPEOUT] = STAT_wipeout_frequency,
    [ADVISE_MEAN_LOSS] = STAT_mean_loss,
};

static int is_frequency(enum advise_measure measure) {
    return measure == ADVISE_ANY_LIQUIDATION || measure == ADVISE_WIPEOUT;
}

static void find_liquidated(const struct riskpool_results *results, const struct mode_results *mode,
                            uint8_t *liquidated) {
    const size_t n_positions = results->size[DIM_POSITION];
    for (size_t p = 0; p < results->n_paths; ++p) {
        int any = 0;
        for (size_t i = 0; i < n_positions; ++i)
            any |= !isnan(mode->liquidation_time[p * n_positions + i]);
        liquidated[p] = (uint8_t)any;
    }
}

static struct record record_of(const struct mode_results *mode, const uint8_t *liquidated) {
    struct record record = {.loss = mode->column[OUTCOME_loss],
                            .liquidated = liquidated,
                            .value_at_risk = mode->statistic[STAT_value_at_risk][0]};
    for (enum advise_measure k = 0; k < ADVISE_MEASURES; ++k) {
        record.value[k] = mode->statistic[statistic_of[k]][0];
        record.low[k] = is_frequency(k) ? mode->statistic[statistic_of[k] + 1][0] : NAN;
        record.high[k] = is_frequency(k) ? mode->statistic[statistic_of[k] + 2][0] : NAN;
    }
    return record;
}

static struct figure figure_around(double value, double error) {
    return (struct figure){value, error, value - INTERVAL_95 * error, value + INTERVAL_95 * error};
}

static struct figure figure_of(const struct record_terms *terms, enum advise_measure measure,
                               const struct record *record) {
    const double value = record->value[measure];
    const double error = isnan(value) ? NAN : record_error(terms, measure, record, NULL);
    struct figure figure = figure_around(value, !is_frequency(measure) && error <= terms->grain ? 0.0 : error);
    if (is_frequency(measure)) {
        figure.low = record->low[measure];
        figure.high = record->high[measure];
    }
    return figure;
}

/* Sums of the same amounts in another order are the same. */
static struct figure difference_of(const struct record_terms *terms, enum advise_measure measure,
                                   const struct record *record, const struct record *minus) {
    const double value = minus->loss ? record->value[measure] - minus->value[measure] : NAN;
    if (isnan(value))
        return figure_around(NAN, NAN);
    const double error = record_error(terms, measure, record, minus);
    const double grain = is_frequency(measure) ? 0.0 : terms->grain;
    return figure_around(fabs(value) <= grain && error <= grain ? 0.0 : value, error <= grain ? 0.0 : error);
}

static void fill_candidate(const struct stage *stage, const struct record_terms *terms, const struct record *record,
                           struct candidate *candidate) {
    for (enum advise_measure measure = 0; measure < ADVISE_MEASURES; ++measure) {
        candidate->of[measure] = figure_of(terms, measure, record);
        for (int k = 0; k < ADVISE_PLAIN; ++k)
            candidate->minus[k][measure] = difference_of(terms, measure, record, &stage->plain[k]);
    }
}

/* Remembers what a plain mode did. */
static enum riskpool_status keep(struct stage *stage, enum advise_plain k, const struct record *record) {
    const size_t n = (size_t)stage->n_paths;
    stage->loss[k] = malloc(n * sizeof *stage->loss[k]);
    stage->liquidated[k] = malloc(n);
    if (!stage->loss[k] || !stage->liquidated[k])
        return RISKPOOL_NO_MEMORY;
    memcpy(stage->loss[k], record->loss, n * sizeof *record->loss);
    memcpy(stage->liquidated[k], record->liquidated, n);
    stage->plain[k] = *record;
    stage->plain[k].loss = stage->loss[k];
    stage->plain[k].liquidated = stage->liquidated[k];
    return RISKPOOL_OK;
}

/* The figures of a group; `kept`: it is the one plain mode that this stage is to remember. */
static enum riskpool_status take_results(const struct group *group, const struct riskpool_results *results,
                                         struct stage *kept, enum advise_plain plain) {
    const struct record_terms terms = {.n_paths = (size_t)results->n_paths,
                                       .confidence = group->request->confidence,
                                       .wipeout = stats_wipeout_loss(results->start_equity),
                                       .grain = money_grain(&group->request->scenario->book),
                                       .antithetic = group->request->scenario->market.antithetic};
    uint8_t *liquidated = malloc(terms.n_paths + 1);
    enum riskpool_status status = liquidated ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t m = 0; status == RISKPOOL_OK && m < group->n; ++m) {
        find_liquidated(results, &results->modes[m], liquidated);
        const struct record record = record_of(&results->modes[m], liquidated);
        fill_candidate(group->stage, &terms, &record, group->member[m]);
        if (kept)
            status = keep(kept, plain, &record);
    }
    if (kept)
        kept->terms = terms;
    free(liquidated);
    return status;
}

/* Runs those of `n` candidates of one leverage that can be run. */
static enum riskpool_status run_group(const struct advise_request *request, const struct stage *stage,
                                      struct candidate *candidates, size_t n, struct stage *kept,
                                      enum advise_plain plain) {
    struct group group = {.request = request, .stage = stage};
    struct riskpool_results *results = NULL;
    struct advise_copy copy;
    enum riskpool_status status = advise_copy_init(&copy, request, n, candidates[0].choice.leverage);
    for (size_t i = 0; status == RISKPOOL_OK && i < n; ++i) {
        status = advise_copy_add(&copy, &candidates[i]);
        if (candidates[i].fault == ADVISE_FAULT_NONE)
            group.member[group.n++] = &candidates[i];
    }
    copy.base.scenario.market.seed = stage->seed;
    copy.base.scenario.n_paths = stage->n_paths;
    if (status == RISKPOOL_OK && group.n > 0)
        status = riskpool_run(&copy.base.scenario, request->options, &results);
    if (results)
        status = take_results(&group, results, kept, plain);
    riskpool_results_free(results);
    advise_copy_free(&copy);
    return status;
}

static size_t group_size(const struct advise_request *request, const struct stage *stage) {
    const double columns = OUTCOME_COUNT + (double)request->scenario->book.n_positions;
    const double size = group_bytes / (columns * sizeof(double) * (double)stage->n_paths);
    return size < 1.0 ? 1 : size > GROUP_MOST ? GROUP_MOST : (size_t)size;
}

enum riskpool_status stage_run(const struct advise_request *request, const struct stage *stage,
                               struct candidate *candidates, size_t n) {
    const size_t most = group_size(request, stage);
    enum riskpool_status status = RISKPOOL_OK;
    for (size_t first = 0, end; first < n && status == RISKPOOL_OK; first = end) {
        for (end = first + 1; end < n && end < first + most; ++end)
            if (candidates[end].choice.leverage != candidates[first].choice.leverage)
                break;
        status = run_group(request, stage, &candidates[first], end - first, NULL, ADVISE_ISOLATED);
    }
    return status;
}

enum riskpool_status stage_run_plain(const struct advise_request *request, struct stage *stage,
                                     struct candidate plain[ADVISE_PLAIN]) {
    const struct book *book = &request->scenario->book;
    const struct partition none = {{0}}, all = partition_all(book->n_positions);
    plain[ADVISE_ISOLATED] = (struct candidate){.choice = choice_of(&all, book->balance)};
    plain[ADVISE_CROSS] = (struct candidate){.choice = choice_of(&none, book->balance)};
    enum riskpool_status status = RISKPOOL_OK;
    for (enum advise_plain k = 0; k < ADVISE_PLAIN && status == RISKPOOL_OK; ++k)
        status = run_group(request, stage, &plain[k], 1, stage, k);
    for (enum advise_plain k = 0; k < ADVISE_PLAIN && status == RISKPOOL_OK; ++k)
        if (stage->loss[k])
            fill_candidate(stage, &stage->terms, &stage->plain[k], &plain[k]);
    return status;
}
