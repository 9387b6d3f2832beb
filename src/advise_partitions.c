/* The search over partitions on the paths that screen: all of them where they are few; else a walk from the better of
 * the plain modes, each step the best of all flips of one position, or, where none helps, of swaps of two. The walk is
 * the same every time; it ends in a partition that none of these steps improves. */
#include <math.h>

#include "advise_parts.h"

enum { EXHAUSTIVE_MOST = 12, SWAPPED = 8, STEPS_MOST = 200 };

/* Adds the partition unless it is there. */
static enum riskpool_status add(const struct advise_request *request, struct candidates *list,
                                const struct partition *partition) {
    const struct choice choice = choice_of(partition, request->budget);
    if (candidates_find(list, &choice))
        return RISKPOOL_OK;
    return candidates_add(list, &request->scenario->book, &choice) ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

/* The plain ones first, so that they come first of equals. */
static enum riskpool_status add_all(const struct advise_request *request, struct candidates *list) {
    const size_t n = request->scenario->book.n_positions;
    const uint64_t last = (UINT64_C(1) << n) - 1;
    for (uint64_t k = 0; k <= last; ++k) {
        const struct choice choice = choice_of(&(struct partition){{k == 0   ? 0
                                                                    : k == 1 ? last
                                                                             : k - 1}},
                                               request->budget);
        if (!candidates_add(list, &request->scenario->book, &choice))
            return RISKPOOL_NO_MEMORY;
    }
    return RISKPOOL_OK;
}

/* A walk: where it is, and what it has seen. */
struct walk {
    const struct advise_request *request;
    const struct stage *stage;
    struct candidates *list;
    struct partition at;
    size_t n_run; /* of the list */
};

/* Runs what was added since. */
static enum riskpool_status run_new(struct walk *walk) {
    const size_t first = walk->n_run;
    walk->n_run = walk->list->n;
    return stage_run(walk->request, walk->stage, walk->list->item + first, walk->list->n - first);
}

/* The objective of a partition that was run; INFINITY where it could not be. */
static double value_of(const struct walk *walk, const struct partition *partition) {
    const struct choice choice = choice_of(partition, walk->request->budget);
    const struct candidate *candidate = candidates_find(walk->list, &choice);
    return candidate && candidate->fault == ADVISE_FAULT_NONE ? candidate->of[walk->request->objective].value
                                                              : INFINITY;
}

static struct partition flipped(const struct partition *partition, size_t i) {
    struct partition other = *partition;
    partition_flip(&other, i);
    return other;
}

/* Moves to `to` when it is better than *best so far. */
static void consider(const struct walk *walk, const struct partition *to, struct partition *best) {
    if (value_of(walk, to) < value_of(walk, best))
        *best = *to;
}

static enum riskpool_status try_flips(struct walk *walk, struct partition *best) {
    const size_t n = walk->request->scenario->book.n_positions;
    enum riskpool_status status = RISKPOOL_OK;
    for (size_t i = 0; i < n && status == RISKPOOL_OK; ++i) {
        const struct partition to = flipped(&walk->at, i);
        status = add(walk->request, walk->list, &to);
    }
    if (status == RISKPOOL_OK)
        status = run_new(walk);
    for (size_t i = 0; i < n; ++i) {
        const struct partition to = flipped(&walk->at, i);
        consider(walk, &to, best);
    }
    return status;
}

/* The positions on one side whose flips come nearest to an improvement; returns how many. */
static size_t nearest_flips(const struct walk *walk, int alone, size_t position[SWAPPED]) {
    double value[SWAPPED];
    size_t n = 0;
    for (size_t i = 0; i < walk->request->scenario->book.n_positions; ++i) {
        if (partition_has(&walk->at, i) != alone)
            continue;
        const struct partition to = flipped(&walk->at, i);
        const double own = value_of(walk, &to);
        size_t k = n < SWAPPED ? n++ : SWAPPED;
        for (; k > 0 && own < value[k - 1]; --k)
            if (k < SWAPPED) {
                value[k] = value[k - 1];
                position[k] = position[k - 1];
            }
        if (k < SWAPPED) {
            value[k] = own;
            position[k] = i;
        }
    }
    return n;
}

static enum riskpool_status try_swaps(struct walk *walk, struct partition *best) {
    size_t out[SWAPPED], in[SWAPPED];
    const size_t n_out = nearest_flips(walk, 1, out), n_in = nearest_flips(walk, 0, in);
    enum riskpool_status status = RISKPOOL_OK;
    for (size_t k = 0; k < n_out * n_in && status == RISKPOOL_OK; ++k) {
        const struct partition half = flipped(&walk->at, out[k / n_in]), to = flipped(&half, in[k % n_in]);
        status = add(walk->request, walk->list, &to);
    }
    if (status == RISKPOOL_OK)
        status = run_new(walk);
    for (size_t k = 0; k < n_out * n_in; ++k) {
        const struct partition half = flipped(&walk->at, out[k / n_in]), to = flipped(&half, in[k % n_in]);
        consider(walk, &to, best);
    }
    return status;
}

static enum riskpool_status walk_on(struct walk *walk) {
    const struct partition none = {{0}}, all = partition_all(walk->request->scenario->book.n_positions);
    enum riskpool_status status = add(walk->request, walk->list, &none);
    if (status == RISKPOOL_OK)
        status = add(walk->request, walk->list, &all);
    if (status == RISKPOOL_OK)
        status = run_new(walk);
    walk->at = none;
    consider(walk, &all, &walk->at);
    for (int step = 0; step < STEPS_MOST && status == RISKPOOL_OK; ++step) {
        struct partition best = walk->at;
        status = try_flips(walk, &best);
        if (status == RISKPOOL_OK && value_of(walk, &best) >= value_of(walk, &walk->at))
            status = try_swaps(walk, &best);
        if (value_of(walk, &best) >= value_of(walk, &walk->at))
            break;
        walk->at = best;
    }
    return status;
}

enum riskpool_status partitions_search(const struct advise_request *request, const struct stage *stage,
                                       struct candidates *list, int *exhaustive) {
    *exhaustive = request->scenario->book.n_positions <= EXHAUSTIVE_MOST;
    if (!*exhaustive) {
        struct walk walk = {.request = request, .stage = stage, .list = list};
        return walk_on(&walk);
    }
    const enum riskpool_status status = add_all(request, list);
    return status == RISKPOOL_OK ? stage_run(request, stage, list->item, list->n) : status;
}
