/* What is watched at every step: margin level, utilisation, drawdown, alerts, samples of the trajectories. */
#include <math.h>
#include <string.h>

#include "engine_account.h"

/* A level is at its threshold also where it misses it by its rounding, as an account's may before anything has moved.
 */
static double threshold_of(const struct alert *alert) {
    const double rounding = 1e-12;
    return alert->threshold * (alert->kind == ALERT_MARGIN_LEVEL ? 1.0 + rounding : 1.0 - rounding);
}

static void sample(struct account *account, size_t time) {
    double *equity = account->out.equity_at + time * BATCH, *level = account->out.margin_level_at + time * BATCH;
    memcpy(equity, account->total, BLOCK * sizeof(double));
    for (size_t i = 0; i < BLOCK; ++i)
        level[i] = isfinite(account->level[i]) ? account->level[i] : NAN;
}

void account_record(struct account *account, const struct slice *slice, uint64_t steps_done) {
    const struct engine_terms *terms = &account->engine->terms;
    const struct kernel *kernel = account->engine->kernel;
    const double hour = slice->end_hour;
    kernel->equities(account->mode->n_pools, account->mode->legs, &account->holding, slice->price, account->total,
                     account->level);
    if (account->mode->has_coins || account->mode->has_curved)
        account_record_special(account, slice);
    if (account->engine->watches_utilisation && account->multiplier)
        margin_utilisation(account, slice);
    else if (account->engine->watches_utilisation)
        kernel->utilisation(account->mode->n_pools, account->mode->legs, account->cash, account->remaining,
                            slice->price, account->utilisation);
    account_value_displaced(account, slice);
    for (size_t a = 0; a < terms->n_alerts; ++a) {
        const struct alert *alert = &terms->alerts[a];
        double *when = account->out.alert_time + a * BATCH;
        if (alert->kind == ALERT_MARGIN_LEVEL)
            kernel->first_at_most(account->level, threshold_of(alert), hour, when);
        else
            kernel->first_at_least(account->utilisation, threshold_of(alert), hour, when);
    }
    kernel->extremes(account->total, account->level, account->peak, account->out.column[OUTCOME_max_drawdown],
                     account->out.column[OUTCOME_lowest_margin_level]);
    while (account->next_time < terms->n_times && terms->time_step[account->next_time] == steps_done)
        sample(account, account->next_time++);
}

void account_record_pool(struct account *account, size_t path, double equity, double requirement, double used,
                         double hour) {
    const struct engine_terms *terms = &account->engine->terms;
    if (!terms->trajectories || !(used > 0.0))
        return;
    double level = 100.0 * equity / used;
    double utilisation = equity > 0.0 ? 100.0 * requirement / equity : INFINITY;
    double *lowest = &account->out.column[OUTCOME_lowest_margin_level][path];
    if (level < *lowest)
        *lowest = level;
    for (size_t a = 0; a < terms->n_alerts; ++a) {
        const struct alert *alert = &terms->alerts[a];
        double *when = &account->out.alert_time[a * BATCH + path];
        int crossed =
            alert->kind == ALERT_MARGIN_LEVEL ? level <= threshold_of(alert) : utilisation >= threshold_of(alert);
        if (crossed && isnan(*when))
            *when = hour;
    }
}
