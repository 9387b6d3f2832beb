/* What an overview holds, and how it looks as a table. */
#include "summary_overview.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "interval.h"
#include "summary_columns.h"
#include "summary_table.h"

static void free_modes(struct overview_run *run) {
    for (size_t m = 0; m < run->n_modes; m++)
        free(run->modes[m].name);
    free(run->modes);
    run->modes = NULL;
    run->n_modes = 0;
}

void overview_free(struct overview *overview) {
    for (size_t i = 0; overview->runs && i < overview->n; i++) {
        free_modes(&overview->runs[i]);
        free(overview->runs[i].currency);
    }
    free(overview->runs);
    *overview = (struct overview){0};
}

enum riskpool_status overview_modes(struct overview_run *run, size_t n, const char *const *names) {
    free_modes(run);
    run->modes = calloc(n + 1, sizeof *run->modes);
    if (!run->modes)
        return RISKPOOL_NO_MEMORY;
    for (run->n_modes = 0; run->n_modes < n; run->n_modes++) {
        struct overview_mode *mode = &run->modes[run->n_modes];
        for (size_t i = 0; i < OVERVIEW_VALUES; i++)
            mode->value[i] = NAN;
        mode->name = strdup(names[run->n_modes]);
        if (!mode->name)
            return RISKPOOL_NO_MEMORY;
    }
    return RISKPOOL_OK;
}

static size_t level_index(const struct riskpool_results *results, double level) {
    size_t i = 0;
    while (i < results->size[DIM_CONFIDENCE] && results->confidence[i] != level)
        i++;
    return i;
}

/* The mode that a limit is of: the longest name that its key begins with. */
static struct overview_mode *limited_mode(struct overview_run *run, const char *key) {
    struct overview_mode *found = NULL;
    size_t longest = 0;
    for (size_t m = 0; m < run->n_modes; m++) {
        const size_t length = strlen(run->modes[m].name);
        if (length > longest && strncmp(key, run->modes[m].name, length) == 0 && key[length] == '.') {
            found = &run->modes[m];
            longest = length;
        }
    }
    return found;
}

static void count_limits(struct overview_run *run, const struct riskpool_results *results) {
    for (size_t i = 0; i < results->n_limits; i++) {
        struct overview_mode *mode = limited_mode(run, results->limits[i].key);
        if (mode) {
            mode->n_limits++;
            mode->n_breached += results->limits[i].breached != 0;
        }
    }
}

static void take_values(struct overview_mode *mode, const struct riskpool_results *results,
                        const struct mode_results *from, double level) {
    const size_t at = level_index(results, level);
    for (size_t i = 0; i < OVERVIEW_VALUES; i++) {
        const int statistic = overview_statistic[i];
        const int has_level = statistic_fields[statistic].dim[0] == DIM_CONFIDENCE;
        if (!has_level)
            mode->value[i] = from->statistic[statistic][0];
        else if (at < results->size[DIM_CONFIDENCE])
            mode->value[i] = from->statistic[statistic][at];
    }
}

enum riskpool_status overview_results(const struct overview *overview, struct overview_run *run,
                                      const struct riskpool_results *results) {
    const char **names = calloc(results->n_modes + 1, sizeof *names);
    char *currency = strdup(results->currency);
    enum riskpool_status status = names && currency ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t m = 0; names && m < results->n_modes; m++)
        names[m] = results->modes[m].name;
    if (status == RISKPOOL_OK)
        status = overview_modes(run, results->n_modes, names);
    free(names);
    if (status != RISKPOOL_OK) {
        free(currency);
        return status;
    }
    free(run->currency);
    run->currency = currency;
    run->has_results = 1;
    run->n_paths = results->n_paths;
    run->seed = results->seed;
    run->start_equity = results->start_equity;
    for (size_t m = 0; m < results->n_modes; m++)
        take_values(&run->modes[m], results, &results->modes[m], overview->level);
    count_limits(run, results);
    return RISKPOOL_OK;
}

/* "23.10 ± 25.94"; "-" for what there is not. */
static void add_estimate(struct table *table, double value, double half_width, int decimals) {
    char *cell = table_add(table);
    if (cell && !isfinite(value))
        snprintf(cell, TABLE_CELL, "-");
    else if (cell && fabs(value) < 1e15)
        snprintf(cell, TABLE_CELL, "%.*f ± %.*f", decimals, value, decimals, half_width);
    else if (cell)
        snprintf(cell, TABLE_CELL, "%.9g ± %.2g", value, half_width);
}

/* In percent; of an interval, the longer side. */
static void add_frequency(struct table *table, const double *value) {
    const double below = value[0] - value[1], above = value[2] - value[0];
    add_estimate(table, 100 * value[0], 100 * (above > below ? above : below), 3);
}

static void add_limits(struct table *table, const struct overview_mode *mode) {
    char *cell = table_add(table);
    if (cell && mode->n_limits == 0)
        snprintf(cell, TABLE_CELL, "-");
    else if (cell && mode->n_breached == 0)
        snprintf(cell, TABLE_CELL, "kept");
    else if (cell)
        snprintf(cell, TABLE_CELL, "%zu BREACHED", mode->n_breached);
}

/* What tells the run apart, and what became of it. */
static void add_names(struct table *table, const struct overview *overview, const struct overview_run *run,
                      const char *mode) {
    char *cell = NULL;
    if (!overview->labels)
        table_text(table, run->name ? run->name : run->scenario);
    for (size_t i = 0; overview->labels && i < OVERVIEW_LABELS; i++)
        table_text(table, run->label[i]);
    table_text(table, mode);
    if (run->exit_code > 1 && (cell = table_add(table)))
        snprintf(cell, TABLE_CELL, "%s (%d)", run->state, run->exit_code);
    else if (run->exit_code <= 1)
        table_text(table, run->state);
}

static void add_row(struct table *table, const struct overview *overview, const struct overview_run *run,
                    const struct overview_mode *mode) {
    add_names(table, overview, run, mode ? mode->name : "-");
    if (!run->has_results || !mode) {
        for (size_t i = 0; i < 6; i++)
            table_text(table, "-");
        return;
    }
    const double *value = mode->value;
    const int decimals = table_money_decimals(run->start_equity);
    char *cell = table_add(table);
    if (cell)
        snprintf(cell, TABLE_CELL, "%" PRIu64, run->n_paths);
    add_estimate(table, value[OVERVIEW_MEAN_LOSS], INTERVAL_95 * value[OVERVIEW_MEAN_LOSS_SE], decimals);
    add_estimate(table, value[OVERVIEW_SHORTFALL], INTERVAL_95 * value[OVERVIEW_SHORTFALL_SE], decimals);
    add_frequency(table, value + OVERVIEW_LIQUIDATION);
    add_frequency(table, value + OVERVIEW_WIPEOUT);
    add_limits(table, mode);
}

static void add_heads(struct table *table, const struct overview *overview) {
    static const char *const after[] = {"any liquidation, %", "wiped out, %", "limits"};
    char *cell;
    if (!overview->labels)
        table_text(table, "scenario");
    for (size_t i = 0; overview->labels && i < OVERVIEW_LABELS; i++)
        table_text(table, overview->labels[i]);
    table->n_left = table->n_cells + 1;
    table_text(table, "mode");
    table_text(table, "status");
    table_text(table, "paths");
    table_text(table, "mean loss");
    if ((cell = table_add(table)))
        snprintf(cell, TABLE_CELL, isnan(overview->level) ? "ES" : "ES %.6g %%", 100 * overview->level);
    for (size_t i = 0; i < sizeof after / sizeof *after; i++)
        table_text(table, after[i]);
    table->n_columns = table->n_cells;
}

/* The currency of all runs; NULL when they have none, or several. */
static const char *common_currency(const struct overview *overview, int *several) {
    const char *common = NULL;
    *several = 0;
    for (size_t i = 0; i < overview->n; i++) {
        const char *own = overview->runs[i].currency;
        *several |= own && common && strcmp(own, common) != 0;
        common = common ? common : own;
    }
    return *several ? NULL : common;
}

static int lacks_mean(const struct overview *overview) {
    for (size_t i = 0; i < overview->n; i++)
        for (size_t m = 0; overview->runs[i].has_results && m < overview->runs[i].n_modes; m++)
            if (isnan(overview->runs[i].modes[m].value[OVERVIEW_MEAN_LOSS]))
                return 1;
    return 0;
}

static void print_notes(FILE *out, const struct overview *overview) {
    int several;
    const char *currency = common_currency(overview, &several);
    fputs("±: 95 % (of an interval, its longer side)", out);
    if (currency)
        fprintf(out, "; money in %s", currency);
    else if (several)
        fputs("; money in the currency of each scenario", out);
    if (lacks_mean(overview))
        fputs("; a mean of -: there is none", out);
    if (isnan(overview->level))
        fputs("; no confidence level that all have", out);
    fputc('\n', out);
}

static enum riskpool_status write_table(FILE *out, const struct overview *overview, int markdown) {
    struct table table = {0};
    add_heads(&table, overview);
    for (size_t i = 0; i < overview->n; i++) {
        const struct overview_run *run = &overview->runs[i];
        for (size_t m = 0; m < run->n_modes; m++)
            add_row(&table, overview, run, &run->modes[m]);
        if (run->n_modes == 0)
            add_row(&table, overview, run, NULL);
    }
    const int fine = !table.failed;
    if (fine) {
        table_print(out, &table, markdown);
        print_notes(out, overview);
    }
    table_free(&table);
    return fine ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

enum riskpool_status overview_write(FILE *out, const struct overview *overview, enum summary_format format) {
    enum riskpool_status status = RISKPOOL_OK;
    if (format == SUMMARY_CSV)
        overview_csv(out, overview);
    else if (format == SUMMARY_JSON)
        status = overview_json(out, overview);
    else
        status = write_table(out, overview, format == SUMMARY_MARKDOWN);
    if (status == RISKPOOL_OK && (fflush(out) != 0 || ferror(out)))
        status = RISKPOOL_WRITE_FAILED;
    return status;
}
