/* Surfaces whose requirement is a multiple of another's: those of dynamic margin, and those that orders wait at. */
#include <stdlib.h>

#include "surface.h"

static void scale_leg(const struct leg *from, double factor, struct leg *to, struct leg_tier **next) {
    *to = *from;
    factor = from->coin ? 1.0 : factor; /* haircuts are no requirement */
    to->fixed = factor * from->fixed;
    to->tier = *next;
    for (size_t k = 0; k < from->n_tiers; ++k)
        *(*next)++ = (struct leg_tier){factor * from->tier[k].rate, factor * from->tier[k].offset};
}

size_t surface_count_tiers(const struct surface *surface) {
    size_t n = 0;
    for (size_t i = 0; i < surface->n_legs; ++i)
        n += surface->leg[i].n_tiers;
    return n;
}

enum riskpool_status surface_scale_init(struct surface *scaled, const struct surface *from, double factor) {
    *scaled = *from;
    scaled->leg = calloc(from->n_legs + 1, sizeof *scaled->leg);
    scaled->tier = calloc(surface_count_tiers(from) + 1, sizeof *scaled->tier);
    if (!scaled->leg || !scaled->tier)
        return RISKPOOL_NO_MEMORY;
    struct leg_tier *next = scaled->tier;
    for (size_t i = 0; i < from->n_legs; ++i)
        scale_leg(&from->leg[i], factor, &scaled->leg[i], &next);
    return RISKPOOL_OK;
}

enum riskpool_status surface_init_times(struct surface *surface, const struct book *book, const struct pool *pool,
                                        const struct rule *rule, double factor) {
    struct surface plain;
    *surface = (struct surface){0};
    enum riskpool_status status = surface_init(&plain, book, pool, rule);
    if (status == RISKPOOL_OK)
        status = surface_scale_init(surface, &plain, factor);
    surface_free(&plain);
    return status;
}

const struct surface *surface_scaled(const struct surface *from, const double *factor, size_t stride,
                                     struct surface *room) {
    struct leg *leg = room->leg;
    struct leg_tier *tier = room->tier, *next = tier;
    *room = *from;
    room->leg = leg;
    room->tier = tier;
    for (size_t i = 0; i < from->n_legs; ++i)
        scale_leg(&from->leg[i], factor[from->leg[i].asset * stride], &leg[i], &next);
    return room;
}
