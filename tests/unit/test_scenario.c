/* Scenarios: what a file becomes, the resolved text, overrides, and every kind of mistake with its place. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reference.h"
#include "scenario.h"
#include "text.h"

static const double year = 31536000;

#define HEAD "name: t\nhorizon: 2 d\nstep: 1 h\npaths: 1000\n"
#define MARKET                                                                                                        \
    "market:\n  assets:\n    - {name: A, price: 100, volatility: 40%}\n    - {name: B, price: 50, volatility: 0.8}\n" \
    "  correlation: [[1, 0.5], [0.5, 1]]\n"
#define ACCOUNT "account: {currency: EUR, balance: 1000}\n"
#define POSITIONS                                                                    \
    "positions:\n  - {name: a, asset: A, side: long, notional: 2000, margin: 400}\n" \
    "  - {name: b, asset: B, side: short, quantity: 10, leverage: 2}\n"
#define BASE HEAD MARKET ACCOUNT POSITIONS

struct loaded {
    enum riskpool_status status;
    struct riskpool_scenario *scenario;
    char *messages;
};

static struct loaded load_with(const char *text, const char *override, int lenient) {
    struct loaded loaded;
    loaded.status = scenario_read_text(text, strlen(text), "t.yaml", &override, override ? 1 : 0, lenient,
                                       &loaded.scenario, &loaded.messages);
    return loaded;
}

static struct loaded load(const char *text) {
    return load_with(text, NULL, 0);
}

static void loaded_free(struct loaded *loaded) {
    riskpool_scenario_free(loaded->scenario);
    riskpool_text_free(loaded->messages);
}

static struct loaded load_valid(const char *text, const char *override) {
    struct loaded loaded = load_with(text, override, 0);
    if (loaded.status != RISKPOOL_OK)
        fail_msg("refused with %s\n%s", override ? override : "no override", loaded.messages);
    return loaded;
}

/* Refused as invalid, with `n` errors of which one says `message`. */
static void assert_refused(const char *text, const char *override, size_t n, const char *message) {
    struct loaded loaded = load_with(text, override, 0);
    size_t errors = 0;
    for (const char *s = loaded.messages; s && (s = strstr(s, ": error: ")); s++)
        errors++;
    if (loaded.status != RISKPOOL_INVALID || loaded.scenario || errors != n || !strstr(loaded.messages, message)) {
        fail_msg("status %d, %zu errors\n%sexpected %zu and '%s'", (int)loaded.status, errors,
                 loaded.messages ? loaded.messages : "", n, message);
    }
    loaded_free(&loaded);
}

/* A scenario whose resolved text loads to the same text. */
static void assert_idempotent(const char *text, const char *override) {
    struct loaded first = load_valid(text, override);
    struct loaded second = load_valid(first.scenario->resolved, NULL);
    assert_string_equal(first.scenario->resolved, second.scenario->resolved);
    assert_string_equal(first.scenario->sha256, second.scenario->sha256);
    loaded_free(&first);
    loaded_free(&second);
}

static void a_file_becomes_a_scenario(void **state) {
    (void)state;
    struct loaded loaded = load_valid(BASE, NULL);
    const struct riskpool_scenario *s = loaded.scenario;
    assert_string_equal(s->name, "t");
    assert_string_equal(s->title, "t");
    assert_true(s->market.dt == 3600 / year && s->market.n_steps == 48);
    assert_true(s->market.bridge && s->n_paths == 1000 && s->market.seed == 1);
    assert_true(!s->market.single && !s->market.antithetic);
    assert_ptr_equal(s->market.model, &model_gbm);
    assert_true(s->market.assets[0].volatility == 0.4 && s->market.assets[1].volatility == 0.8);
    assert_true(s->market.assets[1].drift == 0 && s->market.correlation[1] == 0.5);
    assert_null(s->market.correlation_requested);
    assert_true(s->book.balance == 1000);
    assert_true(s->book.positions[0].quantity == 20 && s->book.positions[0].entry == 100);
    assert_true(s->book.positions[1].quantity == -10 && s->book.positions[1].margin == 250);
    assert_int_equal(s->book.n_modes, 2);
    assert_string_equal(s->book.modes[0].name, "isolated");
    assert_true(s->book.modes[0].pools[0].cash == 350 && s->book.modes[1].pools[0].cash == 1000);
    assert_true(s->rule.of_asset[1].n == 1 && s->rule.of_asset[1].tier[0].rate == 0.005);
    assert_true(s->rule.base == BASE_MARK && !s->rule.strict && s->procedure.fee == 0);
    assert_true(s->n_confidence == 3 && s->confidence[2] == 0.999 && s->n_alerts == 0 && s->n_limits == 0);
    assert_true(s->paths_kept == PATHS_ALL && s->trajectories);
    assert_string_equal(s->text, BASE);
    assert_int_equal(strlen(s->sha256), 64);
    loaded_free(&loaded);
}

static void digest_is_sha256_of_the_resolved_text(void **state) {
    (void)state;
    struct loaded loaded = load_valid(BASE, NULL);
    char command[4096], digest[65] = {0};
    FILE *file = fopen("resolved.txt", "w");
    assert_non_null(file);
    fputs(loaded.scenario->resolved, file);
    fclose(file);
    snprintf(command, sizeof command, "sha256sum resolved.txt");
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fread(digest, 1, 64, pipe), 64);
    pclose(pipe);
    remove("resolved.txt");
    assert_string_equal(digest, loaded.scenario->sha256);
    loaded_free(&loaded);
}

static void resolved_text_depends_on_the_meaning_alone(void **state) {
    (void)state;
    struct loaded plain = load_valid(BASE "alerts: {margin_level: [150%], utilisation: [60%]}\n"
                                          "limits: {cross.mean_loss: 5, isolated.expected_shortfall.99%: 7}\n"
                                          "stress: [{at: 6 h, return: {A: -10%, B: 1%}}]\n",
                                     NULL);
    struct loaded other = load_valid(
        "# comment\nlimits: {isolated.expected_shortfall.0.99: 7.0, cross.mean_loss: 500%}\npaths: 1e3\n"
        "stress:\n- return: {B: 0.01, A: -0.1}\n  at: 0.25 d\nhorizon: 48 h\n'step': 60min\n"
        "account: {balance: 1000.00, currency: 'EUR'}\nalerts: {utilisation: 0.6, margin_level: 1.5}\n"
        "confidence: [99.9%, 0.95, 99e0 %]\nmodes: [isolated, cross]\nliquidation: {maintenance: {default: 0.5%}}\n"
        "positions:\n  - {asset: A, name: a, quantity: 20, entry: 100, leverage: 5}\n"
        "  - {name: b, asset: B, notional: 500, side: short, margin: 250}\n"
        "market: {correlation: [[1.0, 5e-1], [.5, 1]], model: gbm, assets: [{name: A, price: 1e2, volatility: 0.4},"
        " {volatility: 80%, name: B, price: 50, drift: 0%}]}\nname: t\n",
        NULL);
    assert_string_equal(plain.scenario->resolved, other.scenario->resolved);
    assert_string_equal(plain.scenario->sha256, other.scenario->sha256);
    loaded_free(&plain);
    loaded_free(&other);
}

static void sampling_is_read(void **state) {
    (void)state;
    struct loaded loaded = load_valid(BASE, "sampling={shocks: single, antithetic: true}");
    assert_true(loaded.scenario->market.single && loaded.scenario->market.antithetic);
    assert_non_null(strstr(loaded.scenario->resolved, "sampling: {shocks: single, antithetic: true}\n"));
    loaded_free(&loaded);
}

static void resolved_text_is_idempotent(void **state) {
    (void)state;
    static const char *const overrides[] = {
        NULL,
        "monitoring=step",
        "market.model=bachelier",
        "step=7.2 min",
        "title='x: #y \"z\" \\'",
        "market.correlation_blend=0.3",
        "market={assets: [{name: A, price: 1}, {name: B, price: 3}], covariance: [[0.03, 0.01], [0.01, 0.07]]}",
        "market.assets.A.volatility=0.123456789012345678",
        "positions.a={name: a, asset: A, notional: 777.77, side: long, leverage: 3, entry: 99.9}",
        "modes=[cross, {name: m, isolated: [b, a]}, {name: n, pools: [{name: p, positions: [b, a]}]}]",
        "liquidation={tiers: {A: [{from: 0, rate: 0.4%}, {from: 1e3, rate: 1%}], default: [{from: 0, rate: 1%}]}}",
        "liquidation={maintenance: {A: 1%, B: 0.3%}, strict: true, maintenance_base: entry, fee: 0.1%}",
        "liquidation={price: bankruptcy, remainder: forfeited}",
        "liquidation={amount: fraction, fraction: 33%, cooldown: 90 s, limit: bankruptcy}",
        "liquidation={amount: restore, fee: 1%, fee_in_maintenance: true, backstop: 66.7%}",
        "liquidation={amount: tier-steps, tier_steps: 2, order: largest-notional, fee_base: maintenance}",
        "stress=[{at: 0, over: 2 h, return: {B: 5%, A: -1%}}, {at: 90 min, return: {A: -33.3%}}]",
        "confidence=99%",
        "limits={cross.liquidation_frequency.b: 5%, cross.liquidation_count_frequency.2: 1%}",
        "output={paths: tail, trajectories: false}",
        "sampling={shocks: single, antithetic: true}",
        "carry={funding: {A: 0.01%, default: -2%}, funding_interval: 2 h, borrow: 8%}",
        "account={currency: USD, balance: 1e6, top_up: {below: 150%, cap: 7, delay: 90 min}}",
        "account={currency: USD, balance: 1e6, reduce: [{margin_level: 60%, share: 50%}, {utilisation: 0.3, share: "
        "1}]}",
        "positions.a.trailing_stop=7%",
        "liquidation={maintenance: 1%, dynamic: {cap: 250%, notice: 0}}",
        "stress=[{at: 1 h, over: 2 h, outage: true, volatility: 2}]",
    };
    for (size_t i = 0; i < sizeof overrides / sizeof overrides[0]; i++)
        assert_idempotent(BASE, overrides[i]);
}

static void template_is_valid_and_idempotent(void **state) {
    (void)state;
    char *text = reference_template(), *reference = reference_text();
    assert_idempotent(text, NULL);
    assert_non_null(strstr(reference, "market.assets[].volatility"));
    free(text);
    free(reference);
}

static void eight_mistakes_are_reported_at_once(void **state) {
    (void)state;
    static const char text[] = "name: night\nhorizon: 7 d\nstep: 1 h\npahts: 1000\nseed: 0x10\n"
                               "market:\n  model: gbmm\n  assets:\n    - {name: A, price: 3k, volatility: 40%}\n"
                               "    - {name: B, price: 1, volatility: -47%}\n"
                               "  correlation:\n    - [1, 0.8]\n    - [0.7, 1]\n"
                               "account: {balance: \"10\"}\npositions:\n"
                               "  - {name: a, asset: C, side: long, notional: 1, margin: 1}\n";
    struct loaded loaded = load(text);
    assert_int_equal(loaded.status, RISKPOOL_INVALID);
    assert_string_equal(
        loaded.messages,
        "t.yaml:4:1: error: unknown key 'pahts'\n    4 | pahts: 1000\n      | ^~~~~\n"
        "      = help: did you mean 'paths'? allowed here: name, title, horizon, step, monitoring, paths, seed, "
        "sampling, market, account, positions, carry, modes, venue, liquidation, slippage, alerts, stress, confidence, "
        "limits, output, sweep\n"
        "t.yaml:5:7: error: 'seed': '0x10' is not a decimal number; hexadecimal, octal and binary are not read\n"
        "    5 | seed: 0x10\n      |       ^~~~\n      = help: allowed: whole number\n"
        "t.yaml:7:10: error: unknown value of 'model': 'gbmm'\n    7 |   model: gbmm\n      |          ^~~~\n"
        "      = help: did you mean 'gbm'? allowed here: gbm, bachelier, regimes, bootstrap, replay, "
        "jump-diffusion, hawkes, heston, student-t, garch-t\n"
        "t.yaml:9:24: error: 'price': '3k' has something after the number\n"
        "    9 |     - {name: A, price: 3k, volatility: 40%}\n      |                        ^~\n"
        "      = help: allowed: number above 0, account currency\n"
        "t.yaml:10:39: error: 'volatility': '-47%' is outside the allowed range\n"
        "   10 |     - {name: B, price: 1, volatility: -47%}\n      |                                       ^~~~\n"
        "      = help: allowed: fraction from 0 to 100, per square-root year; 0.44 or 44%\n"
        "t.yaml:13:8: error: correlation: row 2, column 1 is 0.7, but row 1, column 2 is 0.8 (line 12)\n"
        "   13 |     - [0.7, 1]\n      |        ^~~\n      = help: a matrix of this kind is symmetric\n"
        "t.yaml:14:20: error: 'balance': '10' is in quotes; numbers are written without\n"
        "   14 | account: {balance: \"10\"}\n      |                    ^~~~\n"
        "      = help: allowed: number from 0, account currency\n"
        "t.yaml:16:22: error: unknown asset 'C'\n"
        "   16 |   - {name: a, asset: C, side: long, notional: 1, margin: 1}\n      |                      ^\n"
        "      = help: allowed here: A, B\n"
        "8 errors\n");
    loaded_free(&loaded);
}

static void overrides_replace_and_add(void **state) {
    (void)state;
    struct loaded loaded = load_valid(BASE, "positions.a.leverage=8"); /* instead of the margin in the file */
    assert_true(loaded.scenario->book.positions[0].margin == 250);
    loaded_free(&loaded);
    loaded = load_valid(BASE, "positions.1.margin=300");
    assert_true(loaded.scenario->book.positions[1].margin == 300);
    loaded_free(&loaded);
    loaded = load_valid(BASE, "positions.a.quantity=5");
    assert_true(loaded.scenario->book.positions[0].quantity == 5);
    loaded_free(&loaded);
    loaded = load_valid(BASE, "output.paths=none"); /* the file has no 'output' */
    assert_true(loaded.scenario->paths_kept == PATHS_NONE);
    loaded_free(&loaded);
    loaded = load_valid(BASE, "limits.cross.expected_shortfall.99.9%=10");
    assert_int_equal(loaded.scenario->n_limits, 1);
    assert_int_equal(loaded.scenario->limits[0].index, 2);
    loaded_free(&loaded);
    static const char dotted[] =
        HEAD ACCOUNT "market: {assets: [{name: X.Y, price: 100, volatility: 1}]}\n"
                     "positions: [{name: a, asset: X.Y, side: long, notional: 100, margin: 50}]\n"
                     "liquidation: {maintenance: {X.Y: 1%, default: 2%}}\n";
    loaded = load_valid(dotted, "liquidation.maintenance.X.Y=3%"); /* names may contain dots */
    assert_true(loaded.scenario->rule.of_asset[0].tier[0].rate == 0.03);
    loaded_free(&loaded);
    loaded = load_valid(dotted, "market.assets.X.Y.price=7");
    assert_true(loaded.scenario->market.assets[0].price == 7);
    loaded_free(&loaded);
    const char *both[] = {"paths=5", "paths=7"};
    assert_int_equal(scenario_read_text(BASE, strlen(BASE), "t.yaml", both, 2, 0, &loaded.scenario, &loaded.messages),
                     RISKPOOL_OK);
    assert_true(loaded.scenario->n_paths == 7); /* the last one counts */
    loaded_free(&loaded);
}

static void wrong_orders_are_refused(void **state) {
    (void)state;
    assert_refused(BASE, "carry={funding: 1%, funding_interval: 90 min}", 1, "funding comes at step ends");
    assert_refused(BASE, "carry={funding: {X: 1%}, funding_interval: 2 h}", 1, "unknown asset 'X'");
    assert_refused(BASE, "carry={funding: [1%], funding_interval: 2 h}", 1, "'funding' is a list");
    assert_refused(BASE, "carry={funding_interval: 2 h}", 1, "needs 'funding'");
    assert_refused(BASE, "positions.a.trailing_stop=100%", 1, "outside the allowed range");
    assert_refused(BASE, "account.top_up={to: 200%}", 1, "the required key 'below' is missing");
    assert_refused(BASE, "account.top_up={below: 200%, to: 150%}", 1, "it cannot lift anything");
    assert_refused(BASE, "account.reduce=[{share: 10%}]", 1, "'margin_level' or 'utilisation' is missing");
    assert_refused(BASE, "account.reduce=[{margin_level: 1, share: 0}]", 1, "outside the allowed range");
    assert_refused(BASE, "account.reduce=[{margin_level: 50%, share: 10%}, {margin_level: 0.5, share: 20%}]", 1,
                   "the threshold 50% is listed twice");
    assert_refused(BASE, "liquidation={maintenance: 1%, dynamic: {floor: 4, cap: 3}}", 1,
                   "the floor lies above the cap");
    assert_refused(BASE, "liquidation={maintenance: 40%, dynamic: {}}", 1, "at its cap the maintenance is 120%");
    assert_refused(BASE, "stress=[{at: 1 h, over: 90 min, outage: true}]", 1, "starts and ends at step ends");
    assert_refused(BASE, "stress=[{at: 1 h, outage: yes}]", 1, "unknown value of 'outage'");
}

static void wrong_overrides_are_named(void **state) {
    (void)state;
    assert_refused(BASE, "positions.a.levrage=5", 1,
                   "-P positions.a.levrage=5: error: unknown key 'levrage'\n      = help: did you mean 'leverage'?");
    assert_refused(BASE, "positons.a.leverage=5", 1, "unknown key 'positons'");
    assert_refused(BASE, "positions.c.leverage=5", 1, "unknown item 'c'");
    assert_refused(BASE, "positions.7.leverage=5", 1, "unknown item '7'");
    assert_refused(BASE, "paths", 1, "-P paths: error: not an assignment");
    assert_refused(BASE, "=5", 1, "not an assignment");
    assert_refused(BASE, "paths= ", 1, "no value after '='");
    assert_refused(BASE, "paths=x", 1, "-P paths=x: error: 'paths': 'x' is not a number");
    assert_refused(BASE, "paths=[1", 1, "-P paths=[1: error: not YAML");
    assert_refused(BASE, "name.x=1", 1, "leads into a single value");
}

static void times_must_fit_the_steps(void **state) {
    (void)state;
    assert_refused(BASE, "step=7 h", 1, "it must be a whole number of steps");
    assert_refused(BASE, "step=3 d", 1, "it must be a whole number of steps");
    assert_refused(BASE, "horizon=5", 1, "'horizon': '5' has no unit of time");
    assert_refused(BASE, "step=0 h", 1, "outside the allowed range");
    struct loaded loaded = load_valid(BASE, "step=0.1 h"); /* 480 steps up to rounding */
    assert_true(loaded.scenario->market.n_steps == 480);
    loaded_free(&loaded);
}

static void assert_stress(const char *override, uint64_t first, uint64_t last, int gap) {
    struct loaded loaded = load_valid(BASE, override);
    const struct stress *stress = &loaded.scenario->market.stress;
    assert_int_equal(stress->n_returns, 1);
    assert_int_equal(stress->returns[0].asset, 1);
    assert_int_equal(stress->returns[0].first_step, first);
    assert_int_equal(stress->returns[0].last_step, last);
    assert_int_equal(stress->returns[0].gap, gap);
    assert_true(stress->returns[0].to == 1 - 0.3);
    loaded_free(&loaded);
}

static void stress_finds_its_steps(void **state) {
    (void)state;
    assert_stress("stress=[{at: 0, return: {B: -30%}}]", 0, 0, 1);
    assert_stress("stress=[{at: 30 min, return: {B: -30%}}]", 0, 0, 1);
    assert_stress("stress=[{at: 1 h, return: {B: -30%}}]", 0, 0, 1); /* (0, 1 h] contains its end */
    assert_stress("stress=[{at: 61 min, return: {B: -30%}}]", 1, 1, 1);
    assert_stress("stress=[{at: 2 d, return: {B: -30%}}]", 47, 47, 1);
    assert_stress("stress=[{at: 0, over: 1 h, return: {B: -30%}}]", 0, 0, 0);
    assert_stress("stress=[{at: 3 h, over: 6 h, return: {B: -30%}}]", 3, 8, 0);
    assert_stress("stress=[{at: 42 h, over: 6 h, return: {B: -30%}}]", 42, 47, 0);
    assert_refused(BASE, "stress=[{at: 49 h, return: {B: -30%}}]", 1, "the event is after the horizon");
    assert_refused(BASE, "stress=[{at: 1e300 y, return: {B: -30%}}]", 1, "the event is after the horizon");
    assert_refused(BASE, "stress=[{at: 43 h, over: 6 h, return: {B: -30%}}]", 1, "the event ends after the horizon");
    assert_refused(BASE, "stress=[{at: 30 min, over: 6 h, return: {B: -30%}}]", 1, "starts and ends at step ends");
    assert_refused(BASE, "stress=[{at: 1 h, over: 90 min, return: {B: -30%}}]", 1, "starts and ends at step ends");
    assert_refused(BASE, "stress=[{at: 1 h, return: {B: -100%}}]", 1, "outside the allowed range");
    assert_refused(BASE, "stress=[{at: 1 h, return: {C: -10%}}]", 1, "unknown asset 'C'");
    assert_refused(BASE, "stress=[{at: 1 h, return: {}}]", 1, "'return' is a map");
    assert_refused(BASE, "stress=[{at: 1 h, return: {A: 1%}, depth: 0}]", 1, "outside the allowed range");
}

#define THREE                                                                                                          \
    HEAD                                                                                                               \
        "market: {assets: [{name: A, price: 1, volatility: 1}, {name: B, price: 1, volatility: 1}, "                   \
        "{name: C, price: 1, volatility: 1}], correlation: [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]}\n" ACCOUNT \
        "positions: [{name: a, asset: A, side: long, notional: 100, margin: 50}]\n"

static void impossible_correlations_are_refused_or_repaired(void **state) {
    (void)state;
    assert_refused(THREE, NULL, 1,
                   "its smallest eigenvalue is -0.8; the nearest valid matrix changes entries by up to 0.4");
    struct loaded loaded = load_valid(THREE, "market.repair=nearest");
    const struct market *market = &loaded.scenario->market;
    assert_true(market->correlation_requested[1] == 0.9);
    assert_true(fabs(market->correlation[1] - 0.5) < 1e-9 && market->correlation[0] == 1);
    loaded_free(&loaded);
    assert_idempotent(THREE, "market.repair=nearest");
    loaded = load_valid(THREE, "market.correlation_blend=1"); /* all ones */
    assert_true(loaded.scenario->market.correlation[2] == 1 && !loaded.scenario->market.correlation_requested);
    loaded_free(&loaded);
}

static void matrices_are_checked(void **state) {
    (void)state;
    struct loaded nearly =
        load_valid(BASE, "market.correlation=[[1, 0.5000000002], [0.5, 1]]"); /* rounding is averaged */
    assert_true(fabs(nearly.scenario->market.correlation[1] - 0.5000000001) < 1e-15);
    assert_true(nearly.scenario->market.correlation[1] == nearly.scenario->market.correlation[2]);
    loaded_free(&nearly);
    assert_refused(BASE, "market.correlation=[[1, 0.5]]", 1, "correlation has 1 rows; 2 are due");
    assert_refused(BASE, "market.correlation=[[1, 0.5], [0.5]]", 1, "row 2 has 1 entries; 2 are due");
    assert_refused(BASE, "market.correlation=[[1, 0.5], [0.5, 0.9]]", 1, "row 2, column 2 is 0.9; the diagonal is 1");
    assert_refused(BASE, "market.correlation=[[1, 1.5], [1.5, 1]]", 2, "correlations lie between -1 and 1");
    assert_refused(BASE, "market.correlation=[[1, x], [0.5, 1]]", 1, "row 1, column 2': 'x' is not a number");
    assert_refused(BASE, "market.correlation=[1, 2]", 2, "a row [number, number, ...] is due");
    assert_refused(BASE, "market.correlation=3", 1, "a list of rows, or {file: x.csv} is due");
    assert_refused(BASE, "market.covariance=[[0.16, 0.64], [0.64, 0.64]]", 1,
                   "implies is impossible: its smallest eigenvalue is -1;");
    assert_refused(BASE, "market.covariance=[[-1, 0], [0, 1]]", 1, "is -1");
    assert_refused(BASE, "market.covariance=[[0.16, 0], [0, 1]]", 1, "'volatility' is 0.8, but the covariance says 1");
    assert_refused(HEAD
                   "market: {assets: [{name: A, price: 1}, {name: B, price: 1, volatility: 1}]}\n" ACCOUNT POSITIONS,
                   NULL, 2, "the required key 'correlation' is missing");
    struct loaded loaded = load_valid(BASE, "market.covariance=[[0.16, 0.08], [0.08, 0.64]]"); /* agrees */
    assert_true(fabs(loaded.scenario->market.correlation[1] - 0.25) < 1e-15);
    assert_true(loaded.scenario->market.assets[0].volatility == 0.4);
    loaded_free(&loaded);
}

static void write_file(const char *name, const char *text) {
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void matrices_come_from_files(void **state) {
    (void)state;
    static const char *const texts[] = {"1,0.25\n0.25,1\n", "B,A\n0.25,1\n1,.25\n",
                                        "# x\r\n,A,B\r\nA,1,0.25\r\nB,0.25,1\r\n", ",B,A\nA,0.25,1\nB,1,0.25\n",
                                        "B, 0.25, 1\n\nA, 1, 0.25\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_file("matrix.csv", texts[i]);
        struct loaded loaded = load_with(BASE, "market.correlation={file: matrix.csv}", 0);
        if (i == 1 || i == 4) /* names on one side only: the other is in the order of the assets */
            assert_int_equal(loaded.status, RISKPOOL_OK);
        assert_int_equal(loaded.status, RISKPOOL_OK);
        assert_true(loaded.scenario->market.correlation[1] == 0.25);
        assert_null(strstr(loaded.scenario->resolved, "file"));
        loaded_free(&loaded);
    }
    write_file("matrix.csv", "A,C\n1,0\n0,1\n");
    assert_refused(BASE, "market.correlation={file: matrix.csv}", 1, "matrix.csv:1:3: error: unknown asset 'C'");
    write_file("matrix.csv", "A,A\n1,0\n0,1\n");
    assert_refused(BASE, "market.correlation={file: matrix.csv}", 1, "asset 'A' is named twice");
    write_file("matrix.csv", "1,0\n0,x\n");
    assert_refused(
        BASE, "market.correlation={file: matrix.csv}", 1,
        "matrix.csv:2:3: error: 'correlation (asked for by -P market.correlation={file: matrix.csv}), row 2, "
        "column 2': 'x' is not a number");
    remove("matrix.csv");
    struct loaded loaded = load_with(BASE, "market.correlation={file: matrix.csv}", 0);
    assert_int_equal(loaded.status, RISKPOOL_INPUT_MISSING);
    assert_non_null(strstr(loaded.messages, "cannot read 'matrix.csv': there is no such file"));
    loaded_free(&loaded);
}

static void positions_are_checked(void **state) {
    (void)state;
    assert_refused(BASE, "positions.a.asset=C", 1, "unknown asset 'C'");
    assert_refused(BASE, "positions.b.name=a", 1, "position 'a' is listed twice; first on line");
    assert_refused(BASE, "positions.b.name=wallet", 1, "no position can be called 'wallet'");
    assert_refused(BASE, "positions.b.quantity=0", 1, "nothing is held");
    assert_refused(BASE, "positions.b.quantity=-3", 1, "'quantity' is negative, and 'side' is given as well");
    assert_refused(BASE, "positions.a={name: a, asset: A, notional: 3, margin: 1}", 1, "the required key 'side'");
    assert_refused(BASE, "positions.a={name: a, asset: A, side: long, margin: 1}", 1,
                   "'notional' or 'quantity' is missing");
    assert_refused(BASE, "positions.a={name: a, asset: A, side: long, notional: 3}", 1,
                   "'margin' or 'leverage' is missing");
    assert_refused(BASE, "positions.a={name: a, asset: A, quantity: 1e300, leverage: 1e-300}", 1, "beyond all bounds");
    assert_refused(BASE, "positions=[]", 1, "there are no positions");
    struct loaded loaded = load_valid(BASE, "positions.b={name: b, asset: B, quantity: -4, entry: 55, margin: 90}");
    assert_true(loaded.scenario->book.positions[1].quantity == -4 && loaded.scenario->book.positions[1].entry == 55);
    loaded_free(&loaded);
}

static void sizes_are_at_the_entry_price(void **state) {
    (void)state;
    struct loaded loaded = load_valid(BASE, "positions.b={name: b, asset: B, quantity: -4, entry: 55, leverage: 2}");
    assert_true(loaded.scenario->book.positions[1].margin == 110);
    loaded_free(&loaded);
    loaded = load_valid(BASE, "positions.b={name: b, asset: B, side: short, notional: 220, entry: 55, leverage: 2}");
    assert_true(loaded.scenario->book.positions[1].quantity == -4 && loaded.scenario->book.positions[1].margin == 110);
    loaded_free(&loaded);
}

static void numbers_do_not_depend_on_the_locale(void **state) {
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8"))
        skip(); /* no locale with a decimal comma is installed */
    struct loaded loaded = load_valid(BASE, NULL);
    setlocale(LC_ALL, "C");
    assert_non_null(strstr(loaded.scenario->resolved, "volatility: 0.4,"));
    loaded_free(&loaded);
}

static void modes_become_pools(void **state) {
    (void)state;
    struct loaded loaded =
        load_valid(BASE, "modes=[{name: m, isolated: [b]}, {name: n, pools: [{name: p, positions: [b], cash: 300}]},"
                         "{name: o, isolated: [a], pools: [{name: q, positions: [b]}]}]");
    const struct book *book = &loaded.scenario->book;
    assert_int_equal(book->n_modes, 3);
    assert_true(book->modes[0].pools[1].cash == 250 && book->modes[0].pools[0].cash == 750);
    assert_true(book->modes[1].pools[1].cash == 300 && book->modes[1].pool_of[0] == 0);
    assert_int_equal(book->modes[2].n_pools, 3);
    assert_string_equal(book->modes[2].pools[2].name, "q");
    assert_true(book->modes[2].pools[2].cash == 250 && book->modes[2].pool_of[1] == 2);
    loaded_free(&loaded);
    assert_refused(BASE, "modes=[isolatd]", 1, "did you mean 'isolated'?");
    assert_refused(BASE, "modes=[cross, cross]", 1, "mode 'cross' is listed twice");
    assert_refused(BASE, "modes=[]", 1, "1 to 100 are allowed");
    assert_refused(BASE, "modes=[[a]]", 1, "'modes' is a list; isolated, cross, or a map is due");
    assert_refused(BASE, "modes=[{name: m}]", 1, "does not say how it divides the positions");
    assert_refused(BASE, "modes=[{name: market, isolated: [a]}]", 1, "has a meaning of its own");
    assert_refused(BASE, "modes=[{name: m m, isolated: [a]}]", 1, "'m m' cannot name a mode");
    assert_refused(BASE, "modes=[{name: m, isolated: [a, a]}]", 1, "position 'a' is already in another pool");
    assert_refused(BASE, "modes=[{name: m, isolated: [x]}]", 1, "unknown position 'x'");
    assert_refused(BASE, "modes=[{name: m, pools: [{name: p, positions: []}]}]", 1, "the pool has no positions");
    assert_refused(BASE, "modes=[{name: m, pools: [{name: wallet, positions: [a]}]}]", 1, "a pool called 'wallet'");
    assert_refused(BASE, "modes=[{name: m, pools: [{name: p, positions: [a], cash: 1001}]}]", 1,
                   "mode 'm' allocates 1001, but the balance is 1000");
}

static void rules_are_read(void **state) {
    (void)state;
    static const char *const same[] = {"liquidation.maintenance=1%", "liquidation.maintenance={default: 1%}",
                                       "liquidation.tiers=[{from: 0, rate: 1%}]",
                                       "liquidation.maintenance={tiers: [{from: 0, rate: 1%}]}",
                                       "liquidation.tiers={A: [{from: 0, rate: 1%}], B: 1%}"};
    struct loaded first = load_valid(BASE, same[0]);
    for (size_t i = 1; i < sizeof same / sizeof same[0]; i++) {
        struct loaded loaded = load_valid(BASE, same[i]);
        assert_string_equal(loaded.scenario->resolved, first.scenario->resolved);
        loaded_free(&loaded);
    }
    loaded_free(&first);
    struct loaded loaded =
        load_valid(BASE, "liquidation.tiers={B: [{from: 0, rate: 1%}, {from: 100, rate: 2%}], default: 3%}");
    const struct tiers *tiers = loaded.scenario->rule.of_asset;
    assert_true(tiers[0].n == 1 && tiers[0].tier[0].rate == 0.03);
    assert_true(tiers[1].n == 2 && tiers[1].tier[1].offset == 1);
    loaded_free(&loaded);
    assert_refused(BASE, "liquidation.maintenance={A: 1%}", 1, "has no entry for asset 'B'");
    assert_refused(BASE, "liquidation.maintenance={A: 1%, C: 2%, default: 1%}", 1, "unknown asset 'C'");
    assert_refused(BASE, "liquidation.maintenance=100%", 1, "outside the allowed range");
    assert_refused(BASE, "liquidation.maintenance=[]", 1, "1 to 1000 are allowed");
    assert_refused(BASE, "liquidation.tiers=[{from: 1, rate: 1%}]", 1, "the first tier starts at 'from: 0'");
    assert_refused(BASE, "liquidation.tiers=[{from: 0, rate: 1%}, {from: 0, rate: 2%}]", 1, "the one before it at 0");
    assert_refused(BASE, "liquidation.tiers=[{from: 0, rate: 2%}, {from: 1, rate: 1%}]", 1, "rates do not fall");
    assert_refused(BASE, "liquidation.tiers=[{from: 0, rate: 1%, amount: 0}, {from: 100, rate: 2%, amount: 2}]", 1,
                   "its amount is 2, a continuous one has 1");
    assert_refused(BASE, "liquidation.tiers=[{from: 0, rate: 1%, amount: 1}]", 1, "a continuous one has 0");
}

static void procedures_are_read(void **state) {
    (void)state;
    struct loaded loaded = load_valid(BASE, NULL);
    struct procedure p = loaded.scenario->procedure;
    assert_true(p.amount == CLOSE_FULL && p.order == CLOSE_LARGEST_LOSS && p.price == CLOSE_AT_MARK);
    assert_true(!p.limit_bankruptcy && p.remainder == REMAINDER_RETURNED && p.fee == 0 && p.backstop == 0);
    assert_true(p.fee_base == FEE_ON_NOTIONAL && !p.fee_in_maintenance && p.tier_steps == 1);
    loaded_free(&loaded);
    loaded = load_valid(BASE, "liquidation={amount: fraction, fraction: 20%, cooldown: 90 min, full_below: 1e5, "
                              "order: largest-notional, limit: bankruptcy, backstop: 0.5}");
    p = loaded.scenario->procedure;
    assert_true(p.amount == CLOSE_FRACTION && p.fraction == 0.2 && p.cooldown == 1.5 && p.full_below == 1e5);
    assert_true(p.order == CLOSE_LARGEST_NOTIONAL && p.limit_bankruptcy && p.backstop == 0.5);
    loaded_free(&loaded);
    loaded =
        load_valid(BASE, "liquidation={amount: restore, order: largest-maintenance, fee: 2%, fee_base: maintenance}");
    p = loaded.scenario->procedure;
    assert_true(p.amount == CLOSE_RESTORE && p.restore_to == 1.05 && p.order == CLOSE_LARGEST_MAINTENANCE);
    assert_true(p.fee == 0.02 && p.fee_base == FEE_ON_MAINTENANCE);
    loaded_free(&loaded);
    loaded =
        load_valid(BASE, "liquidation={amount: tier-steps, tier_steps: 2, price: bankruptcy, remainder: forfeited}");
    p = loaded.scenario->procedure;
    assert_true(p.amount == CLOSE_TIER_STEPS && p.tier_steps == 2);
    assert_true(p.price == CLOSE_AT_BANKRUPTCY && p.remainder == REMAINDER_FORFEITED);
    loaded_free(&loaded);
    assert_refused(BASE, "liquidation.amount=fraction", 1, "needs 'fraction'");
    assert_refused(BASE, "liquidation.fraction=0.1", 1, "'fraction' belongs to 'amount: fraction'");
    assert_refused(BASE, "liquidation={amount: fraction, fraction: 0}", 1, "outside the allowed range");
    assert_refused(BASE, "liquidation={amount: fraction, fraction: 1.01}", 1, "outside the allowed range");
    assert_refused(BASE, "liquidation={amount: fraction, fraction: 1, restore_to: 2, tier_steps: 1}", 2, "belongs to");
    assert_refused(BASE, "liquidation={amount: restore, restore_to: 100%}", 1, "outside the allowed range");
    assert_refused(BASE, "liquidation={amount: restore, cooldown: 1 h}", 1, "'cooldown' belongs to");
    assert_refused(BASE, "liquidation={amount: one-by-one, full_below: 1}", 1, "'full_below' belongs to");
    assert_refused(BASE, "liquidation={amount: tier-steps, tier_steps: 0}", 1, "outside the allowed range");
    assert_refused(BASE, "liquidation={amount: tier-steps, tier_steps: 1.5}", 1, "a whole number is due");
    assert_refused(BASE, "liquidation={price: bankruptcy, limit: bankruptcy}", 1, "'limit' belongs to 'price: mark'");
    assert_refused(BASE, "liquidation={fee_base: maintenance, fee_in_maintenance: true}", 1, "'fee_in_maintenance'");
    assert_refused(BASE, "liquidation={maintenance: 50%, fee: 50%, fee_in_maintenance: true}", 2, "come to 1;");
    assert_refused(BASE, "liquidation.backstop=1", 1, "outside the allowed range");
}

/* The requirement covers the fee: the rates rise, the offsets stay. */
static void a_fee_can_be_in_the_requirement(void **state) {
    (void)state;
    struct loaded loaded =
        load_valid(BASE, "liquidation={tiers: [{from: 0, rate: 3.125%}, {from: 64, rate: 6.25%}], fee: 1.5625%, "
                         "fee_in_maintenance: true}");
    const struct tiers *tiers = &loaded.scenario->rule.of_asset[1];
    assert_true(tiers->tier[0].rate == 0.046875 && tiers->tier[1].rate == 0.078125 && tiers->tier[1].offset == 2);
    assert_non_null(strstr(loaded.scenario->resolved, "- {from: 0, rate: 0.03125}"));
    loaded_free(&loaded);
}

static void a_later_choice_drops_the_keys_of_another(void **state) {
    (void)state;
    static const char text[] = BASE "liquidation: {amount: fraction, fraction: 20%, cooldown: 1 h, limit: bankruptcy, "
                                    "fee: 1%, fee_in_maintenance: true}\n";
    struct loaded loaded = load_valid(text, "liquidation.amount=full");
    assert_null(strstr(loaded.scenario->resolved, "cooldown"));
    assert_true(loaded.scenario->procedure.amount == CLOSE_FULL && loaded.scenario->procedure.limit_bankruptcy);
    loaded_free(&loaded);
    loaded = load_valid(text, "liquidation.price=bankruptcy");
    assert_false(loaded.scenario->procedure.limit_bankruptcy);
    loaded_free(&loaded);
    loaded = load_valid(text, "liquidation.fee_base=maintenance");
    assert_false(loaded.scenario->procedure.fee_in_maintenance);
    assert_true(loaded.scenario->rule.of_asset[0].tier[0].rate == 0.005);
    loaded_free(&loaded);
    assert_refused(text, "liquidation.restore_to=110%", 1, "'restore_to' belongs to 'amount: restore'");
}

static void a_venue_gives_the_defaults(void **state) {
    (void)state;
    static const char text[] = HEAD "market:\n  assets: [{name: BTC, price: 100, volatility: 40%}]\n" ACCOUNT
                                    "positions: [{name: a, asset: BTC, quantity: 2, margin: 100}]\n";
    struct loaded loaded = load_valid(text, "venue=hyperliquid");
    const struct riskpool_scenario *s = loaded.scenario;
    assert_string_equal(s->venue.name, "hyperliquid");
    assert_non_null(s->venue.date);
    assert_null(s->venue.own);
    assert_true(s->rule.strict && s->procedure.amount == CLOSE_FRACTION && s->rule.of_asset[0].n == 2);
    assert_null(strstr(s->resolved, "venue"));
    loaded_free(&loaded);
    static const char own[] = "liquidation: {amount: full, tiers: {BTC: 1%}, fee: 3%}\n";
    char both[sizeof text + sizeof own];
    snprintf(both, sizeof both, "%s%s", text, own);
    loaded = load_valid(both, "venue=hyperliquid");
    s = loaded.scenario;
    assert_string_equal(s->venue.own, "amount, tiers, fee");
    assert_true(s->procedure.amount == CLOSE_FULL && s->procedure.fee == 0.03 && s->procedure.backstop > 0.66);
    assert_true(s->rule.strict && s->rule.of_asset[0].n == 1 && s->rule.of_asset[0].tier[0].rate == 0.01);
    loaded_free(&loaded);
    assert_refused(text, "venue=hyperlicuid", 1, "unknown venue 'hyperlicuid'");
    assert_refused(text, "venue=hyperlicuid", 1, "did you mean 'hyperliquid'? allowed here: binance, bitmex,");
    assert_refused(text, "venue=okx", 1, "the rules of venue 'okx' have no rates of maintenance");
    assert_refused(BASE, "venue=dydx", 2, "venue 'dydx' has no rates of maintenance for asset 'A'");
}

static void pools_may_not_start_in_breach(void **state) {
    (void)state;
    assert_refused(BASE, "positions.a.margin=10", 1, "pool 'a' of mode 'isolated' starts in breach");
    struct loaded loaded = load_with(BASE, "positions.a.margin=10", 1);
    assert_int_equal(loaded.status, RISKPOOL_OK);
    assert_non_null(strstr(loaded.messages, "warning: pool 'a' of mode 'isolated' starts in breach"));
    loaded_free(&loaded);
    loaded = load_with(BASE, "account.balance=100", 1);
    assert_int_equal(loaded.status, RISKPOOL_OK);
    assert_non_null(strstr(loaded.messages, "warning: mode 'isolated' allocates 650, but the balance is 100"));
    loaded_free(&loaded);
    assert_refused(BASE, "account.balance=100", 1, "mode 'isolated' allocates 650, but the balance is 100");
}

/* 2000 of notional at 0.390625 %: the requirement is 7.8125 exactly. */
static void equality_is_a_breach_unless_strict(void **state) {
    (void)state;
#define EDGE(margin, strict)                                     \
    "liquidation: {maintenance: 0.390625%, strict: " strict      \
    "}\nmodes: [{name: m, isolated: [a]}]\n" HEAD MARKET ACCOUNT \
    "positions: [{name: a, asset: A, side: long, notional: 2000, margin: " margin "}]\n"
    assert_refused(EDGE("7.8125", "false"), NULL, 1, "starts in breach");
    struct loaded loaded = load_valid(EDGE("7.8125", "true"), NULL);
    loaded_free(&loaded);
    assert_refused(EDGE("7.8124", "true"), NULL, 1, "starts in breach");
    loaded = load_valid(EDGE("7.8126", "false"), NULL);
    loaded_free(&loaded);
    /* 8 bought at 125 and worth 100 each: 22 % of 800 is below the equity of 200, of 1000 it is not */
#define BASIS(base) "liquidation={maintenance: 22%, maintenance_base: " base "}"
#define LATE \
    HEAD MARKET ACCOUNT "positions: [{name: a, asset: A, quantity: 8, entry: 125, margin: 400}]\nmodes: [isolated]\n"
    loaded = load_valid(LATE, BASIS("mark"));
    loaded_free(&loaded);
    assert_refused(LATE, BASIS("entry"), 1, "its equity is 200, its maintenance margin 220");
    /* without any maintenance a pool still cannot start at equity 0: long at 150 what costs 100 */
    assert_refused(BASE, "positions.a={name: a, asset: A, quantity: 8, entry: 150, margin: 400}", 1,
                   "starts in breach");
}

static void limits_find_their_statistic(void **state) {
    (void)state;
    struct loaded loaded =
        load_valid(BASE, "limits={cross.joint_liquidation_frequency.b.a: 1%, isolated.value_at_risk.95%: 5, "
                         "cross.any_liquidation_frequency: 90%}");
    const struct limit *limits = loaded.scenario->limits;
    assert_int_equal(loaded.scenario->n_limits, 3);
    assert_string_equal(limits[0].key, "isolated.value_at_risk.95%");
    assert_true(limits[0].mode == 0 && limits[0].index == 0 && limits[0].bound == 5);
    assert_string_equal(limits[1].key, "cross.any_liquidation_frequency");
    assert_true(limits[2].index == 2 && limits[2].mode == 1);
    loaded_free(&loaded);
    assert_refused(BASE, "limits={cros.mean_loss: 1}", 1, "did you mean 'cross'?");
    assert_refused(BASE, "limits={cross.mean_los: 1}", 1, "did you mean 'mean_loss'?");
    assert_refused(BASE, "limits={cross.value_at_risk: 1}", 1, "unknown entry of 'value_at_risk': ''");
    assert_refused(BASE, "limits={cross.value_at_risk.98%: 1}", 1, "allowed here: 95%, 99%, 99.9%");
    assert_refused(BASE, "limits={cross.mean_loss.3: 1}", 1, "'mean_loss' has no entry '3'");
    assert_refused(BASE, "limits={cross.survival.3: 1}", 1, "'survival' cannot have a limit");
    assert_refused(BASE, "limits={cross.mean_loss: x}", 1, "'cross.mean_loss': 'x' is not a number");
    assert_refused(BASE, "limits={cross.value_at_risk.95%: 1, cross.value_at_risk.0.95: 2}", 1, "is limited twice");
}

static void confidence_levels_are_sorted_and_checked(void **state) {
    (void)state;
    struct loaded loaded = load_valid(BASE, "confidence=[99%, 0.5]");
    assert_true(loaded.scenario->n_confidence == 2 && loaded.scenario->confidence[0] == 0.5);
    loaded_free(&loaded);
    assert_refused(BASE, "confidence={a: 1}", 1, "'confidence' is a map; a list is due");
    assert_refused(BASE, "confidence=[]", 1, "needs at least one level");
    assert_refused(BASE, "confidence=[100%]", 1, "outside the allowed range");
    assert_refused(BASE, "confidence=[0.5, 50%]", 1, "the level 0.5 is listed twice");
    assert_refused(BASE, "alerts.margin_level=[1.5, 150%]", 1, "the alert 'margin_level 150%' is listed twice");
}

static void files_that_are_none_are_refused(void **state) {
    (void)state;
    struct loaded loaded;
    loaded.status = riskpool_scenario_load("no-such.yaml", NULL, 0, &loaded.scenario, &loaded.messages);
    assert_int_equal(loaded.status, RISKPOOL_INPUT_MISSING);
    assert_string_equal(loaded.messages, "no-such.yaml: error: there is no such file\n1 error\n");
    loaded_free(&loaded);
    loaded.status = riskpool_scenario_load(".", NULL, 0, &loaded.scenario, &loaded.messages);
    assert_int_equal(loaded.status, RISKPOOL_INPUT_MISSING);
    assert_string_equal(loaded.messages, ".: error: it is a folder\n1 error\n");
    loaded_free(&loaded);
    loaded.status = riskpool_scenario_load("/dev/zero", NULL, 0, &loaded.scenario, &loaded.messages);
    assert_int_equal(loaded.status, RISKPOOL_INVALID);
    assert_string_equal(loaded.messages, "/dev/zero: error: it is larger than 8 MiB\n1 error\n");
    loaded_free(&loaded);
}

static void statuses_have_texts(void **state) {
    (void)state;
    assert_string_equal(riskpool_status_text(RISKPOOL_OK), "done");
    assert_int_equal(riskpool_status_exit_code(RISKPOOL_INVALID), 65);
    assert_int_equal(riskpool_status_exit_code(RISKPOOL_STOPPED), 75);
    assert_string_equal(riskpool_status_text((enum riskpool_status)99), "unknown status");
    assert_int_equal(riskpool_status_exit_code((enum riskpool_status)99), 70);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_becomes_a_scenario),
        cmocka_unit_test(digest_is_sha256_of_the_resolved_text),
        cmocka_unit_test(resolved_text_depends_on_the_meaning_alone),
        cmocka_unit_test(sampling_is_read),
        cmocka_unit_test(resolved_text_is_idempotent),
        cmocka_unit_test(template_is_valid_and_idempotent),
        cmocka_unit_test(eight_mistakes_are_reported_at_once),
        cmocka_unit_test(overrides_replace_and_add),
        cmocka_unit_test(wrong_overrides_are_named),
        cmocka_unit_test(wrong_orders_are_refused),
        cmocka_unit_test(times_must_fit_the_steps),
        cmocka_unit_test(stress_finds_its_steps),
        cmocka_unit_test(impossible_correlations_are_refused_or_repaired),
        cmocka_unit_test(matrices_are_checked),
        cmocka_unit_test(matrices_come_from_files),
        cmocka_unit_test(positions_are_checked),
        cmocka_unit_test(sizes_are_at_the_entry_price),
        cmocka_unit_test(numbers_do_not_depend_on_the_locale),
        cmocka_unit_test(modes_become_pools),
        cmocka_unit_test(rules_are_read),
        cmocka_unit_test(procedures_are_read),
        cmocka_unit_test(a_fee_can_be_in_the_requirement),
        cmocka_unit_test(a_later_choice_drops_the_keys_of_another),
        cmocka_unit_test(a_venue_gives_the_defaults),
        cmocka_unit_test(pools_may_not_start_in_breach),
        cmocka_unit_test(equality_is_a_breach_unless_strict),
        cmocka_unit_test(limits_find_their_statistic),
        cmocka_unit_test(confidence_levels_are_sorted_and_checked),
        cmocka_unit_test(files_that_are_none_are_refused),
        cmocka_unit_test(statuses_have_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
