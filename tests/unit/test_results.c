/* The tables of the results, their memory, and look-up by name. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "results.h"

static struct riskpool_results *make_results(size_t n_modes, int keep) {
    static const char *const names[] = {"isolated", "cross"};
    struct riskpool_results *r = calloc(1, sizeof *r);
    r->n_modes = n_modes;
    r->size[DIM_PATH] = keep ? 10 : 0;
    r->size[DIM_POSITION] = 3;
    r->size[DIM_CONFIDENCE] = 2;
    r->size[DIM_TIME] = 4;
    r->size[DIM_QUANTILE] = 7;
    r->size[DIM_BIN] = 20;
    r->size[DIM_ALERT] = 1;
    r->size[DIM_ASSET] = 2;
    assert_int_equal(results_allocate(r, keep), RISKPOOL_OK);
    for (size_t m = 0; m < n_modes; m++)
        r->modes[m].name = strdup(names[m]);
    return r;
}

static void fields_match_their_enumerations(void **state) {
    (void)state;
    assert_string_equal(statistic_fields[STAT_mean_loss].name, "mean_loss");
    assert_string_equal(statistic_fields[STAT_survival_high].name, "survival_high");
    assert_string_equal(statistic_fields[STAT_mean_top_up].name, "mean_top_up");
    assert_int_equal(statistic_fields[STAT_joint_liquidation_frequency].dim[1], DIM_POSITION_2);
    assert_int_equal(statistic_fields[STAT_margin_level_quantile].unit, UNIT_PERCENT);
    assert_string_equal(comparison_fields[COMP_contagion_frequency_low].name, "contagion_frequency_low");
    assert_string_equal(outcome_fields[OUTCOME_max_drawdown].name, "max_drawdown");
    assert_string_equal(dimension_fields[DIM_LIQUIDATED].name, "count");
}

/* What follows an estimate in the lists is its error or its bounds: estimates are filled and shown so. */
static void companions_follow_their_estimate(void **state) {
    (void)state;
    for (size_t i = 0; i < STAT_COUNT; i++) {
        const char *name = statistic_fields[i].name;
        const size_t length = strlen(name);
        if (length > 5 && strcmp(name + length - 5, "_high") == 0) {
            assert_true(strncmp(name, statistic_fields[i - 2].name, length - 5) == 0);
            assert_int_equal(strlen(statistic_fields[i - 2].name), length - 5);
        }
        if (length > 3 && strcmp(name + length - 3, "_se") == 0)
            assert_true(strncmp(name, statistic_fields[i - 1].name, length - 3) == 0);
    }
}

static void every_field_is_described(void **state) {
    (void)state;
    for (size_t i = 0; i < STAT_COUNT; i++) {
        assert_true(strlen(statistic_fields[i].long_name) > 0);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(statistic_fields[i].name, statistic_fields[j].name);
    }
    for (int dim = DIM_PATH; dim < DIM_COUNT; dim++)
        assert_true(dimension_fields[dim].name && dimension_fields[dim].long_name);
}

static void sizes_follow(void **state) {
    (void)state;
    struct riskpool_results *r = make_results(2, 1);
    assert_int_equal(r->size[DIM_LIQUIDATED], 4);
    assert_int_equal(r->size[DIM_BIN_EDGE], 21);
    assert_int_equal(r->size[DIM_PAIR], 1);
    assert_int_equal(result_field_size(r, &statistic_fields[STAT_mean_loss]), 1);
    assert_int_equal(result_field_size(r, &statistic_fields[STAT_joint_liquidation_frequency]), 9);
    assert_int_equal(result_field_size(r, &statistic_fields[STAT_equity_quantile]), 28);
    assert_int_equal(result_field_size(r, &outcome_fields[OUTCOME_loss]), 10);
    assert_int_equal(result_field_size(r, &liquidation_time_field), 30);
    for (size_t i = 0; i < 28; i++)
        assert_true(isnan(r->modes[1].statistic[STAT_equity_quantile][i]));
    riskpool_results_free(r);
}

static void units_are_texts(void **state) {
    (void)state;
    struct riskpool_results *r = make_results(1, 0);
    assert_string_equal(result_unit_text(r, UNIT_MONEY), "");
    r->currency = strdup("EUR");
    assert_string_equal(result_unit_text(r, UNIT_MONEY), "EUR");
    assert_string_equal(result_unit_text(r, UNIT_ONE), "1");
    assert_string_equal(result_unit_text(r, UNIT_PERCENT), "percent");
    assert_string_equal(result_unit_text(r, UNIT_HOUR), "hour");
    assert_string_equal(result_unit_text(r, UNIT_PER_YEAR), "year-1");
    riskpool_results_free(r);
}

static void names_are_found(void **state) {
    (void)state;
    struct riskpool_results *r = make_results(2, 1);
    const double *values = NULL;
    size_t n = 0;
    assert_int_equal(riskpool_results_find(r, "cross", "expected_shortfall", &values, &n), RISKPOOL_OK);
    assert_ptr_equal(values, r->modes[1].statistic[STAT_expected_shortfall]);
    assert_int_equal(n, 2);
    assert_int_equal(riskpool_results_find(r, "isolated", "loss", &values, &n), RISKPOOL_OK);
    assert_ptr_equal(values, r->modes[0].column[OUTCOME_loss]);
    assert_int_equal(riskpool_results_find(r, "isolated", "liquidation_time", &values, &n), RISKPOOL_OK);
    assert_int_equal(n, 30);
    assert_int_equal(riskpool_results_find(r, "isolated", "time", &values, &n), RISKPOOL_OK);
    assert_ptr_equal(values, r->time);
    assert_int_equal(riskpool_results_find(r, "comparison", "rescue_frequency", &values, &n), RISKPOOL_OK);
    assert_int_equal(n, 1);
    assert_string_equal(riskpool_results_mode(r, 1), "cross");
    assert_null(riskpool_results_mode(r, 2));
    riskpool_results_free(r);
}

static void unknown_names_are_refused(void **state) {
    (void)state;
    struct riskpool_results *r = make_results(1, 0);
    const double *values = (const double *)r;
    size_t n = 7;
    assert_int_equal(riskpool_results_find(r, "cross", "mean_loss", &values, &n), RISKPOOL_INVALID);
    assert_true(values == NULL && n == 0);
    assert_int_equal(riskpool_results_find(r, "isolated", "mean_los", &values, &n), RISKPOOL_INVALID);
    assert_int_equal(riskpool_results_find(r, "isolated", "position", &values, &n), RISKPOOL_INVALID);
    assert_int_equal(riskpool_results_find(r, "isolated", "loss", &values, &n), RISKPOOL_INVALID);
    assert_true(values == NULL && n == 0);
    assert_int_equal(riskpool_results_find(r, "comparison", "rescue_frequency", &values, &n), RISKPOOL_INVALID);
    riskpool_results_free(r);
}

static void nothing_may_be_freed(void **state) {
    (void)state;
    riskpool_results_free(NULL);
    riskpool_results_free(calloc(1, sizeof(struct riskpool_results)));
}

/* More numbers than there can be: an error, and what was allocated can still be freed. */
static void too_much_memory_is_an_error(void **state) {
    (void)state;
    struct riskpool_results *r = calloc(1, sizeof *r);
    r->n_modes = 2;
    r->size[DIM_CONFIDENCE] = SIZE_MAX / 4;
    assert_int_equal(results_allocate(r, 0), RISKPOOL_NO_MEMORY);
    riskpool_results_free(r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_match_their_enumerations),
        cmocka_unit_test(companions_follow_their_estimate),
        cmocka_unit_test(every_field_is_described),
        cmocka_unit_test(sizes_follow),
        cmocka_unit_test(units_are_texts),
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(unknown_names_are_refused),
        cmocka_unit_test(nothing_may_be_freed),
        cmocka_unit_test(too_much_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
