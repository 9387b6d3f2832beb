/* Which means exist. Where the price of an asset has none, neither has the gain of whoever is long; the loss of whoever
 * is short ends at the trader's cash, but what the venue's fund bears then has no bound where pools are looked at only
 * at step ends, for a step can go arbitrarily far. A trader's loss ends at the account's equity, so its quantiles and
 * expected shortfalls exist always. Pools are closed whole, so what counts is what a pool holds net of each asset. */
#include <math.h>

#include "run_results.h"

/* What a pool holds of an asset, long less short. */
static double net(const struct book *book, const struct pool *pool, size_t asset) {
    double sum = 0.0;
    for (size_t i = 0; i < pool->n_positions; ++i) {
        const struct position *position = &book->positions[pool->positions[i]];
        sum += position->asset == asset ? position->quantity : 0.0;
    }
    return sum;
}

/* 1 when a pool of the mode is long (sign 1) or short (-1) of a price without a mean. */
static int is_exposed(const struct riskpool_scenario *scenario, const struct market_steps *steps, size_t mode,
                      double sign) {
    const struct mode *own = &scenario->book.modes[mode];
    for (size_t asset = 0; asset < scenario->market.n_assets; ++asset)
        for (size_t p = 0; p < own->n_pools && !market_has_mean(steps, asset); ++p)
            if (sign * net(&scenario->book, &own->pools[p], asset) > 0.0)
                return 1;
    return 0;
}

void run_take_out_means(const struct riskpool_scenario *scenario, const struct market_steps *steps,
                        struct riskpool_results *results) {
    static const enum statistic of_loss[] = {STAT_mean_loss, STAT_mean_loss_se, STAT_loss_std};
    int first = 0;
    for (size_t m = 0; m < results->n_modes; ++m) {
        double **statistic = results->modes[m].statistic;
        const int lost = is_exposed(scenario, steps, m, 1.0);
        for (size_t i = 0; lost && i < sizeof of_loss / sizeof *of_loss; ++i)
            *statistic[of_loss[i]] = NAN;
        const int gone = !scenario->market.bridge && is_exposed(scenario, steps, m, -1.0);
        if (gone)
            *statistic[STAT_mean_shortfall] = *statistic[STAT_mean_closed_notional] = NAN;
        if (scenario->carry.interval > 0 && (lost || gone))
            *statistic[STAT_mean_funding] = NAN;
        first = m == 0 ? lost : first;
        if (m > 0 && (first || lost))
            results->comparison[COMP_mean_excess_loss][m - 1] = results->comparison[COMP_mean_excess_loss_se][m - 1] =
                NAN;
    }
}
