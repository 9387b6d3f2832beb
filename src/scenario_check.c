/* The last check of a scenario: no pool may start in breach, or the first step would not be a simulation. */
#include <math.h>
#include <stdio.h>

#include "scenario_parts.h"

struct standing {
    double equity, requirement;
};

static struct standing pool_standing(const struct riskpool_scenario *scenario, const struct pool *pool) {
    struct standing standing = {.equity = pool->cash};
    for (size_t k = 0; k < pool->n_positions; k++) {
        const struct position *position = &scenario->book.positions[pool->positions[k]];
        double price = scenario->market.assets[position->asset].price;
        double mark = scenario->rule.base == BASE_ENTRY ? position->entry : price;
        standing.equity += position->quantity * (price - position->entry);
        standing.requirement +=
            tiers_maintenance(&scenario->rule.of_asset[position->asset], fabs(position->quantity) * mark);
    }
    return standing;
}

static void check_pool(struct reading *reading, size_t m, const struct pool *pool) {
    const struct riskpool_scenario *scenario = reading->scenario;
    struct standing standing = pool_standing(scenario, pool);
    int breach =
        scenario->rule.strict ? standing.equity < standing.requirement : standing.equity <= standing.requirement;
    if (pool->n_positions == 0 || !breach) {
        return;
    }
    const struct node *modes = reading->keys.modes;
    const struct position_keys *first =
        (const struct position_keys *)reading->keys.positions.items + pool->positions[0];
    scenario_objection(reading, modes->item[m]->place.source ? &modes->item[m]->place : &first->node->place,
                       "more margin, less notional, or a lower maintenance",
                       "pool '%s' of mode '%s' starts in breach: its equity is %.10g, its maintenance margin %.10g",
                       pool->name, scenario->book.modes[m].name, standing.equity, standing.requirement);
}

void scenario_check(struct reading *reading) {
    const struct book *book = &reading->scenario->book;
    for (size_t m = 0; m < book->n_modes; m++) {
        for (size_t p = 0; p < book->modes[m].n_pools; p++) {
            check_pool(reading, m, &book->modes[m].pools[p]);
        }
    }
}
