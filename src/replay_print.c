/* A replayed path as a table for people. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "replay_names.h"
#include "results.h"

enum { CELL = 32, ROW = 512 };

/* Empty where there is nothing to say. */
static const char *cell(char text[CELL], const char *format, double value) {
    text[0] = '\0';
    if (value < 0.0 || value > 0.0)
        snprintf(text, CELL, format, value);
    return text;
}

static void print_event(FILE *out, const struct replay *replay, const struct event *event) {
    char a[CELL], b[CELL], c[CELL], d[CELL], e[CELL], f[CELL], g[CELL];
    const int valued = event->kind == EVENT_STATE || event->kind == EVENT_LIQUIDATION;
    char equity[CELL] = "", requirement[CELL] = "";
    if (valued) {
        snprintf(equity, sizeof equity, "%.2f", event->equity);
        snprintf(requirement, sizeof requirement, "%.2f", event->requirement);
    }
    char row[ROW];
    snprintf(row, sizeof row, "  %10.4f  %-11s %-12s %-14s %14s %14s %13s %13s %13s %11s %11s %11s %11s", event->hour,
             replay_event_name(event), replay_pool(replay, event), replay_subject(replay, event),
             cell(a, "%.8g", event->quantity), cell(b, "%.8g", event->price), cell(c, "%.2f", event->cash), equity,
             requirement, cell(d, "%.2f", event->fee), cell(e, "%.2f", event->slippage),
             cell(f, "%.2f", event->forfeited), cell(g, "%.2f", event->shortfall));
    for (size_t n = strlen(row); n > 0 && row[n - 1] == ' ';)
        row[--n] = '\0';
    fprintf(out, "%s\n", row);
}

/* 1 when the event is of the start or the end of the path. */
static int is_at_an_end(const struct replay *replay, const struct event *event) {
    const struct market *market = &replay->scenario->market;
    return event->hour <= 0.0 || event->hour >= market->step_hours * (double)market->n_steps;
}

/* Of what comes at every step, unasked only the ends. */
static int is_told(const struct replay *replay, const struct event *event, int every_step) {
    if (every_step)
        return 1;
    return replay_stepwise(event) ? is_at_an_end(replay, event) : event->kind != EVENT_INTEREST;
}

static void print_outcome(FILE *out, const struct replay *replay, size_t m) {
    const double *column = replay->mode[m].column;
    const char *currency = replay->scenario->book.currency;
    fprintf(out, "\n%s: loss %.2f %s", replay->scenario->book.modes[m].name, column[OUTCOME_loss], currency);
    for (int c = 1; c < OUTCOME_COUNT; ++c)
        if (isfinite(column[c]) && (column[c] < 0.0 || column[c] > 0.0))
            fprintf(out, ", %s %.6g%s", outcome_fields[c].name, column[c],
                    outcome_fields[c].unit == UNIT_PERCENT ? " %" : "");
    fputc('\n', out);
}

enum riskpool_status replay_print(FILE *out, const struct replay *replay, int every_step) {
    fprintf(out, "%s: path %" PRIu64 " of seed %" PRIu64 ", hours from the start, money in %s\n",
            replay->scenario->name, replay->path, replay->scenario->market.seed, replay->scenario->book.currency);
    for (size_t m = 0; m < replay->scenario->book.n_modes; ++m) {
        print_outcome(out, replay, m);
        fprintf(out, "  %10s  %-11s %-12s %-14s %14s %14s %13s %13s %13s %11s %11s %11s %11s\n", "hour", "event",
                "pool", "subject", "quantity", "price", "gain", "equity", "requirement", "fee", "slippage", "forfeited",
                "shortfall");
        for (size_t k = 0; k < replay->journal.n; ++k) {
            const struct event *event = &replay->journal.event[k];
            if (event->mode == m && is_told(replay, event, every_step))
                print_event(out, replay, event);
        }
    }
    return ferror(out) || fflush(out) != 0 ? RISKPOOL_WRITE_FAILED : RISKPOOL_OK;
}
