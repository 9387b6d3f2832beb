/* The last check of a scenario: no pool may start in breach, or the first step would not be a simulation. */
#include <stdlib.h>

#include "scenario_parts.h"
#include "surface.h"

/* The account before the first step. */
struct start {
    double *price;     /* [asset] */
    double *remaining; /* [row of the mode] */
};

static void check_pool(struct reading *reading, size_t m, const struct pool *pool, const struct start *start) {
    const struct riskpool_scenario *scenario = reading->scenario;
    const struct stand stand = {.cash = pool->cash, .remaining = start->remaining, .price = start->price};
    struct surface surface;
    reading->report.no_memory |= surface_init_times(&surface, &scenario->book, pool, &scenario->rule,
                                                    dynamic_start(&scenario->dynamic)) != RISKPOOL_OK;
    if (!reading->report.no_memory && surface_breached(&surface, &stand)) {
        const struct node *modes = reading->keys.modes;
        const struct position_keys *first =
            (const struct position_keys *)reading->keys.positions.items + (pool->n_positions ? pool->positions[0] : 0);
        scenario_objection(reading, modes->item[m]->place.source ? &modes->item[m]->place : &first->node->place,
                           "more margin, less notional, or a lower maintenance",
                           "pool '%s' of mode '%s' starts in breach: its equity is %.10g, its maintenance margin %.10g",
                           pool->name, scenario->book.modes[m].name, surface_equity(&surface, &stand),
                           surface_requirement(&surface, &stand));
    }
    surface_free(&surface);
}

void scenario_check(struct reading *reading) {
    const struct book *book = &reading->scenario->book;
    const struct market *market = &reading->scenario->market;
    size_t n_rows = 0;
    for (size_t m = 0; m < book->n_modes; m++)
        n_rows = book->modes[m].n_rows > n_rows ? book->modes[m].n_rows : n_rows;
    struct start start = {calloc(market->n_assets + 1, sizeof(double)), calloc(n_rows + 1, sizeof(double))};
    reading->report.no_memory |= !start.price || !start.remaining;
    for (size_t i = 0; start.price && i < market->n_assets; i++)
        start.price[i] = market->assets[i].price;
    for (size_t m = 0; !reading->report.no_memory && m < book->n_modes; m++) {
        mode_start(book, &book->modes[m], start.remaining);
        for (size_t p = 0; p < book->modes[m].n_pools; p++)
            check_pool(reading, m, &book->modes[m].pools[p], &start);
    }
    free(start.price);
    free(start.remaining);
}
