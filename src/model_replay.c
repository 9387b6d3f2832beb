/* Replay: the returns of a price file, as they were. Path k starts k rows after the first, so that the paths of a run
 * are what would have come of starting on each of these rows. Nothing is drawn, and nothing is known inside a step. */
#include <string.h>

#include "model.h"

static void replay_law(struct model_step *step) {
    const struct model_setting *setting = step->setting;
    const struct return_terms *terms = &setting->terms->returns;
    const size_t n = setting->n_assets;
    memset(step->own_mean, 0, n * BLOCK * sizeof(double));
    for (size_t i = 0; i < n; ++i)
        step->mean[i] = setting->asset[i].drift * setting->dt;
    for (size_t p = 0; p < BLOCK; ++p) {
        /* A block may reach beyond the last path of the run. */
        const size_t row = terms->first + (size_t)(step->path[p] % terms->n_starts) + step->step * terms->rows_a_step;
        for (size_t j = row; j < row + terms->rows_a_step; ++j)
            for (size_t i = 0; i < n; ++i)
                step->own_mean[i * BLOCK + p] += terms->value[j * n + i];
    }
}

const struct model model_replay = {.scale = PRICE_LOG, .spreads = 1, .given = 1, .law = replay_law};
