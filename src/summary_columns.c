/* The table over many runs for programs: the same columns as CSV, and as JSON objects. */
#include "summary_columns.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "summary_json.h"

const int overview_statistic[OVERVIEW_VALUES] = {
    [OVERVIEW_MEAN_LOSS] = STAT_mean_loss,
    [OVERVIEW_MEAN_LOSS_SE] = STAT_mean_loss_se,
    [OVERVIEW_SHORTFALL] = STAT_expected_shortfall,
    [OVERVIEW_SHORTFALL_SE] = STAT_expected_shortfall_se,
    [OVERVIEW_LIQUIDATION] = STAT_any_liquidation_frequency,
    [OVERVIEW_LIQUIDATION_LOW] = STAT_any_liquidation_frequency_low,
    [OVERVIEW_LIQUIDATION_HIGH] = STAT_any_liquidation_frequency_high,
    [OVERVIEW_WIPEOUT] = STAT_wipeout_frequency,
    [OVERVIEW_WIPEOUT_LOW] = STAT_wipeout_frequency_low,
    [OVERVIEW_WIPEOUT_HIGH] = STAT_wipeout_frequency_high,
};

const char *overview_signature(enum summary_format format) {
    return format == SUMMARY_CSV ? "scenario,name," : "{\n  \"filetype\": \"riskpool summary\"";
}

/* A value of a row; the kind says which member holds it. */
struct cell {
    const char *name;
    enum { CELL_NONE, CELL_TEXT, CELL_WHOLE, CELL_NUMBER } kind;
    const char *text;
    uint64_t whole;
    double number;
};

enum { CELLS_MOST = 40 };

static struct cell text_cell(const char *name, const char *text) {
    return (struct cell){.name = name, .kind = text ? CELL_TEXT : CELL_NONE, .text = text};
}

static struct cell whole_cell(const char *name, int is_there, uint64_t whole) {
    return (struct cell){.name = name, .kind = is_there ? CELL_WHOLE : CELL_NONE, .whole = whole};
}

static struct cell number_cell(const char *name, int is_there, double number) {
    const int fine = is_there && isfinite(number);
    return (struct cell){.name = name, .kind = fine ? CELL_NUMBER : CELL_NONE, .number = number};
}

/* A run whose modes are not known has one row. */
static size_t rows_of(const struct overview_run *run) {
    return run->n_modes > 0 ? run->n_modes : 1;
}

/* The columns of row `m` of a run; returns how many. */
static size_t fill_row(struct cell cells[CELLS_MOST], const struct overview *overview, const struct overview_run *run,
                       size_t m) {
    const struct overview_mode *mode = m < run->n_modes ? &run->modes[m] : NULL;
    const int there = run->has_results && mode;
    size_t n = 0;
    cells[n++] = text_cell("scenario", run->scenario);
    cells[n++] = text_cell("name", run->name);
    for (size_t i = 0; overview->labels && i < OVERVIEW_LABELS; i++)
        cells[n++] = text_cell(overview->labels[i], run->label[i]);
    cells[n++] = text_cell("mode", mode ? mode->name : NULL);
    cells[n++] = text_cell("status", run->state);
    cells[n++] = whole_cell("exit_code", 1, (uint64_t)run->exit_code);
    cells[n++] = whole_cell("paths", there, run->n_paths);
    cells[n++] = whole_cell("seed", there, run->seed);
    cells[n++] = text_cell("currency", there ? run->currency : NULL);
    cells[n++] = number_cell("start_equity", there, run->start_equity);
    for (size_t i = 0; i < OVERVIEW_VALUES; i++) {
        if (i == OVERVIEW_SHORTFALL)
            cells[n++] = number_cell("confidence", there, overview->level);
        cells[n++] = number_cell(statistic_fields[overview_statistic[i]].name, there, there ? mode->value[i] : NAN);
    }
    cells[n++] = whole_cell("limits", there, there ? mode->n_limits : 0);
    cells[n++] = whole_cell("limits_breached", there, there ? mode->n_breached : 0);
    cells[n++] = text_cell("results", run->results);
    return n;
}

static void csv_cell(FILE *out, const struct cell *cell) {
    if (cell->kind == CELL_TEXT)
        csv_text(out, cell->text);
    else if (cell->kind == CELL_WHOLE)
        fprintf(out, "%" PRIu64, cell->whole);
    else if (cell->kind == CELL_NUMBER)
        fprintf(out, "%.17g", cell->number);
}

static void csv_row(FILE *out, const struct cell *cells, size_t n) {
    for (size_t i = 0; i < n; i++) {
        fputs(i > 0 ? "," : "", out);
        csv_cell(out, &cells[i]);
    }
    fputc('\n', out);
}

static void csv_heads(FILE *out, const struct overview *overview) {
    struct cell cells[CELLS_MOST];
    const size_t n = fill_row(cells, overview, &(struct overview_run){0}, 0);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%s%s", i > 0 ? "," : "", cells[i].name);
    fputc('\n', out);
}

void overview_csv(FILE *out, const struct overview *overview) {
    struct cell cells[CELLS_MOST];
    csv_heads(out, overview);
    for (size_t i = 0; i < overview->n; i++) {
        const struct overview_run *run = &overview->runs[i];
        for (size_t m = 0; m < rows_of(run); m++)
            csv_row(out, cells, fill_row(cells, overview, run, m));
    }
}

/* null also for what is not UTF-8. */
static json_t *json_cell(const struct cell *cell) {
    json_t *text = cell->kind == CELL_TEXT ? json_string(cell->text) : NULL;
    switch (cell->kind) {
    case CELL_TEXT:
        return text ? text : json_null();
    case CELL_WHOLE:
        return json_whole(cell->whole);
    case CELL_NUMBER:
        return json_number(cell->number);
    case CELL_NONE:
        break;
    }
    return json_null();
}

/* NULL when out of memory. */
static json_t *json_row(const struct cell *cells, size_t n) {
    json_t *row = json_object();
    for (size_t i = 0; row && i < n; i++)
        if (json_object_set_new(row, cells[i].name, json_cell(&cells[i])) != 0) {
            json_decref(row);
            row = NULL;
        }
    return row;
}

static json_t *json_rows(const struct overview *overview) {
    struct cell cells[CELLS_MOST];
    json_t *rows = json_array();
    for (size_t i = 0; rows && i < overview->n; i++) {
        const struct overview_run *run = &overview->runs[i];
        for (size_t m = 0; rows && m < rows_of(run); m++) {
            json_t *row = json_row(cells, fill_row(cells, overview, run, m));
            if (json_array_append_new(rows, row) != 0) {
                json_decref(rows);
                rows = NULL;
            }
        }
    }
    return rows;
}

enum riskpool_status overview_json(FILE *out, const struct overview *overview) {
    json_t *rows = json_rows(overview);
    json_t *root = rows ? json_pack("{s:s, s:i, s:o, s:o}", "filetype", "riskpool summary", "exit_code",
                                    overview->exit_code, "confidence", json_number(overview->level), "rows", rows)
                        : NULL;
    if (!root)
        return RISKPOOL_NO_MEMORY;
    const int failed = json_dumpf(root, out, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) != 0 || fputc('\n', out) == EOF;
    json_decref(root);
    return failed ? RISKPOOL_WRITE_FAILED : RISKPOOL_OK;
}
