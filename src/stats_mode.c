/* Estimates of one mode from its counts, sums and losses, each with its error. It knows the tally's rows and the
 * results' names for them. */
#include "stats_mode.h"

#include <math.h>
#include <string.h>

#include "estimate.h"
#include "interval.h"
#include "pair.h"

/* A path is wiped out from this share of the starting equity on. */
static const double wipeout_share = 0.99;
/* Sums of margins agree with the balance to this; so do losses that consist of them. */
static const double money_rounding = 1e-9;

/* A frequency and its interval, which follow each other in the lists of statistics; `i` along the dimension. `twice`
 * counts the antithetic pairs with the event on both paths. */
static void fill_frequency(const struct tally *tally, double *const *statistic, int first, size_t i, uint64_t count,
                           uint64_t twice) {
    const uint64_t n = tally->n_paths;
    double *low = &statistic[first + 1][i], *high = &statistic[first + 2][i];
    statistic[first][i] = (double)count / (double)n;
    if (tally->shape.antithetic)
        pair_proportion(count, twice, n, low, high);
    else
        interval_proportion(count, n, low, high);
}

static void fill_event(const struct tally *tally, double *const *statistic, int first, size_t i,
                       const struct tally_counts *counts, enum tally_event event) {
    fill_frequency(tally, statistic, first, i, counts->event[event], counts->event_twice[event]);
}

static struct moments moments_of(const struct tally *tally, const double *x) {
    const size_t n = (size_t)tally->n_paths;
    struct moments moments = estimate_moments(x, n);
    if (tally->shape.antithetic)
        moments.error = pair_mean_error(x, n, moments.mean);
    return moments;
}

struct tail_estimate stats_tail(const struct tally *tally, const double *loss, double *reordered, double confidence,
                                size_t *below) {
    const size_t n = (size_t)tally->n_paths;
    return tally->shape.antithetic ? pair_tail(loss, reordered, n, confidence)
                                   : estimate_tail(reordered, n, confidence, below);
}

static void fill_losses(const struct tally *tally, const double *loss, double **statistic, double *scratch) {
    const struct moments moments = moments_of(tally, loss);
    *statistic[STAT_mean_loss] = moments.mean;
    *statistic[STAT_mean_loss_se] = moments.error;
    *statistic[STAT_loss_std] = moments.deviation;
    memcpy(scratch, loss, (size_t)tally->n_paths * sizeof *scratch);
    size_t below = 0;
    for (size_t i = 0; i < tally->shape.n_confidence; i++) {
        const struct tail_estimate tail = stats_tail(tally, loss, scratch, tally->shape.confidence[i], &below);
        statistic[STAT_value_at_risk][i] = tail.value_at_risk;
        statistic[STAT_value_at_risk_low][i] = tail.low;
        statistic[STAT_value_at_risk_high][i] = tail.high;
        statistic[STAT_expected_shortfall][i] = tail.expected_shortfall;
        statistic[STAT_expected_shortfall_se][i] = tail.error;
    }
}

static void fill_liquidations(const struct tally *tally, const struct tally_mode *mode, double **statistic) {
    const size_t n_positions = tally->shape.n_positions;
    const struct tally_counts *counts = &mode->counts;
    const double n = (double)tally->n_paths;
    fill_event(tally, statistic, STAT_any_liquidation_frequency, 0, counts, TALLY_ANY);
    fill_event(tally, statistic, STAT_all_liquidation_frequency, 0, counts, TALLY_ALL);
    for (size_t i = 0; i < n_positions; i++)
        fill_frequency(tally, statistic, STAT_liquidation_frequency, i, counts->joint[i * n_positions + i],
                       counts->position_twice[i]);
    for (size_t i = 0; i < n_positions * n_positions; i++)
        statistic[STAT_joint_liquidation_frequency][i] = (double)counts->joint[i] / n;
    for (size_t i = 0; i <= n_positions; i++)
        statistic[STAT_liquidation_count_frequency][i] = (double)counts->liquidated[i] / n;
}

/* Between two liquidations the count, and with it the interval, stays what it was. */
static void fill_survival(const struct tally *tally, const struct tally_mode *mode, double **statistic) {
    uint64_t dead = 0, dead_twice = 0;
    for (size_t t = 0; t < tally->shape.n_times; t++) {
        dead += mode->counts.first[t];
        dead_twice += mode->counts.first_twice[t];
        const uint64_t alive_twice = tally->n_paths / 2 - (dead - dead_twice);
        if (t == 0 || mode->counts.first[t] > 0)
            fill_frequency(tally, statistic, STAT_survival, t, tally->n_paths - dead, alive_twice);
        else
            for (int i = STAT_survival; i <= STAT_survival_high; i++)
                statistic[i][t] = statistic[i][t - 1];
    }
}

static void fill_wipeout(const struct tally *tally, const struct tally_mode *mode, double **statistic) {
    const double bound = wipeout_share * tally->shape.start_equity * (1 - money_rounding);
    uint64_t lost = 0, lost_twice = 0;
    for (uint64_t p = 0; p < tally->n_paths; p++) {
        lost += mode->loss[p] >= bound;
        lost_twice += p % 2 == 1 && mode->loss[p] >= bound && mode->loss[p - 1] >= bound;
    }
    fill_frequency(tally, statistic, STAT_wipeout_frequency, 0, lost, lost_twice);
}

/* Without some of the paths their numbers are not those of the rows. */
static void fill_worst(const struct tally *tally, const struct tally_mode *mode, double **statistic) {
    uint64_t worst = 0;
    for (uint64_t p = 1; p < tally->n_paths; p++)
        worst = mode->loss[p] > mode->loss[worst] ? p : worst;
    *statistic[STAT_worst_path] = tally->n_paths == tally->shape.n_paths ? (double)worst : NAN;
}

static void fill_extremes(const struct tally *tally, const struct tally_mode *mode, double **statistic) {
    fill_wipeout(tally, mode, statistic);
    fill_worst(tally, mode, statistic);
    fill_event(tally, statistic, STAT_shortfall_frequency, 0, &mode->counts, TALLY_SHORTFALL);
    for (size_t a = 0; tally->shape.trajectories && a < tally->shape.n_alerts; a++)
        statistic[STAT_alert_frequency][a] = (double)mode->counts.alert[a] / (double)tally->n_paths;
}

static void fill_means(const struct tally *tally, const struct tally_mode *mode, double **statistic) {
    static const enum statistic mean_statistic[TALLY_MEANS] = {
#define X(name) STAT_mean_##name,
        TALLY_MEAN_LIST(X)
#undef X
    };
    for (int i = 0; i < TALLY_MEANS; i++) {
        struct sum sum = {0, 0};
        for (uint64_t batch = 0; batch < tally->capacity / BATCH; batch++) {
            sum_add(&sum, mode->mean[i][batch].total);
            sum_add(&sum, mode->mean[i][batch].carry);
        }
        *statistic[mean_statistic[i]] = sum_value(&sum) / (double)tally->n_paths;
    }
}

/* Quantiles of a sampled trajectory at each time, over the paths that have a value then. */
static void fill_fan(const struct tally *tally, const double *sample, const struct riskpool_results *results,
                     double *quantile, double *scratch) {
    const size_t n_quantiles = results->size[DIM_QUANTILE];
    const size_t n_samples = tally->n_paths < tally->n_samples ? (size_t)tally->n_paths : tally->n_samples;
    for (size_t t = 0; sample && t < tally->shape.n_times; t++) {
        size_t n = 0;
        for (size_t p = 0; p < n_samples; p++) {
            const double value = sample[t * tally->n_samples + p];
            if (!isnan(value))
                scratch[n++] = value;
        }
        estimate_quantiles(scratch, n, results->quantile, n_quantiles, quantile + t * n_quantiles);
    }
}

/* The bin that holds `loss`: from its lower edge, as written, up to the next one; the last holds its upper edge too. */
static size_t bin_of(const struct riskpool_results *results, double loss) {
    const size_t n = results->size[DIM_BIN];
    const double *edge = results->bin_edge;
    const double share = (loss - edge[0]) / (edge[n] - edge[0]) * (double)n;
    size_t i = share > 0 ? (size_t)share : 0;
    i = i < n ? i : n - 1;
    while (i > 0 && loss < edge[i])
        i--;
    while (i + 1 < n && loss >= edge[i + 1])
        i++;
    return i;
}

static void fill_distribution(const struct tally *tally, const struct tally_mode *mode,
                              const struct riskpool_results *results, double *frequency) {
    const size_t n_bins = results->size[DIM_BIN];
    memset(frequency, 0, n_bins * sizeof *frequency);
    for (uint64_t p = 0; p < tally->n_paths; p++)
        frequency[bin_of(results, mode->loss[p])] += 1;
    for (size_t i = 0; i < n_bins; i++)
        frequency[i] /= (double)tally->n_paths;
}

void stats_fill_mode(const struct tally *tally, const struct tally_mode *mode, const struct riskpool_results *results,
                     double **statistic, double *scratch) {
    fill_losses(tally, mode->loss, statistic, scratch);
    fill_liquidations(tally, mode, statistic);
    fill_survival(tally, mode, statistic);
    fill_extremes(tally, mode, statistic);
    fill_means(tally, mode, statistic);
    fill_fan(tally, mode->equity, results, statistic[STAT_equity_quantile], scratch);
    fill_fan(tally, mode->margin_level, results, statistic[STAT_margin_level_quantile], scratch);
    fill_distribution(tally, mode, results, statistic[STAT_loss_frequency]);
}

void stats_fill_pair(const struct tally *tally, size_t pair, const struct riskpool_results *results, double *scratch) {
    const struct tally_mode *mode = &tally->mode[pair + 1];
    const size_t n = (size_t)tally->n_paths, n_quantiles = results->size[DIM_QUANTILE];
    for (size_t p = 0; p < n; p++)
        scratch[p] = mode->loss[p] - tally->mode[0].loss[p];
    const struct moments excess = moments_of(tally, scratch);
    results->comparison[COMP_mean_excess_loss][pair] = excess.mean;
    results->comparison[COMP_mean_excess_loss_se][pair] = excess.error;
    fill_event(tally, results->comparison, COMP_rescue_frequency, pair, &mode->counts, TALLY_RESCUE);
    fill_event(tally, results->comparison, COMP_contagion_frequency, pair, &mode->counts, TALLY_CONTAGION);
    estimate_quantiles(scratch, n, results->quantile, n_quantiles,
                       results->comparison[COMP_excess_loss_quantile] + pair * n_quantiles);
}
