/* Stress events of a scenario: what each of their keys becomes, layers of other files, and every kind of mistake. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenario.h"

static const char base[] =
    "name: t\nhorizon: 2 d\nstep: 1 h\npaths: 1000\n"
    "market:\n  assets: [{name: A, price: 100, volatility: 40%}, {name: B, price: 50, volatility: 80%}, "
    "{name: C, price: 1, volatility: 1}]\n"
    "  correlation: [[1, 0.5, 0.2], [0.5, 1, 0.3], [0.2, 0.3, 1]]\n"
    "account: {currency: EUR, balance: 1000}\n"
    "positions:\n  - {name: a, asset: A, side: long, notional: 2000, margin: 400}\n";

struct loaded {
    enum riskpool_status status;
    struct riskpool_scenario *scenario;
    char *messages;
};

static struct loaded load(size_t n, const char *const *overrides) {
    struct loaded loaded;
    loaded.status =
        scenario_read_text(base, strlen(base), "t.yaml", overrides, n, 0, &loaded.scenario, &loaded.messages);
    return loaded;
}

static void loaded_free(struct loaded *loaded) {
    riskpool_scenario_free(loaded->scenario);
    riskpool_text_free(loaded->messages);
}

static struct loaded load_valid(const char *override) {
    struct loaded loaded = load(1, &override);
    if (loaded.status != RISKPOOL_OK)
        fail_msg("refused with %s\n%s", override, loaded.messages);
    return loaded;
}

static void assert_refused(const char *override, const char *message) {
    struct loaded loaded = load(1, &override);
    size_t errors = 0;
    for (const char *s = loaded.messages; s && (s = strstr(s, ": error: ")); s++)
        errors++;
    if (loaded.status != RISKPOOL_INVALID || errors != 1 || !strstr(loaded.messages, message))
        fail_msg("%s: status %d, %zu errors\n%sexpected '%s'", override, (int)loaded.status, errors,
                 loaded.messages ? loaded.messages : "", message);
    loaded_free(&loaded);
}

static void assert_return(const struct stress_return *r, size_t asset, double from, double to) {
    assert_int_equal(r->asset, asset);
    if (fabs(r->from - from) > 1e-15 || fabs(r->to - to) > 1e-15)
        fail_msg("from %.17g to %.17g, not %.17g to %.17g", r->from, r->to, from, to);
}

static void assert_steps(const struct stress_return *r, uint64_t first, uint64_t last, int gap) {
    assert_int_equal(r->first_step, first);
    assert_int_equal(r->last_step, last);
    assert_int_equal(r->gap, gap);
}

static void betas_are_of_log_returns(void **state) {
    (void)state;
    struct loaded loaded = load_valid("stress=[{at: 1 h, return: {B: -30%}, beta_to: B, beta: {A: 2, default: -0.5}}]");
    const struct stress *stress = &loaded.scenario->market.stress;
    assert_int_equal(stress->n_returns, 3);
    assert_int_equal(stress->n_factors, 0);
    assert_return(&stress->returns[0], 0, 1, 0.49);
    assert_return(&stress->returns[1], 1, 1, 0.7);
    assert_return(&stress->returns[2], 2, 1, 1 / sqrt(0.7));
    loaded_free(&loaded);
    /* What is named goes before a beta, a beta before the default. */
    loaded = load_valid("stress=[{at: 1 h, return: {B: -30%, A: 1%, default: -50%}, beta_to: B, beta: {A: 2}}]");
    stress = &loaded.scenario->market.stress;
    assert_return(&stress->returns[0], 0, 1, 1.01);
    assert_return(&stress->returns[2], 2, 1, 0.5);
    loaded_free(&loaded);
    loaded = load_valid("stress=[{at: 1 h, return: {B: -30%, default: -50%}, beta_to: B, beta: {A: 2}}]");
    assert_return(&loaded.scenario->market.stress.returns[0], 0, 1, 0.49);
    loaded_free(&loaded);
}

static void a_recovery_follows_the_low(void **state) {
    (void)state;
    struct loaded loaded = load_valid("stress=[{at: 2 h, over: 3 h, return: {A: -30%, B: -40%}, "
                                      "recovery: {over: 4 h, to: {B: -10%}}}]");
    const struct stress *stress = &loaded.scenario->market.stress;
    assert_int_equal(stress->n_returns, 3);
    assert_return(&stress->returns[0], 0, 1, 0.7);
    assert_steps(&stress->returns[0], 2, 4, 0);
    assert_return(&stress->returns[1], 1, 1, 0.6);
    assert_return(&stress->returns[2], 1, 0.6, 0.9);
    assert_steps(&stress->returns[2], 5, 8, 0);
    loaded_free(&loaded);
    /* After a gap from the end of its step on; one number is of all, and by beta of those that follow. */
    loaded = load_valid("stress=[{at: 90 min, return: {A: -30%, B: -40%}, beta_to: A, beta: {C: 2}, "
                        "recovery: {over: 46 h, to: -10%}}]");
    stress = &loaded.scenario->market.stress;
    assert_int_equal(stress->n_returns, 6);
    assert_steps(&stress->returns[0], 1, 1, 1);
    assert_steps(&stress->returns[1], 2, 47, 0);
    assert_return(&stress->returns[1], 0, 0.7, 0.9);
    assert_return(&stress->returns[3], 1, 0.6, 0.9);
    assert_return(&stress->returns[5], 2, 0.49, 0.81);
    loaded_free(&loaded);
}

static void factors_hold_over_steps(void **state) {
    (void)state;
    struct loaded loaded = load_valid("stress=[{at: 2 h, over: 3 h, volatility: 3}, {at: 5 h, correlation_blend: 90%}, "
                                      "{at: 7 h, over: 2 h, return: {A: 1%}, volatility: 0, correlation_blend: 0.5, "
                                      "correlation_toward: [[1, 0.1, 0], [0.1, 1, 0], [0, 0, 1]]}, "
                                      "{at: 3 h, return: {A: -1%}, volatility: 2}]");
    const struct stress *stress = &loaded.scenario->market.stress;
    static const uint64_t steps[][2] = {{2, 4}, {5, 47}, {7, 8}, {3, 47}};
    static const double volatility[] = {3, 1, 0, 2}, blend[] = {0, 0.9, 0.5, 0};
    assert_int_equal(stress->n_factors, 4);
    for (size_t i = 0; i < 4; ++i) {
        assert_true(stress->factors[i].first_step == steps[i][0] && stress->factors[i].last_step == steps[i][1]);
        assert_true(stress->factors[i].volatility == volatility[i] && stress->factors[i].blend == blend[i]);
        assert_int_equal(stress->factors[i].toward != NULL, i == 2);
    }
    assert_true(stress->factors[2].toward[1] == 0.1 && stress->factors[2].toward[5] == 0);
    assert_int_equal(stress->n_returns, 2);
    assert_steps(&stress->returns[0], 7, 8, 0);
    assert_steps(&stress->returns[1], 2, 2, 1);
    loaded_free(&loaded);
}

static void resolved_events_say_the_same(void **state) {
    (void)state;
    static const char *const overrides[] = {
        "stress=[{at: 1 h, return: {B: -31.7%, default: -0.05}, beta_to: B, beta: {A: 1.3}}]",
        "stress=[{at: 0, over: 5 h, return: {B: -31%}, beta_to: B, beta: {C: 5.1}, recovery: {over: 7 h, to: 12.34%}}]",
        "stress=[{at: 1 h, return: {B: -99.9999%}, beta_to: B, beta: {default: 90}, recovery: {over: 7 h, to: 1000}}]",
        "stress=[{at: 0, correlation_blend: 33.3%, correlation_toward: [[1, 0.1, 0], [0.1, 1, 0], [0, 0, 1]]}]",
        "stress=[{at: 7 h, over: 2 h, volatility: 0.123}, {at: 7 h, volatility: 2, return: {A: 7%}}]",
    };
    for (size_t i = 0; i < sizeof overrides / sizeof *overrides; ++i) {
        struct loaded first = load_valid(overrides[i]), second;
        const char *resolved = first.scenario->resolved;
        second.status =
            scenario_read_text(resolved, strlen(resolved), "r.yaml", NULL, 0, 0, &second.scenario, &second.messages);
        assert_int_equal(second.status, RISKPOOL_OK);
        assert_string_equal(resolved, second.scenario->resolved);
        const struct stress *a = &first.scenario->market.stress, *b = &second.scenario->market.stress;
        assert_int_equal(a->n_returns, b->n_returns);
        for (size_t k = 0; k < a->n_returns; ++k) {
            assert_true(a->returns[k].to == b->returns[k].to && a->returns[k].from == b->returns[k].from);
            assert_true(a->returns[k].last_step == b->returns[k].last_step);
            assert_true(a->returns[k].to > 0);
        }
        loaded_free(&first);
        loaded_free(&second);
    }
}

static void mistakes_are_named(void **state) {
    (void)state;
    static const char *const wrong[][2] = {
        {"stress=[{at: 1 h}]", "the event does nothing"},
        {"stress=[{at: 1 h, over: 2 h}]", "the event does nothing"},
        {"stress=[{at: 1 h, depth: 0}, {at: 1 h, volatility: 1}]", "outside the allowed range"},
        {"stress=[{at: 1 h, volatility: -1}]", "outside the allowed range"},
        {"stress=[{at: 1 h, volatility: 101}]", "outside the allowed range"},
        {"stress=[{at: 1 h, volatility: three}]", "is not a number"},
        {"stress=[{at: 1 h, correlation_blend: 1.1}]", "outside the allowed range"},
        {"stress=[{at: 90 min, volatility: 2}]", "an event with factors starts at a step end"},
        {"stress=[{at: 1 h, over: 90 min, volatility: 2}]", "starts and ends at step ends"},
        {"stress=[{at: 1 h, over: 90 min, volatility: 2, return: {A: 1%}}]", "starts and ends at step ends"},
        {"stress=[{at: 2 d, volatility: 2}]", "the event is after the horizon: at 48 h, and the horizon is 48 h"},
        {"stress=[{at: 40 h, over: 9 h, volatility: 2}]", "the event ends after the horizon: at 49 h"},
        {"stress=[{at: 1 h, volatility: 2, correlation_toward: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}]",
         "'correlation_toward' needs 'correlation_blend'"},
        {"stress=[{at: 1 h, correlation_blend: 1, correlation_toward: [[1, 0, 0], [0, 1, 0]]}]",
         "has 2 rows; 3 are due"},
        {"stress=[{at: 1 h, correlation_blend: 1, correlation_toward: [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, "
         "1]]}]",
         "its smallest eigenvalue is -0.8"},
        {"stress=[{at: 1 h, return: {A: -10%}, beta: {B: 2}}]", "'beta' needs 'beta_to'"},
        {"stress=[{at: 1 h, return: {A: -10%}, beta_to: A}]", "'beta_to' needs 'beta'"},
        {"stress=[{at: 1 h, volatility: 1, beta_to: A, beta: {B: 2}}]", "'beta_to' needs 'return'"},
        {"stress=[{at: 1 h, return: {A: -10%}, beta_to: C, beta: {B: 2}}]", "'return' says nothing of 'C'"},
        {"stress=[{at: 1 h, return: {A: -10%}, beta_to: A, beta: {D: 2}}]", "unknown asset 'D'"},
        {"stress=[{at: 1 h, return: {A: -10%}, beta_to: A, beta: 2}]", "'beta' is '2'; a map"},
        {"stress=[{at: 1 h, return: {A: -10%}, beta_to: A, beta: {B: 101}}]", "outside the allowed range"},
        {"stress=[{at: 1 h, return: {default: -100%, A: 1%, B: 1%}}]", "outside the allowed range"},
        {"stress=[{at: 1 h, volatility: 2, recovery: {over: 1 h, to: 0}}]", "'recovery' needs 'return'"},
        {"stress=[{at: 1 h, return: {A: -10%}, recovery: {over: 1 h}}]", "the required key 'to' is missing"},
        {"stress=[{at: 1 h, return: {A: -10%}, recovery: {to: 1%}}]", "the required key 'over' is missing"},
        {"stress=[{at: 1 h, return: {A: -10%}, recovery: {over: 90 min, to: 0}}]", "a whole number of steps"},
        {"stress=[{at: 1 h, return: {A: -10%}, recovery: {over: 30 min, to: 0}}]", "a whole number of steps"},
        {"stress=[{at: 1 h, return: {A: -10%}, recovery: {over: 48 h, to: 0}}]", "the recovery ends after the horizon"},
        {"stress=[{at: 1 h, return: {A: -10%}, recovery: {over: 1 h, to: -100%}}]", "outside the allowed range"},
        {"stress=[{at: 1 h, return: {A: -10%}, recovery: {over: 1 h, to: {D: 1%}}}]", "unknown asset 'D'"},
        {"stress=[{at: 1 h, return: {A: -10%}, recovery: {over: 1 h, to: []}}]", "'to' is "},
        {"stress=[{at: 1 h, return: {A: -10%}, recovery: {over: 1 h, to: 0, form: 1}}]", "unknown key 'form'"},
        {"stress=[{at: 1 h, return: {A: -10%}, recovery: 5}]", "a map (key: value) is due"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; ++i)
        assert_refused(wrong[i][0], wrong[i][1]);
}

static void write_file(const char *name, const char *text) {
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void layers_add_events_and_nothing_else(void **state) {
    (void)state;
    write_file("one.yaml", "title: x\nhorizon: 1 s\nstress:\n- {at: 2 h, return: {A: -20%, Z: -90%, default: -7%}, "
                           "beta_to: Z, beta: {B: 0.5, Y: 2}, recovery: {over: 1 h, to: {A: 0, X: 1%}}}\n"
                           "- {at: 3 h, return: {Z: -1%}}\n- {at: 4 h, volatility: 2}\n");
    write_file("two.yaml", "stress: [{at: 5 h, return: {B: 3%}}]\n");
    static const char *const overrides[] = {"stress+=one.yaml", "stress=[{at: 1 h, return: {C: -3%}}]",
                                            "stress+=two.yaml"};
    struct loaded loaded = load(3, overrides);
    assert_int_equal(loaded.status, RISKPOOL_OK);
    const struct stress *stress = &loaded.scenario->market.stress;
    assert_int_equal(loaded.scenario->market.n_steps, 48);
    assert_int_equal(stress->n_returns, 6);
    assert_return(&stress->returns[0], 2, 1, 0.97);
    assert_return(&stress->returns[1], 0, 1, 0.8);
    assert_return(&stress->returns[2], 0, 0.8, 1);
    assert_return(&stress->returns[3], 1, 1, sqrt(0.1));
    assert_return(&stress->returns[4], 2, 1, 0.93);
    assert_return(&stress->returns[5], 1, 1, 1.03);
    assert_int_equal(stress->n_factors, 1);
    assert_non_null(
        strstr(loaded.messages, "one.yaml: warning: assets that the scenario does not have are skipped: Z, Y, X"));
    assert_null(strstr(loaded.messages, "two.yaml"));
    /* The event that moves nothing here is gone. */
    assert_null(strstr(loaded.scenario->resolved, "at: 3 h"));
    struct riskpool_scenario *again;
    char *messages;
    assert_int_equal(scenario_read_text(loaded.scenario->resolved, strlen(loaded.scenario->resolved), "r", NULL, 0, 0,
                                        &again, &messages),
                     RISKPOOL_OK);
    assert_string_equal(again->sha256, loaded.scenario->sha256);
    riskpool_scenario_free(again);
    riskpool_text_free(messages);
    loaded_free(&loaded);
    remove("one.yaml");
    remove("two.yaml");
}

static void wrong_layers_are_named(void **state) {
    (void)state;
    static const char *const wrong[][2] = {
        {"name: x\n", "the file has no list of stress events"},
        {"stress: []\n", "the file has no list of stress events"},
        {"stress: {at: 1 h}\n", "the file has no list of stress events"},
        {"- 1\n", "the file has no list of stress events"},
        {"stress: [{at: 1 h, volatility: 2}]\nhorison: 1 d\n", "unknown key 'horison'"},
        {"stress: [{at: 3 d, volatility: 2}]\n", "the event is after the horizon"},
        {"stress: [{at: 1 h, retrun: {A: 1%}, volatility: 2}]\n", "unknown key 'retrun'"},
        {"stress: [\n", "not YAML"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
        write_file("wrong.yaml", wrong[i][0]);
        assert_refused("stress+=wrong.yaml", wrong[i][1]);
    }
    remove("wrong.yaml");
    const char *const missing = "stress+=nowhere.yaml";
    struct loaded loaded = load(1, &missing);
    assert_int_equal(loaded.status, RISKPOOL_INPUT_MISSING);
    loaded_free(&loaded);
}

static void a_matrix_lies_beside_its_layer(void **state) {
    (void)state;
    assert_int_equal(system("mkdir -p layers"), 0);
    write_file("layers/l.yaml", "stress: [{at: 0 h, correlation_blend: 1, correlation_toward: {file: m.csv}}]\n");
    write_file("layers/m.csv", "1,0.25,0\n0.25,1,0\n0,0,1\n");
    struct loaded loaded = load_valid("stress+=layers/l.yaml");
    assert_true(loaded.scenario->market.stress.factors[0].toward[1] == 0.25);
    loaded_free(&loaded);
    assert_int_equal(system("rm -r layers"), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(betas_are_of_log_returns), cmocka_unit_test(a_recovery_follows_the_low),
        cmocka_unit_test(factors_hold_over_steps),  cmocka_unit_test(resolved_events_say_the_same),
        cmocka_unit_test(mistakes_are_named),       cmocka_unit_test(layers_add_events_and_nothing_else),
        cmocka_unit_test(wrong_layers_are_named),   cmocka_unit_test(a_matrix_lies_beside_its_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
