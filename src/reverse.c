/* The search: the statistic as a function of the multiple, bracketed, then narrowed by GSL's form of Brent's method. On
 * the same random numbers a frequency is a step function; the search ends where a step is small against the error of
 * the frequency. It knows nothing of how a scenario is scaled. */
#include "reverse.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_roots.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "interval.h"
#include "results.h"

enum { RUNS_MOST = 100, BRENT_STEPS = 60 };
/* Width of a bracket that is one point, relative; distance to the target that counts as none, in standard errors. */
static const double width_tolerance = 1e-6, value_tolerance = 0.1;

const char *const reverse_scale_names[] = {
#define X(identifier, name, sentence) name,
    REVERSE_SCALES(X)
#undef X
};

/* A run, remembered. */
struct point {
    double multiple;
    double value, low, high; /* of the statistic; NaN when a pool starts in breach */
    double distance;         /* value less target, finite */
};

struct search {
    const struct reverse_request *request;
    struct point point[RUNS_MOST];
    size_t n;
    double failed; /* the multiple at which `status` came up */
    enum riskpool_status status;
};

/* The statistic of the target followed by `suffix`; NaN when there is none. */
static double read_statistic(const struct reverse_request *request, const struct riskpool_results *results,
                             const char *suffix) {
    const struct limit *target = request->target;
    const char *name = statistic_fields[target->statistic].name;
    const size_t length = strlen(name);
    for (int s = 0; s < STAT_COUNT; ++s)
        if (strncmp(statistic_fields[s].name, name, length) == 0 &&
            strcmp(statistic_fields[s].name + length, suffix) == 0)
            return results->modes[0].statistic[s][target->index];
    return NAN;
}

static void take_results(const struct reverse_request *request, const struct riskpool_results *results,
                         struct point *point) {
    point->value = read_statistic(request, results, "");
    point->low = read_statistic(request, results, "_low");
    point->high = read_statistic(request, results, "_high");
    const double error = read_statistic(request, results, "_se");
    if (!isnan(error)) {
        point->low = point->value - INTERVAL_95 * error;
        point->high = point->value + INTERVAL_95 * error;
    }
}

static enum riskpool_status simulate(const struct reverse_request *request, struct point *point) {
    struct reverse_copy copy;
    struct riskpool_results *results = NULL;
    int breached = 0;
    enum riskpool_status status = reverse_copy_init(&copy, request, point->multiple);
    if (status != RISKPOOL_OK)
        return status;
    status = reverse_copy_check(&copy, &breached);
    if (status == RISKPOOL_OK && !breached)
        status = riskpool_run(&copy.scenario, request->options, &results);
    if (status == RISKPOOL_OK && !breached)
        take_results(request, results, point);
    const double bound = request->target->bound;
    if (breached) /* beyond every target, and finite for the root finder */
        point->distance = fabs(bound) + 1.0;
    else
        point->distance = isnan(point->value) ? -fabs(bound) - 1.0 : point->value - bound;
    riskpool_results_free(results);
    reverse_copy_free(&copy);
    return status;
}

/* The run at a multiple, remembered if there was one. After a failure: any. */
static const struct point *look(struct search *search, double multiple) {
    for (size_t i = 0; i < search->n; ++i)
        if (search->point[i].multiple == multiple)
            return &search->point[i];
    if (search->status != RISKPOOL_OK || search->n == RUNS_MOST)
        return &search->point[search->n - 1];
    struct point *point = &search->point[search->n++];
    *point = (struct point){multiple, NAN, NAN, NAN, 1.0};
    search->status = simulate(search->request, point);
    if (search->status != RISKPOOL_OK)
        search->failed = multiple;
    return point;
}

/* The smallest multiple that reaches the target, and the largest below it that does not; 0 when either is missing. */
static int find_bracket(const struct search *search, const struct point **below, const struct point **above) {
    *below = *above = NULL;
    for (size_t i = 0; i < search->n; ++i) {
        const struct point *p = &search->point[i];
        if (p->distance >= 0.0 && (!*above || p->multiple < (*above)->multiple))
            *above = p;
    }
    for (size_t i = 0; i < search->n; ++i) {
        const struct point *p = &search->point[i];
        if (p->distance < 0.0 && (!*above || p->multiple < (*above)->multiple) &&
            (!*below || p->multiple > (*below)->multiple))
            *below = p;
    }
    return *below && *above;
}

static double standard_error(const struct point *point) {
    return (point->high - point->low) / (2.0 * INTERVAL_95);
}

/* 1 when the target is reached as nearly as the error of the statistic lets one see, or nothing lies between. */
static int is_narrow(const struct point *below, const struct point *above) {
    return above->multiple - below->multiple <= width_tolerance * above->multiple ||
           above->distance <= value_tolerance * standard_error(above);
}

/* Steps away from `from`, each twice as long; returns 1 when the target is between two of them. */
static int bracket(struct search *search) {
    const struct reverse_request *request = search->request;
    const double whole = request->to - request->from;
    if (look(search, request->from)->distance >= 0.0)
        return 0;
    for (int halvings = 6; halvings >= 0 && search->status == RISKPOOL_OK; --halvings)
        if (look(search, halvings == 0 ? request->to : request->from + ldexp(whole, -halvings))->distance >= 0.0)
            return search->status == RISKPOOL_OK;
    return 0;
}

/* The function whose root is looked for; zero counts as reached. */
static double distance_at(double multiple, void *about) {
    const double distance = look(about, multiple)->distance;
    return distance == 0.0 ? 1e-300 : distance;
}

/* Narrows the bracket by Brent's method. The solver is put together here, since GSL's error handler is process-wide and
 * none of its calls may fail into it: the ends straddle the root, and the function is finite. */
static enum riskpool_status narrow(struct search *search) {
    const struct point *below, *above;
    gsl_function function = {distance_at, search};
    gsl_root_fsolver solver = {.type = gsl_root_fsolver_brent, .state = calloc(1, gsl_root_fsolver_brent->size)};
    if (!solver.state)
        return RISKPOOL_NO_MEMORY;
    int gsl = find_bracket(search, &below, &above)
                  ? gsl_root_fsolver_set(&solver, &function, below->multiple, above->multiple)
                  : GSL_EINVAL;
    for (int i = 0; i < BRENT_STEPS && gsl == GSL_SUCCESS && search->status == RISKPOOL_OK; ++i) {
        if (!find_bracket(search, &below, &above))
            break;
        const double near = fabs(look(search, gsl_root_fsolver_root(&solver))->distance);
        if (is_narrow(below, above) || near <= 0.5 * value_tolerance * standard_error(above))
            break;
        gsl = gsl_root_fsolver_iterate(&solver);
    }
    free(solver.state);
    return search->status == RISKPOOL_OK && gsl != GSL_SUCCESS ? RISKPOOL_INTERNAL : search->status;
}

/* Brent may close in from below: goes on until the target is reached. */
static void step_over(struct search *search) {
    const struct point *below, *above;
    if (!find_bracket(search, &below, &above))
        return;
    double slope = (above->distance - below->distance) / (above->multiple - below->multiple);
    double step = fmax(2.0 * fabs(below->distance) / slope, width_tolerance * above->multiple);
    while (!is_narrow(below, above) && search->n < RUNS_MOST && search->status == RISKPOOL_OK) {
        const double middle = 0.5 * (below->multiple + above->multiple), next = below->multiple + step;
        look(search, next < middle ? next : middle);
        if (!find_bracket(search, &below, &above))
            return;
        step *= 2.0;
    }
}

/* Slope of the statistic around a point, over a few per cent of the multiple; NaN when it does not rise. */
static double slope_at(struct search *search, const struct point *at) {
    const double h = 0.03 * at->multiple, centre = at->multiple;
    const struct point left = *look(search, centre - h), right = *look(search, centre + h);
    if (search->status != RISKPOOL_OK)
        return NAN;
    const double slope = (right.value - left.value) / (right.multiple - left.multiple);
    return slope > 0.0 ? slope : NAN;
}

static void answer_with(struct reverse_answer *answer, enum reverse_end end, const struct point *point) {
    *answer = (struct reverse_answer){.end = end,
                                      .multiple = point->multiple,
                                      .error = NAN,
                                      .value = point->value,
                                      .low = point->low,
                                      .high = point->high,
                                      .below = NAN};
}

enum riskpool_status reverse_search(const struct reverse_request *request, struct reverse_answer *answer) {
    struct search *search = calloc(1, sizeof *search);
    if (!search)
        return RISKPOOL_NO_MEMORY;
    search->request = request;
    const int found = bracket(search);
    if (found && search->status == RISKPOOL_OK)
        search->status = narrow(search);
    const struct point *below, *above;
    if (found && search->status == RISKPOOL_OK)
        step_over(search);
    if (search->status != RISKPOOL_OK) {
        answer->multiple = search->failed;
    } else if (!found || !find_bracket(search, &below, &above)) {
        const struct point *last = &search->point[search->n - 1];
        answer_with(answer, last->distance >= 0.0 ? REVERSE_ALREADY : REVERSE_NEVER, last);
    } else {
        const double under = below->multiple;
        answer_with(answer, REVERSE_FOUND, above);
        answer->below = under;
        if (!isnan(above->value))
            answer->error = standard_error(above) / slope_at(search, above);
    }
    answer->n_runs = search->n;
    enum riskpool_status status = search->status;
    free(search);
    return status;
}
