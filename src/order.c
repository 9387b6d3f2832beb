/* Selection from the highest digit of the numbers down: a pass counts how many numbers have each value of the next
 * digit, which tells the digit of every order statistic wanted; numbers that share no digits with any are passed over.
 * What is left after two passes or three is little, and is selected from in memory; numbers that tie end at their last
 * digit. It knows numbers alone. */
#include "order.h"

#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    LEVELS = 5, /* digits: sign and exponent, 12 bits; then four of 13 bits */
    HEAD_BITS = 12,
    BITS = 13,
    DIGITS = 1 << BITS,
    NODES = 1 + LEVELS * ORDER_RANKS,
    ROOM = 1 << 17, /* numbers in memory */
    BINS = 1024,
    IN_A_BIN = 8,
    THINNED_FROM = 16 * IN_A_BIN
};

_Static_assert(HEAD_BITS + (LEVELS - 1) * BITS == 64, "digits are all of a number");

/* An order statistic on its way down: its rank among the numbers with the digits so far. */
struct wanted {
    size_t rank, node;
    uint64_t key; /* the digits so far */
    double *value;
};

/* The tree of digits that lead to what is wanted. */
struct order {
    size_t level;                  /* digits known */
    size_t n_nodes, first;         /* of the last level */
    uint16_t child[NODES][DIGITS]; /* 0: nothing wanted there */
    uint64_t count[ORDER_RANKS][DIGITS];
    size_t n_wanted;
    struct wanted wanted[ORDER_RANKS]; /* by rank */
    double room[ROOM];
};

struct order *order_create(void) {
    return malloc(sizeof(struct order));
}

void order_free(struct order *order) {
    free(order);
}

uint64_t order_memory(uint64_t n) {
    return (n <= ROOM ? n : ROOM + ORDER_RANKS * DIGITS / 2) * sizeof(double);
}

/* Bits that ascend with the number. */
static uint64_t key_of(double x) {
    const double number = x + 0.0; /* no -0 */
    uint64_t key;
    memcpy(&key, &number, sizeof key);
    return key >> 63 ? ~key : key | UINT64_C(1) << 63;
}

static double number_of(uint64_t key) {
    const uint64_t word = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double number;
    memcpy(&number, &word, sizeof number);
    return number;
}

static size_t digit_of(uint64_t key, size_t level) {
    return (size_t)(key >> (BITS * (LEVELS - 1 - level))) & (level == 0 ? (1 << HEAD_BITS) - 1 : DIGITS - 1);
}

/* The node of a number on the last level; NODES: it is passed over. */
static size_t node_of(const struct order *order, uint64_t key) {
    size_t node = 0;
    for (size_t level = 0; level < order->level; level++) {
        node = order->child[node][digit_of(key, level)];
        if (node == 0)
            return NODES;
    }
    return node;
}

static void count_digits(struct order *order, const struct sample *sample) {
    double room[SAMPLE_PIECE];
    memset(order->count, 0, (order->n_nodes - order->first) * sizeof *order->count);
    for (size_t k = 0; k < sample->n_pieces; k++) {
        size_t n;
        const double *x = sample->piece(sample, k, room, &n);
        for (size_t i = 0; i < n; i++) {
            const uint64_t key = key_of(x[i]);
            const size_t node = node_of(order, key);
            if (node < NODES)
                order->count[node - order->first][digit_of(key, order->level)]++;
        }
    }
}

/* Finds the next digit of everything wanted; returns how many numbers share them. */
static uint64_t descend(struct order *order) {
    const size_t first = order->n_nodes;
    uint64_t left = 0;
    for (size_t i = 0; i < order->n_wanted; i++) {
        struct wanted *wanted = &order->wanted[i];
        const uint64_t *count = order->count[wanted->node - order->first];
        size_t digit = 0;
        for (; wanted->rank > count[digit]; digit++)
            wanted->rank -= count[digit];
        uint16_t *child = &order->child[wanted->node][digit];
        if (*child == 0) {
            *child = (uint16_t)order->n_nodes++;
            memset(order->child[*child], 0, sizeof order->child[*child]);
            left += count[digit];
        }
        wanted->node = *child;
        wanted->key = wanted->key << (order->level == 0 ? HEAD_BITS : BITS) | digit;
    }
    order->first = first;
    order->level++;
    return left;
}

/* The numbers that share the digits of anything wanted, into the room; their number by node into `count`. */
static size_t gather(struct order *order, const struct sample *sample, size_t *count) {
    double piece[SAMPLE_PIECE];
    size_t gathered = 0;
    for (size_t k = 0; k < sample->n_pieces; k++) {
        size_t n;
        const double *x = sample->piece(sample, k, piece, &n);
        for (size_t i = 0; i < n; i++) {
            const size_t node = node_of(order, key_of(x[i]));
            if (node == NODES)
                continue;
            count[node - order->first]++;
            order->room[gathered++] = x[i];
        }
    }
    return gathered;
}

/* The values wanted, from among the numbers gathered. Nodes of a level ascend, as the ranks do. */
static void select_gathered(struct order *order, const struct sample *sample) {
    size_t count[ORDER_RANKS] = {0}, rank[ORDER_RANKS], below = 0, node = order->first;
    double found[ORDER_RANKS] = {0.0};
    const size_t n = gather(order, sample, count);
    for (size_t i = 0; i < order->n_wanted; i++) {
        for (; node < order->wanted[i].node; node++)
            below += count[node - order->first];
        rank[i] = below + order->wanted[i].rank;
    }
    order_in_array(order->room, n, rank, order->n_wanted, found);
    for (size_t i = 0; i < order->n_wanted; i++)
        *order->wanted[i].value = found[i] + 0.0;
}

static int by_rank(const void *a, const void *b) {
    const struct wanted *x = a, *y = b;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

void order_values(struct order *order, const struct sample *sample, const struct order_wish *wish, size_t n_wishes) {
    uint64_t left = sample->n;
    order->level = order->first = 0;
    order->n_nodes = 1;
    order->n_wanted = n_wishes;
    for (size_t i = 0; i < n_wishes; i++)
        order->wanted[i] = (struct wanted){.rank = wish[i].rank, .value = wish[i].value};
    qsort(order->wanted, n_wishes, sizeof *order->wanted, by_rank);
    memset(order->child[0], 0, sizeof order->child[0]);
    while (left > ROOM && order->level < LEVELS) {
        count_digits(order, sample);
        left = descend(order);
    }
    if (left <= ROOM)
        select_gathered(order, sample);
    else
        for (size_t i = 0; i < n_wishes; i++)
            *order->wanted[i].value = number_of(order->wanted[i].key);
}

/* Where a value falls between `low` and the largest one: never before a smaller value. */
static size_t bin_of(double x, double low, double scale, size_t n_bins) {
    const double bin = (x - low) * scale;
    return bin < (double)n_bins ? (size_t)bin : n_bins - 1;
}

/* Drops from x the bins that hold none of the ascending ranks, and lowers the ranks by what was dropped below them: two
 * straight passes that leave little to select from. Returns how many values are left. */
static size_t thin_out(double *x, size_t n, size_t *rank, size_t n_ranks) {
    const size_t n_bins = n / IN_A_BIN < BINS ? n / IN_A_BIN : BINS;
    size_t count[BINS] = {0}, below = 0, dropped = 0, kept = 0, next = 0;
    unsigned char wanted[BINS];
    double low = x[0], high = x[0];
    for (size_t i = 0; i < n; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    const double scale = (double)n_bins / (high - low);
    if (!isfinite(scale) || !(scale > 0))
        return n;
    for (size_t i = 0; i < n; i++)
        count[bin_of(x[i], low, scale, n_bins)]++;
    for (size_t b = 0; b < n_bins; b++) {
        const size_t first = next;
        below += count[b];
        while (next < n_ranks && rank[next] <= below)
            rank[next++] -= dropped;
        wanted[b] = next > first;
        dropped += wanted[b] ? 0 : count[b];
    }
    for (size_t i = 0; i < n; i++)
        if (wanted[bin_of(x[i], low, scale, n_bins)])
            x[kept++] = x[i];
    return kept;
}

/* The values of n ascending ranks, which lie in x[begin .. end - 1]: the middle one divides what the others search. */
static void select_ranks(double *x, size_t begin, size_t end, const size_t *rank, size_t n, double *value) {
    if (n == 0)
        return;
    const size_t middle = n / 2, found = rank[middle];
    value[middle] = gsl_stats_select(x + begin, 1, end - begin, found - begin - 1);
    select_ranks(x, begin, found, rank, middle, value);
    select_ranks(x, found - 1, end, rank + middle + 1, n - middle - 1, value + middle + 1);
}

void order_in_array(double *x, size_t n, const size_t *rank, size_t n_ranks, double *value) {
    size_t own[ORDER_RANKS];
    memcpy(own, rank, n_ranks * sizeof *own);
    select_ranks(x, 0, n >= THINNED_FROM ? thin_out(x, n, own, n_ranks) : n, own, n_ranks, value);
}
