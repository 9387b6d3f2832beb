/* The comments of a calibration: what was read and left out, how it was estimated, the errors, the spectrum, windows
 * side by side. */
#include "calibrate_print.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "instant.h"
#include "number.h"

void measured_text(char cell[CELL_SIZE], double value, double error, int percent) {
    const double scale = percent ? 100 : 1, size = scale * (isfinite(error) && error > 0 ? error : fabs(value) / 100);
    int digits = size > 0 && isfinite(size) ? 1 - (int)floor(log10(size)) : 3;
    digits = digits < 0 ? 0 : digits > 6 ? 6 : digits;
    if (!isfinite(value))
        snprintf(cell, CELL_SIZE, "-");
    else if (!isfinite(error))
        snprintf(cell, CELL_SIZE, "%.*f", digits, scale * value);
    else
        snprintf(cell, CELL_SIZE, "%.*f ± %.*f", digits, scale * value, digits, scale * error);
}

void step_text(const struct returns *r, char text[CELL_SIZE]) {
    char number[NUMBER_SIZE];
    duration_format(round(r->calendar.median), number);
    snprintf(text, CELL_SIZE, "%s", number);
}

/* A cell of a table in comments; ± is two bytes and one character. */
static void add_cell(struct text *out, const char *cell, int width) {
    size_t extra = 0;
    for (const char *s = cell; *s; s++)
        extra += (*s & 0xc0) == 0x80;
    text_add(out, " %*s", width + (int)extra, cell);
}

static int name_width(const struct returns *r) {
    size_t width = 6;
    for (size_t i = 0; i < r->n_assets; i++)
        width = strlen(r->name[i]) > width ? strlen(r->name[i]) : width;
    return (int)width;
}

static void add_name(struct text *out, const char *name, int width) {
    text_add(out, "#   ");
    text_add_printable(out, name, strlen(name), 0);
    text_add(out, "%*s", width - (int)strlen(name), "");
}

static void print_method(const struct stretch *s, const struct calibrate_request *request, struct text *out) {
    const struct covariance *c = &s->covariance;
    switch (request->method.kind) {
    case COVARIANCE_SAMPLE:
        text_add(out, "sample covariance (n - 1)");
        break;
    case COVARIANCE_EWMA:
        text_add(out, "exponential weights, %.6g a step (as many as %.1f equal ones), about zero",
                 c->n > 1 ? c->weight[c->n - 2] / c->weight[c->n - 1] : 1, c->effective);
        break;
    case COVARIANCE_LEDOIT_WOLF:
        text_add(out, "covariance (n) shrunk to a multiple of the identity by %.4f (Ledoit and Wolf 2004)",
                 c->intensity);
        break;
    case COVARIANCE_LEDOIT_WOLF_CORRELATION:
        text_add(out, "covariance (n) shrunk to equal correlations by %.4f (Ledoit and Wolf 2004)", c->intensity);
        break;
    case COVARIANCE_SHRINK:
        text_add(out, "covariance (n) shrunk to equal correlations by %.4f, as asked", c->intensity);
    }
}

static void print_counts(const struct returns *r, struct text *out) {
    char first[INSTANT_SIZE], final[INSTANT_SIZE], step[CELL_SIZE];
    instant_format(r->first, first);
    instant_format(r->final, final);
    step_text(r, step);
    text_add(out, "# %zu rows from %s to %s, %s apart; %zu returns used", r->n_rows, first, final, step, r->n);
    if (r->n_missing > 0)
        text_add(out, "; %zu left out where a price is missing", r->n_missing);
    if (r->n_gaps > 0)
        text_add(out, "; %zu left out where rows are missing", r->n_gaps);
    text_add(out, ".\n");
    size_t named = 0;
    for (size_t i = 0; i < r->n_assets; i++)
        if (r->n_empty[i] > 0)
            text_add(out, "%s%s %zu", named++ ? ", " : "# Missing prices: ", r->name[i], r->n_empty[i]);
    text_add(out, named ? ".\n" : "");
}

static void print_head(const struct calibration *c, const struct calibrate_request *request, struct text *out) {
    const struct stretch *s = &c->stretches[0];
    char last[INSTANT_SIZE];
    instant_format(s->returns.last_time, last);
    text_add(out, "# Calibrated by riskpool %s from ", riskpool_version());
    text_add_printable(out, c->prices.path, strlen(c->prices.path), 0);
    text_add(out, ".\n");
    print_counts(&s->returns, out);
    text_add(out, "# Log returns, ");
    print_method(s, request, out);
    text_add(out, "; annualised by %.6g steps a year of 365 days", 1 / s->returns.step_years);
    if (s->returns.calendar.weekdays)
        text_add(out, "\n# (no rows on Saturdays and Sundays: a weekend is part of the step across it)");
    text_add(
        out,
        ".\n# Prices of %s. ± is one standard error: no law of the returns assumed, serial dependence allowed for\n"
        "# (Newey and West 1987)%s.\n",
        last, s->covariance.intensity > 0 ? "; of the sample, before shrinking" : "");
}

static void print_assets(const struct stretch *s, struct text *out) {
    const struct returns *r = &s->returns;
    const int width = name_width(r);
    char cell[CELL_SIZE];
    text_add(out, "#\n#   %-*s %16s %18s\n", width, "", "volatility %", "growth a year %");
    for (size_t i = 0; i < r->n_assets; i++) {
        add_name(out, r->name[i], width);
        measured_text(cell, s->volatility[i], s->volatility_error[i], 1);
        add_cell(out, cell, 16);
        measured_text(cell, s->growth[i], s->growth_error[i], 1);
        add_cell(out, cell, 18);
        text_add(out, "\n");
    }
    text_add(out, "# drift is left at 0%%: the growth of the past says little of that to come.\n");
}

static void print_correlation_errors(const struct stretch *s, struct text *out) {
    const size_t d = s->returns.n_assets;
    if (d < 2)
        return;
    text_add(out, "# standard errors of the correlation:\n");
    for (size_t i = 0; i < d; i++) {
        text_add(out, "#   ");
        for (size_t j = 0; j < d; j++)
            text_add(out, "%s%.3f", j > 0 ? " " : "", s->correlation_error[i * d + j]);
        text_add(out, "\n");
    }
}

static void print_spectrum(const struct stretch *s, struct text *out) {
    const size_t d = s->returns.n_assets;
    const double edge = covariance_noise_edge(d, s->covariance.effective);
    size_t above = 0;
    if (d < 2)
        return;
    text_add(out, "# eigenvalues of the correlation:");
    for (size_t i = 0; i < d; i++) {
        text_add(out, " %.3f", s->eigenvalue[i]);
        above += s->eigenvalue[i] > edge;
    }
    text_add(out,
             "\n# noise alone would reach %.3f (Marchenko and Pastur 1967): %zu above; the first is %.1f %% of all.\n",
             edge, above, 100 * s->eigenvalue[0] / (double)d);
}

/* How one window differs from another at a glance. */
struct glance {
    double mean, least, most; /* correlation of pairs */
    double beta;              /* mean beta of the others to the first asset */
};

static struct glance glance_at(const struct stretch *s) {
    const size_t d = s->returns.n_assets;
    struct glance g = {.least = 1, .most = -1};
    for (size_t i = 1; i < d; i++) {
        g.beta += s->correlation[i] * s->volatility[i] / s->volatility[0] / (double)(d - 1);
        for (size_t j = 0; j < i; j++) {
            const double r = s->correlation[i * d + j];
            g.mean += r / (0.5 * (double)d * (double)(d - 1));
            g.least = fmin(g.least, r);
            g.most = fmax(g.most, r);
        }
    }
    return g;
}

/* The correlation of a window beside the main one, as it would stand in a scenario. */
static void print_window_correlation(const struct stretch *s, struct text *out) {
    const size_t d = s->returns.n_assets;
    text_add(out, "#   correlation in %s:\n", s->name);
    for (size_t i = 0; i < d; i++) {
        text_add(out, "#   - [");
        for (size_t j = 0; j < d; j++)
            text_add(out, "%s%.4g", j > 0 ? ", " : "", s->correlation[i * d + j]);
        text_add(out, "]\n");
    }
}

static void print_window_line(const struct stretch *s, struct text *out) {
    const struct glance g = glance_at(s);
    const size_t d = s->returns.n_assets;
    text_add(out, "#   %-16s %6zu", s->name ? s->name : "this window", s->returns.n);
    if (d > 1)
        text_add(out, " %8.3f %8.3f %8.3f %8.3f %8.3f %8.3f", g.mean, g.least, g.most, s->eigenvalue[0] / (double)d,
                 s->eigenvalue[d - 1], g.beta);
    text_add(out, "\n");
}

void calibrate_print_windows(const struct calibration *c, struct text *out) {
    const struct returns *r = &c->stretches[0].returns;
    const int width = name_width(r);
    text_add(out, "#   %-16s %6s %8s %8s %8s %8s %8s %8s\n", "", "n", "mean cor", "least", "most", "first", "smallest",
             "beta");
    for (size_t w = 0; w < c->n_stretches; w++)
        print_window_line(&c->stretches[w], out);
    if (c->n_stretches == 1)
        return;
    text_add(out, "#   volatility %%\n#   %-*s", width, "");
    for (size_t w = 0; w < c->n_stretches; w++)
        text_add(out, " %16s", c->stretches[w].name ? c->stretches[w].name : "this window");
    for (size_t i = 0; i < r->n_assets; i++) {
        text_add(out, "\n");
        add_name(out, r->name[i], width);
        for (size_t w = 0; w < c->n_stretches; w++) {
            char cell[CELL_SIZE];
            measured_text(cell, c->stretches[w].volatility[i], c->stretches[w].volatility_error[i], 1);
            add_cell(out, cell, 16);
        }
    }
    text_add(out, "\n");
    for (size_t w = 1; w < c->n_stretches && r->n_assets > 1; w++)
        print_window_correlation(&c->stretches[w], out);
}

void calibrate_print(const struct calibration *c, const struct calibrate_request *request, struct text *out) {
    const struct stretch *s = &c->stretches[0];
    print_head(c, request, out);
    print_assets(s, out);
    print_correlation_errors(s, out);
    print_spectrum(s, out);
    calibrate_print_windows(c, out);
    calibrate_print_fits(c, request, out);
    calibrate_print_market(c, request, out);
}
