/* A calibration as one JSON object: every estimate as {"value", "error"}, null where there is none. Rates and
 * volatilities are fractions a year; parameters of GARCH and regimes are of one step. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "calibrate.h"

static json_t *number(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *measured(double value, double error) {
    return json_pack("{s:o, s:o}", "value", number(value), "error", number(error));
}

static json_t *scaled(struct measured m, double factor) {
    return measured(m.value * factor, m.error * factor);
}

static json_t *numbers(size_t n, const double *value, double factor) {
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, number(factor * value[i]));
    return list;
}

static json_t *rows(size_t d, const double *matrix, double factor) {
    json_t *list = json_array();
    for (size_t i = 0; i < d; i++)
        json_array_append_new(list, numbers(d, matrix + i * d, factor));
    return list;
}

static json_t *tail_fit(const struct t_fit *fit) {
    return json_pack("{s:o, s:o, s:o}", "degrees_of_freedom", measured(fit->dof.value, fit->dof.error),
                     "log_likelihood", number(fit->likelihood), "log_likelihood_normal", number(fit->gaussian));
}

static json_t *stretch_json(const struct stretch *s) {
    const struct returns *r = &s->returns;
    const size_t d = r->n_assets;
    json_t *volatility = json_array(), *growth = json_array();
    for (size_t i = 0; i < d; i++) {
        json_array_append_new(volatility, measured(s->volatility[i], s->volatility_error[i]));
        json_array_append_new(growth, measured(s->growth[i], s->growth_error[i]));
    }
    return json_pack("{s:s?, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name", s->name, "rows",
                     (json_int_t)r->n_rows, "returns_used", (json_int_t)r->n, "left_out_for_missing_prices",
                     (json_int_t)r->n_missing, "left_out_for_missing_rows", (json_int_t)r->n_gaps, "intensity",
                     number(s->covariance.intensity), "effective_returns", number(s->covariance.effective),
                     "volatility", volatility, "growth", growth, "correlation", rows(d, s->correlation, 1),
                     "correlation_error", rows(d, s->correlation_error, 1), "eigenvalues", numbers(d, s->eigenvalue, 1),
                     "noise_edge", number(covariance_noise_edge(d, s->covariance.effective)));
}

static json_t *assets_json(const struct calibration *c, const struct calibrate_request *request) {
    const struct returns *r = &c->stretches[0].returns;
    const int has_tails = r->n >= CALIBRATE_LEAST_TAILS;
    json_t *assets = json_array();
    for (size_t i = 0; i < r->n_assets; i++) {
        const struct tails *t = &c->tails[i];
        const struct garch_fit *g = &c->garch[i];
        json_t *asset = json_pack("{s:s, s:o, s:I}", "name", r->name[i], "price", number(r->last[i]), "missing_prices",
                                  (json_int_t)r->n_empty[i]);
        if (has_tails) {
            json_object_set_new(asset, "t", tail_fit(&t->t));
            json_object_set_new(asset, "tail_index_of_falls", scaled(t->lower, 1));
            json_object_set_new(asset, "tail_index_of_rises", scaled(t->upper, 1));
        }
        if (request->model == CALIBRATE_GARCH_T)
            json_object_set_new(asset, "garch",
                                json_pack("{s:o, s:o, s:o, s:o}", "alpha", scaled(g->alpha, 1), "beta",
                                          scaled(g->beta, 1), "degrees_of_freedom", scaled(g->dof, 1),
                                          "volatility_after_last_row", number(sqrt(g->next / r->step_years))));
        json_array_append_new(assets, asset);
    }
    return assets;
}

static json_t *jumps_json(const struct calibration *c) {
    const struct returns *r = &c->stretches[0].returns;
    return json_pack("{s:o, s:o, s:o, s:o}", "intensity", scaled(c->jumps.intensity, 1 / r->step_years), "mean",
                     scaled(c->jumps.size, 1), "deviation", scaled(c->jumps.deviation, 1), "covariance_without_jumps",
                     rows(r->n_assets, c->jumps.covariance, 1 / r->step_years));
}

static json_t *regimes_json(const struct calibration *c) {
    const struct returns *r = &c->stretches[0].returns;
    const size_t d = r->n_assets;
    json_t *list = json_array();
    for (size_t k = 0; k < FIT_REGIMES; k++) {
        json_t *volatility = json_array();
        for (size_t i = 0; i < d; i++) {
            double value = sqrt(c->regimes.covariance[k][i * (d + 1)] / r->step_years);
            json_array_append_new(volatility, measured(value, value * c->regimes.scale_error[k]));
        }
        json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "stay", scaled(c->regimes.stay[k], 1), "share",
                                              number(c->regimes.share[k]), "volatility", volatility));
    }
    return list;
}

char *calibrate_json(const struct calibration *c, const struct calibrate_request *request) {
    const struct returns *r = &c->stretches[0].returns;
    json_t *windows = json_array();
    for (size_t i = 1; i < c->n_stretches; i++)
        json_array_append_new(windows, stretch_json(&c->stretches[i]));
    struct text path = {0};
    text_add_printable(&path, c->prices.path, strlen(c->prices.path), 0);
    json_t *root = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "file", path.bytes, "model",
                             calibrate_model_name(request->model), "step_seconds", number(r->calendar.median),
                             "steps_per_year", number(1 / r->step_years), "assets", assets_json(c, request), "window",
                             stretch_json(&c->stretches[0]), "windows", windows);
    if (r->n >= CALIBRATE_LEAST_TAILS) {
        json_object_set_new(root, "t", tail_fit(&c->joint));
        json_object_set_new(root, "copula", tail_fit(&c->copula));
    }
    if (request->model == CALIBRATE_STUDENT_T || request->model == CALIBRATE_GARCH_T)
        json_object_set_new(root, "given_covariance", tail_fit(&c->given));
    if (request->model == CALIBRATE_GARCH_T)
        json_object_set_new(root, "residual_correlation", rows(r->n_assets, c->residual_correlation, 1));
    if (request->model == CALIBRATE_JUMP_DIFFUSION)
        json_object_set_new(root, "jumps", jumps_json(c));
    if (request->model == CALIBRATE_REGIMES)
        json_object_set_new(root, "regimes", regimes_json(c));
    char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(root);
    text_free(&path);
    return text;
}
