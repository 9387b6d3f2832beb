/* The stationary bootstrap (Politis and Romano 1994): rows of returns, all assets of a row together, in blocks of
 * neighbours that start anywhere in the file and have geometric lengths; after the last row comes the first. With a
 * filter the rows are free of the volatility expected of them, and take on that of the path (Barone-Adesi, Giannopoulos
 * and Vosper 1999). Nothing is known inside a step. Two uniforms a row and path, at the number of the row on its path.
 */
#include <math.h>
#include <string.h>

#include "model.h"

/* A row: which row of the file each path is at; with a filter, further rows: the variance expected of each asset. */
static size_t bootstrap_state(const struct model_setting *setting) {
    return 1 + (setting->terms->returns.decay > 0.0 ? setting->n_assets : 0);
}

static size_t bootstrap_room(const struct model_setting *setting) {
    (void)setting;
    return 2;
}

static void start(struct model_step *step) {
    const struct model_setting *setting = step->setting;
    const struct return_terms *terms = &setting->terms->returns;
    for (size_t i = 0; i < setting->n_assets; ++i) {
        step->mean[i] = setting->asset[i].drift * setting->dt;
        for (size_t p = 0; terms->decay > 0.0 && p < BLOCK; ++p)
            step->state[(1 + i) * BLOCK + p] = terms->variance[i];
    }
}

/* Takes every path to its next row of the file: the one after, or with probability `leave` any. */
static void choose_rows(struct model_step *step, uint64_t number) {
    const struct return_terms *terms = &step->setting->terms->returns;
    const double n = (double)terms->n_rows, leave = number == 0 ? 1.0 : terms->leave;
    const double *ends = step->room, *where = step->room + BLOCK;
    step->kernel->uniforms(step->setting->seed, BLOCK, step->path, (uint32_t)number, 2, step->room);
    for (size_t p = 0; p < BLOCK; ++p) {
        const double any = floor(where[p] * n), next = step->state[p] + 1.0;
        const double row = ends[p] < leave ? any : next;
        step->state[p] = row < n ? row : ends[p] < leave ? n - 1.0 : 0.0;
    }
}

static void add_rows(struct model_step *step) {
    const struct return_terms *terms = &step->setting->terms->returns;
    const size_t n = step->setting->n_assets;
    for (size_t i = 0; i < n; ++i)
        for (size_t p = 0; p < BLOCK; ++p)
            step->own_mean[i * BLOCK + p] += terms->value[(size_t)step->state[p] * n + i];
}

static void add_filtered_rows(struct model_step *step) {
    const struct return_terms *terms = &step->setting->terms->returns;
    const size_t n = step->setting->n_assets;
    for (size_t i = 0; i < n; ++i) {
        double *restrict variance = step->state + (1 + i) * BLOCK, *restrict move = step->own_mean + i * BLOCK;
        for (size_t p = 0; p < BLOCK; ++p) {
            const double x = terms->value[(size_t)step->state[p] * n + i] * sqrt(variance[p]);
            variance[p] = terms->decay * variance[p] + (1.0 - terms->decay) * (x * x);
            move[p] += x;
        }
    }
}

static void bootstrap_law(struct model_step *step) {
    const struct return_terms *terms = &step->setting->terms->returns;
    if (step->step == 0)
        start(step);
    memset(step->own_mean, 0, step->setting->n_assets * BLOCK * sizeof(double));
    for (size_t j = 0; j < terms->rows_a_step; ++j) {
        choose_rows(step, step->step * terms->rows_a_step + j);
        if (terms->decay > 0.0)
            add_filtered_rows(step);
        else
            add_rows(step);
    }
}

const struct model model_bootstrap = {.scale = PRICE_LOG,
                                      .spreads = 1,
                                      .given = 1,
                                      .state_rows = bootstrap_state,
                                      .room_rows = bootstrap_room,
                                      .law = bootstrap_law};
