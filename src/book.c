/* Divides a book into pools and releases books. One function turns every kind of mode into pools. */
#include "book.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *copy_name(const char *name) {
    size_t size = strlen(name) + 1;
    char *copy = malloc(size);
    return copy ? memcpy(copy, name, size) : NULL;
}

void mode_free(struct mode *mode) {
    for (size_t p = 0; mode->pools && p < mode->n_pools; p++) {
        free(mode->pools[p].name);
        free(mode->pools[p].positions);
        free(mode->pools[p].coins);
    }
    free(mode->pools);
    free(mode->pool_of);
    free(mode->name);
    *mode = (struct mode){0};
}

void book_free(struct book *book) {
    for (size_t i = 0; book->positions && i < book->n_positions; i++)
        free(book->positions[i].name);
    for (size_t m = 0; book->modes && m < book->n_modes; m++)
        mode_free(&book->modes[m]);
    free(book->currency);
    free(book->positions);
    free(book->holdings);
    free(book->modes);
    *book = (struct book){0};
}

/* Adds the positions of pool `p`, ordered by asset, then as listed. */
static enum riskpool_status pool_fill(const struct book *book, const struct mode *mode, size_t p) {
    struct pool *pool = &mode->pools[p];
    pool->positions = calloc(book->n_positions + 1, sizeof *pool->positions);
    pool->coins = calloc(book->n_holdings + 1, sizeof *pool->coins);
    if (!pool->positions || !pool->coins)
        return RISKPOOL_NO_MEMORY;
    for (size_t i = 0; i < book->n_positions; i++) {
        if (mode->pool_of[i] != p)
            continue;
        size_t k = pool->n_positions++;
        for (; k > 0 && book->positions[pool->positions[k - 1]].asset > book->positions[i].asset; k--)
            pool->positions[k] = pool->positions[k - 1];
        pool->positions[k] = i;
    }
    return RISKPOOL_OK;
}

static double margin_sum(const struct book *book, const struct pool_request *request) {
    double sum = 0;
    for (size_t k = 0; k < request->n_positions; k++) {
        const struct position *position = &book->positions[request->positions[k]];
        sum += position->contract == CONTRACT_INVERSE ? 0 : position->margin;
    }
    return sum;
}

size_t book_holding(const struct book *book, size_t asset) {
    size_t h = 0;
    while (h < book->n_holdings && book->holdings[h].asset != asset)
        h++;
    return h;
}

double position_profit(const struct position *position, double price) {
    const double q = position->quantity, move = price - position->entry;
    if (position->contract == CONTRACT_INVERSE)
        return q / position->entry * move;
    if (position->contract == CONTRACT_RATE)
        return q * (0.5 * position->convexity * move - position->duration) * move;
    return q * move;
}

double position_loan(const struct position *position) {
    double loan = fabs(position->quantity) * position->entry - position->margin;
    return position->contract == CONTRACT_SPOT && loan > 0 ? loan : 0;
}

/* How many coins of a holding the inverse positions of a pool bring; *any: whether there are such positions. */
static double coin_sum(const struct book *book, const struct pool *pool, size_t holding, int *any) {
    double sum = 0;
    *any = 0;
    for (size_t k = 0; k < pool->n_positions; k++) {
        const struct position *position = &book->positions[pool->positions[k]];
        if (position->contract != CONTRACT_INVERSE || position->asset != book->holdings[holding].asset)
            continue;
        sum += position->coins;
        *any = 1;
    }
    return sum;
}

/* Pool 0 has every holding, less what the inverse positions of other pools take along. Returns 0 when they take more
 * than there is. */
static int mode_give_coins(const struct book *book, struct mode *mode) {
    int enough = 1;
    mode->n_rows = book->n_positions;
    for (size_t p = mode->n_pools; p-- > 0;) {
        struct pool *pool = &mode->pools[p];
        for (size_t h = 0; h < book->n_holdings; h++) {
            int any;
            double brought = coin_sum(book, pool, h, &any);
            if (p > 0 && !any)
                continue;
            if (p > 0)
                mode->pools[0].coins[h].quantity -= brought;
            pool->coins[p > 0 ? pool->n_coins : h].holding = h;
            pool->coins[p > 0 ? pool->n_coins : h].quantity += p > 0 ? brought : book->holdings[h].quantity;
            pool->coins[pool->n_coins++].row = mode->n_rows++;
        }
    }
    for (size_t h = 0; h < book->n_holdings; h++) {
        double *left = &mode->pools[0].coins[h].quantity, held = book->holdings[h].quantity;
        *left = fabs(*left) <= 1e-9 * fabs(held) ? 0 : *left;
        enough &= !(held > 0 && *left < 0);
    }
    return enough;
}

void mode_start(const struct book *book, const struct mode *mode, double *row) {
    for (size_t i = 0; i < book->n_positions; i++)
        row[i] = 1.0;
    for (size_t p = 0; p < mode->n_pools; p++)
        for (size_t c = 0; c < mode->pools[p].n_coins; c++)
            row[mode->pools[p].coins[c].row] = fabs(mode->pools[p].coins[c].quantity);
}

static enum riskpool_status mode_allocate(const struct book *book, const char *name, size_t n_pools,
                                          struct mode *mode) {
    *mode = (struct mode){.name = copy_name(name),
                          .n_pools = n_pools,
                          .pools = calloc(n_pools, sizeof *mode->pools),
                          .pool_of = calloc(book->n_positions + 1, sizeof *mode->pool_of)};
    return mode->name && mode->pools && mode->pool_of ? RISKPOOL_OK : RISKPOOL_NO_MEMORY;
}

/* Names the pools and says which position is in which; returns the cash that they take. */
static double mode_assign(const struct book *book, size_t n_requests, const struct pool_request *requests,
                          struct mode *mode) {
    double allocated = 0;
    mode->pools[0].name = copy_name("wallet");
    for (size_t r = 0; r < n_requests; r++) {
        struct pool *pool = &mode->pools[r + 1];
        pool->name = copy_name(requests[r].name);
        pool->cash = isnan(requests[r].cash) ? margin_sum(book, &requests[r]) : requests[r].cash;
        allocated += pool->cash;
        for (size_t k = 0; k < requests[r].n_positions; k++)
            mode->pool_of[requests[r].positions[k]] = r + 1;
    }
    return allocated;
}

enum riskpool_status book_divide(const struct book *book, const char *name, size_t n_requests,
                                 const struct pool_request *requests, struct mode *mode) {
    enum riskpool_status status = mode_allocate(book, name, n_requests + 1, mode);
    if (status != RISKPOOL_OK)
        goto out;
    double rest = book->balance - mode_assign(book, n_requests, requests, mode);
    double tolerance = 1e-9 * fabs(book->balance);
    mode->pools[0].cash = fabs(rest) <= tolerance ? 0 : rest;
    for (size_t p = 0; p < mode->n_pools && status == RISKPOOL_OK; p++)
        status = mode->pools[p].name ? pool_fill(book, mode, p) : RISKPOOL_NO_MEMORY;
    if (status == RISKPOOL_OK && (!mode_give_coins(book, mode) || rest < -tolerance))
        return RISKPOOL_INVALID;
out:
    if (status != RISKPOOL_OK)
        mode_free(mode);
    return status;
}
