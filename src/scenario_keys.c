/* The tables of the scenario file: every key, its type, unit, range, default and meaning. */
#include "scenario_keys.h"

#define AT(structure, member) .offset = offsetof(struct structure, member)

const struct field asset_fields[] = {
    {.name = "name", .type = FIELD_NAME, AT(asset_keys, name), .required = 1, .sentence = "name of the asset",
     .example = "BTC"},
    {.name = "price", .type = FIELD_NUMBER, AT(asset_keys, price), .required = 1, .range = RANGE_ABOVE(0),
     .unit = "account currency", .sentence = "price at the start", .example = "60000"},
    {.name = "volatility", .type = FIELD_FRACTION, AT(asset_keys, volatility), .range = RANGE_BETWEEN(0, 100),
     .unit = "per square-root year", .sentence = "standard deviation of the log return (gbm) or of the relative change "
     "(bachelier) in a year; required unless the market gives a covariance", .example = "44%"},
    {.name = "drift", .type = FIELD_FRACTION, AT(asset_keys, drift), .standard = "0", .range = RANGE_BETWEEN(-100, 100),
     .unit = "per year", .sentence = "growth rate of the expected price"},
    {.name = NULL},
};

const struct choice model_choices[] = {
    {"gbm", "geometric Brownian motion: log returns are normal", 0},
    {"bachelier", "arithmetic Brownian motion: price changes are normal, as for rates", 0},
    {"student-t", NULL, 1}, {"jump-diffusion", NULL, 1}, {"garch-t", NULL, 1}, {"heston", NULL, 1},
    {"regimes", NULL, 1}, {"bootstrap", NULL, 1}, {"replay", NULL, 1}, {NULL, NULL, 0},
};

static const struct choice repair_choices[] = {
    {"none", "a matrix that is no correlation matrix is refused", 0},
    {"nearest", "it is replaced by the nearest one in the Frobenius norm (Higham 2002)", 0},
    {NULL, NULL, 0},
};

const struct field market_fields[] = {
    {.name = "model", .type = FIELD_CHOICE, AT(market_keys, model), .standard = "gbm", .choices = model_choices,
     .sentence = "law of the prices"},
    {.name = "assets", .type = FIELD_MAPS, AT(market_keys, assets), .required = 1, .fields = asset_fields,
     .size = sizeof(struct asset_keys), .most = ASSETS_MOST, .sentence = "what is traded",
     .example = "- {name: ETH, price: 3000, volatility: 47%}"},
    {.name = "correlation", .type = FIELD_NODE, AT(market_keys, correlation), .rival = "covariance",
     .unit = "rows of numbers from -1 to 1, or {file: x.csv}",
     .sentence = "correlation of the log returns (gbm) or of the changes (bachelier), in the order of the assets; "
                 "required for two assets or more",
     .example = "\n- [1.00, 0.83]\n- [0.83, 1.00]"},
    {.name = "covariance", .type = FIELD_NODE, AT(market_keys, covariance), .rival = "correlation", .alternative = 1,
     .unit = "rows of numbers per year, or {file: x.csv}",
     .sentence = "instead of the correlation and the volatilities", .example = "{file: covariance.csv}"},
    {.name = "correlation_blend", .type = FIELD_FRACTION, AT(market_keys, blend), .standard = "0",
     .range = RANGE_BETWEEN(0, 1),
     .sentence = "w: (1 - w) times the correlation plus w times all ones (or correlation_toward) is used"},
    {.name = "correlation_toward", .type = FIELD_NODE, AT(market_keys, toward), .alternative = 1,
     .unit = "rows of numbers, or {file: x.csv}", .sentence = "the matrix that correlation_blend leads to",
     .example = "{file: crisis.csv}"},
    {.name = "repair", .type = FIELD_CHOICE, AT(market_keys, repair), .standard = "none", .choices = repair_choices,
     .sentence = "what to do with a correlation that has a negative eigenvalue"},
    {.name = "degrees_of_freedom", .type = FIELD_LATER, .sentence = "it belongs to the model student-t"},
    {.name = "jumps", .type = FIELD_LATER, .sentence = "it belongs to the model jump-diffusion"},
    {.name = NULL},
};

static const struct field account_fields[] = {
    {.name = "currency", .type = FIELD_NAME, AT(account_keys, currency), .standard = "USD",
     .sentence = "reporting currency of the account; all money is in it", .example = "USDT"},
    {.name = "balance", .type = FIELD_NUMBER, AT(account_keys, balance), .required = 1, .range = RANGE_ABOVE(0),
     .unit = "account currency", .sentence = "cash at the start", .example = "10000"},
    {.name = "holdings", .type = FIELD_LATER, .sentence = "coins held as collateral"},
    {.name = NULL},
};

static const struct choice side_choices[] = {
    {"long", "gains when the price rises", 0}, {"short", "gains when the price falls", 0}, {NULL, NULL, 0}};

const struct field position_fields[] = {
    {.name = "name", .type = FIELD_NAME, AT(position_keys, name), .required = 1, .sentence = "name of the position",
     .example = "btc"},
    {.name = "asset", .type = FIELD_NAME, AT(position_keys, asset), .required = 1, .sentence = "name of its asset",
     .example = "BTC"},
    {.name = "side", .type = FIELD_CHOICE, AT(position_keys, side), .choices = side_choices,
     .sentence = "with a notional or an unsigned quantity", .example = "long"},
    {.name = "notional", .type = FIELD_NUMBER, AT(position_keys, notional), .required = 1, .rival = "quantity",
     .range = RANGE_ABOVE(0), .unit = "account currency", .sentence = "size of the position at its entry price",
     .example = "20000"},
    {.name = "quantity", .type = FIELD_NUMBER, AT(position_keys, quantity), .rival = "notional", .alternative = 1,
     .unit = "units of the asset", .sentence = "instead of the notional; without a side its sign says long or short",
     .example = "0.3333"},
    {.name = "entry", .type = FIELD_NUMBER, AT(position_keys, entry), .range = RANGE_ABOVE(0), .alternative = 1,
     .unit = "account currency", .sentence = "price at which it was opened; default: the asset's price",
     .example = "60000"},
    {.name = "margin", .type = FIELD_NUMBER, AT(position_keys, margin), .required = 1, .rival = "leverage",
     .range = RANGE_ABOVE(0), .unit = "account currency", .sentence = "initial margin", .example = "2000"},
    {.name = "leverage", .type = FIELD_NUMBER, AT(position_keys, leverage), .rival = "margin", .alternative = 1,
     .range = RANGE_ABOVE(0), .sentence = "notional over initial margin, instead of the margin", .example = "10"},
    {.name = NULL},
};

const struct field pool_fields[] = {
    {.name = "name", .type = FIELD_NAME, AT(pool_keys, name), .required = 1, .sentence = "name of the pool",
     .example = "majors"},
    {.name = "positions", .type = FIELD_NODE, AT(pool_keys, positions), .required = 1,
     .unit = "list of names of positions", .sentence = "the positions in the pool", .example = "[btc]"},
    {.name = "cash", .type = FIELD_NUMBER, AT(pool_keys, cash), .range = RANGE_FROM(0), .alternative = 1,
     .unit = "account currency", .sentence = "cash of the pool; default: the margins of its positions",
     .example = "5000"},
    {.name = NULL},
};

const struct field mode_fields[] = {
    {.name = "name", .type = FIELD_NAME, AT(mode_keys, name), .required = 1,
     .sentence = "name of the mode: letters, digits, - and _", .example = "two-books"},
    {.name = "isolated", .type = FIELD_NODE, AT(mode_keys, isolated), .unit = "list of names of positions",
     .sentence = "positions that each have a pool of their own, with their margin", .example = "[btc]"},
    {.name = "pools", .type = FIELD_MAPS, AT(mode_keys, pools), .fields = pool_fields,
     .size = sizeof(struct pool_keys), .sentence = "pools of several positions; what is named nowhere shares the wallet"},
    {.name = NULL},
};

const struct field tier_fields[] = {
    {.name = "from", .type = FIELD_NUMBER, AT(tier_keys, from), .required = 1, .range = RANGE_FROM(0),
     .unit = "account currency", .sentence = "notional from which the rate holds; the first is 0, then ascending"},
    {.name = "rate", .type = FIELD_FRACTION, AT(tier_keys, rate), .required = 1, .range = {0, 1, OPEN_HIGH},
     .sentence = "maintenance margin rate on the part of the notional above; not descending"},
    {.name = NULL},
};

const struct field maintenance_rate = {.name = "maintenance", .type = FIELD_FRACTION, .range = {0, 1, OPEN_HIGH}};
const struct field stress_return_value = {.name = "return", .type = FIELD_FRACTION, .range = {-1, 1000, OPEN_LOW}};
const struct field limit_bound = {.name = "limits", .type = FIELD_FRACTION};

static const struct choice amount_choices[] = {
    {"full", "everything in the pool at once", 0}, {"one-by-one", NULL, 1}, {"tier-steps", NULL, 1},
    {"fraction", NULL, 1}, {"restore", NULL, 1}, {NULL, NULL, 0}};
static const struct choice price_choices[] = {
    {"mark", "the price of the market at that moment", 0},
    {"bankruptcy", "the price at which the pool's equity is zero: the venue takes the positions over", 0},
    {NULL, NULL, 0}};
static const struct choice remainder_choices[] = {
    {"returned", "to the wallet", 0}, {"forfeited", "to the venue's insurance fund", 0}, {NULL, NULL, 0}};
static const struct choice base_choices[] = {
    {"mark", "the current notional", 0}, {"entry", "the notional at entry", 0}, {NULL, NULL, 0}};

const struct field liquidation_fields[] = {
    {.name = "maintenance", .type = FIELD_NODE, AT(liquidation_keys, maintenance), .rival = "tiers",
     .unit = "fraction from 0 to below 1, or {ASSET: 1%, default: 0.5%}, or {tiers: ...}",
     .sentence = "flat maintenance margin rate; default 0.5%", .example = "0.5%"},
    {.name = "tiers", .type = FIELD_NODE, AT(liquidation_keys, tiers), .rival = "maintenance", .alternative = 1,
     .unit = "list of {from: notional, rate: fraction}, or {ASSET: list, default: list}",
     .sentence = "marginal maintenance rates instead of a flat one",
     .example = "[{from: 0, rate: 0.4%}, {from: 50000, rate: 0.5%}]"},
    {.name = "maintenance_base", .type = FIELD_CHOICE, AT(liquidation_keys, base), .standard = "mark",
     .choices = base_choices, .sentence = "notional that the maintenance is taken of"},
    {.name = "strict", .type = FIELD_FLAG, AT(liquidation_keys, strict), .standard = "false",
     .sentence = "true: equity equal to the maintenance margin is still safe"},
    {.name = "amount", .type = FIELD_CHOICE, AT(liquidation_keys, amount), .standard = "full",
     .choices = amount_choices, .sentence = "how much is closed"},
    {.name = "price", .type = FIELD_CHOICE, AT(liquidation_keys, price), .standard = "mark", .choices = price_choices,
     .sentence = "price at which positions are closed"},
    {.name = "remainder", .type = FIELD_CHOICE, AT(liquidation_keys, remainder), .standard = "returned",
     .choices = remainder_choices, .sentence = "where the cash goes that is left in a liquidated pool"},
    {.name = "fee", .type = FIELD_FRACTION, AT(liquidation_keys, fee), .standard = "0", .range = {0, 1, OPEN_HIGH},
     .sentence = "fee on the closed notional"},
    {.name = "venue", .type = FIELD_LATER, .sentence = "give the venue's rules with the keys of 'liquidation'"},
    {.name = "fraction", .type = FIELD_LATER}, {.name = "cooldown", .type = FIELD_LATER},
    {.name = "full_below", .type = FIELD_LATER}, {.name = "restore_to", .type = FIELD_LATER},
    {.name = "order", .type = FIELD_LATER}, {.name = "limit", .type = FIELD_LATER},
    {.name = "fee_base", .type = FIELD_LATER, .sentence = "fees are taken on the closed notional"},
    {.name = NULL},
};

static const struct field alert_fields[] = {
    {.name = "margin_level", .type = FIELD_PERCENTS, AT(alert_keys, margin_level), .standard = "",
     .range = RANGE_ABOVE(0), .most = 20, .sentence = "margin levels (equity over used margin) to watch from above",
     .example = "[150%, 120%]"},
    {.name = "utilisation", .type = FIELD_PERCENTS, AT(alert_keys, utilisation), .standard = "",
     .range = {0, 100, OPEN_LOW}, .most = 20, .sentence = "utilisations (maintenance over equity) to watch from below",
     .example = "[60%, 80%]"},
    {.name = NULL},
};

const struct field stress_fields[] = {
    {.name = "at", .type = FIELD_DURATION, AT(stress_keys, at), .required = 1, .range = RANGE_FROM(0),
     .sentence = "time of the event; without 'over' a gap at the end of the step that contains it", .example = "12 h"},
    {.name = "over", .type = FIELD_DURATION, AT(stress_keys, over), .alternative = 1, .range = RANGE_ABOVE(0),
     .sentence = "spread the return in equal pieces over the steps of this time", .example = "6 h"},
    {.name = "return", .type = FIELD_NODE, AT(stress_keys, returns), .required = 1,
     .unit = "{ASSET: fraction above -1}", .sentence = "simple returns that every path suffers",
     .example = "{BTC: -10%}"},
    {.name = "volatility", .type = FIELD_LATER}, {.name = "correlation_blend", .type = FIELD_LATER},
    {.name = "depth", .type = FIELD_LATER}, {.name = NULL},
};

static const struct choice monitoring_choices[] = {
    {"continuous", "pools are watched inside the steps as well, by the law of the path between their ends", 0},
    {"step", "pools are watched at step ends only", 0}, {NULL, NULL, 0}};
static const struct choice paths_choices[] = {
    {"all", "the columns of every path", 0}, {"tail", "of the worst 1 % of any mode, at least 1000", 0},
    {"none", "statistics only", 0}, {NULL, NULL, 0}};

static const struct field output_fields[] = {
    {.name = "paths", .type = FIELD_CHOICE, AT(output_keys, paths), .standard = "all", .choices = paths_choices,
     .sentence = "which columns per path the results keep"},
    {.name = "trajectories", .type = FIELD_FLAG, AT(output_keys, trajectories), .standard = "true",
     .sentence = "drawdown, lowest margin level, fans and alerts: what must look at every pool at every step"},
    {.name = "correlation_risk", .type = FIELD_LATER}, {.name = NULL},
};

const struct field matrix_fields[] = {
    {.name = "file", .type = FIELD_TEXT, AT(matrix_keys, file), .required = 1,
     .sentence = "CSV file with the matrix, relative to the scenario"},
    {.name = NULL},
};

const struct field scenario_fields[] = {
    {.name = "name", .type = FIELD_NAME, AT(scenario_keys, name), .required = 1,
     .sentence = "name of the scenario and of its results file", .example = "three-longs"},
    {.name = "title", .type = FIELD_TEXT, AT(scenario_keys, title), .sentence = "one line for reports; default: the name",
     .example = "Three leveraged longs that fall together"},
    {.name = "horizon", .type = FIELD_DURATION, AT(scenario_keys, horizon), .required = 1, .range = RANGE_ABOVE(0),
     .sentence = "end of the simulation, a whole number of steps", .example = "7 d"},
    {.name = "step", .type = FIELD_DURATION, AT(scenario_keys, step), .standard = "1 h", .range = RANGE_ABOVE(0),
     .sentence = "time step"},
    {.name = "monitoring", .type = FIELD_CHOICE, AT(scenario_keys, monitoring), .standard = "continuous",
     .choices = monitoring_choices, .sentence = "when pools are watched"},
    {.name = "paths", .type = FIELD_WHOLE, AT(scenario_keys, paths), .standard = "100000",
     .range = RANGE_BETWEEN(1, 1e12), .sentence = "number of simulated paths"},
    {.name = "seed", .type = FIELD_WHOLE, AT(scenario_keys, seed), .standard = "1",
     .sentence = "seed of the random numbers, below 2^64"},
    {.name = "market", .type = FIELD_MAP, AT(scenario_keys, market), .required = 1, .fields = market_fields,
     .sentence = "assets and how their prices move"},
    {.name = "account", .type = FIELD_MAP, AT(scenario_keys, account), .required = 1, .fields = account_fields,
     .sentence = "the account"},
    {.name = "positions", .type = FIELD_MAPS, AT(scenario_keys, positions), .required = 1, .fields = position_fields,
     .size = sizeof(struct position_keys), .most = POSITIONS_MOST, .sentence = "what is held: linear contracts",
     .example = "- {name: eth, asset: ETH, side: short, notional: 20000, leverage: 10}"},
    {.name = "modes", .type = FIELD_NODE, AT(scenario_keys, modes),
     .unit = "list of isolated, cross, {name, isolated: [positions]}, {name, pools: [{name, positions, cash}]}",
     .sentence = "margin modes to compare; default: isolated and cross",
     .example = "\n- isolated\n- cross\n- {name: core-satellite, isolated: [eth]}\n"
                "- {name: two-books, pools: [{name: majors, positions: [btc], cash: 5000}]}"},
    {.name = "liquidation", .type = FIELD_MAP, AT(scenario_keys, liquidation), .fields = liquidation_fields,
     .sentence = "when positions are closed, how, and at what cost"},
    {.name = "alerts", .type = FIELD_MAP, AT(scenario_keys, alerts), .fields = alert_fields,
     .sentence = "thresholds whose first crossing is recorded"},
    {.name = "stress", .type = FIELD_MAPS, AT(scenario_keys, stress), .fields = stress_fields,
     .size = sizeof(struct stress_keys), .most = 1000, .sentence = "events that every path suffers"},
    {.name = "confidence", .type = FIELD_FRACTIONS, AT(scenario_keys, confidence), .standard = "95%, 99%, 99.9%",
     .range = RANGE_OPEN(0, 1), .most = 20, .sentence = "levels of value at risk and expected shortfall"},
    {.name = "limits", .type = FIELD_NODE, AT(scenario_keys, limits),
     .unit = "map of MODE.STATISTIC or MODE.STATISTIC.ENTRY (a level, position, alert or count) to a number",
     .sentence = "statistics that must not exceed a bound, else the exit code is 1; default: none",
     .example = "{cross.any_liquidation_frequency: 90%, isolated.expected_shortfall.99%: 10000}"},
    {.name = "output", .type = FIELD_MAP, AT(scenario_keys, output), .fields = output_fields,
     .sentence = "what the results file holds"},
    {.name = "sweep", .type = FIELD_LATER},
    {.name = NULL},
};
