/* What liquidations have to do with each other, and what they cost: from the counts and sums by position. */
#include <math.h>

#include "interval.h"
#include "pair.h"
#include "stats.h"

/* A share and its interval, which follow each other; of antithetic pairs the one that holds however they pair. */
static void fill_share(const struct tally *tally, double *const *risk, enum risk first, size_t at, uint64_t count,
                       uint64_t of) {
    double low = NAN, high = NAN;
    if (of == 0)
        return;
    if (tally->shape.antithetic)
        pair_proportion(count, count / 2, of, &low, &high);
    else
        interval_proportion(count, of, &low, &high);
    risk[first][at] = (double)count / (double)of;
    risk[first + 1][at] = low;
    risk[first + 2][at] = high;
}

static void fill_shares(const struct tally *tally, size_t m, double *const *risk) {
    const size_t n = tally->shape.n_positions, from = m * n * n;
    const struct tally_counts *counts = &tally->mode[m].counts;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            const size_t at = i * n + j;
            fill_share(tally, risk, RISK_conditional_liquidation_frequency, from + at, counts->joint[at],
                       counts->joint[i * n + i]);
            if (tally->shape.alone < tally->shape.n_modes)
                fill_share(tally, risk, RISK_contagion_liquidation_frequency, from + at, counts->contagion[at],
                           tally->n_paths);
        }
}

static double total(const struct tally *tally, const struct tally_mode *mode, size_t position,
                    enum tally_failure which) {
    struct sum sum = {0};
    for (uint64_t batch = 0; batch < tally->capacity / BATCH; batch++) {
        const struct sum *own =
            &mode->failure[(batch * tally->shape.n_positions + position) * TALLY_FAILURES + (size_t)which];
        sum_add(&sum, own->total);
        sum_add(&sum, own->carry);
    }
    return sum_value(&sum);
}

/* A ratio of sums, and its standard error from the residuals L - mean C of paths or pairs (Cochran 1977, 6.4). */
static void fill_failures(const struct tally *tally, size_t m, double *const *risk) {
    const size_t n = tally->shape.n_positions;
    const struct tally_mode *mode = &tally->mode[m];
    const double units = (double)(tally->shape.antithetic ? tally->n_paths / 2 : tally->n_paths);
    for (size_t i = 0; i < n; i++) {
        const uint64_t twice = tally->shape.antithetic ? mode->counts.position_twice[i] : 0;
        const double count = (double)mode->counts.joint[i * n + i];
        if (!(count > 0.0))
            continue;
        const double mean = total(tally, mode, i, TALLY_L) / count;
        const double residual = total(tally, mode, i, TALLY_LL) - 2.0 * mean * total(tally, mode, i, TALLY_LC) +
                                mean * mean * (count + 2.0 * (double)twice);
        risk[RISK_expected_loss_given_liquidation][m * n + i] = mean;
        if (count > 1.0)
            risk[RISK_expected_loss_given_liquidation_se][m * n + i] =
                sqrt(fmax(residual, 0.0) * units / (units - 1.0)) / count;
    }
}

void stats_fill_risk(const struct tally *tally, struct riskpool_results *results) {
    for (size_t m = 0; m < tally->shape.n_modes; m++) {
        fill_shares(tally, m, results->risk);
        fill_failures(tally, m, results->risk);
    }
}
