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

static struct moments moments_of(const struct tally *tally, const struct sample *sample) {
    struct moments moments = estimate_moments(sample);
    if (tally->shape.antithetic)
        moments.error = pair_mean_error(sample, moments.mean);
    return moments;
}

void stats_tails(const struct tally *tally, struct order *order, const struct sample *loss, const double *confidence,
                 size_t n_levels, struct tail_estimate *tail) {
    if (tally->shape.antithetic)
        pair_tails(order, loss, confidence, n_levels, tail);
    else
        estimate_tails(order, loss, confidence, n_levels, tail);
}

static void fill_tails(const struct tally *tally, const struct sample *loss, double **statistic, struct order *order) {
    const size_t n_levels = tally->shape.n_confidence;
    struct tail_estimate tail[ESTIMATE_LEVELS];
    for (size_t first = 0; first < n_levels; first += ESTIMATE_LEVELS) {
        const size_t n = n_levels - first < ESTIMATE_LEVELS ? n_levels - first : ESTIMATE_LEVELS;
        stats_tails(tally, order, loss, tally->shape.confidence + first, n, tail);
        for (size_t i = 0; i < n; i++) {
            statistic[STAT_value_at_risk][first + i] = tail[i].value_at_risk;
            statistic[STAT_value_at_risk_low][first + i] = tail[i].low;
            statistic[STAT_value_at_risk_high][first + i] = tail[i].high;
            statistic[STAT_expected_shortfall][first + i] = tail[i].expected_shortfall;
            statistic[STAT_expected_shortfall_se][first + i] = tail[i].error;
        }
    }
}

static void fill_losses(const struct tally *tally, const struct sample *loss, double **statistic, struct order *order) {
    const struct moments moments = moments_of(tally, loss);
    *statistic[STAT_mean_loss] = moments.mean;
    *statistic[STAT_mean_loss_se] = moments.error;
    *statistic[STAT_loss_std] = moments.deviation;
    fill_tails(tally, loss, statistic, order);
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

static void fill_extremes(const struct tally *tally, const struct tally_mode *mode, double **statistic) {
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
        estimate_array_quantiles(scratch, n, results->quantile, n_quantiles, quantile + t * n_quantiles);
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

double stats_wipeout_loss(double start_equity) {
    return wipeout_share * start_equity * (1 - money_rounding);
}

/* What every loss is looked at for: its bin, whether the path is wiped out, which is the largest. Without some of the
 * paths their numbers are not those of the losses. */
static void fill_distribution(const struct tally *tally, const struct sample *loss,
                              const struct riskpool_results *results, double **statistic) {
    const double bound = stats_wipeout_loss(tally->shape.start_equity);
    const size_t n_bins = results->size[DIM_BIN];
    double *frequency = statistic[STAT_loss_frequency], room[SAMPLE_PIECE];
    uint64_t lost = 0, lost_twice = 0, worst = 0, before = 0;
    double most = -INFINITY;
    memset(frequency, 0, n_bins * sizeof *frequency);
    for (size_t k = 0; k < loss->n_pieces; k++) {
        size_t n;
        const double *x = loss->piece(loss, k, room, &n);
        for (size_t i = 0; i < n; i++) {
            frequency[bin_of(results, x[i])] += 1;
            lost += x[i] >= bound;
            lost_twice += i % 2 == 1 && x[i] >= bound && x[i - 1] >= bound;
            worst = x[i] > most ? before + i : worst;
            most = x[i] > most ? x[i] : most;
        }
        before += n;
    }
    *statistic[STAT_worst_path] = tally->renumbered ? NAN : (double)worst;
    for (size_t i = 0; i < n_bins; i++)
        frequency[i] /= (double)tally->n_paths;
    fill_frequency(tally, statistic, STAT_wipeout_frequency, 0, lost, lost_twice);
}

void stats_fill_mode(const struct tally *tally, const struct tally_mode *mode, const struct riskpool_results *results,
                     double **statistic, const struct stats_desk *desk) {
    const struct tally_losses losses = {tally, mode->loss, NULL};
    const struct sample loss = tally_sample(&losses);
    fill_losses(tally, &loss, statistic, desk->order);
    fill_distribution(tally, &loss, results, statistic);
    fill_liquidations(tally, mode, statistic);
    fill_survival(tally, mode, statistic);
    fill_extremes(tally, mode, statistic);
    fill_means(tally, mode, statistic);
    fill_fan(tally, mode->equity, results, statistic[STAT_equity_quantile], desk->sample);
    fill_fan(tally, mode->margin_level, results, statistic[STAT_margin_level_quantile], desk->sample);
}

/* The influence of every path on the difference of two expected shortfalls, but for a constant. */
struct influence {
    struct sample loss, first; /* of the two modes */
    double value_at_risk, first_value_at_risk, confidence;
};

static const double *influence_piece(const struct sample *sample, size_t index, double *room, size_t *n) {
    const struct influence *influence = sample->from;
    double own[SAMPLE_PIECE];
    const double *loss = influence->loss.piece(&influence->loss, index, own, n);
    const double *first = influence->first.piece(&influence->first, index, room, n);
    for (size_t i = 0; i < *n; i++)
        room[i] =
            (fmax(loss[i] - influence->value_at_risk, 0.0) - fmax(first[i] - influence->first_value_at_risk, 0.0)) /
            (1.0 - influence->confidence);
    return room;
}

/* Differences of the tails of `pair` and the first mode; their statistics are there. */
static void fill_tail_differences(const struct tally *tally, size_t pair, const struct riskpool_results *results) {
    const size_t n_levels = tally->shape.n_confidence;
    double *const *mode = results->modes[pair + 1].statistic, *const *first = results->modes[0].statistic;
    const struct tally_losses losses = {tally, tally->mode[pair + 1].loss, NULL};
    const struct tally_losses first_losses = {tally, tally->mode[0].loss, NULL};
    struct influence influence = {.loss = tally_sample(&losses), .first = tally_sample(&first_losses)};
    struct sample sample = influence.loss;
    sample.piece = influence_piece;
    sample.from = &influence;
    for (size_t i = 0; i < n_levels; i++) {
        const size_t to = pair * n_levels + i;
        influence.value_at_risk = mode[STAT_value_at_risk][i];
        influence.first_value_at_risk = first[STAT_value_at_risk][i];
        influence.confidence = tally->shape.confidence[i];
        results->comparison[COMP_excess_expected_shortfall][to] =
            mode[STAT_expected_shortfall][i] - first[STAT_expected_shortfall][i];
        const int known = !isnan(mode[STAT_expected_shortfall_se][i]) && !isnan(first[STAT_expected_shortfall_se][i]);
        results->comparison[COMP_excess_expected_shortfall_se][to] = known ? moments_of(tally, &sample).error : NAN;
    }
}

/* A difference of frequencies on the same paths (McNemar 1947). Of antithetic pairs at most twice the variance. */
static void fill_frequency_difference(const struct tally *tally, size_t pair, const struct riskpool_results *results) {
    const double n = (double)tally->n_paths;
    const uint64_t *own = tally->mode[pair + 1].counts.event, *first = tally->mode[0].counts.event;
    const double rescued = (double)own[TALLY_RESCUE],
                 added = (double)own[TALLY_ANY] - (double)first[TALLY_ANY] + rescued;
    const double mean = (added - rescued) / n, variance = (added + rescued) / n - mean * mean;
    results->comparison[COMP_excess_any_liquidation_frequency][pair] = mean;
    results->comparison[COMP_excess_any_liquidation_frequency_se][pair] =
        sqrt((tally->shape.antithetic ? 2.0 : 1.0) * variance / n);
}

void stats_fill_pair(const struct tally *tally, size_t pair, const struct riskpool_results *results,
                     const struct stats_desk *desk) {
    const struct tally_mode *mode = &tally->mode[pair + 1];
    const struct tally_losses losses = {tally, mode->loss, tally->mode[0].loss};
    const struct sample excess = tally_sample(&losses);
    const size_t n_quantiles = results->size[DIM_QUANTILE];
    const struct moments moments = moments_of(tally, &excess);
    results->comparison[COMP_mean_excess_loss][pair] = moments.mean;
    results->comparison[COMP_mean_excess_loss_se][pair] = moments.error;
    fill_tail_differences(tally, pair, results);
    fill_frequency_difference(tally, pair, results);
    fill_event(tally, results->comparison, COMP_rescue_frequency, pair, &mode->counts, TALLY_RESCUE);
    fill_event(tally, results->comparison, COMP_contagion_frequency, pair, &mode->counts, TALLY_CONTAGION);
    estimate_quantiles(desk->order, &excess, results->quantile, n_quantiles,
                       results->comparison[COMP_excess_loss_quantile] + pair * n_quantiles);
}
