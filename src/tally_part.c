/* What happened to the paths of a batch, as numbers of paths, counted by one thread for itself. It knows the outcome's
 * rows and keeps none of them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tally.h"

int tally_counts_init(struct tally_counts *counts, const struct tally_shape *shape) {
    const size_t n = shape->n_positions;
    const size_t contagion = shape->by_position ? n * n : 0;
    *counts = (struct tally_counts){.n = n * n + (n + 1) + shape->n_alerts + contagion +
                                         2 * (TALLY_EVENTS + shape->n_times) + n};
    counts->all = calloc(counts->n, sizeof *counts->all);
    if (!counts->all)
        return 0;
    counts->joint = counts->all;
    counts->liquidated = counts->joint + n * n;
    counts->alert = counts->liquidated + n + 1;
    counts->event = counts->alert + shape->n_alerts;
    counts->contagion = counts->event + TALLY_EVENTS;
    counts->first = counts->contagion + contagion;
    counts->event_twice = counts->first + shape->n_times;
    counts->first_twice = counts->event_twice + TALLY_EVENTS;
    counts->position_twice = counts->first_twice + shape->n_times;
    return 1;
}

enum riskpool_status tally_part_init(struct tally_part *part, const struct tally_shape *shape) {
    *part = (struct tally_part){.n_modes = shape->n_modes};
    part->counts = calloc(shape->n_modes + 1, sizeof *part->counts);
    part->first_time = calloc(BATCH, sizeof *part->first_time);
    part->events = calloc(BATCH, sizeof *part->events);
    part->n_words = shape->n_positions / 64 + 1;
    part->liquidated = calloc(shape->n_modes * part->n_words * BATCH + 1, sizeof *part->liquidated);
    part->position = calloc(shape->n_positions + 1, sizeof *part->position);
    part->candidate = calloc(BATCH, sizeof *part->candidate);
    int ok = part->candidate && part->counts && part->first_time && part->events && part->liquidated && part->position;
    for (size_t m = 0; ok && m < shape->n_modes; m++)
        ok = tally_counts_init(&part->counts[m], shape);
    return ok ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

void tally_part_free(struct tally_part *part) {
    for (size_t m = 0; part->counts && m < part->n_modes; m++)
        free(part->counts[m].all);
    free(part->counts);
    free(part->first_time);
    free(part->events);
    free(part->liquidated);
    free(part->candidate);
    free(part->position);
    *part = (struct tally_part){0};
}

static uint64_t *words_of(const struct tally_part *part, size_t mode) {
    return part->liquidated + mode * part->n_words * BATCH;
}

/* Which positions of each path a mode liquidates, and when the first. */
static void look_at_liquidations(const struct tally_shape *shape, struct tally_part *part, size_t m,
                                 const double *row) {
    double *first = part->first_time;
    memset(words_of(part, m), 0, part->n_words * BATCH * sizeof *part->liquidated);
    for (size_t p = 0; p < part->n; p++)
        first[p] = INFINITY;
    for (size_t i = 0; i < shape->n_positions; i++) {
        const double *time = row + i * BATCH;
        uint64_t *word = words_of(part, m) + i / 64 * BATCH;
        for (size_t p = 0; p < part->n; p++) {
            word[p] |= (uint64_t)(time[p] == time[p]) << i % 64;
            first[p] = time[p] < first[p] ? time[p] : first[p];
        }
    }
}

/* Index of the first sample time that is not before `hour`, which may miss a step end by its rounding; n_times: none.
 */
static size_t sample_at(const struct tally_shape *shape, double hour) {
    size_t begin = 0, end = shape->n_times;
    while (begin < end) {
        const size_t middle = (begin + end) / 2;
        if (shape->time[middle] * (1 + 1e-12) < hour)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

/* Numbers of the positions in a path's words, ascending; returns how many. */
static size_t list_positions(const struct tally_part *part, const uint64_t *word, size_t *position) {
    size_t n = 0;
    for (size_t w = 0; w < part->n_words; w++)
        for (uint64_t bits = word[w * BATCH]; bits; bits &= bits - 1)
            position[n++] = 64 * w + (size_t)__builtin_ctzll(bits);
    return n;
}

static void count_liquidations(const struct tally_shape *shape, struct tally_part *part, size_t m) {
    struct tally_counts *counts = &part->counts[m];
    const size_t *position = part->position;
    for (size_t p = 0; p < part->n; p++) {
        const size_t n = list_positions(part, words_of(part, m) + p, part->position);
        counts->liquidated[n]++;
        part->events[p] = 0;
        if (n == 0)
            continue;
        part->events[p] = (uint8_t)(1 << TALLY_ANY | (n == shape->n_positions) << TALLY_ALL);
        const size_t sample = sample_at(shape, part->first_time[p]);
        if (sample < shape->n_times)
            counts->first[sample]++;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                counts->joint[position[i] * shape->n_positions + position[j]]++;
    }
}

static void count_alerts(const struct tally_shape *shape, struct tally_part *part, size_t m, const double *time) {
    for (size_t a = 0; time && a < shape->n_alerts; a++)
        for (size_t p = 0; p < part->n; p++)
            part->counts[m].alert[a] += isnan(time[a * BATCH + p]) ? 0 : 1;
}

/* This mode against the first: it liquidates nothing where the first did, or a position that the first kept. */
static void compare_with_first(struct tally_part *part, size_t m) {
    const uint64_t *first = words_of(part, 0), *own = words_of(part, m);
    for (size_t p = 0; p < part->n; p++) {
        uint64_t any_first = 0, any_own = 0, spread = 0;
        for (size_t w = 0; w < part->n_words; w++) {
            any_first |= first[w * BATCH + p];
            any_own |= own[w * BATCH + p];
            spread |= own[w * BATCH + p] & ~first[w * BATCH + p];
        }
        const int rescue = any_first && !any_own, contagion = spread != 0;
        part->events[p] |= (uint8_t)(rescue << TALLY_RESCUE | contagion << TALLY_CONTAGION);
    }
}

/* This mode against the one in which every position stands alone, whose liquidations were looked at. */
static void count_contagion(const struct tally_shape *shape, struct tally_part *part, size_t m) {
    uint64_t *contagion = part->counts[m].contagion;
    const size_t *position = part->position;
    for (size_t p = 0; p < part->n; p++) {
        const uint64_t *own = words_of(part, m) + p, *alone = words_of(part, shape->alone) + p;
        uint64_t spread = 0;
        for (size_t w = 0; w < part->n_words; w++)
            spread |= own[w * BATCH] & ~alone[w * BATCH];
        const size_t n = spread ? list_positions(part, own, part->position) : 0;
        for (size_t j = 0; j < n; j++)
            for (size_t i = 0; i < n && !(alone[position[j] / 64 * BATCH] >> position[j] % 64 & 1); i++)
                contagion[position[i] * shape->n_positions + position[j]]++;
    }
}

static void look_at_amounts(struct tally_part *part, const struct outcome *outcome) {
    for (size_t p = 0; p < part->n; p++) {
        part->events[p] |= (uint8_t)((outcome->column[OUTCOME_shortfall][p] > 0) << TALLY_SHORTFALL);
        part->not_finite += isfinite(outcome->column[OUTCOME_loss][p]) ? 0 : 1;
    }
}

static void count_events(struct tally_part *part, struct tally_counts *counts) {
    for (int e = 0; e < TALLY_EVENTS; e++)
        for (size_t p = 0; p < part->n; p++)
            counts->event[e] += part->events[p] >> e & 1;
}

/* What happens to both paths of a pair: events, to each position, and until when. */
static void count_pairs(const struct tally_shape *shape, struct tally_part *part, struct tally_counts *counts,
                        const double *row) {
    for (size_t p = 0; p + 1 < part->n; p += 2) {
        const double *first = part->first_time + p, later = first[0] > first[1] ? first[0] : first[1];
        const size_t sample = sample_at(shape, later);
        if (sample < shape->n_times)
            counts->first_twice[sample]++;
        for (int e = 0; e < TALLY_EVENTS; e++)
            counts->event_twice[e] += (part->events[p] & part->events[p + 1]) >> e & 1;
    }
    for (size_t i = 0; i < shape->n_positions; i++)
        for (size_t p = 0; p + 1 < part->n; p += 2)
            counts->position_twice[i] += !isnan(row[i * BATCH + p]) && !isnan(row[i * BATCH + p + 1]);
}

void tally_count(const struct tally_shape *shape, struct tally_part *part, const struct outcome *outcome) {
    part->not_finite = 0;
    for (size_t m = 0; m < shape->n_modes; m++) {
        struct tally_counts *counts = &part->counts[m];
        memset(counts->all, 0, counts->n * sizeof *counts->all);
        look_at_liquidations(shape, part, m, outcome[m].liquidation_time);
        count_liquidations(shape, part, m);
        compare_with_first(part, m);
        look_at_amounts(part, &outcome[m]);
        count_events(part, counts);
        if (shape->antithetic)
            count_pairs(shape, part, counts, outcome[m].liquidation_time);
        count_alerts(shape, part, m, outcome[m].alert_time);
    }
    for (size_t m = 0; shape->by_position && shape->alone < shape->n_modes && m < shape->n_modes; m++)
        count_contagion(shape, part, m);
}
