/* What paths contribute to slopes, and what their sums say. It runs nothing. */
#include "run_slope.h"

#include <math.h>

/* Losses that consist of the same sums agree to this share of the account's equity. */
static const double money_rounding = 1e-9;

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

static void liquidated(const struct slope_shape *shape, const struct outcome *outcome, size_t n, double *row) {
    const size_t n_positions = shape->results->size[DIM_POSITION];
    for (size_t p = 0; p < n; ++p)
        row[p] = 0.0;
    for (size_t i = 0; i < n_positions; ++i)
        for (size_t p = 0; p < n; ++p)
            row[p] = isnan(outcome->liquidation_time[i * BATCH + p]) ? row[p] : 1.0;
}

double slope_rounding(const struct slope_shape *shape, size_t statistic) {
    const size_t level = statistic % (1 + shape->n_levels);
    if (level == 0)
        return 0.0;
    return money_rounding * fabs(shape->results->start_equity) / (1.0 - shape->results->confidence[level - 1]);
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
        const double least = mean > same ? same : -2.0 * same; /* a tail of one loss is reached where it begins */
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
        part->moved += term < 0.0 || term > 0.0;
    }
    part->reached += reached;
}

void slope_gather(struct slope_total *total, const struct slope_part *part) {
    sum_add(&total->sum, part->sum);
    sum_add(&total->square, part->square);
    total->reached += part->reached;
    total->moved += part->moved;
}

/* Mean and variance of the units (paths, or pairs) of one stratum; a single unit varies by itself, for all that is
 * known.
 */
static void describe(const struct slope_total *total, double units, double *mean, double *variance) {
    const double sum = sum_value(&total->sum), square = sum_value(&total->square);
    *mean = units > 0.0 ? sum / units : 0.0;
    *variance = units > 1.0 ? fmax(square - sum * sum / units, 0.0) / (units - 1.0) : square;
}

/* Stratified: the variance within, and between strata whose sizes are those of the run (Cochran 1977, section 5A.9). */
struct slope slope_estimate(const struct slope_shape *shape, const struct slope_total *total, size_t stride,
                            const struct strata *strata, uint64_t few, enum slope_method method) {
    const double unit = shape->antithetic ? 2.0 : 1.0;
    const double all = (double)strata->n_paths / unit;
    double value = 0.0, square = 0.0, within = 0.0, units = 0.0;
    uint64_t reached = 0, moved = 0;
    for (size_t k = 0; k < strata->n; ++k) {
        const double share = (double)strata->stratum[k].size / (double)strata->n_paths;
        const double own = (double)strata->stratum[k].n / unit;
        double mean, variance;
        describe(&total[k * stride], own, &mean, &variance);
        value += share * mean;
        square += share * mean * mean;
        within += own > 0.0 ? share * share * variance / own : 0.0;
        units += own;
        reached += total[k * stride].reached;
        moved += total[k * stride].moved;
    }
    if (reached == 0 || !(units > 1.0) || (moved > 0 && moved < few))
        return (struct slope){NAN, NAN, SLOPE_NONE};
    const double between = fmax(square - value * value, 0.0) / all;
    return (struct slope){value / unit, sqrt(within + between) / unit, method};
}
