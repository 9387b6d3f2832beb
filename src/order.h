/* Order statistics: exact, several at once, of samples of any length, in a few passes and a fixed amount of memory. */
#ifndef ORDER_H
#define ORDER_H

#include "sample.h"

enum { ORDER_RANKS = 32 };

/* What a selection works on: 5 MB of addresses, of which it touches what it needs. */
struct order;

/* NULL when out of memory. */
struct order *order_create(void);
void order_free(struct order *order);
/* Bytes of an order that a selection among n touches, but for unlikely numbers. */
uint64_t order_memory(uint64_t n);

/* An order statistic: its rank, from 1 to n, and where its value goes. */
struct order_wish {
    size_t rank;
    double *value;
};

/* At most ORDER_RANKS of them, in any order. -0 counts as 0. */
void order_values(struct order *order, const struct sample *sample, const struct order_wish *wish, size_t n_wishes);
/* The same of an array in memory, for ascending ranks; reorders, and destroys, x. */
void order_in_array(double *x, size_t n, const size_t *rank, size_t n_ranks, double *value);

#endif
