/* The lists, made in two passes over the losses of the run: how many paths are in each tail, then which. */
#include "run_strata.h"

#include <stdlib.h>

void strata_free(struct strata *strata) {
    free(strata->stratum);
    free(strata->path);
    free(strata->belongs);
    *strata = (struct strata){0};
}

static uint64_t whole_blocks(uint64_t n) {
    return (n + BLOCK - 1) / BLOCK * BLOCK;
}

static uint64_t least(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* How many levels the path reaches in the mode where it reaches most. */
static size_t depth_of(const struct tally *tally, const struct riskpool_results *results, uint64_t row) {
    const size_t n_levels = tally->shape.n_confidence;
    size_t depth = 0;
    for (size_t m = 0; m < tally->shape.n_modes; ++m) {
        const double *value_at_risk = results->modes[m].statistic[STAT_value_at_risk];
        while (depth < n_levels && tally->mode[m].loss[row] >= value_at_risk[depth])
            ++depth;
    }
    return depth;
}

static void add(struct strata *strata, size_t k, uint64_t path, size_t n, int belongs) {
    struct stratum *own = &strata->stratum[k];
    for (size_t i = 0; i < n; ++i, ++own->listed) {
        strata->path[own->first + own->listed] = path + i;
        strata->belongs[own->first + own->listed] = (uint8_t)belongs;
        own->n += belongs != 0;
    }
}

/* Calls `each` for every path, or pair of paths, with its stratum. */
static void visit(struct strata *strata, const struct tally *tally, const struct riskpool_results *results,
                  const uint64_t *quota, void (*each)(struct strata *, const uint64_t *, size_t, uint64_t, size_t)) {
    const size_t unit = tally->shape.antithetic ? 2 : 1;
    for (uint64_t batch = 0; batch < tally->capacity / BATCH; ++batch) {
        if (batch * BATCH * sizeof(double) % DEPOT_REST == 0)
            depot_rest(&tally->depot);
        for (size_t i = 0; i + unit <= tally->done[batch]; i += unit) {
            const uint64_t row = batch * BATCH + i;
            const size_t own = depth_of(tally, results, row);
            const size_t other = unit == 2 ? depth_of(tally, results, row + 1) : 0;
            const size_t depth = other > own ? other : own;
            each(strata, quota, depth < strata->n ? depth : strata->n - 1, row, unit);
        }
    }
}

static void count(struct strata *strata, const uint64_t *quota, size_t k, uint64_t path, size_t n) {
    (void)quota;
    (void)path;
    strata->stratum[k].size += n;
}

/* Into the plain sample, and into the list of its tail. */
static void list(struct strata *strata, const uint64_t *quota, size_t k, uint64_t path, size_t n) {
    if (strata->stratum[0].listed < quota[0])
        add(strata, 0, path, n, k == 0);
    if (k > 0 && strata->stratum[k].listed < quota[k])
        add(strata, k, path, n, 1);
}

/* A third of the blocks to the tails, in equal parts from the worst on, of which a tail that has not as many leaves the
 * rest to the others. */
static void share_out(const struct strata *strata, uint64_t wanted, uint64_t *quota) {
    uint64_t left = whole_blocks(wanted) / BLOCK / 3, used = 0;
    for (size_t k = strata->n - 1; k > 0; --k) {
        quota[k] = least((left + k - 1) / k * BLOCK, strata->stratum[k].size);
        left -= whole_blocks(quota[k]) / BLOCK;
        used += quota[k];
    }
    quota[0] = least(wanted > used ? wanted - used : 0, strata->n_paths);
}

static enum riskpool_status make_room(struct strata *strata, const uint64_t *quota) {
    for (size_t k = 0; k < strata->n; ++k) {
        strata->stratum[k].first = strata->n_room;
        strata->n_room += whole_blocks(quota[k]);
        strata->n_listed += quota[k];
    }
    strata->path = calloc(strata->n_room + 1, sizeof *strata->path);
    strata->belongs = calloc(strata->n_room + 1, sizeof *strata->belongs);
    return strata->path && strata->belongs ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

static void fill_up(struct strata *strata) {
    for (size_t k = 0; k < strata->n; ++k) {
        const struct stratum *own = &strata->stratum[k];
        for (uint64_t i = own->listed; i < whole_blocks(own->listed); ++i)
            strata->path[own->first + i] = strata->path[own->first + (i < 2 ? 0 : i - 2)];
    }
}

/* The lists by the tally's losses; of paths without numbers the plain sample alone. */
static enum riskpool_status fill(struct strata *strata, const struct tally *tally,
                                 const struct riskpool_results *results, uint64_t wanted, uint64_t *quota) {
    if (tally->renumbered)
        strata->stratum[0].size = tally->n_paths;
    else
        visit(strata, tally, results, quota, count);
    share_out(strata, wanted, quota);
    enum riskpool_status status = make_room(strata, quota);
    if (status != RISKPOOL_OK)
        return status;
    if (tally->renumbered)
        add(strata, 0, 0, quota[0], 1);
    else
        visit(strata, tally, results, quota, list);
    fill_up(strata);
    return RISKPOOL_OK;
}

enum riskpool_status strata_init(struct strata *strata, const struct tally *tally,
                                 const struct riskpool_results *results, uint64_t wanted) {
    const uint64_t blocks = whole_blocks(wanted) / BLOCK / 3; /* no more tails than have a block each */
    *strata = (struct strata){.n = 1, .n_paths = tally->n_paths};
    if (!tally->renumbered)
        strata->n = (size_t)least(tally->shape.n_confidence, blocks) + 1;
    strata->stratum = calloc(strata->n, sizeof *strata->stratum);
    uint64_t *quota = calloc(strata->n, sizeof *quota);
    enum riskpool_status status = strata->stratum && quota ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
    if (status == RISKPOOL_OK)
        status = fill(strata, tally, results, least(wanted, tally->n_paths), quota);
    free(quota);
    return status;
}

size_t strata_block(const struct strata *strata, uint64_t block, size_t *n) {
    size_t k = strata->n - 1;
    while (strata->stratum[k].first > block * BLOCK || strata->stratum[k].listed == 0)
        --k;
    const uint64_t left = strata->stratum[k].first + strata->stratum[k].listed - block * BLOCK;
    *n = left < BLOCK ? (size_t)left : BLOCK;
    return k;
}
