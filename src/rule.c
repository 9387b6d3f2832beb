/* Margin tiers: their offsets, and the maintenance of a notional. Continuous and convex, so that the requirement never
 * jumps where the notional grows past a bound. */
#include "rule.h"

#include <stdlib.h>

void tiers_complete(struct tiers *tiers) {
    for (size_t k = 0; k < tiers->n; k++) {
        struct tier *tier = &tiers->tier[k];
        tier->offset = k == 0 ? 0 : tier[-1].offset + tier->from * (tier->rate - tier[-1].rate);
    }
}

double tiers_maintenance(const struct tiers *tiers, double notional) {
    double most = 0;
    for (size_t k = 0; k < tiers->n; k++) {
        double maintenance = tiers->tier[k].rate * notional - tiers->tier[k].offset;
        most = maintenance > most ? maintenance : most;
    }
    return most;
}

void rule_free(struct rule *rule) {
    for (size_t i = 0; rule->of_asset && i < rule->n_assets; i++)
        free(rule->of_asset[i].tier);
    for (size_t i = 0; rule->haircut && i < rule->n_holdings; i++)
        free(rule->haircut[i].tier);
    free(rule->of_asset);
    free(rule->haircut);
    *rule = (struct rule){0};
}
