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
    free(book->modes);
    *book = (struct book){0};
}

/* Adds the positions of pool `p`, ordered by asset, then as listed. */
static enum riskpool_status pool_fill(const struct book *book, const struct mode *mode, size_t p) {
    struct pool *pool = &mode->pools[p];
    pool->positions = calloc(book->n_positions + 1, sizeof *pool->positions);
    if (!pool->positions)
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
    for (size_t k = 0; k < request->n_positions; k++)
        sum += book->positions[request->positions[k]].margin;
    return sum;
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
    if (status == RISKPOOL_OK && rest < -tolerance)
        return RISKPOOL_INVALID;
out:
    if (status != RISKPOOL_OK)
        mode_free(mode);
    return status;
}
