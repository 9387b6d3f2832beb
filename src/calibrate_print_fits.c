/* The comments of a calibration on tails and on the model that was fitted. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "calibrate_print.h"

/* Degrees of freedom, or why there are none. */
static void dof_text(char cell[CELL_SIZE], const struct t_fit *fit) {
    if (fit->dof.value >= 0.99 * FIT_DOF_MOST)
        snprintf(cell, CELL_SIZE, "over %.0f", FIT_DOF_MOST);
    else if (fit->dof.value <= 1.01 * FIT_DOF_LEAST)
        snprintf(cell, CELL_SIZE, "below %.1f", FIT_DOF_LEAST);
    else
        measured_text(cell, fit->dof.value, fit->dof.error, 0);
}

static void print_tails(const struct calibration *c, struct text *out) {
    const struct returns *r = &c->stretches[0].returns;
    char dof[CELL_SIZE], lower[CELL_SIZE], upper[CELL_SIZE], step[CELL_SIZE];
    if (r->n < CALIBRATE_LEAST_TAILS) {
        text_add(out, "#\n# Fewer than %d returns: nothing is said of their tails.\n", CALIBRATE_LEAST_TAILS);
        return;
    }
    step_text(r, step);
    text_add(out,
             "#\n# Tails of the returns over %s: degrees of freedom of a t (maximum likelihood); tail index of the %zu "
             "largest\n# falls and rises (Hill 1975).\n",
             step, c->tails[0].k);
    for (size_t i = 0; i < r->n_assets; i++) {
        dof_text(dof, &c->tails[i].t);
        measured_text(lower, c->tails[i].lower.value, c->tails[i].lower.error, 0);
        measured_text(upper, c->tails[i].upper.value, c->tails[i].upper.error, 0);
        text_add(out, "#   %s: %s; falls %s, rises %s\n", r->name[i], dof, lower, upper);
    }
    dof_text(dof, &c->joint);
    text_add(out, "# All together: t with %s degrees of freedom (log-likelihood %.1f; normal %.1f)", dof,
             c->joint.likelihood, c->joint.gaussian);
    if (isfinite(c->copula.dof.value)) {
        dof_text(dof, &c->copula);
        text_add(out, ";\n# copula of the ranks: t with %s (%.1f; normal %.1f)", dof, c->copula.likelihood,
                 c->copula.gaussian);
    }
    text_add(out, ".\n");
}

static void print_garch(const struct calibration *c, struct text *out) {
    const struct stretch *s = &c->stretches[0];
    char alpha[CELL_SIZE], beta[CELL_SIZE], dof[CELL_SIZE];
    text_add(out, "# GARCH(1,1) with t innovations, the long-run variance that of the sample:\n");
    for (size_t i = 0; i < s->returns.n_assets; i++) {
        const struct garch_fit *g = &c->garch[i];
        measured_text(alpha, g->alpha.value, g->alpha.error, 0);
        measured_text(beta, g->beta.value, g->beta.error, 0);
        measured_text(dof, g->dof.value, g->dof.error, 0);
        text_add(out, "#   %s: alpha %s, beta %s, own degrees of freedom %s, volatility after the last row %.1f %%\n",
                 s->returns.name[i], alpha, beta, dof, 100 * sqrt(g->next / s->returns.step_years));
    }
    dof_text(dof, &c->given);
    text_add(out,
             "# The correlation is that of the residuals; given it, all of them together have %s degrees of freedom.\n",
             dof);
}

static void print_student_t(const struct calibration *c, struct text *out) {
    char dof[CELL_SIZE];
    dof_text(dof, &c->given);
    text_add(
        out,
        "# Given the covariance of the sample, a t has %s degrees of freedom (log-likelihood %.1f): volatility is\n"
        "# the standard deviation here, which the free fit above does not keep.\n",
        dof, c->given.likelihood);
}

static void print_jumps(const struct calibration *c, struct text *out) {
    const struct jump_fit *j = &c->jumps;
    const double years = c->stretches[0].returns.step_years;
    char a[CELL_SIZE], b[CELL_SIZE], d[CELL_SIZE];
    measured_text(a, j->intensity.value / years, j->intensity.error / years, 0);
    measured_text(b, j->size.value, j->size.error, 1);
    measured_text(d, j->deviation.value, j->deviation.error, 1);
    text_add(out,
             "# Jumps at common times (Merton 1976, maximum likelihood): %s a year; log size %s %%, deviation %s %%\n"
             "# (log-likelihood %.1f; normal %.1f). Volatilities and correlation are of what is not jumps.\n",
             a, b, d, j->likelihood, j->gaussian);
}

static void print_regimes(const struct calibration *c, struct text *out) {
    static const char *const names[FIT_REGIMES] = {"calm", "crisis"};
    const struct stretch *s = &c->stretches[0];
    const struct regime_fit *r = &c->regimes;
    const size_t d = s->returns.n_assets;
    text_add(out, "# Two regimes (Hamilton 1989, maximum likelihood; log-likelihood %.1f; one normal law %.1f):\n",
             r->likelihood, r->gaussian);
    for (size_t k = 0; k < FIT_REGIMES; k++) {
        char stay[CELL_SIZE], volatility[CELL_SIZE];
        measured_text(stay, r->stay[k].value, r->stay[k].error, 0);
        text_add(out, "#   %s: %.1f %% of the time, stays with probability %s a step; volatility %%:", names[k],
                 100 * r->share[k], stay);
        for (size_t i = 0; i < d; i++) {
            double value = sqrt(r->covariance[k][i * (d + 1)] / s->returns.step_years);
            measured_text(volatility, value, value * r->scale_error[k], 1);
            text_add(out, "%s %s %s", i > 0 ? "," : "", s->returns.name[i], volatility);
        }
        text_add(out, "\n");
    }
    text_add(out, "#   at the last row the regime is %s with probability %.3f\n", names[1], r->last);
}

void calibrate_print_fits(const struct calibration *c, const struct calibrate_request *request, struct text *out) {
    char step[CELL_SIZE];
    print_tails(c, out);
    if (request->model == CALIBRATE_GBM)
        return;
    text_add(out, "#\n# The model; its errors hold if the model does.\n");
    if (request->model == CALIBRATE_STUDENT_T)
        print_student_t(c, out);
    if (request->model == CALIBRATE_GARCH_T)
        print_garch(c, out);
    if (request->model == CALIBRATE_JUMP_DIFFUSION)
        print_jumps(c, out);
    if (request->model == CALIBRATE_REGIMES)
        print_regimes(c, out);
    if (request->model == CALIBRATE_STUDENT_T || request->model == CALIBRATE_GARCH_T) {
        step_text(&c->stretches[0].returns, step);
        text_add(out, "# These are parameters of returns over %s: they hold in a scenario with step: %s.\n", step,
                 step);
    }
}
