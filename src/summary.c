/* The summary as tables: a row for each statistic, a column for each mode, then each pair of modes, then the limits.
 * Which rows there are is decided here; how a table is drawn depends on the format alone. */
#include "summary.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "interval.h"
#include "results.h"
#include "summary_json.h"
#include "summary_number.h"
#include "summary_risk.h"

enum { CELL = TABLE_CELL };

/* What a row shows of a statistic: the value, with the error that follows it in the table of statistics, or
 * with the bounds that do. */
enum companions { ALONE, WITH_ERROR, WITH_INTERVAL };

/* Values of consecutive statistics: arrays at `values`, the element `i` of each. */
static void add_value(struct table *table, struct look look, double *const *values, size_t i, enum companions shown) {
    if (shown == WITH_ERROR)
        add_with_error(table, look, values[0][i], values[1][i]);
    else if (shown == WITH_INTERVAL)
        add_with_interval(table, look, values[0][i], values[1][i], values[2][i]);
    else
        add_number(table, look, values[0][i]);
}

static void add_row(struct table *table, const struct riskpool_results *results, const char *name, int statistic,
                    size_t i, enum companions shown) {
    const struct look look = look_of(results, statistic_fields[statistic].unit);
    table_text(table, name);
    for (size_t m = 0; m < results->n_modes; m++)
        add_value(table, look, results->modes[m].statistic + statistic, i, shown);
}

static void add_tail_rows(struct table *table, const struct riskpool_results *results) {
    char name[CELL];
    for (size_t i = 0; i < results->size[DIM_CONFIDENCE]; i++) {
        snprintf(name, sizeof name, "value at risk %.6g %%", 100 * results->confidence[i]);
        add_row(table, results, name, STAT_value_at_risk, i, WITH_INTERVAL);
        snprintf(name, sizeof name, "expected shortfall %.6g %%", 100 * results->confidence[i]);
        add_row(table, results, name, STAT_expected_shortfall, i, WITH_ERROR);
    }
}

static void add_position_rows(struct table *table, const struct riskpool_results *results) {
    char name[CELL];
    for (size_t i = 0; i < results->size[DIM_POSITION]; i++) {
        snprintf(name, sizeof name, "%s liquidated, %%", results->position[i]);
        add_row(table, results, name, STAT_liquidation_frequency, i, WITH_INTERVAL);
    }
}

/* Costs appear when there are any. */
static void add_cost_rows(struct table *table, const struct riskpool_results *results) {
    static const struct {
        const char *name;
        int statistic;
    } costs[] = {{"mean fees", STAT_mean_fees},           {"mean slippage", STAT_mean_slippage},
                 {"mean funding", STAT_mean_funding},     {"mean shortfall", STAT_mean_shortfall},
                 {"mean forfeited", STAT_mean_forfeited}, {"mean top-up", STAT_mean_top_up}};
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
        int any = 0;
        for (size_t m = 0; m < results->n_modes; m++)
            any |= results->modes[m].statistic[costs[i].statistic][0] != 0;
        if (any)
            add_row(table, results, costs[i].name, costs[i].statistic, 0, ALONE);
    }
}

/* Of multipliers that follow volatility; other scenarios have none. */
static void add_margin_rows(struct table *table, const struct riskpool_results *results) {
    if (results->n_modes == 0 || isnan(results->modes[0].statistic[STAT_mean_margin_peak_to_trough][0]))
        return;
    add_row(table, results, "margin peak over trough, %", STAT_mean_margin_peak_to_trough, 0, ALONE);
    add_row(table, results, "margin rise in 5 d, %", STAT_mean_margin_largest_rise, 0, ALONE);
}

static void add_alert_rows(struct table *table, const struct riskpool_results *results) {
    char name[CELL];
    for (size_t i = 0; i < results->size[DIM_ALERT]; i++) {
        snprintf(name, sizeof name, "alert %s, %%", results->alert[i]);
        add_row(table, results, name, STAT_alert_frequency, i, ALONE);
    }
}

static void add_mode_table(struct table *table, const struct riskpool_results *results) {
    table->n_columns = 1 + results->n_modes;
    table_text(table, results->currency);
    for (size_t m = 0; m < results->n_modes; m++)
        table_text(table, results->modes[m].name);
    add_row(table, results, "mean loss", STAT_mean_loss, 0, WITH_ERROR);
    add_row(table, results, "standard deviation", STAT_loss_std, 0, ALONE);
    add_tail_rows(table, results);
    add_row(table, results, "any liquidation, %", STAT_any_liquidation_frequency, 0, WITH_INTERVAL);
    add_row(table, results, "all liquidated, %", STAT_all_liquidation_frequency, 0, WITH_INTERVAL);
    add_position_rows(table, results);
    add_row(table, results, "wiped out, %", STAT_wipeout_frequency, 0, WITH_INTERVAL);
    add_row(table, results, "shortfall, %", STAT_shortfall_frequency, 0, WITH_INTERVAL);
    add_alert_rows(table, results);
    add_cost_rows(table, results);
    add_margin_rows(table, results);
}

static void add_pair_row(struct table *table, const struct riskpool_results *results, const char *name, int first,
                         enum companions shown) {
    const struct look look = look_of(results, comparison_fields[first].unit);
    table_text(table, name);
    for (size_t pair = 0; pair < results->size[DIM_PAIR]; pair++)
        add_value(table, look, results->comparison + first, pair, shown);
}

static void add_excess_tail_rows(struct table *table, const struct riskpool_results *results) {
    const struct look look = look_of(results, UNIT_MONEY);
    const size_t n_levels = results->size[DIM_CONFIDENCE];
    char name[CELL];
    for (size_t i = 0; i < n_levels; i++) {
        snprintf(name, sizeof name, "excess expected shortfall %.6g %%", 100 * results->confidence[i]);
        table_text(table, name);
        for (size_t pair = 0; pair < results->size[DIM_PAIR]; pair++)
            add_value(table, look, results->comparison + COMP_excess_expected_shortfall, pair * n_levels + i,
                      WITH_ERROR);
    }
}

static void add_pair_table(struct table *table, const struct riskpool_results *results) {
    table->n_columns = 1 + results->size[DIM_PAIR];
    table_text(table, "on the same paths");
    for (size_t pair = 0; pair < results->size[DIM_PAIR]; pair++)
        table_text(table, results->pair[pair]);
    add_pair_row(table, results, "excess loss", COMP_mean_excess_loss, WITH_ERROR);
    add_excess_tail_rows(table, results);
    add_pair_row(table, results, "rescued, %", COMP_rescue_frequency, WITH_INTERVAL);
    add_pair_row(table, results, "contagion, %", COMP_contagion_frequency, WITH_INTERVAL);
}

static void add_limit_table(struct table *table, const struct riskpool_results *results) {
    table->n_columns = 4;
    table_text(table, "limit");
    table_text(table, "at most");
    table_text(table, "is");
    table_text(table, "");
    for (size_t i = 0; i < results->n_limits; i++) {
        const struct limit_result *limit = &results->limits[i];
        char *cell = NULL;
        table_text(table, limit->key);
        if ((cell = table_add(table)))
            snprintf(cell, CELL, "%.6g", limit->bound);
        if ((cell = table_add(table)))
            snprintf(cell, CELL, "%.6g", limit->value);
        table_text(table, limit->breached ? "BREACHED" : "kept");
    }
}

static void add_sweep_head(struct table *table, const struct riskpool_results *results) {
    const struct sweep_results *sweep = &results->sweep;
    table->n_columns = sweep->n_parameters + 2 * results->n_modes;
    for (size_t a = 0; a < sweep->n_parameters; a++)
        table_text(table, sweep->axis[a].name);
    for (size_t m = 0; m < results->n_modes; m++) {
        char *cell = table_add(table);
        if (cell)
            snprintf(cell, CELL, "%s: ES %.6g %%", results->modes[m].name,
                     100 * results->confidence[shown_level(results)]);
        if ((cell = table_add(table)))
            snprintf(cell, CELL, "%s: any liquidation, %%", results->modes[m].name);
    }
}

static void add_sweep_table(struct table *table, const struct riskpool_results *results) {
    const struct sweep_results *sweep = &results->sweep;
    const size_t level = shown_level(results), inner = sweep->n_parameters == 2 ? sweep->axis[1].n : 1;
    add_sweep_head(table, results);
    for (size_t k = 0; k < sweep->n_points; k++) {
        for (size_t a = 0; a < sweep->n_parameters; a++) {
            char *cell = table_add(table);
            if (cell)
                snprintf(cell, CELL, "%.6g", sweep->axis[a].value[a == 0 ? k / inner : k % inner]);
        }
        for (size_t m = 0; m < results->n_modes; m++) {
            double *const *values = sweep->point[k]->modes[m].statistic;
            add_value(table, look_of(results, UNIT_MONEY), values + STAT_expected_shortfall, level, WITH_ERROR);
            add_value(table, look_of(results, UNIT_ONE), values + STAT_any_liquidation_frequency, 0, WITH_INTERVAL);
        }
    }
}

static void print_crossing(FILE *out, const struct riskpool_results *results, const char *pair, const char *what,
                           double at, double error) {
    const char *name = results->sweep.axis[0].name;
    if (isnan(at))
        fprintf(out, "%s: the difference of the %s keeps its sign over %s\n", pair, what, name);
    else
        fprintf(out, "%s: the difference of the %s changes sign at %s %.4g ± %.2g\n", pair, what, name, at,
                INTERVAL_95 * error);
}

/* Where modes change sides; of a grid over two parameters the results file has it for every value of the second. */
static void print_crossings(FILE *out, const struct riskpool_results *results) {
    const struct sweep_results *sweep = &results->sweep;
    const size_t level = shown_level(results), n_levels = results->size[DIM_CONFIDENCE];
    for (size_t pair = 0; sweep->n_parameters == 1 && pair < results->size[DIM_PAIR]; pair++) {
        print_crossing(out, results, results->pair[pair], "expected shortfalls",
                       sweep->shortfall_crossing.at[pair * n_levels + level],
                       sweep->shortfall_crossing.error[pair * n_levels + level]);
        print_crossing(out, results, results->pair[pair], "liquidation frequencies",
                       sweep->liquidation_crossing.at[pair], sweep->liquidation_crossing.error[pair]);
    }
    fputc('\n', out);
}

static int write_table(FILE *out, const struct riskpool_results *results, int markdown,
                       void (*add)(struct table *, const struct riskpool_results *)) {
    struct table table = {.n_columns = 1};
    add(&table, results);
    const int fine = !table.failed;
    if (fine)
        table_print(out, &table, markdown);
    table_free(&table);
    return fine;
}

static int lacks_mean(const struct riskpool_results *results) {
    int lacks = 0;
    for (size_t m = 0; m < results->n_modes; m++)
        lacks |= isnan(results->modes[m].statistic[STAT_mean_loss][0]) ||
                 isnan(results->modes[m].statistic[STAT_mean_shortfall][0]);
    return lacks;
}

static enum riskpool_status write_tables(FILE *out, const struct riskpool_results *results, int markdown) {
    fprintf(out, "%s%s: %s\n\n", markdown ? "# " : "", results->name, results->title);
    fprintf(out, "%" PRIu64 " paths, seed %" PRIu64 ", start equity %.*f %s%s\n\n", results->n_paths, results->seed,
            table_money_decimals(results->start_equity), results->start_equity, results->currency,
            results->complete ? "" : ", INCOMPLETE");
    int fine = write_table(out, results, markdown, add_mode_table);
    if (results->size[DIM_PAIR] > 0)
        fine = fine && write_table(out, results, markdown, add_pair_table);
    if (results->n_limits > 0)
        fine = fine && write_table(out, results, markdown, add_limit_table);
    if (results->risk[0])
        fine = fine && write_table(out, results, markdown, risk_slopes) &&
               write_table(out, results, markdown, risk_contributions);
    if (results->sweep.n_points > 0) {
        fine = fine && write_table(out, results, markdown, add_sweep_table);
        print_crossings(out, results);
    }
    fputs("± and ( … ): 95 % interval\n", out);
    if (lacks_mean(results))
        fputs("a mean of -: there is none, however many paths; prices of this model have none either\n", out);
    return fine ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

enum riskpool_status summary_write(FILE *out, const struct riskpool_results *results, enum summary_format format) {
    enum riskpool_status status = RISKPOOL_OK;
    if (format == SUMMARY_JSON)
        status = summary_json(out, results);
    else if (format == SUMMARY_CSV)
        summary_csv(out, results);
    else
        status = write_tables(out, results, format == SUMMARY_MARKDOWN);
    if (status == RISKPOOL_OK && (fflush(out) != 0 || ferror(out)))
        status = RISKPOOL_WRITE_FAILED;
    return status;
}
