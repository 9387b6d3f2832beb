/* The memory of a table. */
#include "curve.h"

#include <stdlib.h>

enum riskpool_status curve_init(struct curve *curve, double low, double high, size_t n_cells) {
    *curve = (struct curve){.low = low, .width = (high - low) / (double)n_cells, .n_cells = n_cells};
    curve->node = calloc(2 * (n_cells + 1), sizeof *curve->node);
    return curve->node ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

void curve_free(struct curve *curve) {
    free(curve->node);
    *curve = (struct curve){0};
}
