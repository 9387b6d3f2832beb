/* Draws jumps. Counts are Poisson, by inversion of one uniform a path; then every jump is a column of its own: who
 * takes part, and sizes. A jump of several steps unfolds in equal pieces, the first at the end of the step that it
 * comes in. It knows nothing of where intensities come from. */
#include "model_jumps.h"

#include <stdlib.h>
#include <string.h>

#include "vmath.h"

/* Rows of room: uniforms of the counts, none and rate of own jumps; from there on numbers of the jumps. */
enum { ROW_COUNT, ROW_OWN_COUNT, ROW_NONE, ROW_RATE, ROWS_FIXED };
/* Where the numbers of own jumps begin; common ones have those below. */
enum { FIRST_OWN = 1 << 22 };
/* Above it counts are rounded normals. */
static const double inversion_most = 500.0;

static size_t padded(size_t n) {
    return (n + 3) / 4 * 4;
}

size_t jumps_state_rows(const struct model_setting *setting) {
    const size_t steps = setting->terms->jump_steps;
    return steps > 1 ? 1 + steps * setting->n_assets : 0;
}

size_t jumps_room_rows(const struct model_setting *setting) {
    return ROWS_FIXED + 2 * padded(setting->n_assets);
}

void jumps_free(struct jumps *jumps) {
    if (!jumps)
        return;
    free(jumps->own_share);
    free(jumps->common);
    free(jumps->own);
    free(jumps);
}

/* E[e^(fraction J)] - 1 of a normal J. */
static double growth(double mean, double deviation, double fraction) {
    const double s = deviation * fraction;
    return vmath_exp(mean * fraction + 0.5 * s * s) - 1.0;
}

static void fill(struct jumps *jumps, const struct model_setting *setting) {
    const struct jump_stream *all = &setting->terms->jumps;
    double sum = 0.0;
    jumps->all_take_part = 1;
    for (size_t i = 0; i < jumps->n; ++i) {
        const struct asset *asset = &setting->asset[i];
        const struct jump_stream *own = &asset->own_jumps;
        const double beta = asset->jump_beta, intensity = own->intensity * setting->dt;
        jumps->all_take_part &= asset->jump_probability >= 1.0;
        jumps->own_share[i] = sum += intensity;
        for (size_t k = 0; k <= jumps->steps; ++k) {
            const size_t at = i * (jumps->steps + 1) + k;
            const double f = (double)k / (double)jumps->steps;
            jumps->common[at] = asset->jump_probability * growth(beta * all->mean, beta * all->deviation, f);
            jumps->own[at] = intensity * growth(own->mean, own->deviation, f);
        }
    }
    jumps->own_intensity = sum;
    for (size_t i = 0; i < jumps->n && sum > 0.0; ++i)
        jumps->own_share[i] /= sum;
}

enum riskpool_status jumps_create(const struct model_setting *setting, struct jumps **out) {
    const size_t n = setting->n_assets, steps = setting->terms->jump_steps;
    struct jumps *jumps = calloc(1, sizeof *jumps);
    if (!jumps)
        return RISKPOOL_NO_MEMORY;
    *jumps = (struct jumps){.n = n,
                            .steps = steps,
                            .own_share = calloc(n, sizeof(double)),
                            .common = calloc(n * (steps + 1), sizeof(double)),
                            .own = calloc(n * (steps + 1), sizeof(double))};
    if (!jumps->own_share || !jumps->common || !jumps->own) {
        jumps_free(jumps);
        return RISKPOOL_NO_MEMORY;
    }
    fill(jumps, setting);
    *out = jumps;
    return RISKPOOL_OK;
}

size_t jumps_age(const struct jumps *jumps, uint64_t step) {
    return step < jumps->steps ? (size_t)step + 1 : jumps->steps;
}

double jumps_own_growth(const struct jumps *jumps, size_t asset, uint64_t step) {
    return jumps->own[asset * (jumps->steps + 1) + jumps_age(jumps, step)];
}

/* The least k with u <= P(at most k): Poisson with mean `rate` and e^-rate = none. For large rates the normal quantile
 * with its first correction for skewness (Cornish and Fisher 1938), wrong by a part in 1e3 of the deviation. */
static size_t poisson(double rate, double none, double u) {
    if (rate > inversion_most) {
        const double z = vmath_quantile(u), k = rate + sqrt(rate) * z + (z * z - 1.0) / 6.0 + 0.5;
        return k < 0.0 ? 0 : k < JUMPS_A_STEP_MOST ? (size_t)k : JUMPS_A_STEP_MOST;
    }
    double mass = none, sum = none;
    size_t k = 0;
    while (u > sum && k < JUMPS_A_STEP_MOST) {
        mass *= rate / (double)++k;
        sum += mass;
        if (mass < 1e-18 && (double)k > rate) /* the sum of what is left is below what it can show */
            break;
    }
    return k;
}

/* Jumps of one kind that came in this step, side by side. */
struct arrivals {
    const struct jumps *jumps;
    struct model_step *step;
    double *onto;             /* [asset][BLOCK] that takes them */
    double *normal, *uniform; /* their numbers */
    int own, found;           /* kind; whether there were any */
    size_t n;
    uint64_t path[BLOCK], number[BLOCK];
    uint16_t column[BLOCK];
};

/* A column of common jumps: those who take part, each by its beta times its own size or the one of all. */
static void add_common(const struct arrivals *arrivals, size_t c) {
    const struct model_setting *setting = arrivals->step->setting;
    const struct jump_stream *law = &setting->terms->jumps;
    double *onto = arrivals->onto + arrivals->column[c];
    for (size_t i = 0; i < setting->n_assets; ++i) {
        const struct asset *asset = &setting->asset[i];
        const double normal = arrivals->normal[(setting->terms->common_sizes ? 0 : i) * BLOCK + c];
        if (arrivals->jumps->all_take_part || arrivals->uniform[i * BLOCK + c] < asset->jump_probability)
            onto[i * BLOCK] +=
                asset->jump_beta * (law->mean + law->deviation * normal) / (double)arrivals->jumps->steps;
    }
}

/* A column of own jumps: the asset that it comes to. */
static void add_own(const struct arrivals *arrivals, size_t c) {
    const struct jumps *jumps = arrivals->jumps;
    size_t i = 0;
    while (i + 1 < jumps->n && arrivals->uniform[c] >= jumps->own_share[i])
        ++i;
    const struct jump_stream *law = &arrivals->step->setting->asset[i].own_jumps;
    arrivals->onto[i * BLOCK + arrivals->column[c]] +=
        (law->mean + law->deviation * arrivals->normal[c]) / (double)jumps->steps;
}

/* Draws the numbers of the columns so far, and adds the jumps. */
static void settle(struct arrivals *arrivals) {
    const struct model_step *step = arrivals->step;
    const size_t n = step->setting->n_assets, count = arrivals->n;
    const size_t sizes = arrivals->own || step->setting->terms->common_sizes ? 1 : n;
    const size_t chances = arrivals->own ? 1 : arrivals->jumps->all_take_part ? 0 : n;
    struct marks marks = {count, arrivals->path, arrivals->number, arrivals->own ? FIRST_OWN : 0};
    for (; marks.n % PATHS_AT_ONCE != 0; ++marks.n) {
        arrivals->path[marks.n] = arrivals->path[0];
        arrivals->number[marks.n] = arrivals->number[0];
    }
    step->kernel->marks(step->setting->seed, (uint32_t)step->step, &marks, sizes, arrivals->normal, chances,
                        arrivals->uniform);
    if (!arrivals->found)
        memset(arrivals->onto, 0, n * BLOCK * sizeof(double));
    for (size_t c = 0; c < count; ++c)
        (arrivals->own ? add_own : add_common)(arrivals, c);
    arrivals->found = 1;
    arrivals->n = 0;
}

/* Lists the jumps of every path that has any, in the order of paths, and settles them. */
static void arrive(struct arrivals *arrivals, const double *uniform, const double *rate, const double *none,
                   double *count) {
    for (size_t p = 0; p < BLOCK; ++p) {
        const size_t n = uniform[p] > none[p] ? poisson(rate[p], none[p], uniform[p]) : 0;
        if (count)
            count[p] = (double)n;
        for (size_t k = 0; k < n; ++k) {
            arrivals->path[arrivals->n] = arrivals->step->path[p];
            arrivals->number[arrivals->n] = k;
            arrivals->column[arrivals->n++] = (uint16_t)p;
            if (arrivals->n == BLOCK)
                settle(arrivals);
        }
    }
    if (arrivals->n > 0)
        settle(arrivals);
}

/* Adds up the pieces that fall into this step. Row 0 of the state says which of the steps before brought any; then a
 * table for each of them in a ring. */
static void unfold(const struct jumps *jumps, struct model_step *step, double *state, int found) {
    const size_t rows = jumps->n * BLOCK, present = step->step % jumps->steps;
    double *brought = state;
    if (step->step == 0)
        memset(brought, 0, jumps->steps * sizeof(double));
    brought[present] = found;
    for (size_t k = 0; k < jumps->steps; ++k) {
        const double *piece = state + BLOCK + k * rows;
        if (brought[k] == 0.0)
            continue;
        if (!step->has_jump)
            memset(step->jump, 0, rows * sizeof(double));
        step->has_jump = 1;
        for (size_t i = 0; i < rows; ++i)
            step->jump[i] += piece[i];
    }
}

void jumps_draw(const struct jumps *jumps, struct model_step *step, const double *rate, const double *none,
                double *state, double *room, double *count) {
    const size_t rows = jumps->n * BLOCK;
    double *counts = room + ROW_COUNT * BLOCK, *own_none = room + ROW_NONE * BLOCK, *own_rate = room + ROW_RATE * BLOCK;
    struct arrivals arrivals = {.jumps = jumps, .step = step};
    arrivals.onto = jumps->steps > 1 ? state + BLOCK + step->step % jumps->steps * rows : step->jump;
    arrivals.normal = room + ROWS_FIXED * BLOCK;
    arrivals.uniform = arrivals.normal + padded(jumps->n) * BLOCK;
    step->kernel->uniforms(step->setting->seed, BLOCK, step->path, (uint32_t)step->step, 2, counts);
    arrive(&arrivals, counts, rate, none, count);
    if (jumps->own_intensity > 0.0) {
        const double nothing = vmath_exp(-jumps->own_intensity);
        for (size_t p = 0; p < BLOCK; ++p) {
            own_none[p] = nothing;
            own_rate[p] = jumps->own_intensity;
        }
        arrivals.own = 1;
        arrive(&arrivals, counts + BLOCK, own_rate, own_none, NULL);
    }
    if (jumps->steps > 1)
        unfold(jumps, step, state, arrivals.found);
    else
        step->has_jump = arrivals.found;
}
