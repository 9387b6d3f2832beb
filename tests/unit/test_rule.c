/* Margin tiers: continuous at their bounds, marginal between them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rule.h"

static void offsets_follow_from_the_rates(void **state) {
    (void)state;
    struct tier tier[3] = {{.from = 0, .rate = 0.004}, {.from = 50000, .rate = 0.005}, {.from = 600000, .rate = 0.01}};
    struct tiers tiers = {3, tier};
    tiers_complete(&tiers);
    assert_true(tier[0].offset == 0);
    assert_true(fabs(tier[1].offset - 50) < 1e-10);
    assert_true(fabs(tier[2].offset - 3050) < 1e-9);
}

static void maintenance_is_marginal_and_continuous(void **state) {
    (void)state;
    struct tier tier[3] = {
        {.from = 0, .rate = 0.0078125}, {.from = 65536, .rate = 0.015625}, {.from = 131072, .rate = 0.0625}};
    struct tiers tiers = {3, tier};
    tiers_complete(&tiers);
    assert_true(tiers_maintenance(&tiers, 0) == 0);
    assert_true(tiers_maintenance(&tiers, 32768) == 256);
    assert_true(tiers_maintenance(&tiers, 65536) == 512);
    assert_true(tiers_maintenance(&tiers, 98304) == 512 + 512);
    assert_true(tiers_maintenance(&tiers, 131072) == 512 + 1024);
    assert_true(tiers_maintenance(&tiers, 262144) == 512 + 1024 + 8192);
    double before = 0;
    for (double n = 0; n < 300000; n += 16) { /* the sum over the parts of the notional, by hand */
        double parts =
            0.0078125 * fmin(n, 65536) + 0.015625 * fmin(fmax(n - 65536, 0), 65536) + 0.0625 * fmax(n - 131072, 0);
        double maintenance = tiers_maintenance(&tiers, n);
        assert_true(fabs(maintenance - parts) <= 1e-9);
        assert_true(maintenance >= before);
        before = maintenance;
    }
}

static void free_is_legal_on_anything(void **state) {
    (void)state;
    struct rule rule = {.n_assets = 2, .of_asset = calloc(2, sizeof(struct tiers))};
    assert_non_null(rule.of_asset);
    rule.of_asset[0].tier = calloc(1, sizeof(struct tier));
    rule_free(&rule);
    assert_null(rule.of_asset);
    rule_free(&rule);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_follow_from_the_rates),
        cmocka_unit_test(maintenance_is_marginal_and_continuous),
        cmocka_unit_test(free_is_legal_on_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
