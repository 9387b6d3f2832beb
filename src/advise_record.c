/* Standard errors of what is measured of a mode, and of differences between two modes on the same paths: of the mean of
 * a score that every path has. It knows losses and liquidations, nothing of choices. */
#include <math.h>

#include "advise_parts.h"
#include "pair.h"

struct scores {
    const struct record_terms *terms;
    enum advise_measure measure;
    const struct record *record, *minus;
};

/* What a path adds to the measure; for the expected shortfall its influence, but for a constant. */
static double score_of(const struct scores *scores, const struct record *record, size_t path) {
    const double loss = record->loss[path];
    switch (scores->measure) {
    case ADVISE_SHORTFALL:
        return fmax(loss - record->value_at_risk, 0.0) / (1.0 - scores->terms->confidence);
    case ADVISE_ANY_LIQUIDATION:
        return record->liquidated[path];
    case ADVISE_WIPEOUT:
        return loss >= scores->terms->wipeout;
    default:
        return loss;
    }
}

static const double *score_piece(const struct sample *sample, size_t index, double *room, size_t *n) {
    const struct scores *scores = sample->from;
    const size_t first = index * SAMPLE_PIECE, left = sample->n - first;
    *n = left < SAMPLE_PIECE ? left : SAMPLE_PIECE;
    for (size_t i = 0; i < *n; ++i) {
        room[i] = score_of(scores, scores->record, first + i);
        if (scores->minus)
            room[i] -= score_of(scores, scores->minus, first + i);
    }
    return room;
}

double record_error(const struct record_terms *terms, enum advise_measure measure, const struct record *record,
                    const struct record *minus) {
    const struct scores scores = {terms, measure, record, minus};
    const struct sample sample = {.n = terms->n_paths,
                                  .n_pieces = (terms->n_paths + SAMPLE_PIECE - 1) / SAMPLE_PIECE,
                                  .piece = score_piece,
                                  .from = &scores};
    const struct moments moments = estimate_moments(&sample);
    return terms->antithetic ? pair_mean_error(&sample, moments.mean) : moments.error;
}
