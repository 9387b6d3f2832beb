/* Jumps of log prices: what the models that have them share. Common jumps come to all assets at once, own jumps to one
 * alone; the models say how many common ones a path is due. */
#ifndef MODEL_JUMPS_H
#define MODEL_JUMPS_H

#include "model.h"

/* A step with more jumps on a path is cut here: addresses end. */
enum { JUMPS_A_STEP_MOST = 4096 };
/* Steps that a jump may take to unfold. */
enum { JUMP_STEPS_MOST = 100 };

/* What is the same for all paths. */
struct jumps {
    size_t n, steps;      /* assets; over which a jump unfolds */
    int all_take_part;    /* in every common jump */
    double own_intensity; /* of all assets together, in a step */
    double *own_share;    /* [asset] sum of the shares of the assets up to here */
    double *common;       /* [asset][steps + 1] E[e^(f J)] - 1 of a common jump J of which f = k / steps has unfolded */
    double *own;          /* [asset][steps + 1] the same times the asset's own intensity in a step */
};

enum riskpool_status jumps_create(const struct model_setting *setting, struct jumps **jumps);
void jumps_free(struct jumps *jumps);

/* Rows of a step that jumps need. */
size_t jumps_state_rows(const struct model_setting *setting);
size_t jumps_room_rows(const struct model_setting *setting);

/* The least exponent and the growth that own jumps add to the expected price in a step; the drift gives it back. */
double jumps_own_growth(const struct jumps *jumps, size_t asset, uint64_t step);
/* How many of the steps of a jump have passed at the end of `step`, had it come as early as it could. */
size_t jumps_age(const struct jumps *jumps, uint64_t step);

/* Draws the jumps of a step where `rate` [BLOCK] common ones are expected, and e^-rate is `none`; writes step->jump and
 * has_jump, and how many common jumps began: `count` [BLOCK], unless that is NULL. State and room are those of the step
 * from the given rows on. */
void jumps_draw(const struct jumps *jumps, struct model_step *step, const double *rate, const double *none,
                double *state, double *room, double *count);

#endif
