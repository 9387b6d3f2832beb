/* Scenarios at a multiple of their stress, leverage or volatility: shallow copies, since a run only reads. */
#include <stdlib.h>
#include <string.h>

#include "results.h"
#include "reverse.h"
#include "surface.h"

void reverse_copy_free(struct reverse_copy *copy) {
    free(copy->positions);
    stress_scale_free(&copy->stress);
    *copy = (struct reverse_copy){0};
}

static enum riskpool_status scale_stress(struct reverse_copy *copy, const struct reverse_request *request,
                                         double multiple) {
    (void)request;
    struct market *market = &copy->scenario.market;
    enum riskpool_status status = stress_scale(&market->stress, multiple, &copy->stress);
    market->stress = copy->stress;
    return status;
}

static enum riskpool_status scale_leverage(struct reverse_copy *copy, const struct reverse_request *request,
                                           double multiple) {
    struct book *book = &copy->scenario.book;
    copy->positions = calloc(book->n_positions + 1, sizeof *copy->positions);
    if (!copy->positions)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < book->n_positions; ++i) {
        copy->positions[i] = book->positions[i];
        if (request->position == REVERSE_ALL || request->position == i)
            copy->positions[i].quantity *= multiple;
    }
    book->positions = copy->positions;
    return RISKPOOL_OK;
}

/* One more factor, from the start to the horizon: it acts on every model. */
static enum riskpool_status scale_volatility(struct reverse_copy *copy, const struct reverse_request *request,
                                             double multiple) {
    (void)request;
    struct market *market = &copy->scenario.market;
    enum riskpool_status status = stress_scale(&market->stress, 1.0, &copy->stress);
    if (status != RISKPOOL_OK)
        return status;
    struct stress_factor *factors =
        realloc(copy->stress.factors, (copy->stress.n_factors + 1) * sizeof *copy->stress.factors);
    if (!factors)
        return RISKPOOL_NO_MEMORY;
    factors[copy->stress.n_factors++] =
        (struct stress_factor){.last_step = market->n_steps - 1, .volatility = multiple};
    copy->stress.factors = factors;
    market->stress = copy->stress;
    return RISKPOOL_OK;
}

enum riskpool_status reverse_copy_init(struct reverse_copy *copy, const struct reverse_request *request,
                                       double multiple) {
    *copy = (struct reverse_copy){.scenario = *request->scenario};
    struct riskpool_scenario *scenario = &copy->scenario;
    scenario->book.modes += request->target->mode;
    scenario->book.n_modes = 1;
    scenario->n_limits = 0;
    scenario->sweep = (struct sweep){0};
    scenario->paths_kept = PATHS_NONE;
    scenario->trajectories &= request->target->statistic == STAT_alert_frequency; /* nothing else needs them */
    enum riskpool_status (*const scale[])(struct reverse_copy *, const struct reverse_request *, double) = {
        [REVERSE_STRESS] = scale_stress, [REVERSE_LEVERAGE] = scale_leverage, [REVERSE_VOLATILITY] = scale_volatility};
    enum riskpool_status status = scale[request->scale](copy, request, multiple);
    if (status != RISKPOOL_OK)
        reverse_copy_free(copy);
    return status;
}

/* Whether one pool starts in breach: [asset] prices, [row] at the start. */
static enum riskpool_status check_pool(const struct reverse_copy *copy, const struct pool *pool, const double *price,
                                       const double *whole, int *breached) {
    const struct riskpool_scenario *scenario = &copy->scenario;
    const struct stand stand = {.cash = pool->cash, .remaining = whole, .price = price};
    struct surface surface;
    enum riskpool_status status =
        surface_init_times(&surface, &scenario->book, pool, &scenario->rule, dynamic_start(&scenario->dynamic));
    if (status == RISKPOOL_OK)
        *breached |= surface_breached(&surface, &stand);
    surface_free(&surface);
    return status;
}

enum riskpool_status reverse_copy_check(const struct reverse_copy *copy, int *breached) {
    const struct book *book = &copy->scenario.book;
    const struct market *market = &copy->scenario.market;
    double *price = calloc(market->n_assets + 1, sizeof *price),
           *whole = calloc(book->modes[0].n_rows + 1, sizeof *whole);
    enum riskpool_status status = price && whole ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    *breached = 0;
    for (size_t i = 0; status == RISKPOOL_OK && i < market->n_assets; ++i)
        price[i] = market->assets[i].price;
    if (status == RISKPOOL_OK)
        mode_start(book, &book->modes[0], whole);
    for (size_t p = 0; status == RISKPOOL_OK && p < book->modes[0].n_pools; ++p)
        status = check_pool(copy, &book->modes[0].pools[p], price, whole, breached);
    free(price);
    free(whole);
    return status;
}
