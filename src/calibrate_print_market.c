/* `market:` as nodes, so that what is printed is written as every scenario is: numbers with as many digits as the
 * matrix needs to stay positive semidefinite. */
#include <gsl/gsl_math.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calibrate_print.h"
#include "corr.h"
#include "number.h"

enum { ENOUGH = 6, MORE = 10, ALL = 17 };

static struct node *rounded(struct tree *tree, double value, int digits) {
    char text[NUMBER_SIZE];
    snprintf(text, sizeof text, "%.*g", digits, value);
    return node_number(tree, strtod(text, NULL));
}

static struct node *percent(struct tree *tree, double value, int digits) {
    char text[NUMBER_SIZE];
    snprintf(text, sizeof text, "%.*g%%", digits, 100 * value);
    return node_scalar(tree, text, strlen(text), NULL);
}

/* Digits after which the correlation matrix is still one. */
static int enough_digits(struct tree *tree, size_t d, const double *correlation) {
    static const int choices[] = {ENOUGH, MORE};
    double *cut = tree_allocate(tree, d * d * sizeof *cut), least = 0;
    for (size_t c = 0; cut && c < 2; c++) {
        for (size_t k = 0; k < d * d; k++) {
            char text[NUMBER_SIZE];
            snprintf(text, sizeof text, "%.*g", choices[c], correlation[k]);
            cut[k] = strtod(text, NULL);
        }
        enum riskpool_status status = corr_smallest_eigenvalue(d, cut, &least);
        tree->failed |= status == RISKPOOL_NO_MEMORY;
        if (status == RISKPOOL_OK && least > 0)
            return choices[c];
    }
    return ALL;
}

static struct node *matrix_node(struct tree *tree, size_t d, const double *matrix, int digits) {
    struct node *rows = node_new(tree, NODE_LIST, NULL);
    for (size_t i = 0; i < d; i++) {
        struct node *row = node_new(tree, NODE_LIST, NULL);
        for (size_t j = 0; j < d; j++)
            node_append(tree, row, rounded(tree, matrix[i * d + j], digits));
        node_append(tree, rows, row);
    }
    return rows;
}

static struct node *correlation_node(struct tree *tree, size_t d, const double *correlation) {
    return matrix_node(tree, d, correlation, enough_digits(tree, d, correlation));
}

/* What the model's own fit replaces: volatilities [d] and correlation [d][d]. */
struct law {
    const double *volatility, *correlation;
};

static struct node *assets_node(struct tree *tree, const struct calibration *c, const struct calibrate_request *request,
                                const struct law *law) {
    const struct returns *r = &c->stretches[0].returns;
    struct node *assets = node_new(tree, NODE_LIST, NULL);
    for (size_t i = 0; i < r->n_assets; i++) {
        struct node *asset = node_new(tree, NODE_MAP, NULL);
        node_put(tree, asset, "name", node_text(tree, r->name[i]));
        node_put(tree, asset, "price", node_number(tree, r->last[i]));
        if (!request->as_covariance)
            node_put(tree, asset, "volatility", percent(tree, law->volatility[i], ENOUGH));
        node_put(tree, asset, "drift", percent(tree, 0, ENOUGH));
        if (request->model == CALIBRATE_GARCH_T) {
            node_put(tree, asset, "alpha", rounded(tree, c->garch[i].alpha.value, ENOUGH));
            node_put(tree, asset, "beta", rounded(tree, c->garch[i].beta.value, ENOUGH));
        }
        node_append(tree, assets, asset);
    }
    return assets;
}

static struct node *jumps_node(struct tree *tree, const struct calibration *c) {
    struct node *jumps = node_new(tree, NODE_MAP, NULL);
    node_put(tree, jumps, "intensity",
             rounded(tree, c->jumps.intensity.value / c->stretches[0].returns.step_years, ENOUGH));
    node_put(tree, jumps, "mean", percent(tree, c->jumps.size.value, ENOUGH));
    node_put(tree, jumps, "deviation", percent(tree, c->jumps.deviation.value, ENOUGH));
    return jumps;
}

/* Mean duration of a regime that ends in a step with probability 1 - stay = 1 - exp(-step / duration). */
static struct node *duration_node(struct tree *tree, const struct returns *r, double stay) {
    char text[NUMBER_SIZE], *unit = r->calendar.median < 3600 ? "min" : r->calendar.median < 86400 ? "h" : "d";
    double seconds = -r->calendar.step / log(stay);
    snprintf(text, sizeof text, "%.*g %s", ENOUGH, seconds / (*unit == 'm' ? 60 : *unit == 'h' ? 3600 : 86400), unit);
    return node_scalar(tree, text, strlen(text), NULL);
}

static struct node *regimes_node(struct tree *tree, const struct calibration *c) {
    static const char *const names[FIT_REGIMES] = {"calm", "crisis"};
    const struct stretch *s = &c->stretches[0];
    const size_t d = s->returns.n_assets;
    struct node *regimes = node_new(tree, NODE_LIST, NULL);
    double *deviation = tree_allocate(tree, d * sizeof *deviation);
    double *correlation = tree_allocate(tree, d * d * sizeof *correlation);
    for (size_t k = 0; deviation && correlation && k < FIT_REGIMES; k++) {
        struct node *regime = node_new(tree, NODE_MAP, NULL);
        double squares = 0;
        covariance_split(d, c->regimes.covariance[k], deviation, correlation);
        for (size_t i = 0; i < d; i++)
            squares += gsl_pow_2(deviation[i] / s->volatility[i]) / s->returns.step_years / (double)d;
        node_put(tree, regime, "name", node_text(tree, names[k]));
        node_put(tree, regime, "volatility", rounded(tree, sqrt(squares), ENOUGH));
        node_put(tree, regime, "duration", duration_node(tree, &s->returns, c->regimes.stay[k].value));
        if (d > 1)
            node_put(tree, regime, "correlation", correlation_node(tree, d, correlation));
        node_append(tree, regimes, regime);
    }
    return regimes;
}

/* Volatilities and correlation without the jumps. */
static struct law jump_law(struct tree *tree, const struct calibration *c) {
    const struct returns *r = &c->stretches[0].returns;
    double *volatility = tree_allocate(tree, r->n_assets * sizeof *volatility);
    double *correlation = tree_allocate(tree, r->n_assets * r->n_assets * sizeof *correlation);
    if (volatility && correlation)
        covariance_split(r->n_assets, c->jumps.covariance, volatility, correlation);
    for (size_t i = 0; volatility && i < r->n_assets; i++)
        volatility[i] /= sqrt(r->step_years);
    return (struct law){volatility, correlation};
}

static struct law model_law(struct tree *tree, const struct calibration *c, enum calibrate_model model) {
    const struct stretch *s = &c->stretches[0];
    if (model == CALIBRATE_JUMP_DIFFUSION)
        return jump_law(tree, c);
    return (struct law){s->volatility, model == CALIBRATE_GARCH_T ? c->residual_correlation : s->correlation};
}

static struct node *covariance_node(struct tree *tree, size_t d, const struct law *law) {
    double *matrix = tree_allocate(tree, d * d * sizeof *matrix);
    for (size_t i = 0; matrix && i < d; i++)
        for (size_t j = 0; j < d; j++)
            matrix[i * d + j] = law->volatility[i] * law->volatility[j] * law->correlation[i * d + j];
    int digits = enough_digits(tree, d, law->correlation);
    return matrix ? matrix_node(tree, d, matrix, digits == ENOUGH ? MORE : ALL) : NULL;
}

static void put_model(struct tree *tree, struct node *market, const struct calibration *c, enum calibrate_model model) {
    node_put(tree, market, "model", node_text(tree, calibrate_model_name(model)));
    if (model == CALIBRATE_STUDENT_T || model == CALIBRATE_GARCH_T)
        node_put(tree, market, "degrees_of_freedom", rounded(tree, c->given.dof.value, ENOUGH));
    if (model == CALIBRATE_JUMP_DIFFUSION)
        node_put(tree, market, "jumps", jumps_node(tree, c));
    if (model == CALIBRATE_REGIMES)
        node_put(tree, market, "regimes", regimes_node(tree, c));
}

void calibrate_print_market(const struct calibration *c, const struct calibrate_request *request, struct text *out) {
    struct tree tree = {0};
    const size_t d = c->stretches[0].returns.n_assets;
    struct node *market = node_new(&tree, NODE_MAP, NULL);
    const struct law law = model_law(&tree, c, request->model);
    if (law.volatility && law.correlation && !tree.failed) {
        put_model(&tree, market, c, request->model);
        node_put(&tree, market, "assets", assets_node(&tree, c, request, &law));
        if (request->as_covariance)
            node_put(&tree, market, "covariance", covariance_node(&tree, d, &law));
        else if (d > 1)
            node_put(&tree, market, "correlation", correlation_node(&tree, d, law.correlation));
        text_add(out, "market:");
        node_write(market, 2, out);
    }
    out->failed |= tree.failed;
    tree_free(&tree);
}
