/* Partitions, lists of candidates, their order, and which of them no other dominates. It compares numbers that are
 * there; nothing is run. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "advise_parts.h"

int partition_has(const struct partition *partition, size_t position) {
    return (int)(partition->word[position / 64] >> position % 64 & 1);
}

void partition_flip(struct partition *partition, size_t position) {
    partition->word[position / 64] ^= UINT64_C(1) << position % 64;
}

size_t partition_count(const struct partition *partition) {
    size_t n = 0;
    for (int w = 0; w < PARTITION_WORDS; ++w)
        n += (size_t)__builtin_popcountll(partition->word[w]);
    return n;
}

struct partition partition_all(size_t n_positions) {
    struct partition all = {{0}};
    for (size_t i = 0; i < n_positions; ++i)
        partition_flip(&all, i);
    return all;
}

struct choice choice_of(const struct partition *partition, double budget) {
    return (struct choice){.alone = *partition, .margin = 1.0, .leverage = 1.0, .budget = budget};
}

int choice_is_plain(const struct choice *choice) {
    return choice->margin == 1.0 && choice->pooled == 0.0 && choice->leverage == 1.0;
}

int choice_is_same(const struct choice *a, const struct choice *b) {
    return memcmp(&a->alone, &b->alone, sizeof a->alone) == 0 && a->margin == b->margin && a->pooled == b->pooled &&
           a->leverage == b->leverage && a->budget == b->budget;
}

struct candidate *candidates_find(const struct candidates *list, const struct choice *choice) {
    for (size_t i = 0; i < list->n; ++i)
        if (choice_is_same(&list->item[i].choice, choice))
            return &list->item[i];
    return NULL;
}

struct candidate *candidates_add(struct candidates *list, const struct book *book, const struct choice *choice) {
    if (list->n == list->room) {
        const size_t room = 2 * list->room + 64;
        struct candidate *item = realloc(list->item, room * sizeof *item);
        if (!item)
            return NULL;
        list->item = item;
        list->room = room;
    }
    struct candidate *candidate = &list->item[list->n];
    *candidate = (struct candidate){.choice = *choice, .order = list->n++};
    const size_t n_alone = partition_count(&choice->alone);
    if (n_alone == 0)
        candidate->choice.margin = 1.0;
    if (n_alone == book->n_positions)
        candidate->choice.pooled = 0.0;
    return candidate;
}

static int compare(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    if (x->key != y->key)
        return (x->key > y->key) - (x->key < y->key);
    return (x->order > y->order) - (x->order < y->order);
}

double money_grain(const struct book *book) {
    double money = fabs(book->balance);
    for (size_t i = 0; i < book->n_positions; ++i)
        money += book->positions[i].margin;
    return 1e-9 * money;
}

void candidates_sort(struct candidates *list, const struct advise_request *request) {
    const double grain = money_grain(&request->scenario->book);
    for (size_t i = 0; i < list->n; ++i) {
        struct candidate *candidate = &list->item[i];
        const double value = candidate->of[request->objective].value;
        candidate->key = candidate->fault                         ? INFINITY
                         : request->objective == ADVISE_SHORTFALL ? nearbyint(value / grain)
                                                                  : value;
    }
    if (list->n > 0)
        qsort(list->item, list->n, sizeof *list->item, compare);
}

double frontier_axis(const struct advise_request *request, const struct candidate *candidate) {
    return request->axis == ADVISE_CAPITAL ? candidate->capital : candidate->of[request->axis].value;
}

static int dominates(const struct advise_request *request, const struct candidate *a, const struct candidate *b) {
    const double leverage[] = {-a->choice.leverage, -b->choice.leverage};
    const double axis[] = {frontier_axis(request, a), frontier_axis(request, b)};
    const double value[] = {a->of[request->objective].value, b->of[request->objective].value};
    if (!(leverage[0] <= leverage[1] && axis[0] <= axis[1] && value[0] <= value[1]))
        return 0;
    return leverage[0] < leverage[1] || axis[0] < axis[1] || value[0] < value[1] || a->order < b->order;
}

void frontier_mark(const struct advise_request *request, struct candidate *candidates, size_t n) {
    for (size_t i = 0; i < n; ++i) {
        candidates[i].is_frontier =
            candidates[i].fault == ADVISE_FAULT_NONE && !isnan(frontier_axis(request, &candidates[i]));
        for (size_t j = 0; j < n && candidates[i].is_frontier; ++j)
            candidates[i].is_frontier =
                candidates[j].fault != ADVISE_FAULT_NONE || !dominates(request, &candidates[j], &candidates[i]);
    }
}

void frontier_sort(const struct advise_request *request, struct candidates *list) {
    for (size_t i = 0; i < list->n; ++i) {
        struct candidate *candidate = &list->item[i];
        candidate->key = candidate->is_frontier ? frontier_axis(request, candidate) : INFINITY;
    }
    if (list->n > 0)
        qsort(list->item, list->n, sizeof *list->item, compare);
}

void frontier_thin(struct candidate *candidates, size_t n, double leverage, size_t most) {
    size_t marked = 0, seen = 0, kept = 0;
    for (size_t i = 0; i < n; ++i)
        marked += candidates[i].is_frontier && candidates[i].choice.leverage == leverage;
    for (size_t i = 0; i < n && marked > most; ++i) {
        if (!candidates[i].is_frontier || candidates[i].choice.leverage != leverage)
            continue;
        candidates[i].is_frontier = seen * (most - 1) >= kept * (marked - 1);
        kept += (size_t)candidates[i].is_frontier;
        seen++;
    }
}
