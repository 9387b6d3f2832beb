#include "run_slope.h"

#include <math.h>

/* Losses that consist of the same sums agree to this share of the account's equity. */
static const double money_rounding = 1e-9;
/* Of fewer paths expected in the tail neither a slope nor its error says anything. */
static const double least_tail = 20.0;

struct slope_shape slope_shape_of(const struct riskpool_scenario *scenario, const struct riskpool_results *results) {
    const size_t n = scenario->market.n_assets;
    return (struct slope_shape){.n_modes = scenario->book.n_modes,
                                .n_levels = scenario->n_confidence,
                                .n_assets = n,
                                .n_parameters = n * (n - 1) / 2 + n,
                                .results = results,
                                .antithetic = scenario->market.antithetic};
}

size_t slope_statistics(const struct slope_shape *shape) {
    return shape->n_modes * (1 + shape->n_levels);
}

void slope_assets(const struct slope_shape *shape, size_t parameter, size_t *i, size_t *j) {
    const size_t n = shape->n_assets, pairs = n * (n - 1) / 2;
    *i = *j = parameter - pairs;
    if (parameter >= pairs)
        return;
    for (*i = 0; parameter >= n - 1 - *i; ++*i)
        parameter -= n - 1 - *i;
    *j = *i + 1 + parameter;
}

static int tail_is_one_loss(const struct slope_shape *shape, size_t mode, size_t level) {
    double *const *known = shape->results->modes[mode].statistic;
    return known[STAT_expected_shortfall][level] - known[STAT_value_at_risk][level] <=
           money_rounding * fabs(shape->results->start_equity);
}

static void liquidated(const struct slope_shape *shape, const struct outcome *outcome, size_t n, double *row) {
    const size_t n_positions = shape->results->size[DIM_POSITION];
    for (size_t p = 0; p < n; ++p)
        row[p] = 0.0;
    for (size_t i = 0; i < n_positions; ++i)
        for (size_t p = 0; p < n; ++p)
            row[p] = isnan(outcome->liquidation_time[i * BATCH + p]) ? row[p] : 1.0;
}

void slope_payoff(const struct slope_shape *shape, size_t statistic, const struct outcome *outcome, size_t n,
                  int centred, double *row, uint64_t *reached) {
    const size_t mode = statistic / (1 + shape->n_levels), level = statistic % (1 + shape->n_levels);
    double *const *known = shape->results->modes[mode].statistic;
    double mean;
    *reached = n;
    if (level == 0) {
        liquidated(shape, outcome, n, row);
        mean = known[STAT_any_liquidation_frequency][0];
    } else {
        const double value_at_risk = known[STAT_value_at_risk][level - 1];
        const double scale = 1.0 / (1.0 - shape->results->confidence[level - 1]);
        const double same = money_rounding * fabs(shape->results->start_equity);
        const int is_known = !isnan(known[STAT_expected_shortfall_se][level - 1]);
        mean = known[STAT_expected_shortfall][level - 1] - value_at_risk;
        const double least = tail_is_one_loss(shape, mode, level - 1) ? -2.0 * same : same;
        *reached = 0;
        for (size_t p = 0; p < n; ++p) {
            const double excess = outcome->column[OUTCOME_loss][p] - value_at_risk;
            row[p] = excess > same ? excess * scale : 0.0;
            *reached += is_known && excess > least;
        }
    }
    for (size_t p = 0; centred && p < n; ++p)
        row[p] -= mean;
}

void slope_add(const struct slope_shape *shape, struct slope_part *part, const double *row, size_t n,
               uint64_t reached) {
    const size_t unit = shape->antithetic ? 2 : 1;
    for (size_t p = 0; p < n; p += unit) {
        const double term = unit == 2 ? row[p] + row[p + 1] : row[p];
        part->sum += term;
        part->square += term * term;
    }
    part->reached += reached;
}

void slope_gather(struct slope_total *total, const struct slope_part *part) {
    sum_add(&total->sum, part->sum);
    sum_add(&total->square, part->square);
    total->reached += part->reached;
}

/* Whether so many paths say something of a statistic; the errors of ratios settle later. */
static int are_enough(const struct slope_shape *shape, size_t statistic, double n_paths, enum slope_method method) {
    const size_t mode = statistic / (1 + shape->n_levels), level = statistic % (1 + shape->n_levels);
    const double least = method == SLOPE_RATIO ? 2.0 * least_tail : least_tail;
    if (level > 0)
        return tail_is_one_loss(shape, mode, level - 1) ||
               n_paths * (1.0 - shape->results->confidence[level - 1]) >= least;
    const double frequency = shape->results->modes[mode].statistic[STAT_any_liquidation_frequency][0];
    return method != SLOPE_RATIO || n_paths * frequency * (1.0 - frequency) >= least;
}

struct slope slope_estimate(const struct slope_shape *shape, size_t statistic, const struct slope_total *total,
                            uint64_t n_paths, enum slope_method method) {
    const double n = (double)n_paths, units = shape->antithetic ? 0.5 * n : n;
    const double sum = sum_value(&total->sum), spread = sum_value(&total->square) - sum * sum / units;
    if (total->reached == 0 || !(units > 1.0) || !are_enough(shape, statistic, n, method))
        return (struct slope){NAN, NAN, SLOPE_NONE};
    return (struct slope){sum / n, sqrt(fmax(spread, 0.0) * units / (units - 1.0)) / n, method};
}
