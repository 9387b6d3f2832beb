/* Choices as modes, and scenarios that have them. It knows what makes a choice impossible, and runs nothing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "advise_parts.h"

const char *const advise_fault_words[] = {
#define X(identifier, words) words,
    ADVISE_FAULT_LIST(X)
#undef X
};

/* Sums of margins agree with a budget to this. */
static const double money_rounding = 1e-9;

/* The pools of a choice: those that stand alone as listed, then the rest. */
struct draft {
    size_t n_requests, n_pooled;
    size_t *position; /* [position] the alone ones first */
    struct pool_request *request;
    double cash; /* of the pools that have their own */
    double rest; /* of the budget, for the others; NaN: they have a pool of their own */
};

static void draft_free(struct draft *draft) {
    free(draft->position);
    free(draft->request);
}

/* The margin of a position as far as it is cash; an inverse one brings its coins, whatever the multiple. */
static double cash_margin(const struct position *position) {
    return position->contract == CONTRACT_INVERSE ? 0.0 : position->margin;
}

static void add_alone(struct draft *draft, const struct book *book, size_t i, double multiple) {
    const size_t r = draft->n_requests++;
    draft->position[r] = i;
    draft->request[r] = (struct pool_request){.name = book->positions[i].name,
                                              .n_positions = 1,
                                              .positions = &draft->position[r],
                                              .cash = multiple * cash_margin(&book->positions[i])};
    draft->cash += draft->request[r].cash;
}

/* The others: in a pool of their own when they may not have all that is left of the balance. */
static void add_pooled(struct draft *draft, const struct book *book, const struct choice *choice) {
    const size_t first = draft->n_requests;
    double margins = 0.0;
    for (size_t i = 0; i < book->n_positions; ++i)
        if (!partition_has(&choice->alone, i)) {
            draft->position[first + draft->n_pooled++] = i;
            margins += cash_margin(&book->positions[i]);
        }
    const double cash = choice->pooled > 0.0 ? choice->pooled * margins : choice->budget - draft->cash;
    if (draft->n_pooled == 0 || (choice->pooled == 0.0 && choice->budget >= book->balance)) {
        draft->rest = cash;
        return;
    }
    draft->request[draft->n_requests++] = (struct pool_request){
        .name = "pool", .n_positions = draft->n_pooled, .positions = &draft->position[first], .cash = cash};
    draft->cash += cash;
    draft->rest = NAN;
}

static enum riskpool_status draft_init(struct draft *draft, const struct book *book, const struct choice *choice) {
    *draft = (struct draft){.position = calloc(book->n_positions + 1, sizeof *draft->position),
                            .request = calloc(book->n_positions + 1, sizeof *draft->request)};
    if (!draft->position || !draft->request)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < book->n_positions; ++i)
        if (partition_has(&choice->alone, i))
            add_alone(draft, book, i, choice->margin);
    add_pooled(draft, book, choice);
    return RISKPOOL_OK;
}

/* More than the budget, or a pool without a part of it. */
static int is_beyond(const struct draft *draft, const struct choice *choice) {
    const double bound = choice->budget * (1.0 + money_rounding);
    if (draft->cash > bound)
        return 1;
    for (size_t r = 0; r < draft->n_requests; ++r)
        if (draft->request[r].cash < 0.0)
            return 1;
    return draft->n_pooled > 0 && draft->rest < -money_rounding * choice->budget;
}

enum riskpool_status advise_mode(const struct book *book, const struct choice *choice, struct mode *mode,
                                 enum advise_fault *fault) {
    struct draft draft;
    *mode = (struct mode){0};
    *fault = ADVISE_FAULT_NONE;
    enum riskpool_status status = draft_init(&draft, book, choice);
    if (status == RISKPOOL_OK && is_beyond(&draft, choice)) {
        *fault = ADVISE_FAULT_CASH;
    } else if (status == RISKPOOL_OK) {
        status = book_divide(book, "advised", draft.n_requests, draft.request, mode);
        if (status == RISKPOOL_INVALID) {
            mode_free(mode);
            *fault = ADVISE_FAULT_COINS;
            status = RISKPOOL_OK;
        }
    }
    draft_free(&draft);
    return status;
}

void advise_copy_free(struct advise_copy *copy) {
    for (size_t m = 0; copy->modes && m < copy->n_modes; ++m)
        mode_free(&copy->modes[m]);
    free(copy->modes);
    reverse_copy_free(&copy->base);
    *copy = (struct advise_copy){0};
}

enum riskpool_status advise_copy_init(struct advise_copy *copy, const struct advise_request *request, size_t room,
                                      double leverage) {
    const struct limit any = {.mode = 0, .statistic = 0};
    const struct reverse_request scaled = {
        .scenario = request->scenario, .target = &any, .scale = REVERSE_LEVERAGE, .position = REVERSE_ALL};
    *copy = (struct advise_copy){.room = room, .confidence = request->confidence};
    enum riskpool_status status = reverse_copy_init(&copy->base, &scaled, leverage);
    if (status != RISKPOOL_OK)
        return status;
    copy->modes = calloc(room + 1, sizeof *copy->modes);
    struct riskpool_scenario *scenario = &copy->base.scenario;
    scenario->book.modes = copy->modes;
    scenario->book.n_modes = 0;
    scenario->paths_kept = PATHS_ALL;
    scenario->trajectories = 0;
    scenario->n_confidence = 1;
    scenario->confidence = &copy->confidence;
    return copy->modes ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

static double pool_capital(const struct riskpool_scenario *scenario, const struct pool *pool) {
    double capital = pool->cash;
    for (size_t c = 0; c < pool->n_coins; ++c)
        capital += pool->coins[c].quantity *
                   scenario->market.assets[scenario->book.holdings[pool->coins[c].holding].asset].price;
    return capital;
}

static double capital_of(const struct riskpool_scenario *scenario, const struct mode *mode) {
    const int all = scenario->orders.top_up.below > 0.0;
    double capital = 0.0;
    for (size_t p = 0; p < mode->n_pools; ++p)
        if (all || mode->pools[p].n_positions > 0)
            capital += pool_capital(scenario, &mode->pools[p]);
    return capital;
}

/* Looks at the last mode of the copy. */
static enum riskpool_status look_for_faults(struct advise_copy *copy, enum advise_fault *fault) {
    struct book *book = &copy->base.scenario.book;
    const struct mode *mode = &copy->modes[copy->n_modes];
    int breached = 0;
    book->modes = &copy->modes[copy->n_modes];
    const enum riskpool_status status = reverse_copy_check(&copy->base, &breached);
    book->modes = copy->modes;
    if (copy->base.scenario.orders.top_up.below > 0.0 && mode->n_pools > 1 && !(mode->pools[0].cash > 0.0))
        *fault = ADVISE_FAULT_WALLET;
    else if (breached)
        *fault = ADVISE_FAULT_BREACH;
    return status;
}

enum riskpool_status advise_copy_add(struct advise_copy *copy, struct candidate *candidate) {
    struct riskpool_scenario *scenario = &copy->base.scenario;
    struct mode *mode = &copy->modes[copy->n_modes];
    enum riskpool_status status = advise_mode(&scenario->book, &candidate->choice, mode, &candidate->fault);
    if (status == RISKPOOL_OK && candidate->fault == ADVISE_FAULT_NONE)
        status = look_for_faults(copy, &candidate->fault);
    if (status != RISKPOOL_OK || candidate->fault != ADVISE_FAULT_NONE) {
        mode_free(mode);
        return status;
    }
    candidate->capital = capital_of(scenario, mode);
    scenario->book.n_modes = ++copy->n_modes;
    return RISKPOOL_OK;
}
