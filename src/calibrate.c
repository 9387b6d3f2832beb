/* Reads prices, takes the returns of each window, estimates, and fits the model that was asked for. It knows nothing of
 * how that is printed. */
#include "calibrate.h"

#include <gsl/gsl_math.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "instant.h"

enum { LEAST_RETURNS = 3, TAIL_SHARE = 20 };

const char *calibrate_model_name(enum calibrate_model model) {
    static const char *const names[] = {
#define X(identifier, name) name,
        CALIBRATE_MODEL_LIST(X)
#undef X
    };
    return names[model];
}

static void stretch_free(struct stretch *s) {
    returns_free(&s->returns);
    covariance_free(&s->covariance);
    free(s->memory);
    *s = (struct stretch){.name = NULL};
}

static enum riskpool_status stretch_allocate(struct stretch *s, size_t d) {
    s->memory = calloc(5 * d + 2 * d * d, sizeof *s->memory);
    if (!s->memory)
        return RISKPOOL_NO_MEMORY;
    s->volatility = s->memory;
    s->volatility_error = s->volatility + d;
    s->growth = s->volatility_error + d;
    s->growth_error = s->growth + d;
    s->eigenvalue = s->growth_error + d;
    s->correlation = s->eigenvalue + d;
    s->correlation_error = s->correlation + d * d;
    return RISKPOOL_OK;
}

static void refuse_empty(const struct returns *r, const char *when, struct report *report) {
    struct place place = prices_place(report);
    size_t worst = 0;
    for (size_t i = 1; i < r->n_assets; i++)
        worst = r->n_empty[i] > r->n_empty[worst] ? i : worst;
    if (r->n_rows == 0)
        report_error(report, &place, NULL, "no row is in %s", when);
    else if (r->n_missing > 0 && r->n_empty[worst] > 0)
        report_error(report, &place, "choose the columns with --columns, or the dates with --from and --to",
                     "returns that can be used in %s: %zu, at least %d are due; prices are missing, most in column %s "
                     "(%zu of %zu rows)",
                     when, r->n, LEAST_RETURNS, r->name[worst], r->n_empty[worst], r->n_rows);
    else
        report_error(report, &place, NULL, "returns that can be used in %s: %zu, at least %d are due", when, r->n,
                     LEAST_RETURNS);
}

/* Reports columns that do not move: they have neither a volatility nor a correlation. */
static void refuse_still(const struct returns *r, const char *when, struct report *report) {
    struct place place = prices_place(report);
    for (size_t i = 0; i < r->n_assets; i++) {
        size_t t = 1;
        while (t < r->n && r->value[t * r->n_assets + i] == r->value[i])
            t++;
        if (t >= r->n)
            report_error(report, &place, "leave it out with --columns", "column %s: the price does not move in %s",
                         r->name[i], when);
    }
}

static void describe_window(const struct window *window, char *text, size_t size) {
    char from[INSTANT_SIZE] = "", to[INSTANT_SIZE] = "";
    if (isfinite(window->from))
        instant_format(window->from, from);
    if (isfinite(window->to))
        instant_format(window->to - 1, to); /* the last second that is inside */
    to[isfinite(window->to) && fmod(window->to, 86400) == 0 ? strcspn(to, " ") : strlen(to)] = '\0';
    if (window->name)
        snprintf(text, size, "the window %s (%s..%s)", window->name, from, to);
    else if (!from[0] && !to[0])
        snprintf(text, size, "this table");
    else
        snprintf(text, size, "the window %s..%s", from, to);
}

static struct covariance_method resolve_method(const struct calibrate_request *request, const struct returns *r) {
    struct covariance_method method = request->method;
    if (method.kind == COVARIANCE_EWMA && request->half_life > 0)
        method.parameter = pow(0.5, r->calendar.step / request->half_life);
    return method;
}

static enum riskpool_status annualise(struct stretch *s) {
    const size_t d = s->returns.n_assets;
    const double per_year = 1 / s->returns.step_years, *x = s->returns.value;
    double *term = calloc(s->returns.n, sizeof *term);
    if (!term)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < d; i++) {
        returns_column(&s->returns, i, term);
        s->growth[i] = per_year * (s->covariance.mean[i] + 0.5 * s->covariance.matrix[i * (d + 1)]);
        s->growth_error[i] = per_year * covariance_mean_error(s->returns.n, s->covariance.weight, term);
        s->volatility[i] *= sqrt(per_year);
    }
    free(term);
    enum riskpool_status status = covariance_errors(&s->covariance, x, s->volatility_error, s->correlation_error);
    for (size_t i = 0; i < d; i++)
        s->volatility_error[i] *= sqrt(per_year);
    return status;
}

static enum riskpool_status stretch_init(struct stretch *s, const struct prices *prices, const struct window *window,
                                         const struct calibrate_request *request, struct report *report) {
    char when[160];
    const size_t errors = report->n_errors;
    *s = (struct stretch){.name = window->name};
    describe_window(window, when, sizeof when);
    enum riskpool_status status = returns_init(&s->returns, prices, window);
    if (!status && s->returns.n < LEAST_RETURNS)
        refuse_empty(&s->returns, when, report);
    else if (!status)
        refuse_still(&s->returns, when, report);
    if (!status && report->n_errors > errors)
        status = RISKPOOL_INVALID;
    if (!status)
        status = stretch_allocate(s, prices->n_columns);
    if (status)
        return status;
    const struct covariance_method method = resolve_method(request, &s->returns);
    status = covariance_init(&s->covariance, s->returns.n, prices->n_columns, s->returns.value, &method);
    if (!status && !covariance_split(prices->n_columns, s->covariance.matrix, s->volatility, s->correlation))
        status = RISKPOOL_INVALID;
    if (!status)
        status = annualise(s);
    if (!status)
        status = covariance_spectrum(prices->n_columns, s->correlation, s->eigenvalue);
    return status;
}

/* A fit that the data do not allow is no failure where it is shown beside others. */
static enum riskpool_status tolerate(enum riskpool_status status) {
    return status == RISKPOOL_INVALID ? RISKPOOL_OK : status;
}

static enum riskpool_status fit_tails(struct calibration *c) {
    const struct returns *r = &c->stretches[0].returns;
    double *x = calloc(r->n, sizeof *x);
    enum riskpool_status status = x ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    for (size_t i = 0; !status && i < r->n_assets; i++) {
        struct tails *tails = &c->tails[i];
        returns_column(r, i, x);
        tails->k = r->n / TAIL_SHARE;
        tails->lower = fit_hill(r->n, x, -1, tails->k);
        tails->upper = fit_hill(r->n, x, 1, tails->k);
        status = tolerate(fit_t(r->n, 1, x, &tails->t));
    }
    free(x);
    if (!status)
        status = tolerate(fit_t(r->n, r->n_assets, r->value, &c->joint));
    return status ? status : tolerate(fit_copula(r->n, r->n_assets, r->value, &c->copula, c->residual_correlation));
}

/* GARCH asset by asset, then correlation and common tails of the residuals. */
static enum riskpool_status fit_garch_t(struct calibration *c, struct report *report) {
    const struct returns *r = &c->stretches[0].returns;
    const size_t n = r->n, d = r->n_assets;
    double *memory = calloc(2 * n + n * d + d + d * d, sizeof *memory);
    enum riskpool_status status = memory ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    double *x = memory, *residual = memory ? x + n : NULL, *all = memory ? residual + n : NULL;
    for (size_t i = 0; !status && i < d; i++) {
        struct place place = prices_place(report);
        returns_column(r, i, x);
        status = fit_garch(n, x, r->fresh, &c->garch[i], residual);
        if (status == RISKPOOL_INVALID)
            report_error(report, &place, "more returns, or another model",
                         "column %s: GARCH cannot be fitted to %zu returns", r->name[i], n);
        for (size_t t = 0; !status && t < n; t++)
            all[t * d + i] = residual[t];
    }
    struct covariance sample = {.n = 0};
    if (!status)
        status = covariance_init(&sample, n, d, all, &(struct covariance_method){COVARIANCE_SAMPLE, 0});
    if (!status && !covariance_split(d, sample.matrix, x, c->residual_correlation))
        status = RISKPOOL_INVALID;
    if (!status)
        status = fit_t_given(n, d, all, &c->given);
    covariance_free(&sample);
    free(memory);
    return status;
}

static enum riskpool_status fit_model(struct calibration *c, const struct calibrate_request *request,
                                      struct report *report) {
    const struct returns *r = &c->stretches[0].returns;
    struct place place = prices_place(report);
    enum riskpool_status status = RISKPOOL_OK;
    if (request->model == CALIBRATE_GARCH_T)
        status = fit_garch_t(c, report);
    else if (request->model == CALIBRATE_JUMP_DIFFUSION)
        status = fit_jumps(r->n, r->n_assets, r->value, &c->jumps);
    else if (request->model == CALIBRATE_REGIMES)
        status = fit_regimes(r->n, r->n_assets, r->value, &c->regimes);
    else if (request->model == CALIBRATE_STUDENT_T)
        status = fit_t_given(r->n, r->n_assets, r->value, &c->given);
    if (status == RISKPOOL_INVALID && report->n_errors == 0)
        report_error(report, &place, "more returns, fewer columns, or another model",
                     "%s cannot be fitted to %zu returns of %zu columns", calibrate_model_name(request->model), r->n,
                     r->n_assets);
    return status;
}

static enum riskpool_status calibrate_allocate(struct calibration *c, size_t n_stretches) {
    const size_t d = c->prices.n_columns;
    c->stretches = calloc(n_stretches, sizeof *c->stretches);
    c->tails = calloc(d, sizeof *c->tails);
    c->garch = calloc(d, sizeof *c->garch);
    c->memory = calloc(4 * d * d, sizeof *c->memory);
    if (!c->stretches || !c->tails || !c->garch || !c->memory)
        return RISKPOOL_NO_MEMORY;
    c->residual_correlation = c->memory;
    c->jumps.covariance = c->memory + d * d;
    for (size_t s = 0; s < FIT_REGIMES; s++)
        c->regimes.covariance[s] = c->memory + (2 + s) * d * d;
    return RISKPOOL_OK;
}

static void warn(const struct calibration *c, struct report *report) {
    const struct returns *r = &c->stretches[0].returns;
    struct place place = prices_place(report);
    if (r->n <= r->n_assets)
        report_warning(report, &place, "--method ledoit-wolf, or fewer columns",
                       "%zu returns of %zu columns: the sample covariance is singular", r->n, r->n_assets);
    if (r->n_gaps > r->n)
        report_warning(report, &place, NULL,
                       "%zu returns are left out because rows are missing in time; %zu are used, and only the time "
                       "that they cover is calibrated",
                       r->n_gaps, r->n);
}

enum riskpool_status calibrate_init(struct calibration *c, const struct calibrate_request *request,
                                    struct report *report) {
    *c = (struct calibration){.n_stretches = 0};
    enum riskpool_status status =
        prices_init(&c->prices, request->path, request->columns, request->n_columns, NULL, report);
    if (!status)
        status = calibrate_allocate(c, 1 + request->n_others);
    for (size_t i = 0; !status && i <= request->n_others; i++) {
        const struct window *window = i == 0 ? &request->window : &request->others[i - 1];
        c->n_stretches = i + 1;
        status = stretch_init(&c->stretches[i], &c->prices, window, request, report);
    }
    if (!status)
        warn(c, report);
    if (!status && c->stretches[0].returns.n >= CALIBRATE_LEAST_TAILS)
        status = fit_tails(c);
    return status ? status : fit_model(c, request, report);
}

void calibrate_free(struct calibration *c) {
    for (size_t i = 0; i < c->n_stretches; i++)
        stretch_free(&c->stretches[i]);
    free(c->stretches);
    free(c->tails);
    free(c->garch);
    free(c->memory);
    prices_free(&c->prices);
    *c = (struct calibration){.n_stretches = 0};
}
